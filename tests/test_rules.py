"""Every example in the pack is a test: hits hit, clean lines stay clean, steps come out as their authors said."""

from __future__ import annotations

import pytest

from auditor.evaluation.examples import run_one
from auditor.models import CATEGORIES, STEPS
from auditor.rules.conditions import Example, Rule, Step
from auditor.rules.pack import load_pack

PACK = load_pack()
OWNERS: list[Rule | Step] = [*PACK.rules, *PACK.steps]


def examples(owner: Rule | Step) -> list[tuple[str, tuple[Example, ...]]]:
    """The owner's examples by what they should come out as."""
    if isinstance(owner, Rule):
        return [("hit", owner.hit), ("clean", owner.clean)]
    return [("done", owner.done), ("missed", owner.missed)]


CASES = [
    pytest.param(owner, expected, example, id=f"{owner.id}-{expected}-{number}")
    for owner in OWNERS
    for expected, group in examples(owner)
    for number, example in enumerate(group)
]


@pytest.mark.parametrize(("owner", "expected", "example"), CASES)
def test_example(owner: Rule | Step, expected: str, example: Example) -> None:
    """The example comes out as its author said."""
    outcome = run_one(PACK, owner, example, expected)
    assert outcome.right, f"{outcome.file}: expected {expected}: {outcome.text}"


def test_every_category_has_two_stable_rules() -> None:
    """No category of conduct is left without stable rules."""
    stable = [r.category for r in PACK.rules if not r.experimental]
    assert {c for c in CATEGORIES if stable.count(c) < 2} == set()


def test_every_step_is_there() -> None:
    """All twelve steps are asked for, and weigh a hundred together."""
    assert [s.id for s in PACK.steps] == list(STEPS)
    assert sum(s.weight for s in PACK.steps) == 100


def test_no_clause_is_cited_as_more_certain_than_it_is() -> None:
    """Every citation carries its verification code, and none claims an official page that was not read."""
    for norm in PACK.norms.values():
        assert norm.verification in ("V1", "V2", "V3", "PK")
        assert norm.url is None or norm.url.startswith("https://")
