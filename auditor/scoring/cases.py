"""What it takes several calls to see. Pure: calls in, findings out, whatever the order in which the calls are given.

Each finding rests on the calls of one *group* (those to a debtor, those to a number, an agent's with minor findings), so that a late
call makes only its own groups be judged again. No call's own audit is changed: ``with_cases`` is the audit as it is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from auditor.models import SEVERITIES, Audit, Call, Finding, finding_id
from auditor.rules.cases import CHECKS, Check
from auditor.rules.pack import Pack
from auditor.rules.points import Scoring
from auditor.scoring.kept import PromiseOutcome, outcomes
from auditor.scoring.scorecard import score
from auditor.scoring.together import LOOKS, CallRecord, Dated, GroupKind, Seen, dated, in_order, minor


class Group(NamedTuple):
    """Calls that are judged together; ``key`` says whose, within one institution."""

    kind: GroupKind
    key: str


@dataclass(frozen=True, slots=True)
class CaseFinding:
    """A breach that several calls show, in the call in which it happened; ``finding.calls`` are those that it rests on."""

    call_id: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Cases:
    """What calls show together, in order of call id."""

    findings: tuple[CaseFinding, ...] = ()
    promises: tuple[PromiseOutcome, ...] = ()

    def of(self) -> Mapping[str, tuple[Finding, ...]]:
        """The findings by call."""
        by_call: dict[str, tuple[Finding, ...]] = {}
        for case in self.findings:
            by_call[case.call_id] = (*by_call.get(case.call_id, ()), case.finding)
        return by_call


@dataclass(frozen=True, slots=True)
class Gap:
    """A field of metadata without which so many calls could not be held against others: a remark, never a guess."""

    field: str
    calls: int


def record_of(call: Call, audit: Audit) -> CallRecord:
    """What cases look at in a call that was just judged."""
    return CallRecord(call.call_id, call.metadata, audit.party.kind, audit.facts, audit.findings, bool(call.utterances))


def groups(record: CallRecord) -> tuple[Group, ...]:
    """The groups that a call belongs to, as far as its metadata say; none where its time is unknown."""
    m = record.metadata
    if m.started_at is None:
        return ()
    found: list[Group] = []
    if m.customer_id:
        found.append(Group("debtor", _key(m.institution, "customer", m.customer_id)))
    elif m.case_id:
        found.append(Group("debtor", _key(m.institution, "case", m.case_id)))
    if m.callee_number_hash:
        found.append(Group("number", _key(m.institution, m.callee_number_hash)))
    if m.agent_id and minor(record.findings):
        found.append(Group("agent", _key(m.institution, m.agency, m.agent_id)))
    return tuple(found)


def _key(*parts: str | None) -> str:
    return "\x1f".join([part or "" for part in parts])


def judge_cases(records: Iterable[CallRecord], pack: Pack) -> Cases:
    """All that the calls show together. A call id names one call: of two records with one id, the later given counts.

    Linear in the number of calls, but for sorting each group by time.
    """
    members: defaultdict[Group, list[Dated]] = defaultdict(list)
    for record in {r.call_id: r for r in records}.values():
        call = dated(record, pack.default_region)
        if call is not None:
            for group in groups(record):
                members[group].append(call)
    parts = [_judged(group, of, pack) for group, of in members.items()]
    return Cases(
        tuple(sorted((f for p in parts for f in p.findings), key=lambda c: (c.call_id, _rank(c.finding)))),
        tuple(sorted((o for p in parts for o in p.promises), key=lambda o: (o.call_id, o.utterance))),
    )


def judge_group(group: Group, members: Sequence[CallRecord], pack: Pack) -> Cases:
    """What the calls of one group show. It depends on them and the pack alone, not on their order."""
    return _judged(group, [d for r in members if (d := dated(r, pack.default_region)) is not None], pack)


def _judged(group: Group, members: Sequence[Dated], pack: Pack) -> Cases:
    calls = sorted(members, key=in_order)
    found = []
    for name in CHECKS:
        kind, look = LOOKS[name]
        check = pack.cases.checks.get(name)
        if kind == group.kind and check is not None:
            for seen in look(check, calls, pack.limits):
                found.append(CaseFinding(seen.call.call_id, _finding(check, seen, pack)))
    return Cases(tuple(found), tuple(outcomes(calls, pack.cases.grace_days)) if group.kind == "debtor" else ())


def _finding(check: Check, seen: Seen, pack: Pack) -> Finding:
    call_id = seen.call.call_id
    return Finding(
        finding_id=finding_id(call_id, seen.category, None, None),
        rule_id=check.name,
        category=seen.category,
        severity=check.severity,
        status=seen.status,
        utterance=None,
        also=(),
        span=None,
        quote="",
        start=None,
        end=None,
        matched_by="metadata",
        why=f"{seen.told}。{check.message}",
        cites=tuple(key for key in check.cites if pack.norms[key].region in (None, seen.call.region)),
        calls=tuple(c.call_id for c in seen.on),
    )


def with_cases(audit: Audit, found: Sequence[Finding], scoring: Scoring) -> Audit:
    """The audit as it is shown: with what was found across calls, and the score that this leaves.

    A category is told once of a call's metadata (reference convention 1): the confirmed before the suspected, then the gravest; of
    equals the call's own finding.
    """
    best = {f.category: f for f in sorted(audit.findings, key=_rank, reverse=True) if f.utterance is None}
    added: dict[str, Finding] = {}
    for finding in sorted(found, key=_rank):
        own = best.get(finding.category)
        if own is None or _rank(finding)[:2] < _rank(own)[:2]:
            added.setdefault(finding.category, finding)
    if not added:
        return audit
    kept = [f for f in audit.findings if f.utterance is not None or f.category not in added]
    findings = sorted([*added.values(), *kept], key=lambda f: (-1 if f.utterance is None else f.utterance, f.category))
    return replace(audit, findings=tuple(findings), scorecard=score(audit.steps, findings, scoring))


def _rank(finding: Finding) -> tuple[bool, int, str]:
    return finding.status != "confirmed", SEVERITIES.index(finding.severity), finding.rule_id


def gaps(records: Iterable[CallRecord]) -> tuple[Gap, ...]:
    """What keeps calls from being held against others: no time, nobody named, no number where a debtor was called several times."""
    lacking = dict.fromkeys(("started_at", "customer_id", "callee_number_hash"), 0)
    known: defaultdict[Group, list[CallRecord]] = defaultdict(list)
    calls = list(records)
    for record in calls:
        debtor = next((g for g in groups(record) if g.kind == "debtor"), None)
        if record.metadata.started_at is None:
            lacking["started_at"] += 1
        elif debtor is None:
            lacking["customer_id"] += 1
        else:
            known[debtor].append(record)
    for of in known.values():
        if len(of) > 1:
            lacking["callee_number_hash"] += sum(not r.metadata.callee_number_hash for r in of)
    return tuple(Gap(field, n) for field, n in lacking.items() if n) if len(calls) > 1 else ()
