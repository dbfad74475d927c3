"""Who is logged in: random tokens that only the browser has; the ledger keeps their hash, and when they end."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from auditor.store.ledger import append_event, stamp

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts: ``idle`` without anything done, ``longest`` whatever is done."""

    idle: timedelta = timedelta(hours=1)
    longest: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that has not ended. Times have offsets."""

    name: str
    begun_at: datetime
    seen_at: datetime
    ends_at: datetime


LIMITS = Limits()


def begin(db: sqlite3.Connection, name: str, at: datetime, *, means: str, address: str, limits: Limits = LIMITS) -> str:
    """Log a person in; returns the token that their browser is to send, which is kept nowhere.

    Args:
        db: a transaction that writes.
        name: the person.
        at: now.
        means: how they showed who they are: ``password`` or ``oidc``.
        address: where they came from, for the event log.
        limits: how long it lasts.
    """
    token = secrets.token_urlsafe(32)
    db.execute("DELETE FROM sessions WHERE ends_at <= ?", (stamp(at),))
    db.execute(
        "INSERT INTO sessions (token, name, begun_at, seen_at, ends_at) VALUES (?, ?, ?, ?, ?)",
        (_hash(token), name, stamp(at), stamp(at), stamp(at + limits.longest)),
    )
    append_event(db, at, "logged_in", {"by": name, "means": means, "address": address})
    return token


def session(db: sqlite3.Connection, token: str, at: datetime, limits: Limits = LIMITS) -> Session | None:
    """The session of a token; ``None`` where there is none, or it has ended or was left idle."""
    sql = "SELECT name, begun_at, seen_at, ends_at FROM sessions WHERE token = ? AND ends_at > ? AND seen_at > ?"
    found = db.execute(sql, (_hash(token), stamp(at), stamp(at - limits.idle))).fetchall()
    if not found:
        return None
    name, *times = found[0]
    return Session(str(name), *(datetime.fromisoformat(str(time)) for time in times))


def use(db: sqlite3.Connection, token: str, at: datetime) -> None:
    """Put down that the person was active now."""
    db.execute("UPDATE sessions SET seen_at = ? WHERE token = ? AND seen_at < ?", (stamp(at), _hash(token), stamp(at)))


def end(db: sqlite3.Connection, token: str, at: datetime) -> None:
    """Log out; nothing happens where the token is none of a session."""
    found = db.execute("DELETE FROM sessions WHERE token = ? RETURNING name", (_hash(token),)).fetchall()
    for (name,) in found:
        append_event(db, at, "logged_out", {"by": str(name)})


def end_all(db: sqlite3.Connection, name: str) -> None:
    """Log a person out everywhere."""
    db.execute("DELETE FROM sessions WHERE name = ?", (name,))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
