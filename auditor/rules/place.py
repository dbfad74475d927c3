"""Where evidence stands in what was heard: utterance, span, quote, seconds, and how sure the recogniser was."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.conversation.turns import Turn
from auditor.models import Call
from auditor.rules.scene import Evidence


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
