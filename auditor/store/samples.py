"""Random samples of calls in which the machine found nothing: what was drawn, from what, and how far people are with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from auditor.store.answers import EVERY_CALL, Filters
from auditor.store.codec import canonical
from auditor.store.ledger import Ledger, append_event, count_up, stamp
from auditor.store.queries import Store

if TYPE_CHECKING:
    import sqlite3

Each: TypeAlias = Literal["all", "agent", "team"]
EACH: Mapping[Each, str] = {"all": "''", "agent": "coalesce(c.agent_id, '')", "team": "coalesce(c.team, '')"}
"""What a sample may be drawn of, and what names a call's stratum."""


@dataclass(frozen=True, slots=True)
class Member:
    """A call that was drawn, and the stratum that it stands for: an agent, a team, or all (an empty name)."""

    call_id: str
    stratum: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as it was drawn.

    ``each``: of what ``count`` calls each were drawn; ``chosen``: the filters that limited the draw, by field; ``strata``: how many
    calls could have been drawn, by stratum; ``population``: over all; ``size``: how many were drawn.
    """

    sample: int
    drawn_at: datetime
    drawn_by: str
    seed: str
    each: Each
    count: int
    chosen: Mapping[str, Any]
    strata: Mapping[str, int]
    population: int
    size: int


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of a sample: how many calls it stands for, how many were drawn and signed off, in how many a breach counts now."""

    population: int
    drawn: int
    reviewed: int
    found: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far people are with a sample. ``whole``: whether who asks may see all of its calls; only then does it show what is missed."""

    sample: Sample
    strata: tuple[Stratum, ...]
    whole: bool

    @property
    def drawn(self) -> int:
        """How many of its calls who asks may see."""
        return sum(s.drawn for s in self.strata)

    @property
    def reviewed(self) -> int:
        """How many of those are signed off."""
        return sum(s.reviewed for s in self.strata)


def frame(store: Store, filters: Filters = EVERY_CALL, each: Each = "all") -> dict[str, list[str]]:
    """What can be drawn from: calls that could be judged, in which nothing was found and that nobody signed off, by stratum."""
    clean, values = _clean(store, filters)
    sql = f"SELECT {EACH[each]} AS stratum, list(c.call_id) AS calls FROM {clean} GROUP BY stratum ORDER BY stratum"
    return {row["stratum"]: row["calls"] for row in store.ask(sql, values)}


def frame_sizes(store: Store, filters: Filters = EVERY_CALL, each: Each = "all") -> dict[str, int]:
    """How many calls can be drawn, by stratum."""
    clean, values = _clean(store, filters)
    sql = f"SELECT {EACH[each]} AS stratum, count(*) AS calls FROM {clean} GROUP BY stratum ORDER BY stratum"
    return {row["stratum"]: row["calls"] for row in store.ask(sql, values)}


def _clean(store: Store, filters: Filters) -> tuple[str, dict[str, Any]]:
    where, values = store.where(filters)
    none_found = "c.result NOT IN (SELECT result FROM findings)"
    return f"calls c WHERE {none_found} AND NOT c.signed AND c.band <> 'cannot_tell' AND {where}", values


def keep(
    db: sqlite3.Connection, members: Sequence[Member], population: Mapping[str, int], *, filters: Filters, each: Each,
    count: int, seed: str, by: str, at: datetime,
) -> int:  # fmt: skip
    """Put down what was drawn, in the order in which it was drawn, with its event; returns the sample's number."""
    number = count_up(db, "sample")
    chosen = {f.name: getattr(filters, f.name) for f in fields(filters)}
    limits = {name: value for name, value in chosen.items() if value != getattr(EVERY_CALL, name)}
    body = {"each": each, "count": count, "chosen": limits, "strata": dict(population)}
    row = (number, stamp(at), by, seed, canonical(body).decode(), sum(population.values()), len(members))
    db.execute(
        "INSERT INTO samples (sample, drawn_at, drawn_by, seed, frame, population, size) VALUES (?, ?, ?, ?, ?, ?, ?)",
        row,
    )
    db.executemany(
        "INSERT INTO sampled_calls (sample, position, call_id) VALUES (?, ?, ?)",
        [(number, position, m.call_id) for position, m in enumerate(members)],
    )
    calls = [m.call_id for m in members]
    append_event(db, at, "sampled", {"sample": number, "seed": seed, "frame": body, "calls": calls, "by": by})
    return number


def samples(db: sqlite3.Connection, limit: int = 20) -> list[Sample]:
    """The latest samples, the newest first."""
    sql = "SELECT sample, drawn_at, drawn_by, seed, frame, population, size FROM samples ORDER BY sample DESC LIMIT ?"
    return [_sample(row) for row in db.execute(sql, (limit,)).fetchall()]


def progress(store: Store, limit: int = 20) -> list[Progress]:
    """How far people are with the latest samples, the newest first; only those with calls in scope."""
    with Ledger(store.home) as ledger, ledger.reading() as db:
        drawn = samples(db, limit)
    where, values = store.where(attempts=True)
    kinds = {f"by_{each}": [s.sample for s in drawn if s.each == each] for each in EACH}
    stratum = " ".join(f"WHEN list_contains($by_{each}::BIGINT[], s.sample) THEN {what}" for each, what in EACH.items())
    sql = f"""SELECT s.sample, CASE {stratum} END AS stratum, count(*) AS drawn, count(*) FILTER (c.signed) AS reviewed,
                     count(*) FILTER (c.signed AND bad.result IS NOT NULL) AS found
              FROM sampled_calls s JOIN calls c USING (call_id)
              LEFT JOIN (SELECT DISTINCT result FROM findings WHERE effective_status = 'confirmed') bad USING (result)
              WHERE stratum IS NOT NULL AND {where} GROUP BY ALL ORDER BY ALL"""
    rows = store.ask(sql, {**values, **kinds})
    listed = []
    for each in drawn:
        strata = tuple(
            Stratum(max(each.strata.get(r["stratum"], 0), r["drawn"]), r["drawn"], r["reviewed"], r["found"])
            for r in rows
            if r["sample"] == each.sample
        )
        if strata:
            listed.append(Progress(each, strata, sum(s.drawn for s in strata) == each.size))
    return listed


def _sample(row: Sequence[Any]) -> Sample:
    number, at, by, seed, text, population, size = row
    body = json.loads(text)
    return Sample(
        number, datetime.fromisoformat(at), by, seed, body["each"], body["count"], body["chosen"], body["strata"],
        population, size,
    )  # fmt: skip
