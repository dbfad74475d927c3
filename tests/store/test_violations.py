"""Violations counted and listed: every number has its calls, decisions count, and a later audit does not reset the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from auditor.store.answers import EVERY_CALL, Filters, Scope
from auditor.store.completeness import Completeness, completeness, failed_by_day
from auditor.store.firsts import first_found
from auditor.store.home import Home
from auditor.store.open_matters import open_appeals
from auditor.store.queries import Store
from auditor.store.timelines import contacts, find_debtors, veiled
from auditor.store.violations import (
    DIMENSIONS,
    EVERY,
    WAITING,
    Which,
    audited,
    clocked,
    count,
    packs,
    tallies,
    total,
    values_of,
    violations,
)
from tests.overseen import AGENCY, CASE, STORED, again, overseen


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return overseen(tmp_path_factory.mktemp("overseen") / "home")


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with Store(home) as store:
        yield store


def test_what_people_decided_counts_and_what_the_machine_said_stays_visible(store: Store) -> None:
    sums = total(store)
    assert (sums.counted, sums.calls, sums.of_calls) == (4, 4, 5)
    assert (sums.machine_confirmed, sums.machine_suspected, sums.confirmed, sums.suspected) == (3, 1, 4, 0)
    assert (sums.undecided, sums.upheld, sums.overturned, sums.added) == (2, 1, 1, 1)


def test_each_number_has_its_denominator(store: Store) -> None:
    rows = {each.one: each for each in tallies(store, one="agency")}
    assert {one: (each.counted, each.calls, each.of_calls) for one, each in rows.items()} == {
        "": (3, 3, 3), AGENCY: (1, 1, 2),
    }  # fmt: skip
    grid = {
        (each.one, each.two): (each.counted, each.of_calls) for each in tallies(store, one="category", two="agency")
    }
    assert grid["insult", AGENCY] == (0, 2)
    assert grid["insult", ""] == (1, 3)
    assert audited(store, one="category", two="agency") == {("", AGENCY): 2, ("", ""): 3}


def test_calls_without_findings_are_counted_too(store: Store) -> None:
    rows = {
        each.one: (each.counted, each.of_calls)
        for each in tallies(store, which=Which({"category": ("off_hours",)}), one="agency")
    }
    assert rows == {"": (1, 3), AGENCY: (0, 2)}


def test_a_finding_counts_under_each_of_its_clauses(store: Store) -> None:
    rows = {each.one: each.counted for each in tallies(store, one="clause")}
    assert rows == {"CBA2026-ban-2": 3, "CivilCode-1032": 3, "": 1}
    only = tallies(store, which=Which({"clause": ("CivilCode-1032",)}), one="clause")
    assert [each.one for each in only] == ["CivilCode-1032"]


@pytest.mark.parametrize("one", DIMENSIONS)
def test_a_number_leads_to_just_the_findings_behind_it(store: Store, one: str) -> None:
    for each in tallies(store, one=one):
        behind = violations(store, which=EVERY.narrowed(one, each.one))
        assert len(behind) == count(store, EVERY_CALL, EVERY.narrowed(one, each.one))
        assert sum(v.effective_status != "overturned" for v in behind) == each.counted


@pytest.mark.parametrize("two", DIMENSIONS)
def test_two_dimensions_add_up_to_one(store: Store, two: str) -> None:
    if two == "clause":  # a finding has several of these
        return
    sums = {each.one: each.counted for each in tallies(store, one="category")}
    for one, counted in sums.items():
        assert sum(each.counted for each in tallies(store, one="category", two=two) if each.one == one) == counted


def test_nobody_sees_or_counts_what_is_out_of_scope(store: Store) -> None:
    other = store.within(Scope(teams=("二组",)))
    assert total(other).of_calls == count(other, EVERY_CALL, EVERY) == 0
    assert not any((tallies(other), violations(other), clocked(other, WAITING, limit=9), find_debtors(other, CASE)))
    assert not any((completeness(other), contacts(other, "case", CASE), open_appeals(other, ("open",))))
    assert values_of(other, "category") == packs(other) == []


def test_the_list_read_page_by_page_has_each_finding_once(store: Store) -> None:
    read, after = [], (-1, "")
    while page := violations(store, limit=2, after=after):
        read += page
        after = (page[-1].result, page[-1].finding_id)
    assert sorted(v.finding_id for v in read) == sorted(v.finding_id for v in violations(store))
    assert violations(store)[0].severity == "critical"


def test_a_later_audit_does_not_reset_when_a_finding_was_found(tmp_path: Path) -> None:
    home = overseen(tmp_path / "home")
    again(home, "K1", STORED + timedelta(days=9))
    with Store(home) as store:
        (left,) = clocked(store, WAITING, limit=9)
        first = first_found(store, [left])[left.finding_id]
    assert (left.call_id, left.code_version, first.code_version) == ("K1", "0.2.0", "0.1.0")
    assert (first.stored_at, left.stored_at - first.stored_at) == (STORED.replace(tzinfo=None), timedelta(days=9))


def test_days_limit_calls_and_findings_alike(store: Store) -> None:
    assert total(store, Filters(since=date(2026, 11, 6))).of_calls == 0
    assert total(store, Filters(since=date(2026, 11, 5), until=date(2026, 11, 5))).counted == 4


def test_completeness_tells_dialled_from_answered(store: Store) -> None:
    own = Completeness(date(2026, 11, 2), None, 5, 3, 0, 3, 0)
    assert completeness(store) == [own, Completeness(date(2026, 11, 2), AGENCY, 2, 2, 0, 2, 0)]
    assert own.unanswered == 2
    assert [each.since for each in completeness(store, bucket="day")] == [date(2026, 11, 5)] * 2
    assert failed_by_day(store) == {}


def test_a_case_is_found_by_its_beginning_and_by_its_veiled_id(store: Store) -> None:
    (found,) = find_debtors(store, CASE[:4])
    assert (found.id, found.calls, found.attempts, found.findings) == (CASE, 5, 2, 4)
    assert [each.kind for each in find_debtors(store, "U2")] == ["customer"]
    calls = contacts(store, "case", veiled(CASE))
    assert calls == contacts(store, "case", CASE)
    assert [c.call_id for c in calls] == ["K1", "K2", "K3", "K4", "M1", "M2", "K5"]
    assert [c.answered for c in calls] == [True] * 4 + [False] * 2 + [True]
    assert calls[1].stop
    assert calls[1].promised is not None
    assert calls[1].promised.due == date(2026, 11, 10)
    assert [len(c.marks) for c in calls] == [1, 0, 1, 1, 0, 0, 1]
    assert contacts(store, "case", "C99") == []


def test_open_appeals_wait_in_their_state(store: Store) -> None:
    (appeal,) = open_appeals(store, ("open", "escalated"))
    assert (appeal.call_id, appeal.state, appeal.opened_at) == ("K3", "open", datetime(2026, 11, 6, 8))
    assert open_appeals(store, ("final_rejected",)) == []
