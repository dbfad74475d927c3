"""The relations that pages ask, in an in-memory DuckDB: what machines found, beside it what people decided, and what counts.

``calls``, ``findings`` and ``steps`` hold the machine's columns as segments have them and, of each row, what counts after decisions,
as ``review.effective`` defines it. What is large and seldom asked for stays in the segments, and is a view of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from auditor.store.changes import Changes, decision_columns
from auditor.store.home import Home
from auditor.store.mirrored import mirrors
from auditor.store.risk import RAISED_VOICE, risk_of
from auditor.store.tables import AUDIT_TABLES, TRANSCRIPT_TABLES, files, schemas

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

AT_ONCE = 20_000
LONG = ("call", "audit")
HELD = ("calls", "facts", "findings", "steps")
"""The tables of audits that are kept in memory; the others are views."""
DECIDED = ("calls", "findings", "steps")
"""Those of them to which decisions add columns."""

_ADDED = {
    "calls": """NULL::DOUBLE AS raised_voice, NULL::INTEGER AS risk, score AS effective_score, band AS effective_band,
                fatal AS effective_fatal, false AS signed, NULL::VARCHAR AS signed_by, NULL::TIMESTAMP AS signed_at""",
    "findings": """NULL::BOOLEAN AS by_machine, NULL::VARCHAR AS decision, NULL::VARCHAR AS decided_by,
                   NULL::TIMESTAMP AS decided_at, status AS effective_status, category AS effective_category,
                   severity AS effective_severity""",
    "steps": "verdict AS effective_verdict, NULL::VARCHAR AS decided_by",
}


def create(db: duckdb.DuckDBPyConnection) -> None:
    """Make every relation, empty."""
    for table, schema in schemas().items():
        # rows as this version's segments have them, to which those of earlier versions are filled up
        _fill(db, f"blank_{table}", schema.empty_table())
        if table in HELD:
            added = f", {_ADDED[table]}" if table in _ADDED else ""
            db.execute(f"CREATE TABLE {table} AS SELECT {_machine(table)}{added} FROM blank_{table}")
        else:
            db.execute(f"CREATE VIEW {table} AS FROM blank_{table}")
    _fill(db, "decisions", decision_columns().empty_table())
    db.execute("CREATE VIEW documents AS SELECT result, call, audit FROM blank_calls")
    db.execute("CREATE TABLE spoken AS SELECT transcript, text FROM blank_utterances")
    for table, mirror in mirrors().items():
        _fill(db, table, mirror.columns.empty_table())


def apply(db: duckdb.DuckDBPyConnection, home: Home, changes: Changes) -> None:
    """Bring the relations up to date, in the transaction that the caller has begun."""
    for table, content in changes.small.items():
        db.execute(f"DELETE FROM {table}")
        _insert(db, table, content)
    if not (changes.moved.num_rows or changes.decisions.num_rows or changes.segments):
        return
    for table in ("moved", "case_findings", "case_scores", "decisions", "worth"):
        _fill(db, f"new_{table}", getattr(changes, table))
    _take_decisions(db)
    if changes.segments is not None:
        _show_segments(db, home, changes)
    for part in _parts(changes.moved):
        _fill(db, "moved", part)
        _read_segments(db, home, part)
        _derive(db)
    if changes.decisions.num_rows:
        _reread_decided(db)
        _derive(db)


def hear(db: duckdb.DuckDBPyConnection) -> None:
    """Put into ``spoken`` what was said in each call, one text a call with a line for each utterance; known ones stay."""
    db.execute(
        """INSERT INTO spoken SELECT transcript, string_agg(text, chr(10)) FROM utterances
           WHERE transcript IN (SELECT transcript FROM calls EXCEPT SELECT transcript FROM spoken) GROUP BY transcript"""
    )


def _parts(moved: pa.Table) -> Iterable[pa.Table]:
    return (moved.slice(start, AT_ONCE) for start in range(0, moved.num_rows, AT_ONCE))


def _take_decisions(db: duckdb.DuckDBPyConnection) -> None:
    db.execute("DELETE FROM decisions WHERE (call_id, kind, item) IN (SELECT (call_id, kind, item) FROM new_decisions)")
    db.execute(
        """INSERT INTO decisions FROM new_decisions
           QUALIFY row_number() OVER (PARTITION BY call_id, kind, item ORDER BY seq DESC) = 1"""
    )


def _show_segments(db: duckdb.DuckDBPyConnection, home: Home, changes: Changes) -> None:
    """Point the views at the segments in use."""
    snapshot = changes.segments
    assert snapshot is not None
    sources = dict.fromkeys(AUDIT_TABLES, snapshot.audits) | dict.fromkeys(TRANSCRIPT_TABLES, snapshot.transcripts)
    sources["tokens"] = snapshot.tokens
    for table, segments in sources.items():
        if table not in HELD:
            source = scan(files(home, table, segments)) if segments else f"blank_{table}"
            counts = " SEMI JOIN calls USING (result)" if table in AUDIT_TABLES else ""
            db.execute(f"CREATE OR REPLACE VIEW {table} AS FROM {source}{counts}")
    source = scan(files(home, "calls", snapshot.audits)) if snapshot.audits else "blank_calls"
    db.execute(
        f"CREATE OR REPLACE VIEW documents AS SELECT result, call, audit FROM {source} SEMI JOIN calls USING (result)"
    )


def _read_segments(db: duckdb.DuckDBPyConnection, home: Home, moved: pa.Table) -> None:
    """Put what segments have of the moved calls into ``new_…``, with what several calls show together."""
    segments = list(dict.fromkeys(moved["segment"].to_pylist()))
    db.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT call_id FROM moved")
    for table in (*HELD, "signals"):
        voices = f" WHERE name = '{RAISED_VOICE}'" if table == "signals" else ""
        source = f"FROM blank_{table} UNION ALL BY NAME FROM {scan(files(home, table, segments), by_name=True)}"
        rows = f"SELECT {_machine(table)} FROM ({source}) SEMI JOIN moved USING (result){voices}"
        db.execute(f"CREATE OR REPLACE TEMP TABLE new_{table} AS {rows}")
    db.execute(
        """CREATE OR REPLACE TEMP TABLE new_calls AS
            SELECT c.* REPLACE (CASE WHEN w.result IS NULL THEN c.score ELSE w.score END AS score,
                                coalesce(w.band, c.band) AS band, coalesce(w.fatal, c.fatal) AS fatal),
                   v.value AS raised_voice
            FROM new_calls c LEFT JOIN new_case_scores w USING (result)
            LEFT JOIN new_signals v USING (result)"""
    )
    # a category that is told of several calls is not told of this one's metadata too: store.rows.with_cases
    db.execute(
        """DELETE FROM new_findings WHERE utterance IS NULL
           AND (result, category) IN (SELECT (result, category) FROM new_case_findings)"""
    )
    db.execute(
        "INSERT INTO new_findings BY NAME SELECT * EXCLUDE finding FROM new_case_findings SEMI JOIN moved USING (result)"
    )


def _reread_decided(db: duckdb.DuckDBPyConnection) -> None:
    """Put what is known of the calls that were decided on into ``new_…``."""
    db.execute(
        "CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT call_id FROM new_decisions ANTI JOIN new_moved USING (call_id)"
    )
    db.execute("CREATE OR REPLACE TEMP TABLE moved AS SELECT result FROM calls SEMI JOIN touched USING (call_id)")
    for table in DECIDED:
        columns = _machine(table) + (", raised_voice" if table == "calls" else "")
        machines = " WHERE by_machine" if table == "findings" else ""
        rows = f"SELECT {columns} FROM {table} SEMI JOIN moved USING (result){machines}"
        db.execute(f"CREATE OR REPLACE TEMP TABLE new_{table} AS {rows}")
    for table in set(HELD) - set(DECIDED):
        db.execute(f"CREATE OR REPLACE TEMP TABLE new_{table} AS FROM {table} SEMI JOIN moved USING (result)")


def _derive(db: duckdb.DuckDBPyConnection) -> None:
    """Replace the rows of the touched calls by ``new_…`` and what people decided of them."""
    db.execute("CREATE OR REPLACE TEMP TABLE gone AS SELECT result FROM calls SEMI JOIN touched USING (call_id)")
    for table in HELD:
        db.execute(f"DELETE FROM {table} WHERE result IN (FROM gone)")
    db.execute(
        """CREATE OR REPLACE TEMP TABLE ruled AS
           SELECT c.result, d.* FROM decisions d JOIN new_calls c USING (call_id) WHERE d.verdict <> 'open'"""
    )
    # the newest word on a finding counts, whether it was said of the machine's or of one that a person had added
    db.execute(
        """CREATE OR REPLACE TEMP TABLE ruled_findings AS
           SELECT *, nullif(body->>'$.category', '') AS new_category, nullif(body->>'$.severity', '') AS new_severity
           FROM ruled WHERE kind IN ('finding', 'added')
           QUALIFY row_number() OVER (PARTITION BY result, item ORDER BY seq DESC) = 1"""
    )
    db.execute(_JUDGED)
    db.execute(_FROZEN)
    db.execute(
        """INSERT INTO steps BY NAME SELECT s.*, coalesce(d.verdict, s.verdict) AS effective_verdict, d.decided_by
           FROM new_steps s LEFT JOIN ruled d ON d.result = s.result AND d.kind = 'step' AND d.item = s.step"""
    )
    for table in set(HELD) - set(DECIDED):
        db.execute(f"INSERT INTO {table} BY NAME FROM new_{table}")
    present = "(FROM {} SEMI JOIN new_calls USING (result))"
    risks = risk_of("new_calls", present.format("findings"), present.format("steps"))
    db.execute(_COUNTING.format(risks=risks))


_JUDGED = """
    INSERT INTO findings BY NAME
    SELECT f.*, true AS by_machine, d.verdict AS decision, d.decided_by, d.decided_at,
           CASE WHEN d.verdict IS NULL THEN f.status WHEN d.verdict = 'overturned' THEN 'overturned' ELSE 'confirmed'
           END AS effective_status,
           CASE WHEN d.verdict = 'overturned' THEN f.category ELSE coalesce(d.new_category, f.category)
           END AS effective_category,
           CASE WHEN d.verdict = 'overturned' THEN f.severity ELSE coalesce(d.new_severity, f.severity)
           END AS effective_severity
    FROM new_findings f LEFT JOIN ruled_findings d ON d.result = f.result AND d.item = f.finding_id"""
"""The machine's findings with what was decided of them."""

