"""A pack's own examples, run: each rule's hits must hit and its clean lines stay clean, each step's dialogues likewise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.models import Call, Utterance
from auditor.pipeline import audit_call, scene_of
from auditor.rules.conditions import Example, Rule, Step
from auditor.rules.match import find
from auditor.rules.pack import Pack
from auditor.speech.metadata import parse_metadata

SECONDS_A_TURN = 4.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One example and whether it came out as its author said."""

    file: str
    owner: str
    expected: str
    text: str
    right: bool


def example_call(example: Example, name: str) -> Call:
    """The example as a call of a few seconds a turn, to a verified debtor unless it says otherwise."""
    utterances = tuple(
        Utterance(speaker, i * SECONDS_A_TURN, (i + 1) * SECONDS_A_TURN, text)
        for i, (speaker, text) in enumerate(example.turns)
    )
    metadata, _ = parse_metadata(example.metadata, name)
    return Call(name, metadata, utterances)


def run_one(pack: Pack, owner: Rule | Step, example: Example, expected: str) -> Outcome:
    """One example of a rule (``hit``, ``clean``) or a step (``done``, ``missed``)."""
    call = example_call(example, owner.id)
    party = example.party or "debtor_verified"
    if isinstance(owner, Rule):
        right = any(True for _ in find(owner, scene_of(call, pack, party))) == (expected == "hit")
    else:
        audit = audit_call(call, pack, party)
        right = next(s.verdict for s in audit.steps if s.id == owner.id) == expected
    text = " / ".join(f"{speaker}: {said}" for speaker, said in example.turns) or str(dict(example.metadata))
    return Outcome(owner.file, owner.id, expected, text, right)


def run_examples(pack: Pack) -> Iterator[Outcome]:
    """Every example of every rule and step of the pack."""
    for rule in pack.rules:
        yield from (run_one(pack, rule, e, "hit") for e in rule.hit)
        yield from (run_one(pack, rule, e, "clean") for e in rule.clean)
    for step in pack.steps:
        yield from (run_one(pack, step, e, "done") for e in step.done)
        yield from (run_one(pack, step, e, "missed") for e in step.missed)
