"""Scores: between 0 and 100, every lost point named, and only what is confirmed takes any."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.models import CATEGORIES, SEVERITIES, STEPS, VERDICTS, Finding, Severity, Status, StepResult, Verdict
from auditor.rules.pack import load_pack
from auditor.scoring.scorecard import score

PACK = load_pack(Path(__file__).parent.parent / "golden" / "pack")
SCORING = PACK.scoring
WEIGHTS = {s.id: s.weight for s in PACK.steps}


def step(name: str, verdict: Verdict, weight: int | None = None) -> StepResult:
    """A step's verdict."""
    return StepResult(
        name, name, WEIGHTS[name] if weight is None else weight, verdict, None, (), "", None, None, "", ""
    )


def finding(category: str, severity: Severity, status: Status = "confirmed", number: int = 0) -> Finding:
    """A finding in an utterance of its own."""
    return Finding(
        f"{category}{number}", "r", category, severity, status, number, (), (0, 1), "好", 0, 1, "phrase", "因", ()
    )


DONE = [step(s, "done") for s in STEPS]
STEP_LISTS = st.tuples(*(st.sampled_from(VERDICTS) for _ in STEPS)).map(
    lambda verdicts: [step(s, v) for s, v in zip(STEPS, verdicts, strict=True)]
)
FINDINGS = st.lists(
    st.builds(finding, st.sampled_from(CATEGORIES), st.sampled_from(SEVERITIES), st.sampled_from(["confirmed", "suspected"]), st.integers(0, 99)),
    max_size=8,
)  # fmt: skip


@given(STEP_LISTS, FINDINGS)
@settings(deadline=None, max_examples=300)
def test_the_books_balance(steps: list[StepResult], findings: list[Finding]) -> None:
    """0 ≤ score ≤ 100; deductions are never negative and add up exactly; fatal is 0, major at most 60."""
    card = score(steps, findings, SCORING)
    confirmed = [f.severity for f in findings if f.status == "confirmed"]
    judged = [s for s in steps if s.verdict in ("done", "missed")]
    assert card.fatal == ("critical" in confirmed)
    if card.score is None:
        assert (card.band, card.deductions, judged) == ("cannot_tell", (), [])
        return
    assert 0 <= card.score <= 100
    assert sum((d.points for d in card.deductions), Decimal(0)) == 100 - card.score
    assert all(d.points >= 0 for d in card.deductions)
    assert not card.fatal or (card.score == 0 and card.band == "fail")
    assert "major" not in confirmed or card.score <= 60
    assert card.band == (
        "fail"
        if card.fatal or card.score < 60
        else "weak"
        if card.score < 75
        else "pass"
        if card.score < 90
        else "excellent"
    )


@given(STEP_LISTS, FINDINGS, st.sampled_from(CATEGORIES), st.sampled_from(SEVERITIES))
@settings(deadline=None, max_examples=200)
def test_a_suspicion_takes_nothing_and_a_finding_gives_nothing(
    steps: list[StepResult], findings: list[Finding], category: str, severity: Severity
) -> None:
    """A suspected finding never changes the card; a confirmed one never raises the score."""
    before = score(steps, findings, SCORING)
    assert score(steps, [*findings, finding(category, severity, "suspected", 100)], SCORING) == before
    after = score(steps, [*findings, finding(category, severity, "confirmed", 100)], SCORING)
    assert before.score is None or (after.score is not None and after.score <= before.score)


@given(STEP_LISTS, FINDINGS.flatmap(lambda f: st.tuples(st.just(f), st.permutations(f))))
@settings(deadline=None, max_examples=200)
def test_the_order_of_findings_does_not_matter(
    steps: list[StepResult], both: tuple[list[Finding], list[Finding]]
) -> None:
    """The same findings in any order give the same score and band."""
    one, other = (score(steps, findings, SCORING) for findings in both)
    assert (one.score, one.band, one.fatal) == (other.score, other.band, other.fatal)


@given(STEP_LISTS)
@settings(deadline=None, max_examples=100)
def test_steps_not_asked_for_leave_the_fraction(steps: list[StepResult]) -> None:
    """``na`` and ``cannot_tell`` count neither as done nor as missed."""
    judged = [s for s in steps if s.verdict in ("done", "missed")]
    assert score(steps, [], SCORING) == score(judged, [], SCORING)


def test_nothing_judged_is_no_score() -> None:
    """Without a judged step there is no number, unless something fatal was confirmed."""
    unknown = [step(s, "cannot_tell") for s in STEPS]
    assert score(unknown, [], SCORING).score is None
    assert score(unknown, [finding("insult", "major")], SCORING).band == "cannot_tell"
    fatal = score(unknown, [finding("threat_violence", "critical")], SCORING)
    assert fatal.score == 0
    assert fatal.band == "fail"
    assert score([], [], SCORING).score is None


def test_a_full_card() -> None:
    """Everything done is 100, nothing done is 0."""
    assert score(DONE, [], SCORING).score == 100
    assert score([step(s, "missed") for s in STEPS], [], SCORING).score == 0


def test_missed_steps_cost_their_share() -> None:
    """A share of three equal steps is a third, in hundredths, and three thirds are everything."""
    names = STEPS[:3]
    one = score([step(names[0], "missed", 1), step(names[1], "done", 1), step(names[2], "done", 1)], [], SCORING)
    assert one.score == Decimal("66.67")
    assert score([step(n, "missed", 1) for n in names], [], SCORING).score == 0


def test_a_category_costs_once_a_call() -> None:
    """A second finding of a category costs no more, but the gravest one sets the price."""
    minor, major = finding("private_channel", "minor"), finding("private_channel", "notice", number=1)
    assert score(DONE, [minor], SCORING).score == 92
    assert score(DONE, [minor, finding("private_channel", "minor", number=2)], SCORING).score == 92
    assert score(DONE, [major, minor], SCORING).score == score(DONE, [minor, major], SCORING).score == 92


def test_attitude_costs_each_time_up_to_its_cap() -> None:
    """5 points a finding, at most 15."""
    rude = [finding("service_attitude", "minor", number=n) for n in range(5)]
    assert [score(DONE, rude[:n], SCORING).score for n in range(6)] == [100, 95, 90, 85, 85, 85]


@pytest.mark.parametrize(
    ("category", "severity", "left"),
    [("insult", "major", 60), ("visit_threat", "major", 60), ("ambiguous_pressure", "notice", 100)],
)
def test_caps(category: str, severity: Severity, left: int) -> None:
    """A major breach caps the score, and the cap is named as such."""
    card = score(DONE, [finding(category, severity)], SCORING)
    assert card.score == left
    assert ("cap" in [d.source for d in card.deductions]) == (severity == "major")


def test_a_knock_out_is_named() -> None:
    """The fatal finding is the reason for what was left."""
    card = score([step("closing", "missed"), *DONE[:-1]], [finding("private_account", "critical")], SCORING)
    assert [d.source for d in card.deductions] == ["step", "knock_out"]
    assert card.deductions[-1].id == "private_account0"
