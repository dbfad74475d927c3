"""What a person sees: totals, counts and lists, with filters, over a home with or without calls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from auditor.errors import NotFoundError
from auditor.store.answers import CategoryCount, Choices, Filters, Overview, ScoreBin, StepCount, Week
from auditor.store.home import Home
from auditor.store.queries import Store
from auditor.store.segments import CallResult

Make = Callable[..., CallResult]
Save = Callable[..., None]

HOSTILE = [
    "'; DROP TABLE calls; --", "通话 “甲”", "a\tb\r\n", "../../etc/passwd", "%", "_", "$x", "{'a': 1}", "=HYPERLINK(1)",
    "😀" * 300, " ", "",
]  # fmt: skip


@pytest.fixture
def full(store: Store, save: Save, make: Make) -> Store:
    """Five calls, one of them superseded, in two segments."""
    save(
        make("A1", score="0.00", category="threat_exposure", day=date(2026, 10, 12), team="一组", agent="A1"),
        make("A2", score="59.50", category="insult", day=date(2026, 10, 18), team="一组", agent="A2", verdict="done"),
        make("B1", score="100.00", category=None, day=date(2026, 10, 19), team="二组", agent="B1", verdict="na"),
    )
    save(
        make("B2", score=None, category="insult", status="suspected", day=None, team=None, agent=None),
        make("A1", score="90.00", category=None, pack="new@2+aaaa", day=date(2026, 10, 12), team="一组", agent="A1"),
    )
    return store


def test_an_empty_home_answers_everything(store: Store) -> None:
    """Before the first call every page has something to show, and nothing fails."""
    assert store.overview() == Overview(0, 0, None, 0, 0, 0, 0.0, None, None, {})
    assert [b.calls for b in store.score_distribution()] == [0] * 10
    assert store.violations_by_category() == []
    assert store.steps_missed() == []
    assert store.trend() == []
    assert store.calls() == []
    assert store.count() == 0
    assert store.choices() == Choices((), (), (), (), (), ())
    assert store.find_call("") == []
    assert store.failed_jobs() == []
    with pytest.raises(NotFoundError, match="A001"):
        store.call("A001")


def test_the_overview_counts_each_call_once(full: Store) -> None:
    """A superseded result is in no total; unscored calls are counted but not averaged."""
    assert full.overview() == Overview(
        calls=4,
        scored=3,
        average=Decimal("83.17"),
        fatal=0,
        with_confirmed=1,
        with_suspected=1,
        seconds=4 * 63.2,
        first_day=date(2026, 10, 12),
        last_day=date(2026, 10, 19),
        bands={"cannot_tell": 1, "pass": 3},
    )


def test_scores_fall_into_bins(full: Store) -> None:
    """100 belongs to the last bin, and empty bins are there."""
    assert full.score_distribution(width=25) == [
        ScoreBin(0, 25, 0),
        ScoreBin(25, 50, 0),
        ScoreBin(50, 75, 1),
        ScoreBin(75, 100, 2),
    ]
    assert [b.high for b in full.score_distribution(width=30)] == [30, 60, 90, 100]


def test_findings_by_category(full: Store) -> None:
    """Confirmed and suspected are told apart."""
    assert full.violations_by_category() == [CategoryCount("insult", 1, 1, 2, "minor")]


def test_steps_in_the_order_of_the_script(full: Store) -> None:
    """Each step with its four verdicts."""
    assert full.steps_missed() == [
        StepCount("introduction", "自报身份", 4, 0, 0, 0),
        StepCount("closing", "结束语", 1, 2, 1, 0),
    ]


def test_weeks_begin_on_monday(full: Store) -> None:
    """A Sunday belongs to the week before; calls without a date are left out."""
    assert full.trend() == [
        Week(date(2026, 10, 12), 2, 2, Decimal("74.75"), 0, 1, 0),
        Week(date(2026, 10, 19), 1, 1, Decimal("100.00"), 0, 0, 0),
    ]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (Filters(), ["A1", "A2", "B1", "B2"]),
        (Filters(teams=("一组",)), ["A1", "A2"]),
        (Filters(teams=("一组", "二组")), ["A1", "A2", "B1"]),
        (Filters(agents=("B1",)), ["B1"]),
        (Filters(products=("credit_card",), regions=("CN",)), ["A1", "A2", "B1", "B2"]),
        (Filters(regions=("TW",)), []),
        (Filters(parties=("debtor_verified",), bands=("cannot_tell",)), ["B2"]),
        (Filters(categories=("insult",)), ["A2", "B2"]),
        (Filters(categories=("threat_exposure",)), []),
        (Filters(since=date(2026, 10, 18)), ["A2", "B1"]),
        (Filters(since=date(2026, 10, 12), until=date(2026, 10, 18)), ["A1", "A2"]),
        (Filters(include_unscored=False), ["A1", "A2", "B1"]),
        (Filters(teams=("'; DROP TABLE calls; --",)), []),
    ],
)
def test_filters_choose_calls(full: Store, filters: Filters, ids: list[str]) -> None:
    """The list, its count and the overview agree on which calls are meant."""
    assert sorted(row.call_id for row in full.calls(filters)) == ids
    assert full.count(filters) == full.overview(filters).calls == len(ids)
    for view in (full.score_distribution, full.violations_by_category, full.steps_missed, full.trend):
        assert isinstance(view(filters), list)


def test_the_list_is_ordered_and_paged(full: Store) -> None:
    """Every order puts calls without a value last; pages follow one another without gap."""
    assert [r.call_id for r in full.calls(order="newest")] == ["B1", "A2", "A1", "B2"]
    assert [r.call_id for r in full.calls(order="oldest")] == ["A1", "A2", "B1", "B2"]
    assert [r.call_id for r in full.calls(order="worst")] == ["A2", "A1", "B1", "B2"]
    assert [r.call_id for r in full.calls(order="best")] == ["B1", "A1", "A2", "B2"]
    assert [r.call_id for r in full.calls(order="most_findings")] == ["A2", "B2", "A1", "B1"]
    assert [r.call_id for r in full.calls(limit=2, offset=1)] == ["A2", "A1"]


def test_a_row_of_the_list(full: Store) -> None:
    """A row has what a table shows; the time is the debtor's wall clock."""
    (row,) = full.calls(Filters(agents=("A2",)))
    assert row.started_at == datetime(2026, 10, 18, 10, 32, 5)
    assert (row.score, row.band, row.fatal) == (Decimal("59.50"), "pass", False)
    assert (row.confirmed, row.suspected, row.missed) == (1, 0, 0)
    assert row.warnings == ("clipped", "short")


