"""The words that a condition needs: where they are not said, it need not be tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import prod

from auditor.models import Speaker
from auditor.rules.conditions import (
    AcrossTurns,
    AllOf,
    Answers,
    AnyOf,
    Condition,
    FactTest,
    MetadataTest,
    Not,
    Previous,
    Repeated,
    Rule,
    Said,
    SignalTest,
    Step,
)
from auditor.text.index import Alternative, Index, Listener, Sets, Words
from auditor.text.literals import one, rarity
from auditor.text.numbers import DIGITS, GROUPS, POWERS

MOST_WAYS = 64
NUMBERS = frozenset({"amount", "days", "card_tail"})  # facts that are stated in numbers
NUMERAL = one(frozenset((*DIGITS, *POWERS, *GROUPS)))


def index(rules: Sequence[Rule], steps: Sequence[Step], cues: Sequence[Listener]) -> Index:
    """An index for a pack; its listeners are the rules in their order, the parts and gates of steps, and the cues."""
    conditions: list[tuple[object, Condition, Speaker | None]] = [
        (rule, rule.condition, rule.speaker) for rule in rules
    ]
    conditions += [(part, part.condition, "agent") for step in steps for part in step.parts]
    conditions += [(gate, gate, None) for step in steps for gate in step.gates]
    excluded = [c for rule in rules for c in rule.excluded]
    excluded += [c for step in steps for part in step.parts for c in part.excluded]
    return Index(
        [
            *(
                Listener(
                    owner, tuple(Alternative(tuple(ways(a)), elsewhere(a)) for a in alternatives(condition)), speaker
                )
                for owner, condition, speaker in conditions
            ),
            *cues,
        ],
        (words for condition in (*(c for _, c, _ in conditions), *excluded) for words in words_of(condition)),
    )


def alternatives(condition: Condition) -> Sequence[Condition]:
    """The conditions of which one must hold."""
    return condition.options if isinstance(condition, AnyOf) else (condition,)


def words_of(condition: Condition) -> Iterator[Words]:
    """Every set of words that trying the condition looks for."""
    match condition:
        case Said(matcher):
            yield from (words for way in matcher.ways() for words in way)
        case AnyOf(options, needed):
            yield from (words for words in needed if words is not None)
            yield from (words for option in options for words in words_of(option))
        case AllOf(options):
            yield from (words for option in options for words in words_of(option))
        case Not(option) | Previous(_, option) | Repeated(option):
            yield from words_of(option)
        case Answers(question, answer):
            yield from words_of(question)
            yield from words_of(Said(answer))
        case FactTest():
            yield from (words for way in ways(condition) for words in way)
        case AcrossTurns(items):
            yield from (words for item in items for words in words_of(Said(item)))


def ways(condition: Condition) -> list[Sets]:
    """The ways in which the condition may hold for a turn, by the sets of words that each needs in that turn."""
    match condition:
        case Said(matcher):
            return list(matcher.ways())
        case Answers(answer=answer):
            return list(answer.ways())
        case FactTest(tests) if not NUMBERS.isdisjoint(tests):
            return [(NUMERAL,)]
        case AcrossTurns(items):
            # one of them in this turn; for the others see ``elsewhere``
            return [way for item in items for way in item.ways()]
        case AnyOf(options):
            return list(dict.fromkeys(way for option in options for way in ways(option)))
        case AllOf(options):
            each = [ways(option) for option in options]
            if prod(map(len, each)) > MOST_WAYS:
                each = [[() if (words := _of_all(options)) is None else (words,)] for options in each]
            return [tuple(words for way in choice for words in way) for choice in product(*each)]
        case _:
            return [()]


def elsewhere(condition: Condition) -> Sets:
    """Sets of words: the condition can hold only in a call in which a word of each set is said, perhaps in another turn."""
    match condition:
        case Previous(_, option) | Repeated(option):
            return _one(option)
        case Answers(question):
            return _one(question)
        case AcrossTurns(items):
            return tuple(words for item in items for words in _one(Said(item)))
        case AllOf(options):
            return tuple(words for option in options for words in elsewhere(option))
        case AnyOf(options):
            words = _of_all([elsewhere(option) for option in options])
            return () if words is None else (words,)
        case _:
            return ()


def _one(condition: Condition) -> Sets:
    words = _of_all(ways(condition))
    return elsewhere(condition) if words is None else (words, *elsewhere(condition))


def _of_all(ways: Sequence[Sets]) -> Words | None:
    """Words of which each of these ways needs one."""
    return one(frozenset().union(*(min(way, key=rarity) for way in ways))) if ways and all(ways) else None


def of_whole_call(condition: Condition) -> bool:
    """Whether the condition looks at nothing but metadata and signals."""
    match condition:
        case MetadataTest() | SignalTest():
            return True
        case AnyOf(options) | AllOf(options):
            return all(of_whole_call(o) for o in options)
        case Not(option):
            return of_whole_call(option)
        case _:
            return False


def choosing(condition: Condition) -> Condition:
    """The same condition, each choice in it knowing the words that its options need."""
    match condition:
        case AnyOf(options):
            options = tuple(map(choosing, options))
            return AnyOf(options, tuple(_of_all(ways(option)) for option in options))
        case AllOf(options):
            return AllOf(tuple(map(choosing, options)))
        case Not(option) | Previous(_, option) | Repeated(option):
            return replace(condition, option=choosing(option))
        case Answers(question):
            return replace(condition, question=choosing(question))
        case _:
            return condition
