"""A table of which one row can be chosen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import streamlit as st


def pick(table: Mapping[str, Sequence[object]], key: str, ids: Sequence[str]) -> int | None:
    """Show rows, which ``ids`` name, and return the place of the chosen one.

    Streamlit remembers a choice by row position; the widget's key names what is shown and in which order, so that a choice can never
    slip to what took the row's place.
    """
    revision = hashlib.sha256("\n".join(ids).encode()).hexdigest()[:12]
    choice = st.dataframe(
        dict(table), key=f"{key}:{revision}", hide_index=True, on_select="rerun", selection_mode="single-row",
        height=min(38 + 35 * len(ids), 420),
    )  # fmt: skip
    chosen: list[int] = choice["selection"]["rows"]
    return chosen[0] if chosen else None
