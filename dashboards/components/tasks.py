"""Coaching tasks: the form that gives one, the list of them, and what became of those that were done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import streamlit as st

from auditor.errors import AuditorError
from auditor.models import CATEGORIES, STEPS
from auditor.review import coaching
from auditor.review.coaching import Effect
from auditor.store.coaching import Kind, Task
from auditor.store.people import Person
from auditor.store.queries import Store
from auditor.text.masking import mask_text
from dashboards.components import token
from dashboards.components.figures import difference, figure
from dashboards.components.tables import pick
from dashboards.locales import name, t

DUE_IN = (7, 3, 14, 30)
"""Days; the first is offered first."""


def item_name(kind: str, item: str) -> str:
    """What a reader calls what a task is about."""
    return f"{t(f'coach.{kind}')} · {name(kind, item)}"


def assign_form(store: Store, who: Person, agent_id: str, likely: Sequence[str], calls: Sequence[str]) -> None:
    """The form that gives an agent a task; ``likely`` are the steps to offer first, ``calls`` those to link."""
    done = st.session_state.setdefault("tasks_given", 0)
    steps = [*likely, *(step for step in STEPS if step not in likely)]
    items = [*(f"step:{step}" for step in steps), *(f"category:{category}" for category in CATEGORIES)]
    with st.form(f"assign:{token(agent_id)}:{done}", border=False):
        what, when = st.columns([2, 1])
        item = what.selectbox(
            t("tasks.item"),
            items,
            format_func=lambda code: item_name(*code.split(":", 1)),
            key=f"item:{token(agent_id)}:{done}",
        )
        days = due_choice(when, f"due:{token(agent_id)}:{done}", None)
        text = st.text_area(
            t("tasks.text"),
            placeholder=t("tasks.text_hint"),
            max_chars=coaching.LONGEST,
            key=f"text:{token(agent_id)}:{done}",
        )
        linked = st.multiselect(
            t("tasks.calls"),
            calls,
            format_func=mask_text,
            placeholder=t("tasks.calls_hint"),
            key=f"calls:{token(agent_id)}:{done}",
        )
        if not st.form_submit_button(t("tasks.give"), type="primary"):
            return
    kind: Kind = "step" if item.startswith("step:") else "category"
    try:
        coaching.assign(
            store, who, datetime.now(UTC), agent_id=agent_id, kind=kind, item=item.partition(":")[2], text=text,
            due=days, calls=linked,
        )  # fmt: skip
    except AuditorError as error:
        st.error(t("tasks.not_saved"))
        st.text(str(error))
        return
    st.session_state["tasks_given"] = done + 1
    st.session_state["tasks_said"] = "tasks.given"
    st.rerun()


def due_choice(place: st.delta_generator.DeltaGenerator, key: str, known: date | None) -> date:
    """A due day in so many days from today; a task's own first, where it has one."""
    today = date.today()
    days = [*([known] if known is not None else []), *(today + timedelta(days=n) for n in DUE_IN)]

    def told(day: date) -> str:
        left = (day - today).days
        return t("tasks.due_in", day=day, n=left) if left >= 0 else t("tasks.due_over", day=day, n=-left)

    return place.selectbox(t("tasks.due"), list(dict.fromkeys(days)), format_func=told, key=key)


def tasks_table(
    shown: Sequence[Task], names: Mapping[str, str], effects: Mapping[int, Effect], key: str
) -> Task | None:
    """Tasks, one a row; returns the chosen one."""
    today = date.today()
    table: dict[str, Sequence[object]] = {
        t("tasks.state"): [state(task, today) for task in shown],
        t("tasks.due"): ["" if task.due is None else task.due.isoformat() for task in shown],
        t("coach.agent"): [names.get(task.agent_id, task.agent_id) for task in shown],
        t("tasks.item"): [item_name(task.kind, task.item) for task in shown],
        t("tasks.text"): [mask_text(task.text) for task in shown],
        t("tasks.calls"): [len(task.calls) for task in shown],
        t("tasks.by"): [task.opened_by for task in shown],
        t("tasks.effect"): [verdict(effects.get(task.task)) for task in shown],
    }
    picked = pick(table, key, [f"{task.task}:{task.version}" for task in shown])
    return None if picked is None else shown[picked]


def state(task: Task, today: date) -> str:
    """Open, overdue by so many days, done or withdrawn."""
    late = coaching.overdue(task, today)
    return t("tasks.overdue", n=late) if late else t(f"tasks.state_{task.state}")


def verdict(effect: Effect | None) -> str:
    """What became of a task in one word; nothing for one that is not done."""
    return "" if effect is None else t(f"tasks.effect_{effect.own.verdict}")


def told(effect: Effect) -> str:
    """What became of a task in a sentence with all its figures."""
    key = "tasks.effect_untold" if effect.own.verdict == "few" else "tasks.effect_says"
    return t(
        key, verdict=verdict(effect), before=figure(effect.own.before), after=figure(effect.own.after),
        difference=difference(effect.own), others_before=figure(effect.others_before),
        others_after=figure(effect.others_after), days=coaching.WINDOW, since=effect.since,
    )  # fmt: skip


def say() -> None:
    """What the last change came to, once."""
    if said := st.session_state.pop("tasks_said", None):
        st.success(t(said))
    if trouble := st.session_state.pop("tasks_trouble", None):
        st.error(t("tasks.not_saved"))
        st.text(trouble)
