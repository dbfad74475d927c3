"""Conditions tried on a call: which turn meets which rule, on which words, and in which context.

A rule's hit passes, in this order: speaker, region, party on the line, part of the call, order, the condition itself, excluded
words in the same sentence, and the contexts that clear it (negation, quotation, advice against …).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from auditor.conversation.turns import Turn
from auditor.models import Finding, PartyKind, Status, finding_id
from auditor.rules.conditions import (
    AcrossTurns,
    AllOf,
    Answers,
    AnyOf,
    Condition,
    FactTest,
    MetadataTest,
    Not,
    Part,
    Previous,
    Repeated,
    Rule,
    Said,
    SignalTest,
    Within,
)
from auditor.rules.metadata import metadata_holds, signals_hold
from auditor.rules.needs import alternatives
from auditor.rules.place import locate
from auditor.rules.scene import Evidence, Scene
from auditor.rules.stated import facts_hold
from auditor.text.context import cleared
from auditor.text.find import SoundsLike
from auditor.text.normalise import normalise
from auditor.text.pinyin import SURE_BY_SOUND_FROM
from auditor.text.similar import Similar


def hold(condition: Condition, turn: Turn, scene: Scene, unless: Sequence[str] = ()) -> list[Evidence]:
    """Every place in the turn where the condition holds; empty where it does not.

    ``unless`` names the contexts that clear a place in *another* turn; those of this turn are the caller's (see ``passes``).
    """
    match condition:
        case Said():
            return _said(condition, turn, scene)
        case AllOf():
            return _all_of(condition, turn, scene, unless)
        case AnyOf():
            return hold_any(_audible(condition, turn), turn, scene, unless)
        case FactTest(tests):
            return facts_hold(tests, turn, scene)
        case Not(option):
            return [] if hold(option, turn, scene, unless) else [Evidence(0, 0, "not")]
        case MetadataTest(tests):
            return [Evidence(0, 0, condition.kind)] if metadata_holds(tests, scene) else []
        case SignalTest(tests):
            return [Evidence(0, 0, condition.kind)] if signals_hold(tests, scene) else []
        case Previous():
            return _previous(condition, turn, scene, unless)
        case Answers():
            return _answers(condition, turn, scene)
        case AcrossTurns():
            return _across(condition, turn, scene, unless)
        case Repeated():
            return _repeated(condition, turn, scene, unless)


def _said(condition: Said, turn: Turn, scene: Scene) -> list[Evidence]:
    matcher = condition.matcher
    hits = matcher.hits(turn.text, scene.segmenter)
    if isinstance(matcher, SoundsLike):
        return [_by_sound(matcher, turn.text.text[s:e], s, e) for s, e in hits]
    if isinstance(matcher, Similar):
        return [_close_to(matcher, turn.text.text[s:e], s, e) for s, e in hits]
    return [Evidence(s, e, matcher.kind) for s, e in hits]


def _all_of(condition: AllOf, turn: Turn, scene: Scene, unless: Sequence[str]) -> list[Evidence]:
    found = []
    for option in condition.options:
        found.append(hold(option, turn, scene, unless))
        if not found[-1]:
            return []
    # what rests on sound in part rests on sound
    best = min(found, key=lambda f: (all(e.end == e.start for e in f), not all(e.meant for e in f)))
    also = {u for each in found if each is not best for u in each[0].also}
    return [replace(e, also=tuple(sorted(also.union(e.also)))) for e in best] if also else best


def _previous(condition: Previous, turn: Turn, scene: Scene, unless: Sequence[str]) -> list[Evidence]:
    before = scene.turns[turn.number - 1] if turn.number > 0 else None
    if before is None or (condition.speaker is not None and before.speaker != condition.speaker):
        return []
    found = sorted(hold(condition.option, before, scene, unless), key=_only_sounds)[:1]
    return [replace(e, start=0, end=0, also=_rests_on(e, before)) for e in found]


def _rests_on(evidence: Evidence, turn: Turn) -> tuple[int, ...]:
    return tuple(sorted({turn.utterance_at(evidence.start), *evidence.also}))


def _answers(condition: Answers, turn: Turn, scene: Scene) -> list[Evidence]:
    words = [(s, e) for s, e in condition.answer.hits(turn.text) if s == 0]
    # 对 by itself agrees, 对不起 does not
    words = [(s, e) for s, e in words if e > 1 or turn.text.clause_around(s, e) == (s, e)]
    asked = [t for t in scene.turns[max(0, turn.number - condition.turns) : turn.number] if t.speaker != turn.speaker]
    for question in reversed(asked if words else []):
        for evidence in hold(condition.question, question, scene)[:1]:
            start, end = words[0]
            return [replace(evidence, start=start, end=end, kind="phrase", also=_rests_on(evidence, question))]
    return []


def _across(condition: AcrossTurns, turn: Turn, scene: Scene, unless: Sequence[str]) -> list[Evidence]:
    own = [t for t in scene.turns[: turn.number + 1] if t.speaker == turn.speaker][-condition.turns :]
    said = [
        [(t.number, s, e) for t in own for s, e in item.hits(t.text) if not cleared(t.text, s, e, unless)]
        for item in condition.items
    ]
    chosen: list[tuple[int, int, int]] = []
    for places in reversed(said):
        limit = chosen[-1] if chosen and condition.ordered else (turn.number + 1, 0, 0)
        places = [p for p in places if p < limit]
        if not places:
            return []
        chosen.append(places[-1])
    here = sorted(p for p in chosen if p[0] == turn.number)
    # where all was said before, that turn has its own evidence
    if not here or (len(here) < len(chosen) and all(places[0][0] < turn.number for places in said)):
        return []
    also = {scene.turns[number].utterance_at(start) for number, start, _ in chosen}
    return [Evidence(here[-1][1], here[-1][2], "near", also=tuple(sorted(also)))]


def _repeated(condition: Repeated, turn: Turn, scene: Scene, unless: Sequence[str]) -> list[Evidence]:
    own = condition.speaker in (None, turn.speaker)
    here = [
        e for e in hold(condition.option, turn, scene, unless) if own and not cleared(turn.text, e.start, e.end, unless)
    ]
    if own and not here:
        return []
    first = 0 if condition.turns is None else max(0, turn.number - condition.turns + 1)
    before: set[int] = set()
    for earlier in scene.turns[first : turn.number]:
        if earlier.speaker == (condition.speaker or turn.speaker):
            found = hold(condition.option, earlier, scene, unless)
            before |= {
                earlier.utterance_at(e.start) for e in found if not cleared(earlier.text, e.start, e.end, unless)
            }
        if own and len(before) >= condition.times:
            return []
    if not own:
        return [Evidence(0, 0, "repeated", also=tuple(sorted(before)))] if len(before) >= condition.times else []
    for evidence in sorted(here, key=lambda e: (e.start, e.end)):
        before.add(turn.utterance_at(evidence.start))
        if len(before) == condition.times:
            return [Evidence(evidence.start, evidence.end, "repeated", also=tuple(sorted(before)))]
    return []


def _close_to(matcher: Similar, said: str, start: int, end: int) -> Evidence:
    model, closeness = matcher.nearest(said)
    return Evidence(start, end, matcher.kind, note=f"与例句“{model}”相近，相似度 {closeness:.2f}，需人工确认")


def _by_sound(matcher: SoundsLike, heard: str, start: int, end: int) -> Evidence:
    meant = matcher.phrase_heard_as(heard)
    return Evidence(start, end, matcher.kind, heard, meant) if meant else Evidence(start, end, "phrase")


def _only_sounds(evidence: Evidence) -> bool:
    return bool(evidence.meant)


def _audible(condition: AnyOf, turn: Turn) -> Sequence[Condition]:
    """The options whose words are said in the turn."""
    page = turn.text.page
    if page is None or not condition.needs:
        return condition.options
    said, known = page.said_in[turn.text.number], page.index.sets
    # words that the page was not read for may be there all the same
    return [
        option
        for option, words in zip(condition.options, condition.needs, strict=True)
        if words is None or not said.isdisjoint(words) or words not in known
    ]


def places_for(
    owner: Rule | Part | Condition, condition: Condition, scene: Scene
) -> Iterator[tuple[Turn, Sequence[Condition]]]:
    """The turns in which the condition of a rule, of a part of a step or of a step's gate may hold, each with those of its
    alternatives that may."""
    listed = scene.page.alternatives(owner) if scene.page is not None else {}
    options = alternatives(condition)
    if listed is None:
        yield from ((turn, options) for turn in scene.turns)
    else:
        yield from ((scene.turns[number], [options[n] for n in numbers]) for number, numbers in listed.items())


def hold_any(options: Sequence[Condition], turn: Turn, scene: Scene, unless: Sequence[str] = ()) -> list[Evidence]:
    """Every place in the turn where one of the conditions holds (see ``hold``)."""
    return [e for option in options for e in hold(option, turn, scene, unless)]


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
        frozenset(turn.text.sentence_at(e.start) for e in found if e.end > e.start),
    )


def passes(turn: Turn, evidence: Evidence, unless: Sequence[str], bars: Barred) -> bool:
    """Whether the hit survives its context and the words excluded from its sentence."""
    if bars.everywhere:
        return False
    if evidence.end == evidence.start:
        return not bars.sentences
    if turn.text.sentence_at(evidence.start) in bars.sentences:
        return False
    return not cleared(turn.text, evidence.start, evidence.end, unless)


def find(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Every finding of one rule in the call, at most one for each utterance."""
    if rule.region is not None and scene.region not in rule.region:
        return
    if rule.whole_call:
        if scene.call.metadata.answered is not False and (shown := _whole_call(rule, scene)):
            yield _finding(rule, scene, None, shown)
        return
    on_line: set[PartyKind] = {"debtor_unverified", *(change.party for change in scene.party.changes)}
    if rule.party is not None and rule.party.isdisjoint(on_line):
        return
    if not scene.seen.keys() >= {*rule.after}:
        return
    too_late = min(
        (scene.seen[name][0] for name in rule.before if name in scene.seen), default=len(scene.call.utterances)
    )
    done: set[int] = set()
    for turn, options in places_for(rule, rule.condition, scene):
        if turn.speaker not in (rule.speaker, "unknown") or not inside(rule.within, turn, scene.turns):
            continue
        if turn.utterances[0] >= too_late:
            break
        found = _told_apart(hold_any(options, turn, scene, rule.unless), turn, rule, scene)
        bars = barred(rule.excluded, turn, scene) if found else None
        # what was said in so many words comes before what only sounds so
        for evidence in sorted(found, key=_only_sounds):
            at = turn.utterance_at(evidence.start)
            if at in done or not _in_place(rule, at, scene):
                continue
            if bars is not None and passes(turn, evidence, rule.unless, bars):
                done.add(at)
                yield _finding(rule, scene, turn, evidence)


