"""Violations counted and listed, as the machine found them and as people decided: by any two dimensions, down to the finding."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias, get_args

from auditor.models import SEVERITIES
from auditor.store.answers import EVERY_CALL, Filters
from auditor.store.queries import Store

Standing: TypeAlias = Literal["undecided", "upheld", "overturned", "added"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)

OF_CALLS: Mapping[str, str] = {
    "region": "c.region", "institution": "c.institution", "agency": "c.agency", "product": "c.product",
    "team": "c.team", "agent": "c.agent_id", "day": "strftime(c.started_on, '%Y-%m-%d')",
    "week": "strftime(date_trunc('week', c.started_on), '%Y-%m-%d')", "month": "strftime(c.started_on, '%Y-%m')",
}  # fmt: skip
_STANDING = "coalesce(f.decision, 'undecided')"
OF_FINDINGS: Mapping[str, str] = {
    "category": "f.effective_category",
    "severity": "f.effective_severity",
    "clause": "f.clause",
    "standing": _STANDING,
    "machine": "CASE WHEN f.by_machine THEN f.status ELSE '' END",
}
DIMENSIONS: tuple[str, ...] = (*OF_FINDINGS, *OF_CALLS)
"""What violations can be counted by; a call or finding that has no value there counts under an empty text."""

TIMES = ("day", "week", "month")
_NAMED = re.compile(r"\$(\w+)")
_EXPRESSIONS = {**OF_CALLS, **OF_FINDINGS}
_CITES = "CASE WHEN len(f.cites) = 0 THEN [''] ELSE f.cites END"
_COUNTS = """count(*) FILTER (f.effective_status <> 'overturned') AS counted,
    count(DISTINCT f.result) FILTER (f.effective_status <> 'overturned' AND NOT c.attempt) AS calls,
    count(*) FILTER (f.effective_status = 'confirmed') AS confirmed,
    count(*) FILTER (f.effective_status = 'suspected') AS suspected,
    count(*) FILTER (f.by_machine AND f.status = 'confirmed') AS machine_confirmed,
    count(*) FILTER (f.by_machine AND f.status = 'suspected') AS machine_suspected,
    count(*) FILTER (f.decision IS NULL) AS undecided, count(*) FILTER (f.decision = 'upheld') AS upheld,
    count(*) FILTER (f.decision = 'overturned') AS overturned, count(*) FILTER (f.decision = 'added') AS added"""


@dataclass(frozen=True, slots=True)
class Which:
    """Which findings, besides the calls that ``Filters`` choose: for each dimension named, the values that it may have."""

    at: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def narrowed(self, dimension: str, value: str) -> Which:
        """Only those that have this value too."""
        return Which({**self.at, dimension: (value,)})


EVERY = Which()
WAITING = Which({"severity": ("critical",), "standing": ("undecided",)})
"""Critical findings of which nobody has decided yet."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Findings of one kind.

    Attributes:
        one, two: the values of the dimensions; ``two`` is empty where there is only one.
        counted: findings that count: all but those that people overturned, with those that they added.
        calls: answered calls with such a finding, of ``of_calls`` that were audited.
        confirmed, suspected: what ``counted`` is made of.
        machine_confirmed, machine_suspected: what the machine had said, before people decided.
        undecided, upheld, overturned, added: what people have said so far.
    """

    one: str
    two: str
    counted: int
    calls: int
    of_calls: int
    confirmed: int
    suspected: int
    machine_confirmed: int
    machine_suspected: int
    undecided: int
    upheld: int
    overturned: int
    added: int


@dataclass(frozen=True, slots=True)
class Violation:
    """One finding with its call and what people decided of it; moments are UTC but for ``started_at``, the debtor's clock.

    ``by_machine`` is false where people added it, or upheld it before a later audit stopped making it.
    """

    result: int
    finding_id: str
    call_id: str
    started_at: datetime | None
    agent_id: str | None
    agent_name: str | None
    team: str | None
    case_id: str | None
    institution: str | None
    agency: str | None
    region: str | None
    product: str | None
    category: str
    severity: str
    by_machine: bool
    machine_category: str
    machine_severity: str
    status: str
    effective_status: str
    cites: tuple[str, ...]
    quote: str
    why: str
    utterance: int | None
    start: float | None
    end: float | None
    rule_id: str
    matched_by: str
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    pack: str
    code_version: str
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Clocked:
    """When a finding's present result was stored and when people decided, in UTC without an offset; and what judged the call."""

    finding_id: str
    call_id: str
    result: int
    stored_at: datetime
    decided_at: datetime | None
    pack: str
    code_version: str


