"""Until when a person must have looked: one working day, Monday to Friday. Pure.

Moments are given in the time zone in which people work; whole days of rest do not count.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

WORKPLACE = timezone(timedelta(hours=8))
"""The time of day in the mainland, Hong Kong and Taiwan."""

_DAY = timedelta(days=1)
_SATURDAY = 5


def due(since: datetime) -> datetime:
    """One working day after ``since``: the same time on the next one. What comes in at a weekend has all of Monday."""
    begun = since if since.weekday() < _SATURDAY else _midnight(since) + (7 - since.weekday()) * _DAY
    end = begun + _DAY
    return end if end.weekday() < _SATURDAY else end + 2 * _DAY


def overdue_since(now: datetime) -> datetime:
    """The latest moment whose working day is over: what came in then or before is overdue now."""
    end = now if now.weekday() < _SATURDAY else _midnight(now) - (now.weekday() - _SATURDAY) * _DAY
    return end - (3 if end.weekday() == 0 else 1) * _DAY


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
