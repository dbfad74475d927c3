"""The due clock: one working day, counted as people work."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.review.due import WorkingDays, due, overdue, overdue_since

FRIDAY = datetime(2026, 9, 25, 16, 30)


def test_one_working_day_is_the_same_hour_of_the_next_one() -> None:
    assert due(datetime(2026, 9, 24, 16, 30)) == FRIDAY
    assert due(FRIDAY) == datetime(2026, 9, 28, 16, 30)
    assert due(FRIDAY, days=3) == datetime(2026, 9, 30, 16, 30)


def test_what_is_found_at_the_weekend_is_found_on_monday_morning() -> None:
    assert due(datetime(2026, 9, 26, 9)) == due(datetime(2026, 9, 27, 23, 59)) == datetime(2026, 9, 29)


def test_holidays_do_not_count_and_a_worked_weekend_day_does() -> None:
    golden_week = {date(2026, 10, day) for day in range(1, 8)}
    calendar = WorkingDays(frozenset(golden_week), frozenset({date(2026, 10, 10)}))
    assert due(datetime(2026, 9, 30, 10), calendar=calendar) == datetime(2026, 10, 8, 10)
    assert due(datetime(2026, 10, 9, 10), calendar=calendar) == datetime(2026, 10, 10, 10)


def test_it_is_too_late_only_after_the_last_moment() -> None:
    last = datetime(2026, 9, 28, 16, 30)
    assert not overdue(FRIDAY, last)
    assert overdue(FRIDAY, last + timedelta(seconds=1))


def test_an_offset_is_kept() -> None:
    assert due(FRIDAY.replace(tzinfo=UTC)).tzinfo is UTC
    assert due(datetime(2026, 9, 26, tzinfo=UTC)).tzinfo is UTC


def test_a_calendar_without_working_days_is_refused() -> None:
    every = {date(2026, 9, 25) + timedelta(days=n) for n in range(800)}
    with pytest.raises(ValueError, match="no working day"):
        due(FRIDAY, calendar=WorkingDays(holidays=frozenset(every)))


moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1))


@given(moments, moments)
def test_who_found_earlier_is_never_due_later(one: datetime, other: datetime) -> None:
    first, second = sorted((one, other))
    assert due(first) <= due(second)


@given(moments, st.integers(1, 20), st.sets(st.dates(date(2020, 1, 1), date(2040, 3, 1)), max_size=30))
def test_it_is_due_on_a_working_day_and_so_many_lie_in_between(found: datetime, days: int, off: set[date]) -> None:
    calendar = WorkingDays(frozenset(off))
    last = due(found, days, calendar)
    assert last.date() in calendar
    between = [found.date() + timedelta(days=n) for n in range(1, (last.date() - found.date()).days + 1)]
    assert sum(day in calendar for day in between) == days + (found.date() not in calendar)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)).filter(lambda moment: moment.time() > time()),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 1)), max_size=20),
)
def test_what_was_found_early_enough_is_too_late(found: datetime, now: datetime, holidays: set[date]) -> None:
    """But for the stroke of midnight after a day off, which is due that very moment."""
    calendar = WorkingDays(frozenset(holidays))
    assert overdue(found, now, calendar=calendar) == (found < overdue_since(now, calendar))
