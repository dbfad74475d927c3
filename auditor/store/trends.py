"""How agents, teams and steps develop: counts and means over calls, grouped in the database. What people decided counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

from auditor.models import SEVERITIES
from auditor.store.answers import Filters
from auditor.store.queries import Store

By: TypeAlias = Literal["all", "team", "agent"]

_BY: dict[By, str] = {"all": "NULL::VARCHAR", "team": "c.team", "agent": "c.agent_id"}
_OF: dict[By, str] = {"all": "true", "team": "c.team IS NOT NULL", "agent": "c.agent_id IS NOT NULL"}
_STARTS = {
    "week": "date_trunc('week', c.started_on)::DATE",
    "month": "date_trunc('month', c.started_on)::DATE",
    "whole": "NULL::DATE",
}


@dataclass(frozen=True, slots=True)
class Scores:
    """The effective scores of a group's calls in a period: ``mean`` and sample ``deviation`` are over the ``scored`` ones.

    ``group`` is a team or an agent's id, ``None`` for all; ``start`` the first day of the period, ``None`` where all days are one.
    """

    group: str | None
    start: date | None
    calls: int
    scored: int
    mean: float | None
    deviation: float | None


@dataclass(frozen=True, slots=True)
class StepShare:
    """In how many of a group's calls in a period a step was done, ``of`` those in which it was due and could be judged."""

    group: str | None
    start: date | None
    step: str
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class CategoryShare:
    """A category's findings in a period's calls: how many people upheld or nobody doubted, and in how many calls those are."""

    category: str
    severity: str
    start: date | None
    confirmed: int
    suspected: int
    calls: int


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as the latest of the calls has them."""

    agent_id: str
    name: str | None
    team: str | None
    calls: int


def starts(store: Store, filters: Filters, grain: str) -> list[date]:
    """The first days of the periods that have calls, the latest first."""
    where, values = store.where(filters)
    sql = f"""SELECT DISTINCT {_STARTS[grain]} AS start FROM calls c
              WHERE c.started_on IS NOT NULL AND {where} ORDER BY start DESC"""
    return [row["start"] for row in store.ask(sql, values)]


def agents(store: Store, filters: Filters) -> list[Agent]:
    """Who made these calls, by id; calls without an agent's id are nobody's."""
    where, values = store.where(filters)
    sql = f"""SELECT c.agent_id, arg_max(c.agent_name, c.started_on) AS name, arg_max(c.team, c.started_on) AS team,
                     count(*) AS calls
              FROM calls c WHERE c.agent_id IS NOT NULL AND {where} GROUP BY c.agent_id ORDER BY c.agent_id"""
    return [Agent(**row) for row in store.ask(sql, values)]


def scores(
    store: Store, filters: Filters, *, by: By = "all", grain: str = "whole", apart: str | None = None
) -> list[Scores]:
    """Effective scores by group and period; ``apart`` leaves the calls of one agent out."""
    where, values = _dated(store, filters, by, grain, apart)
    sql = f"""SELECT {_BY[by]} AS "group", {_STARTS[grain]} AS start, count(*) AS calls,
                     count(c.effective_score) AS scored, avg(c.effective_score)::DOUBLE AS mean,
                     stddev_samp(c.effective_score::DOUBLE) AS deviation
              FROM calls c WHERE {where} GROUP BY ALL ORDER BY ALL"""
    return [Scores(**row) for row in store.ask(sql, values)]


def step_shares(
    store: Store, filters: Filters, *, by: By = "all", grain: str = "whole", apart: str | None = None
) -> list[StepShare]:
    """Effective step verdicts by group, period and step, steps in the order of the script; ``apart`` as in ``scores``."""
    where, values = _dated(store, filters, by, grain, apart)
    sql = f"""
        WITH counted AS (
            SELECT {_BY[by]} AS "group", {_STARTS[grain]} AS start, s.step, min(s.position) AS position,
                   count(*) FILTER (s.effective_verdict = 'done') AS done, count(*) AS "of"
            FROM steps s JOIN calls c USING (result)
            WHERE s.effective_verdict IN ('done', 'missed') AND {where} GROUP BY ALL)
        SELECT "group", start, step, done, "of" FROM counted
        ORDER BY "group", start, min(position) OVER (PARTITION BY step), step"""
    return [StepShare(**row) for row in store.ask(sql, values)]


def category_shares(store: Store, filters: Filters, *, grain: str = "whole") -> list[CategoryShare]:
    """Effective findings by category and period, the most frequent category first; what was overturned is not among them."""
    where, values = _dated(store, filters, "all", grain, None)
    sql = f"""
        WITH counted AS (
            SELECT f.effective_category AS category, {_STARTS[grain]} AS start,
                   arg_min(f.effective_severity, list_position($severities, f.effective_severity)) AS severity,
                   count(*) FILTER (f.effective_status = 'confirmed') AS confirmed,
                   count(*) FILTER (f.effective_status = 'suspected') AS suspected,
                   count(DISTINCT f.result) AS calls
            FROM findings f JOIN calls c USING (result)
            WHERE f.effective_status <> 'overturned' AND {where} GROUP BY ALL)
        SELECT * FROM counted ORDER BY sum(confirmed) OVER (PARTITION BY category) DESC, category, start"""
    return [CategoryShare(**row) for row in store.ask(sql, {**values, "severities": list(SEVERITIES)})]


@dataclass(frozen=True, slots=True)
class Mark:
    """A day in an agent's work around which a step or category is looked at; ``number`` tells marks apart."""

    number: int
    agent_id: str
    kind: Literal["step", "category"]
    item: str
    day: date


