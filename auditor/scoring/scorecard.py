"""The score: 100 points for the steps that apply, minus penalties, capped or knocked out by grave findings.

score = Σ(weight·done) / Σ(weight applicable) × 100 − Σ penalties, at least 0; a confirmed critical finding makes it 0, a confirmed
major one at most 60. ``cannot_tell`` and ``na`` steps leave numerator and denominator. Exact: decimals throughout, and the deductions
always add up to 100 − score.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from auditor.models import SEVERITIES, Band, Deduction, Finding, Scorecard, StepResult
from auditor.rules.points import Scoring

HUNDREDTH = Decimal("0.01")
FULL = Decimal(100)


def score(steps: Sequence[StepResult], findings: Sequence[Finding], scoring: Scoring) -> Scorecard:
    """The scorecard of a call; only confirmed findings count."""
    confirmed = [f for f in findings if f.status == "confirmed"]
    fatal = any(f.severity in scoring.knock_out for f in confirmed)
    judged = [s for s in steps if s.verdict in ("done", "missed") and s.weight > 0]
    if not judged and not fatal:
        return Scorecard(None, "cannot_tell", False, ())
    deductions = _missed(judged)
    left = FULL - sum((d.points for d in deductions), Decimal(0))
    for deduction in _penalties(confirmed, scoring):
        points = min(deduction.points, left)
        left -= points
        deductions.append(Deduction(deduction.source, deduction.id, points, deduction.why))
    for finding in confirmed:
        cap = scoring.caps.get(finding.severity)
        if cap is not None and left > cap and not fatal:
            deductions.append(Deduction("cap", finding.finding_id, left - cap, f"有严重违规，最高 {cap:g} 分"))
            left = cap
    if fatal:
        gravest = next(f for f in confirmed if f.severity in scoring.knock_out)
        deductions.append(Deduction("knock_out", gravest.finding_id, left, "有致命违规，记 0 分"))
        left = Decimal(0)
    return Scorecard(left.quantize(HUNDREDTH), _band(left, fatal, scoring), fatal, tuple(deductions))


def _missed(judged: Sequence[StepResult]) -> list[Deduction]:
    """Each missed step's share of 100, rounded so that the shares of any set of steps add up to the exact total."""
    total = sum(s.weight for s in judged)
    deductions: list[Deduction] = []
    lost = 0
    booked = Decimal(0)
    for step in judged:
        if step.verdict == "done":
            continue
        lost += step.weight
        upto = _hundredths(Fraction(lost * 100, total))
        deductions.append(Deduction("step", step.id, upto - booked, step.why))
        booked = upto
    return deductions


def _hundredths(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(HUNDREDTH, ROUND_HALF_EVEN)


def _penalties(confirmed: Sequence[Finding], scoring: Scoring) -> list[Deduction]:
    deductions = []
    spent: dict[str, Decimal] = {}
    gravest = sorted(confirmed, key=lambda f: SEVERITIES.index(f.severity))
    for finding in gravest:
        penalty = scoring.penalties[finding.category]
        points = penalty.points[finding.severity]
        if finding.severity in scoring.knock_out or points == 0:
            continue
        before = spent.get(finding.category)
        if before is not None and not penalty.per_finding:
            continue
        if penalty.cap is not None:
            points = min(points, penalty.cap - (before or Decimal(0)))
        if points > 0:
            deductions.append(Deduction("finding", finding.finding_id, points, finding.why))
        spent[finding.category] = (before or Decimal(0)) + points
    return deductions


def _band(left: Decimal, fatal: bool, scoring: Scoring) -> Band:
    if not fatal:
        for band in sorted(scoring.bands, key=lambda b: -scoring.bands[b]):
            if left >= scoring.bands[band]:
                return band
    return "fail"
