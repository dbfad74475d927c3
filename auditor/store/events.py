"""Reading the event log: page by page, by what happened, who did it, when, and to which call."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from auditor.store.ledger import seal, stamp

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``happened_at`` has an offset; ``body`` is JSON text; ``by`` and ``call_id`` are empty where it names none."""

    seq: int
    happened_at: datetime
    kind: str
    body: str
    hash: str
    by: str
    call_id: str


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; an empty field does not limit. Days are counted on the clock of ``zone``, ends included."""

    kind: str = ""
    by: str = ""
    call_id: str = ""
    since: date | None = None
    until: date | None = None
    zone: timezone = timezone.utc  # noqa: UP017


@dataclass(frozen=True, slots=True)
class Link:
    """One event of a stretch of the log, as the chain sees it.

    ``salt`` and ``sealed`` are empty for an event from before there were salts. ``happened_at`` is as the ledger has it.
    """

    seq: int
    happened_at: str
    kind: str
    body: str
    previous: str
    hash: str
    salt: str
    sealed: str
    mentions: bool


def stretch(db: sqlite3.Connection, call_id: str, result: int) -> list[Link]:
    """The log without a gap from the first to the last event that concerns a call, those between included.

    Args:
        db: the ledger.
        call_id: the call; events name it in their bodies.
        result: the number of its result: the event that it was stored by names only that.
    """
    where, values = _where(EventFilter(call_id=call_id))
    concerns = f"""(({where}) OR (kind = 'results_stored' AND replace(replace(body, '[', ','), ']', ',') LIKE ?))"""
    sql = f"""SELECT seq, happened_at, kind, body, prev_hash, hash, salt, {concerns} FROM events
              WHERE seq BETWEEN (SELECT min(seq) FROM events WHERE {concerns})
                            AND (SELECT max(seq) FROM events WHERE {concerns}) ORDER BY seq"""
    rows = db.execute(sql, [*values, f"%,{result},%"] * 3).fetchall()
    return [
        Link(seq, at, kind, body, previous, digest, salt, seal(at, kind, body, salt) if salt else "", bool(mentions))
        for seq, at, kind, body, previous, digest, salt, mentions in rows
    ]


def events(db: sqlite3.Connection, wanted: EventFilter, *, limit: int = 100, offset: int = 0) -> list[Event]:
    """A page of the events that match, the latest first."""
    where, values = _where(wanted)
    sql = f"SELECT seq, happened_at, kind, body, hash FROM events WHERE {where} ORDER BY seq DESC LIMIT ? OFFSET ?"
    return [_event(row) for row in db.execute(sql, (*values, limit, offset)).fetchall()]


def count(db: sqlite3.Connection, wanted: EventFilter) -> int:
    """How many events match."""
    where, values = _where(wanted)
    return int(db.execute(f"SELECT count(*) FROM events WHERE {where}", values).fetchone()[0])


def kinds(db: sqlite3.Connection) -> list[str]:
    """The kinds of events that there are."""
    return [str(kind) for (kind,) in db.execute("SELECT DISTINCT kind FROM events ORDER BY kind").fetchall()]


def _where(wanted: EventFilter) -> tuple[str, list[object]]:
    parts, values = ["1 = 1"], list[object]()
    if wanted.kind:
        parts.append("kind = ?")
        values.append(wanted.kind)
    for key, value in (("by", wanted.by), ("call_id", wanted.call_id)):
        if value:
            # bodies are canonical JSON: a quote inside a text is escaped there, so this can only be the key itself
            parts.append("body LIKE ? ESCAPE '!'")
            values.append(f"%{_literal(json.dumps(key) + ':' + json.dumps(value))}%")
    for day, sign, later in ((wanted.since, ">=", 0), (wanted.until, "<", 1)):
        if day is not None:
            parts.append(f"happened_at {sign} ?")
            values.append(stamp(datetime.combine(day + timedelta(days=later), time(), wanted.zone)))
    return " AND ".join(parts), values


def _literal(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _event(row: Sequence[object]) -> Event:
    seq, at, kind, body, digest = (str(value) for value in row)
    try:
        told = json.loads(body)
    except ValueError:  # somebody changed it behind the ledger's back; the chain says so, the viewer still shows it
        told = {}
    named = {key: told[key] for key in ("by", "call_id") if isinstance(told, dict) and isinstance(told.get(key), str)}
    return Event(
        int(seq), datetime.fromisoformat(at), kind, body, digest, named.get("by", ""), named.get("call_id", "")
    )
