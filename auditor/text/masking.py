"""Personal data taken out of what is shown: texts, calls and audits of the same shape and length, and the seconds to silence.

Spans of findings and steps hold in a masked call as they do in the call. What was masked once is left as it is by masking again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from auditor.models import Audit, Call, CallWarning, Flag, Metadata, Span, Utterance
from auditor.text.privacy import PersonalData, find

MASK = "＊"
_GROUPS = re.compile(r"[\W_]+")
_LEAST_FRAGMENT = 3  # characters; fewer tell nothing, and stand in too many other words
_MARGIN = 0.15
"""Seconds before and after a word whose times are known."""
_SHARE_MARGIN = (0.5, 0.1)
"""Where only the utterance's times are known: seconds, and a share of its length, before and after."""


def mask(text: str, found: Collection[PersonalData]) -> str:
    """The text with each character of what was found in it as ``＊``; as long as the text."""
    shown = list(text)
    for item in found:
        shown[item.start : item.end] = MASK * len(shown[item.start : item.end])
    return "".join(shown)


def mask_text(text: str, metadata: Metadata | None = None, public: Collection[str] = ()) -> str:
    """A text by itself (a file name, a message) without its personal data; as long as the text."""
    if metadata is None and not any(c.isnumeric() or c in "@艾" for c in text):
        return text
    return mask(text, find((Utterance("unknown", 0.0, 0.0, text),), metadata, public))


def mask_lines(said: Sequence[Utterance], metadata: Metadata | None = None, public: Collection[str] = ()) -> list[str]:
    """The texts of some utterances of a call without personal data, each as long as it was; numbers are found across them."""
    by_utterance: dict[int, list[PersonalData]] = {}
    for item in find(said, metadata, public):
        by_utterance.setdefault(item.utterance, []).append(item)
    return [mask(u.text, by_utterance[n]) if n in by_utterance else u.text for n, u in enumerate(said)]


