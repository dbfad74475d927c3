"""A table of which one row may be chosen.

Streamlit remembers a choice by row position. The widget's key names what is shown and in which order, so that a choice can never slip to
what took the row's place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.locales import t


def choosable(
    table: Mapping[str, Any],
    key: str,
    ids: Sequence[str],
    choose: Callable[[int], None],
    *,
    columns: Mapping[str, Any] | None = None,
    height: int = 420,
) -> None:
    """Show the rows, which ``ids`` name, at most ``height`` pixels high; choosing one calls ``choose`` with its place, once."""
    place = _key(key, ids)

    def chosen() -> None:
        rows = st.session_state[place]["selection"]["rows"]
        if rows:
            choose(int(rows[0]))

    st.dataframe(
        table,
        key=place,
        hide_index=True,
        on_select=chosen,
        selection_mode="single-row",
        height=min(38 + 35 * len(ids), height),
        column_config=columns,
        placeholder=t("app.none"),
    )


def pick(table: Mapping[str, Sequence[object]], key: str, ids: Sequence[str]) -> int | None:
    """Show rows, which ``ids`` name, and return the place of the chosen one."""
    choice = st.dataframe(
        dict(table), key=_key(key, ids), hide_index=True, on_select="rerun", selection_mode="single-row",
        height=min(38 + 35 * len(ids), 420),
    )  # fmt: skip
    chosen: list[int] = choice["selection"]["rows"]
    return chosen[0] if chosen else None


def _key(key: str, ids: Sequence[str]) -> str:
    return f"{key}:{hashlib.sha256(chr(10).join(ids).encode()).hexdigest()[:12]}"
