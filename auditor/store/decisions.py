"""What people decided of calls: each decision a version of its item, nothing overwritten, nothing deleted.

Items are named by kind: a ``finding`` by its id, a finding ``added`` by a person by its id, a ``step`` by its name, a ``line`` of the
transcript by its index, and the ``call`` as a whole by an empty name. The verdict ``open`` takes the item back to what the machine said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from auditor.errors import ConflictError
from auditor.store.codec import canonical
from auditor.store.ledger import append_event, count_up, counter, stamp

if TYPE_CHECKING:
    import sqlite3

Kind: TypeAlias = Literal["finding", "added", "step", "line", "call"]
VERDICTS: Mapping[Kind, tuple[str, ...]] = {
    "finding": ("upheld", "overturned", "open"),
    "added": ("added", "open"),
    "step": ("done", "missed", "na", "cannot_tell", "open"),
    "line": ("corrected", "open"),
    "call": ("signed", "open"),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. ``version`` counts from 1 for each item; ``seq`` over the whole home; ``body`` holds plain values.

    ``decided_at`` has an offset. What ``body`` holds is said by ``review.decisions``, which makes them.
    """

    call_id: str
    kind: Kind
    item: str
    verdict: str
    decided_by: str
    decided_at: datetime
    body: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0
    seq: int = 0


def record(db: sqlite3.Connection, decision: Decision, seen: int) -> Decision:
    """Write a decision down as the version after ``seen`` (0: none yet), with its event; returns it numbered.

    Raises:
        ConflictError: there is a newer version than ``seen``; nothing is written.
        ValueError: no such verdict for this kind of item.
    """
    if decision.verdict not in VERDICTS[decision.kind]:
        raise ValueError(f"{decision.kind} can't be {decision.verdict}")
    newest = history(db, decision.call_id, decision.kind, decision.item)[-1:]
    if (newest[0].version if newest else 0) != seen:
        raise ConflictError("这一项刚刚由别人处理过，你的决定没有保存。请看过最新的决定后再决定。")
    seq = count_up(db, "decision")
    body = canonical(decision.body).decode()
    row = (seq, decision.call_id, decision.kind, decision.item, seen + 1, decision.verdict, body, decision.decided_by)
    db.execute(
        """INSERT INTO decisions (seq, call_id, kind, item, version, verdict, body, decided_by, decided_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (*row, stamp(decision.decided_at)),
    )
    append_event(
        db, decision.decided_at, "decided",
        {"call_id": decision.call_id, "kind": decision.kind, "item": decision.item, "version": seen + 1,
         "verdict": decision.verdict, "body": decision.body, "by": decision.decided_by},
    )  # fmt: skip
    return _decision((*row, stamp(decision.decided_at)))


def history(db: sqlite3.Connection, call_id: str, kind: Kind | None = None, item: str | None = None) -> list[Decision]:
    """Every decision of a call, or of one of its items, in the order in which they were made."""
    parts, values = ["call_id = ?"], [call_id]
    if kind is not None:
        parts.append("kind = ?")
        values.append(kind)
    if item is not None:
        parts.append("item = ?")
        values.append(item)
    return _read(db, f"WHERE {' AND '.join(parts)} ORDER BY seq", values)


def standing(db: sqlite3.Connection, call_id: str) -> dict[tuple[Kind, str], Decision]:
    """The newest decision of each item of a call, also where it is ``open`` again."""
    return {(d.kind, d.item): d for d in history(db, call_id)}


def of_kind(db: sqlite3.Connection, kind: Kind) -> list[Decision]:
    """The newest decision of every item of this kind in the home, in the order of calls and items."""
    rest = """d WHERE kind = ? AND version = (SELECT max(version) FROM decisions n
              WHERE n.call_id = d.call_id AND n.kind = d.kind AND n.item = d.item) ORDER BY call_id, item"""
    return _read(db, rest, [kind])


def of_findings(db: sqlite3.Connection, calls: Sequence[str]) -> dict[tuple[str, str], list[Decision]]:
    """Every decision on findings of these calls, in the order in which they were made, by call and finding."""
    found: dict[tuple[str, str], list[Decision]] = {}
    for start in range(0, len(calls), _AT_ONCE):
        some = calls[start : start + _AT_ONCE]
        places = ", ".join("?" * len(some))
        rest = f"WHERE kind IN ('finding', 'added') AND call_id IN ({places}) ORDER BY seq"
        for decision in _read(db, rest, some):
            found.setdefault((decision.call_id, decision.item), []).append(decision)
    return found


def since(db: sqlite3.Connection, seq: int) -> list[Decision]:
    """Every decision made after the one of this number."""
    return _read(db, "WHERE seq > ? ORDER BY seq", [seq])


def keep_effective(db: sqlite3.Connection, call_id: str, result: int, card: str) -> None:
    """What a call is worth by all decisions so far, as an encoded scorecard; it counts while ``result`` is the call's."""
    db.execute(
        """INSERT INTO effective (call_id, result, seq, card) VALUES (?, ?, ?, ?)
           ON CONFLICT (call_id) DO UPDATE SET result = excluded.result, seq = excluded.seq, card = excluded.card""",
        (call_id, result, count_up(db, "effective"), card),
    )


def unsettle(db: sqlite3.Connection, call_id: str) -> None:
    """Say that what a call is worth by decisions has to be counted anew."""
    db.execute("UPDATE effective SET result = 0 WHERE call_id = ?", (call_id,))


def outdated(db: sqlite3.Connection) -> list[str]:
    """Calls that people decided on and whose worth was counted for a result that is no longer theirs."""
    sql = """SELECT e.call_id FROM effective e JOIN results r ON r.call_id = e.call_id AND r.superseded = 0
             WHERE r.result <> e.result ORDER BY e.call_id"""
    return [str(call_id) for (call_id,) in db.execute(sql).fetchall()]


def rows_since(db: sqlite3.Connection, seq: int) -> list[tuple[Any, ...]]:
    """The same as rows, as they stand in the ledger."""
    return db.execute(f"SELECT {_COLUMNS} FROM decisions WHERE seq > ? ORDER BY seq", (seq,)).fetchall()


def newest(db: sqlite3.Connection) -> int:
    """The number of the newest decision in the home, 0 where there is none."""
    return counter(db, "decision")


_AT_ONCE = 500
_COLUMNS = "seq, call_id, kind, item, version, verdict, body, decided_by, decided_at"


def _read(db: sqlite3.Connection, rest: str, values: Sequence[object]) -> list[Decision]:
    return [_decision(row) for row in db.execute(f"SELECT {_COLUMNS} FROM decisions {rest}", values).fetchall()]


def _decision(row: Sequence[Any]) -> Decision:
    seq, call_id, kind, item, version, verdict, body, by, at = row
    return Decision(call_id, kind, item, verdict, by, datetime.fromisoformat(at), json.loads(body), version, seq)
