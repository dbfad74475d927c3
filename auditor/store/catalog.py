"""The catalog: which segment holds which result, and which result of a call counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from auditor.store.ledger import count_up, counter, stamp

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True)
class Entry:
    """One result: an audit of a call with the transcript and words that it rests on, each by number and segment.

    A transcript or words that an earlier result already stored have that result's number and segment; ``tokens`` is
    ``None`` where no words were kept. ``content`` is the hash of what was heard: one transcript key can come to have
    several, e.g. where a newer version decides differently who is the agent.
    """

    result: int
    call_id: str
    audit_key: str
    segment: str
    transcript: int
    transcript_key: str
    transcript_segment: str
    content: str
    tokens: int | None
    tokens_key: str
    tokens_segment: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What counts at one moment: the segments to read for each kind of row."""

    version: int
    audits: tuple[str, ...]
    transcripts: tuple[str, ...]
    tokens: tuple[str, ...]


_ENTRY = """SELECT r.result, r.call_id, r.audit_key, r.segment, t.transcript, t.transcript_key, t.segment, t.content,
                   w.tokens, coalesce(w.tokens_key, ''), w.segment
            FROM results r JOIN transcripts t ON t.transcript = r.transcript
            LEFT JOIN tokens w ON w.tokens = r.tokens"""


def reserve(db: sqlite3.Connection, count: int) -> range:
    """Numbers for new rows that no other process will use."""
    last = count_up(db, "row", count)
    return range(last - count + 1, last + 1)


def version(db: sqlite3.Connection) -> int:
    """A number that grows with every change of what counts."""
    return counter(db, "catalog")


def add(db: sqlite3.Connection, segment: str, entries: Sequence[Entry], at: datetime) -> None:
    """Make a new segment's results count; each supersedes the call's earlier one."""
    when = stamp(at)
    db.execute("INSERT INTO segments (segment, calls, created_at) VALUES (?, ?, ?)", (segment, len(entries), when))
    for e in entries:
        if e.transcript_segment == segment:
            row = (e.transcript, e.transcript_key, segment, e.content)
            db.execute("INSERT INTO transcripts VALUES (?, ?, ?, ?)", row)
        if e.tokens_segment == segment:
            db.execute("INSERT INTO tokens VALUES (?, ?, ?)", (e.tokens, e.tokens_key, segment))
        db.execute("UPDATE results SET superseded = 1 WHERE call_id = ? AND superseded = 0", (e.call_id,))
        db.execute(
            """INSERT INTO results (result, call_id, audit_key, transcript, tokens, segment, superseded, stored_at)
               VALUES (?, ?, ?, ?, ?, ?, 0, ?)""",
            (e.result, e.call_id, e.audit_key, e.transcript, e.tokens, segment, when),
        )
    touch(db, (e.call_id for e in entries))
    count_up(db, "catalog")


def touch(db: sqlite3.Connection, calls: Iterable[str]) -> None:
    """Note that what counts of these calls changes with the catalog's next version, which the same transaction counts up."""
    following = version(db) + 1
    db.executemany(
        """INSERT INTO changes (call_id, version) VALUES (?, ?)
           ON CONFLICT (call_id) DO UPDATE SET version = excluded.version""",
        [(call_id, following) for call_id in calls],
    )


def live(db: sqlite3.Connection, since: int | None = None) -> list[tuple[str, int, str]]:
    """Calls with the result that counts and its segment, by segment; only those that changed after version ``since``."""
    sql = "SELECT r.call_id, r.result, r.segment FROM {}results r{} superseded = 0 ORDER BY r.segment, r.result"
    if since is None:
        return db.execute(sql.format("", " WHERE")).fetchall()
    # CROSS JOIN keeps SQLite from going through all results
    of_changed = sql.format("changes h CROSS JOIN ", " WHERE h.version > ? AND r.call_id = h.call_id AND")
    return db.execute(of_changed, (since,)).fetchall()


def make_current(db: sqlite3.Connection, entry: Entry) -> None:
    """Make an earlier result of a call count again."""
    db.execute("UPDATE results SET superseded = 1 WHERE call_id = ? AND superseded = 0", (entry.call_id,))
    db.execute("UPDATE results SET superseded = 0 WHERE result = ?", (entry.result,))
    touch(db, [entry.call_id])
    count_up(db, "catalog")


def current(db: sqlite3.Connection, call_id: str) -> Entry | None:
    """The result of a call that counts."""
    return _entry(db, "r.call_id = ? AND r.superseded = 0", call_id)


def with_audit_key(db: sqlite3.Connection, call_id: str, audit_key: str) -> Entry | None:
    """The latest result of a call under this key, whether it counts or not."""
    return _entry(db, "r.call_id = ? AND r.audit_key = ?", call_id, audit_key)


