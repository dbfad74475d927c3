"""The event log read: filters find just what they name, whatever is written in an event."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.store.events import Event, EventFilter, count, events, kinds
from auditor.store.home import Home
from auditor.store.ledger import Ledger, append_event

AT = datetime(2026, 11, 6, 17, 30, tzinfo=UTC)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


def read(home: Home, wanted: EventFilter) -> list[Event]:
    with Ledger(home) as ledger, ledger.reading() as db:
        found = events(db, wanted)
        assert count(db, wanted) == len(found)
        return found


def test_pages_follow_each_other_from_the_latest(home: Home) -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        for n in range(5):
            append_event(db, AT, "decided" if n % 2 else "exported", {"n": n})
        assert [e.seq for e in events(db, EventFilter(), limit=2, offset=2)] == [3, 2]
        assert kinds(db) == ["decided", "exported"]
    assert [e.seq for e in read(home, EventFilter(kind="decided"))] == [4, 2]


def test_days_are_those_of_the_reader(home: Home) -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        append_event(db, AT, "decided", {})  # 01:30 of the next day in China
    china = timezone(timedelta(hours=8))
    assert read(home, EventFilter(until=date(2026, 11, 6), zone=china)) == []
    assert len(read(home, EventFilter(since=date(2026, 11, 7), until=date(2026, 11, 7), zone=china))) == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names, names)
def test_a_person_is_found_by_the_whole_name_only(home: Home, one: str, other: str) -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        mine = append_event(db, AT, "decided", {"by": one, "call_id": other})
        append_event(db, AT, "decided", {"note": f'"by":"{one}"', "by": one + "x"})
    found = read(home, EventFilter(by=one, call_id=other))
    assert mine in [e.seq for e in found]
    assert {(e.by, e.call_id) for e in found} == {(one, other)}


def test_a_body_that_was_tampered_with_is_still_shown(home: Home) -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        append_event(db, AT, "decided", {"by": "liu"})
        db.execute("UPDATE events SET body = '{broken'")
    (event,) = read(home, EventFilter())
    assert (event.body, event.by) == ("{broken", "")
