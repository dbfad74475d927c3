"""Coaching tasks given, changed and settled by those who may; and what became of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from auditor.errors import NotAllowedError, NotFoundError, UsageError
from auditor.review.roles import require
from auditor.review.trends import NO_CALLS, Comparison, Interval, Share, compare, difference_interval
from auditor.store import coaching
from auditor.store.answers import EVERYBODYS, Filters
from auditor.store.coaching import Kind, State, Task
from auditor.store.ledger import Ledger
from auditor.store.people import Person
from auditor.store.queries import Store
from auditor.store.trends import Around, Mark, agents, around

WINDOW = 60
"""Days before and after a task was done in which calls count for its effect."""
LONGEST = 2000
"""Characters of a task's text."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an agent did before and after a task was done, and colleagues of the team in the same days.

    Shares are of what was done well: the step done, or calls without the category. ``since`` is the day the task was done.
    """

    since: date
    own: Comparison
    interval: Interval | None
    others_before: Share
    others_after: Share


def assign(
    store: Store, who: Person, at: datetime, *,
    agent_id: str, kind: Kind, item: str, text: str, due: date | None, calls: Sequence[str] = (),
) -> Task:  # fmt: skip
    """Give an agent a task.

    Args:
        store: within what ``who`` may see.
        who: who gives it.
        at: when, with an offset.
        agent_id: the agent.
        kind: whether ``item`` is a step or a category.
        item: what to work on.
        text: what to do, in words.
        due: until when.
        calls: ids of calls to listen to.

    Raises:
        NotAllowedError: not by this person, or not for this agent.
        NotFoundError: a call is not there, or may not be seen.
        UsageError: the text is empty or too long.
    """
    require(who, "coach")
    _in_scope(store, agent_id)
    task = Task(agent_id, kind, item, _worded(text), due, who.name, at, calls=_known(store, calls))
    with Ledger(store.home) as ledger, ledger.writing() as db:
        return coaching.open_task(db, task)


def revise(
    store: Store, who: Person, at: datetime, task: Task, *,
    state: State = "open", text: str | None = None, due: date | None = None, calls: Sequence[str] | None = None,
) -> Task:  # fmt: skip
    """Change a task's words, due date, calls or state; what is ``None`` stays. ``task`` is the version that was seen.

    Raises:
        NotAllowedError: not by this person, or not for this agent.
        NotFoundError: the task or a call is not there, or may not be seen.
        ConflictError: somebody changed the task meanwhile.
        UsageError: the text is empty or too long.
    """
    require(who, "coach")
    _in_scope(store, task.agent_id)
    changed = replace(
        task,
        state=state,
        text=task.text if text is None else _worded(text),
        due=task.due if due is None else due,
        calls=task.calls if calls is None else _known(store, calls),
        changed_by=who.name,
        changed_at=at,
    )
    with Ledger(store.home) as ledger, ledger.writing() as db:
        return coaching.change(db, changed, task.version)


def tasks(store: Store) -> list[Task]:
    """The newest version of every task for an agent whose calls may be seen, the one due first first."""
    with Ledger(store.home) as ledger, ledger.reading() as db:
        found = coaching.tasks(db)
    if store.scope == EVERYBODYS or not found:
        return found
    seen = {agent.agent_id for agent in agents(store, Filters(agents=tuple({task.agent_id for task in found})))}
    return [task for task in found if task.agent_id in seen]


def overdue(task: Task, today: date) -> int:
    """By how many days an open task is late; 0 where it is not."""
    return max(0, (today - task.due).days) if task.state == "open" and task.due is not None else 0


def effects(store: Store, settled: Sequence[Task]) -> Mapping[int, Effect]:
    """What became of each task that was done, by its number; all of them corrected as one batch."""
    done = {task.task: task for task in settled if task.state == "done"}
    marks = [
        Mark(n, task.agent_id, task.kind, task.item, task.changed_at.astimezone().date()) for n, task in done.items()
    ]
    found = {(a.number, a.own, a.after): a for a in around(store, marks, WINDOW)}

    def share(number: int, own: bool, after: bool) -> Share:
        counted: Around | None = found.get((number, own, after))
        return NO_CALLS if counted is None else Share(counted.done, counted.of)

    compared = compare([(share(m.number, True, False), share(m.number, True, True)) for m in marks])
    return {
        mark.number: Effect(
            mark.day,
            comparison,
            difference_interval(comparison.before, comparison.after),
            share(mark.number, False, False),
            share(mark.number, False, True),
        )
        for mark, comparison in zip(marks, compared, strict=True)
    }


def _in_scope(store: Store, agent_id: str) -> None:
    if not agents(store, Filters(agents=(agent_id,))):
        raise NotAllowedError("这名坐席不在你负责的团队里，不能给他布置辅导任务。")


def _worded(text: str) -> str:
    text = text.strip()
    if not text:
        raise UsageError("辅导任务没有内容。请写明要练什么、怎么做。")
    if len(text) > LONGEST:
        raise UsageError(f"辅导任务超过 {LONGEST} 字。请写短一些。")
    return text


def _known(store: Store, calls: Sequence[str]) -> tuple[str, ...]:
    known = tuple(dict.fromkeys(calls))
    for call_id in known:
        if call_id not in store.find_call(call_id, limit=1):
            raise NotFoundError(f"找不到要听的通话 {call_id[:200]!r}。请核对编号。")
    return known
