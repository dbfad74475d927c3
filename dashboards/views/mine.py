"""How were my calls judged, what can I do better, and what may I appeal against? For agents, of their own calls only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from auditor.errors import NotFoundError
from auditor.review.roles import may
from auditor.store.answers import CallRow, Filters
from auditor.store.appeals import Listed, listed
from auditor.store.people import Person
from auditor.store.progress import DAYS, Progress, progress
from auditor.store.queries import Store
from auditor.store.tasks import OwnTask, open_tasks
from auditor.text.masking import mask_text
from dashboards import data
from dashboards.components.appeal import appeal_box
from dashboards.components.cards import Card
from dashboards.components.dossier import Group, finding_evidence, show, step_evidence, subject_name
from dashboards.components.tables import choosable
from dashboards.formats import clock, joined, number, when
from dashboards.judged import Judged, judged
from dashboards.locales import name, t
from dashboards.who import need

LATEST = 100
FEW = 8
"""Scored calls; of fewer, two stretches of weeks are not held against each other."""
WAITING = ("missed", "cannot_tell")
_SEVERITY_ORDER = {"critical": 0, "major": 1, "minor": 2, "notice": 3}


def whose(who: Person, store: Store) -> str | None:
    """The agent whose calls are shown: one's own number; somebody without one who may see calls chooses, and only looks."""
    if who.agent_id is not None or not may(who, "see_calls"):
        return who.agent_id
    agents = store.choices().agents
    return st.selectbox(t("mine.as_agent"), agents, key="agent", bind="query-params", index=0 if agents else None)