def test_choices_are_what_there_is(full: Store) -> None:
    """A filter offers each value once, nothing that no call has."""
    assert full.choices() == Choices(
        teams=("一组", "二组"),
        agents=("A1", "A2", "B1"),
        products=("credit_card",),
        regions=("CN",),
        parties=("debtor_verified",),
        categories=("insult",),
    )


def test_a_call_is_found_by_the_beginning_of_its_id(full: Store) -> None:
    """An exact id stands first; nothing in it works as a pattern."""
    assert full.find_call("A") == ["A1", "A2"]
    assert full.find_call("B1") == ["B1"]
    assert full.find_call("%") == []
    assert full.find_call("", limit=3) == ["A1", "A2", "B1"]


def test_hostile_ids_are_only_ids(store: Store, save: Save, make: Make) -> None:
    """No id breaks a query, reaches a file or finds another call."""
    save(*(make(call_id, text=str(n)) for n, call_id in enumerate(HOSTILE)))
    assert store.count() == len(HOSTILE)
    for call_id in HOSTILE:
        assert store.call(call_id).call.call_id == call_id
        assert store.find_call(call_id)[0] == call_id
        assert store.count(Filters(teams=(call_id,), agents=(call_id,), categories=(call_id,))) == 0


def test_what_a_column_can_not_hold_is_still_kept(store: Store, save: Save, make: Make) -> None:
    """Absurd numbers from a metadata file neither stop the run nor are lost."""
    base = make()
    odd = replace(base.call.metadata, amount_due=Decimal("1e40"), days_overdue=10**30, agent_name="\ud83d")
    save(replace(base, call=replace(base.call, metadata=odd)))
    assert store.stored_call("A001").metadata == odd
    assert store.count() == 1


def test_threads_read_at_once(full: Store, save: Save, make: Make) -> None:
    """A dashboard's sessions share one store while calls come in."""
    wrong: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(10):
                assert full.overview().calls >= 4
                assert full.call("B1").call.call_id == "B1"
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(5):
        save(make(f"new-{n}"))
    for thread in threads:
        thread.join()
    assert wrong == []
    assert full.count() == 9


def test_the_version_grows_with_what_is_stored(store: Store, save: Save, make: Make) -> None:
    """A page may keep what it computed until the version changes."""
    before = store.version()
    assert store.version() == before
    save(make())
    assert store.version() > before


def test_a_closed_store_opens_again(full: Store, home: Home) -> None:
    """Closing lets go of the database; the next question opens a new one."""
    full.close()
    assert full.count() == 4
    with Store(home) as other:
        assert other.count() == 4


def test_unanswered_attempts_are_kept_but_are_no_calls_to_look_at(store: Store, save: Save, make: Make) -> None:
    """An attempt that nobody answered is there by its id, and in no list, total or score."""
    attempt = make("N1", score=None, category=None)
    metadata = replace(attempt.call.metadata, answered=False)
    save(make("A1"), replace(attempt, call=replace(attempt.call, metadata=metadata, utterances=()), tokens=()))
    assert [row.call_id for row in store.calls()] == ["A1"]
    assert store.overview().calls == store.count() == 1
    assert store.call("N1").call.metadata.answered is False
