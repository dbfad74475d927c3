"""Precedent: what was answered on the same topic, the most similar words first."""

from __future__ import annotations

from dataclasses import replace
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
    found = precedent("后果你自己考虑清楚", past)
    assert (found.accepted, found.rejected) == (2, 2)
    assert [(r.appeal.appeal, r.accepted) for r in found.nearest][:2] == [(4, True), (2, True)]
    assert found.nearest[0].likeness > found.nearest[2].likeness


def test_what_nobody_answered_is_no_precedent_and_none_is_its_own() -> None:
    past = [appeal(1, "open"), appeal(2, "withdrawn"), appeal(3, "escalated"), appeal(4, "accepted")]
    assert precedent("你自己想想后果", past, but=4).nearest == ()


def test_of_a_missed_step_the_reasons_are_compared_and_without_one_the_latest_come_first() -> None:
    steps = [replace(appeal(n, "rejected"), kind="step", about={"step": {"why": "没有询问"}}) for n in (1, 2)]
    heard = replace(steps[0], steps=(replace(steps[0].steps[0], text="客户抢话，我后面问了"), steps[0].steps[1]))
    found = precedent("客户一直抢话，我后来问过", [heard, steps[1]])
    assert [r.appeal.appeal for r in found.nearest] == [1, 2]
    assert [r.appeal.appeal for r in precedent("", [heard, steps[1]]).nearest] == [2, 1]


@given(st.lists(st.tuples(st.sampled_from(STATES), st.text(max_size=12)), max_size=8), st.text(max_size=12))
def test_every_answer_counts_once_and_few_are_shown(past: list[tuple[State, str]], quote: str) -> None:
    earlier = [appeal(n, state, said) for n, (state, said) in enumerate(past)]
    found = precedent(quote, earlier)
    ruled = [s for s, _ in past if s.endswith(("accepted", "rejected"))]
    assert found.accepted + found.rejected == len(ruled)
    assert len(found.nearest) == min(NEAREST, len(ruled))
    likeness = [r.likeness for r in found.nearest]
    assert likeness == sorted(likeness, reverse=True)
    assert all(0 <= each <= 1 for each in likeness)
