"""An audit in the published format: plain JSON values in a fixed key order. Keys may be added; none goes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from auditor.models import Audit

FINDING_KEYS = (
    "finding_id", "rule_id", "category", "severity", "status", "utterance", "also", "span", "start", "end", "quote",
    "matched_by", "why", "cites",
)  # fmt: skip
RARE_KEYS = ("calls", "highlights", "chance")  # told where there are any
STEP_KEYS = ("id", "verdict", "weight", "utterance", "also", "start", "end", "quote", "why", "say_instead")
PROMISE_KEYS = (
    "amount", "date_text", "utterance", "between", "also", "span", "quote", "conditional", "instalments", "monthly", "channel",
)  # fmt: skip


def audit_json(audit: Audit) -> dict[str, Any]:
    """The audit in the published output format: plain JSON values in a fixed key order."""
    card, facts = audit.scorecard, audit.facts
    reason, promise, refusal = facts.delinquency_reason, facts.promise, facts.refusal
    return {
        "call_id": audit.call_id,
        "pack": audit.pack,
        "code_version": audit.code_version,
        "transcribed_by": audit.transcribed_by,
        "reader": audit.reader,
        "party": audit.party.kind,
        "party_changes": [{**_published(c, ("utterance", "party")), "why": c.reason} for c in audit.party.changes],
        "score": None if card.score is None else float(card.score),
        "band": card.band,
        "fatal": card.fatal,
        "deductions": [_published(d, ("source", "id", "points", "why")) for d in card.deductions],
        "findings": [
            {**_published(f, FINDING_KEYS), **_published(f, tuple(key for key in RARE_KEYS if getattr(f, key)))}
            for f in audit.findings
        ],
        "steps": [_published(s, STEP_KEYS) for s in audit.steps],
        "facts": {
            "promise": promise and {"date": _plain(promise.due), **_published(promise, PROMISE_KEYS)},
            "refusal": refusal and _published(refusal, ("utterance", "quote")),
            "delinquency_reason": None if reason is None else reason.name,
            "customer_flags": sorted({f.name for f in audit.facts.customer_flags}),
            "evidence": [_published(f, ("name", "utterance", "quote")) for f in audit.facts.shown],
        },
        "signals": dict(audit.signals),
        "warnings": [{"code": w.code, "message": w.message} for w in audit.warnings],
    }


def _published(value: object, keys: tuple[str, ...]) -> dict[str, Any]:
    """These fields of a value as plain JSON values."""
    return {key: _plain(getattr(value, key)) for key in keys}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
