"""What the second reader suspects in a call, as findings: to be looked at by a person, worth no points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.conversation.turns import Turn
from auditor.models import Finding, finding_id
from auditor.reader.read import Suspicion, read
from auditor.reader.weights import Weights
from auditor.rules.categories import ABOUT
from auditor.rules.place import locate
from auditor.rules.scene import Evidence, Scene

KIND = "reader"


def suspicions(scene: Scene, found: Sequence[Finding], weights: Weights) -> list[Finding]:
    """What the reader suspects and no rule has found: nothing of a category that a rule has on the same utterance, nothing on the
    words of any rule's finding.

    Args:
        scene: the call.
        found: what the rules found.
        weights: what the reader learnt.
    """
    known = {(f.utterance, f.category) for f in found}
    kept: list[Finding] = []
    for finding in _suspected(scene, weights):
        if (finding.utterance, finding.category) in known:
            continue
        if not any(_same_words(finding, other) for other in found):
            known.add((finding.utterance, finding.category))
            kept.append(finding)
    return kept


def _suspected(scene: Scene, weights: Weights) -> Iterator[Finding]:
    for turn in scene.turns:
        if turn.speaker != "agent" or not turn.text.text:
            continue
        before = scene.turns[turn.number - 1].text.text if turn.number else ""
        for suspicion in read(turn.text, before, scene.party.at(turn.utterances[0]), weights):
            yield _finding(suspicion, turn, scene, weights)


def _finding(suspicion: Suspicion, turn: Turn, scene: Scene, weights: Weights) -> Finding:
    # the quote stands in the utterance that holds the loudest words
    first = next((s for s, _ in suspicion.spans if turn.owner[s] == turn.owner[suspicion.spans[0][0]]), suspicion.start)
    at = turn.utterance_at(first)
    mine = [n for n in range(suspicion.start, suspicion.end) if turn.owner[n] == at]
    place = locate(turn, Evidence(mine[0], mine[-1] + 1, KIND), scene.call)
    also = tuple(sorted({turn.owner[n] for n in range(suspicion.start, suspicion.end)} - {at}))
    origin = turn.text.origin
    highlights = tuple(
        (origin[s], origin[e - 1] + 1) for s, e in suspicion.spans if turn.owner[s] == turn.owner[e - 1] == at
    )
    shown = "、".join(f"“{scene.call.utterances[at].text[s:e]}”" for s, e in highlights[:3] if e - s > 1)
    return Finding(
        finding_id=finding_id(scene.call.call_id, suspicion.category, at, place.span),
        rule_id=f"reader-{suspicion.category}",
        category=suspicion.category,
        severity=weights.severities[suspicion.category],
        status="suspected",
        utterance=at,
        also=also,
        span=place.span,
        quote=place.quote,
        start=place.start,
        end=place.end,
        matched_by=KIND,
        why=f"没有规则命中，第二读者觉得像“{ABOUT[suspicion.category]}”，可能性约 {_percent(suspicion.chance)}"
        + (f"，主要看 {shown}" if shown else "")
        + "。不扣分，请人工听一下。",
        cites=(),
        highlights=highlights,
        chance=suspicion.chance,
    )


def _percent(thousandths: int) -> str:
    return f"{(thousandths + 5) // 10}%"


def _same_words(one: Finding, other: Finding) -> bool:
    if one.utterance != other.utterance or one.span is None or other.span is None:
        return False
    return one.span[0] < other.span[1] and other.span[0] < one.span[1]