def _told_apart(found: list[Evidence], turn: Turn, rule: Rule, scene: Scene) -> list[Evidence]:
    """The evidence, each piece that does not count as it was heard marked as resting on sound."""
    heard = scene.heard
    if not found or heard is None:
        return found
    counts = sorted(hold(rule.condition, heard.turns[turn.number], heard, rule.unless), key=_only_sounds)
    told = []
    for evidence in found:
        as_heard = (c for c in counts if c.start < evidence.end and evidence.start < c.end)
        if evidence.end > evidence.start:
            evidence = next(as_heard, None) or _by_repair(evidence, turn, scene)
        told.append(evidence)
    return told


def _by_repair(evidence: Evidence, turn: Turn, scene: Scene) -> Evidence:
    start, end = evidence.start, evidence.end
    if turn.heard[start:end] == turn.text.text[start:end]:
        start, end = turn.text.sentence_around(start, end)
    heard, meant = turn.heard[start:end], turn.text.text[start:end]
    if heard == meant:
        return replace(evidence, note=evidence.note or "所依据的另一句按读音才认得出，需听录音确认")
    sure = scene.misheard is not None and scene.misheard.certain(heard, meant)
    note = evidence.note or ("" if sure else "也可能没有听错，需听录音确认")
    return replace(evidence, kind="sounds_like", heard=heard, meant=meant, note=note)


