"""How agents, teams and steps develop, asked of a real home: what people decided counts, and scope holds everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from auditor.models import finding_id
from auditor.store import moments, trends
from auditor.store.answers import Filters, Scope
from auditor.store.decisions import Decision, Kind, record
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from auditor.store.trends import Mark
from tests.web.coached import EACH, HALF, SAY_INSTEAD, call_id, coached

OCTOBER = Filters(since=date(2026, 10, 1), until=date(2026, 10, 31))
AT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(coached(tmp_path / "home")) as found:
        yield found


def decide(store: Store, call: str, kind: Kind, item: str, verdict: str) -> None:
    with Ledger(store.home) as ledger, ledger.writing() as db:
        record(db, Decision(call, kind, item, verdict, "qa", AT), 0)


def introduced(store: Store, filters: Filters = OCTOBER) -> dict[str | None, tuple[int, int]]:
    found = trends.step_shares(store, filters, by="agent")
    return {each.group: (each.done, each.of) for each in found if each.step == "introduction"}


def test_steps_are_counted_by_agent_and_month(store: Store) -> None:
    assert introduced(store) == {"A001": (17, 20), "A002": (5, 20), "A003": (18, 20), "B001": (1, 3)}
    found = trends.step_shares(store, Filters(teams=("一组",)), grain="month")
    assert [(f.start, f.step, f.done, f.of) for f in found] == [
        (date(2026, 9, 1), "introduction", 40, 60),
        (date(2026, 9, 1), "closing", 60, 60),
        (date(2026, 10, 1), "introduction", 40, 60),
        (date(2026, 10, 1), "closing", 60, 60),
    ]


def test_scores_come_with_their_spread_and_one_agent_can_be_left_out(store: Store) -> None:
    (whole,) = trends.scores(store, Filters(teams=("一组",), since=OCTOBER.since, until=OCTOBER.until))
    assert (whole.calls, whole.scored) == (60, 60)
    assert whole.mean == pytest.approx(90.0)
    assert whole.deviation == pytest.approx(14.2615, abs=1e-3)
    (rest,) = trends.scores(store, OCTOBER, apart="A002", by="all")
    assert rest.calls == 43


def test_the_periods_and_agents_of_a_choice(store: Store) -> None:
    assert trends.starts(store, Filters(), "month") == [date(2026, 10, 1), date(2026, 9, 1)]
    assert trends.starts(store, OCTOBER, "week")[0] == date(2026, 10, 19)
    found = trends.agents(store, Filters(teams=("一组",)))
    assert next((a.agent_id, a.name, a.team, a.calls) for a in found) == ("A001", "王一", "一组", 2 * EACH)


def test_a_step_that_a_person_decided_counts_as_decided(store: Store) -> None:
    assert introduced(store)["A002"] == (5, 20)
    decide(store, call_id("A002", 10, 19), "step", "introduction", "done")
    decide(store, call_id("A002", 10, 18), "step", "introduction", "na")
    assert introduced(store)["A002"] == (6, 19)


def test_an_overturned_finding_is_none(store: Store) -> None:
    (insults,) = trends.category_shares(store, OCTOBER)
    assert (insults.category, insults.severity, insults.confirmed, insults.calls) == ("insult", "major", 20, 20)
    overturned = call_id("A002", 10, 19)
    assert moments.gravest(store, OCTOBER)[0].call_id == overturned
    decide(store, overturned, "finding", finding_id(overturned, "insult", 2, (0, 9)), "overturned")
    assert [each.confirmed for each in trends.category_shares(store, OCTOBER)] == [19]
    assert moments.gravest(store, OCTOBER)[0].call_id == call_id("A002", 10, 18)


def test_before_and_after_a_day_with_the_team_beside_it(store: Store) -> None:
    marks = [
        Mark(1, "A001", "step", "introduction", date(2026, 10, 1)),
        Mark(2, "A002", "category", "insult", date(2026, 10, 1)),
    ]
    found = {(a.number, a.own, a.after): (a.done, a.of) for a in trends.around(store, marks, 60)}
    # the day itself, on which everybody of the team had a call, is on neither side
    assert found[1, True, False] == (4, 20)
    assert found[1, True, True] == (16, 19)
    assert found[1, False, False] == (36, 40)
    assert found[1, False, True] == (21, 38)
    assert (found[2, True, False], found[2, True, True]) == ((20, 20), (0, 19))
    near = trends.around(store, marks[:1], 5)
    assert {(a.own, a.after): (a.done, a.of) for a in near if a.own} == {(True, True): (5, 5)}


def test_a_nearest_miss_leads_to_the_line_that_was_said(store: Store) -> None:
    (found,) = moments.nearest_misses(store, Filters(agents=("A002",)))
    assert (found.call_id, found.item, found.line, found.quote) == (call_id("A002", 10, 19), "introduction", 1, HALF)


def test_examples_are_the_agents_own_first_then_colleagues(store: Store) -> None:
    (own,) = moments.examples(store, Filters(teams=("一组",)), ["introduction"], "A001")
    assert (own.agent_id, own.line) == ("A001", 1)
    (colleague,) = moments.examples(store, Filters(teams=("一组",)), ["introduction"], "nobody")
    assert colleague.call_id == call_id("A003", 10, 17)
    assert moments.examples(store, Filters(), [], "A001") == []


def test_what_to_say_instead_comes_from_the_audit(store: Store) -> None:
    assert moments.wording(store, OCTOBER, ["introduction", "closing"]) == {"introduction": SAY_INSTEAD}


def test_nothing_out_of_scope_is_told(store: Store) -> None:
    narrow = store.within(Scope(teams=("二组",)))
    assert set(introduced(narrow)) == {"B001"}
    assert [a.agent_id for a in trends.agents(narrow, Filters())] == ["B001"]
    assert [s.calls for s in trends.scores(narrow, OCTOBER)] == [3]
    assert trends.category_shares(narrow, Filters()) == []
    assert moments.gravest(narrow, Filters()) == []
    assert {m.agent_id for m in moments.nearest_misses(narrow, Filters())} == {"B001"}
    assert [m.agent_id for m in moments.examples(narrow, Filters(), ["closing"], "A001")] == ["B001"]
    assert moments.said(narrow, [call_id("A001", 10, 1)]) == {}
    assert trends.around(narrow, [Mark(1, "A001", "step", "introduction", date(2026, 10, 1))], 60) == []
    nobody = store.within(Scope(agents=()))
    assert trends.starts(nobody, Filters(), "month") == []
    assert moments.wording(nobody, Filters(), ["introduction"]) == {}
