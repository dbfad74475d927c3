"""The values that flow through the rooms, one way, never changed after they are made.

Time is seconds (float) from the start of the call, money is ``Decimal`` in the account's currency unit, dates are in the
debtor's time zone. This module imports nothing of the project, so that every room may import it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

Speaker: TypeAlias = Literal["agent", "customer", "unknown"]
Region: TypeAlias = Literal["CN", "TW", "HK"]
PartyKind: TypeAlias = Literal["debtor_verified", "debtor_unverified", "third_party", "wrong_number", "voicemail"]
Severity: TypeAlias = Literal["critical", "major", "minor", "notice"]
Status: TypeAlias = Literal["confirmed", "suspected"]
Verdict: TypeAlias = Literal["done", "missed", "na", "cannot_tell"]
Band: TypeAlias = Literal["excellent", "pass", "weak", "fail", "cannot_tell"]
Span: TypeAlias = tuple[float, float]

SPEAKERS: tuple[Speaker, ...] = ("agent", "customer", "unknown")
REGIONS: tuple[Region, ...] = ("CN", "TW", "HK")
PARTIES: tuple[PartyKind, ...] = ("debtor_verified", "debtor_unverified", "third_party", "wrong_number", "voicemail")
SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor", "notice")
STATUSES: tuple[Status, ...] = ("confirmed", "suspected")
VERDICTS: tuple[Verdict, ...] = ("done", "missed", "na", "cannot_tell")
BANDS: tuple[Band, ...] = ("excellent", "pass", "weak", "fail", "cannot_tell")

CATEGORIES: tuple[str, ...] = (
    "threat_violence", "threat_exposure", "false_criminal_claim", "legal_exaggeration", "impersonate_authority",
    "impersonate_institution", "insult_severe", "insult", "sexual_harassment", "third_party_disclosure",
    "third_party_pressure", "contact_after_refusal", "disclosure_before_verification", "excessive_frequency",
    "off_hours", "demand_borrowing", "private_account", "unauthorized_fee", "false_promise", "discrimination",
    "privacy_probe", "misleading_amount", "visit_threat", "obstruct_rights", "self_harm_mishandling",
    "service_attitude", "private_channel", "ambiguous_pressure",
)  # fmt: skip

STEPS: tuple[str, ...] = (
    "introduction", "identity_verification", "recording_notice", "state_purpose", "ask_cause",
    "explain_consequences", "negotiate_plan", "official_channels", "contact_channel", "legal_reminder", "empathy",
    "closing",
)  # fmt: skip

CUSTOMER_FLAGS: tuple[str, ...] = (
    "complaint_intent", "regulator_complaint", "self_harm", "hardship", "stop_contact_request", "dispute_or_paid",
    "identity_denied", "lawyer_represented", "recording_by_customer", "vulnerable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that reached the account on a day."""

    paid_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the institution knows of a call; any field may be absent (``payments`` ``()``: nothing was paid)."""

    started_at: datetime | None = None
    ended_at: datetime | None = None
    direction: str | None = None
    agent_id: str | None = None
    agent_name: str | None = None
    team: str | None = None
    case_id: str | None = None
    customer_id: str | None = None
    product: str | None = None
    card_tail: str | None = None
    amount_due: Decimal | None = None
    days_overdue: int | None = None
    institution: str | None = None
    agency: str | None = None
    region: Region | None = None
    agreed_plan: bool | None = None
    stage: str | None = None
    answered: bool | None = None
    callee_number_hash: str | None = None
    contact_relation: str | None = None
    agreed_hours: str | None = None
    plan_breached: bool | None = None
    payments: tuple[Payment, ...] | None = None
    litigation: str | None = None
    waiver_approved: bool | None = None
    staff_is_bank: bool | None = None
    hung_up_by: str | None = None
    agreed_calls_per_day: int | None = None
    callback_requested: bool | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallWarning:
    """Something about a call that a reader of its audit must know, e.g. ``dead_channel`` or ``length_mismatch``."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word with its time in the call and the recogniser's probability (0 to 1)."""

    text: str
    start: float
    end: float
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stretch of one speaker's speech; ``text`` is as heard, never rewritten, ``channel`` 0 (left) or 1 where known.

    ``quarantined`` lists why the text was probably never said; it stays in the transcript but is not judged. Where all are on one
    channel, ``channel`` is the number of the voice.
    """

    speaker: Speaker
    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    quarantined: tuple[str, ...] = ()
    channel: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelAcoustics:
    """One channel's voice-activity spans (seconds) and loudness (dBFS, one value for each 0.1 s)."""

    channel: int
    speech: tuple[Span, ...]
    loudness: tuple[float, ...]
    peak: float
    clipped_share: float


