"""The due clock: critical findings that no person has decided yet, and until when one must."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from auditor.reports.violations import CLOCK
from auditor.review.due import due
from auditor.rules.norms import Norm
from auditor.store.answers import EVERY_CALL
from auditor.store.firsts import First, first_found
from auditor.store.queries import Store
from auditor.store.violations import WAITING, Violation, Which, clocked, count, violations
from auditor.text.masking import mask_text
from dashboards.components.evidence import evidence
from dashboards.formats import percent, when
from dashboards.locales import name, t

SHOWN = 500
MOST = 5000
RULED = Which({"severity": ("critical",), "standing": ("upheld", "overturned")})
NEXT_DAY = timedelta(hours=24)


def waiting(store: Store, norms: Mapping[str, Norm]) -> None:
    """Show what waits, the latest due first, and how punctually the rest was decided."""
    found, every = clocked(store, WAITING, limit=MOST), count(store, EVERY_CALL, WAITING)
    firsts = first_found(store, found)
    until = {each: due(first.stored_at + CLOCK) for each, first in firsts.items()}
    now = datetime.now(UTC).replace(tzinfo=None) + CLOCK
    _totals(store, every, list(until.values()), now)
    if not found:
        st.info(t("due.none"))
        return
    oldest = when(min(first.stored_at for first in firsts.values()) + CLOCK)
    st.text(t("due.says", n=every, late=sum(last < now for last in until.values()), oldest=oldest))
    order = sorted(until, key=lambda each: (until[each], firsts[each].stored_at, firsts[each].result, each))[:SHOWN]
    if len(found) > SHOWN:
        st.text(t("due.rest", shown=SHOWN, every=every))
    if every > len(found):
        st.text(t("due.capped", n=len(found), every=every))
    shown = {v.finding_id: v for v in violations(store, which=WAITING, ids=tuple(order), limit=SHOWN)}
    _table([shown[each] for each in order if each in shown], firsts, until, now, norms)


def _totals(store: Store, every: int, until: Sequence[datetime], now: datetime) -> None:
    late, soon = sum(last < now for last in until), sum(now <= last < now + NEXT_DAY for last in until)
    in_time, ruled = _punctual(store)
    told = (
        ("waiting", f"{every:,}"),
        ("late", f"{late:,}"),
        ("soon", f"{soon:,}"),
        ("punctual", f"{percent(in_time, ruled)} · {in_time:,}/{ruled:,}" if ruled else t("app.none")),
    )
    for place, (key, value) in zip(st.columns(4), told, strict=True):
        place.metric(t(f"due.{key}"), value, help=t(f"due.{key}_help"), border=True)


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
    ruled = [each for each in clocked(store, RULED, limit=MOST) if each.decided_at is not None]
    firsts = first_found(store, ruled)
    in_time = [
        each
        for each in ruled
        if each.decided_at and each.decided_at + CLOCK <= due(firsts[each.finding_id].stored_at + CLOCK)
    ]
    return len(in_time), len(ruled)


def left(span: timedelta) -> str:
    """How long there still is, or how much too late it is."""
    hours = int(abs(span).total_seconds()) // 3600
    parts = {"days": hours // 24, "hours": hours % 24}
    return t("due.over" if span < timedelta() else "due.remaining", **parts)
