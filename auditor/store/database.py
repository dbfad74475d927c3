"""DuckDB over the segments that count: in memory, one a process, so that no process ever locks out another."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.errors import HomeError
from auditor.models import Scorecard
from auditor.store import cases, catalog
from auditor.store.cases import Shown
from auditor.store.catalog import Snapshot
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.tables import AUDIT_TABLES, TRANSCRIPT_TABLES, files, finding_row, money, schemas

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


_WORTH = ("result", "score", "band", "fatal")
_WITH_CASES = {
    "calls": "SELECT c.* REPLACE ("
    + ", ".join(f"CASE WHEN s.result IS NULL THEN c.{name} ELSE s.{name} END AS {name}" for name in _WORTH[1:])
    + ") FROM ({}) c LEFT JOIN case_scores s ON s.result = c.result",
    "findings": "{} UNION ALL SELECT * FROM case_findings",
}
"""Views that also hold what several calls show together."""


@dataclass
class _Opened:
    """A database over what counted at one version, and how many threads are asking it."""

    root: duckdb.DuckDBPyConnection
    version: int
    users: int = 0


class Database:
    """Answers SQL over the tables of ``tables``, to any number of threads; an answer is of one state of the store."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._lock = threading.Lock()
        self._opened: _Opened | None = None

    def close(self) -> None:
        """Let go of the engine; the next question opens it again."""
        with self._lock:
            opened, self._opened = self._opened, None
            self._close_unused(opened)

    def rows(self, sql: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """All rows of a query with its ``$named`` values. Raises HomeError where data can't be read."""
        with self._cursor() as cursor:
            result = cursor.execute(sql, values or {})
            names = [column[0] for column in result.description or ()]
            # A result that is not read to its end keeps its connection busy, and can bring down the process at exit.
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def rows_of(self, segment: str, table: str, key: str, number: int) -> list[dict[str, Any]]:
        """Rows of one table under one number, from the one segment that has them, in their order."""
        names = schemas()[table].names
        order = ' ORDER BY "index"' if "index" in names else ""
        # Times with a zone need a package to come out of DuckDB; ``call`` has them too.
        columns = ", ".join(f'"{name}"' for name in names if name not in ("stored_at", "started_at"))
        source = _scan(files(self.home, table, [segment]))
        return self.rows(f"SELECT {columns} FROM {source} WHERE {key} = $number{order}", {"number": number})

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        import duckdb

        try:
            with self._lock:
                opened = self._up_to_date()
                opened.users += 1
            try:
                with contextlib.closing(opened.root.cursor()) as cursor:
                    yield cursor
            finally:
                with self._lock:
                    opened.users -= 1
                    self._close_unused(opened)
        except (duckdb.OperationalError, duckdb.InvalidInputException) as error:
            raise HomeError(f"{self.home.segments}：数据文件读不出来。请从备份恢复归档目录。") from error

    def _up_to_date(self) -> _Opened:
        with Ledger(self.home) as ledger, ledger.reading() as db:
            if self._opened is not None and catalog.version(db) == self._opened.version:
                return self._opened
            snapshot, shown, scores = catalog.snapshot(db), cases.shown(db), cases.scores(db)
        earlier, self._opened = self._opened, _Opened(_open(self.home, snapshot, shown, scores), snapshot.version)
        self._close_unused(earlier)
        return self._opened

    def _close_unused(self, opened: _Opened | None) -> None:
        """Closing takes down the cursors of other threads too, so the last of them does it."""
        if opened is not None and opened is not self._opened and not opened.users:
            opened.root.close()


def _open(
    home: Home, snapshot: Snapshot, shown: Sequence[Shown], scores: Mapping[int, Scorecard]
) -> duckdb.DuckDBPyConnection:
    """A new database with one view a table; calls are worth what they are with what several calls show."""
    import duckdb
    import pyarrow as pa

    root = duckdb.connect(":memory:")
    with contextlib.ExitStack() as undo:
        undo.callback(root.close)
        root.execute("SET autoinstall_known_extensions = false")
        root.execute("SET autoload_known_extensions = false")
        root.execute("SET temp_directory = ''")
        _load(root, "superseded", pa.table({"result": pa.array(snapshot.superseded, pa.int64())}))
        found = [{"result": each.result, **finding_row(each.finding)} for each in shown]
        _load(root, "case_findings", pa.Table.from_pylist(found, schema=schemas()["findings"]))
        worth = [
            {"result": r, "score": money(c.score), "band": c.band, "fatal": c.fatal} for r, c in sorted(scores.items())
        ]
        of_calls = schemas()["calls"]
        _load(root, "case_scores", pa.Table.from_pylist(worth, schema=pa.schema([of_calls.field(n) for n in _WORTH])))
        for table, schema in schemas().items():
            segments = snapshot.audits
            if table in TRANSCRIPT_TABLES:
                segments = snapshot.transcripts
            elif table == "tokens":
                segments = snapshot.tokens
            if segments:
                counts = " ANTI JOIN superseded USING (result)" if table in AUDIT_TABLES else ""
                rows = f"SELECT * FROM {_scan(files(home, table, segments))}{counts}"
                root.execute(f"CREATE VIEW {table} AS {_WITH_CASES.get(table, '{}').format(rows)}")
            else:
                _load(root, table, schema.empty_table())
        undo.pop_all()
    return root


def _load(root: duckdb.DuckDBPyConnection, table: str, content: pa.Table) -> None:
    root.register("content", content)
    root.execute(f"CREATE TABLE {table} AS SELECT * FROM content")
    root.unregister("content")


def _scan(paths: Sequence[str]) -> str:
    """Read exactly these files: ``[``, ``*`` and ``?`` in a folder's name are no patterns."""
    names = ("".join(f"[{c}]" if c in "*?[" else c for c in path).replace("'", "''") for path in paths)
    return "read_parquet([" + ", ".join(f"'{name}'" for name in names) + "])"