def tallies(
    store: Store, filters: Filters = EVERY_CALL, which: Which = EVERY, one: str = "category", two: str | None = None
) -> list[Tally]:
    """Findings by one or two of ``DIMENSIONS``, the most frequent first (time in its order); raises KeyError for others.

    A finding that rests on several clauses counts under each of them. Calls without findings have their row too, where one dimension
    of calls is asked for.
    """
    first, second = _EXPRESSIONS[one], _EXPRESSIONS[two] if two else "''"
    joined, _, values = _joined(store, filters, which, clauses="clause" in (one, two))
    order = "one DESC" if one in TIMES else "sum(counted) OVER (PARTITION BY one) DESC, one"
    sql = f"""SELECT * FROM (
                SELECT coalesce({first}, '') AS one, coalesce({second}, '') AS two, {_COUNTS} FROM {joined} GROUP BY ALL)
              ORDER BY {order}, counted DESC, two"""
    of = audited(store, filters, which, one, two)
    found = []
    for row in store.ask(sql, values):
        key = (row["one"] if one in OF_CALLS else "", row["two"] if two in OF_CALLS else "")
        found.append(Tally(**row, of_calls=of.get(key, 0)))
    if two is None and one in OF_CALLS:
        clean = of.keys() - {(each.one, "") for each in found}
        found += [Tally(value, "", 0, 0, of[value, ""], *(0,) * 8) for value, _ in sorted(clean)]
        if one in TIMES:
            found.sort(key=lambda each: each.one, reverse=True)
    return found


def audited(
    store: Store, filters: Filters = EVERY_CALL, which: Which = EVERY, one: str = "category", two: str | None = None
) -> dict[tuple[str, str], int]:
    """The denominators of ``tallies``: audited calls by those of the dimensions that calls have; empty for the others."""
    _, calls, values = _joined(store, filters, which)
    first, second = (OF_CALLS.get(dimension or "", "''") for dimension in (one, two))
    sql = f"""SELECT coalesce({first}, '') AS one, coalesce({second}, '') AS two, count(*) AS calls
              FROM calls c WHERE NOT c.attempt AND {calls} GROUP BY ALL"""
    return {(row["one"], row["two"]): row["calls"] for row in store.ask(sql, _named(sql, values))}


def total(store: Store, filters: Filters = EVERY_CALL, which: Which = EVERY) -> Tally:
    """All findings at once."""
    joined, _, values = _joined(store, filters, which)
    (row,) = store.ask(f"SELECT '' AS one, '' AS two, {_COUNTS} FROM {joined}", values)
    return Tally(**row, of_calls=audited(store, filters, which).get(("", ""), 0))


def packs(store: Store) -> list[str]:
    """The packs that judged the calls in scope, the latest first."""
    where, values = store.where(attempts=True)
    sql = f"SELECT c.pack FROM calls c WHERE {where} GROUP BY c.pack ORDER BY max(c.result) DESC"
    return [str(row["pack"]) for row in store.ask(sql, values)]


def values_of(store: Store, dimension: str, filters: Filters = EVERY_CALL) -> list[str]:
    """The values that findings have in a dimension, sorted."""
    joined, _, values = _joined(store, filters, EVERY, clauses=dimension == "clause")
    sql = f"SELECT DISTINCT coalesce({_EXPRESSIONS[dimension]}, '') AS x FROM {joined} ORDER BY x"
    return [str(row["x"]) for row in store.ask(sql, values)]


def violations(
    store: Store,
    filters: Filters = EVERY_CALL,
    which: Which = EVERY,
    *,
    ids: tuple[str, ...] | None = None,
    limit: int = 100,
    offset: int = 0,
    after: tuple[int, str] | None = None,
) -> list[Violation]:
    """A page of the list of findings, the gravest first.

    Args:
        ids: only findings of these ids.
        after: instead of ``offset``, those that follow this (result, finding id) in the order of these two: for reading many
            page by page, where each is met once.
    """
    joined, _, values = _joined(store, filters, which)
    parts = ["true"]
    if ids is not None:
        parts.append("f.finding_id IN (SELECT unnest($ids::VARCHAR[]))")
        values["ids"] = list(ids)
    order = """list_position($severities, f.effective_severity), c.started_local DESC NULLS LAST,
               f.result, f.finding_id"""
    if after is not None:
        parts.append("(f.result, f.finding_id) > ($after_result, $after_id)")
        values |= {"after_result": after[0], "after_id": after[1]}
        order = "f.result, f.finding_id"
    return _listed(store, joined, order, parts, {**values, "limit": limit, "offset": offset})


def by_clause(
    store: Store,
    filters: Filters,
    which: Which,
    clauses: Sequence[str],
    *,
    limit: int,
    after: Violation | None = None,
) -> list[Violation]:
    """A page of the list of findings clause by clause, each finding once, under the first clause that it cites.

    Args:
        clauses: keys of clauses in the order wanted; others follow them by name, findings without a clause come last.
        limit: findings at most.
        after: only those that follow this one, the last of the page before.

    Within a clause the gravest come first, then the earliest calls.
    """
    joined, _, values = _joined(store, filters, which)
    parts = ["true"]
    values |= {"clauses": list(clauses), "last": len(clauses) + 1}
    if after is not None:
        first = after.cites[0] if after.cites else ""
        values |= {
            "after_clause": first, "after_severity": after.severity, "after_started": after.started_at,
            "after_result": after.result, "after_id": after.finding_id,
        }  # fmt: skip
        parts.append(f"({_BY_CLAUSE}) > ({_AFTER_CLAUSE})")
    return _listed(store, joined, _BY_CLAUSE, parts, {**values, "limit": limit, "offset": 0})


