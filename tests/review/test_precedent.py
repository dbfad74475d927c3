"""Precedent: what was answered on the same topic, the most similar words first."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from auditor.review.precedent import NEAREST, precedent
from auditor.store.appeals import STATES, Appeal, State, Step

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


def about(quote: str) -> dict[str, dict[str, str]]:
    return {"finding": {"quote": quote}}


def appeal(number: int, state: State, quote: str = "你自己想想后果") -> Appeal:
    steps = (Step(1, "open", "不服", "agent", NOON), Step(2, state, "答复", "qa", NOON))
    return Appeal(number, f"C{number}", "finding", "f", "A1", "agent", NOON, "threat", about(quote), steps)


def test_the_most_similar_words_come_first() -> None:
    past = [
        appeal(1, "rejected", "今天不还就上门找你家人"),
        appeal(2, "accepted", "再拖下去后果你自己想"),
        appeal(3, "rejected", "合同里写得很清楚"),
        appeal(4, "final_accepted", "后果你自己想清楚"),
    ]
    found = precedent(about("后果你自己考虑清楚"), past)
    assert (found.accepted, found.rejected) == (2, 2)
    assert [(r.appeal.appeal, r.accepted) for r in found.nearest][:2] == [(4, True), (2, True)]
    assert found.nearest[0].likeness > found.nearest[2].likeness


def test_what_nobody_answered_is_no_precedent_and_none_is_its_own() -> None:
    past = [appeal(1, "open"), appeal(2, "withdrawn"), appeal(3, "escalated"), appeal(4, "accepted")]
    assert precedent(about("你自己想想后果"), past, but=4).nearest == ()


@given(st.lists(st.tuples(st.sampled_from(STATES), st.text(max_size=12)), max_size=8), st.text(max_size=12))
def test_every_answer_counts_once_and_few_are_shown(past: list[tuple[State, str]], quote: str) -> None:
    earlier = [appeal(n, state, said) for n, (state, said) in enumerate(past)]
    found = precedent(about(quote), earlier)
    ruled = [s for s, _ in past if s.endswith(("accepted", "rejected"))]
    assert found.accepted + found.rejected == len(ruled)
    assert len(found.nearest) == min(NEAREST, len(ruled))
    likeness = [r.likeness for r in found.nearest]
    assert likeness == sorted(likeness, reverse=True)
    assert all(0 <= each <= 1 for each in likeness)
