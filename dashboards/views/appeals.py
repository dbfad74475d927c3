"""Which appeals wait for an answer, and is this one right? For reviewers, and for arbiters where an agent did not accept the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from auditor.errors import AuditorError
from auditor.review.appeals import LONGEST, Move, act, refusal, remedies, ruled_by
from auditor.review.due import due
from auditor.review.precedent import wording
from auditor.store import appeals
from auditor.store.appeals import Appeal, Change, Listed, State, listed
from auditor.store.ledger import Ledger
from auditor.store.people import people
from auditor.text.masking import mask_text
from dashboards import data
from dashboards.components.appeal import failed, trouble
from dashboards.components.dossier import (
    Group,
    about_card,
    change_name,
    course,
    precedents,
    show,
    subject_name,
    worth,
)
from dashboards.components.tables import choosable
from dashboards.formats import joined, number, when
from dashboards.judged import Judged, judged
from dashboards.locales import name, t
from dashboards.who import can, me, need

ANSWER_WITHIN = 5
"""Working days for an answer: an appeal that waits longer than a week teaches the agent that nobody reads it."""
LISTS: dict[str, tuple[State, ...]] = {
    "open": ("open",),
    "escalated": ("escalated",),
    "answered": ("accepted", "rejected", "final_accepted", "final_rejected", "withdrawn"),
}
MOST = 500


def deadline(row: Listed) -> datetime:
    """By when the appeal must have its answer, on this machine's clock."""
    return due(row.taken_at.astimezone(), ANSWER_WITHIN)


def marker(row: Listed, now: datetime) -> str:
    """By when it must have its answer, in words."""
    by = deadline(row)
    return t("appeals.overdue" if by < now else "appeals.due", by=f"{by:%m-%d}")


def choose(number: int) -> None:
    """Show this appeal below; the address names it."""
    st.query_params["id"] = str(number)


def table(rows: Sequence[Listed], now: datetime) -> None:
    """Appeals, one a row; choosing one shows it."""
    waiting = any(row.state in ("open", "escalated") for row in rows)
    columns = {
        t("appeals.number"): [row.appeal for row in rows],
        t("appeals.state"): [name("appeal_state", row.state) for row in rows],
        t("appeals.limit"): [marker(row, now) if waiting else "" for row in rows],
        t("mine.about"): [subject_name(row.kind, row.topic) for row in rows],
        t("table.agent"): [row.agent_name or row.agent_id or "" for row in rows],
        t("table.team"): [row.team or "" for row in rows],
        t("mine.lodged"): [when(row.opened_at.astimezone()) for row in rows],
        t("table.call"): [mask_text(row.call_id) for row in rows],
    }
    if not waiting:
        del columns[t("appeals.limit")]
    ids = [f"{row.appeal}:{row.version}" for row in rows]
    choosable(columns, "appeals", ids, lambda place: choose(rows[place].appeal), height=288)


def wanted(appeal: Appeal, case: Judged) -> list[Change]:
    """What the reviewer would change, if the appeal is right."""
    possible = remedies(case.audit, appeal.kind, appeal.item)
    key = f"changes:{appeal.appeal}:{appeal.version}"
    if appeal.kind == "step" and possible:
        chosen = st.radio(
            t("appeals.becomes"), possible, format_func=lambda c: name("verdict", c.verdict), key=key, horizontal=True
        )
        return [chosen]
    if appeal.kind != "call":
        return list(possible)
    st.text(t("appeals.choose"))
    return [
        change
        for change in possible
        if st.checkbox(change_name(change, case), key=f"{key}:{change.kind}:{change.item}:{change.verdict}")
    ]


def answer(appeal: Appeal, case: Judged, changes: Sequence[Change]) -> None:
    """The reviewer's or arbiter's answer, or why it is not theirs to give."""
    with Ledger(data.everything().home) as ledger, ledger.reading() as db:
        ruled = ruled_by(db, appeal.call_id, appeal.kind, appeal.item)
    barred = refusal(appeal, "reject", me(), ruled, datetime.now(UTC))
    if barred is not None:
        st.info(t("appeals.barred", why=name("refusal", barred)))
        return
    key = f"answer:{appeal.appeal}:{appeal.version}"
    st.text_area(t("appeals.words"), max_chars=LONGEST, key=key, height=110, help=t("appeals.words_help"))
    accept, reject = st.columns(2)
    accept.button(
        t("appeals.accept"), key=f"{key}:accept", type="primary", width="stretch", disabled=not changes,
        on_click=_answer, args=(appeal, case, "accept", key, tuple(changes)),
    )  # fmt: skip
    reject.button(
        t("appeals.reject"), key=f"{key}:reject", width="stretch",
        on_click=_answer, args=(appeal, case, "reject", key, ()),
    )  # fmt: skip
    if not changes:
        st.caption(t("appeals.nothing_left" if appeal.kind != "call" else "appeals.choose_first"))


