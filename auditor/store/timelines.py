"""A debtor's calls over the days: found by case or customer, with what was said, promised, found and paid."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from auditor.models import Call
from auditor.store import cases
from auditor.store.cases import KeptPromise
from auditor.store.codec import decode
from auditor.store.ledger import Ledger
from auditor.store.queries import Store


@dataclass(frozen=True, slots=True)
class Debtor:
    """A case or customer, and how many calls and attempts there are; ``kind`` is ``case`` or ``customer``."""

    kind: str
    id: str
    calls: int
    attempts: int
    first: date | None
    last: date | None
    findings: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding in a call that counts; ``of_several``: it rests on several calls."""

    category: str
    severity: str
    status: str
    of_several: bool


@dataclass(frozen=True, slots=True)
class Promised:
    """What the customer promised to pay (in the account's currency unit), the day as said and as a date."""

    amount: Decimal | None
    date_text: str | None
    due: date | None


@dataclass(frozen=True, slots=True)
class Contact:
    """One call or attempt. ``started_at`` is the debtor's clock; ``call`` holds its metadata, without what was said.

    ``stop`` tells that the person asked not to be called; ``kept`` what became of a promise, where payments are known.
    """

    call_id: str
    result: int
    started_at: datetime | None
    answered: bool
    party: str
    agent_id: str | None
    agent_name: str | None
    team: str | None
    case_id: str | None
    region: str | None
    pack: str
    call: Call
    stop: bool
    promised: Promised | None
    kept: tuple[KeptPromise, ...]
    marks: tuple[Mark, ...]

    @property
    def reached(self) -> bool:
        """Whether a person answered; a voicemail is nobody."""
        return self.answered and self.party != "voicemail"


VEILED = 20
_KINDS = {"case": "case_id", "customer": "customer_id"}


def veiled(id: str) -> str:
    """A name for a case or customer that can stand in an address without showing its id."""
    return hashlib.sha256(id.encode()).hexdigest()[:VEILED]


def find_debtors(store: Store, prefix: str = "", *, limit: int = 30) -> list[Debtor]:
    """Cases and customers whose id begins with ``prefix``, an exact match first; without one, those with most findings."""
    where, values = store.where(attempts=True)
    asked = " UNION ALL ".join(
        f"""SELECT '{kind}' AS kind, c.{column} AS id, count(*) FILTER (NOT c.attempt) AS calls,
                   count(*) FILTER (c.attempt) AS attempts, min(c.started_on) AS "first", max(c.started_on) AS "last",
                   coalesce(sum(n.findings), 0)::BIGINT AS findings
            FROM calls c LEFT JOIN (SELECT result, count(*) AS findings FROM findings
                                    WHERE effective_status <> 'overturned' GROUP BY result) n USING (result)
            WHERE {where} AND c.{column} <> '' AND starts_with(c.{column}, $prefix) GROUP BY c.{column}"""
        for kind, column in _KINDS.items()
        if prefix or kind == "case"
    )
    sql = f"SELECT * FROM ({asked}) ORDER BY id = $prefix DESC, findings DESC, calls DESC, kind, id LIMIT $limit"
    return [Debtor(**row) for row in store.ask(sql, {**values, "prefix": prefix, "limit": limit})]


def contacts(store: Store, kind: str, id: str, *, limit: int = 2000) -> list[Contact]:
    """Every call and attempt in scope of a case or customer, by its id or its ``veiled`` one, in order of time; undated ones last."""
    where, values = store.where(attempts=True)
    column = f"c.{_KINDS[kind]}"
    chosen = f"SELECT c.* FROM calls c WHERE {where} AND ({column} = $id OR left(sha256({column}), {VEILED}) = $id)"
    values = {**values, "id": id}
    rows = store.ask(
        f"""SELECT c.call_id, c.result, c.started_local AS started_at, NOT c.attempt AS answered, c.party, c.agent_id,
                   c.agent_name, c.team, c.case_id, c.region, c.pack
            FROM ({chosen}) c ORDER BY c.started_local NULLS LAST, c.call_id LIMIT $limit""",
        {**values, "limit": limit},
    )
    of = [row["result"] for row in rows]
    told = "SELECT result, call FROM documents WHERE result IN (SELECT unnest($results))"
    documents = {row["result"]: row["call"] for row in store.ask(told, {"results": of})}
    said = _by_result(store.ask(f"SELECT f.* FROM facts f SEMI JOIN ({chosen}) c USING (result)", values))
    found = _by_result(
        store.ask(
            f"""SELECT f.result, f.finding_id, f.effective_category AS category, f.effective_severity AS severity,
                       f.effective_status AS status
                FROM findings f SEMI JOIN ({chosen}) c USING (result) WHERE f.effective_status <> 'overturned'
                ORDER BY f.result, f.finding_id""",
            values,
        )
    )
    kept: dict[str, tuple[KeptPromise, ...]] = {}
    together: set[str] = set()
    with Ledger(store.home) as ledger, ledger.reading() as db:
        for row in rows:
            kept[row["call_id"]] = tuple(cases.promises(db, row["call_id"]))
            together |= {shown.finding.finding_id for shown in cases.shown(db, row["call_id"])}
    return [
        _contact(
            {**row, "call": documents[row["result"]]},
            said.get(row["result"], []),
            kept[row["call_id"]],
            found.get(row["result"], []),
            together,
        )
        for row in rows
    ]


def in_scope(store: Store, calls: Collection[str]) -> frozenset[str]:
    """Those of the calls, by their ids, that may be seen."""
    where, values = store.where(attempts=True)
    sql = f"SELECT c.call_id FROM calls c WHERE c.call_id IN (SELECT unnest($calls::VARCHAR[])) AND {where}"
    return frozenset(row["call_id"] for row in store.ask(sql, {**values, "calls": sorted(set(calls))}))


def _by_result(rows: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    grouped: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["result"], []).append(row)
    return grouped


def _contact(
    row: dict[str, Any],
    said: list[dict[str, Any]],
    kept: tuple[KeptPromise, ...],
    found: list[dict[str, Any]],
    together: set[str],
) -> Contact:
    promised = next((fact for fact in said if fact["kind"] == "promise"), None)
    return Contact(
        **{**row, "call": decode(Call, row["call"])},
        stop=any(fact["name"] == "stop_contact_request" for fact in said),
        promised=None if promised is None else Promised(promised["amount"], promised["date_text"], promised["due"]),
        kept=kept,
        marks=tuple(Mark(f["category"], f["severity"], f["status"], f["finding_id"] in together) for f in found),
    )
