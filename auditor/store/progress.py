"""How scores, as they count after decisions, went lately: the last weeks and those before them, each with its number of calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from auditor.store.answers import Filters

if TYPE_CHECKING:
    from auditor.store.queries import Store

DAYS = 28
"""Four weeks have the same weekdays and paydays in them as the four before."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Scored calls of some weeks: how many, their mean (0 to 100), and the sample's standard deviation where there are two."""

    calls: int
    mean: float | None
    deviation: float | None


@dataclass(frozen=True, slots=True)
class Progress:
    """The ``DAYS`` days up to the last call, and as many before them. ``until`` is ``None`` where no call has a score and a date."""

    until: date | None
    now: Stretch
    before: Stretch


def progress(store: Store, filters: Filters) -> Progress:
    """The progress of the chosen calls; those without a date or a score are left out."""
    where, values = store.where(filters)
    figures = ", ".join(
        f"count(*) FILTER ({when}) AS {name}_calls, avg(score) FILTER ({when})::DOUBLE AS {name}_mean,"
        f" stddev_samp(score) FILTER ({when})::DOUBLE AS {name}_deviation"
        for name, when in (
            ("now", "until - started_on < $days"),
            ("before", "until - started_on >= $days AND until - started_on < 2 * $days"),
        )
    )
    sql = f"""
        WITH c AS (SELECT c.effective_score AS score, c.started_on FROM calls c
                   WHERE c.effective_score IS NOT NULL AND c.started_on IS NOT NULL AND {where}),
             u AS (SELECT max(started_on) AS until FROM c)
        SELECT any_value(until) AS until, {figures} FROM u LEFT JOIN c ON true"""
    (row,) = store.ask(sql, {**values, "days": DAYS})
    now, before = (Stretch(*(row[f"{name}_{f}"] for f in ("calls", "mean", "deviation"))) for name in ("now", "before"))
    if row["until"] is None:
        now = before = Stretch(0, None, None)
    return Progress(row["until"], now, before)
