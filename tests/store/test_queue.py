"""The work queue: what waits, in which order, for whom; and that nobody sees what they may not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from auditor.models import Finding, Severity, Status, finding_id
from auditor.store import catalog, claims, decisions, queue, samples
from auditor.store.answers import Filters, Scope
from auditor.store.decisions import Decision, Kind
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from auditor.store.queue import EVERYTHING, Moment, Wanted, counts, listed, next_call
from auditor.store.samples import Member
from auditor.store.segments import CallResult

NOW = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
STORED = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
MOMENT = Moment(NOW, NOW - timedelta(days=1), NOW.replace(hour=0))

Save = Callable[..., None]
Make = Callable[..., CallResult]


def found(call_id: str, severity: Severity, status: Status, category: str = "insult", place: int = 0) -> Finding:
    return Finding(
        finding_id(call_id, category, place, (0, 2)), "rule-1", category, severity, status, place, (), (0, 2), "您好",
        0.0, 2.4, "phrase", "因为", (),
    )  # fmt: skip


@pytest.fixture
def filled(home: Home, save: Save, make: Make) -> Home:
    """A fatal call, one to confirm, one that can't be judged, two clean ones, and a confirmed breach that waits for nobody."""

    def call(call_id: str, *findings: Finding, **options: object) -> CallResult:
        made = make(call_id, **{"category": None, "verdict": "done", **options})
        return replace(made, audit=replace(made.audit, findings=findings))

    untold = call("untold", score=None, team="二组", agent="B1")
    save(
        call("fatal", found("fatal", "critical", "confirmed", "threat_violence"), found("fatal", "minor", "suspected", "x", 1)),
        call("unsure", found("unsure", "critical", "suspected"), team="二组", agent="B1", day=date(2026, 10, 20)),
        untold,
        call("clean-1"),
        call("clean-2", team="二组", agent="B1"),
        call("minor", found("minor", "minor", "confirmed")),
        at=STORED,
    )  # fmt: skip
    return home


def decide(home: Home, call_id: str, kind: Kind, item: str, verdict: str, who: str = "甲", at: datetime = NOW) -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        seen = len(decisions.history(db, call_id, kind, item))
        current = catalog.current(db, call_id)
        body = {"result": current.result if current else None}
        decisions.record(db, Decision(call_id, kind, item, verdict, who, at, body), seen)


def claim(home: Home, call_id: str, who: str, at: datetime = NOW) -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        claims.claim(db, call_id, who, at)


def draw(home: Home, *calls: str) -> int:
    with Ledger(home) as ledger, ledger.writing() as db:
        return samples.keep(
            db, [Member(call, "") for call in calls], {"": 2}, filters=Filters(), each="all", count=2, seed="s",
            by="甲", at=NOW,
        )  # fmt: skip


def ids(store: Store, wanted: Wanted = EVERYTHING, who: str = "甲", moment: Moment = MOMENT) -> list[str]:
    return [row.call_id for row in listed(store, wanted, who, moment)]


def test_what_waits_stands_by_risk_and_says_why(filled: Home, store: Store) -> None:
    draw(filled, "clean-2", "clean-1")
    rows = listed(store, EVERYTHING, "甲", MOMENT)
    assert [(r.call_id, r.kind) for r in rows] == [
        ("fatal", "knock_out"), ("unsure", "suspected"), ("untold", "cannot_tell"), ("clean-2", "sampled"),
        ("clean-1", "sampled"),
    ]  # fmt: skip
    fatal = rows[0]
    assert (fatal.category, fatal.severity, fatal.status) == ("threat_violence", "critical", "confirmed")
    assert (fatal.findings, fatal.undecided, fatal.state, fatal.holder) == (2, 2, "open", None)
    assert rows[2].category == ""
    assert [row.risk for row in rows[:3]] == sorted((row.risk for row in rows[:3]), reverse=True)


