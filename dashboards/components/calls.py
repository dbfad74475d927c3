"""A table of calls; choosing a row opens that call."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from auditor.store.answers import CallRow, CaseRow
from auditor.text.masking import mask_text
from dashboards.formats import clock, when
from dashboards.locales import name, t


def calls_table(rows: Sequence[CallRow], key: str) -> None:
    """Show calls, one a row; choosing one leads to its page."""
    score = t("table.score")
    table = {
        score: [None if row.score is None else float(row.score) for row in rows],
        t("table.band"): [name("band", row.band) for row in rows],
        t("table.call"): [mask_text(row.call_id) for row in rows],
        t("table.started"): [when(row.started_at) if row.started_at else "" for row in rows],
        t("table.agent"): [row.agent_name or row.agent_id or "" for row in rows],
        t("table.team"): [row.team or "" for row in rows],
        t("table.party"): [name("party", row.party) for row in rows],
        t("table.duration"): [clock(row.duration) if row.duration else "" for row in rows],
        t("table.findings"): [row.confirmed for row in rows],
        t("table.suspected"): [row.suspected for row in rows],
        t("table.missed"): [row.missed for row in rows],
    }
    columns = {score: st.column_config.NumberColumn(format="%.1f")}
    open_chosen(table, key, [row.call_id for row in rows], [row.call_id for row in rows], columns)


def cases_table(rows: Sequence[CaseRow], key: str) -> None:
    """Show findings that rest on several calls, one a row; choosing one leads to the call in which it happened."""
    table = {
        t("table.finding"): [name("category", row.finding.category) for row in rows],
        t("overview.severity"): [name("severity", row.finding.severity) for row in rows],
        t("overview.status"): [name("status", row.finding.status) for row in rows],
        t("table.call"): [mask_text(row.call_id) for row in rows],
        t("table.started"): [when(row.started_at) if row.started_at else "" for row in rows],
        t("table.agent"): [row.agent_name or row.agent_id or "" for row in rows],
        t("table.why"): [mask_text(row.finding.why) for row in rows],
        t("table.rests_on"): [t("app.comma").join(map(mask_text, row.finding.calls)) for row in rows],
    }
    open_chosen(table, key, [row.finding.finding_id for row in rows], [row.call_id for row in rows])


def open_chosen(
    table: Mapping[str, Any],
    key: str,
    ids: Sequence[str],
    calls: Sequence[str],
    columns: Mapping[str, Any] | None = None,
) -> None:
    """Show the rows, which ``ids`` name; choosing one leads to the page of its call.

    Streamlit remembers a choice by row position. The widget's key names what is shown and in which order, so that a
    choice can never slip to what took the row's place.
    """
    revision = hashlib.sha256("\n".join(ids).encode()).hexdigest()[:12]
    choice = st.dataframe(
        table,
        key=f"{key}:{revision}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(38 + 35 * len(ids), 420),
        column_config=columns,
        placeholder=t("app.none"),
    )
    if choice["selection"]["rows"]:
        st.switch_page("views/call.py", query_params={"id": calls[choice["selection"]["rows"][0]]})
