"""Choices that live in the address: a page opened by its address shows what it showed to whoever sent it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def many(
    place: DeltaGenerator, key: str, label: str, options: Sequence[str], shown: Callable[[str], str], every: str
) -> tuple[str, ...]:
    """Any of the options; none chosen means all, which the empty box says in the words of ``every``."""
    if key not in st.session_state:
        st.session_state[key] = [value for value in st.query_params.get_all(key) if value in options]
    picked = place.multiselect(label, options, format_func=shown, key=key, placeholder=every)
    _keep(key, list(picked))
    return tuple(picked)


def one(place: DeltaGenerator, key: str, label: str, options: Sequence[str], shown: Callable[[str], str]) -> str:
    """One of the options, the first where the address names none."""
    if st.session_state.get(key) not in options:
        asked = st.query_params.get(key)
        st.session_state[key] = asked if asked in options else options[0]
    picked = place.selectbox(label, options, format_func=shown, key=key)
    _keep(key, [] if picked == options[0] else [picked])
    return str(picked)


def part(key: str, label: str, options: Sequence[str], shown: Callable[[str], str]) -> str:
    """Which part of a page to show, the first where the address names none."""
    if st.session_state.get(key) not in options:
        asked = st.query_params.get(key)
        st.session_state[key] = asked if asked in options else options[0]
    picked = st.segmented_control(
        label, options, format_func=shown, key=key, required=True, label_visibility="collapsed"
    )
    _keep(key, [] if picked == options[0] else [str(picked)])
    return str(picked)


def day(place: DeltaGenerator, key: str, label: str) -> date | None:
    """A day, or none."""
    if key not in st.session_state:
        st.session_state[key] = _day(st.query_params.get(key, ""))
    picked = place.date_input(label, key=key, format="YYYY-MM-DD")
    _keep(key, [picked.isoformat()] if isinstance(picked, date) else [])
    return picked if isinstance(picked, date) else None


def text(place: DeltaGenerator, key: str, label: str, hint: str = "") -> str:
    """A short text, without the blanks around it."""
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(key, "")[:200]
    typed = str(place.text_input(label, key=key, placeholder=hint, max_chars=200)).strip()
    _keep(key, [typed] if typed else [])
    return typed


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
