"""The ledger: everything that changes, as transactions in SQLite, and the event log, where no change goes unseen.

The SQL keeps to what PostgreSQL speaks too. Times come from the caller, with an offset, and are kept as UTC text.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from auditor.errors import HomeError
from auditor.store.codec import canonical
from auditor.store.home import Home
from auditor.store.migrations import MIGRATIONS

if TYPE_CHECKING:
    import sqlite3

_WAIT = 30.0


class Ledger:
    """One connection to a home's ledger, for one thread; a context manager that closes it.

    Each ``writing()`` block is a transaction that survives power loss once left, and is undone when left by an
    exception; each ``reading()`` block sees one state of the ledger. Both give the connection that the functions of
    ``catalog``, ``jobs`` and this module take.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        with self._explained():
            self._db = _connect(home)
            _migrate(self._db, home)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def writing(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        """A transaction that writes; waits for other processes' transactions. Raises HomeError."""
        return self._transaction("BEGIN IMMEDIATE")

    def reading(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        """A transaction that reads one consistent state and keeps nobody from writing. Raises HomeError."""
        return self._transaction("BEGIN")

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._explained():
            self._db.execute(begin)
            try:
                yield self._db
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        import sqlite3

        try:
            yield
        except sqlite3.DatabaseError as error:
            raise HomeError(f"{self.home.ledger}：{_reason(str(error))}") from error


def stamp(moment: datetime) -> str:
    """A moment as text that sorts by time; raises ValueError where it has no offset."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs an offset")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def count_up(db: sqlite3.Connection, name: str, by: int = 1) -> int:
    """Add to a named counter and return its new value; no two transactions ever get the same."""
    sql = """INSERT INTO counters (name, value) VALUES (?, ?)
             ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value RETURNING value"""
    ((value,),) = db.execute(sql, (name, by)).fetchall()
    return int(value)


def counter(db: sqlite3.Connection, name: str) -> int:
    """The present value of a named counter (0 before its first use)."""
    found = db.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchall()
    return int(found[0][0]) if found else 0


def append_event(db: sqlite3.Connection, at: datetime, kind: str, body: Mapping[str, object]) -> int:
    """Write down that something happened; its hash covers the event before it. Returns its number (from 1)."""
    seq = count_up(db, "event")
    before = db.execute("SELECT hash FROM events WHERE seq = ?", (seq - 1,)).fetchall()
    previous, salt = str(before[0][0]) if before else "", secrets.token_hex(16)
    row = (seq, stamp(at), kind, canonical(body).decode(), previous)
    sql = "INSERT INTO events (seq, happened_at, kind, body, prev_hash, hash, salt) VALUES (?, ?, ?, ?, ?, ?, ?)"
    db.execute(sql, (*row, event_hash(*row, salt), salt))
    return seq


def verify_chain(db: sqlite3.Connection) -> int | None:
    """The number of the first event that was changed, removed or slipped in afterwards; ``None`` where all is well."""
    expected, previous = 1, ""
    for seq, at, kind, body, prev_hash, digest, salt in db.execute(
        "SELECT seq, happened_at, kind, body, prev_hash, hash, salt FROM events ORDER BY seq"
    ):
        if seq != expected or prev_hash != previous or digest != event_hash(seq, at, kind, body, prev_hash, salt):
            return expected
        expected, previous = expected + 1, digest
    return expected if counter(db, "event") != expected - 1 else None


def event_hash(seq: int, at: str, kind: str, body: str, previous: str, salt: str) -> str:
    """The hash of an event as the ledger keeps it; ``salt`` is empty for events from before there was one."""
    if not salt:
        return _digest((seq, at, kind, body, previous))
    return link(seq, seal(at, kind, body, salt), previous)


def seal(at: str, kind: str, body: str, salt: str) -> str:
    """A hash of what happened that tells nothing of it to who does not know the salt."""
    return _digest((at, kind, body, salt))


def link(seq: int, sealed: str, previous: str) -> str:
    """The hash of an event from its seal: the chain can be followed past an event without being shown it."""
    return _digest((seq, {"seal": sealed}, previous))


def _digest(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def _connect(home: Home) -> sqlite3.Connection:
    import sqlite3

    db = sqlite3.connect(home.ledger, timeout=_WAIT, isolation_level=None)
    give_up = time.monotonic() + _WAIT
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL").fetchall()
            break
        except sqlite3.OperationalError as error:
            # Turning on WAL does not wait for other processes that open a new ledger at the same moment.
            if "locked" not in str(error) or time.monotonic() > give_up:
                db.close()
                raise
            time.sleep(0.01)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    return db


def _migrate(db: sqlite3.Connection, home: Home) -> None:
    if _applied(db) == len(MIGRATIONS):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)")
        done = _applied(db)
        if done > len(MIGRATIONS):
            raise HomeError(f"{home.ledger}：账本由更新的版本创建。请升级本程序。")
        for migration in MIGRATIONS[done:]:
            migration(db)
            db.execute("INSERT INTO migrations (name) VALUES (?)", (migration.__name__,))
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def _applied(db: sqlite3.Connection) -> int:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchall():
        return 0
    return int(db.execute("SELECT count(*) FROM migrations").fetchall()[0][0])


def _reason(message: str) -> str:
    if "full" in message or "disk I/O" in message:
        return "账本写不进去，磁盘可能已满。请清理磁盘后再运行一次，已保存的通话不会重做。"
    if "locked" in message or "busy" in message:
        return f"账本被其他进程占用超过 {_WAIT:.0f} 秒。请稍后再试。"
    if "not a database" in message or "malformed" in message:
        return "账本已损坏。请从备份恢复这个文件。"
    if "readonly" in message or "unable to open" in message:
        return "账本打不开或不可写。请检查目录权限。"
    return f"账本读写失败（{message}）。请检查归档目录。"
