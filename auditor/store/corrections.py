"""Lines of a transcript that people corrected: what was heard is kept with the decision, and the call is judged by what was said."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from auditor.models import Call, Utterance
from auditor.store.codec import canonical, decode, encode
from auditor.store.decisions import Decision, of_kind
from auditor.store.home import Home
from auditor.store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Correction:
    """An utterance as it was heard, and what a person says was said there; ``None``: as heard after all."""

    index: int
    original: Utterance
    text: str | None


def corrections(home: Home) -> Mapping[str, Sequence[Correction]]:
    """What stands of all corrections in a home, by call."""
    with Ledger(home) as ledger, ledger.reading() as db:
        found = of_kind(db, "line")
    by_call: dict[str, list[Correction]] = {}
    for decision in found:
        by_call.setdefault(decision.call_id, []).append(correction(decision))
    return by_call


def correction(decision: Decision) -> Correction:
    """What a decision on a line says."""
    original = decode(Utterance, encode(decision.body["original"]))
    return Correction(int(decision.item), original, None if decision.verdict == "open" else str(decision.body["text"]))


def body(original: Utterance, text: str) -> dict[str, Any]:
    """What a decision on a line holds."""
    return {"original": decode(dict, encode(original)), "text": text}


def corrected(call: Call, made: Iterable[Correction]) -> Call:
    """The call as people say it was, line by line; a correction of something that was heard differently since is left aside.

    A corrected line is no longer in quarantine. Its words lose their times, which were those of other words.
    """
    utterances = list(call.utterances)
    for each in made:
        if not 0 <= each.index < len(utterances):
            continue
        heard = utterances[each.index]
        if heard.text not in (each.original.text, each.text):
            continue
        utterances[each.index] = replace(_said(each), speaker=heard.speaker)
    return replace(call, utterances=tuple(utterances))


def _said(each: Correction) -> Utterance:
    if each.text is None:
        return each.original
    if each.text == each.original.text:
        return replace(each.original, quarantined=())
    return replace(each.original, text=each.text, words=(), confidence=1.0, quarantined=())


def fingerprint(made: Iterable[Correction]) -> str:
    """What stands for corrections in keys; empty where none is left."""
    left = sorted((each.index, each.original.text, each.text) for each in made if each.text is not None)
    return hashlib.sha256(canonical(left)).hexdigest() if left else ""
