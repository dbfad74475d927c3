"""Every example in the pack is a test: hits hit, clean lines stay clean, steps come out as their authors said.

What is innocent is held against all rules: clean lines, dialogues in which a step is done, and the sample calls without a breach.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.evaluation.examples import Outcome, run_clean_call, run_owner, stale
from auditor.evaluation.gold import read_cases
from auditor.models import CATEGORIES, STEPS
from auditor.rules.conditions import Rule, Step
from auditor.rules.source import owners
from tests.packs import shipped

PACK = shipped()
SAMPLES = Path(__file__).parent.parent / "samples"
CLEAN = [
    case.call
    for path in (*sorted((SAMPLES / "transcripts").glob("*.json")), SAMPLES / "text-calls.jsonl")
    for case in read_cases(path)
    if not case.reference.violations and not case.reference.acceptable
]


def troubles(outcome: Outcome) -> list[str]:
    """What is not as it should be."""
    found = [] if outcome.right else [f"expected {outcome.expected}: {outcome.text}"]
    return found + [f"{s.rule} hits {outcome.text}: {s.quote}" for s in outcome.strays if not s.tolerated]


@pytest.mark.parametrize("owner", owners(PACK), ids=lambda o: o.id)
def test_examples(owner: Rule | Step) -> None:
    """Each example comes out as its author said, and no other rule hits what is innocent."""
    assert [trouble for outcome in run_owner(PACK, owner) for trouble in troubles(outcome)] == []


def test_no_rule_hits_a_clean_sample_call() -> None:
    """Hundreds of composed calls in which everybody behaves."""
    assert len(CLEAN) > 100
    assert [f"{c.call_id}: {t}" for c in CLEAN for t in troubles(run_clean_call(PACK, c))] == []


def test_nothing_is_tolerated_in_vain() -> None:
    """Every entry of tolerated.yaml names a hit that still comes, and says why it may."""
    concerned = {t.owner for t in PACK.tolerated}
    outcomes = [outcome for o in owners(PACK) if o.id in concerned for outcome in run_owner(PACK, o)]
    assert stale(PACK, outcomes) == []
    assert all(len(t.why) >= 8 for t in PACK.tolerated)


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
