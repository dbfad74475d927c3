"""A call's personal data kept out of everything a packet says of it; or nothing kept out, where the packet is to be whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from auditor.models import Audit, Call, Metadata, Span
from auditor.text.masking import MASK, Veil, mask_id, silences, veil

_LEFT_OUT = "（已略去）"


@dataclass(frozen=True, slots=True)
class Cover:
    """How a call is shown in a packet. ``veil`` is ``None`` in a whole packet; ``numbers`` stand for ids of findings, by id.

    A finding's id is a hash of the call's id, which may hold a telephone number: in a redacted packet it would give it away to who
    tries them all.
    """

    heard: Call
    veil: Veil | None
    numbers: Mapping[str, str]

    @property
    def redacted(self) -> bool:
        """Whether personal data are kept out."""
        return self.veil is not None

    def call(self) -> Call:
        """The call as it is shown."""
        if self.veil is None:
            return self.heard
        shown = self.veil.call
        # words hold what was said once more, piece by piece
        return replace(
            shown,
            metadata=_metadata(shown.metadata),
            utterances=tuple(replace(u, words=()) for u in shown.utterances),
        )

    def audit(self, audit: Audit) -> Audit:
        """The audit as it is shown."""
        if self.veil is None:
            return audit
        shown = self.veil.audit(audit)
        lost = tuple(replace(d, id=self.numbers.get(d.id, d.id)) for d in shown.scorecard.deductions)
        return replace(
            shown,
            findings=tuple(replace(f, finding_id=self.number(f.finding_id)) for f in shown.findings),
            scorecard=replace(shown.scorecard, deductions=lost),
        )

    def number(self, finding_id: str) -> str:
        """The id of a finding as it is shown."""
        return self.numbers.get(finding_id, _LEFT_OUT) if self.redacted else finding_id

    def text(self, text: str) -> str:
        """A text as it is shown."""
        return text if self.veil is None else self.veil.text(text)

    def plain(self, value: Any) -> Any:
        """A plain value (what JSON holds) as it is shown: each text of it; quotes as their utterances are shown."""
        if self.veil is None:
            return value
        if isinstance(value, Mapping):
            at = value.get("span") or [None]
            return {
                self.text(str(name)): self.veil.quote(each, value.get("utterance"), at[0])
                if name == "quote" and isinstance(each, str)
                else self.plain(each)
                for name, each in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.plain(each) for each in value]
        if isinstance(value, str):
            return self.numbers.get(value) or self.text(value)
        return value

    def decision(self, body: Any, kind: str) -> Any:
        """What a decision holds as it is shown. Of a corrected line, neither what was heard nor what it became."""
        if self.redacted and kind == "line":
            return {str(name): _LEFT_OUT for name in body}
        return self.plain(body)

    def silences(self) -> tuple[Span, ...]:
        """The seconds of the recording that must not be heard."""
        return () if self.veil is None else silences(self.veil.found, self.heard.utterances)


def cover(call: Call, findings: Collection[str], *, redacted: bool, public: Collection[str]) -> Cover:
    """How a call is shown.

    Args:
        call: as it is stored.
        findings: the ids of its findings, in the order of their numbers.
        redacted: whether personal data are kept out.
        public: numbers that are nobody's own, as ``text.privacy.find`` has it.
    """
    numbers = {each: f"finding-{n:02d}" for n, each in enumerate(findings, 1)}
    return Cover(call, veil(call, public) if redacted else None, numbers if redacted else {})


def _metadata(known: Metadata) -> Metadata:
    """Without what tells the customer from others; a hashed telephone number is found by hashing all numbers there are."""
    return replace(
        known,
        case_id=None if known.case_id is None else mask_id(known.case_id),
        customer_id=None if known.customer_id is None else mask_id(known.customer_id),
        card_tail=None if known.card_tail is None else MASK * len(known.card_tail),
        callee_number_hash=None,
    )