def mask_id(text: str) -> str:
    """A case's or customer's number with only its last four characters, at most half of it, left to tell it from others."""
    shown = min(4, len(text) // 2)
    return MASK * (len(text) - shown) + text[len(text) - shown :]


@dataclass(frozen=True, slots=True)
class Veil:
    """What must not be shown of one call. Lay it over anything that may repeat what was said.

    Attributes:
        heard: the call.
        call: the call as it may be shown.
        found: its personal data.
        fragments: what was taken out of it, the longest first.
        public: as ``privacy.find`` has it.
    """

    heard: Call
    call: Call
    found: tuple[PersonalData, ...]
    fragments: tuple[str, ...]
    public: tuple[str, ...] = ()

    def text(self, text: str) -> str:
        """The text without personal data of this call or any other; as long as the text."""
        for fragment in self.fragments:
            text = text.replace(fragment, MASK * len(fragment))
        return mask_text(text, self.heard.metadata, self.public)

    def quote(self, quote: str, utterance: int | None, at: int | None = None) -> str:
        """What a quote from an utterance looks like where that utterance is masked; ``at`` is where it begins, if known."""
        if utterance is not None and 0 <= utterance < len(self.heard.utterances):
            start = self.heard.utterances[utterance].text.find(quote, at or 0)
            if start >= 0:
                return self.call.utterances[utterance].text[start : start + len(quote)]
        return self.text(quote)

    def audit(self, audit: Audit) -> Audit:
        """The audit as it may be shown: quotes, reasons, evidence and warnings masked, ids of findings as they are."""
        party, card, facts = audit.party, audit.scorecard, audit.facts
        promise, reason = facts.promise, facts.delinquency_reason
        if promise is not None:
            said = promise.date_text and self.text(promise.date_text)
            promise = replace(promise, date_text=said, quote=self.quote(promise.quote, promise.utterance))
        return replace(
            audit,
            call_id=self.text(audit.call_id),
            party=replace(party, changes=tuple(replace(c, reason=self.text(c.reason)) for c in party.changes)),
            facts=replace(
                facts,
                promise=promise,
                refusal=None if facts.refusal is None else self._flag(facts.refusal),
                delinquency_reason=None if reason is None else self._flag(reason),
                customer_flags=tuple(map(self._flag, facts.customer_flags)),
            ),
            findings=tuple(
                replace(
                    f,
                    quote=self.quote(f.quote, f.utterance, f.span and f.span[0]),
                    why=self.text(f.why),
                    calls=tuple(map(self.text, f.calls)),
                )
                for f in audit.findings
            ),
            steps=tuple(replace(s, quote=self.quote(s.quote, s.utterance), why=self.text(s.why)) for s in audit.steps),
            scorecard=replace(card, deductions=tuple(replace(d, why=self.text(d.why)) for d in card.deductions)),
            warnings=self._warnings(audit.warnings),
        )

    def _flag(self, flag: Flag) -> Flag:
        return replace(flag, quote=self.quote(flag.quote, flag.utterance))

    def _warnings(self, warnings: Sequence[CallWarning]) -> tuple[CallWarning, ...]:
        return tuple(replace(w, message=self.text(w.message)) for w in warnings)

    def _metadata(self, known: Metadata) -> Metadata:
        """The metadata as it may be shown. The agent's name stays: who reviews a call must know whose it is."""
        texts = (
            "agent_id",
            "team",
            "case_id",
            "customer_id",
            "product",
            "institution",
            "agency",
            "stage",
            "agreed_hours",
        )
        shown: dict[str, Any] = {
            name: self.text(value) for name in texts if (value := getattr(known, name)) is not None
        }
        custom = {self.text(str(k)): self._value(v) for k, v in known.custom.items()}
        return replace(known, **shown, custom=custom)

    def _value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {self.text(str(k)): self._value(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(v) for v in value]
        if value is None or isinstance(value, bool):
            return value
        shown = self.text(str(value))
        return shown if isinstance(value, str) or MASK in shown else value


def veil(call: Call, public: Collection[str] = ()) -> Veil:
    """What must not be shown of a call: the call without it has its texts, metadata, file name and warnings masked, and no words."""
    found = find(call.utterances, call.metadata, public)
    by_utterance: dict[int, list[PersonalData]] = {}
    for item in found:
        by_utterance.setdefault(item.utterance, []).append(item)
    said = {call.utterances[item.utterance].text[item.start : item.end] for item in found}
    said |= {group for whole in said for group in _GROUPS.split(whole)}
    fragments = sorted((s for s in said if len(s) >= _LEAST_FRAGMENT), key=lambda s: (-len(s), s))
    bare = Veil(call, call, found, tuple(fragments), tuple(public))
    shown = replace(
        call,
        call_id=bare.text(call.call_id),
        source=bare.text(call.source),
        utterances=tuple(
            replace(u, text=mask(u.text, by_utterance[n]), words=()) if n in by_utterance else u
            for n, u in enumerate(call.utterances)
        ),
        metadata=bare._metadata(call.metadata),
        roles=call.roles and replace(call.roles, reason=bare.text(call.roles.reason)),
        warnings=bare._warnings(call.warnings),
    )
    return replace(bare, call=shown)


def silences(found: Collection[PersonalData], utterances: Sequence[Utterance]) -> tuple[Span, ...]:
    """When what was found is heard, in seconds from the start of the call, rising; what overlaps is one.

    From the times of the words where they are known, else from the share of the utterance's characters, with a margin.
    """
    spans = sorted(_heard_at(item, utterances[item.utterance]) for item in found)
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def _heard_at(item: PersonalData, said: Utterance) -> Span:
    at = 0
    times: list[Span] = []
    for word in said.words:
        begins = said.text.find(word.text.strip(), at)
        if begins < 0:
            times = []
            break
        at = begins + len(word.text.strip())
        if begins < item.end and at > item.start:
            times.append((word.start, word.end))
    if times:
        return max(0.0, times[0][0] - _MARGIN), times[-1][1] + _MARGIN
    length = said.end - said.start
    seconds, share = _SHARE_MARGIN
    margin = seconds + share * length
    whole = max(1, len(said.text))
    start = said.start + length * item.start / whole - margin
    end = said.start + length * item.end / whole + margin
    return max(0.0, start, said.start - seconds), min(end, said.end + seconds)
