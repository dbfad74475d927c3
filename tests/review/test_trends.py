"""What numbers of calls allow to say: intervals, differences, and how many comparisons there were."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.review.trends import (
    FALSE_DISCOVERIES,
    FEW,
    FULL_SCORE,
    Sample,
    Share,
    compare,
    difference_interval,
    interval,
)

COUNTS = st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
SAMPLES = st.builds(Sample, st.integers(2, 400), st.floats(0, 100), st.floats(0.1, 50))


@settings(deadline=None)
@given(COUNTS)
def test_the_interval_of_a_share_holds_it_and_stays_between_nought_and_one(counts: tuple[int, int]) -> None:
    share = Share(*counts)
    found = interval(share)
    assert found is not None
    assert share.value is not None
    assert 0.0 <= found.low <= share.value <= found.high <= 1.0
    assert found.low < found.high


@settings(deadline=None)
@given(COUNTS, st.integers(2, 20))
def test_more_calls_of_the_same_share_say_more(counts: tuple[int, int], times: int) -> None:
    few, many = interval(Share(*counts)), interval(Share(counts[0] * times, counts[1] * times))
    assert few is not None
    assert many is not None
    assert many.high - many.low < few.high - few.low


@settings(deadline=None)
@given(SAMPLES, st.integers(2, 20))
def test_the_interval_of_a_mean_holds_it_stays_among_scores_and_shrinks(sample: Sample, times: int) -> None:
    few, many = interval(sample), interval(Sample(sample.of * times, sample.value, sample.deviation))
    assert few is not None
    assert many is not None
    assert sample.value is not None
    assert 0.0 <= few.low <= sample.value <= few.high <= FULL_SCORE
    assert many.high - many.low <= few.high - few.low


@settings(deadline=None)
@given(COUNTS, COUNTS)
def test_the_interval_of_a_difference_holds_it_and_turns_with_the_order(
    one: tuple[int, int], two: tuple[int, int]
) -> None:
    before, after = Share(*one), Share(*two)
    there, back = difference_interval(before, after), difference_interval(after, before)
    assert there is not None
    assert back is not None
    assert before.value is not None
    assert after.value is not None
    assert -1.0 - 1e-9 <= there.low <= after.value - before.value <= there.high <= 1.0 + 1e-9
    assert back.low == pytest.approx(-there.high)
    assert back.high == pytest.approx(-there.low)


@pytest.mark.parametrize(
    ("before", "after", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 873–890, table II, method 10
        (Share(48, 80), Share(56, 70), 0.0524, 0.3339),
        (Share(3, 10), Share(9, 10), 0.1705, 0.8090),
        (Share(5, 56), Share(0, 29), -0.1926, 0.0381),
    ],
)
def test_the_difference_of_shares_agrees_with_what_was_published(
    before: Share, after: Share, low: float, high: float
) -> None:
    found = difference_interval(before, after)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-4)


def test_wilson_agrees_with_what_was_published() -> None:
    # Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3
    for done, of, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        found = interval(Share(done, of))
        assert found is not None
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-4)


def test_nothing_is_said_of_nothing() -> None:
    assert interval(Share(0, 0)) is None
    assert interval(Sample(1, 80.0, None)) is None
    assert interval(Sample(9, 100.0, 0.0)) is None
    assert difference_interval(Share(0, 0), Share(3, 4)) is None
    assert compare([]) == []


def test_fewer_calls_than_enough_are_not_compared() -> None:
    (found,) = compare([(Share(0, FEW - 1), Share(500, 500))])
    assert (found.verdict, found.chance) == ("few", None)


def test_a_clear_change_stands_out_and_a_small_one_does_not() -> None:
    pairs = [(Share(12, 40), Share(31, 42)), (Share(31, 42), Share(12, 40)), (Share(20, 40), Share(22, 40))]
    assert [c.verdict for c in compare(pairs)] == ["better", "worse", "same"]
    scores = [(Sample(40, 70.0, 9.0), Sample(38, 82.0, 9.0)), (Sample(40, 70.0, 9.0), Sample(38, 71.0, 9.0))]
    assert [c.verdict for c in compare(scores)] == ["better", "same"]


def test_scores_without_spread_are_compared_by_themselves() -> None:
    same, risen = compare(
        [(Sample(9, 100.0, 0.0), Sample(9, 100.0, 0.0)), (Sample(9, 60.0, 0.0), Sample(9, 100.0, 0.0))]
    )
    assert (same.verdict, risen.verdict) == ("same", "better")


def test_what_stands_out_alone_may_drown_among_many() -> None:
    alone = (Share(10, 30), Share(19, 30))
    assert compare([alone])[0].verdict == "better"
    assert compare([alone, *[(Share(15, 30), Share(15, 30))] * 200])[0].verdict == "same"


def test_where_nothing_changed_hardly_anything_is_said_to_have() -> None:
    """A thousand batches without any change: at most the promised share of them names one."""
    chance = random.Random(7)

    def drawn() -> Share:
        return Share(sum(chance.random() < 0.7 for _ in range(30)), 30)

    batches = 300
    wrong = sum(
        any(c.verdict != "same" for c in compare([(drawn(), drawn()) for _ in range(12)])) for _ in range(batches)
    )
    assert wrong / batches <= FALSE_DISCOVERIES


@settings(deadline=None)
@given(st.lists(st.tuples(COUNTS, COUNTS), max_size=20))
def test_comparing_never_fails_and_says_the_direction(pairs: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    for found in compare([(Share(*one), Share(*two)) for one, two in pairs]):
        if found.verdict in ("better", "worse"):
            assert (found.difference > 0) == (found.verdict == "better")
            assert found.chance is not None
            assert 0.0 <= found.chance <= FALSE_DISCOVERIES
