"""What a reader has not seen yet of what counts: which calls changed since a version, and what now stands of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.models import Scorecard
from auditor.store import cases, catalog, decisions, mirrored
from auditor.store.codec import decode, encode
from auditor.store.tables import finding_row, money, schemas

if TYPE_CHECKING:
    import sqlite3

    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a reader has read: the catalog's version, the newest decision, and the stamps of the small tables."""

    version: int = -1
    decision: int = -1
    stamps: Mapping[str, object] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether the reader has read nothing at all so far."""
        return self.version < 0


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new to a reader, as Arrow tables.

    Attributes:
        seen: how far one has read with these.
        moved: calls with another result that counts, or other case findings: ``call_id``, ``result``, ``segment``.
        segments: the segments in use, for rows of transcripts, of words and of audits; ``None`` where they are as before.
        case_findings, case_scores: what moved calls show together with others, by result.
        decisions: the new ones.
        worth: what the calls that moved or were decided on are worth after decisions, by result.
        small: the ledger's small tables that changed.
    """

    seen: Seen
    moved: pa.Table
    segments: catalog.Snapshot | None
    case_findings: pa.Table
    case_scores: pa.Table
    decisions: pa.Table
    worth: pa.Table
    small: Mapping[str, pa.Table]


def unseen(db: sqlite3.Connection, seen: Seen) -> Changes | None:
    """What a reader has not seen; ``None`` where nothing is new."""
    version, decision = catalog.version(db), decisions.newest(db)
    small = mirrored.changed(db, seen.stamps)
    now = Seen(version, decision, {**seen.stamps, **{name: stamp for name, (stamp, _) in small.items()}})
    if now == seen:
        return None
    since = None if seen.nothing else seen.version
    moved = version != seen.version
    shown = cases.shown(db, since=since) if moved else []
    return Changes(
        seen=now,
        moved=_moved(catalog.live(db, since) if moved else []),
        segments=catalog.snapshot(db) if moved else None,
        case_findings=_findings(shown),
        case_scores=_worth(list(cases.scores(db, since=since).items()) if moved else []),
        decisions=mirrored.table(
            decision_columns(), decisions.rows_since(db, seen.decision) if decision != seen.decision else []
        ),
        worth=_worth(_effective(db, seen)),
        small={name: content for name, (_, content) in small.items()},
    )


def _effective(db: sqlite3.Connection, seen: Seen) -> list[tuple[int, Scorecard]]:
    sql, values = "SELECT result, card FROM effective", ()
    if not seen.nothing:
        sql += """ WHERE call_id IN (SELECT call_id FROM changes WHERE version > ?
                                     UNION SELECT call_id FROM decisions WHERE seq > ?)"""
        values = (seen.version, seen.decision)  # type: ignore[assignment]
    return [(int(result), decode(Scorecard, card)) for result, card in db.execute(sql, values).fetchall()]


def _moved(rows: list[tuple[str, int, str]]) -> pa.Table:
    import pyarrow as pa

    return mirrored.table(pa.schema([("call_id", pa.string()), ("result", pa.int64()), ("segment", pa.string())]), rows)


def decision_columns() -> pa.Schema:
    """The columns of ``decisions``."""
    import pyarrow as pa

    text, number = pa.string(), pa.int64()
    columns = {
        "seq": number, "call_id": text, "kind": text, "item": text, "version": number, "verdict": text, "body": text,
        "decided_by": text, "decided_at": pa.timestamp("us"),
    }  # fmt: skip
    return pa.schema(list(columns.items()))


def _findings(shown: list[cases.Shown]) -> pa.Table:
    import pyarrow as pa

    fields = [*schemas()["findings"], pa.field("finding", pa.string())]
    rows = [{"result": s.result, **finding_row(s.finding), "finding": encode(s.finding)} for s in shown]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


def _worth(cards: list[tuple[int, Scorecard]]) -> pa.Table:
    import pyarrow as pa

    of_calls = schemas()["calls"]
    schema = pa.schema([of_calls.field(name) for name in ("result", "score", "band", "fatal")])
    rows = [{"result": r, "score": money(c.score), "band": c.band, "fatal": c.fatal} for r, c in cards]
    return pa.Table.from_pylist(rows, schema=schema)
