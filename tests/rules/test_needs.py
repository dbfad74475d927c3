"""Trying only what may hold changes no finding: the whole pack, tried on words of its own."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.conversation.turns import turns
from auditor.models import Call, Metadata, Utterance
from auditor.pipeline import every_finding, scene_of
from auditor.rules.conditions import AllOf, Answers, AnyOf, Condition, Not, Previous, Repeated
from auditor.rules.match import find
from auditor.scoring.steps import candidates
from tests.packs import shipped

PACK = shipped()
LINES = sorted({text for owner in PACK.rules for e in (*owner.hit, *owner.clean) for _, text in e.turns})


def untold(condition: Condition) -> Condition:
    """The condition without what it knows of the words that it needs."""
    match condition:
        case AnyOf(options):
            return AnyOf(tuple(map(untold, options)))
        case AllOf(options):
            return AllOf(tuple(map(untold, options)))
        case Not(option) | Previous(_, option) | Repeated(option):
            return replace(condition, option=untold(option))
        case Answers(question):
            return replace(condition, question=untold(question))
        case _:
            return condition


PLAIN = [replace(r, condition=untold(r.condition), excluded=tuple(map(untold, r.excluded))) for r in PACK.rules]
STEPS = [replace(s, parts=tuple(replace(p, condition=untold(p.condition)) for p in s.parts)) for s in PACK.steps]


@given(st.lists(st.tuples(st.sampled_from(["agent", "customer"]), st.sampled_from(LINES)), min_size=1, max_size=6))
@settings(deadline=None, max_examples=25)
def test_what_is_not_tried_could_not_hold(said: list[tuple[str, str]]) -> None:
    """Every rule tried on every turn, on a page that was read for nobody, finds just what the index lets through."""
    utterances = tuple(Utterance(who, 3.0 * i, 3.0 * i + 2, text) for i, (who, text) in enumerate(said))  # type: ignore[arg-type]
    scene = scene_of(Call("K1", Metadata(), utterances), PACK, "debtor_unverified")
    plain = replace(scene, turns=turns(utterances, PACK.misheard))
    found = every_finding(scene, PACK)
    by_itself = {rule.id for rule in PLAIN if not (rule.after or rule.before or rule.around)}
    assert [f for rule in PLAIN if rule.id in by_itself for f in find(rule, plain)] == [
        replace(f, cites=next(r.cites for r in PLAIN if r.id == f.rule_id)) for f in found if f.rule_id in by_itself
    ]
    assert candidates(STEPS, plain) == candidates(PACK.steps, scene)
