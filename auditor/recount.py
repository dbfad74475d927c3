"""What the stored calls show together, brought up to date after a run: only groups with calls that changed are judged again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from auditor.models import Audit, Finding
from auditor.review.decisions import settle
from auditor.rules.pack import Pack
from auditor.rules.points import read_scoring
from auditor.scoring.cases import Cases, Gap, Group, gaps, groups, judge_group, with_cases
from auditor.scoring.together import CallRecord
from auditor.store import cases, catalog, decisions, rows
from auditor.store.cases import KeptPromise
from auditor.store.database import Database
from auditor.store.home import Home
from auditor.store.ledger import Ledger, append_event
from auditor.store.queries import Store
from auditor.store.rows import StoredRecord

if TYPE_CHECKING:
    import sqlite3

CALLS_AT_ONCE = 5_000
GROUPS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Recount:
    """How many calls were new or changed, how many groups were judged again, and what new calls lack for it."""

    calls: int
    groups: int
    gaps: tuple[Gap, ...]


def recount(home: Home, pack: Pack, now: datetime) -> Recount:
    """Bring what the calls of a home show together up to date, whatever run stored them; their audits stay as they are.

    Killed at any moment, or beside other processes that do the same, it leaves nothing wrong: what is not up to date yet is
    known to be so, and the next recount goes on.

    Raises:
        HomeError: the home can't be read or written.
    """
    new, judged = 0, 0
    lacking: list[CallRecord] = []
    with Ledger(home) as ledger, contextlib.closing(Database(home)) as database:
        for records in _regrouped(ledger, database):
            new += len(records)
            lacking += records
        while done := _judged(ledger, database, pack):
            judged += done
        if new or judged:
            with ledger.writing() as db:
                append_event(db, now, "cases_recounted", {"calls": new, "groups": judged, "pack": pack.id})
        _settled(home, ledger, pack)
    return Recount(new, judged, gaps(lacking))


def _regrouped(ledger: Ledger, database: Database) -> Iterator[list[CallRecord]]:
    """The calls that are new or have a new result, put into their groups."""
    while True:
        with ledger.reading() as db:
            changed = cases.changed(db, CALLS_AT_ONCE)
        stored = rows.records(database, [result for _, result in changed])
        if not stored:
            return
        records = [_record(each) for each in stored]
        with ledger.writing() as db:
            cases.regroup(db, [(s.call_id, s.result, groups(r)) for s, r in zip(stored, records, strict=True)])
        yield records


def _judged(ledger: Ledger, database: Database, pack: Pack) -> int:
    """Judge groups that wait for it; how many that were. Those whose calls change meanwhile go on waiting."""
    with ledger.reading() as db:
        waiting = {group: cases.members(db, group) for group in cases.stale(db, GROUPS_AT_ONCE)}
        known = {group for group, of in waiting.items() if cases.same_as_judged(db, group, pack.id, of)}
        touched = cases.called(db, waiting)
    changed = {group: of for group, of in waiting.items() if group not in known}
    records = {
        r.result: _record(r)
        for r in rows.records(database, sorted({n for of in changed.values() for n in of.values()}))
    }
    found = {
        group: judge_group(Group(*group), [records[n] for n in of.values()], pack)  # type: ignore[arg-type]
        for group, of in changed.items()
        if all(n in records for n in of.values())
    }
    results = {call_id: n for of in changed.values() for call_id, n in of.items()}
    for of in found.values():
        touched |= {case.call_id: results[case.call_id] for case in of.findings}
    audits = rows.audits(database, sorted(touched.values()))
    with ledger.writing() as db:
        for group in known:
            cases.fresh(db, group)
        done = [group for group, of in found.items() if cases.replace(db, group, pack.id, changed[group], *_plain(of))]
        for call_id, result in sorted(touched.items()):
            if result in audits:
                _show(db, call_id, result, audits[result], pack)
        if done:
            cases.renewed(db)
    return len(done) + len(known)


def _show(db: sqlite3.Connection, call_id: str, result: int, own: Audit, pack: Pack) -> None:
    shown = with_cases(own, cases.findings(db, call_id), pack.scoring)
    card = None if shown.scorecard == own.scorecard else shown.scorecard
    cases.show(db, call_id, result, [f for f in shown.findings if f.calls], card)
    decisions.unsettle(db, call_id)


def _settled(home: Home, ledger: Ledger, pack: Pack) -> None:
    """Count anew what calls are worth by people's decisions, where what the machine says of them changed."""
    with ledger.reading() as db:
        waiting = decisions.outdated(db)
    if not waiting:
        return
    with Store(home) as store:
        for call_id in waiting:
            stored = store.call(call_id)
            scoring = pack.scoring
            if stored.audit.pack != pack.id:
                scoring = read_scoring(home.archived_pack(stored.audit.pack.rpartition("+")[2]))
            with ledger.writing() as db:
                settle(db, stored, scoring)
                catalog.touch(db, [call_id])
                cases.renewed(db)


def _plain(found: Cases) -> tuple[list[tuple[str, Finding]], list[KeptPromise]]:
    """The findings and promises as the store keeps them."""
    promises = [KeptPromise(p.call_id, p.utterance, p.amount, p.due, p.paid, p.outcome) for p in found.promises]
    return [(case.call_id, case.finding) for case in found.findings], promises


def _record(stored: StoredRecord) -> CallRecord:
    return CallRecord(stored.call_id, stored.metadata, stored.party, stored.facts, stored.findings, stored.heard)
