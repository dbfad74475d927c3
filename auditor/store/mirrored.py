"""The ledger's small tables as pages ask them: read whole, and again only when something in them changed."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Mirror:
    """One relation.

    Attributes:
        stamp: SQL whose row differs whenever the relation does.
        rows: SQL for its rows.
        columns: its columns, by their Arrow types; moments without offset are UTC.
    """

    stamp: str
    rows: str
    columns: pa.Schema


@functools.cache
def mirrors() -> Mapping[str, Mirror]:
    """The relations by name."""
    import pyarrow as pa

    text, number, moment = pa.string(), pa.int64(), pa.timestamp("us")

    def relation(stamp: str, source: str, columns: dict[str, pa.DataType]) -> Mirror:
        return Mirror(stamp, f"SELECT {', '.join(columns)} FROM {source}", pa.schema(list(columns.items())))

    return {
        "claims": relation(
            "SELECT count(*), max(claimed_at), max(claimed_until) FROM claims", "claims",
            {"call_id": text, "claimed_by": text, "claimed_at": moment, "claimed_until": moment},
        ),
        "samples": relation(
            "SELECT count(*), max(sample) FROM samples", "samples",
            {"sample": number, "drawn_at": moment, "drawn_by": text, "seed": text, "frame": text, "population": number,
             "size": number},
        ),
        "sampled_calls": relation(
            "SELECT count(*), max(sample) FROM samples", "sampled_calls ORDER BY sample, position",
            {"sample": number, "position": number, "call_id": text},
        ),
        "appeals": relation(
            "SELECT (SELECT count(*) FROM appeals), (SELECT count(*) FROM appeal_steps)",
            """appeals JOIN appeal_steps USING (appeal)
               WHERE version = (SELECT max(s.version) FROM appeal_steps s WHERE s.appeal = appeals.appeal)""",
            {"appeal": number, "call_id": text, "kind": text, "item": text, "agent_id": text, "opened_by": text,
             "opened_at": moment, "version": number, "state": text, "text": text, "taken_by": text,
             "taken_at": moment},
        ),
        "coaching": relation(
            "SELECT count(*), max(changed_at) FROM coaching",
            "coaching c WHERE version = (SELECT max(n.version) FROM coaching n WHERE n.task = c.task)",
            {"task": number, "version": number, "agent_id": text, "kind": text, "item": text, "text": text,
             "due": pa.date32(), "state": text, "calls": text, "changed_by": text, "changed_at": moment},
        ),
    }  # fmt: skip


def changed(db: sqlite3.Connection, known: Mapping[str, object]) -> dict[str, tuple[object, pa.Table]]:
    """The relations whose stamp is not the known one, each with its new stamp and its rows."""
    found: dict[str, tuple[object, pa.Table]] = {}
    for name, mirror in mirrors().items():
        stamp = tuple(db.execute(mirror.stamp).fetchall()[0])
        if known.get(name) != stamp:
            found[name] = stamp, table(mirror.columns, db.execute(mirror.rows).fetchall())
    return found


def table(columns: pa.Schema, rows: list[tuple[Any, ...]]) -> pa.Table:
    """Rows of the ledger as an Arrow table; times, which are text there, as times."""
    import pyarrow as pa

    arrays = []
    for n, field in enumerate(columns):
        values = [row[n] for row in rows]
        if pa.types.is_timestamp(field.type):
            values = [
                None if v is None else datetime.fromisoformat(v).astimezone(UTC).replace(tzinfo=None) for v in values
            ]
        elif pa.types.is_date(field.type):
            values = [None if v is None else date.fromisoformat(v) for v in values]
        arrays.append(pa.array(values, field.type))
    return pa.Table.from_arrays(arrays, schema=columns)