def trend(made: Progress) -> str:
    """The last weeks in a sentence, with the number of calls that it rests on."""
    if made.until is None or made.now.mean is None:
        return t("mine.trend_none")
    said = t("mine.trend", weeks=DAYS // 7, until=made.until, n=made.now.calls, mean=f"{made.now.mean:.1f}")
    if made.before.mean is None or min(made.now.calls, made.before.calls) < FEW:
        return said + t("mine.trend_few")
    change = round(made.now.mean, 1) - round(made.before.mean, 1)
    before = {"n": made.before.calls, "mean": f"{made.before.mean:.1f}", "by": f"{abs(change):.1f}"}
    said += t("mine.trend_up" if change > 0 else "mine.trend_down" if change < 0 else "mine.trend_same", **before)
    return said + t("mine.trend_chance") if change and abs(change) < 2 * error(made) else said


def error(made: Progress) -> float:
    """The standard error of the difference of the two means; twice as much happens by chance in one of twenty cases."""
    return math.sqrt(sum((s.deviation or 0.0) ** 2 / s.calls for s in (made.now, made.before)))


def tasks(found: Sequence[OwnTask]) -> None:
    """What one was given to work on, masked, with the calls to listen to."""
    st.subheader(t("mine.tasks", n=len(found)), anchor=False)
    st.caption(t("mine.tasks_says"))
    today = datetime.now(UTC).astimezone().date()
    cards = [
        Card(
            title=subject_name("step" if task.kind == "step" else "finding", task.item),
            tone="minor" if task.due is not None and task.due < today else "notice",
            badge=t("mine.task_late") if task.due is not None and task.due < today else t("mine.task_open"),
            open=True,
            aside=t("mine.task_due", due=task.due) if task.due else "",
            notes=(
                (t("mine.task_do"), mask_text(task.text)),
                *([(t("mine.task_calls"), t("app.comma").join(map(mask_text, task.calls)))] if task.calls else []),
            ),
        )
        for task in found
    ]
    show("tasks", [Group("", cards)])


def choose(call_id: str) -> None:
    """Show this call below; the address names it."""
    st.query_params["call"] = call_id


def appeals_table(rows: Sequence[Listed]) -> None:
    """One's appeals, the newest first; choosing one shows its call."""
    table = {
        t("mine.lodged"): [when(row.opened_at.astimezone()) for row in rows],
        t("mine.about"): [subject_name(row.kind, row.topic) for row in rows],
        t("mine.state"): [name("appeal_state", row.state) for row in rows],
        t("mine.answered"): [
            mask_text(row.text) if row.state.endswith(("accepted", "rejected")) else "" for row in rows
        ],
        t("table.call"): [mask_text(row.call_id) for row in rows],
    }
    ids = [f"{row.appeal}:{row.version}" for row in rows]
    choosable(table, "my_appeals", ids, lambda place: choose(rows[place].call_id), height=180)


def calls_table(rows: Sequence[CallRow]) -> None:
    """One's calls; choosing one shows it."""
    score = t("table.score")
    table = {
        t("table.started"): [when(row.started_at) if row.started_at else "" for row in rows],
        score: [None if row.score is None else float(row.score) for row in rows],
        t("table.band"): [name("band", row.band) for row in rows],
        t("table.findings"): [row.confirmed for row in rows],
        t("table.suspected"): [row.suspected for row in rows],
        t("table.missed"): [row.missed for row in rows],
        t("table.duration"): [clock(row.duration) if row.duration else "" for row in rows],
        t("table.call"): [mask_text(row.call_id) for row in rows],
    }
    columns = {score: st.column_config.NumberColumn(format="%.1f")}
    ids = [row.call_id for row in rows]
    choosable(table, "my_calls", ids, lambda place: choose(ids[place]), columns=columns, height=300)


def detail(case: Judged) -> None:
    """One call: its score, what was found and what was missed, each with the way to appeal."""
    stored, audit, card = case.stored, case.audit, case.audit.scorecard
    known = case.cover.call.metadata
    title, way = st.columns([3, 1], vertical_alignment="bottom")
    title.subheader(t("mine.this_call"), anchor=False)
    title.text(joined(when(known.started_at) if known.started_at else "", case.cover.call.call_id))
    if way.button(t("mine.listen"), key="listen", width="stretch"):
        st.switch_page("views/call.py", query_params={"id": stored.entry.call_id})
    own = stored.shown.scorecard.score
    score = t("app.none") if card.score is None else number(card.score)
    st.text(
        t("mine.worth", score=score, band=name("band", card.band))
        + ("" if own == card.score else t("mine.worth_machine", score=t("app.none") if own is None else number(own)))
    )
    if card.score is not None:
        appeal_box(stored, "", case)
    clauses = data.clauses(data.everything().home, audit.pack)
    found = sorted(audit.findings, key=lambda f: (f.status, _SEVERITY_ORDER[f.severity], f.start or 0.0))
    missed = [s for s in audit.steps if s.verdict in WAITING]
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(t("mine.findings", n=len(found)), anchor=False)
        suspected = any(f.status == "suspected" for f in found)
        st.caption(
            t("mine.findings_suspected" if suspected else "mine.findings_says" if found else "mine.findings_none")
        )
        for finding in found:
            with st.container(gap="xsmall"):
                show(f"mine:{finding.finding_id}", [Group("", [finding_evidence(finding, case, clauses)])])
                appeal_box(stored, finding.finding_id, case)
    with right:
        st.subheader(t("mine.steps", n=len(missed)), anchor=False)
        st.caption(t("mine.steps_says" if missed else "mine.steps_none"))
        for step in missed:
            with st.container(gap="xsmall"):
                show(f"mine:{step.id}", [Group("", [step_evidence(step, case, clauses)])])
                appeal_box(stored, step.id, case)


def page() -> None:
    """The page."""
    who, store = need("see_own"), data.store()
    st.title(t("mine.title"), anchor=False)
    agent = whose(who, store)
    if agent is None:
        st.info(t("mine.no_agent"))
        return
    mine = Filters(agents=(agent,))
    total = store.count(mine)
    if not total:
        st.info(t("mine.no_calls"))
        return
    st.text(trend(progress(store, mine)))
    appealed = listed(store, agent)[::-1]
    if given := open_tasks(store, agent):
        tasks(given)
    if appealed:
        st.subheader(t("mine.appeals", n=len(appealed)), anchor=False)
        st.caption(t("mine.appeals_says"))
        appeals_table(appealed)
    st.subheader(t("mine.calls", n=total), anchor=False)
    rows = store.calls(mine, order="newest", limit=LATEST)
    st.caption(t("mine.calls_says", n=len(rows)))
    calls_table(rows)
    opened = st.query_params.get("call")
    if opened is None:
        return
    try:
        case = judged(store, opened)
        if case.stored.call.metadata.agent_id != agent:
            raise NotFoundError
    except NotFoundError:
        st.text(t("call.missing", id=mask_text(opened)))
        return
    detail(case)


page()
