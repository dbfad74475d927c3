"""Appeals that wait for an answer, and for how long."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import streamlit as st

from auditor.reports.violations import CLOCK
from auditor.review.appeals import WAITING
from auditor.review.due import due
from auditor.store.open_matters import open_appeals as still_open
from auditor.store.queries import Store
from auditor.text.masking import mask_text
from dashboards.components.waiting import left
from dashboards.formats import when
from dashboards.locales import t

DAYS = 3
"""Working days for each answer."""


def open_appeals(store: Store) -> None:
    """Show the appeals that somebody must answer, the longest waiting first; choosing one leads to its call."""
    found = still_open(store, WAITING)
    now = datetime.now(UTC).replace(tzinfo=None) + CLOCK
    until = {each.appeal: due(each.taken_at + CLOCK, DAYS) for each in found}
    places = st.columns(3)
    for place, state in zip(places, WAITING, strict=False):
        place.metric(t(f"open_appeals.{state}"), f"{sum(each.state == state for each in found):,}", border=True)
    late = sum(until[each.appeal] < now for each in found)
    places[2].metric(t("open_appeals.late"), f"{late:,}", help=t("open_appeals.late_help", days=DAYS), border=True)
    if not found:
        st.info(t("open_appeals.none"))
        return
    st.text(t("open_appeals.says", n=len(found), oldest=when(found[0].opened_at + CLOCK)))
    table = {
        t("due.left"): [left(until[each.appeal] - now) for each in found],
        t("open_appeals.state"): [t(f"open_appeals.{each.state}") for each in found],
        t("open_appeals.what"): [t(f"open_appeals.kind_{each.kind}") for each in found],
        t("table.call"): [mask_text(each.call_id) for each in found],
        t("table.agent"): [each.agent_id or each.opened_by for each in found],
        t("table.team"): [each.team or "" for each in found],
        t("open_appeals.opened"): [when(each.opened_at + CLOCK) for each in found],
        t("open_appeals.since"): [when(each.taken_at + CLOCK) for each in found],
    }
    revision = hashlib.sha256("\n".join(f"{each.appeal}:{each.state}" for each in found).encode()).hexdigest()[:12]
    choice = st.dataframe(
        table, key=f"appeals:{revision}", hide_index=True, on_select="rerun", selection_mode="single-row",
        height=min(38 + 35 * len(found), 420),
    )  # fmt: skip
    for row in choice["selection"]["rows"]:
        st.switch_page("views/call.py", query_params={"id": found[row].call_id})
