"""What a packet says of one call, as plain values: each finding with what was said around it, its rule as it was, and who ruled on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from auditor.models import Audit, Finding, Span
from auditor.reports.redaction import Cover
from auditor.review.effective import effective
from auditor.rules.cases import CHECKS
from auditor.rules.cases import NAME as CASES
from auditor.rules.pack import Pack
from auditor.rules.prose import example, tell
from auditor.rules.source import rule_file
from auditor.store.answers import StoredCall
from auditor.store.appeals import Appeal
from auditor.store.codec import encode
from auditor.store.decisions import Decision
from auditor.store.events import Link

Name = Callable[[str, str], str]
AROUND_SECONDS = 5.0
"""How much of the recording is heard before and after what was found."""
AROUND_TURNS = 2
"""How many utterances are read before and after it, at the least."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A call that goes into a packet, with all that is known of it.

    ``counts`` is its audit as people left it, ``findings`` everything that the machine or a person found, in the order of their numbers.
    """

    stored: StoredCall
    pack: Pack
    decisions: Sequence[Decision]
    appeals: Sequence[Appeal]
    log: Sequence[Link]
    counts: Audit
    findings: tuple[Finding, ...]


def subject(
    stored: StoredCall, pack: Pack, decisions: Sequence[Decision], appeals: Sequence[Appeal], log: Sequence[Link]
) -> Subject:
    """A call with what people made of it; ``decisions`` is the whole history, the oldest first."""
    newest = {(d.kind, d.item): d for d in decisions}
    counts = effective(stored.shown, newest.values(), pack.scoring)
    own = {f.finding_id for f in stored.shown.findings}
    found = (*stored.shown.findings, *(f for f in counts.findings if f.finding_id not in own))
    order = sorted(found, key=lambda f: (-1 if f.utterance is None else f.utterance, f.category, f.finding_id))
    return Subject(stored, pack, decisions, appeals, log, counts, tuple(order))


def stretches(of: Subject, finding: Finding) -> tuple[Span, ...]:
    """The seconds of the recording to hear for a finding: around it and around what else it rests on, what overlaps joined."""
    said = of.stored.call.utterances
    spans = [(said[n].start, said[n].end) for n in finding.also if 0 <= n < len(said)]
    if finding.start is not None and finding.end is not None:
        spans.append((finding.start, finding.end))
    joined: list[Span] = []
    for start, end in sorted((max(0.0, s - AROUND_SECONDS), e + AROUND_SECONDS) for s, e in spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def finding_told(
    of: Subject, number: int, cover: Cover, clips: Sequence[Mapping[str, Any]], name: Name
) -> dict[str, Any]:
    """All about one finding, by its number from 1."""
    finding = of.findings[number - 1]
    (shown,) = cover.audit(_with(of.stored.audit, finding)).findings
    counts = next((f for f in of.counts.findings if f.finding_id == finding.finding_id), None)
    made = [d for d in of.decisions if d.kind in ("finding", "added") and d.item == finding.finding_id]
    ruled = made[-1].verdict if made and made[-1].verdict != "open" else "undecided"
    return {
        "number": number,
        "finding": _plain(shown),
        "by_machine": any(f.finding_id == finding.finding_id for f in of.stored.shown.findings),
        "standing": ruled,
        "counts_as": None
        if counts is None
        else {"category": counts.category, "severity": counts.severity, "status": counts.status},
        "rule": rule_told(of.pack, finding.rule_id, name),
        "clauses": [_plain(of.pack.norms[key]) if key in of.pack.norms else {"key": key} for key in finding.cites],
        "window": _window(of, finding, cover),
        "clips": list(clips),
        "decisions": [decision_told(d, cover) for d in made],
    }


def rule_told(pack: Pack, rule_id: str, name: Name) -> dict[str, Any]:
    """The rule that made a finding, as its author wrote it, its examples and its prose; without any where none did."""
    rule = next((r for r in pack.rules if r.id == rule_id), None)
    file = rule.file if rule is not None else CASES if rule_id in CHECKS else None
    told: dict[str, Any] = {
        "id": rule_id,
        "file": file,
        "text": file and _text(pack, file),
        "told": [],
        "hit": [],
        "clean": [],
    }
    if rule is not None:
        examples = rule_file(pack, rule).examples
        told["told"] = [list(section) for section in tell(pack, rule, name, whole=True).sections]
        told |= {kind: [example(e, name) for e in getattr(examples, kind)] for kind in ("hit", "clean")}
    return told


def facts_told(of: Subject, cover: Cover) -> dict[str, Any]:
    """What the call was, by what it was judged, and what came of it."""
    stored, call = of.stored, cover.call()
    return {
        "call_id": call.call_id,
        "metadata": _plain(call.metadata),
        "duration": call.duration,
        "source": call.source,
        "party": stored.shown.party.kind,
        "fingerprints": {
            "pack": stored.audit.pack,
            "pack_sha256": of.pack.hash,
            "program": stored.audit.code_version,
            "transcribed_by": stored.audit.transcribed_by,
            "diarized_by": call.diarized_by,
            "reader": stored.audit.reader,
            "source_sha256": call.source_hash,
            "transcript": stored.entry.content,
        },
        "machine": _plain(cover.audit(stored.shown).scorecard),
        "counts": _plain(cover.audit(of.counts).scorecard),
        "steps": [
            {**_plain(shown), "counts_as": counts.verdict}
            for shown, counts in zip(cover.audit(stored.shown).steps, of.counts.steps, strict=True)
        ],
        "warnings": [_plain(w) for w in cover.audit(stored.shown).warnings],
    }


def decision_told(decision: Decision, cover: Cover) -> dict[str, Any]:
    """One decision of the trail."""
    return {
        "kind": decision.kind,
        "item": cover.number(decision.item) if decision.kind in ("finding", "added") else decision.item,
        "version": decision.version,
        "verdict": decision.verdict,
        "decided_by": decision.decided_by,
        "decided_at": decision.decided_at.isoformat(),
        "body": cover.decision(json.loads(encode(decision.body)), decision.kind),
    }


def appeal_told(appeal: Appeal, cover: Cover) -> dict[str, Any]:
    """An appeal with each of its steps."""
    plain: dict[str, Any] = cover.plain(json.loads(encode(appeal)))
    return plain


def log_told(log: Sequence[Link], cover: Cover) -> dict[str, Any]:
    """The stretch of the event log from the first event about the call to the last, for ``reports.verify`` to compute anew.

    Of events that concern the call, everything; of a redacted packet's, without personal data and without the salt that would let one
    try out what stood there. Of all others only their seal, which tells nothing of them. An event from before there were salts has no
    seal: where it may not be told whole, not even its hash is.
    """
    told: list[dict[str, Any]] = []
    for each in log:
        told.append({"seq": each.seq, "hash": each.hash if each.sealed or not cover.redacted else None})
        if each.sealed:
            told[-1]["sealed"] = each.sealed
        if not each.mentions:
            continue
        told[-1] |= {"at": each.happened_at, "kind": each.kind}
        if cover.redacted:
            told[-1]["shown"] = _event_shown(each, cover)
        else:
            told[-1] |= {"body": each.body, "salt": each.salt}
    # the hash before could be that of an event without a salt
    return {"before": None if cover.redacted else log[0].previous if log else None, "events": told}


def _event_shown(each: Link, cover: Cover) -> Any:
    body = json.loads(each.body)
    if each.kind == "decided" and isinstance(body, dict):
        return {**cover.plain({**body, "body": None}), "body": cover.decision(body.get("body"), str(body.get("kind")))}
    return cover.plain(body)


def _window(of: Subject, finding: Finding, cover: Cover) -> list[dict[str, Any]]:
    said, shown = of.stored.call.utterances, cover.call().utterances
    about = {n for n in (finding.utterance, *finding.also) if n is not None and 0 <= n < len(said)}
    near = {n for m in about for n in range(m - AROUND_TURNS, m + AROUND_TURNS + 1) if 0 <= n < len(said)}
    for start, end in stretches(of, finding):
        near |= {n for n, u in enumerate(said) if u.start < end and u.end > start}
    return [
        {
            "line": n,
            "speaker": said[n].speaker,
            "start": said[n].start,
            "end": said[n].end,
            "text": shown[n].text,
            "about": n in about,
            "mark": list(finding.span) if n == finding.utterance and finding.span else None,
            "quarantined": list(said[n].quarantined),
        }
        for n in sorted(near)
    ]


def _with(audit: Audit, finding: Finding) -> Audit:
    return replace(audit, findings=(finding,))


def _text(pack: Pack, file: str) -> str:
    return pack.files[file].decode("utf-8-sig") if file in pack.files else ""


def _plain(value: object) -> Any:
    return json.loads(encode(value))
