"""Everything an evaluation found, as one value: what the command line shows and what ``--json`` writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import PurePath
from typing import Any, Literal

from auditor.evaluation import metrics
from auditor.evaluation.metrics import FactCounts, Innocents, Judged, Match, Tally, share, wilson
from auditor.evaluation.reference import Case
from auditor.models import Finding
from auditor.text.masking import Veil, mask_text, veil

Outcome = Literal["missed", "suspected_only", "false_confirmed", "false_suspected"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where program and people differ. ``quote`` is the breach that was missed, or what the finding quotes."""

    outcome: Outcome
    category: str
    call_id: str
    where: str
    utterance: int | None
    quote: str
    said: str
    rule_id: str = ""
    severity: str = ""


@dataclass(frozen=True, slots=True)
class StepDifference:
    """A step of a whole call on which program and people differ, or a line that was not taken to say its step."""

    step: str
    call_id: str
    where: str
    right: str
    given: str
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """How a pack did on some cases."""

    pack: str
    calls: int
    lines: int
    by_category: Mapping[str, Tally]
    by_group: Mapping[str, Mapping[str, Tally]]
    innocents: Innocents
    steps: Mapping[str, Counter[tuple[str, str]]]
    steps_said: Mapping[str, tuple[int, int]]
    party: Mapping[str, Counter[tuple[str, str]]]
    facts: Mapping[str, FactCounts]
    differences: tuple[Difference, ...]
    step_differences: tuple[StepDifference, ...]

    @property
    def total(self) -> Tally:
        """All categories together."""
        return metrics.total(self.by_category.values())

    @property
    def marked(self) -> list[Tally]:
        """The categories in which people marked anything: what means over categories are taken of."""
        return [t for t in self.by_category.values() if t.marks]

    def as_json(self) -> dict[str, Any]:
        """The published form of ``auditor evaluate --json``."""
        right, judged = metrics.agreement(self.steps.values())
        mean = metrics.mean
        return {
            "pack": self.pack,
            "calls": self.calls,
            "lines": self.lines,
            "violations": {
                "total": _tally(self.total),
                "mean_over_categories": {
                    "precision": mean(t.precision for t in self.marked),
                    "recall": mean(t.recall for t in self.marked),
                    "recall_with_suspected": mean(t.recall_any for t in self.marked),
                    "f1": mean(t.f1 for t in self.marked),
                },
                "by_category": {name: _tally(t) for name, t in self.by_category.items()},
                **{f"by_{k}": {name: _tally(t) for name, t in group.items()} for k, group in self.by_group.items()},
            },
            "innocent_lines": {
                "lines": self.innocents.lines,
                "with_confirmed": self.innocents.confirmed,
                "with_any": self.innocents.any,
                "with_critical": self.innocents.critical,
            },
            "steps": {
                "accuracy": share(right, judged),
                "verdicts": judged,
                "by_step": {
                    name: {
                        "accuracy": share(*metrics.agreement([pairs])),
                        "confusion": [{"right": a, "given": b, "n": n} for (a, b), n in sorted(pairs.items())],
                    }
                    for name, pairs in self.steps.items()
                },
                "lines_taken_to_say": {name: {"taken": a, "lines": b} for name, (a, b) in self.steps_said.items()},
            },
            "party": {
                where: {
                    "accuracy": share(*metrics.agreement([pairs])),
                    "confusion": [{"right": a, "given": b, "n": n} for (a, b), n in sorted(pairs.items())],
                }
                for where, pairs in self.party.items()
            },
            "facts": {where: _facts(counts) for where, counts in self.facts.items()},
            "differences": [asdict(d) for d in self.differences],
            "step_differences": [asdict(d) for d in self.step_differences],
        }


def measure(judged: Sequence[Judged], pack: str) -> Result:
    """Holds the audits against the references. ``pack`` is the id to name in the result."""
    matches = [metrics.compare(one) for one in judged]
    return Result(
        pack=pack,
        calls=sum(one.case.line is None for one in judged),
        lines=sum(one.case.line is not None for one in judged),
        by_category=metrics.tally(matches),
        by_group={
            "region": _by(matches, lambda case: case.call.metadata.region or ""),
            "script": _by(matches, lambda case: case.call.script or ""),
            "source": _by(matches, lambda case: PurePath(case.source).name if case.line is not None else "calls"),
        },
        innocents=metrics.innocents(matches),
        steps=metrics.step_confusion(judged),
        steps_said=metrics.steps_said(judged),
        party=metrics.party_confusion(judged),
        facts={
            where: metrics.facts(some)
            for where, some in (
                ("calls", [one for one in judged if one.case.line is None]),
                ("lines", [one for one in judged if one.case.line is not None]),
            )
            if any(one.case.reference.facts for one in some)
        },
        differences=tuple(d for match in matches for d in differences(match)),
        step_differences=tuple(d for one in judged for d in step_differences(one)),
    )


