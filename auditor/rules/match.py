"""Conditions tried on a call: which turn meets which rule, on which words, and in which context.

A rule's hit passes, in this order: speaker, region, party on the line, part of the call, order, the condition itself, excluded
words in the same sentence, and the contexts that clear it (negation, quotation, advice against …).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from auditor.conversation.turns import Turn
from auditor.models import Call, Facts, Finding, Metadata, Party, Region, Status, finding_id
from auditor.rules.conditions import AllOf, AnyOf, Condition, FactTest, MetadataTest, Not, Previous, Rule, Said, Within
from auditor.text.context import CONTEXTS
from auditor.text.find import Hit
from auditor.text.normalise import normalise
from auditor.text.segment import Segmenter

# The zones of the three regions have had no daylight saving since 1991, so fixed offsets are exact.
ZONES: dict[str, timezone] = {r: timezone(timedelta(hours=8)) for r in ("CN", "TW", "HK")}


@dataclass(frozen=True, slots=True)
class Limits:
    """A region's allowed calling hours as local (from, to); ``None`` where the norm names no clock hours."""

    hours: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """All that conditions may look at."""

    call: Call
    turns: tuple[Turn, ...]
    party: Party
    facts: Facts
    region: Region
    limits: Limits
    institutions: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    segmenter: Segmenter | None = None
    trust_words_from: float = 0.0
    seen: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a condition holds: a place in a turn's text, or the whole turn (``start == end``), and by which kind."""

    start: int
    end: int
    kind: str


def hold(condition: Condition, turn: Turn, scene: Scene) -> list[Evidence]:
    """Every place in the turn where the condition holds; empty where it does not."""
    match condition:
        case Said(matcher):
            return [Evidence(s, e, matcher.kind) for s, e in matcher.hits(turn.text, scene.segmenter)]
        case MetadataTest(tests):
            return [Evidence(0, 0, condition.kind)] if metadata_holds(tests, scene) else []
        case FactTest(tests):
            return _fact_holds(tests, turn, scene)
        case Previous(speaker, option):
            before = scene.turns[turn.number - 1] if turn.number > 0 else None
            if before is None or (speaker is not None and before.speaker != speaker):
                return []
            return [Evidence(0, 0, e.kind) for e in hold(option, before, scene)[:1]]
        case AnyOf(options):
            return [e for option in options for e in hold(option, turn, scene)]
        case AllOf(options):
            found = [hold(option, turn, scene) for option in options]
            if not all(found):
                return []
            return next((f for f in found if any(e.end > e.start for e in f)), found[0])
        case Not(option):
            return [] if hold(option, turn, scene) else [Evidence(0, 0, "not")]


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


def metadata_holds(tests: Mapping[str, Any], scene: Scene) -> bool:
    """Whether every named field is as asked; an absent field fails every test but ``{present: false}`` and ``false``."""
    return all(_field_holds(name, test, scene) for name, test in tests.items())


def _field_holds(name: str, test: Any, scene: Scene) -> bool:
    metadata = scene.call.metadata
    if name == "local_time":
        return test == "outside_hours" and outside_hours(metadata, scene.region, scene.limits)
    if name == "region":
        value: Any = scene.region
    else:
        value = getattr(metadata, name) if name in Metadata.__dataclass_fields__ else metadata.custom.get(name)
    present = value not in (None, "", ())
    if isinstance(test, dict):
        if "present" in test and present != test["present"]:
            return False
        if not {"min", "max"} & set(test):
            return True
        # a custom column may hold anything
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return False
        return bool(test.get("min", value) <= value <= test.get("max", value))
    if isinstance(test, list):
        return value in test
    if isinstance(test, bool):
        return bool(value) is test
    return bool(value == test)


def outside_hours(metadata: Metadata, region: Region, limits: Limits) -> bool:
    """Whether the call began outside the hours allowed where the debtor is, and outside hours agreed with the debtor."""
    if metadata.started_at is None or metadata.direction not in (None, "outbound"):
        return False
    local = metadata.started_at.astimezone(ZONES[region]).time()
    agreed = agreed_hours(metadata.agreed_hours)
    if agreed is not None and _inside(local, agreed):
        return False
    return limits.hours is not None and not _inside(local, limits.hours)


def agreed_hours(said: str | None) -> tuple[time, time] | None:
    """``HH:MM-HH:MM`` as a pair of times; ``None`` for nothing or for what can't be read."""
    try:
        first, last = (said or "").replace("–", "-").split("-")
        return _clock(first), _clock(last)
    except ValueError:
        return None


def _clock(said: str) -> time:
    return datetime.strptime(said.strip(), "%H:%M").time()


def _inside(moment: time, hours: tuple[time, time]) -> bool:
    first, last = hours
    return first <= moment < last if first <= last else moment >= first or moment < last


