"""Conditions tried on a call: which turn meets which rule, on which words, and in which context.

A rule's hit passes, in this order: speaker, region, party on the line, part of the call, order, the condition itself, excluded
words in the same sentence, and the contexts that clear it (negation, quotation, advice against …).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from auditor.conversation.turns import Turn
from auditor.models import Finding, Status, finding_id
from auditor.rules.conditions import AllOf, AnyOf, Condition, FactTest, MetadataTest, Not, Previous, Rule, Said, Within
from auditor.rules.metadata import metadata_holds
from auditor.rules.place import locate
from auditor.rules.scene import Evidence, Scene
from auditor.rules.stated import facts_hold
from auditor.text.context import CONTEXTS
from auditor.text.find import SoundsLike
from auditor.text.normalise import normalise

SURE_BY_SOUND_FROM = 3  # syllables; shorter phrases share their sound with too many other words


def hold(condition: Condition, turn: Turn, scene: Scene) -> list[Evidence]:
    """Every place in the turn where the condition holds; empty where it does not."""
    match condition:
        case Said(SoundsLike() as matcher):
            return [_by_sound(matcher, turn.text.text[s:e], s, e) for s, e in matcher.hits(turn.text)]
        case Said(matcher):
            return [Evidence(s, e, matcher.kind) for s, e in matcher.hits(turn.text, scene.segmenter)]
        case MetadataTest(tests):
            return [Evidence(0, 0, condition.kind)] if metadata_holds(tests, scene) else []
        case FactTest(tests):
            return facts_hold(tests, turn, scene)
        case Previous(speaker, option):
            before = scene.turns[turn.number - 1] if turn.number > 0 else None
            if before is None or (speaker is not None and before.speaker != speaker):
                return []
            return [replace(e, start=0, end=0) for e in sorted(hold(option, before, scene), key=_only_sounds)[:1]]
        case AnyOf(options):
            return [e for option in options for e in hold(option, turn, scene)]
        case AllOf(options):
            found = [hold(option, turn, scene) for option in options]
            if not all(found):
                return []
            # what rests on sound in part rests on sound
            return min(found, key=lambda f: (all(e.end == e.start for e in f), not all(e.meant for e in f)))
        case Not(option):
            return [] if hold(option, turn, scene) else [Evidence(0, 0, "not")]


def _by_sound(matcher: SoundsLike, heard: str, start: int, end: int) -> Evidence:
    meant = matcher.phrase_heard_as(heard)
    return Evidence(start, end, matcher.kind, heard, meant) if meant else Evidence(start, end, "phrase")


def _only_sounds(evidence: Evidence) -> bool:
    return bool(evidence.meant)


def may_hold(condition: Condition, scene: Scene) -> bool:
    """Whether the condition can hold for any turn; cheap, and never wrong where it says no."""
    match condition:
        case Said(matcher):
            return matcher.may_hit(scene.turns[0].text.whole) if scene.turns else False
        case MetadataTest(tests):
            return metadata_holds(tests, scene)
        case AnyOf(options):
            return any(may_hold(o, scene) for o in options)
        case AllOf(options):
            return all(may_hold(o, scene) for o in options)
        case Previous(_, option):
            return may_hold(option, scene)
        case _:
            return True


def metadata_only(condition: Condition) -> bool:
    """Whether the condition looks at nothing but metadata; its finding has no utterance."""
    match condition:
        case MetadataTest():
            return True
        case AnyOf(options) | AllOf(options):
            return all(metadata_only(o) for o in options)
        case Not(option):
            return metadata_only(option)
        case _:
            return False


def inside(within: Within | None, turn: Turn, turns: Sequence[Turn]) -> bool:
    """Whether the turn lies in this part of the call; turns are counted per speaker."""
    if within is None:
        return True
    tests = (
        within.first_turns is None or turn.place < within.first_turns,
        within.last_turns is None or turn.rest < within.last_turns,
        within.first_seconds is None or turn.start < within.first_seconds,
        within.last_seconds is None or turn.end > turns[-1].end - within.last_seconds,
    )
    return all(tests)


@dataclass(frozen=True, slots=True)
class Barred:
    """Where in a turn nothing counts as a hit: in the sentences of excluded words, or anywhere."""

    everywhere: bool
    sentences: frozenset[int]


def barred(excluded: Sequence[Condition], turn: Turn, scene: Scene) -> Barred:
    """What the excluded conditions rule out in this turn."""
    found = [e for condition in excluded for e in hold(condition, turn, scene)]
    return Barred(
        any(e.end == e.start for e in found),
        frozenset(turn.text.sentence[e.start] for e in found if e.end > e.start),
    )


def passes(turn: Turn, evidence: Evidence, unless: Sequence[str], bars: Barred) -> bool:
    """Whether the hit survives its context and the words excluded from its sentence."""
    if bars.everywhere:
        return False
    if evidence.end == evidence.start:
        return not bars.sentences
    if turn.text.sentence[evidence.start] in bars.sentences:
        return False
    return not any(CONTEXTS[name](turn.text, evidence.start, evidence.end) for name in unless)


def find(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Every finding of one rule in the call, at most one for each utterance."""
    if rule.region is not None and scene.region not in rule.region:
        return
    if metadata_only(rule.condition):
        if scene.call.metadata.answered is not False and _whole_call(rule, scene):
            yield _finding(rule, scene, None, None)
        return
    if not may_hold(rule.condition, scene):
        return
    done: set[int] = set()
    for turn in scene.turns:
        if turn.speaker not in (rule.speaker, "unknown") or not inside(rule.within, turn, scene.turns):
            continue
        found = hold(rule.condition, turn, scene)
        bars = barred(rule.excluded, turn, scene) if found else None
        # what was said in so many words comes before what only sounds so
        for evidence in sorted(found, key=_only_sounds):
            at = turn.utterance_at(evidence.start)
            if at in done or not _in_place(rule, at, scene):
                continue
            if bars is not None and passes(turn, evidence, rule.unless, bars):
                done.add(at)
                yield _finding(rule, scene, turn, evidence)


