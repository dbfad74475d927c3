"""A rule or step clause by clause: which of its conditions hold in a call, and on which words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from auditor.conversation.turns import Turn
from auditor.rules.condition_file import ConditionFile
from auditor.rules.conditions import Rule, Step, condition
from auditor.rules.match import hold, inside
from auditor.rules.metadata import metadata_holds
from auditor.rules.pack import Pack
from auditor.rules.prose import CONTEXTS_TOLD, Named, tell_condition
from auditor.rules.scene import Scene
from auditor.rules.source import rule_file, step_file, word_lists
from auditor.text.context import CONTEXTS

Group: TypeAlias = Literal["any", "all", "not", "unless"]


@dataclass(frozen=True, slots=True)
class Hold:
    """Where a clause holds: the utterance and the words; no words where it looks at none."""

    utterance: int
    words: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause as it is told, and where it holds; ``part`` is the part of a step that it belongs to.

    Of the ``any`` one is enough, of the ``all`` each is needed; a ``not`` or ``unless`` that holds speaks against a hit.
    """

    group: Group
    told: str
    held: tuple[Hold, ...]
    part: str = ""


def clauses(pack: Pack, owner: Rule | Step, scene: Scene, named: Named) -> list[Clause]:
    """Every clause of a rule or step of the pack, in the order written, tried on the call.

    Only who the rule looks at is heard; party, region and order are left to ``trial.near_misses``, which says what is in the way.
    """
    pack = pack.of(scene.region)
    lists = word_lists(pack, scene.region)

    def tried(group: Group, option: ConditionFile, turns: Sequence[Turn], part: str = "") -> Clause:
        told, ready = tell_condition(option, lists, named), condition(option, lists, lambda *_: None)
        found = [
            Hold(turn.utterance_at(e.start), turn.text.text[e.start : e.end])
            for turn in turns
            for e in hold(ready, turn, scene)
        ]
        return Clause(group, told, tuple(dict.fromkeys(found)), part)

    if isinstance(owner, Rule):
        file = rule_file(pack, owner)
        turns = [t for t in scene.turns if t.speaker in (owner.speaker, "unknown")]
        turns = [t for t in turns if inside(owner.within, t, scene.turns)]
        top: Group = "any" if file.any is not None else "all"
        lists = {**lists, "examples": tuple(text for e in owner.hit for _, text in e.turns)}
        found = [tried(top, option, turns) for option in (*(file.any or ()), *(file.all or ()))]
        found += [tried("not", option, turns) for option in file.not_]
        return [*found, *_contexts(owner, turns, scene)]
    agents = [t for t in scene.turns if t.speaker in ("agent", "unknown") and inside(owner.within, t, scene.turns)]
    steps = []
    for part in step_file(pack, owner).needs:
        wanted = (part.parties is None or scene.party.kind in part.parties) and metadata_holds(part.when, scene)
        turns = agents if wanted else []
        steps += [tried("any", option, turns, part.part) for option in part.any]
        steps += [tried("not", option, turns, part.part) for option in part.not_]
    return steps


def _contexts(rule: Rule, turns: Sequence[Turn], scene: Scene) -> Iterator[Clause]:
    """The contexts that clear a hit, with the words that each would clear."""
    places = [(t, e) for t in turns for e in hold(rule.condition, t, scene) if e.end > e.start]
    for name in rule.unless:
        cleared = [
            Hold(turn.utterance_at(e.start), turn.text.text[e.start : e.end])
            for turn, e in places
            if CONTEXTS[name](turn.text, e.start, e.end)
        ]
        yield Clause("unless", CONTEXTS_TOLD.get(name, name), tuple(dict.fromkeys(cleared)))
