"""Weeks and months, which are looked at one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

Grain: TypeAlias = Literal["week", "month"]
GRAINS: tuple[Grain, ...] = ("month", "week")


@dataclass(frozen=True, slots=True)
class Period:
    """A week from its Monday, or a month from its first day."""

    grain: Grain
    start: date

    @property
    def end(self) -> date:
        """Its last day."""
        return self.next().start - timedelta(days=1)

    def next(self) -> Period:
        """The one after it."""
        return period(self.grain, self.start + timedelta(days=7 if self.grain == "week" else 31))

    def previous(self, steps: int = 1) -> Period:
        """The one so many before it."""
        if not steps:
            return self
        return period(self.grain, self.start - timedelta(days=1)).previous(steps - 1)


def period(grain: Grain, day: date) -> Period:
    """The week or month in which a day lies."""
    return Period(grain, day - timedelta(days=day.weekday()) if grain == "week" else day.replace(day=1))
