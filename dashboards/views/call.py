"""What happened in this call, what is it worth, and what do people say of it? Found under ``/call?id=…&line=…``."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from auditor.errors import NotFoundError
from auditor.review.due import WORKPLACE
from auditor.review.unmasking import unmask
from auditor.store.answers import StoredCall
from auditor.store.queries import Store
from auditor.text.masking import mask_text
from dashboards import data
from dashboards.acts import drawn
from dashboards.components import cards
from dashboards.components.appeal import appeal_line
from dashboards.components.calls import calls_table
from dashboards.components.headline import headline
from dashboards.components.player import player
from dashboards.components.signals import signals
from dashboards.components.signoff import signoff
from dashboards.components.working import onward
from dashboards.likeness import likenesses
from dashboards.locales import t
from dashboards.reviewed import reviewed
from dashboards.who import can, me

LATEST = 50


def choose(store: Store) -> None:
    """Without a call: find one by its id, or take one of the latest."""
    st.title(t("call.choose"), anchor=False)
    wanted = st.text_input(t("call.find"), placeholder=t("call.find_hint"), max_chars=200, key="find").strip()
    if wanted:
        st.query_params["id"] = next(iter(store.find_call(wanted, limit=1)), wanted)
        st.rerun()
    rows = store.calls(order="newest", limit=LATEST)
    st.caption(t("call.choose_says", n=len(rows)))
    calls_table(rows, "latest")


def whole(store: Store, stored: StoredCall) -> bool:
    """Whether personal data are shown: on demand, for those who may, call by call, and written down once a session and call."""
    if not can("unmask"):
        return False
    call_id = stored.entry.call_id
    top = st.container(horizontal=True, horizontal_alignment="right", key="above")
    if not top.toggle(t("call.whole"), help=t("call.whole_help"), key=f"whole:{drawn(call_id)}"):
        return False
    noted: set[str] = st.session_state.setdefault("unmasked", set())
    if call_id not in noted:
        unmask(store, me(), stored, datetime.now(UTC))
        noted.add(call_id)
    return True


def line() -> int | None:
    """The line that the address asks for, as ``/call?id=…&line=12`` does; its first line is 0."""
    asked = st.query_params.get("line", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 8 else None


def show(store: Store, stored: StoredCall) -> None:
    """The call: headline, then listening on the left and judgement on the right."""
    seen = reviewed(store, stored, may_review=can("review"), whole=whole(store, stored))
    headline(seen)
    listen, judge = st.columns([1.32, 1], gap="medium")
    with listen:
        player(seen, stored.call.utterances, data.recording(store.home, stored), line())
    annotations = store.annotations(stored.call)
    hints = cards.suspected(annotations)
    # what the tabs are called must not change with what is decided: Streamlit would go back to the first
    titles = [
        t(f"call.{tab}") for tab in ("findings", "steps", "deductions", "signals", *(["hints"] if annotations else []))
    ]
    with judge:
        if st.query_params.get("from") == "queue" and can("review"):
            onward(store, me(), stored.entry.call_id, datetime.now(WORKPLACE), signed=bool(seen.signed()))
        signoff(seen)
        appeal_line(stored)
    findings, steps, lost, measured, *beside = judge.tabs(titles, key="judgement")
    clauses = data.clauses(store.home, stored.audit.pack)
    with findings:
        cards.findings(seen, clauses, likenesses(store, stored.shown.findings) if can("review") else {})
    with steps:
        cards.steps(seen, clauses)
    with lost:
        cards.deductions(seen)
    with measured:
        signals(seen.machine.signals)
    for tab in beside:
        with tab:
            cards.hints(hints, seen.call)


def page(store: Store) -> None:
    """The page."""
    call_id = st.query_params.get("id")
    if call_id is None:
        choose(store)
        return
    try:
        stored = store.call(call_id)
    except NotFoundError:
        st.text(t("call.missing", id=mask_text(call_id)))
        choose(store)
    else:
        show(store, stored)


page(data.store())
