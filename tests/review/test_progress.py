"""What improved, what slipped, and who stands below the team: on a real home whose answers are known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.review import progress
from auditor.review.periods import GRAINS, Grain, Period, period
from auditor.review.progress import SCORE
from auditor.review.trends import Share
from auditor.store import trends
from auditor.store.answers import Filters
from auditor.store.queries import Store
from tests.web.coached import coached

OCTOBER = Period("month", date(2026, 10, 1))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(coached(tmp_path_factory.mktemp("coached") / "home")) as found:
        yield found


def test_what_changed_is_named_and_nothing_else(store: Store) -> None:
    found = progress.changes(store, Filters(), OCTOBER)
    told = {(c.group, c.measure): c.comparison.verdict for c in found if c.by == "agent"}
    assert (told["A001", "introduction"], told["A001", SCORE]) == ("better", "better")
    assert (told["A002", "introduction"], told["A002", SCORE]) == ("worse", "worse")
    assert (told["A003", "introduction"], told["A003", SCORE], told["A003", "closing"]) == ("same", "same", "same")
    assert told["B001", "introduction"] == "few"
    assert {c.group for c in found if c.by == "team"} == {"一组", "二组"}
    assert [c.comparison.verdict for c in found if c.by == "all" and c.measure == "introduction"] == ["same"]


def test_the_first_period_has_nothing_before_it(store: Store) -> None:
    found = progress.changes(store, Filters(), OCTOBER.previous(), groups=("all",))
    assert {c.comparison.verdict for c in found} == {"few"}


def test_an_agent_is_held_against_the_rest_of_the_team(store: Store) -> None:
    inside = progress.within(Filters(), OCTOBER)
    people = trends.agents(store, inside)
    cells = progress.standing(people, trends.step_shares(store, inside, by="agent"))
    low = cells["A002", "introduction"]
    assert (low.after, low.before, low.verdict) == (Share(5, 20), Share(35, 40), "worse")
    # alone in the team: nobody to be compared with
    assert (cells["B001", "introduction"].before, cells["B001", "introduction"].verdict) == (Share(0, 0), "few")
    by_page = progress.against_team(store, next(a for a in people if a.agent_id == "A002"), OCTOBER)
    assert by_page["introduction"].before == Share(35, 40)
    assert (by_page[SCORE].after.of, by_page[SCORE].before.of, by_page[SCORE].verdict) == (20, 40, "worse")


def test_a_trend_has_a_point_for_each_period_with_calls(store: Store) -> None:
    lines = progress.trend(store, Filters(agents=("A001",)), OCTOBER)
    assert list(lines) == [SCORE, "introduction", "closing"]
    assert [(p.start.month, p.figure) for p in lines["introduction"]] == [(9, Share(4, 20)), (10, Share(17, 20))]
    assert [p.start.month for p in progress.trend(store, Filters(), OCTOBER.previous())[SCORE]] == [9]


@given(st.sampled_from(GRAINS), st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 30))
def test_periods_cover_every_day_once(grain: Grain, day: date, steps: int) -> None:
    now = period(grain, day)
    assert now.start <= day <= now.end
    assert now.next().start == now.end + timedelta(days=1)
    assert now.next().previous() == now
    back = now.previous(steps)
    for _ in range(steps):
        back = back.next()
    assert back == now
