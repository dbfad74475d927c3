"""The due clock: critical findings that no person has decided yet, and until when one must."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import streamlit as st

from auditor.reports.violations import CLOCK
from auditor.review.due import due
from auditor.rules.norms import Norm
from auditor.store.firsts import First, first_found
from auditor.store.queries import Store
from auditor.store.violations import Violation, Which, violations
from auditor.store.violations import waiting as still_waiting
from auditor.text.masking import mask_text
from dashboards.components.evidence import evidence
from dashboards.formats import percent, when
from dashboards.locales import name, t

SHOWN = 500
RULED = 5000
NEXT_DAY = timedelta(hours=24)


def waiting(store: Store, norms: Mapping[str, Norm]) -> None:
    """Show what waits, the latest due first, and how punctually the rest was decided."""
    found = still_waiting(store)
    now = datetime.now(UTC).replace(tzinfo=None) + CLOCK
    firsts = first_found(store, found)
    until = {v.finding_id: due(firsts[v.finding_id].stored_at + CLOCK) for v in found}
    found.sort(key=lambda v: (until[v.finding_id], firsts[v.finding_id].stored_at, v.call_id, v.finding_id))
    late = [v for v in found if until[v.finding_id] < now]
    soon = [v for v in found if now <= until[v.finding_id] < now + NEXT_DAY]
    places = st.columns(4)
    in_time, ruled = _punctual(store)
    places[0].metric(
        t("due.waiting"),
        f"{len(found):,}",
        help=t("due.waiting_help", calls=len({v.call_id for v in found})),
        border=True,
    )
    places[1].metric(t("due.late"), f"{len(late):,}", help=t("due.late_help"), border=True)
    places[2].metric(t("due.soon"), f"{len(soon):,}", help=t("due.soon_help"), border=True)
    punctual = f"{percent(in_time, ruled)} · {in_time:,}/{ruled:,}" if ruled else t("app.none")
    places[3].metric(t("due.punctual"), punctual, help=t("due.punctual_help"), border=True)
    if not found:
        st.info(t("due.none"))
        return
    st.text(
        t(
            "due.says",
            n=len(found),
            late=len(late),
            oldest=when(min(firsts[v.finding_id].stored_at for v in found) + CLOCK),
        )
    )
    if len(found) > SHOWN:
        st.text(t("due.rest", shown=SHOWN, every=len(found)))
    _table(found[:SHOWN], firsts, until, now, norms)


def _table(
    found: list[Violation], firsts: Mapping[str, First], until: Mapping[str, datetime], now: datetime,
    norms: Mapping[str, Norm],
) -> None:  # fmt: skip
    table = {
        t("due.left"): [left(until[v.finding_id] - now) for v in found],
        t("due.until"): [when(until[v.finding_id]) for v in found],
        t("due.since"): [when(firsts[v.finding_id].stored_at + CLOCK) for v in found],
        t("dimension.category"): [name("category", v.category) for v in found],
        t("violations.machine"): [name("status", v.status) for v in found],
        t("violations.quote"): [mask_text(v.quote) for v in found],
        t("table.call"): [mask_text(v.call_id) for v in found],
        t("table.agent"): [v.agent_name or v.agent_id or "" for v in found],
        t("table.team"): [v.team or "" for v in found],
        t("evidence.first_judged"): [
            f"{firsts[v.finding_id].pack} · {firsts[v.finding_id].code_version}" for v in found
        ],
        t("evidence.judged"): [f"{v.pack} · {v.code_version}" for v in found],
    }
    revision = hashlib.sha256("\n".join(v.finding_id for v in found).encode()).hexdigest()[:12]
    choice = st.dataframe(
        table, key=f"due:{revision}", hide_index=True, on_select="rerun", selection_mode="single-row",
        height=min(38 + 35 * len(found), 420),
    )  # fmt: skip
    for row in choice["selection"]["rows"]:
        evidence(found[row], firsts[found[row].finding_id], norms, "due_evidence")


def _punctual(store: Store) -> tuple[int, int]:
    """How many critical findings people decided in time, and how many at all."""
    which = Which({"severity": ("critical",), "standing": ("upheld", "overturned")})
    ruled = [v for v in violations(store, which=which, limit=RULED) if v.decided_at is not None]
    firsts = first_found(store, ruled)
    in_time = [v for v in ruled if v.decided_at and v.decided_at + CLOCK <= due(firsts[v.finding_id].stored_at + CLOCK)]
    return len(in_time), len(ruled)


def left(span: timedelta) -> str:
    """How long there still is, or how much too late it is."""
    hours = int(abs(span).total_seconds()) // 3600
    parts = {"days": hours // 24, "hours": hours % 24}
    return t("due.over" if span < timedelta() else "due.remaining", **parts)