def _whole_call(rule: Rule, scene: Scene) -> Evidence | None:
    nothing = Turn(0, "unknown", (0,), normalise(""), (), 0.0, 0.0)
    if rule.party is not None and scene.party.kind not in rule.party:
        return None
    bars = barred(rule.excluded, nothing, scene)
    shown = [e for e in hold(rule.condition, nothing, scene) if passes(nothing, e, (), bars)]
    return min(shown, key=lambda e: e.kind != "signal", default=None)


def _in_place(rule: Rule, at: int, scene: Scene) -> bool:
    if rule.party is not None and scene.party.at(at) not in rule.party:
        return False
    if any(scene.seen.get(name, (at,))[0] >= at for name in rule.after):
        return False
    if any(scene.seen.get(name, (at + 1,))[0] <= at for name in rule.before):
        return False
    return not rule.around or _around(rule, at, scene)


def _around(rule: Rule, at: int, scene: Scene) -> bool:
    starts = [turn.utterances[0] for turn in scene.turns]
    places = {bisect_right(starts, u) for name in rule.around for u in scene.seen.get(name, ())}
    return any(abs(place - bisect_right(starts, at)) <= rule.around_turns for place in places)


def _finding(rule: Rule, scene: Scene, turn: Turn | None, evidence: Evidence) -> Finding:
    status: Status = "suspected" if rule.experimental else rule.certainty
    why = rule.message
    utterance: int | None = None
    span: tuple[int, int] | None = None
    also: tuple[int, ...] = ()
    quote, start, end, kind = "", None, None, evidence.kind
    if turn is not None:
        place = locate(turn, evidence, scene.call)
        utterance, span = place.utterance, place.span
        also = tuple(sorted({*place.also, *evidence.also} - {utterance}))
        quote, start, end = place.quote, place.start, place.end
        if evidence.meant:
            why = f"{why}（按读音匹配：听到“{evidence.heard}”，近似“{evidence.meant}”）"
            if len(evidence.meant) < SURE_BY_SOUND_FROM:
                status = "suspected"
        if evidence.note:
            status, why = "suspected", f"{why}（{evidence.note}）"
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
