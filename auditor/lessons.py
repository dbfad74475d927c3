"""What reviewers' decisions teach the second reader: the lines they ruled on, as samples, and whether a reader made of them is better.

A line that a finding was upheld or added on is a breach; one whose findings were all overturned, or one without findings in a call that
somebody signed off, is innocent. Lines on which nobody decided teach nothing. Calls are never split between learning and judging.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.errors import UsageError
from auditor.models import SEVERITIES, Call, Severity
from auditor.pipeline import scene_of
from auditor.reader.grams import Line
from auditor.reader.read import rate
from auditor.reader.shipped import load, open_reader
from auditor.reader.train import Sample, train
from auditor.reader.weights import Weights, read_weights
from auditor.review.effective import effective
from auditor.rules.pack import Pack
from auditor.store import decisions, readers
from auditor.store.answers import StoredCall
from auditor.store.decisions import Decision, Kind
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.queries import Store

TEACH: tuple[Kind, ...] = ("finding", "added", "call")
PARTS = 5
"""One call in so many judges, and is not learnt from."""
LEAST_BREACHES = 20
"""Breaches among the lines that judge: of fewer, one line more or less decides."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Lines to learn from and lines to judge by, and how many calls they come from."""

    learn: tuple[Sample, ...]
    judge: tuple[Sample, ...]
    calls: int


@dataclass(frozen=True, slots=True)
class Trial:
    """How a reader did on lines that it had not learnt from."""

    breaches: int
    found: int
    innocent: int
    suspected: int

    @property
    def recall(self) -> float:
        """The share of breaches that were suspected."""
        return self.found / self.breaches if self.breaches else 0.0

    @property
    def false_rate(self) -> float:
        """The share of innocent lines that were suspected."""
        return self.suspected / self.innocent if self.innocent else 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A new reader held against the one in use, on the same lines."""

    data: bytes
    weights: Weights
    new: Trial
    old: Trial

    @property
    def better(self) -> bool:
        """Whether the new one may take the old one's place: it finds more and suspects no more innocent lines than the old one or
        one in a hundred, or finds as many and suspects fewer."""
        allowed = self.new.suspected <= max(self.old.suspected, self.new.innocent // 100)
        return (self.new.found > self.old.found and allowed) or (
            self.new.found == self.old.found and self.new.suspected < self.old.suspected
        )


def lessons(store: Store, pack: Pack, progress: Callable[[int, int], None] = lambda _done, _of: None) -> Lessons:
    """All that people decided in a home, as samples.

    Args:
        store: the home.
        pack: by which the calls' turns are made, as the reader will see them.
        progress: told after each call how many of how many are through.
    """
    with Ledger(store.home) as ledger, ledger.reading() as db:
        made: dict[str, list[Decision]] = {}
        for kind in TEACH:
            for decision in decisions.of_kind(db, kind):
                made.setdefault(decision.call_id, []).append(decision)
    learn: list[Sample] = []
    judge: list[Sample] = []
    for done, (call_id, ruled) in enumerate(sorted(made.items()), 1):
        into = judge if int(hashlib.sha256(call_id.encode()).hexdigest(), 16) % PARTS == 0 else learn
        into += samples(store.call(call_id), ruled, pack)
        progress(done, len(made))
    return Lessons(tuple(learn), tuple(judge), len(made))


def samples(stored: StoredCall, ruled: Iterable[Decision], pack: Pack) -> Iterator[Sample]:
    """What the decisions on one call teach, turn by turn of the agent."""
    decided = {d.item: d for d in ruled if d.verdict != "open"}
    signed = any(d.kind == "call" for d in decided.values())
    breaches: dict[int, dict[str, Severity]] = {}
    undecided: set[int] = set()
    for finding in effective(stored.shown, decided.values(), pack.scoring).findings:
        for place in (finding.utterance, *finding.also):
            if place is None:
                continue
            if finding.finding_id in decided:
                breaches.setdefault(place, {})[finding.category] = finding.severity
            else:
                undecided.add(place)
    cleared = {f.utterance for f in stored.shown.findings if f.finding_id in decided}
    for line, places in turns_of(stored.call, pack):
        found = {c: s for place in sorted(places) for c, s in breaches.get(place, {}).items()}
        if found:
            gravest = min(found.values(), key=SEVERITIES.index)
            yield Sample(line, tuple(sorted(found)), stored.call.call_id, gravest)
        elif not places & undecided and (signed or places & cleared):
            yield Sample(line, (), stored.call.call_id)


def turns_of(call: Call, pack: Pack) -> Iterator[tuple[Line, set[int]]]:
    """The agent's turns of a call as the reader reads them, each with its utterances."""
    scene = scene_of(call, pack)
    for turn in scene.turns:
        if turn.speaker == "agent" and turn.text.text:
            before = scene.turns[turn.number - 1].text.text if turn.number else ""
            yield Line(turn.text.text, before, scene.party.at(turn.utterances[0])), set(turn.utterances)


def reader_in_use(home: Home) -> Weights | None:
    """The reader that a home's calls are read by: its own, or the one that came with the program.

    Raises:
        ModelError: its weights are missing or damaged.
    """
    own = readers.in_use(home)
    return open_reader() if own is None else load(own)


def learn(taught: Lessons, base: Weights, about: Mapping[str, Any]) -> Outcome:
    """A reader that goes on from ``base`` with what reviewers taught, held against ``base`` on the lines kept apart.

    Raises:
        UsageError: too little was decided to learn from or to judge by.
    """
    breaches = sum(bool(s.categories) for s in taught.judge)
    if breaches < LEAST_BREACHES or breaches == len(taught.judge):
        raise UsageError(
            f"用来比较的通话里只有 {breaches} 句违规话、{len(taught.judge) - breaches} 句合规话，至少要 {LEAST_BREACHES} 句违规话"
            "和一些合规话才比得出好坏。请再复核一些通话（签核没有违规的通话也算）。"
        )
    counts = Counter(c for s in taught.learn for c in s.categories)
    told = {"calls": taught.calls, "lines": len(taught.learn), "categories": dict(sorted(counts.items()))}
    data = train(taught.learn, {**about, "taught": told, "base": base.fingerprint}, base=base)
    weights = read_weights(data, "训练")
    return Outcome(data, weights, trial(taught.judge, weights), trial(taught.judge, base))


def trial(judged: Sequence[Sample], weights: Weights) -> Trial:
    """How a reader does on lines that it did not learn from."""
    suspected = [_suspects(s.line, weights) for s in judged]
    breach = [bool(s.categories) for s in judged]
    found = sum(b and s for b, s in zip(breach, suspected, strict=True))
    return Trial(sum(breach), found, len(judged) - sum(breach), sum(suspected) - found)


def _suspects(line: Line, weights: Weights) -> bool:
    score, category = rate(line, weights)
    return bool(category) and score >= weights.threshold