@dataclass(frozen=True, slots=True)
class Acoustics:
    """What was measured in the pass that decoded a recording."""

    duration: float
    sample_rate: int
    channels: tuple[ChannelAcoustics, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording found on disk. ``audio_id`` is the sha256 of the file's bytes; it is what makes two files one call."""

    path: str
    call_id: str
    audio_id: str
    metadata: Metadata
    warnings: tuple[CallWarning, ...] = ()
    agent_channel: Literal["left", "right"] | None = None


@dataclass(frozen=True, slots=True)
class Roles:
    """Which channel the agent speaks on, and why we think so; ``None`` where nothing could decide."""

    agent_channel: int | None
    reason: str
    confidence: float = 1.0  # the share of speech that is expected to be given to the right side


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it enters the audit: who it was about, what was heard, in order of time, and what was measured of its sound."""

    call_id: str
    metadata: Metadata
    utterances: tuple[Utterance, ...]
    script: Literal["Hans", "Hant"] | None = None
    source: str = ""
    source_hash: str = ""
    duration: float | None = None
    roles: Roles | None = None
    transcribed_by: str = ""
    warnings: tuple[CallWarning, ...] = ()
    acoustics: Acoustics | None = None
    diarized_by: str = ""  # what told voices apart; empty where each side has a channel of its own


@dataclass(frozen=True, slots=True)
class PartyChange:
    """From this utterance on, this is who was on the line, and why."""

    utterance: int
    party: PartyKind
    reason: str


@dataclass(frozen=True, slots=True)
class Party:
    """Who was on the line: the call's overall answer, and each moment at which it changed."""

    kind: PartyKind
    changes: tuple[PartyChange, ...]

    def at(self, utterance: int) -> PartyKind:
        """Who was on the line while this utterance was spoken."""
        known: PartyKind = "debtor_unverified"
        for change in self.changes:
            if change.utterance <= utterance:
                known = change.party
        return known


@dataclass(frozen=True, slots=True)
class Flag:
    """A customer flag (hardship, complaint …) or delinquency reason, with the utterance that shows it."""

    name: str
    utterance: int
    quote: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What the customer promised to pay, and when.

    Attributes:
        amount: of the first payment; ``None`` where no single sum was named.
        date_text, due: the day as said and as a date; ``due`` is ``None`` where no single day was named.
        utterance: where the customer names the day, or says yes to the agent's proposal, which is in ``also``.
        between: the first and last day that a span (这两天, 下周) may mean.
        conditional: whether it hangs on what others do first (免了利息我就还).
        instalments, monthly: how many payments were named, and whether they come every month.
        channel: where the customer will pay, by the pack's name for it.
    """

    amount: Decimal | None
    date_text: str | None
    due: date | None
    utterance: int
    between: tuple[date, date] | None = None
    also: tuple[int, ...] = ()
    span: tuple[int, int] | None = None
    quote: str = ""
    conditional: bool = False
    instalments: int | None = None
    monthly: bool = False
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What was said that matters later, each with its utterance; ``refusal`` is a flat refusal to pay."""

    promise: Promise | None = None
    delinquency_reason: Flag | None = None
    customer_flags: tuple[Flag, ...] = ()
    refusal: Flag | None = None

    @property
    def shown(self) -> tuple[Flag, ...]:
        """The reason, if any, and the flags."""
        return (*((self.delinquency_reason,) if self.delinquency_reason else ()), *self.customer_flags)

    def has(self, flag: str) -> bool:
        """Whether the customer showed this flag anywhere in the call."""
        return any(f.name == flag for f in self.customer_flags)


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach, its evidence and, where it takes several, the ``calls``; ``quote`` is ``text[span[0]:span[1]]`` as heard.

    ``highlights`` are the stretches of the utterance's text, inside the quote, that carried the suspicion of a reader,
    ``chance`` how likely it is right in its own word, in thousandths; 0 where nobody says.
    """

    finding_id: str
    rule_id: str
    category: str
    severity: Severity
    status: Status
    utterance: int | None
    also: tuple[int, ...]
    span: tuple[int, int] | None
    quote: str
    start: float | None
    end: float | None
    matched_by: str
    why: str
    cites: tuple[str, ...]
    calls: tuple[str, ...] = ()
    highlights: tuple[tuple[int, int], ...] = ()
    chance: int = 0


def finding_id(call_id: str, category: str, utterance: int | None, span: tuple[int, int] | None) -> str:
    """The same for the same words in the same call, whatever rule found them: a person's decision stays attached."""
    place = "metadata" if utterance is None else f"{utterance}:{span[0]}-{span[1]}" if span else str(utterance)
    return hashlib.sha256(f"{call_id}\n{category}\n{place}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class StepResult:
    """Whether a required step was done. ``also`` names further utterances that the verdict rests on."""

    id: str
    name: str
    weight: int
    verdict: Verdict
    utterance: int | None
    also: tuple[int, ...]
    quote: str
    start: float | None
    end: float | None
    why: str
    say_instead: str
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deduction:
    """Points lost, and the step or finding that lost them. ``points`` is exact, in hundredths of the score."""

    source: Literal["step", "finding", "cap", "knock_out"]
    id: str
    points: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The call's score (0 to 100, ``None`` where nothing could be judged) and every point that it lost."""

    score: Decimal | None
    band: Band
    fatal: bool
    deductions: tuple[Deduction, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything the machine says of one call; a pure function of the call, the pack, the reader and the code version.

    ``reader`` is the fingerprint of the second reader's weights, empty where there was none.
    """

    call_id: str
    pack: str
    code_version: str
    party: Party
    facts: Facts
    findings: tuple[Finding, ...]
    steps: tuple[StepResult, ...]
    scorecard: Scorecard
    signals: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[CallWarning, ...] = ()
    transcribed_by: str = ""
    reader: str = ""
