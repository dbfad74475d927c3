"""Reading: a turn in context and the weights → what is suspected, how surely, and the characters that say so.

Pure, and exact: weights are whole numbers, so that a sum is the same in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

from auditor.models import PARTIES, PartyKind
from auditor.reader.grams import Line, grams, places
from auditor.reader.weights import Weights, scaled, unpack
from auditor.text.normalise import Comparable

LONGEST = 48  # characters read at once where clauses allow: about the longest line that the weights were made of
SHORTEST = 10  # characters that a sentence of a long turn is read by itself from
CUT = 96  # characters after which a clause without end is cut, so that no sum can run over its field

ANYBODY: frozenset[PartyKind] = frozenset(PARTIES)
THIRD: frozenset[PartyKind] = frozenset({"third_party", "wrong_number", "voicemail"})
ONLY_TO: dict[str, frozenset[PartyKind]] = {
    "third_party_disclosure": THIRD,
    "third_party_pressure": THIRD,
    "contact_after_refusal": THIRD,
    "disclosure_before_verification": frozenset({"debtor_unverified"}),
}
"""Breaches that only somebody else can suffer (labelling conventions 5, 6 and 8)."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a stretch of a turn looks like.

    Attributes:
        category: of banned conduct.
        score: how much it looks like a breach (see ``rate``), in the units of the weights.
        chance: that a person finds a breach here, in thousandths (see ``docs/reader.md`` for what it was measured on).
        start, end: the clauses that carried the score, in the turn's comparable text.
        spans: the characters in them that carried it, in order.
    """

    category: str
    score: int
    chance: int
    start: int
    end: int
    spans: tuple[tuple[int, int], ...]


def read(text: Comparable, before: str, party: PartyKind, weights: Weights) -> tuple[Suspicion, ...]:
    """What is suspected in an agent's turn, in order; at most once a category, where it scores highest.

    Args:
        text: the turn.
        before: the turn before, in comparable form; empty where there is none.
        party: who hears it.
        weights: what the reader learnt.
    """
    best: dict[str, Suspicion] = {}
    for start, end in windows(text):
        line = Line(text.text[start:end], before, party)
        reached, category = rate(line, weights)
        if category and reached >= weights.threshold and (category not in best or reached > best[category].score):
            best[category] = _explain(text, start, line, category, reached, weights)
    return tuple(sorted(best.values(), key=lambda s: (s.start, s.category)))


def rate(line: Line, weights: Weights) -> tuple[int, str]:
    """How much the line looks like a breach, and like which: twice the score of any breach, and that of the likeliest category.

    The second term makes a line that looks like one kind of breach in particular count for more (see ``docs/reader.md``). Below the
    gate it is left out, and no category is named.
    """
    found = list(grams(line))
    size = sum(len(row) for _, row in found)
    zeros = repeat(0)
    total = sum(sum(map(weights.breach[table].get, row, zeros)) for table, row in found)
    breach = scaled(total, size) + weights.intercepts[0]
    if breach < weights.gate:
        return 2 * breach, ""
    packed = sum(sum(map(weights.kinds[table].get, row, zeros)) for table, row in found)
    kinds = zip(weights.categories, unpack(packed, len(weights.categories)), weights.intercepts[1:], strict=True)
    best, category = max(
        (scaled(total, size) + intercept, category)
        for category, total, intercept in kinds
        if line.party in ONLY_TO.get(category, ANYBODY)
    )
    return 2 * breach + best, category


def windows(text: Comparable) -> Iterator[tuple[int, int]]:
    """A short turn as a whole; of a long one each sentence, very short ones with the next, very long ones by their clauses; a clause
    that is too long by far is cut."""
    if len(text.text) <= LONGEST:
        yield from [(0, len(text.text))] if text.text else []
        return
    clauses = list(text.clauses())
    sentences = set(text.sentence_ends)
    start = 0
    for number, (clause_start, clause_end) in enumerate(clauses):
        if clause_end - start > LONGEST and clause_start > start:
            yield start, clause_start
            start = clause_start
        while clause_end - start > CUT:
            yield start, start + CUT
            start += CUT
        last = number == len(clauses) - 1
        if last or (clause_end in sentences and clause_end - start >= SHORTEST):
            yield start, clause_end
            start = clause_end


def _explain(text: Comparable, start: int, line: Line, category: str, reached: int, weights: Weights) -> Suspicion:
    """The clauses that carried the score, and in them the characters that speak for this category: each feature's weight is shared
    out among its characters (in sixths, which all shapes divide)."""
    number = weights.categories.index(category)
    carried = [0] * len(line.text)
    telling = [0] * len(line.text)
    for table, feature, at in places(line):
        if at and feature in weights.breach[table]:
            kind = unpack(weights.kinds[table][feature], len(weights.categories))[number]
            for place in at:
                carried[place] += (2 * weights.breach[table][feature] + kind) * 6 // len(at)
                telling[place] += kind * 6 // len(at)
    clauses = [
        (max(s - start, 0), min(e - start, len(line.text)))
        for s, e in text.clauses()
        if e > start and s < start + len(line.text)
    ]
    worth = [sum(carried[s:e]) for s, e in clauses]
    most = max(worth)
    loud = [n for n, value in enumerate(worth) if value == most or value * 2 > most > 0]
    left, right = clauses[loud[0]][0], clauses[loud[-1]][1]
    spans = _peaks(telling, left, right)
    return Suspicion(
        category=category,
        score=reached,
        chance=weights.chance(reached),
        start=start + left,
        end=start + right,
        spans=tuple((start + s, start + e) for s, e in spans),
    )


def _peaks(carried: list[int], left: int, right: int) -> list[tuple[int, int]]:
    """Runs of characters that carried more than a third of what the best one did, over a gap of one; those of a single character only
    where there are no others, and the whole stretch where nothing carried anything."""
    most = max(carried[left:right])
    if most <= 0:
        return [(left, right)]
    spans: list[tuple[int, int]] = []
    for at in range(left, right):
        if carried[at] * 3 > most:
            if spans and at - spans[-1][1] <= 1:
                spans[-1] = (spans[-1][0], at + 1)
            else:
                spans.append((at, at + 1))
    return [span for span in spans if span[1] - span[0] > 1] or spans
