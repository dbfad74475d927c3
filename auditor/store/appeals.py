"""Agents' appeals against what was judged of their calls: each step a version, nothing overwritten, nothing deleted.

Which step may follow which, and who may take it, is said by ``review.appeals``; here an item has one appeal at a time, and of two
people who answer the same version only the first is written down.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from auditor.errors import ConflictError, NotFoundError
from auditor.store.codec import encode
from auditor.store.decisions import Kind
from auditor.store.ledger import Ledger, append_event, count_up, stamp

if TYPE_CHECKING:
    import sqlite3

    from auditor.store.queries import Store

State: TypeAlias = Literal[
    "open", "withdrawn", "accepted", "rejected", "escalated", "final_accepted", "final_rejected",
]  # fmt: skip
STATES: tuple[State, ...] = (
    "open", "withdrawn", "accepted", "rejected", "escalated", "final_accepted", "final_rejected",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one item of the call when an appeal is accepted, as ``store.decisions`` names items and verdicts."""

    kind: Kind
    item: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an appeal, by whom and with what words; ``changes`` only where it was accepted. ``taken_at`` has an offset."""

    version: int
    state: State
    text: str
    taken_by: str
    taken_at: datetime
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal about a finding (``finding``, ``added``), a ``step`` or the score of a ``call`` (empty ``item``).

    Attributes:
        topic: what other appeals it is compared with: the category of the finding, the step, empty for a score.
        about: the finding, the step or the scorecard as it stood when the appeal was lodged.
        steps: from the first to the newest, versions 1, 2, 3 …
    """

    appeal: int
    call_id: str
    kind: Kind
    item: str
    agent_id: str | None
    opened_by: str
    opened_at: datetime
    topic: str
    about: Mapping[str, Any]
    steps: tuple[Step, ...]

    @property
    def last(self) -> Step:
        """The newest step."""
        return self.steps[-1]

    @property
    def state(self) -> State:
        """The state it is in."""
        return self.steps[-1].state

    @property
    def version(self) -> int:
        """The newest version."""
        return self.steps[-1].version


@dataclass(frozen=True, slots=True)
class Listed:
    """An appeal in a list: its newest step, and what is said of its call. ``started_at`` is the debtor's wall clock."""

    appeal: int
    call_id: str
    kind: Kind
    topic: str
    agent_id: str | None
    opened_at: datetime
    version: int
    state: State
    text: str
    taken_at: datetime
    started_at: datetime | None
    agent_name: str | None
    team: str | None