def _whole_call(rule: Rule, scene: Scene) -> bool:
    nothing = Turn(0, "unknown", (0,), normalise(""), (), 0.0, 0.0)
    if rule.party is not None and scene.party.kind not in rule.party:
        return False
    bars = barred(rule.excluded, nothing, scene)
    return any(passes(nothing, e, (), bars) for e in hold(rule.condition, nothing, scene))


def _in_place(rule: Rule, at: int, scene: Scene) -> bool:
    if rule.party is not None and scene.party.at(at) not in rule.party:
        return False
    if any(scene.seen.get(name, at) >= at for name in rule.after):
        return False
    return not any(scene.seen.get(name, at + 1) <= at for name in rule.before)


def _finding(rule: Rule, scene: Scene, turn: Turn | None, evidence: Evidence | None) -> Finding:
    status: Status = "suspected" if rule.experimental else rule.certainty
    why = rule.message
    utterance: int | None = None
    span: tuple[int, int] | None = None
    also: tuple[int, ...] = ()
    quote, start, end, kind = "", None, None, "metadata"
    if turn is not None and evidence is not None:
        place = locate(turn, evidence, scene.call)
        utterance, span, also, kind = place.utterance, place.span, place.also, evidence.kind
        quote, start, end = place.quote, place.start, place.end
        if evidence.meant:
            why = f"{why}（按读音匹配：听到“{evidence.heard}”，近似“{evidence.meant}”）"
            if len(evidence.meant) < SURE_BY_SOUND_FROM:
                status = "suspected"
        if turn.speaker == "unknown":
            status, why = "suspected", f"{why}（说话人不明，需人工确认）"
        if place.probability is not None and place.probability < scene.trust_words_from:
            status, why = "suspected", f"{why}（识别把握低，需听录音确认）"
    return Finding(
        finding_id(scene.call.call_id, rule.category, utterance, span),
        rule.id,
        rule.category,
        rule.severity,
        status,
        utterance,
        also,
        span,
        quote,
        start,
        end,
        kind,
        why,
        rule.cites,
    )
