"""What calls show together, kept apart from their audits: which calls belong together, and the findings of each such group.

Unlike audits these are replaced whenever a group's calls change, so they stand in the ledger. What a group shows is known by the pack
and the results of its calls; the same again is not judged again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from auditor.models import Finding, Scorecard
from auditor.store.catalog import touch
from auditor.store.codec import canonical, decode, encode
from auditor.store.ledger import count_up

if TYPE_CHECKING:
    import sqlite3

Group = tuple[str, str]
"""Kind and key of calls that are judged together."""


@dataclass(frozen=True, slots=True)
class KeptPromise:
    """A promise to pay and what became of it; ``paid`` is what came in in time, money is in the account's currency unit."""

    call_id: str
    utterance: int
    amount: Decimal | None
    due: date
    paid: Decimal
    outcome: Literal["kept", "partly", "broken", "pending"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding of several calls as it counts for a call's ``result``, and the score that this leaves."""

    result: int
    finding: Finding


def changed(db: sqlite3.Connection, limit: int) -> list[tuple[str, int]]:
    """Calls whose result that counts is not the one by which they were grouped, with that result."""
    sql = """SELECT r.call_id, r.result FROM results r LEFT JOIN case_calls c ON c.call_id = r.call_id
             WHERE r.superseded = 0 AND (c.result IS NULL OR c.result <> r.result) ORDER BY r.result LIMIT ?"""
    return [(str(call_id), int(result)) for call_id, result in db.execute(sql, (limit,)).fetchall()]


def regroup(db: sqlite3.Connection, calls: Sequence[tuple[str, int, Sequence[Group]]]) -> None:
    """Put each call, by its result, into the groups it now belongs to; those and the earlier ones are to be judged again."""
    for call_id, result, groups in calls:
        left = db.execute("SELECT kind, key FROM case_members WHERE call_id = ?", (call_id,)).fetchall()
        db.execute("DELETE FROM case_members WHERE call_id = ?", (call_id,))
        db.executemany("INSERT INTO case_members VALUES (?, ?, ?)", [(call_id, kind, key) for kind, key in groups])
        db.executemany(
            """INSERT INTO case_groups (kind, key, pack, members, stale) VALUES (?, ?, '', '', 1)
               ON CONFLICT (kind, key) DO UPDATE SET stale = 1""",
            [*left, *groups],
        )
        db.execute(
            """INSERT INTO case_calls (call_id, result) VALUES (?, ?)
               ON CONFLICT (call_id) DO UPDATE SET result = excluded.result""",
            (call_id, result),
        )


def stale(db: sqlite3.Connection, limit: int) -> list[Group]:
    """Groups that are to be judged again."""
    sql = "SELECT kind, key FROM case_groups WHERE stale = 1 ORDER BY kind, key LIMIT ?"
    return [(str(kind), str(key)) for kind, key in db.execute(sql, (limit,)).fetchall()]


def members(db: sqlite3.Connection, group: Group) -> dict[str, int]:
    """The calls of a group, each with the result by which it was grouped."""
    sql = """SELECT c.call_id, c.result FROM case_members m JOIN case_calls c ON c.call_id = m.call_id
             WHERE m.kind = ? AND m.key = ? ORDER BY c.call_id"""
    return {str(call_id): int(result) for call_id, result in db.execute(sql, group).fetchall()}


def same_as_judged(db: sqlite3.Connection, group: Group, pack: str, of: Mapping[str, int]) -> bool:
    """Whether the group was judged with this pack over these very results; it then needs no judging."""
    sql = "SELECT 1 FROM case_groups WHERE kind = ? AND key = ? AND pack = ? AND members = ?"
    return bool(db.execute(sql, (*group, pack, _digest(of))).fetchall())


def called(db: sqlite3.Connection, groups: Iterable[Group]) -> dict[str, int]:
    """The calls in which something was found in these groups, each with the result by which it was grouped."""
    sql = """SELECT c.call_id, c.result FROM case_findings f JOIN case_calls c ON c.call_id = f.call_id
             WHERE f.kind = ? AND f.key = ?"""
    return {str(c): int(result) for group in groups for c, result in db.execute(sql, group).fetchall()}


def replace(
    db: sqlite3.Connection,
    group: Group,
    pack: str,
    of: Mapping[str, int],
    found: Sequence[tuple[str, Finding]],
    promises: Sequence[KeptPromise],
) -> bool:
    """Put what a group's calls ``of`` show in the place of what it showed before; not where they have changed meanwhile.

    What counts of it is said by ``show``, for each call in which something was found before or is now.
    """
    if members(db, group) != of:
        return False
    for table in ("case_findings", "case_promises"):
        db.execute(f"DELETE FROM {table} WHERE kind = ? AND key = ?", group)
    db.executemany(
        "INSERT INTO case_findings VALUES (?, ?, ?, ?, ?, 0, ?)",
        [(*group, call_id, f.rule_id, f.category, encode(f)) for call_id, f in found],
    )
    db.executemany("INSERT INTO case_promises VALUES (?, ?, ?, ?)", [(*group, p.call_id, encode(p)) for p in promises])
    sql = "UPDATE case_groups SET pack = ?, members = ?, stale = 0 WHERE kind = ? AND key = ?"
    db.execute(sql, (pack, _digest(of), *group))
    return True


def fresh(db: sqlite3.Connection, group: Group) -> None:
    """Nothing about the group needs judging."""
    db.execute("UPDATE case_groups SET stale = 0 WHERE kind = ? AND key = ?", group)


def findings(db: sqlite3.Connection, call_id: str) -> tuple[Finding, ...]:
    """All findings in a call that rest on several, also those that another one outweighs."""
    sql = "SELECT finding FROM case_findings WHERE call_id = ? ORDER BY rule_id, kind, key"
    return tuple(decode(Finding, text) for (text,) in db.execute(sql, (call_id,)).fetchall())


def show(db: sqlite3.Connection, call_id: str, result: int, shown: Sequence[Finding], card: Scorecard | None) -> None:
    """Say which of a call's case findings count, and what the call is worth with them (``None``: as its audit says)."""
    db.execute("UPDATE case_findings SET shown = 0 WHERE call_id = ?", (call_id,))
    for finding in shown:
        sql = "UPDATE case_findings SET shown = 1 WHERE call_id = ? AND rule_id = ? AND category = ?"
        db.execute(sql, (call_id, finding.rule_id, finding.category))
    db.execute("DELETE FROM case_scores WHERE call_id = ?", (call_id,))
    if card is not None:
        db.execute("INSERT INTO case_scores VALUES (?, ?, ?)", (call_id, result, encode(card)))
    touch(db, [call_id])


def renewed(db: sqlite3.Connection) -> None:
    """Tell readers that what counts has changed."""
    count_up(db, "catalog")


def shown(db: sqlite3.Connection, call_id: str | None = None, since: int | None = None) -> list[Shown]:
    """The case findings that count, of one call, of those that changed after a version of the catalog, or of all."""
    # CROSS JOIN keeps SQLite from going through all results for each finding
    sql = "SELECT r.result, f.finding FROM {}case_findings f CROSS JOIN results r WHERE {} AND f.shown = 1"
    rows = _of_calls(db, sql, "r.call_id = f.call_id AND r.superseded = 0", call_id, since, "f.call_id, f.category")
    return [Shown(int(result), decode(Finding, text)) for result, text in rows]


def scores(db: sqlite3.Connection, call_id: str | None = None, since: int | None = None) -> dict[int, Scorecard]:
    """By result, what a call is worth with its case findings, where that is not what its audit says; of calls as ``shown``."""
    sql = "SELECT f.result, f.card FROM {}case_scores f CROSS JOIN results r WHERE {}"
    rows = _of_calls(db, sql, "r.result = f.result AND r.superseded = 0", call_id, since, "f.call_id")
    return {int(result): decode(Scorecard, card) for result, card in rows}


def _of_calls(
    db: sqlite3.Connection, sql: str, where: str, call_id: str | None, since: int | None, order: str
) -> list[tuple[int, str]]:
    """Rows of ``f`` of one call, of those that changed after a version, or of all."""
    if call_id is not None:
        return db.execute(f"{sql.format('', f'f.call_id = ? AND {where}')} ORDER BY {order}", (call_id,)).fetchall()
    if since is None:
        return db.execute(f"{sql.format('', where)} ORDER BY {order}").fetchall()
    changed = sql.format("changes h CROSS JOIN ", f"h.version > ? AND f.call_id = h.call_id AND {where}")
    return db.execute(f"{changed} ORDER BY {order}", (since,)).fetchall()


def promises(db: sqlite3.Connection, call_id: str | None = None) -> list[KeptPromise]:
    """What became of promises, of one call or of all; those of which no payments are known are not among them."""
    sql = "SELECT promise FROM case_promises"
    rows = (
        db.execute(f"{sql} ORDER BY call_id") if call_id is None else db.execute(f"{sql} WHERE call_id = ?", (call_id,))
    )
    return [decode(KeptPromise, text) for (text,) in rows.fetchall()]


def _digest(of: Mapping[str, int]) -> str:
    return hashlib.sha256(canonical(sorted(of.items()))).hexdigest()
