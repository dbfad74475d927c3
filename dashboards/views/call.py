"""What happened in this call, and what is it worth? Also found under ``/call?id=…``."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from auditor.errors import NotFoundError
from auditor.store.answers import StoredCall
from auditor.store.queries import Store
from auditor.text.masking import mask_text, veil
from dashboards import data
from dashboards.components import cards
from dashboards.components.arrival import arrive
from dashboards.components.calls import calls_table
from dashboards.components.headline import headline
from dashboards.components.player import player
from dashboards.components.signals import signals
from dashboards.locales import t

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


def show(store: Store, stored: StoredCall) -> None:
    """The call: headline, then listening on the left and judgement on the right."""
    cover = veil(stored.call, data.public_numbers(store.home, stored.audit.pack))
    if not st.toggle(t("call.whole"), help=t("call.whole_help"), key="whole"):
        stored = replace(stored, call=cover.call, audit=cover.audit(stored.audit), shown=cover.audit(stored.shown))
    call, audit = stored.call, stored.shown
    headline(stored)
    due = [step for step in audit.steps if step.verdict != "na"]
    done = sum(step.verdict == "done" for step in due)
    listen, judge = st.columns([1.32, 1], gap="medium")
    with listen:
        player(call, audit, data.recording(store.home, stored))
    annotations = store.annotations(stored.call)
    hints = cards.suspected(annotations)
    titles = [
        t("call.findings", n=len(audit.findings)),
        t("call.steps", done=done, of=len(due)),
        t("call.deductions", n=len(audit.scorecard.deductions)),
        t("call.signals"),
    ]
    if annotations:
        titles.append(t("call.hints", n=len(hints)))
    findings, steps, lost, measured, *beside = judge.tabs(titles)
    clauses = data.clauses(store.home, audit.pack)
    with findings:
        cards.findings(audit, clauses)
    with steps:
        cards.steps(audit, clauses)
    with lost:
        cards.deductions(audit)
    with measured:
        signals(audit.signals)
    for tab in beside:
        with tab:
            cards.hints(hints, call)


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
        arrive()


page(data.store())
