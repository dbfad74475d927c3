"""Who said these words, and when? Every word that was heard can be looked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from auditor.store.answers import Filters
from auditor.store.heard import heard
from auditor.store.queries import Store
from auditor.store.search import count, search
from auditor.text.masking import veil
from dashboards import data
from dashboards.components.hits import hits
from dashboards.components.narrowing import offers
from dashboards.locales import t
from dashboards.who import need

PAGE = 50
LONGEST = 100


def choose(store: Store) -> tuple[list[str], Filters]:
    """The words, and in which calls to look for them; both are in the address too."""
    offered, weeks = offers(store)
    typed = st.text_input(
        t("search.words"),
        st.query_params.get("words", ""),
        placeholder=t("search.hint"),
        max_chars=LONGEST,
        key="words",
    )
    picked: dict[str, str | None] = {"words": typed.strip()}
    for place, (field, options) in zip(
        st.columns(3), (("team", offered.teams), ("agent", offered.agents), ("week", weeks)), strict=True
    ):
        with place:
            picked[field] = _select(field, options)
    for field, value in picked.items():
        if value:
            st.query_params[field] = value
        else:
            st.query_params.pop(field, None)
    monday = date.fromisoformat(picked["week"]) if picked["week"] else None
    filters = Filters(
        teams=(picked["team"],) if picked["team"] else (), agents=(picked["agent"],) if picked["agent"] else (),
        since=monday, until=monday + timedelta(days=6) if monday else None,
    )  # fmt: skip
    return typed.split(), filters


def show(store: Store) -> None:
    """The page."""
    st.title(t("search.title"), anchor=False)
    words, filters = choose(store)
    if not words:
        st.info(t("search.nothing_asked"))
        return
    found = count(store, words, filters)
    if not found:
        st.info(t("search.nothing_found"))
        return
    st.caption(t("search.says", calls=f"{found:,}", all=f"{store.count(filters):,}"))
    page = f"page:{words!r}{filters!r}"
    number = st.session_state.get(page, 0)
    lines = search(store, words, filters, limit=PAGE + 1, offset=number * PAGE)
    back, forth, _ = st.columns([1, 1, 4])
    if number:
        back.button(t("search.back"), on_click=_turn, args=(page, number - 1), key="back", width="stretch")
    if len(lines) > PAGE:
        forth.button(t("search.forth"), on_click=_turn, args=(page, number + 1), key="forth", width="stretch")
    lines = lines[:PAGE]
    calls = heard(store, {line.call_id for line in lines})
    covered = {call_id: veil(call).call for call_id, call in calls.items()}
    lines = [
        line for line in lines if line.call_id in covered
    ]  # what a run replaced meanwhile comes with the next look
    chosen = hits(lines, words, covered)
    if chosen is not None:
        st.switch_page("views/call.py", query_params={"id": chosen.call_id, "line": str(chosen.line), "from": "search"})


def _turn(page: str, number: int) -> None:
    st.session_state[page] = number


def _select(field: str, options: Sequence[str]) -> str | None:
    every: list[str | None] = [None, *options]
    before = st.query_params.get(field)
    return st.selectbox(
        t(f"search.{field}"), every, index=every.index(before) if before in every else 0,
        format_func=lambda option: _shown(field, option), key=field,
    )  # fmt: skip


def _shown(field: str, option: str | None) -> str:
    if option is None:
        return t("search.all")
    return t("search.week_of", start=option) if field == "week" else option


need("see_calls")
show(data.store())
