"""What a changed rule would do to calls that are known: each call judged by both packs, and told apart. Pure over the calls handed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from auditor.models import Audit, Call, Finding
from auditor.pipeline import audit_call
from auditor.rules.pack import Pack


@dataclass(frozen=True, slots=True)
class StepFlip:
    """A step whose verdict changes."""

    step: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Impact:
    """One call before and after. ``lost`` and ``gained`` are findings that count differently; where one only changes status or
    severity it is in both. Scores are of the call by itself, by rules alone: not by what several calls show, nor by what people decided.
    """

    call_id: str
    lost: tuple[Finding, ...]
    gained: tuple[Finding, ...]
    steps: tuple[StepFlip, ...]
    before: Decimal | None
    after: Decimal | None
    band_before: str
    band_after: str

    @property
    def flips(self) -> bool:
        """Whether anything changes."""
        return bool(self.lost or self.gained or self.steps or self.before != self.after)


def impacts(calls: Iterable[Call], before: Pack, after: Pack) -> Iterator[Impact]:
    """What changes in each call, in the order given, one as soon as it is judged.

    Both audits are made here: a stored one may rest on another version of the program, and only the change of the pack should show.

    Args:
        calls: with speakers assigned.
        before: the pack in force.
        after: the pack with the change.
    """
    for call in calls:
        yield compared(audit_call(call, before), audit_call(call, after))


def compared(before: Audit, after: Audit) -> Impact:
    """Two audits of one call told apart; a finding is the same where utterance, category, status and severity are."""
    earlier = {_counts_as(f): f for f in before.findings}
    later = {_counts_as(f): f for f in after.findings}
    verdicts = {s.id: s.verdict for s in before.steps}
    return Impact(
        call_id=after.call_id,
        lost=tuple(f for key, f in earlier.items() if key not in later),
        gained=tuple(f for key, f in later.items() if key not in earlier),
        steps=tuple(
            StepFlip(s.id, verdicts[s.id], s.verdict) for s in after.steps if verdicts.get(s.id, s.verdict) != s.verdict
        ),
        before=before.scorecard.score,
        after=after.scorecard.score,
        band_before=before.scorecard.band,
        band_after=after.scorecard.band,
    )


def _counts_as(finding: Finding) -> tuple[int | None, str, str, str]:
    return finding.utterance, finding.category, finding.status, finding.severity
