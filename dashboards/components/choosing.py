"""Choices that live in the address: a page opened by its address shows what it showed to whoever sent it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

LONGEST = 200
"""Characters of a text in the address."""


def many(
    place: DeltaGenerator, key: str, label: str, options: Sequence[str], shown: Callable[[str], str], every: str
) -> tuple[str, ...]:
    """Any of the options; none chosen means all, which the empty box says in the words of ``every``."""
    widget, known = _widget(key), st.session_state.get(_widget(key))
    if not isinstance(known, list) or not set(known) <= set(options):
        st.session_state[widget] = [value for value in st.query_params.get_all(key) if value in options]
    picked = place.multiselect(label, options, format_func=shown, key=widget, placeholder=every)
    _keep(key, list(picked))
    return tuple(picked)


def one(place: DeltaGenerator, key: str, label: str, options: Sequence[str], shown: Callable[[str], str]) -> str:
    """One of the options, the first where the address names none."""
    picked = str(place.selectbox(label, options, format_func=shown, key=_first_unless_asked(key, options)))
    _keep(key, [] if picked == options[0] else [picked])
    return picked


def part(key: str, label: str, options: Sequence[str], shown: Callable[[str], str]) -> str:
    """Which part of a page to show, the first where the address names none."""
    widget = _first_unless_asked(key, options)
    picked = st.segmented_control(
        label, options, format_func=shown, key=widget, required=True, label_visibility="collapsed"
    )
    _keep(key, [] if picked == options[0] else [str(picked)])
    return str(picked)


def day(place: DeltaGenerator, key: str, label: str) -> date | None:
    """A day, or none."""
    widget = _widget(key)
    if widget not in st.session_state:
        st.session_state[widget] = _day(st.query_params.get(key, ""))
    picked = place.date_input(label, key=widget, format="YYYY-MM-DD")
    _keep(key, [picked.isoformat()] if isinstance(picked, date) else [])
    return picked if isinstance(picked, date) else None


def text(place: DeltaGenerator, key: str, label: str, hint: str = "") -> str:
    """A short text, without the blanks around it."""
    widget = _widget(key)
    if widget not in st.session_state:
        st.session_state[widget] = st.query_params.get(key, "")[:LONGEST]
    typed = str(place.text_input(label, key=widget, placeholder=hint, max_chars=LONGEST)).strip()
    _keep(key, [typed] if typed else [])
    return typed


def _widget(key: str) -> str:
    """The widget's own key: pages that use a name in the address in another way have no part in it."""
    return f"chosen_{key}"


def _first_unless_asked(key: str, options: Sequence[str]) -> str:
    widget = _widget(key)
    if st.session_state.get(widget) not in options:
        asked = st.query_params.get(key)
        st.session_state[widget] = asked if asked in options else options[0]
    return widget


def _keep(key: str, values: list[str]) -> None:
    if values:
        st.query_params[key] = values
    elif key in st.query_params:
        del st.query_params[key]


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None