_FROZEN = """
    INSERT INTO findings BY NAME
    SELECT result, f.*, false AS by_machine, verdict AS decision, decided_by, decided_at,
           f.status AS effective_status, f.category AS effective_category, f.severity AS effective_severity
    FROM (
        SELECT *, struct_update(kept, status := 'confirmed', category := coalesce(new_category, kept.category),
                                severity := coalesce(new_severity, kept.severity)) AS f
        FROM (SELECT *, json_transform(body->'$.finding', '{
                "finding_id": "VARCHAR", "rule_id": "VARCHAR", "category": "VARCHAR", "severity": "VARCHAR",
                "status": "VARCHAR", "utterance": "BIGINT", "also": ["BIGINT"], "quote": "VARCHAR", "start": "DOUBLE",
                "end": "DOUBLE", "matched_by": "VARCHAR", "why": "VARCHAR", "cites": ["VARCHAR"], "chance": "BIGINT"
              }') AS kept
              FROM ruled_findings WHERE verdict IN ('upheld', 'added')
              AND (result, item) NOT IN (SELECT (result, finding_id) FROM new_findings)))"""
"""Findings that people added, or upheld before the machine stopped making them."""

_COUNTING = """
    INSERT INTO calls BY NAME
    SELECT c.*, k.risk, CASE WHEN w.result IS NULL THEN c.score ELSE w.score END AS effective_score,
           coalesce(w.band, c.band) AS effective_band, coalesce(w.fatal, c.fatal) AS effective_fatal,
           s.seq IS NOT NULL AS signed, s.decided_by AS signed_by, s.decided_at AS signed_at
    FROM new_calls c JOIN ({risks}) k USING (result) LEFT JOIN new_worth w USING (result)
    LEFT JOIN (SELECT d.* FROM ruled d
               JOIN (SELECT call_id, max(seq) AS seq FROM decisions GROUP BY call_id) n USING (call_id, seq)
               WHERE d.kind = 'call' AND d.verdict = 'signed' AND (d.body->>'$.result')::BIGINT = d.result) s
              USING (result)"""
