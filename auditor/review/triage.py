"""Which call to listen to first: one number a call, and what it is made of.

A finding counts as how grave it would be times how likely a person is to uphold it; so calls stand in the order in which listening
is expected to bring the most. What the machine could not judge adds a little, that such calls do not sink to the bottom for ever.
Pure, and in whole numbers: the same audits give the same order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.models import Audit, Finding
from auditor.store.risk import (
    CANNOT_TELL,
    CONFIRMED,
    GRAVITY,
    MOST_UNJUDGED,
    QUARANTINED,
    RAISED,
    RAISED_VOICE,
    SUSPECTED,
    WARNING,
)


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of the risk: what it comes from (a finding's id, or a kind of trouble) and how much it adds."""

    source: str
    points: int


@dataclass(frozen=True, slots=True)
class Risk:
    """How much a call is worth listening to, and why, the largest part first."""

    call_id: str
    score: int
    reasons: tuple[Reason, ...]


def risk(audit: Audit, quarantined: int = 0) -> Risk:
    """The risk of a call.

    Args:
        audit: what the machine says of it.
        quarantined: how many of its utterances were put aside.
    """
    parts = [Reason(f.finding_id, GRAVITY[f.severity] * _likely(f) // 100) for f in audit.findings]
    unsure = sum(s.verdict == "cannot_tell" for s in audit.steps) * CANNOT_TELL
    unsure += quarantined * QUARANTINED + len(audit.warnings) * WARNING
    parts.append(Reason("unjudged", 10 * min(unsure, MOST_UNJUDGED)))
    parts.append(Reason("raised_voice", int(10 * RAISED * min(1.0, max(0.0, audit.signals.get(RAISED_VOICE, 0.0))))))
    told = tuple(sorted((p for p in parts if p.points), key=lambda p: (-p.points, p.source)))
    return Risk(audit.call_id, sum(p.points for p in told), told)


def queue(risks: Iterable[Risk]) -> list[Risk]:
    """The calls in the order to listen to them; of equals by call id."""
    return sorted(risks, key=lambda r: (-r.score, r.call_id))


def _likely(finding: Finding) -> int:
    if finding.status == "confirmed":
        return CONFIRMED
    return finding.chance or SUSPECTED
