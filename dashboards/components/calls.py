"""A table of calls; choosing a row opens that call."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import streamlit as st

from auditor.store.queries import CallRow, CaseRow
from auditor.text.masking import mask_text
from dashboards.formats import clock, when
from dashboards.locales import name, t


def calls_table(rows: Sequence[CallRow], key: str) -> None:
    """Show calls, one a row; choosing one leads to its page.

    Streamlit remembers a choice by row position. The widget's key names the calls shown and their order, so that a
    choice can never slip to the call that took the row's place.
    """
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
    revision = hashlib.sha256("\n".join(row.call_id for row in rows).encode()).hexdigest()[:12]
    choice = st.dataframe(
        table,
        key=f"{key}:{revision}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(38 + 35 * len(rows), 420),
        column_config={score: st.column_config.NumberColumn(format="%.1f")},
    )
    if choice["selection"]["rows"]:
        st.switch_page("views/call.py", query_params={"id": rows[choice["selection"]["rows"][0]].call_id})


def cases_table(rows: Sequence[CaseRow], key: str) -> None:
    """Show findings that rest on several calls, one a row; choosing one leads to the call in which it happened."""
    table = {
        t("table.finding"): [name("category", row.finding.category) for row in rows],
        t("overview.severity"): [name("severity", row.finding.severity) for row in rows],
        t("overview.status"): [name("status", row.finding.status) for row in rows],
        t("table.call"): [row.call_id for row in rows],
        t("table.started"): [when(row.started_at) if row.started_at else "" for row in rows],
        t("table.agent"): [row.agent_name or row.agent_id or "" for row in rows],
        t("table.why"): [row.finding.why for row in rows],
        t("table.rests_on"): [t("app.comma").join(row.finding.calls) for row in rows],
    }
    revision = hashlib.sha256("\n".join(row.finding.finding_id for row in rows).encode()).hexdigest()[:12]
    choice = st.dataframe(
        table,
        key=f"{key}:{revision}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(38 + 35 * len(rows), 420),
    )
    if choice["selection"]["rows"]:
        st.switch_page("views/call.py", query_params={"id": rows[choice["selection"]["rows"][0]].call_id})