"""The calls with what counts of them; a signature holds for the result that was signed, and until the next decision."""


def _machine(table: str) -> str:
    """The columns of a segment's table that are kept here."""
    return ", ".join(f'"{name}"' for name in schemas()[table].names if name not in LONG)


def _fill(db: duckdb.DuckDBPyConnection, table: str, content: pa.Table) -> None:
    """Make a table of its own of this content, in the place of what was there; ``new_…`` and ``moved`` go with the cursor."""
    kind = "OR REPLACE TEMP TABLE" if table == "moved" or table.startswith("new_") else "TABLE"
    db.register("content", content)
    db.execute(f"CREATE {kind} {table} AS FROM content")
    db.unregister("content")


def _insert(db: duckdb.DuckDBPyConnection, table: str, content: pa.Table) -> None:
    db.register("content", content)
    db.execute(f"INSERT INTO {table} BY NAME FROM content")
    db.unregister("content")


def scan(paths: Sequence[str], *, by_name: bool = False) -> str:
    """Read exactly these files: ``[``, ``*`` and ``?`` in a folder's name are no patterns."""
    names = ("".join(f"[{c}]" if c in "*?[" else c for c in path).replace("'", "''") for path in paths)
    listed = "[" + ", ".join(f"'{name}'" for name in names) + "]"
    return f"read_parquet({listed}, union_by_name = true)" if by_name else f"read_parquet({listed})"
