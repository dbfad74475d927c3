"""One working day: weekends do not count."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.review.due import WORKPLACE, due, overdue_since


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WORKPLACE)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-11-18 15:00", "2026-11-19 15:00"),  # Wednesday
        ("2026-11-20 15:00", "2026-11-23 15:00"),  # Friday: Monday at the same time
        ("2026-11-21 09:30", "2026-11-24 00:00"),  # Saturday: all of Monday
        ("2026-11-22 23:59", "2026-11-24 00:00"),
        ("2026-11-23 00:00", "2026-11-24 00:00"),
    ],
)
def test_a_working_day_skips_the_weekend(since: str, until: str) -> None:
    assert due(at(since)) == at(until)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda m: m.replace(tzinfo=WORKPLACE))


@given(MOMENTS, MOMENTS)
def test_what_is_overdue_is_what_came_in_early_enough(since: datetime, now: datetime) -> None:
    assert (due(since) <= now) == (since <= overdue_since(now))


@given(MOMENTS)
def test_nothing_is_due_at_a_weekend_or_within_a_day(since: datetime) -> None:
    assert due(since).weekday() < 5
    assert timedelta(days=1) <= due(since) - since <= timedelta(days=3)