def test_a_step_that_could_not_be_told_waits_too(home: Home, store: Store, save: Save, make: Make) -> None:
    save(make("heard", category=None, verdict="cannot_tell"), make("fine", category=None, verdict="done"))
    assert [(r.call_id, r.kind) for r in listed(store, EVERYTHING, "甲", MOMENT)] == [("heard", "cannot_tell")]


def test_pages_follow_each_other(filled: Home, store: Store) -> None:
    whole = ids(store)
    parts = [listed(store, EVERYTHING, "甲", MOMENT, limit=1, offset=n)[0].call_id for n in range(len(whole))]
    assert parts == whole
    assert listed(store, EVERYTHING, "甲", MOMENT, offset=len(whole)) == []


def test_who_works_on_what(filled: Home, store: Store) -> None:
    claim(filled, "fatal", "甲")
    claim(filled, "unsure", "乙")
    claim(filled, "untold", "丙", NOW - timedelta(minutes=31))
    assert {r.call_id: (r.state, r.holder) for r in listed(store, EVERYTHING, "甲", MOMENT)} == {
        "fatal": ("mine", "甲"), "unsure": ("others", "乙"), "untold": ("open", None),
    }  # fmt: skip
    assert ids(store, Wanted(states=("mine",))) == ["fatal"]
    assert ids(store, Wanted(states=("mine",)), who="乙") == ["unsure"]
    held = listed(store, Wanted(states=("others",)), "甲", MOMENT)[0].held_until
    assert held == NOW + claims.LEASE


def test_a_call_stays_until_it_is_signed_off(filled: Home, store: Store) -> None:
    """Overturning its only breach does not take it from under the reviewer."""
    claim(filled, "unsure", "甲")
    decide(filled, "unsure", "finding", found("unsure", "critical", "suspected").finding_id, "overturned")
    (row,) = listed(store, Wanted(states=("mine",)), "甲", MOMENT)
    assert (row.call_id, row.findings, row.undecided) == ("unsure", 1, 0)
    decide(filled, "unsure", "call", "", "signed")
    assert "unsure" not in ids(store, Wanted(states=("open", "mine", "others")))
    (row,) = listed(store, Wanted(states=("signed",)), "甲", MOMENT)
    assert (row.call_id, row.signed_by, row.holder) == ("unsure", "甲", None)
    decide(filled, "unsure", "call", "", "open")
    assert ids(store, Wanted(states=("mine",))) == ["unsure"]


def test_every_kind_is_counted_by_state(filled: Home, store: Store) -> None:
    draw(filled, "clean-1", "clean-2")
    claim(filled, "fatal", "甲")
    claim(filled, "clean-1", "乙")
    decide(filled, "clean-2", "call", "", "signed")
    by_kind = {c.kind: c for c in counts(store, Wanted(kinds=("suspected",), states=("open",)), "甲", MOMENT)}
    assert list(by_kind) == list(queue.KINDS)
    assert {kind: (c.open, c.mine, c.others, c.signed) for kind, c in by_kind.items()} == {
        "knock_out": (0, 1, 0, 0), "suspected": (1, 0, 0, 0), "cannot_tell": (1, 0, 0, 0), "sampled": (0, 0, 1, 1),
    }  # fmt: skip
    assert (by_kind["sampled"].waiting, by_kind["sampled"].all) == (1, 2)


