"""The work queue: calls that wait for a person, why, who works on them, and which comes next.

A call is in the queue for what the machine says of it or because it was drawn; it leaves by being signed off, never by a decision on one
of its parts, so that nothing disappears from under the person who works on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from auditor.models import SEVERITIES
from auditor.store import claims
from auditor.store.answers import EVERY_CALL, Filters
from auditor.store.ledger import Ledger
from auditor.store.queries import Store

Kind: TypeAlias = Literal["knock_out", "suspected", "cannot_tell", "sampled"]
KINDS: tuple[Kind, ...] = ("knock_out", "suspected", "cannot_tell", "sampled")
"""Why a call is in the queue, the first that holds: a confirmed critical breach, something to confirm, nothing to judge by, drawn."""
State: TypeAlias = Literal["open", "mine", "others", "signed"]
STATES: tuple[State, ...] = ("open", "mine", "others", "signed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the queue to look at; an empty field does not limit. ``sample`` names one sample."""

    calls: Filters = EVERY_CALL
    kinds: tuple[Kind, ...] = ()
    states: tuple[State, ...] = ()
    severities: tuple[str, ...] = ()
    sample: int | None = None


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Moment:
    """When the queue is looked at: what came in before ``overdue`` has waited too long, ``today`` began at this moment."""

    now: datetime
    overdue: datetime
    today: datetime


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One call in the queue. ``started_at`` is the debtor's wall clock; the other moments have an offset.

    ``category``, ``severity`` and ``status`` are those of the gravest finding, empty where there is none; ``undecided`` counts findings
    that no person ruled on; ``critical_since`` is when a critical one of them came in. ``holder`` works on it until ``held_until``.
    """

    call_id: str
    kind: Kind
    state: State
    risk: int
    started_at: datetime | None
    agent_id: str | None
    agent_name: str | None
    team: str | None
    duration: float | None
    party: str
    score: Decimal | None
    band: str
    findings: int
    undecided: int
    category: str
    severity: str
    status: str
    critical_since: datetime | None
    overdue: bool
    holder: str | None
    held_until: datetime | None
    signed_by: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many calls of a kind are in each state, and how many of those that are not signed off have waited too long."""

    kind: Kind
    open: int
    mine: int
    others: int
    signed: int
    overdue: int

    @property
    def waiting(self) -> int:
        """Not signed off, whoever works on them."""
        return self.open + self.mine + self.others

    @property
    def all(self) -> int:
        """Signed off or not."""
        return self.waiting + self.signed


def listed(
    store: Store, wanted: Wanted, who: str, moment: Moment, *, limit: int = 50, offset: int = 0
) -> list[QueueRow]:
    """A page of the queue, in the order in which to listen. ``who``: whose claims are ``mine``."""
    sql, values = _queue(store, wanted, who, moment)
    # what a row shows is read of one page's calls only
    sql = f"""{sql},
        page AS MATERIALIZED (FROM q ORDER BY {_order()} LIMIT $limit OFFSET $offset),
        told AS (SELECT result, count(*) AS findings, count(*) FILTER (decision IS NULL) AS undecided,
                        min((list_position($severities, severity), status, category)) AS gravest
                 FROM findings WHERE by_machine AND result IN (SELECT result FROM page) GROUP BY result)
        SELECT c.call_id, page.* EXCLUDE (result, call_id, drawn), c.started_local AS started_at, c.agent_id,
               c.agent_name, c.team, c.duration, c.party, c.effective_score AS score, c.effective_band AS band,
               c.signed_by, coalesce(told.findings, 0) AS findings, coalesce(told.undecided, 0) AS undecided,
               coalesce(told.gravest[3], '') AS category, coalesce(told.gravest[2], '') AS status,
               coalesce($severities[told.gravest[1]::INTEGER], '') AS severity
        FROM page JOIN calls c USING (result) LEFT JOIN told USING (result) ORDER BY {_order("page.")}"""
    rows = store.ask(sql, {**values, "severities": list(SEVERITIES), "limit": limit, "offset": offset})
    return [_row(row) for row in rows]


def counts(store: Store, wanted: Wanted, who: str, moment: Moment) -> list[Count]:
    """How many calls of every kind are in which state, whatever kinds and states are looked at."""
    anyhow = Wanted(wanted.calls, severities=wanted.severities, sample=wanted.sample)
    sql, values = _queue(store, anyhow, who, moment)
    states = ", ".join(f"count(*) FILTER (state = '{state}') AS {state}" for state in STATES)
    rows = store.ask(f"{sql} SELECT kind, {states}, count(*) FILTER (overdue) AS overdue FROM q GROUP BY kind", values)
    found = {row["kind"]: Count(**row) for row in rows}
    return [found.get(kind, Count(kind, 0, 0, 0, 0, 0)) for kind in KINDS]


def signed_off(store: Store, who: str, moment: Moment) -> int:
    """How many calls the person signed off today."""
    where, values = store.where(attempts=True)
    sql = (
        f"SELECT count(*) AS n FROM calls c WHERE c.signed AND c.signed_by = $who AND c.signed_at >= $today AND {where}"
    )
    return int(store.ask(sql, {**values, "who": who, "today": _plain(moment.today)})[0]["n"])


