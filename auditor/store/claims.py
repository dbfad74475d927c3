"""Who is working on which call: a claim for half an hour, renewed while they work, so that no two people do the same call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from auditor.errors import ConflictError
from auditor.store.ledger import append_event, stamp

if TYPE_CHECKING:
    import sqlite3

LEASE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Claim:
    """A person works on a call until a moment; afterwards anybody may take it over. Moments have an offset."""

    call_id: str
    claimed_by: str
    claimed_at: datetime
    claimed_until: datetime


def claim(db: sqlite3.Connection, call_id: str, who: str, at: datetime) -> Claim:
    """Take a call, or keep it longer where it is one's own already; a new claim comes with its event.

    Raises:
        ConflictError: a colleague is working on it; nothing is changed.
    """
    before = _of(db, call_id)
    running = before is not None and before.claimed_until > at
    if before is not None and running and before.claimed_by != who:
        raise ConflictError("这一通正由别人处理。请领取另一通。")
    own = before is not None and running
    taken = Claim(call_id, who, before.claimed_at if before is not None and own else at, at + LEASE)
    db.execute(
        """INSERT INTO claims (call_id, claimed_by, claimed_at, claimed_until) VALUES (?, ?, ?, ?)
           ON CONFLICT (call_id) DO UPDATE SET claimed_by = excluded.claimed_by, claimed_at = excluded.claimed_at,
             claimed_until = excluded.claimed_until""",
        (call_id, who, stamp(taken.claimed_at), stamp(taken.claimed_until)),
    )
    if not own:
        lapsed = {"lapsed_from": before.claimed_by} if before is not None and before.claimed_by != who else {}
        append_event(db, at, "claimed", {"call_id": call_id, "by": who, **lapsed})
    return taken


def renew(db: sqlite3.Connection, call_id: str, who: str, at: datetime) -> None:
    """Keep one's own call for another half hour, because one works on it; nothing where it is not one's own any more."""
    db.execute(
        "UPDATE claims SET claimed_until = ? WHERE call_id = ? AND claimed_by = ? AND claimed_until > ?",
        (stamp(at + LEASE), call_id, who, stamp(at)),
    )


def release(db: sqlite3.Connection, call_id: str, who: str, at: datetime) -> bool:
    """Give back one's own call, with its event; returns whether it was one's own."""
    gone = db.execute("DELETE FROM claims WHERE call_id = ? AND claimed_by = ? RETURNING call_id", (call_id, who))
    if not gone.fetchall():
        return False
    append_event(db, at, "released", {"call_id": call_id, "by": who})
    return True


def running(db: sqlite3.Connection, at: datetime) -> list[Claim]:
    """Every claim that holds at this moment, by call."""
    rows = db.execute(f"{_SELECT} WHERE claimed_until > ? ORDER BY call_id", (stamp(at),)).fetchall()
    return [_claim(row) for row in rows]


def holding(db: sqlite3.Connection, call_id: str, at: datetime) -> Claim | None:
    """The claim on a call that holds at this moment."""
    found = _of(db, call_id)
    return found if found is not None and found.claimed_until > at else None


_SELECT = "SELECT call_id, claimed_by, claimed_at, claimed_until FROM claims"


def _of(db: sqlite3.Connection, call_id: str) -> Claim | None:
    rows = db.execute(f"{_SELECT} WHERE call_id = ?", (call_id,)).fetchall()
    return _claim(rows[0]) if rows else None


def _claim(row: Sequence[str]) -> Claim:
    call_id, by, at, until = row
    return Claim(call_id, by, datetime.fromisoformat(at), datetime.fromisoformat(until))