def with_transcript_key(db: sqlite3.Connection, transcript_key: str) -> Entry | None:
    """The latest result, of any call, that rests on a transcript under this key."""
    return _entry(db, "t.transcript_key = ?", transcript_key)


def same_transcript(db: sqlite3.Connection, transcript_key: str, content: str) -> Entry | None:
    """The latest result that rests on a transcript under this key with exactly this content."""
    return _entry(db, "t.transcript_key = ? AND t.content = ?", transcript_key, content)


def find(db: sqlite3.Connection, prefix: str, limit: int) -> list[str]:
    """Ids of stored calls that begin with ``prefix``, an exact match first."""
    rows = db.execute(
        """SELECT call_id FROM results WHERE superseded = 0 AND substr(call_id, 1, ?) = ?
           ORDER BY length(call_id), call_id LIMIT ?""",
        (len(prefix), prefix, limit),
    )
    return [str(call_id) for (call_id,) in rows.fetchall()]


def snapshot(db: sqlite3.Connection) -> Snapshot:
    """What counts now."""
    return Snapshot(
        version=version(db),
        audits=_texts(db, "SELECT DISTINCT segment FROM results WHERE superseded = 0 ORDER BY segment"),
        transcripts=_texts(
            db,
            """SELECT DISTINCT t.segment FROM results r JOIN transcripts t ON t.transcript = r.transcript
               WHERE r.superseded = 0 ORDER BY t.segment""",
        ),
        tokens=_texts(
            db,
            """SELECT DISTINCT w.segment FROM results r JOIN tokens w ON w.tokens = r.tokens
               WHERE r.superseded = 0 ORDER BY w.segment""",
        ),
    )


def segments_of(db: sqlite3.Connection, results: Sequence[int]) -> dict[int, str]:
    """The segments of these results; those that do not count are left out."""
    sql = "SELECT segment FROM results WHERE result = ? AND superseded = 0"
    found = ((result, db.execute(sql, (result,)).fetchone()) for result in results)
    return {result: str(row[0]) for result, row in found if row is not None}


def small_segments(db: sqlite3.Connection, below: int) -> list[tuple[str, int]]:
    """Segments in use that hold fewer than this many calls, the oldest first, each with how many it holds."""
    sql = "SELECT segment, calls FROM segments WHERE replaced_at IS NULL AND calls < ? ORDER BY segment"
    return [(str(segment), int(calls)) for segment, calls in db.execute(sql, (below,)).fetchall()]


def segments_in_use(db: sqlite3.Connection) -> tuple[str, ...]:
    """All segments that results stand in, superseded ones too."""
    return _texts(db, "SELECT segment FROM segments WHERE replaced_at IS NULL ORDER BY segment")


def replace(db: sqlite3.Connection, old: Sequence[str], merged: str, at: datetime) -> bool:
    """Point everything that stands in ``old`` to the segment they were merged into.

    Returns whether it was done; not where another process replaced one of ``old`` first.
    """
    calls = 0
    for segment in old:
        row = db.execute("SELECT calls FROM segments WHERE segment = ? AND replaced_at IS NULL", (segment,)).fetchone()
        if row is None:
            return False
        calls += row[0]
    db.execute("INSERT INTO segments (segment, calls, created_at) VALUES (?, ?, ?)", (merged, calls, stamp(at)))
    for segment in old:
        for table in ("results", "transcripts", "tokens"):
            db.execute(f"UPDATE {table} SET segment = ? WHERE segment = ?", (merged, segment))
        db.execute("UPDATE segments SET replaced_at = ? WHERE segment = ?", (stamp(at), segment))
    count_up(db, "catalog")
    return True


def forget_replaced(db: sqlite3.Connection, before: datetime) -> tuple[str, ...]:
    """Drop segments replaced before this moment, which nobody can still be reading; returns their names."""
    return _texts(db, "DELETE FROM segments WHERE replaced_at < ? RETURNING segment", stamp(before))


def known_segments(db: sqlite3.Connection) -> set[str]:
    """All segments of the catalog, also replaced ones that a reader may still hold."""
    return set(_texts(db, "SELECT segment FROM segments"))


def _entry(db: sqlite3.Connection, where: str, *parameters: str) -> Entry | None:
    rows = db.execute(f"{_ENTRY} WHERE {where} ORDER BY r.result DESC LIMIT 1", parameters).fetchall()
    return Entry(*rows[0]) if rows else None


def _texts(db: sqlite3.Connection, sql: str, *parameters: object) -> tuple[str, ...]:
    return tuple(str(value) for (value,) in db.execute(sql, parameters).fetchall())
