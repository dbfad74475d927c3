"""What counts after people decided: the machine's audit and the decisions give the effective audit. Pure.

A finding that a person upheld is confirmed, one that was overturned is gone, one that a person added stands beside the machine's. A
finding that was upheld and that the machine no longer makes, because a rule changed, still counts: the decision keeps its evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from auditor.models import Audit, Call, Finding, Severity, StepResult, Verdict, finding_id
from auditor.rules.points import Scoring
from auditor.scoring.scorecard import score
from auditor.store.codec import decode, encode
from auditor.store.decisions import Decision

PERSON = "person"
"""What a finding that a person added was matched by, and its rule."""


def effective(audit: Audit, decisions: Iterable[Decision], scoring: Scoring) -> Audit:
    """The audit as it counts.

    Args:
        audit: the machine's, with what several calls show together.
        decisions: the newest of each item of this call, in any order.
        scoring: what steps and conduct are worth, by the pack of the audit.
    """
    newest = {(d.kind, d.item): d for d in decisions if d.verdict != "open"}
    if not any(kind in ("finding", "added", "step") for kind, _ in newest):
        return audit
    ruled = {item: d for (kind, item), d in newest.items() if kind in ("finding", "added")}
    kept = [_ruled(f, ruled[f.finding_id]) if f.finding_id in ruled else f for f in audit.findings]
    present = {f.finding_id for f in audit.findings}
    lost = [_frozen(d) for item, d in sorted(ruled.items()) if item not in present and d.verdict in ("upheld", "added")]
    findings = sorted(
        [f for f in (*kept, *lost) if f is not None],
        key=lambda f: (-1 if f.utterance is None else f.utterance, f.category, f.finding_id),
    )
    steps = tuple(_stepped(s, newest.get(("step", s.id))) for s in audit.steps)
    card = score(steps, [f for f in findings if f.category in scoring.penalties], scoring)
    return replace(audit, findings=tuple(findings), steps=steps, scorecard=card)


def _ruled(finding: Finding, decision: Decision) -> Finding | None:
    if decision.verdict == "overturned":
        return None
    return _edited(finding, decision.body)


def _edited(finding: Finding, body: Mapping[str, Any]) -> Finding:
    severity: Severity = body.get("severity") or finding.severity
    return replace(finding, status="confirmed", category=body.get("category") or finding.category, severity=severity)


def _frozen(decision: Decision) -> Finding:
    """The finding as it was when a person decided on it."""
    return _edited(decode(Finding, encode(decision.body["finding"])), decision.body)


def _stepped(step: StepResult, decision: Decision | None) -> StepResult:
    if decision is None:
        return step
    verdict: Verdict = decision.verdict  # type: ignore[assignment]
    return replace(step, verdict=verdict, why=str(decision.body.get("reason") or step.why))


def added(call: Call, category: str, severity: Severity, utterance: int, span: tuple[int, int], why: str) -> Finding:
    """A violation that the machine missed, as a person marked it: ``span`` counts characters of the utterance's text.

    Raises:
        ValueError: there is no such utterance, or no such stretch in it.
    """
    if not 0 <= utterance < len(call.utterances):
        raise ValueError(f"no utterance {utterance}")
    said = call.utterances[utterance]
    start, end = span
    if not 0 <= start < end <= len(said.text):
        raise ValueError(f"no characters {start} to {end}")
    return Finding(
        finding_id=finding_id(call.call_id, category, utterance, span),
        rule_id=PERSON,
        category=category,
        severity=severity,
        status="confirmed",
        utterance=utterance,
        also=(),
        span=span,
        quote=said.text[start:end],
        start=said.start,
        end=said.end,
        matched_by=PERSON,
        why=why,
        cites=(),
    )
