"""Drawing calls by a seed, and what those that people listened to say of what the rules miss."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.review.sampling import draw, estimate, interval
from auditor.store.samples import Stratum

IDS = st.sets(st.text(max_size=8), min_size=1, max_size=60)


@given(IDS, st.integers(1, 80), st.text(max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_calls_changes_nothing(calls: set[str], size: int, seed: str, chance: object) -> None:
    mixed = sorted(calls)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    drawn = draw({"": sorted(calls)}, size, seed)
    assert draw({"": mixed}, size, seed) == drawn
    assert len({m.call_id for m in drawn}) == len(drawn) == min(size, len(calls))
    assert {m.call_id for m in drawn} <= calls


@given(IDS, IDS, st.integers(1, 20), st.text(max_size=8))
def test_calls_that_come_later_never_bring_in_an_earlier_one(
    calls: set[str], later: set[str], size: int, seed: str
) -> None:
    before = {m.call_id for m in draw({"": calls}, size, seed)}
    after = {m.call_id for m in draw({"": calls | later}, size, seed)}
    assert after & calls <= before


@given(IDS, st.integers(1, 20), st.text(max_size=8))
def test_a_smaller_sample_is_the_beginning_of_a_larger_one(calls: set[str], size: int, seed: str) -> None:
    assert draw({"": calls}, size + 5, seed)[:size] == draw({"": calls}, size, seed)


def test_every_stratum_gives_as_many_as_it_can() -> None:
    frame = {"甲": [f"a{n}" for n in range(9)], "乙": ["b0"], "丙": [f"c{n}" for n in range(4)]}
    drawn = draw(frame, 3, "七")
    assert {s: sum(m.stratum == s for m in drawn) for s in frame} == {"甲": 3, "乙": 1, "丙": 3}
    assert all(m.call_id in frame[m.stratum] for m in drawn)
    assert {m.call_id for m in drawn} != {m.call_id for m in draw(frame, 3, "八")}


def test_every_call_is_drawn_about_equally_often() -> None:
    """Over seeds, each of twenty calls is in about half of the samples of ten."""
    calls = [f"call-{n}" for n in range(20)]
    often = dict.fromkeys(calls, 0)
    for seed in range(400):
        for member in draw({"": calls}, 10, str(seed)):
            often[member.call_id] += 1
    assert all(150 < times < 250 for times in often.values()), often


def test_a_sample_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        draw({"": ["a"]}, 0, "s")


def test_sixty_clean_calls_with_one_miss() -> None:
    """The textbook interval of Clopper and Pearson."""
    found = estimate([Stratum(338, 60, 60, 1)])
    assert found is not None
    assert (found.reviewed, found.found, f"{found.rate:.1%}") == (60, 1, "1.7%")
    assert (f"{found.low:.1%}", f"{found.high:.1%}") == ("0.0%", "8.9%")
    assert f"{found.low:.5f}" == "0.00042"


def test_nothing_found_in_sixty_still_leaves_six_per_cent_open() -> None:
    found = estimate([Stratum(338, 60, 60, 0)])
    assert found is not None
    assert (found.rate, found.low) == (0.0, 0.0)
    assert round(found.high, 4) == 0.0596
    low, high = interval(5, 5)
    assert (round(low, 3), high) == (0.478, 1.0)


def test_who_has_listened_to_nothing_has_no_estimate() -> None:
    assert estimate([]) is None
    assert estimate([Stratum(100, 5, 0, 0)]) is None


def test_a_stratum_counts_by_the_calls_that_it_stands_for() -> None:
    """Two of two bad in a team of ten, none of two in one of ninety: a tenth of all, not half."""
    found = estimate([Stratum(10, 2, 2, 2), Stratum(90, 2, 2, 0), Stratum(50, 2, 0, 0)])
    assert found is not None
    assert (found.reviewed, found.found) == (4, 2)
    assert found.rate == pytest.approx(0.1)
    assert found.low < 0.1 < found.high
    even = estimate([Stratum(40, 4, 4, 1)])
    assert even is not None
    assert found.high - found.low > even.high - even.low  # weights cost certainty


@pytest.mark.parametrize("of", [5, 30, 60])
@pytest.mark.parametrize("truth", [0.01, 0.05, 0.2, 0.5])
def test_the_interval_holds_the_truth_at_least_as_often_as_it_says(of: int, truth: float) -> None:
    """Summed exactly over everything that may be seen."""
    held = 0.0
    for seen in range(of + 1):
        low, high = interval(seen, of)
        held += (low <= truth <= high) * comb(of, seen) * truth**seen * (1 - truth) ** (of - seen)
    assert held >= 0.95


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_seen_lies_in_its_interval(seen: tuple[int, int]) -> None:
    low, high = interval(*seen)
    assert 0 <= low <= seen[0] / seen[1] <= high <= 1


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50), st.integers(0, 500)), min_size=1, max_size=8))
def test_the_weighted_share_lies_in_its_interval(parts: list[tuple[int, int, int]]) -> None:
    found = estimate([Stratum(n + more, n, n, min(bad, n)) for n, bad, more in parts])
    assert found is not None
    assert -1e-9 <= found.low <= found.rate + 1e-9
    assert found.rate - 1e-9 <= found.high <= 1 + 1e-9