def next_call(store: Store, wanted: Wanted, who: str, moment: Moment, after: str | None = None) -> str | None:
    """The next call that nobody works on: behind ``after`` in the order, from the beginning where there is none behind it."""
    sql, values = _queue(store, Wanted(wanted.calls, wanted.kinds, (), wanted.severities, wanted.sample), who, moment)
    sql = f"""{sql}, ranked AS (SELECT call_id, state, row_number() OVER (ORDER BY {_order()}) AS rank FROM q),
              here AS (SELECT coalesce(max(rank), 0) AS rank FROM ranked WHERE call_id = $after)
              SELECT ranked.call_id FROM ranked, here
              WHERE ranked.state = 'open' AND ranked.call_id IS DISTINCT FROM $after
              ORDER BY ranked.rank < here.rank, ranked.rank LIMIT 1"""
    found = store.ask(sql, {**values, "after": after})
    return str(found[0]["call_id"]) if found else None


def _order(of: str = "") -> str:
    # sampled calls come in the order in which they were drawn: so those heard so far are a random sample too
    return f"CASE WHEN {of}kind = 'sampled' THEN -1 ELSE {of}risk END DESC, {of}drawn NULLS LAST, {of}call_id"


def _queue(store: Store, wanted: Wanted, who: str, moment: Moment) -> tuple[str, dict[str, Any]]:
    """The beginning of a query that has the chosen part of the queue as ``q``."""
    where, values = store.where(wanted.calls)
    with Ledger(store.home) as ledger, ledger.reading() as db:
        held = claims.running(db, moment.now)
    values |= {
        "who": who, "overdue": _plain(moment.overdue),
        "held": [c.call_id for c in held], "holders": [c.claimed_by for c in held],
        "ends": [_plain(c.claimed_until) for c in held],
    }  # fmt: skip
    parts = ["kind IS NOT NULL"]
    for name, column, chosen in (("kinds", "kind", wanted.kinds), ("states", "state", wanted.states)):
        if chosen:
            values[name] = list(chosen)
            parts.append(f"{column} IN (SELECT unnest(${name}::VARCHAR[]))")
    if wanted.severities:
        values["grave"] = list(wanted.severities)
        where += " AND c.result IN (SELECT result FROM findings WHERE severity IN (SELECT unnest($grave::VARCHAR[])))"
    of_sample = ""
    if wanted.sample is not None:
        values["sample"] = wanted.sample
        of_sample = "WHERE sample = $sample"
        parts.append("drawn IS NOT NULL")
    sql = f"""
        WITH f AS (SELECT result, bool_or(severity = 'critical' AND status = 'confirmed') AS knock_out,
                          bool_or(status = 'suspected') AS suspected,
                          bool_or(severity = 'critical' AND decision IS NULL) AS critical
                   FROM findings WHERE by_machine GROUP BY result),
             s AS (SELECT DISTINCT result FROM steps WHERE verdict = 'cannot_tell'),
             d AS (SELECT call_id, min(position) AS drawn FROM sampled_calls {of_sample} GROUP BY call_id),
             h AS (SELECT unnest($held::VARCHAR[]) AS call_id, unnest($holders::VARCHAR[]) AS holder,
                          unnest($ends::TIMESTAMP[]) AS held_until),
             k AS (SELECT c.result, c.call_id, c.risk, d.drawn,
                          CASE WHEN f.knock_out THEN 'knock_out' WHEN f.suspected THEN 'suspected'
                               WHEN c.band = 'cannot_tell' OR s.result IS NOT NULL THEN 'cannot_tell'
                               WHEN d.call_id IS NOT NULL THEN 'sampled' END AS kind,
                          CASE WHEN c.signed THEN 'signed' WHEN h.holder = $who THEN 'mine'
                               WHEN h.holder IS NOT NULL THEN 'others' ELSE 'open' END AS state,
                          CASE WHEN f.critical AND NOT c.signed THEN make_timestamp(epoch_us(c.stored_at)) END
                               AS critical_since,
                          coalesce(critical_since < $overdue, false) AS overdue,
                          CASE WHEN NOT c.signed THEN h.holder END AS holder, h.held_until
                   FROM calls c LEFT JOIN f USING (result) LEFT JOIN s USING (result) LEFT JOIN d USING (call_id)
                        LEFT JOIN h USING (call_id) WHERE {where}),
             q AS (SELECT * FROM k WHERE {" AND ".join(parts)})"""
    return sql, values


def _row(row: Mapping[str, Any]) -> QueueRow:
    moments = {name: None if row[name] is None else row[name].replace(tzinfo=UTC) for name in _MOMENTS}
    return QueueRow(**{**row, **moments})


_MOMENTS = ("critical_since", "held_until")


def _plain(moment: datetime) -> datetime:
    """A moment as the engine has it: UTC, without an offset."""
    return moment.astimezone(UTC).replace(tzinfo=None)