def _answer(appeal: Appeal, case: Judged, move: Move, key: str, changes: tuple[Change, ...]) -> None:
    place, text = f"appeal:{appeal.appeal}", str(st.session_state.get(key, ""))
    try:
        if case.scoring is None:
            failed(place, t("appeal.no_pack"), text)
            return
        act(
            data.store(), me(), case.stored, appeal.appeal, move, text,
            seen=appeal.version, at=datetime.now(UTC), scoring=case.scoring, changes=changes,
        )  # fmt: skip
    except AuditorError as error:
        failed(place, str(error), text)


def detail(row: Listed) -> None:
    """One appeal: evidence and course on the left, what it would change, precedent and the answer on the right."""
    case = judged(data.store(), row.call_id)
    with Ledger(data.everything().home) as ledger, ledger.reading() as db:
        appeal = appeals.read(db, row.appeal)
        names = {each.name: each.shown for each in people(db)}
    st.subheader(t("appeals.one", number=appeal.appeal, about=subject_name(appeal.kind, appeal.topic)), anchor=False)
    where = (row.agent_name or appeal.agent_id or "", row.team or "", when(row.started_at) if row.started_at else "")
    st.text(joined(*where, mask_text(appeal.call_id)))
    trouble(f"appeal:{appeal.appeal}")
    left, right = st.columns([1.15, 1], gap="medium")
    with left:
        about = about_card(appeal, case)
        evidence = [Group(t("appeals.evidence"), [about])] if about else []
        show(f"evidence:{appeal.appeal}:{appeal.version}", [*evidence, course(appeal, case, names)])
        if st.button(t("appeals.open_call"), key="open_call"):
            st.switch_page("views/call.py", query_params={"id": appeal.call_id})
    with right:
        waits = appeal.state in ("open", "escalated")
        changes = wanted(appeal, case) if waits else []
        topical = [precedents(appeal.kind, appeal.topic, wording(appeal), appeal.appeal)] if appeal.topic else []
        show(f"weigh:{appeal.appeal}:{appeal.version}", topical, worth(case, changes))
        if waits:
            answer(appeal, case, changes)


def chosen_list(every: Sequence[Listed], shown: Listed | None) -> str:
    """Which list is looked at: what was chosen, what the address says, or where the appeal shown is."""
    by_list = {key: sum(row.state in states for row in every) for key, states in LISTS.items()}
    offered = [key for key in LISTS if key != "escalated" or can("arbitrate") or by_list[key]]
    asked = st.query_params.get("list")
    holding = "open" if shown is None else next(key for key, states in LISTS.items() if shown.state in states)
    chosen = st.segmented_control(
        t("appeals.list"), offered, default=asked if asked in offered else holding, required=True, key="list",
        format_func=lambda key: t(f"appeals.list_{key}", n=by_list[key]), on_change=_keep_list, label_visibility="collapsed",
    )  # fmt: skip
    return chosen or "open"


def _keep_list() -> None:
    st.query_params["list"] = st.session_state["list"]


def page() -> None:
    """The page."""
    need("answer_appeal")
    st.title(t("appeals.title"), anchor=False)
    now = datetime.now(UTC)
    every = listed(data.store())
    asked = st.query_params.get("id", "")
    shown = next((row for row in every if str(row.appeal) == asked), None)
    chosen = chosen_list(every, shown)
    rows = [row for row in every if row.state in LISTS[chosen]]
    if chosen == "answered":
        rows = rows[::-1][:MOST]
        st.caption(t("appeals.says_answered", n=number(len(rows))))
    else:
        rows.sort(key=lambda row: row.taken_at)
        late = sum(deadline(row) < now for row in rows)
        st.caption(t("appeals.says_waiting", n=len(rows), late=late, days=ANSWER_WITHIN))
    if rows:
        table(rows, now)
    if shown is not None:
        detail(shown)
    elif asked:
        st.info(t("appeals.unknown"))


page()
