"""How the machine is doing: runs, work in hand, what calls were judged by, what was wrong with recordings, how fast the home grows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

from auditor.store.answers import EVERY_CALL, Filters
from auditor.store.jobs import may_live
from auditor.store.ledger import Ledger, stamp
from auditor.store.queries import Store

By: TypeAlias = Literal["pack", "model", "code"]
_BY: dict[By, str] = {"pack": "c.pack", "model": "nullif(c.transcribed_by, '')", "code": "c.code_version"}


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run. ``state`` is ``running``, ``done``, ``interrupted`` or ``failed``; counts are ``None`` until it ends.

    ``paths`` are relative to ``folder``, where it was started.
    """

    run: int
    state: str
    started_at: datetime
    ended_at: datetime | None
    stored: int | None
    unchanged: int | None
    failed: int | None
    folder: str
    paths: tuple[str, ...]
    metadata: str | None


@dataclass(frozen=True, slots=True)
class Lease:
    """A job that a worker took and has not finished; ``alive`` is false where that worker is known to be gone."""

    call_id: str
    source: str
    run: int
    worker: str
    since: datetime
    until: datetime
    alive: bool


@dataclass(frozen=True, slots=True)
class Share:
    """In one week, by its Monday: of how many calls, how many have this warning."""

    monday: date
    code: str
    calls: int
    warned: int


@dataclass(frozen=True, slots=True)
class InForce:
    """One version of what judges calls, and how many calls rest on it; ``newest`` is the one of the newest result."""

    version: str
    calls: int
    newest: bool


@dataclass(frozen=True, slots=True)
class Intake:
    """How many calls were stored for the first time in the last ``days`` days; fewer days where the home is younger."""

    calls: int
    days: int
    ever: int


def runs(store: Store, limit: int = 50) -> list[RunRow]:
    """The latest runs, the newest first."""
    sql = """SELECT run, state, started_at, ended_at, stored, unchanged, failed, options
             FROM runs ORDER BY run DESC LIMIT ?"""
    with Ledger(store.home) as ledger, ledger.reading() as db:
        rows = db.execute(sql, (limit,)).fetchall()
    found = []
    for run, state, started, ended, stored, unchanged, failed, options in rows:
        given = json.loads(options)
        found.append(
            RunRow(
                run=run,
                state=state,
                started_at=datetime.fromisoformat(started),
                ended_at=None if ended is None else datetime.fromisoformat(ended),
                stored=stored,
                unchanged=unchanged,
                failed=failed,
                folder=str(given.get("folder") or ""),
                paths=tuple(str(path) for path in given.get("paths") or ()),
                metadata=None if given.get("metadata") is None else str(given["metadata"]),
            )
        )
    return found


def leases(store: Store, limit: int = 200) -> list[Lease]:
    """The jobs that workers are at, the longest first."""
    sql = """SELECT call_id, source, run, coalesce(worker, ''), changed_at, lease_until
             FROM jobs WHERE state = 'running' ORDER BY changed_at LIMIT ?"""
    with Ledger(store.home) as ledger, ledger.reading() as db:
        rows = db.execute(sql, (limit,)).fetchall()
    return [
        Lease(call, source, run, worker, datetime.fromisoformat(since), datetime.fromisoformat(until), may_live(worker))
        for call, source, run, worker, since, until in rows
    ]


def jobs_by_state(store: Store) -> dict[str, int]:
    """How many jobs are ``queued``, ``running``, ``done`` and ``failed``."""
    with Ledger(store.home) as ledger, ledger.reading() as db:
        rows = db.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall()
    return {str(state): int(count) for state, count in rows}


def warning_shares(store: Store, filters: Filters = EVERY_CALL) -> list[Share]:
    """Week by week and warning by warning, the earliest week first; calls without a date are left out.

    A week in which a warning does not occur has no row for it, unless it occurs in another week: then its row says 0.
    """
    where, values = store.where(filters)
    sql = f"""
        WITH c AS (SELECT date_trunc('week', started_on)::DATE AS monday, list_distinct(warnings) AS warnings
                   FROM calls c WHERE started_on IS NOT NULL AND {where}),
             weeks AS (SELECT monday, count(*) AS calls FROM c GROUP BY monday),
             warned AS (SELECT monday, unnest(warnings) AS code FROM c),
             counted AS (SELECT monday, code, count(*) AS warned FROM warned GROUP BY monday, code),
             codes AS (SELECT DISTINCT code FROM counted)
        SELECT monday, code, calls, coalesce(warned, 0) AS warned
        FROM weeks CROSS JOIN codes LEFT JOIN counted USING (monday, code) ORDER BY monday, code"""
    return [Share(**row) for row in store.ask(sql, values)]


def in_force(store: Store, by: By, filters: Filters = EVERY_CALL) -> list[InForce]:
    """What the calls were judged by, the version of the newest result first, then by how many calls rest on each.

    Models are counted over recordings only: what came as text was heard by none.
    """
    where, values = store.where(filters)
    sql = f"""SELECT {_BY[by]} AS version, count(*) AS calls, max(c.result) AS latest FROM calls c
              WHERE {_BY[by]} IS NOT NULL AND {where} GROUP BY version ORDER BY latest DESC"""
    rows = store.ask(sql, values)
    found = [InForce(row["version"], row["calls"], n == 0) for n, row in enumerate(rows)]
    return [*found[:1], *sorted(found[1:], key=lambda each: (-each.calls, each.version))]


def readers(store: Store, filters: Filters = EVERY_CALL, latest: int = 200) -> list[InForce]:
    """The second readers behind the ``latest`` results, by the fingerprint of their weights; empty text where there was none."""
    where, values = store.where(filters)
    newest = f"SELECT c.result FROM calls c WHERE {where} ORDER BY c.result DESC LIMIT $latest"
    found = [row["result"] for row in store.ask(newest, {**values, "latest": latest})]
    # the least number as a bound of its own: row groups of older results are then not read
    sql = """SELECT regexp_extract(right(audit, 200), '"reader":"([^"]*)"}$', 1) AS version, count(*) AS calls, max(result) AS last
             FROM documents WHERE result >= $least AND result IN (SELECT unnest($found))
             GROUP BY version ORDER BY last DESC"""
    rows = store.ask(sql, {"found": found, "least": min(found, default=0)})
    return [InForce(row["version"], row["calls"], n == 0) for n, row in enumerate(rows)]


def intake(store: Store, now: datetime, days: int = 30) -> Intake:
    """How many calls came in lately; what was judged again does not count."""
    sql = """WITH first AS (SELECT call_id, min(stored_at) AS at FROM results GROUP BY call_id)
             SELECT count(*), coalesce(sum(at >= ?), 0), min(at) FROM first"""
    with Ledger(store.home) as ledger, ledger.reading() as db:
        ((ever, lately, earliest),) = db.execute(sql, (stamp(now - timedelta(days=days)),)).fetchall()
    if earliest is None:
        return Intake(0, days, 0)
    age = (now - datetime.fromisoformat(earliest)).days + 1
    return Intake(int(lately), min(days, age), int(ever))
