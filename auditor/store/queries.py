"""Every read of what we know, on an in-memory DuckDB over the segments that count. Plain values come out."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from auditor.errors import HomeError, NotFoundError
from auditor.models import Acoustics, Audit, Call, ChannelAcoustics, Utterance, Word
from auditor.store import catalog, jobs
from auditor.store.catalog import Entry, Snapshot
from auditor.store.codec import decode
from auditor.store.home import Home
from auditor.store.jobs import FailedJob
from auditor.store.ledger import Ledger
from auditor.store.segments import AUDIT_TABLES, TRANSCRIPT_TABLES, files, schemas

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Order = Literal["newest", "oldest", "worst", "best", "most_findings"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which calls to look at; an empty field does not limit. Days are the debtor's, ends included."""

    teams: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    include_unscored: bool = True


@dataclass(frozen=True, slots=True)
class Overview:
    """Totals over calls. ``average`` is over scored calls, ``seconds`` the length of all; ``bands`` counts calls."""

    calls: int
    scored: int
    average: Decimal | None
    fatal: int
    with_confirmed: int
    with_suspected: int
    seconds: float
    first_day: date | None
    last_day: date | None
    bands: dict[str, int]


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """Calls with ``low`` ≤ score < ``high``; the last bin includes 100."""

    low: int
    high: int
    calls: int


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """Findings of a category, and in how many calls they are."""

    category: str
    confirmed: int
    suspected: int
    calls: int


@dataclass(frozen=True, slots=True)
class StepCount:
    """In how many calls a step was done, missed, not due, or could not be told."""

    step: str
    name: str
    done: int
    missed: int
    na: int
    cannot_tell: int


