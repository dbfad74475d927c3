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


def run_examples(pack: Pack) -> Iterator[Outcome]:
    """Every example of every rule and step of the pack."""
    for rule in pack.rules:
        for example in rule.hit:
            yield _of_rule(rule, example, pack, "hit")
        for example in rule.clean:
            yield _of_rule(rule, example, pack, "clean")
    for step in pack.steps:
        for example in step.done:
            yield _of_step(step, example, pack, "done")
        for example in step.missed:
            yield _of_step(step, example, pack, "missed")


def _text(example: Example) -> str:
    return " / ".join(f"{speaker}: {text}" for speaker, text in example.turns) or str(dict(example.metadata))


def _of_rule(rule: Rule, example: Example, pack: Pack, expected: str) -> Outcome:
    scene = scene_of(example_call(example, rule.id), pack, example.party or "debtor_verified")
    hit = any(True for _ in find(rule, scene))
    return Outcome(rule.file, rule.id, expected, _text(example), hit == (expected == "hit"))


def _of_step(step: Step, example: Example, pack: Pack, expected: str) -> Outcome:
    audit = audit_call(example_call(example, step.id), pack, example.party or "debtor_verified")
    verdict = next(s.verdict for s in audit.steps if s.id == step.id)
    return Outcome(step.file, step.id, expected, _text(example), verdict == expected)