_PLACE = "coalesce(list_position($clauses::VARCHAR[], {clause}), $last + ({clause} = '')::INTEGER)"
_FIRST = "coalesce(f.cites[1], '')"
_NEVER = "TIMESTAMP '9999-12-31'"
_BY_CLAUSE = f"""{_PLACE.format(clause=_FIRST)}, {_FIRST}, list_position($severities, f.effective_severity),
    coalesce(c.started_local, {_NEVER}), f.result, f.finding_id"""
_AFTER_CLAUSE = f"""{_PLACE.format(clause="$after_clause")}, $after_clause, list_position($severities, $after_severity),
    coalesce($after_started::TIMESTAMP, {_NEVER}), $after_result, $after_id"""


def _listed(store: Store, joined: str, order: str, parts: Sequence[str], values: dict[str, Any]) -> list[Violation]:
    # first which they are, then all of them: sorting whole rows takes ten times as long
    sql = f"""
        WITH listed AS (SELECT f.result, f.finding_id FROM {joined} AND {" AND ".join(parts)}
                        ORDER BY {order} LIMIT $limit OFFSET $offset)
        SELECT f.result, f.finding_id, c.call_id, c.started_local AS started_at, c.agent_id, c.agent_name, c.team,
               c.case_id, c.institution, c.agency, c.region, c.product, f.effective_category AS category,
               f.effective_severity AS severity, f.by_machine, f.category AS machine_category,
               f.severity AS machine_severity, f.status, f.effective_status, f.cites, f.quote, f.why, f.utterance,
               f.start, f."end", f.rule_id, f.matched_by, f.decision, f.decided_by, f.decided_at, c.pack,
               c.code_version, epoch_us(c.stored_at) AS stored_at
        FROM listed JOIN findings f ON f.result = listed.result AND f.finding_id = listed.finding_id
        JOIN calls c ON c.result = f.result ORDER BY {order}"""
    return [_violation(row) for row in store.ask(sql, _named(sql, {**values, "severities": list(SEVERITIES)}))]


def count(store: Store, filters: Filters, which: Which, ids: tuple[str, ...] | None = None) -> int:
    """How many findings ``violations`` lists in all."""
    joined, _, values = _joined(store, filters, which)
    if ids is not None:
        joined, values = f"{joined} AND f.finding_id IN (SELECT unnest($ids::VARCHAR[]))", {**values, "ids": list(ids)}
    return int(store.ask(f"SELECT count(*) AS n FROM {joined}", values)[0]["n"])


def clocked(store: Store, which: Which, *, limit: int) -> list[Clocked]:
    """The moments of findings, those whose result was stored first coming first."""
    joined, _, values = _joined(store, EVERY_CALL, which)
    sql = f"""SELECT f.finding_id, c.call_id, f.result, epoch_us(c.stored_at) AS stored_at, f.decided_at, c.pack,
                     c.code_version
              FROM {joined} ORDER BY f.result, f.finding_id LIMIT $limit"""
    rows = store.ask(sql, {**values, "limit": limit})
    return [Clocked(**{**row, "stored_at": _moment(row["stored_at"])}) for row in rows]


def _joined(store: Store, filters: Filters, which: Which, *, clauses: bool = False) -> tuple[str, str, dict[str, Any]]:
    """Findings with their calls as ``FROM … WHERE …``, the condition on the calls alone, and the values that both name."""
    where, values = store.where(filters, attempts=True)
    of_calls, of_findings = [where], list[str]()
    for number, (dimension, wanted) in enumerate(which.at.items()):
        name = f"at_{number}"
        values[name] = list(wanted)
        if dimension != "clause":
            parts = of_calls if dimension in OF_CALLS else of_findings
            parts.append(f"coalesce({_EXPRESSIONS[dimension]}, '') IN (SELECT unnest(${name}::VARCHAR[]))")
        elif clauses:
            of_findings.append(f"f.clause IN (SELECT unnest(${name}::VARCHAR[]))")
        else:
            of_findings.append(f"list_has_any({_CITES}, ${name}::VARCHAR[])")
    condition = " AND ".join([*of_calls, *of_findings])
    # a finding once for each clause; DuckDB unnests a list that is selected ten times as fast as one that is joined
    found = f"(SELECT f.*, unnest({_CITES}) AS clause FROM findings f)" if clauses else "findings"
    relation = f"calls c JOIN {found} f ON f.result = c.result WHERE {condition}"
    return relation, " AND ".join(of_calls), values


def _named(sql: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a query names; DuckDB refuses others."""
    named = set(_NAMED.findall(sql))
    return {name: value for name, value in values.items() if name in named}


def _violation(row: dict[str, Any]) -> Violation:
    return Violation(**{**row, "cites": tuple(row["cites"]), "stored_at": _moment(row["stored_at"])})


def _moment(microseconds: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(microseconds=microseconds)