@dataclass(frozen=True, slots=True)
class Week:
    """One week's calls, by its Monday."""

    monday: date
    calls: int
    scored: int
    average: Decimal | None
    fatal: int
    confirmed: int
    suspected: int


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in a list. ``started_at`` is the debtor's wall clock."""

    call_id: str
    started_at: datetime | None
    agent_id: str | None
    agent_name: str | None
    team: str | None
    product: str | None
    region: str | None
    case_id: str | None
    duration: float | None
    party: str
    score: Decimal | None
    band: str
    fatal: bool
    confirmed: int
    suspected: int
    missed: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredCall:
    """Everything kept of one call; ``tokens`` has one tuple of words an utterance, or is empty."""

    call: Call
    audit: Audit
    acoustics: Acoustics | None
    tokens: tuple[tuple[str, ...], ...]
    entry: Entry


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to filter by, each sorted."""

    teams: tuple[str, ...]
    agents: tuple[str, ...]
    products: tuple[str, ...]
    regions: tuple[str, ...]
    parties: tuple[str, ...]
    categories: tuple[str, ...]


_ORDERS: dict[str, str] = {
    "newest": "c.started_at DESC NULLS LAST",
    "oldest": "c.started_at ASC NULLS LAST",
    "worst": "c.score ASC NULLS LAST",
    "best": "c.score DESC NULLS LAST",
    "most_findings": "confirmed DESC, suspected DESC",
}


class Store:
    """Reads a home from any number of threads; always sees what is stored now. Close it, or use it as a context manager.

    Each method raises HomeError where the home can't be read.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self._lock = threading.Lock()
        self._version: int | None = None
        self._root: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            if self._root is not None:
                self._root.close()
            self._root, self._version = None, None

    def version(self) -> int:
        """A number that grows whenever what is stored changes: the key to cache by."""
        with Ledger(self.home) as ledger, ledger.reading() as db:
            return catalog.version(db)

    def overview(self, filters: Filters = Filters()) -> Overview:
        """Totals, average score and calls by band."""
        where, values = _where(filters)
        sql = f"""
            WITH c AS (SELECT * FROM calls c WHERE {where}),
                 f AS (SELECT result, status FROM findings SEMI JOIN c USING (result))
            SELECT count(*) AS calls, count(score) AS scored, round(avg(score), 2)::DECIMAL(18, 2) AS average,
                   count(*) FILTER (fatal) AS fatal,
                   (SELECT count(DISTINCT result) FROM f WHERE status = 'confirmed') AS with_confirmed,
                   (SELECT count(DISTINCT result) FROM f WHERE status = 'suspected') AS with_suspected,
                   coalesce(sum(duration), 0) AS seconds, min(started_on) AS first_day, max(started_on) AS last_day,
                   histogram(band) AS bands
            FROM c"""
        (totals,) = self._rows(sql, values)
        return Overview(**{**totals, "bands": totals["bands"] or {}})

    def score_distribution(self, filters: Filters = Filters(), *, width: int = 10) -> list[ScoreBin]:
        """Scored calls by score, in bins of ``width`` points, empty bins included."""
        where, values = _where(filters)
        last = (100 - 1) // width
        sql = f"""SELECT least(floor(score / $width), $last)::INTEGER AS bin, count(*) AS calls
                  FROM calls c WHERE score IS NOT NULL AND {where} GROUP BY bin"""
        found = {row["bin"]: row["calls"] for row in self._rows(sql, {**values, "width": width, "last": last})}
        return [ScoreBin(b * width, min((b + 1) * width, 100), found.get(b, 0)) for b in range(last + 1)]

    def violations_by_category(self, filters: Filters = Filters()) -> list[CategoryCount]:
        """Findings by category, the most frequent first."""
        where, values = _where(filters)
        sql = f"""SELECT f.category, count(*) FILTER (f.status = 'confirmed') AS confirmed,
                         count(*) FILTER (f.status = 'suspected') AS suspected, count(DISTINCT f.result) AS calls
                  FROM findings f JOIN calls c USING (result) WHERE {where}
                  GROUP BY f.category ORDER BY confirmed DESC, suspected DESC, f.category"""
        return [CategoryCount(**row) for row in self._rows(sql, values)]

    def steps_missed(self, filters: Filters = Filters()) -> list[StepCount]:
        """Each required step's verdicts, in the order of the script."""
        where, values = _where(filters)
        verdicts = ", ".join(f"count(*) FILTER (s.verdict = '{v}') AS {v}" for v in ("done", "missed", "na", "cannot_tell"))
        sql = f"""SELECT s.step, arg_max(s.name, s.result) AS name, {verdicts}
                  FROM steps s JOIN calls c USING (result) WHERE {where}
                  GROUP BY s.step ORDER BY min(s.position), s.step"""
        return [StepCount(**row) for row in self._rows(sql, values)]

    def trend(self, filters: Filters = Filters()) -> list[Week]:
        """Week by week, the earliest first; calls without a date are left out."""
        where, values = _where(filters)
        sql = f"""
            WITH c AS (SELECT * FROM calls c WHERE started_on IS NOT NULL AND {where}),
                 f AS (SELECT result, count(*) FILTER (status = 'confirmed') AS confirmed,
                              count(*) FILTER (status = 'suspected') AS suspected
                       FROM findings SEMI JOIN c USING (result) GROUP BY result)
            SELECT date_trunc('week', started_on)::DATE AS monday, count(*) AS calls, count(score) AS scored,
                   round(avg(score), 2)::DECIMAL(18, 2) AS average, count(*) FILTER (fatal) AS fatal,
                   coalesce(sum(confirmed), 0)::BIGINT AS confirmed, coalesce(sum(suspected), 0)::BIGINT AS suspected
            FROM c LEFT JOIN f USING (result) GROUP BY monday ORDER BY monday"""
        return [Week(**row) for row in self._rows(sql, values)]

    def count(self, filters: Filters = Filters()) -> int:
        """How many calls there are."""
        where, values = _where(filters)
        return int(self._rows(f"SELECT count(*) AS calls FROM calls c WHERE {where}", values)[0]["calls"])

    def calls(
        self, filters: Filters = Filters(), *, order: Order = "newest", limit: int = 100, offset: int = 0
    ) -> list[CallRow]:
        """A page of the list of calls; calls that are equal in ``order`` stand by their id."""
        where, values = _where(filters)
        sql = f"""
            SELECT c.call_id, c.started_local AS started_at, c.agent_id, c.agent_name, c.team, c.product, c.region, c.case_id,
                   c.duration, c.party, c.score, c.band, c.fatal, coalesce(f.confirmed, 0) AS confirmed,
                   coalesce(f.suspected, 0) AS suspected, coalesce(s.missed, 0) AS missed, c.warnings
            FROM calls c
            LEFT JOIN (SELECT result, count(*) FILTER (status = 'confirmed') AS confirmed,
                              count(*) FILTER (status = 'suspected') AS suspected
                       FROM findings GROUP BY result) f USING (result)
            LEFT JOIN (SELECT result, count(*) AS missed FROM steps WHERE verdict = 'missed' GROUP BY result) s USING (result)
            WHERE {where} ORDER BY {_ORDERS[order]}, c.call_id LIMIT $limit OFFSET $offset"""
        rows = self._rows(sql, {**values, "limit": limit, "offset": offset})
        return [CallRow(**{**row, "warnings": tuple(row["warnings"])}) for row in rows]

    def choices(self) -> Choices:
        """What there is to filter by."""
        columns = {"teams": "team", "agents": "agent_id", "products": "product", "regions": "region", "parties": "party"}
        found = {
            field: self._rows(f"SELECT DISTINCT {column} AS x FROM calls WHERE {column} IS NOT NULL ORDER BY x")
            for field, column in columns.items()
        }
        found["categories"] = self._rows("SELECT DISTINCT category AS x FROM findings ORDER BY x")
        return Choices(**{field: tuple(row["x"] for row in rows) for field, rows in found.items()})

    def call(self, call_id: str) -> StoredCall:
        """Everything kept of one call; raises NotFoundError."""
        with Ledger(self.home) as ledger, ledger.reading() as db:
            entry = catalog.current(db, call_id)
        if entry is None:
            raise NotFoundError(f"归档目录里没有通话 {jobs.printable(call_id)[:200]}。可用 auditor show 查看已有的通话。")
        return self.stored(entry)

    def stored_call(self, call_id: str) -> Call:
        """The call as it entered its audit; raises NotFoundError."""
        return self.call(call_id).call

    def stored(self, entry: Entry) -> StoredCall:
        """Everything kept under one entry of the catalog, also one that no longer counts."""
        (row,) = self._of(entry.segment, "calls", "result", entry.result)
        utterances = tuple(_utterance(u) for u in self._of(entry.transcript_segment, "utterances", "transcript", entry.transcript))
        channels = self._of(entry.transcript_segment, "acoustics", "transcript", entry.transcript)
        words: list[dict[str, Any]] = []
        if entry.tokens is not None and entry.tokens_segment is not None:
            words = self._of(entry.tokens_segment, "tokens", "tokens", entry.tokens)
        return StoredCall(
            call=replace(decode(Call, row["call"]), utterances=utterances),
            audit=decode(Audit, row["audit"]),
            acoustics=_acoustics(channels),
            tokens=tuple(tuple(w["words"]) for w in words),
            entry=entry,
        )

    def find_call(self, prefix: str, *, limit: int = 20) -> list[str]:
        """Ids of stored calls that begin with ``prefix``, an exact match first."""
        with Ledger(self.home) as ledger, ledger.reading() as db:
            return catalog.find(db, prefix, limit)

    def failed_jobs(self) -> list[FailedJob]:
        """What failed in the runs so far and was not settled since, the latest first."""
        with Ledger(self.home) as ledger, ledger.reading() as db:
            return jobs.failed(db)

    def _rows(self, sql: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        with self._cursor() as cursor:
            return _fetch(cursor, sql, values or {})

    def _of(self, segment: str, table: str, key: str, number: int) -> list[dict[str, Any]]:
        """Rows of one table under one number, read from the one segment that has them."""
        order = ' ORDER BY "index"' if "index" in schemas()[table].names else ""
        columns = ", ".join(f'"{name}"' for name in schemas()[table].names if name not in ("stored_at", "started_at"))
        sql = f"SELECT {columns} FROM {_scan(files(self.home, table, [segment]))} WHERE {key} = $number{order}"
        return self._rows(sql, {"number": number})

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of one's own (a connection refuses a second thread) over the segments that count now."""
        import duckdb

        try:
            with self._lock:
                cursor = self._fresh_root().cursor()
            try:
                yield cursor
            finally:
                cursor.close()
        except (duckdb.OperationalError, duckdb.InvalidInputException) as error:
            raise HomeError(f"{self.home.segments}：数据文件读不出来。请从备份恢复归档目录。") from error

    def _fresh_root(self) -> duckdb.DuckDBPyConnection:
        with Ledger(self.home) as ledger, ledger.reading() as db:
            if self._root is not None and catalog.version(db) == self._version:
                return self._root
            snapshot = catalog.snapshot(db)
        root = _open(self.home, snapshot)
        if self._root is not None:
            self._root.close()
        self._root, self._version = root, snapshot.version
        return root


def _open(home: Home, snapshot: Snapshot) -> duckdb.DuckDBPyConnection:
    """A new database with one view a table; cursors on an earlier one go on undisturbed."""
    import duckdb
    import pyarrow as pa

    root = duckdb.connect(":memory:")
    with contextlib.ExitStack() as undo:
        undo.callback(root.close)
        root.execute("SET autoinstall_known_extensions = false")
        root.execute("SET autoload_known_extensions = false")
        root.execute("SET temp_directory = ''")
        _load(root, "superseded", pa.table({"result": pa.array(snapshot.superseded, pa.int64())}))
        for table, schema in schemas().items():
            segments = snapshot.audits
            if table in TRANSCRIPT_TABLES:
                segments = snapshot.transcripts
            elif table == "tokens":
                segments = snapshot.tokens
            if segments:
                counts = " ANTI JOIN superseded USING (result)" if table in AUDIT_TABLES else ""
                root.execute(f"CREATE VIEW {table} AS SELECT * FROM {_scan(files(home, table, segments))}{counts}")
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


def _fetch(cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    result = cursor.execute(sql, values)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _where(filters: Filters) -> tuple[str, dict[str, Any]]:
    columns = {
        "team": filters.teams, "agent_id": filters.agents, "product": filters.products, "region": filters.regions,
        "party": filters.parties, "band": filters.bands,
    }  # fmt: skip
    values: dict[str, Any] = {column: list(wanted) for column, wanted in columns.items() if wanted}
    parts = [f"c.{column} IN (SELECT unnest(${column}))" for column in values]
    if filters.categories:
        values["categories"] = list(filters.categories)
        parts.append("c.result IN (SELECT result FROM findings WHERE category IN (SELECT unnest($categories)))")
    for name, day, test in (("since", filters.since, ">="), ("until", filters.until, "<=")):
        if day is not None:
            values[name] = day
            parts.append(f"c.started_on {test} ${name}")
    if not filters.include_unscored:
        parts.append("c.score IS NOT NULL")
    return " AND ".join(parts) or "true", values


def _utterance(row: dict[str, Any]) -> Utterance:
    return Utterance(
        speaker=row["speaker"],
        start=row["start"],
        end=row["end"],
        text=row["text"],
        words=tuple(Word(**word) for word in row["words"]),
        confidence=row["confidence"],
        quarantined=tuple(row["quarantined"]),
        channel=row["channel"],
    )


def _acoustics(rows: list[dict[str, Any]]) -> Acoustics | None:
    if not rows:
        return None
    channels = tuple(
        ChannelAcoustics(
            channel=row["channel"],
            speech=tuple((start, end) for start, end in row["speech"]),
            loudness=tuple(row["loudness"]),
            peak=row["peak"],
            clipped_share=row["clipped_share"],
        )
        for row in sorted(rows, key=lambda row: int(row["channel"]))
    )
    return Acoustics(rows[0]["duration"], rows[0]["sample_rate"], channels)