def _fact_holds(tests: Mapping[str, Any], turn: Turn, scene: Scene) -> list[Evidence]:
    places: list[Evidence] = []
    for name, wanted in tests.items():
        if name == "flag":
            if not any(f.name == wanted and f.utterance <= turn.utterances[-1] for f in scene.facts.customer_flags):
                return []
        elif name == "reason":
            reason = scene.facts.delinquency_reason
            if reason is None or reason.name != wanted:
                return []
        else:
            found = _stated(name, str(wanted), turn, scene)
            if not found:
                return []
            places += [Evidence(s, e, "fact") for s, e in found]
    return places or [Evidence(0, 0, "fact")]


def _stated(name: str, wanted: str, turn: Turn, scene: Scene) -> list[Hit]:
    metadata = scene.call.metadata
    said = turn.numbers
    if name == "agent":
        return _names(metadata.agent_name, turn.text.text) if metadata.agent_name else []
    if name in ("institution", "agency"):
        known = scene.institutions if name == "institution" else scene.agencies
        own = metadata.institution if name == "institution" else metadata.agency
        return [h for n in (own, *known) if n for h in _names(n, turn.text.text)]
    if name == "card_tail":
        tail = metadata.card_tail or ""
        return [(n.start, n.end) for n in said if tail and (n.digits or str(n.value)).endswith(tail)]
    if name == "days":
        days = [n for n in said if n.unit == "days"]
        due: Decimal | None = None if metadata.days_overdue is None else Decimal(metadata.days_overdue)
    else:
        days = [n for n in said if n.is_amount]
        due = metadata.amount_due
    right = [n for n in days if due is not None and abs(n.value - due) < 1]
    if wanted == "stated" or (wanted == "matches" and due is None):
        chosen = days
    elif wanted == "matches":
        chosen = right
    elif due is None or right:
        chosen = []
    else:
        chosen = [n for n in days if wanted == "differs" or n.value - due >= 1]
    return [(n.start, n.end) for n in chosen]


def _names(name: str, text: str) -> list[Hit]:
    """An institution's name, whole or without its tail: 青峦 alone also names 青峦银行."""
    folded = normalise(name).text
    short = folded
    for tail in ("商业银行", "消费金融", "银行", "金融", "信贷", "财务", "资产管理", "资产", "公司", "有限公司"):
        short = short.removesuffix(tail) if len(short) - len(tail) >= 2 else short
    for form in (folded, short):
        at = text.find(form)
        if form and at >= 0:
            return [(at, at + len(form))]
    return []


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
        for evidence in found:
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


@dataclass(frozen=True, slots=True)
class Place:
    """A hit in terms of what was heard: the clause around it, its seconds, and how sure the recogniser was of its words."""

    utterance: int
    also: tuple[int, ...]
    span: tuple[int, int]
    quote: str
    start: float
    end: float
    probability: float | None


def locate(turn: Turn, evidence: Evidence, call: Call) -> Place:
    """Where the evidence stands in the call: its clauses within the first utterance that it touches."""
    if evidence.end > evidence.start:
        left, right = turn.text.clause_around(evidence.start, evidence.end)
    else:
        left, right = 0, len(turn.text.text)
    at = turn.utterance_at(evidence.start)
    utterance = call.utterances[at]
    origins = [turn.text.origin[i] for i in range(left, right) if turn.owner[i] == at]
    span = (min(origins), max(origins) + 1) if origins else (0, len(utterance.text))
    hit_origins = [turn.text.origin[i] for i in range(evidence.start, evidence.end) if turn.owner[i] == at]
    hit = (min(hit_origins), max(hit_origins) + 1) if hit_origins else span
    start, end, probability = _spoken(call, at, span, hit)
    also = tuple(sorted({turn.owner[i] for i in range(evidence.start, evidence.end)} - {at}))
    return Place(at, also, span, utterance.text[span[0] : span[1]], start, end, probability)


def _spoken(call: Call, at: int, span: tuple[int, int], hit: tuple[int, int]) -> tuple[float, float, float | None]:
    """Seconds of the span and the mean word probability of the hit; the whole utterance's where it has no words."""
    utterance = call.utterances[at]
    starts: list[float] = []
    ends: list[float] = []
    trust: list[float] = []
    position = 0
    for word in utterance.words:
        found = utterance.text.find(word.text.strip(), position)
        if found < 0:
            continue
        position = found + len(word.text.strip())
        if found < span[1] and position > span[0]:
            starts.append(word.start)
            ends.append(word.end)
        if found < hit[1] and position > hit[0] and word.probability is not None:
            trust.append(word.probability)
    probability = sum(trust) / len(trust) if trust else utterance.confidence
    if not starts:
        return utterance.start, utterance.end, probability
    return round(min(starts), 3), round(max(ends), 3), probability