@dataclass(frozen=True, slots=True)
class Around:
    """What was done well before and after a mark's day: by the agent (``own``), or by the others of the team in the same days.

    For a step: done, of the calls in which it was due. For a category: calls without a confirmed finding of it, of all calls.
    """

    number: int
    own: bool
    after: bool
    done: int
    of: int


def around(store: Store, marks: Sequence[Mark], days: int) -> list[Around]:
    """Before and after each mark, at most so many days to each side; the day itself is on neither."""
    if not marks:
        return []
    where, values = store.where()
    values |= {
        "numbers": [m.number for m in marks], "ids": [m.agent_id for m in marks], "kinds": [m.kind for m in marks],
        "items": [m.item for m in marks], "marked": [m.day for m in marks], "width": days,
    }  # fmt: skip
    sql = f"""
        WITH seen AS (SELECT c.* FROM calls c WHERE {where}),
             m AS (SELECT unnest($numbers) AS number, unnest($ids) AS agent_id, unnest($kinds) AS kind,
                          unnest($items) AS item, unnest($marked)::DATE AS day),
             placed AS (SELECT m.*, (SELECT arg_max(s.team, s.started_on) FROM seen s WHERE s.agent_id = m.agent_id)
                                    AS team FROM m),
             near AS (SELECT p.number, p.kind, p.item, p.agent_id = c.agent_id AS own, c.started_on > p.day AS after,
                             c.result
                      FROM placed p JOIN seen c
                        ON c.started_on BETWEEN p.day - $width::INTEGER AND p.day + $width::INTEGER
                       AND c.started_on <> p.day AND c.agent_id IS NOT NULL
                       AND (c.agent_id = p.agent_id OR c.team = p.team)),
             judged AS (SELECT n.number, n.own, n.after, s.effective_verdict = 'done' AS good
                        FROM near n JOIN steps s ON s.result = n.result AND s.step = n.item
                        WHERE n.kind = 'step' AND s.effective_verdict IN ('done', 'missed')
                        UNION ALL
                        SELECT n.number, n.own, n.after, f.result IS NULL
                        FROM near n LEFT JOIN (SELECT DISTINCT result, effective_category FROM findings
                                               WHERE effective_status = 'confirmed') f
                          ON f.result = n.result AND f.effective_category = n.item
                        WHERE n.kind = 'category')
        SELECT number, own, after, count(*) FILTER (good) AS done, count(*) AS "of" FROM judged
        GROUP BY ALL ORDER BY number, own DESC, after"""
    return [Around(**row) for row in store.ask(sql, values)]


def _dated(store: Store, filters: Filters, by: By, grain: str, apart: str | None) -> tuple[str, dict[str, Any]]:
    where, values = store.where(filters)
    parts = [where, _OF[by]]
    if grain != "whole":
        parts.append("c.started_on IS NOT NULL")
    if apart is not None:
        parts.append("c.agent_id IS DISTINCT FROM $apart")
        values["apart"] = apart
    return " AND ".join(parts), values
