"""Rules and steps, made from their checked files, and put in an order in which each finds what it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time

from auditor.models import Speaker
from auditor.rules.conditions import (
    AllOf,
    Example,
    Part,
    Problem,
    Rule,
    Step,
    Words,
    any_of,
    condition,
    contexts,
    within,
)
from auditor.rules.needs import choosing, of_whole_call
from auditor.rules.schema import DialogueFile, LineFile, PartFile, RuleFile, StepFile


def rule(file: RuleFile, name: str, words: Words, problem: Problem) -> Rule:
    """A rule ready to be tried."""
    words = {**words, "examples": _said(file)}
    every = AllOf(tuple(condition(c, words, problem) for c in file.all or ()))
    whole = choosing(every if file.any is None else any_of(file.any, words, problem))
    return Rule(
        id=file.id,
        category=file.category,
        severity=file.severity,
        certainty=file.certainty,
        experimental=file.status == "experimental",
        speaker=file.speaker,
        party=None if file.party is None else frozenset(file.party),
        region=None if file.region is None else frozenset(file.region),
        within=within(file.within),
        after=tuple(file.after),
        before=tuple(file.before),
        around=tuple(file.around.of) if file.around else (),
        around_turns=file.around.turns if file.around else 0,
        condition=whole,
        excluded=tuple(choosing(condition(c, words, problem)) for c in file.not_),
        unless=contexts(file.unless, problem),
        message=file.message,
        cites=tuple(file.cites),
        hit=tuple(_example(e) for e in file.examples.hit),
        clean=tuple(_example(e) for e in file.examples.clean),
        file=name,
        whole_call=of_whole_call(whole),
    )


def step(file: StepFile, name: str, weight: int, words: Words, problem: Problem) -> Step:
    """A step ready to be tried."""
    applies = file.applies
    return Step(
        id=file.id,
        name=file.name,
        weight=weight,
        parties=frozenset(applies.parties),
        min_days_overdue=applies.min_days_overdue,
        needs_flags=tuple(applies.needs_flags),
        unless_flags=tuple(applies.unless_flags),
        unless_metadata=applies.unless_metadata,
        after_talk_of=choosing(any_of(applies.after_talk_of, words, problem)) if applies.after_talk_of else None,
        unless_customer=choosing(any_of(applies.unless_customer, words, problem)) if applies.unless_customer else None,
        unless_customer_last=choosing(any_of(applies.unless_customer_last, words, problem))
        if applies.unless_customer_last
        else None,
        parts=tuple(_part(p, words, problem) for p in file.needs),
        within=within(file.within),
        order_after=tuple(file.order_after),
        spoiled_by=frozenset(file.spoiled_by),
        spoiled_anywhere_by=frozenset(file.spoiled_anywhere_by),
        message=file.message,
        say_instead=file.say_instead,
        cites=tuple(file.cites),
        done=tuple(_example(e) for e in file.examples.done),
        missed=tuple(_example(e) for e in file.examples.missed),
        file=name,
    )


def _part(file: PartFile, words: Words, problem: Problem) -> Part:
    return Part(
        file.part,
        choosing(any_of(file.any, words, problem)),
        tuple(choosing(condition(c, words, problem)) for c in file.not_),
        contexts(file.unless, problem),
        None if file.parties is None else frozenset(file.parties),
        file.when,
    )


def _example(file: str | LineFile | DialogueFile) -> Example:
    if isinstance(file, str):
        return Example((("agent", file),), None, {})
    if isinstance(file, LineFile):
        return Example((_line(file),), None, {})
    return Example(tuple(_line(line) for line in file.turns), file.party, file.metadata, file.signals)


def _said(file: RuleFile) -> tuple[str, ...]:
    """What the rule's speaker says last in each hit example."""
    spoken = ([text for who, text in _example(e).turns if who == file.speaker] for e in file.examples.hit)
    return tuple(lines[-1] for lines in spoken if lines)


def _line(file: LineFile) -> tuple[Speaker, str]:
    return ("agent", file.agent) if file.agent is not None else ("customer", file.customer or "")


def ordered(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """By id, but each rule after those that it names in ``after``, ``before`` or ``around``; there must be no circle."""
    by_id = {r.id: r for r in rules}
    placed: dict[str, Rule] = {}

    def place(each: Rule) -> None:
        if each.id in placed:
            return
        for name in (*each.after, *each.before, *each.around):
            if name in by_id:
                place(by_id[name])
        placed[each.id] = each

    for each in sorted(rules, key=lambda r: r.id):
        place(each)
    return tuple(placed.values())


def circle(rules: Mapping[str, Rule]) -> list[str]:
    """Ids of rules that wait for each other, first and last the same; empty where there are none."""
    clear: set[str] = set()

    def walk(each: str, path: list[str]) -> list[str]:
        if each in path:
            return [*path[path.index(each) :], each]
        if each in clear:
            return []
        for name in (*rules[each].after, *rules[each].before, *rules[each].around):
            if name in rules and (found := walk(name, [*path, each])):
                return found
        clear.add(each)
        return []

    for each in sorted(rules):
        if found := walk(each, []):
            return found
    return []


def hours(said: Sequence[str]) -> tuple[time, time]:
    """``["08:00", "22:00"]`` as times."""
    return time.fromisoformat(said[0]), time.fromisoformat(said[1])
