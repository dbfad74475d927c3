"""Everything that people and runs did, one event a row, and whether anybody tampered with the record."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta, timezone
from typing import Any

import streamlit as st

from auditor.reports.violations import CLOCK
from auditor.store import ledger as ledgers
from auditor.store.events import Event, EventFilter, count, events, kinds
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from auditor.store.timelines import in_scope
from auditor.text.masking import mask_text
from dashboards import data
from dashboards.components import choosing
from dashboards.locales import name, t
from dashboards.who import need

PAGE = 100
ZONE = timezone(timedelta(hours=8))
LONGEST = 4000


def choose(known: list[str]) -> EventFilter:
    """The choice of kind, person, call and days."""
    kind, by, call, since, until = st.columns([1.2, 1, 1.2, 1, 1])
    return EventFilter(
        kind=choosing.one(
            kind, "kind", t("log.kind"), ("", *known), lambda k: name("event", k) if k else t("dimension.all")
        ),
        by=choosing.text(by, "by", t("log.by"), t("log.by_hint")),
        call_id=choosing.text(call, "call", t("table.call"), t("log.call_hint")),
        since=choosing.day(since, "since", t("dimension.since")),
        until=choosing.day(until, "until", t("dimension.until")),
        zone=ZONE,
    )


def chain(store: Store) -> None:
    """The answer whether the record is as it was written."""
    with st.spinner(t("log.verifying")), Ledger(store.home) as ledger, ledger.reading() as db:
        broken, every = ledgers.verify_chain(db), count(db, EventFilter())
    if broken is None:
        st.success(t("log.intact", n=every))
    else:
        st.error(t("log.broken", n=broken))


def told(body: str) -> str:
    """An event's body for a person to read: personal data masked, characters as they are."""
    try:
        return json.dumps(_masked(json.loads(body)), ensure_ascii=False)
    except ValueError:
        return mask_text(body)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_text(value[:LONGEST])
    if isinstance(value, list):
        return [_masked(each) for each in value]
    if isinstance(value, dict):
        return {key: _masked(each) for key, each in value.items()}
    return value


def show(store: Store) -> None:
    """The page."""
    title, button = st.columns([5, 1], vertical_alignment="bottom")
    title.title(t("log.title"), anchor=False)
    if button.button(t("log.verify"), help=t("log.verify_help"), key="verify", width="stretch"):
        chain(store)
    with Ledger(store.home) as ledger, ledger.reading() as db:
        wanted = choose(kinds(db))
        every = count(db, wanted)
        pages = max(1, -(-every // PAGE))
        page = st.pagination(pages, key=f"page:{pages}") if pages > 1 else 1
        found = events(db, wanted, limit=PAGE, offset=(page - 1) * PAGE)
    if not found:
        st.info(t("log.none"))
        return
    st.text(t("log.says", n=len(found), every=every))
    _table(store, found)


def _table(store: Store, found: list[Event]) -> None:
    seen = in_scope(store, [each.call_id for each in found if each.call_id])
    bodies = [told(each.body) if not each.call_id or each.call_id in seen else t("log.out_of_scope") for each in found]
    table = {
        t("log.number"): [each.seq for each in found],
        t("log.at"): [f"{(each.happened_at.replace(tzinfo=None) + CLOCK):%Y-%m-%d %H:%M:%S}" for each in found],
        t("log.kind"): [name("event", each.kind) for each in found],
        t("log.by"): [each.by or t("log.machine") for each in found],
        t("table.call"): [mask_text(each.call_id) if each.call_id in seen else "" for each in found],
        t("log.body"): bodies,
        t("log.hash"): [each.hash[:16] for each in found],
    }
    revision = hashlib.sha256(f"{found[0].seq}:{found[-1].seq}:{len(found)}".encode()).hexdigest()[:12]
    choice = st.dataframe(
        table, key=f"events:{revision}", hide_index=True, on_select="rerun", selection_mode="single-row", height=560
    )
    for row in choice["selection"]["rows"]:
        st.code(bodies[row], language=None, wrap_lines=True)
        if found[row].call_id in seen and st.button(t("log.open"), key="open_call"):
            st.switch_page("views/call.py", query_params={"id": found[row].call_id})


need("oversee")
show(data.store())
