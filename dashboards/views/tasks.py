"""Which coaching tasks are there, which are late, and what came of those that were done? One is found under ``/tasks?task=…``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import streamlit as st

from auditor.errors import AuditorError
from auditor.review import coaching
from auditor.review.coaching import Effect
from auditor.store import coaching as kept
from auditor.store import trends as asked
from auditor.store.answers import Filters
from auditor.store.coaching import State, Task
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from auditor.text.masking import mask_text
from dashboards import data
from dashboards.components import moments, tasks, trends
from dashboards.components.choice import choice
from dashboards.locales import t
from dashboards.who import need

STATES = ("open", "done", "withdrawn", "all")


def change(store: Store, task: Task, to: State) -> None:
    """Write down what the reader changed of a task as they saw it; a colleague's newer version stays."""
    text = st.session_state.get(f"text:{task.task}:{task.version}", task.text)
    due = st.session_state.get(f"due:{task.task}:{task.version}", task.due)
    try:
        coaching.revise(store, who, datetime.now(UTC), task, state=to, text=text, due=due)
    except AuditorError as error:
        st.session_state["tasks_trouble"] = str(error)
        st.session_state[f"draft:{task.task}"] = text
    else:
        st.session_state.pop(f"draft:{task.task}", None)
        st.session_state["tasks_said"] = f"tasks.now_{to}"


def detail(store: Store, task: Task, name: str, effect: Effect | None) -> None:
    """One task: what it says, what came of it, its calls, and what can be done with it."""
    with st.container(border=True):
        st.subheader(t("tasks.one", n=task.task), anchor=False)
        st.text(f"{name} · {tasks.item_name(task.kind, task.item)} · {tasks.state(task, date.today())}")
        if effect is not None:
            st.text(tasks.told(effect))
        version = f"{task.task}:{task.version}"
        if task.state == "open":
            draft = st.session_state.get(f"draft:{task.task}", task.text)
            if draft != task.text:
                st.text(t("tasks.newest", text=mask_text(task.text)))
            st.text_area(t("tasks.text"), draft, max_chars=coaching.LONGEST, key=f"text:{version}")
            when, save, done, withdraw = st.columns([2, 1, 1, 1], vertical_alignment="bottom")
            tasks.due_choice(when, f"due:{version}", task.due)
            for place, key, to in (
                (save, "save", "open"),
                (done, "finish", "done"),
                (withdraw, "withdraw", "withdrawn"),
            ):
                place.button(
                    t(f"tasks.{key}"), key=f"{key}:{version}", on_click=change, args=(store, task, to), width="stretch",
                    type="primary" if key == "finish" else "secondary",
                )  # fmt: skip
        else:
            st.text(mask_text(task.text))
            st.button(t("tasks.reopen"), key=f"reopen:{version}", on_click=change, args=(store, task, "open"))
        if task.calls:
            st.text(t("tasks.listen"))
            shown = [
                moments.Card(mask_text(c), "notice", call=c, link=t("agent.listen", call=mask_text(c)))
                for c in task.calls
            ]
            moments.cards(shown, "task_calls", "")
        history(store, task)


def history(store: Store, task: Task) -> None:
    """Every version of the task."""
    with Ledger(store.home) as ledger, ledger.reading() as db:
        versions = kept.history(db, task.task)
    with st.expander(t("tasks.history", n=len(versions))):
        st.dataframe(
            {
                t("tasks.version"): [v.version for v in versions],
                t("tasks.changed_at"): [f"{v.changed_at.astimezone():%Y-%m-%d %H:%M}" for v in versions],
                t("tasks.by"): [v.changed_by for v in versions],
                t("tasks.state"): [t(f"tasks.state_{v.state}") for v in versions],
                t("tasks.due"): ["" if v.due is None else v.due.isoformat() for v in versions],
                t("tasks.text"): [mask_text(v.text) for v in versions],
            },
            hide_index=True,
        )


def listed(every: Sequence[Task], names: Mapping[str, str], effects: Mapping[int, Effect], chosen: str) -> Task | None:
    """The list in the chosen state; returns the chosen task."""
    shown = [task for task in every if chosen in (task.state, "all")]
    late = sum(coaching.overdue(task, date.today()) > 0 for task in shown)
    if not shown:
        st.info(t("tasks.none" if every else "tasks.none_at_all"))
        return None
    st.caption(t("tasks.says", n=len(shown), late=late))
    return tasks.tasks_table(shown, names, effects, "tasks")


def show(store: Store) -> None:
    """The page."""
    title, first = st.columns([3, 1], vertical_alignment="bottom")
    title.title(t("tasks.title"), anchor=False)
    state = choice(first, t("tasks.state"), "state", STATES, lambda code: t(f"tasks.state_{code}"))
    tasks.say()
    every = coaching.tasks(store)
    effects = coaching.effects(store, every)
    people = asked.agents(store, Filters(agents=tuple({task.agent_id for task in every}))) if every else []
    names = {agent.agent_id: trends.agent_label(agent) for agent in people}
    picked = listed(every, names, effects, state)
    if picked is not None:
        st.query_params["task"] = str(picked.task)
    wanted = st.query_params.get("task", "")
    task = next((task for task in every if str(task.task) == wanted), None)
    if task is not None:
        detail(store, task, names.get(task.agent_id, task.agent_id), effects.get(task.task))
    elif wanted:
        st.text(t("tasks.missing", n=mask_text(wanted)))


who = need("coach")
show(data.store())
