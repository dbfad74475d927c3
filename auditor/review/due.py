"""By when a person must have looked at something: working days, counted on the wall clock of those who work. Pure."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

WORKPLACE = timezone(timedelta(hours=8))
"""The clock of those who work in the mainland, Hong Kong and Taiwan."""
LONGEST = 400
"""More days off in a row than this are a mistake in the calendar."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Which days are worked: Monday to Friday, but for ``holidays``, and the weekend days that are ``worked`` instead."""

    holidays: Set[date] = frozenset()
    worked: Set[date] = frozenset()

    def __contains__(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < 5 and day not in self.holidays)

    def after(self, day: date) -> date:
        """The first working day after this one; raises ValueError where there is none within ``LONGEST`` days."""
        for ahead in range(1, LONGEST):
            if (later := day + timedelta(days=ahead)) in self:
                return later
        raise ValueError(f"no working day follows {day}")

    def before(self, day: date) -> date:
        """The last working day before this one; raises ValueError where there is none within ``LONGEST`` days."""
        for back in range(1, LONGEST):
            if (earlier := day - timedelta(days=back)) in self:
                return earlier
        raise ValueError(f"no working day comes before {day}")


WEEKDAYS = WorkingDays()


def due(found_at: datetime, days: int = 1, calendar: WorkingDays = WEEKDAYS) -> datetime:
    """The last moment at which it is in time: so many working days later, at the same hour.

    What is found on a day off counts as found when the next working day begins.

    Args:
        found_at: on the clock of those who work; with or without an offset, which is kept.
        days: how many working days there are for it, at least 0.
        calendar: which days are worked.
    """
    day, hour = found_at.date(), found_at.timetz()
    if day not in calendar:
        day, hour = calendar.after(day), time(tzinfo=found_at.tzinfo)
    for _ in range(days):
        day = calendar.after(day)
    return datetime.combine(day, hour)


def overdue(found_at: datetime, now: datetime, days: int = 1, calendar: WorkingDays = WEEKDAYS) -> bool:
    """Whether what was found then, and still waits, is too late; both moments are on the same clock."""
    return now > due(found_at, days, calendar)


def overdue_since(now: datetime, calendar: WorkingDays = WEEKDAYS) -> datetime:
    """What was found before this moment, and still waits, has had its working day: ``overdue`` for many things at once."""
    day = now.date()
    hour = now.timetz() if day in calendar else time(tzinfo=now.tzinfo)
    return datetime.combine(calendar.before(day), hour)