def lodge(
    db: sqlite3.Connection, call_id: str, kind: Kind, item: str, agent_id: str | None, by: str, at: datetime, text: str,
    topic: str, about: Mapping[str, Any],
) -> Appeal:  # fmt: skip
    """Write down a new appeal, with its event.

    Raises:
        ConflictError: the item has an appeal already that was not withdrawn; nothing is written.
    """
    if any((a.kind, a.item) == (kind, item) and a.state != "withdrawn" for a in of_call(db, call_id)):
        raise ConflictError("这一项已经有一次申诉，没有重复提交。请刷新页面，看它的进展。")
    number = count_up(db, "appeal")
    db.execute(
        """INSERT INTO appeals (appeal, call_id, kind, item, agent_id, opened_by, opened_at, topic, about)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (number, call_id, kind, item, agent_id, by, stamp(at), topic, encode(about)),
    )
    return _write(db, number, Step(1, "open", text, by, at))


def advance(
    db: sqlite3.Connection, number: int, state: State, text: str, by: str, at: datetime, seen: int,
    changes: Sequence[Change] = (),
) -> Appeal:  # fmt: skip
    """Write down the step after version ``seen``, with its event; raises as ``at_version``, and then writes nothing."""
    at_version(db, number, seen)
    return _write(db, number, Step(seen + 1, state, text, by, at, tuple(changes)))


def read(db: sqlite3.Connection, number: int) -> Appeal:
    """The appeal of this number; raises NotFoundError."""
    found = _read(db, "WHERE a.appeal = ?", (number,))
    if not found:
        raise NotFoundError(f"没有第 {number} 号申诉。请核对编号。")
    return found[0]


def at_version(db: sqlite3.Connection, number: int, seen: int) -> Appeal:
    """The appeal, if nobody took a step after version ``seen``; raises ConflictError where somebody did, and NotFoundError."""
    appeal = read(db, number)
    if appeal.version != seen:
        raise ConflictError("这件申诉刚刚由别人处理过，你的答复没有保存。请看过最新进展后再处理。")
    return appeal


def of_call(db: sqlite3.Connection, call_id: str) -> list[Appeal]:
    """The appeals about a call, the oldest first, also those that were withdrawn."""
    return _read(db, "WHERE a.call_id = ?", (call_id,))


def settled(db: sqlite3.Connection, call_id: str, kind: Kind, item: str) -> bool:
    """Whether an appeal has settled an item for good: one that was accepted changed it, or an arbiter left it as it was."""
    for appeal in of_call(db, call_id):
        if appeal.state in ("accepted", "final_accepted"):
            if any((c.kind, c.item) == (kind, item) for c in appeal.last.changes):
                return True
        elif appeal.state == "final_rejected" and (appeal.kind, appeal.item) == (kind, item):
            return True
    return False


def on_topic(db: sqlite3.Connection, kind: Kind, topic: str) -> list[Appeal]:
    """The appeals about the same category of findings or the same step, the oldest first."""
    kinds = ("finding", "added") if kind in ("finding", "added") else (kind, kind)
    return _read(db, "WHERE a.kind IN (?, ?) AND a.topic = ?", (*kinds, topic))


def listed(store: Store, agent_id: str | None = None) -> list[Listed]:
    """The appeals about calls within the store's scope, or those of one agent among them, the oldest first."""
    newest = """SELECT a.appeal, a.call_id, a.kind, a.topic, a.agent_id, a.opened_at, s.version, s.state, s.text, s.taken_at
                FROM appeals a JOIN appeal_steps s ON s.appeal = a.appeal
                  AND s.version = (SELECT max(n.version) FROM appeal_steps n WHERE n.appeal = a.appeal)"""
    with Ledger(store.home) as ledger, ledger.reading() as db:
        if agent_id is None:
            found = db.execute(f"{newest} ORDER BY a.appeal").fetchall()
        else:
            found = db.execute(f"{newest} WHERE a.agent_id = ? ORDER BY a.appeal", (agent_id,)).fetchall()
    if not found:
        return []
    where, values = store.where(attempts=True)
    sql = f"""SELECT c.call_id, c.started_local AS started_at, c.agent_name, c.team FROM calls c
              WHERE c.call_id IN (SELECT unnest($appealed)) AND {where}"""
    appealed = list({row[1] for row in found})
    calls = {row.pop("call_id"): row for row in store.ask(sql, {**values, "appealed": appealed})}
    moment = datetime.fromisoformat
    return [
        Listed(
            number, call_id, kind, topic, agent, moment(opened), version, state, text, moment(taken), **calls[call_id]
        )
        for number, call_id, kind, topic, agent, opened, version, state, text, taken in found
        if call_id in calls
    ]


def _write(db: sqlite3.Connection, number: int, step: Step) -> Appeal:
    db.execute(
        """INSERT INTO appeal_steps (appeal, version, state, text, taken_by, taken_at, changes)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (number, step.version, step.state, step.text, step.taken_by, stamp(step.taken_at), encode(step.changes)),
    )
    appeal = read(db, number)
    append_event(
        db, step.taken_at, "appeal",
        {"appeal": number, "call_id": appeal.call_id, "kind": appeal.kind, "item": appeal.item, "version": step.version,
         "state": step.state, "text": step.text, "changes": step.changes, "by": step.taken_by},
    )  # fmt: skip
    return appeal


def _read(db: sqlite3.Connection, which: str, values: Sequence[object]) -> list[Appeal]:
    steps: dict[int, list[Step]] = {}
    rows = db.execute(
        f"""SELECT s.appeal, s.version, s.state, s.text, s.taken_by, s.taken_at, s.changes
            FROM appeal_steps s JOIN appeals a ON a.appeal = s.appeal {which} ORDER BY s.appeal, s.version""",
        values,
    )
    for number, version, state, text, by, at, changes in rows.fetchall():
        kept = tuple(Change(**change) for change in json.loads(changes))
        steps.setdefault(number, []).append(Step(version, state, text, by, datetime.fromisoformat(at), kept))
    opened = db.execute(
        f"""SELECT a.appeal, a.call_id, a.kind, a.item, a.agent_id, a.opened_by, a.opened_at, a.topic, a.about
            FROM appeals a {which} ORDER BY a.appeal""",
        values,
    )
    return [
        Appeal(number, call_id, kind, item, agent_id, by, datetime.fromisoformat(at), topic, json.loads(about),
               tuple(steps[number]))
        for number, call_id, kind, item, agent_id, by, at, topic, about in opened.fetchall()
    ]  # fmt: skip