def test_a_critical_finding_that_nobody_ruled_on_becomes_overdue(filled: Home, store: Store) -> None:
    on_time, late = Moment(NOW, STORED, NOW), Moment(NOW, STORED + timedelta(seconds=1), NOW)
    assert sum(c.overdue for c in counts(store, EVERYTHING, "甲", on_time)) == 0
    assert {c.kind: c.overdue for c in counts(store, EVERYTHING, "甲", late) if c.overdue} == {
        "knock_out": 1, "suspected": 1,
    }  # fmt: skip
    assert [r.critical_since for r in listed(store, EVERYTHING, "甲", late)] == [STORED, STORED, None]
    decide(filled, "fatal", "finding", found("fatal", "critical", "confirmed", "threat_violence").finding_id, "upheld")
    assert {r.call_id: r.overdue for r in listed(store, EVERYTHING, "甲", late)} == {
        "fatal": False, "unsure": True, "untold": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(kinds=("knock_out",)), ["fatal"]),
        (Wanted(kinds=("suspected", "cannot_tell")), ["unsure", "untold"]),
        (Wanted(Filters(teams=("二组",))), ["unsure", "untold"]),
        (Wanted(Filters(agents=("A017",))), ["fatal"]),
        (Wanted(Filters(products=("mortgage",))), []),
        (Wanted(Filters(regions=("CN",), categories=("threat_violence",))), ["fatal"]),
        (Wanted(Filters(since=date(2026, 10, 20), until=date(2026, 10, 20))), ["unsure"]),
        (Wanted(severities=("minor",)), ["fatal"]),
        (Wanted(severities=("critical",)), ["fatal", "unsure"]),
        (Wanted(sample=7), []),
    ],
)
def test_filters_narrow_the_queue(filled: Home, store: Store, wanted: Wanted, expected: list[str]) -> None:
    assert ids(store, wanted) == expected
    if not wanted.kinds:
        assert sum(c.all for c in counts(store, wanted, "甲", MOMENT)) == len(expected)


def test_one_sample_alone(filled: Home, store: Store) -> None:
    first, second = draw(filled, "clean-1"), draw(filled, "clean-2", "clean-1")
    assert ids(store, Wanted(sample=first)) == ["clean-1"]
    assert ids(store, Wanted(sample=second)) == ["clean-2", "clean-1"]


def test_nobody_sees_the_queue_of_another_team(filled: Home, store: Store) -> None:
    mine = store.within(Scope(teams=("二组",)))
    assert ids(mine) == ["unsure", "untold"]
    assert sum(c.all for c in counts(mine, EVERYTHING, "甲", MOMENT)) == 2
    assert ids(store.within(Scope(teams=()))) == []
    assert next_call(store.within(Scope(teams=("三组",))), EVERYTHING, "甲", MOMENT) is None


def test_the_next_call_is_the_first_that_nobody_works_on(filled: Home, store: Store) -> None:
    assert next_call(store, EVERYTHING, "甲", MOMENT) == "fatal"
    claim(filled, "fatal", "乙")
    assert next_call(store, EVERYTHING, "甲", MOMENT) == "unsure"
    assert next_call(store, EVERYTHING, "甲", MOMENT, after="unsure") == "untold"
    assert next_call(store, EVERYTHING, "甲", MOMENT, after="untold") == "unsure"
    decide(filled, "unsure", "call", "", "signed")
    assert next_call(store, EVERYTHING, "甲", MOMENT, after="unsure") == "untold"
    assert next_call(store, Wanted(kinds=("suspected",)), "甲", MOMENT) is None
    assert next_call(store, EVERYTHING, "甲", MOMENT, after="never stored") == "untold"


def test_what_a_person_signed_off_today(filled: Home, store: Store) -> None:
    decide(filled, "fatal", "call", "", "signed")
    decide(filled, "minor", "call", "", "signed")
    decide(filled, "unsure", "call", "", "signed", who="乙")
    decide(filled, "untold", "call", "", "signed", at=MOMENT.today - timedelta(seconds=1))
    assert queue.signed_off(store, "甲", MOMENT) == 2


def test_a_breach_added_by_a_person_does_not_change_why_a_call_waits(filled: Home, store: Store) -> None:
    draw(filled, "clean-1")
    breach = found("clean-1", "critical", "confirmed", "insult_severe")
    with Ledger(filled) as ledger, ledger.writing() as db:
        added = replace(breach, rule_id="person", matched_by="person")
        body = {"finding": {f: getattr(added, f) for f in Finding.__slots__}}
        decisions.record(db, Decision("clean-1", "added", added.finding_id, "added", "甲", NOW, body), 0)
    (row,) = listed(store, Wanted(kinds=("sampled",)), "甲", MOMENT)
    assert (row.call_id, row.findings, row.critical_since) == ("clean-1", 0, None)
