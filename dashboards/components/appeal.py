"""Beside what an agent may appeal against: the way to appeal, and how it went on."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from auditor.errors import AuditorError
from auditor.review.appeals import LONGEST, Move, Subject, act, escalates_until, lodge, moves, remedies, subject
from auditor.review.precedent import quoted
from auditor.review.roles import may
from auditor.store import appeals
from auditor.store.answers import Scope, StoredCall
from auditor.store.appeals import Appeal
from auditor.store.ledger import Ledger
from dashboards import data
from dashboards.components.dossier import course, precedents, show, worth
from dashboards.formats import when
from dashboards.judged import Judged, judged
from dashboards.locales import name, t
from dashboards.who import can, me

_TROUBLE = "appeal_trouble"


def appeal_box(stored: StoredCall, item: str = "", case: Judged | None = None) -> None:
    """For a finding (its id), a step (its name) or the score (empty): to the call's own agent the way to appeal and what became of it, to
    those who answer appeals that there is one, to others nothing.

    Args:
        stored: the call, masked or not.
        case: the call as it counts, where the page has it at hand.
    """
    store, call_id = data.store(), stored.entry.call_id
    with Ledger(store.home) as ledger, ledger.reading() as db:
        found = [a for a in appeals.of_call(db, call_id) if a.item == item]
    appeal = found[-1] if found else None
    if own(stored):
        if appeal is None or appeal.state == "withdrawn":
            _lodging(stored, item, case)
        else:
            _followed(appeal, case or judged(store, call_id))
    elif appeal is not None and can("answer_appeal"):
        _told(appeal)


def appeal_line(stored: StoredCall) -> None:
    """On a call's page: to its own agent the way to where they may appeal, to those who answer appeals which there are."""
    if own(stored):
        if st.button(t("appeal.way"), key="appeal_way"):
            st.switch_page("views/mine.py", query_params={"call": stored.entry.call_id})
        return
    if not can("answer_appeal"):
        return
    with Ledger(data.everything().home) as ledger, ledger.reading() as db:
        found = [a for a in appeals.of_call(db, stored.entry.call_id) if a.state != "withdrawn"]
    for appeal in found:
        _told(appeal)


def _told(appeal: Appeal) -> None:
    says, way = st.columns([2.2, 1], vertical_alignment="center")
    says.text(t("appeal.there_is", number=appeal.appeal, state=name("appeal_state", appeal.state)))
    if way.button(t("appeal.go"), key=f"appeal_go:{appeal.appeal}", width="stretch"):
        st.switch_page("views/appeals.py", query_params={"id": str(appeal.appeal)})


def own(stored: StoredCall) -> bool:
    """Whether who looks is the call's own agent; the call may be masked."""
    who = me()
    if who.agent_id is None or not may(who, "appeal"):
        return False
    return data.everything().within(Scope(agents=(who.agent_id,))).sees(stored.entry)


def failed(key: str, why: str, text: str) -> None:
    """Keep what went wrong with a click, and the words that were written, until the page says so."""
    st.session_state[_TROUBLE] = (key, why, text)


def trouble(key: str) -> None:
    """Say once what went wrong with the last click, where it was made; the words are not lost."""
    if st.session_state.get(_TROUBLE, ("", "", ""))[0] == key:
        _, why, text = st.session_state.pop(_TROUBLE)
        st.error(t("appeal.not_done"))
        st.text(why)
        if text.strip():
            st.text(t("appeal.you_wrote", text=text))


def _lodging(stored: StoredCall, item: str, case: Judged | None) -> None:
    key = f"appeal:{stored.entry.call_id}:{item}"
    trouble(key)
    if not st.session_state.get(key):
        if st.button(t("appeal.begin" if item else "appeal.begin_score"), key=f"{key}:begin"):
            st.session_state[key] = True
            st.rerun()
        return
    case = case or judged(data.store(), stored.entry.call_id)
    try:
        about = subject(case.audit, item)
    except AuditorError as error:
        st.text(str(error))
        return
    with st.container(border=True):
        _expected(key, about, case)
        text = st.text_area(
            t("appeal.reason"), max_chars=LONGEST, key=f"{key}:text", help=t("appeal.reason_help"), height=96
        )
        send, cancel, _ = st.columns([1, 1, 2])
        send.button(
            t("appeal.send"), key=f"{key}:send", type="primary", on_click=_send, args=(key, case, item), width="stretch"
        )
        if cancel.button(t("appeal.cancel"), key=f"{key}:cancel", width="stretch"):
            del st.session_state[key]
            st.rerun()
        if not text.strip():
            st.caption(t("appeal.rules"))


def _expected(key: str, about: Subject, case: Judged) -> None:
    """What the appeal would bring, and how others like it went."""
    possible = remedies(case.audit, about.kind, about.item)
    supposed = worth(case, possible[:1]) if about.kind != "call" else []
    show(f"{key}:expected", [precedents(about.kind, about.topic, quoted(about.about))] if about.topic else [], supposed)


def _send(key: str, case: Judged, item: str) -> None:
    text = str(st.session_state.get(f"{key}:text", ""))
    try:
        if case.scoring is None:
            failed(key, t("appeal.no_pack"), text)
            return
        lodge(data.store(), me(), case.stored, item, text, at=datetime.now(UTC), scoring=case.scoring)
        del st.session_state[key]
    except AuditorError as error:
        failed(key, str(error), "")


def _followed(appeal: Appeal, case: Judged) -> None:
    """How the agent's appeal stands, and what they may do next."""
    now = datetime.now(UTC)
    key = f"appeal:{appeal.appeal}:{appeal.version}"
    trouble(f"appeal:{appeal.appeal}")
    with st.expander(t("appeal.stands", state=name("appeal_state", appeal.state)), expanded=True):
        show(f"{key}:course", [course(appeal, case, {})])
        possible = moves(appeal, me(), (), now)
        if "withdraw" in possible:
            st.button(t("appeal.withdraw"), key=f"{key}:withdraw", on_click=_move, args=(appeal, case, "withdraw", key))
        if "escalate" in possible:
            st.text(t("appeal.may_escalate", until=when(escalates_until(appeal).astimezone())))
            st.text_area(t("appeal.reason_again"), max_chars=LONGEST, key=f"{key}:text", height=80)
            st.button(t("appeal.escalate"), key=f"{key}:escalate", on_click=_move, args=(appeal, case, "escalate", key))
        elif appeal.state == "rejected":
            st.text(t("appeal.too_late"))


def _move(appeal: Appeal, case: Judged, move: Move, key: str) -> None:
    text = str(st.session_state.get(f"{key}:text", ""))
    try:
        if case.scoring is None:
            failed(f"appeal:{appeal.appeal}", t("appeal.no_pack"), text)
            return
        act(
            data.store(), me(), case.stored, appeal.appeal, move, text, seen=appeal.version, at=datetime.now(UTC),
            scoring=case.scoring,
        )  # fmt: skip
    except AuditorError as error:
        failed(f"appeal:{appeal.appeal}", str(error), text)
