"""How far audits agree with what people found: pure counting, nothing is judged here.

Confirmed and suspected findings are kept apart throughout: a confirmed one takes points, a suspected one asks a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from auditor.evaluation.reference import INNOCENT, Case, Mark
from auditor.models import STEPS, Audit, Finding

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and what the program says of it. ``said`` are the steps that the labelled line was taken to say."""

    case: Case
    audit: Audit
    said: frozenset[str] = frozenset()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that the reference speaks about: all, or those that rest on the labelled line."""
        line = self.case.line
        if line is None:
            return self.audit.findings
        return tuple(f for f in self.audit.findings if line in _places(f.utterance, f.also))

    @property
    def innocent(self) -> bool:
        """Whether this is a line that a person found nothing wrong with."""
        return self.case.label in INNOCENT


@dataclass(frozen=True, slots=True)
class Match:
    """One call or line compared: each mark with the finding that meets it, and the findings that meet no mark."""

    judged: Judged
    met: tuple[tuple[Mark, Finding], ...]
    missed: tuple[Mark, ...]
    alarms: tuple[Finding, ...]


def compare(judged: Judged) -> Match:
    """Holds the findings against the marks.

    A finding meets a mark of its category if both rest on a common utterance (or both on the metadata alone). A confirmed
    finding goes before a suspected one. What meets an ``acceptable`` mark counts nowhere.
    """
    reference = judged.case.reference
    findings = sorted(judged.findings, key=lambda f: f.status != "confirmed")
    met, missed = [], []
    for mark in reference.violations:
        finding = next((f for f in findings if _meets(f, mark)), None)
        if finding is None:
            missed.append(mark)
        else:
            met.append((mark, finding))
    known = (*reference.violations, *reference.acceptable)
    alarms = tuple(f for f in judged.findings if not any(_meets(f, mark) for mark in known))
    return Match(judged, tuple(met), tuple(missed), alarms)


def _meets(finding: Finding, mark: Mark) -> bool:
    places = _places(finding.utterance, finding.also) & _places(mark.utterance, mark.also)
    return finding.category == mark.category and bool(places)


def _places(utterance: int | None, also: tuple[int, ...]) -> set[int | None]:
    return {utterance, *also}


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one category, or of one group of calls.

    ``marks``: breaches that people found; ``confirmed`` and ``suspected``: how the program found them; ``false_confirmed``
    and ``false_suspected``: what it found that people had not.
    """

    marks: int = 0
    confirmed: int = 0
    suspected: int = 0
    false_confirmed: int = 0
    false_suspected: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.marks + other.marks,
            self.confirmed + other.confirmed,
            self.suspected + other.suspected,
            self.false_confirmed + other.false_confirmed,
            self.false_suspected + other.false_suspected,
        )

    @property
    def precision(self) -> float | None:
        """Of the confirmed findings, the share that people had found too."""
        return share(self.confirmed, self.confirmed + self.false_confirmed)

    @property
    def recall(self) -> float | None:
        """Of the breaches, the share that was confirmed."""
        return share(self.confirmed, self.marks)

    @property
    def recall_any(self) -> float | None:
        """Of the breaches, the share that was confirmed or at least suspected."""
        return share(self.confirmed + self.suspected, self.marks)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall of what was confirmed."""
        return share(2 * self.confirmed, self.confirmed + self.false_confirmed + self.marks)


def share(part: int, whole: int) -> float | None:
    """``part / whole``; ``None`` where there is nothing to measure."""
    return part / whole if whole else None


def wilson(part: int, whole: int, confidence: float = 0.95) -> Interval | None:
    """Wilson's score interval of a share; ``None`` where there is nothing to measure.

    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927), 209-212.
    """
    if not whole:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    p, stretch = part / whole, 1 + z * z / whole
    middle, half = p + z * z / (2 * whole), z * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    return max(0.0, (middle - half) / stretch), min(1.0, (middle + half) / stretch)


def tally(matches: Iterable[Match]) -> dict[str, Tally]:
    """Counts by category, for every category that people or the program named."""
    counts: dict[str, Counter[str]] = {}
    for match in matches:
        for mark, finding in match.met:
            counts.setdefault(mark.category, Counter()).update(["marks", finding.status])
        for mark in match.missed:
            counts.setdefault(mark.category, Counter()).update(["marks"])
        for finding in match.alarms:
            counts.setdefault(finding.category, Counter()).update([f"false_{finding.status}"])
    return {category: Tally(**counts[category]) for category in sorted(counts)}


def total(tallies: Iterable[Tally]) -> Tally:
    """All counts together (micro: each breach weighs the same)."""
    return sum(tallies, Tally())


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of what was measured (macro: each category weighs the same)."""
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known else None


def grouped(matches: Iterable[Match], key: Callable[[Case], str]) -> dict[str, list[Match]]:
    """The matches by a property of their case, in order of its name."""
    groups: dict[str, list[Match]] = {}
    for match in matches:
        groups.setdefault(key(match.judged.case), []).append(match)
    return dict(sorted(groups.items()))


@dataclass(frozen=True, slots=True)
class Innocents:
    """Lines with nothing wrong in them: how many, and how many nevertheless got a finding of each kind."""

    lines: int
    confirmed: int
    any: int
    critical: int


def innocents(matches: Iterable[Match]) -> Innocents:
    """False findings on compliant and near-miss lines, whether confirmed or only suspected."""
    found = [m.alarms for m in matches if m.judged.innocent]
    return Innocents(
        lines=len(found),
        confirmed=sum(any(f.status == "confirmed" for f in alarms) for alarms in found),
        any=sum(bool(alarms) for alarms in found),
        critical=sum(any(f.severity == "critical" for f in alarms) for alarms in found),
    )


