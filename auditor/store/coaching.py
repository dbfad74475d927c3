"""Coaching tasks: what an agent is to work on until when. Each change is a version of its task; nothing is overwritten or deleted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from auditor.errors import ConflictError, NotFoundError
from auditor.store.ledger import append_event, count_up, stamp

if TYPE_CHECKING:
    import sqlite3

Kind: TypeAlias = Literal["step", "category"]
State: TypeAlias = Literal["open", "done", "withdrawn"]
FOLLOWS: Mapping[State, tuple[State, ...]] = {
    "open": ("open", "done", "withdrawn"),
    "done": ("open",),
    "withdrawn": ("open",),
}
"""What a state may become; ``open`` again is a change of text, due date or calls, or a task taken up again."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as of one of its versions, which count from 1. ``calls`` are ids of calls to listen to; moments have an offset.

    ``item`` is a step's or a category's name, after ``kind``; ``opened_by`` and ``opened_at`` are of the first version.
    """

    agent_id: str
    kind: Kind
    item: str
    text: str
    due: date | None
    changed_by: str
    changed_at: datetime
    state: State = "open"
    calls: tuple[str, ...] = ()
    task: int = 0
    version: int = 0
    opened_by: str = ""
    opened_at: datetime | None = None


def open_task(db: sqlite3.Connection, task: Task) -> Task:
    """Write down a new task, with its event; returns it numbered."""
    return _write(db, replace(task, task=count_up(db, "coaching"), version=1, state="open"))


def change(db: sqlite3.Connection, task: Task, seen: int) -> Task:
    """Write a task down as the version after ``seen``, with its event; returns it numbered.

    Raises:
        NotFoundError: there is no such task.
        ConflictError: there is a newer version than ``seen``; nothing is written.
        ValueError: the state can't follow the one before.
    """
    before = history(db, task.task)[-1]
    if before.version != seen:
        raise ConflictError("这个辅导任务刚刚由别人改过，你的修改没有保存。请看过最新的内容后再改。")
    if task.state not in FOLLOWS[before.state]:
        raise ValueError(f"{before.state} can't become {task.state}")
    return _write(db, replace(task, version=seen + 1))


def history(db: sqlite3.Connection, number: int) -> list[Task]:
    """Every version of a task, the first first; raises NotFoundError."""
    found = _read(db, "WHERE c.task = ? ORDER BY c.version", [number])
    if not found:
        raise NotFoundError(f"没有编号为 {number} 的辅导任务。请核对编号。")
    return found


def tasks(db: sqlite3.Connection) -> list[Task]:
    """The newest version of every task, the one due first first, those without a due date last."""
    newest = "WHERE c.version = (SELECT max(n.version) FROM coaching n WHERE n.task = c.task)"
    return _read(db, f"{newest} ORDER BY c.due IS NULL, c.due, c.task", [])


def _write(db: sqlite3.Connection, task: Task) -> Task:
    due = None if task.due is None else task.due.isoformat()
    db.execute(
        """INSERT INTO coaching (task, version, agent_id, kind, item, text, due, state, calls, changed_by, changed_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (task.task, task.version, task.agent_id, task.kind, task.item, task.text, due, task.state,
         json.dumps(task.calls, ensure_ascii=False), task.changed_by, stamp(task.changed_at)),
    )  # fmt: skip
    append_event(
        db, task.changed_at, "coached",
        {"task": task.task, "version": task.version, "agent_id": task.agent_id, "kind": task.kind, "item": task.item,
         "text": task.text, "due": due, "state": task.state, "calls": task.calls, "by": task.changed_by},
    )  # fmt: skip
    return history(db, task.task)[-1]


_COLUMNS = """c.task, c.version, c.agent_id, c.kind, c.item, c.text, c.due, c.state, c.calls, c.changed_by, c.changed_at,
              f.changed_by, f.changed_at"""


def _read(db: sqlite3.Connection, rest: str, values: Sequence[object]) -> list[Task]:
    sql = f"SELECT {_COLUMNS} FROM coaching c JOIN coaching f ON f.task = c.task AND f.version = 1 {rest}"
    return [_task(row) for row in db.execute(sql, values).fetchall()]


def _task(row: Sequence[Any]) -> Task:
    number, version, agent, kind, item, text, due, state, calls, by, at, opened_by, opened_at = row
    return Task(
        agent, kind, item, text, None if due is None else date.fromisoformat(due), by, datetime.fromisoformat(at),
        state, tuple(json.loads(calls)), number, version, opened_by, datetime.fromisoformat(opened_at),
    )  # fmt: skip