def without_personal_data(result: Result, judged: Sequence[Judged]) -> Result:
    """The result as it may be shown: what it quotes of the calls and names of files masked (see ``text.masking``)."""
    cases = {(one.case.call.call_id, one.case.where): one.case for one in judged}

    @cache
    def cover(call_id: str, where: str) -> Veil:
        return veil(cases[call_id, where].call)

    def difference(d: Difference) -> Difference:
        over = cover(d.call_id, d.where)
        said = "" if d.utterance is None else over.call.utterances[d.utterance].text
        quote = over.quote(d.quote, d.utterance)
        return replace(d, call_id=over.text(d.call_id), where=over.text(d.where), quote=quote, said=said)

    def step_difference(d: StepDifference) -> StepDifference:
        over = cover(d.call_id, d.where)
        return replace(d, call_id=over.text(d.call_id), where=over.text(d.where), why=over.text(d.why))

    return replace(
        result,
        by_group={k: _named_apart(group) for k, group in result.by_group.items()},
        differences=tuple(map(difference, result.differences)),
        step_differences=tuple(map(step_difference, result.step_differences)),
    )


def _named_apart(group: Mapping[str, Tally]) -> dict[str, Tally]:
    """The group under masked names; two that look alike then are numbered."""
    named: dict[str, Tally] = {}
    for name, tally in group.items():
        shown = mask_text(name)
        named[f"{shown} ({len(named) + 1})" if shown in named else shown] = tally
    return named


def _by(matches: Iterable[Match], key: Any) -> dict[str, Tally]:
    groups = metrics.grouped(matches, key)
    return {name: metrics.total(metrics.tally(group).values()) for name, group in groups.items()}


def differences(match: Match) -> Iterable[Difference]:
    """Where program and people differ on this call or line: misses first, then false alarms."""
    case = match.judged.case
    for mark in match.missed:
        yield _difference(case, "missed", mark.category, mark.utterance, mark.quote)
    for mark, finding in match.met:
        if finding.status == "suspected":
            yield _difference(case, "suspected_only", mark.category, mark.utterance, mark.quote, finding)
    for finding in match.alarms:
        outcome: Outcome = "false_confirmed" if finding.status == "confirmed" else "false_suspected"
        yield _difference(case, outcome, finding.category, finding.utterance, finding.quote, finding)


def _difference(
    case: Case, outcome: Outcome, category: str, utterance: int | None, quote: str, finding: Finding | None = None
) -> Difference:
    return Difference(
        outcome=outcome,
        category=category,
        call_id=case.call.call_id,
        where=case.where,
        utterance=utterance,
        quote=quote,
        said="" if utterance is None else case.call.utterances[utterance].text,
        rule_id=finding.rule_id if finding else "",
        severity=finding.severity if finding else "",
    )


def step_differences(judged: Judged) -> Iterable[StepDifference]:
    """The steps of a whole call that came out otherwise than people judged them; of a line, those that it was not told by."""
    case = judged.case
    call_id, where = case.call.call_id, case.where
    if case.line is not None:
        for step in case.reference.step_utterances or {}:
            if step not in judged.said:
                yield StepDifference(step, call_id, where, "said", "unsaid", case.call.utterances[case.line].text)
    given = {s.id: s for s in judged.audit.steps}
    for step, right in (case.reference.steps or {}).items():
        verdict = given[step].verdict if step in given else "cannot_tell"
        if verdict != right:
            why = given[step].why if step in given else ""
            yield StepDifference(step, call_id, where, right, verdict, why)


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "marks": tally.marks,
        "confirmed": tally.confirmed,
        "suspected_only": tally.suspected,
        "false_confirmed": tally.false_confirmed,
        "false_suspected": tally.false_suspected,
        "precision": tally.precision,
        "precision_95": wilson(tally.confirmed, tally.confirmed + tally.false_confirmed),
        "recall": tally.recall,
        "recall_95": wilson(tally.confirmed, tally.marks),
        "recall_with_suspected": tally.recall_any,
        "recall_with_suspected_95": wilson(tally.confirmed + tally.suspected, tally.marks),
        "f1": tally.f1,
    }


def _facts(facts: FactCounts) -> dict[str, Any]:
    outcomes = ("right", "wrong", "missed")
    return {
        "flags": {**dict(zip(outcomes, facts.flags, strict=True)), "f1": facts.flags_f1},
        "by_flag": {k: dict(zip(outcomes, v, strict=True)) for k, v in facts.by_flag.items()},
        "promise": {**dict(zip(outcomes, facts.promised, strict=True)), "f1": facts.promised_f1},
        **{
            name: {"right": pair[0], "of": pair[1], "accuracy": share(*pair)}
            for name, pair in (
                ("delinquency_reason", facts.reasons),
                ("delinquency_reason_heard", facts.reasons_heard),
                ("promise_or_none", facts.promises),
                ("promise_amount", facts.amounts),
                ("promise_date", facts.dates),
            )
        },
    }
