"""What a debtor went through: every call and attempt over the days, with the limits of each day drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

import streamlit as st

from auditor.errors import AuditorError
from auditor.models import Region
from auditor.review.case_ids import show_ids
from auditor.rules.scene import Limits
from auditor.store.queries import Store
from auditor.store.timelines import Contact, Debtor, contacts, find_debtors, veiled
from auditor.text.masking import mask_id, mask_text
from dashboards import data
from dashboards.components import choosing
from dashboards.components.timeline import limits_of, timeline
from dashboards.formats import joined, when
from dashboards.locales import name, t
from dashboards.who import can, me, need


def whole_ids() -> bool:
    """Whether ids are shown as they are; asking for it is an event."""
    if not can("unmask"):
        return False
    return bool(st.toggle(t("cases.whole"), key="whole_ids", help=t("cases.whole_help"), on_change=_told))


def _told() -> None:
    if st.session_state.get("whole_ids"):
        of = {kind: st.query_params[kind] for kind in ("case", "customer") if kind in st.query_params}
        show_ids(data.store().home, me(), of, datetime.now(UTC))


def choose(store: Store, whole: bool) -> None:
    """Find a case or customer by the beginning of its id; without one, those with the most findings."""
    wanted = choosing.text(st.columns([1, 1])[0], "find", t("cases.find"), t("cases.find_hint"))
    found = find_debtors(store, wanted)
    if not found:
        st.info(t("cases.missing") if wanted else t("cases.none"))
        return
    st.text(t("cases.found" if wanted else "cases.most", n=len(found)))
    table = {
        t("cases.kind"): [t(f"cases.{each.kind}") for each in found],
        t("cases.id"): [_id(each.id, whole) for each in found],
        t("cases.calls"): [each.calls for each in found],
        t("cases.attempts"): [each.attempts for each in found],
        t("cases.findings"): [each.findings for each in found],
        t("cases.first"): [each.first for each in found],
        t("cases.last"): [each.last for each in found],
    }
    revision = hashlib.sha256("\n".join(f"{each.kind}:{each.id}" for each in found).encode()).hexdigest()[:12]
    choice = st.dataframe(
        table, key=f"debtors:{revision}", hide_index=True, on_select="rerun", selection_mode="single-row",
        height=min(38 + 35 * len(found), 460),
    )  # fmt: skip
    for row in choice["selection"]["rows"]:
        _open(found[row], whole)


def _open(debtor: Debtor, whole: bool) -> None:
    st.query_params.clear()
    st.query_params[debtor.kind] = debtor.id if whole else veiled(debtor.id)
    st.rerun()


def show(store: Store, kind: str, id: str, whole: bool) -> None:
    """One case or customer."""
    found = contacts(store, kind, id)
    title, back = st.columns([5, 1], vertical_alignment="bottom")
    known = next((getattr(each.call.metadata, f"{kind}_id") for each in found), id)
    title.text(f"{t(f'cases.{kind}')} {_id(known, whole)}")
    if back.button(t("cases.back"), key="back"):
        st.query_params.clear()
        st.rerun()
    if not found:
        st.info(t("cases.missing"))
        return
    limits: Mapping[Region, Limits] = {}
    region: Region = "CN"
    try:
        pack = data.pack(store.home, found[-1].pack)
        limits, region = pack.limits, pack.default_region
    except (AuditorError, OSError):
        st.warning(t("cases.no_limits"))
    dated = [each for each in found if each.started_at is not None]
    answered = sum(each.reached for each in found)
    marks = sum(len(each.marks) for each in found)
    days = limits_of(dated, limits, region)
    over = [day for day in days if day.over]
    st.text(
        t("cases.says", calls=answered, attempts=len(found) - answered, days=len(days), findings=marks, over=len(over))
    )
    if len(dated) < len(found):
        st.text(t("cases.undated", n=len(found) - len(dated)))
    if dated:
        timeline(dated, days, limits, region)
    _table(found)


def _table(found: list[Contact]) -> None:
    table = {
        t("table.started"): [when(each.started_at) if each.started_at else "" for each in found],
        t("cases.answered"): [t("cases.yes") if each.reached else t("cases.no") for each in found],
        t("table.party"): [name("party", each.party) if each.answered else "" for each in found],
        t("table.agent"): [each.agent_name or each.agent_id or "" for each in found],
        t("table.team"): [each.team or "" for each in found],
        t("cases.findings"): [
            t("app.comma").join(
                f"{name('category', m.category)}{t('cases.of_several') if m.of_several else ''}" for m in each.marks
            )
            for each in found
        ],
        t("cases.stop"): [t("cases.yes") if each.stop else "" for each in found],
        t("cases.promise"): [_promise(each) for each in found],
        t("table.call"): [mask_text(each.call_id) for each in found],
    }
    revision = hashlib.sha256("\n".join(each.call_id for each in found).encode()).hexdigest()[:12]
    choice = st.dataframe(
        table, key=f"contacts:{revision}", hide_index=True, on_select="rerun", selection_mode="single-row",
        height=min(38 + 35 * len(found), 420),
    )  # fmt: skip
    for row in choice["selection"]["rows"]:
        st.switch_page("views/call.py", query_params={"id": found[row].call_id})


def _promise(contact: Contact) -> str:
    if contact.promised is None:
        return ""
    due = contact.promised.due.isoformat() if contact.promised.due else contact.promised.date_text or ""
    amount = "" if contact.promised.amount is None else f"{contact.promised.amount:,.2f}"
    outcomes = [
        t("call.promise_outcome", outcome=name("outcome", k.outcome), paid=f"{k.paid:,.2f}") for k in contact.kept
    ]
    return joined(amount, mask_text(due), *outcomes)


def _id(id: str, whole: bool) -> str:
    return id if whole else mask_id(id)


def page(store: Store) -> None:
    """The page."""
    title, toggle = st.columns([4, 1], vertical_alignment="bottom")
    title.title(t("cases.title"), anchor=False)
    with toggle:
        whole = whole_ids()
    for kind in ("case", "customer"):
        if id := st.query_params.get(kind):
            show(store, kind, id[:300], whole)
            return
    choose(store, whole)


need("oversee")
page(data.store())