def step_confusion(judged: Iterable[Judged]) -> dict[str, Counter[tuple[str, str]]]:
    """By step, how often each (right verdict, program's verdict) came together in whole calls."""
    confusion: dict[str, Counter[tuple[str, str]]] = {}
    for one in judged:
        verdicts = {s.id: s.verdict for s in one.audit.steps}
        for step, right in (one.case.reference.steps or {}).items():
            confusion.setdefault(step, Counter())[right, verdicts.get(step, "cannot_tell")] += 1
    return {step: confusion[step] for step in STEPS if step in confusion}


def agreement(confusion: Iterable[Counter[tuple[str, str]]]) -> tuple[int, int]:
    """(right, all) verdicts."""
    pairs = sum(confusion, Counter[tuple[str, str]]())
    return sum(n for (right, given), n in pairs.items() if right == given), pairs.total()


PARTY_HEARD = ("calls", "agent_lines", "customer_lines")
"""Where who is on the line is measured. A customer's line may itself be what shows it, so it is kept apart."""


def party_confusion(judged: Iterable[Judged]) -> dict[str, Counter[tuple[str, str]]]:
    """How often each (right party, program's party) came together, by ``PARTY_HEARD``; for a line, at that line."""
    pairs: dict[str, Counter[tuple[str, str]]] = {}
    for one in judged:
        right, line = one.case.reference.party, one.case.line
        if right is None:
            continue
        where = "calls" if line is None else f"{one.case.call.utterances[line].speaker}_lines"
        given = one.audit.party.kind if line is None else one.audit.party.at(line)
        pairs.setdefault(where, Counter())[right, given] += 1
    return {where: pairs[where] for where in PARTY_HEARD if where in pairs}


@dataclass(frozen=True, slots=True)
class FactCounts:
    """What the customer showed. ``flags`` and ``promised`` are (right, found wrongly, missed); the others are (right, all).

    ``reasons`` counts wherever people listened for one, ``reasons_heard`` only where they heard one. A promise found is right where
    amount and day both are; one that is not is both wrong and missed.
    """

    flags: tuple[int, int, int]
    by_flag: dict[str, tuple[int, int, int]]
    reasons: tuple[int, int]
    reasons_heard: tuple[int, int]
    promises: tuple[int, int]
    amounts: tuple[int, int]
    dates: tuple[int, int]
    promised: tuple[int, int, int]

    @property
    def flags_f1(self) -> float | None:
        """Harmonic mean of precision and recall over all flags."""
        return _f1(*self.flags)

    @property
    def promised_f1(self) -> float | None:
        """Harmonic mean of precision and recall of promises to pay."""
        return _f1(*self.promised)


def _f1(right: int, wrong: int, missed: int) -> float | None:
    return share(2 * right, 2 * right + wrong + missed)


def facts(judged: Iterable[Judged]) -> FactCounts:
    """Flags, reason and promise held against the reference, wherever it speaks of them.

    ``promises`` counts calls in which both agree whether there is one; ``amounts`` and ``dates`` calls where people heard one.
    """
    flags: dict[str, Counter[str]] = {}
    exact: Counter[tuple[str, bool]] = Counter()
    promised: Counter[str] = Counter()
    for one in judged:
        right = one.case.reference.facts
        if right is None:
            continue
        line, found = one.case.line, one.audit.facts
        shown = {f.name for f in found.customer_flags if line in (None, f.utterance)}
        for flag in right.customer_flags | shown:
            kind = "right" if flag in right.customer_flags & shown else "wrong" if flag in shown else "missed"
            flags.setdefault(flag, Counter())[kind] += 1
        reason = found.delinquency_reason
        given = reason.name if reason is not None and line in (None, reason.utterance) else None
        exact["reason", given == right.delinquency_reason] += 1
        if right.delinquency_reason is not None:
            exact["reason heard", given == right.delinquency_reason] += 1
        promise = found.promise if found.promise is not None and line in (None, found.promise.utterance) else None
        exact["promise", (promise is None) == (right.promise is None)] += 1
        if right.promise is not None:
            exact["amount", promise is not None and promise.amount == right.promise.amount] += 1
            exact["date", promise is not None and promise.due == right.promise.due] += 1
        met = (
            promise is not None
            and right.promise is not None
            and (promise.amount, promise.due) == (right.promise.amount, right.promise.due)
        )
        promised["right"] += met
        promised["wrong"] += promise is not None and not met
        promised["missed"] += right.promise is not None and not met
    by_flag = {name: (c["right"], c["wrong"], c["missed"]) for name, c in sorted(flags.items())}
    return FactCounts(
        flags=(
            sum(c[0] for c in by_flag.values()),
            sum(c[1] for c in by_flag.values()),
            sum(c[2] for c in by_flag.values()),
        ),
        by_flag=by_flag,
        reasons=_right(exact, "reason"),
        reasons_heard=_right(exact, "reason heard"),
        promises=_right(exact, "promise"),
        amounts=_right(exact, "amount"),
        dates=_right(exact, "date"),
        promised=(promised["right"], promised["wrong"], promised["missed"]),
    )


def _right(exact: Counter[tuple[str, bool]], what: str) -> tuple[int, int]:
    return exact[what, True], exact[what, True] + exact[what, False]


def steps_said(judged: Sequence[Judged]) -> dict[str, tuple[int, int]]:
    """By step, (lines taken to say it, lines that say it); labelled lines only."""
    counts: Counter[tuple[str, bool]] = Counter()
    for one in judged:
        if one.case.line is not None:
            for step in one.case.reference.step_utterances or {}:
                counts[step, step in one.said] += 1
    return {s: _right(counts, s) for s in STEPS if any(name == s for name, _ in counts)}
