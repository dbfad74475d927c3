"""DuckDB over what counts: in memory, one a process, so that no process ever locks out another.

A question brings it up to date first: only calls that changed are read from segments, only new decisions from the ledger.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.errors import HomeError
from auditor.store import relations
from auditor.store.changes import Changes, Seen, unseen
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.relations import scan
from auditor.store.tables import files, schemas

if TYPE_CHECKING:
    import duckdb


@dataclass
class _Opened:
    """A database, how far it has read, the version whose words it holds, and how many threads are asking it."""

    root: duckdb.DuckDBPyConnection
    seen: Seen
    heard: int = -1
    users: int = 0


class Database:
    """Answers SQL over ``relations``, to any number of threads; an answer is of one state of the store."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._lock = threading.Lock()
        self._opened: _Opened | None = None

    def close(self) -> None:
        """Let go of the engine; the next question opens it again."""
        with self._lock:
            opened, self._opened = self._opened, None
            self._close_unused(opened)

    def rows(self, sql: str, values: dict[str, Any] | None = None, *, spoken: bool = False) -> list[dict[str, Any]]:
        """All rows of a query with its ``$named`` values. Raises HomeError where data can't be read.

        ``spoken``: the query asks the relation of that name, which is not filled before somebody does.
        """
        with self._cursor(spoken) as cursor:
            return _all(cursor, sql, values or {})

    def rows_of(self, segment: str, table: str, key: str, number: int) -> list[dict[str, Any]]:
        """Rows of one table under one number, from the one segment that has them, in their order."""
        return self.rows_in([segment], table, key, [number])

    def rows_in(self, segments: Sequence[str], table: str, key: str, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Rows of one table under these numbers, straight from these segments: nothing else of the home is read."""
        names = schemas()[table].names
        order = f' ORDER BY {key}, "index"' if "index" in names else f" ORDER BY {key}"
        # Times with a zone need a package to come out of DuckDB; ``call`` has them too.
        columns = ", ".join(f'"{name}"' for name in names if name not in ("stored_at", "started_at"))
        # rows of earlier versions are filled up to what this one asks for
        source = f"FROM blank UNION ALL BY NAME FROM {scan(files(self.home, table, segments), by_name=True)}"
        sql = f"SELECT {columns} FROM ({source}) WHERE {key} IN (SELECT unnest($numbers::BIGINT[])){order}"
        with self._explained(), self._aside() as db:
            db.register("blank", schemas()[table].empty_table())
            return _all(db, sql, {"numbers": list(numbers)})

    @contextlib.contextmanager
    def _cursor(self, spoken: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._explained():
            with self._lock:
                opened = self._up_to_date()
                if spoken and opened.heard != opened.seen.version:
                    with contextlib.closing(opened.root.cursor()) as cursor:
                        relations.hear(cursor)
                    opened.heard = opened.seen.version
                opened.users += 1
            try:
                with contextlib.closing(opened.root.cursor()) as cursor:
                    yield cursor
            finally:
                with self._lock:
                    opened.users -= 1
                    self._close_unused(opened)

    @contextlib.contextmanager
    def _aside(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor on the database as far as it has read, or on an empty one: filling one takes seconds in a large home."""
        import duckdb

        with self._lock:
            opened = self._opened
            if opened is not None:
                opened.users += 1
        try:
            with contextlib.closing(duckdb.connect(":memory:") if opened is None else opened.root.cursor()) as db:
                yield db
        finally:
            if opened is not None:
                with self._lock:
                    opened.users -= 1
                    self._close_unused(opened)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        import duckdb

        try:
            yield
        except (duckdb.OperationalError, duckdb.InvalidInputException) as error:
            raise HomeError(f"{self.home.segments}：数据文件读不出来。请从备份恢复归档目录。") from error

    def _up_to_date(self) -> _Opened:
        opened = self._opened
        with Ledger(self.home) as ledger, ledger.reading() as db:
            changes = unseen(db, Seen() if opened is None else opened.seen)
        if opened is None:
            opened = _Opened(_create(), Seen())
        if changes is not None:
            try:
                _apply(opened.root, self.home, changes)
            except BaseException:
                if opened is not self._opened:
                    opened.root.close()
                raise
            opened.seen = changes.seen
        self._opened = opened
        return opened

    def _close_unused(self, opened: _Opened | None) -> None:
        """Closing takes down the cursors of other threads too, so the last of them does it."""
        if opened is not None and opened is not self._opened and not opened.users:
            opened.root.close()


def _all(db: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    result = db.execute(sql, values)
    names = [column[0] for column in result.description or ()]
    # A result that is not read to its end keeps its connection busy, and can bring down the process at exit.
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _create() -> duckdb.DuckDBPyConnection:
    import duckdb

    root = duckdb.connect(":memory:")
    with contextlib.ExitStack() as undo:
        undo.callback(root.close)
        root.execute("SET autoinstall_known_extensions = false")
        root.execute("SET autoload_known_extensions = false")
        root.execute("SET temp_directory = ''")
        relations.create(root)
        undo.pop_all()
    return root


def _apply(root: duckdb.DuckDBPyConnection, home: Home, changes: Changes) -> None:
    """Whoever asks meanwhile sees the state before it."""
    with contextlib.closing(root.cursor()) as cursor:
        cursor.execute("BEGIN")
        try:
            relations.apply(cursor, home, changes)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
