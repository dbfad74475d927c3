"""What a number of calls allows to say: intervals that small samples deserve, and differences that chance would hardly make. Pure.

Shares get Wilson's interval, means Student's; the interval of a difference combines the two (Zou and Donner 2008; of shares this is
Newcombe's method 10, 1998). Whether two shares differ is Fisher's exact test with the smaller tail doubled, two means Welch's test. Where
much is compared at once, something always differs by chance: a batch's means, and its shares, are each corrected after Benjamini and
Hochberg.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

CONFIDENCE = 0.95
FALSE_DISCOVERIES = 0.05
"""How large a part of the differences said to stand out may be none."""
FEW = 8
"""Calls; of fewer, numbers are shown but not compared."""
FULL_SCORE = 100.0

Verdict: TypeAlias = Literal["better", "worse", "same", "few"]


@dataclass(frozen=True, slots=True)
class Share:
    """``done`` out of ``of`` calls."""

    done: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, from 0 to 1; ``None`` of no calls."""
        return self.done / self.of if self.of else None

    def without(self, part: Share) -> Share:
        """What is left without a part of the calls."""
        return Share(self.done - part.done, self.of - part.of)


@dataclass(frozen=True, slots=True)
class Sample:
    """The mean score of ``of`` calls, from 0 to 100, and the standard deviation of the sample; ``None`` where there is none."""

    of: int
    value: float | None
    deviation: float | None


Figure: TypeAlias = Share | Sample
NO_CALLS = Share(0, 0)


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the truth probably lies, with the confidence of ``CONFIDENCE``."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two figures held against each other; ``chance`` is the corrected p-value, ``None`` where there was too little to compare."""

    before: Figure
    after: Figure
    verdict: Verdict
    chance: float | None

    @property
    def difference(self) -> float:
        """After less before; 0 where one of them is of no calls."""
        return (self.after.value or 0.0) - (self.before.value or 0.0) if self.chance is not None else 0.0


def interval(figure: Figure) -> Interval | None:
    """The interval of a figure; ``None`` where nothing can be said: no calls, one score, or scores without any spread."""
    if isinstance(figure, Share):
        return _wilson(figure.done, figure.of) if figure.of else None
    if figure.value is None or figure.of < 2 or not figure.deviation:
        return None
    return _student(figure.of, figure.value, figure.deviation)


def difference_interval(before: Figure, after: Figure) -> Interval | None:
    """Where the difference ``after − before`` probably lies; ``None`` where one of them is of no calls."""
    if before.value is None or after.value is None:
        return None
    first = interval(before) or Interval(before.value, before.value)
    second = interval(after) or Interval(after.value, after.value)
    between = after.value - before.value
    return Interval(
        between - math.hypot(after.value - second.low, first.high - before.value),
        between + math.hypot(second.high - after.value, before.value - first.low),
    )


def compare(pairs: Sequence[tuple[Figure, Figure]]) -> list[Comparison]:
    """Hold each pair (before, after) of the same kind of figure against each other, all of them corrected as one batch."""
    enough = [n for n, (before, after) in enumerate(pairs) if min(before.of, after.of) >= FEW]
    corrected = _corrected([pairs[n] for n in enough])
    chances = dict(zip(enough, corrected, strict=True))
    return [_comparison(before, after, chances.get(n)) for n, (before, after) in enumerate(pairs)]


def _comparison(before: Figure, after: Figure, chance: float | None) -> Comparison:
    if chance is None:
        return Comparison(before, after, "few", None)
    if chance > FALSE_DISCOVERIES:
        return Comparison(before, after, "same", chance)
    risen = (after.value or 0.0) > (before.value or 0.0)
    return Comparison(before, after, "better" if risen else "worse", chance)


def _corrected(pairs: Sequence[tuple[Figure, Figure]]) -> list[float]:
    from scipy.stats import false_discovery_control

    shares = [(n, b, a) for n, (b, a) in enumerate(pairs) if isinstance(b, Share) and isinstance(a, Share)]
    samples = [(n, b, a) for n, (b, a) in enumerate(pairs) if isinstance(b, Sample) and isinstance(a, Sample)]
    found: dict[int, float] = {}
    for places, chances in (
        ([n for n, _, _ in shares], _fisher([(b, a) for _, b, a in shares])),
        ([n for n, _, _ in samples], _welch([(b, a) for _, b, a in samples])),
    ):
        if chances:
            found |= dict(zip(places, map(float, false_discovery_control(chances)), strict=True))
    return [found[n] for n in range(len(pairs))]


def _fisher(pairs: Sequence[tuple[Share, Share]]) -> list[float]:
    """For each pair, how often chance alone would set them this far apart, given how many were done in all."""
    import numpy as np
    from scipy.stats import hypergeom

    if not pairs:
        return []
    done, of = (np.array([getattr(b, field) for b, _ in pairs]) for field in ("done", "of"))
    later, later_of = (np.array([getattr(a, field) for _, a in pairs]) for field in ("done", "of"))
    drawn = (of + later_of, done + later, of)
    tail = np.minimum(hypergeom.cdf(done, *drawn), hypergeom.sf(done - 1, *drawn))
    return [float(p) for p in np.clip(2 * tail, 0.0, 1.0)]


def _welch(pairs: Sequence[tuple[Sample, Sample]]) -> list[float]:
    import numpy as np
    from scipy.stats import ttest_ind_from_stats

    return [
        float(ttest_ind_from_stats(b.value, b.deviation, b.of, a.value, a.deviation, a.of, equal_var=False).pvalue)
        if b.deviation or a.deviation
        else float(np.isclose(b.value or 0.0, a.value or 0.0))
        for b, a in pairs
    ]


@lru_cache(maxsize=65_536)
def _wilson(done: int, of: int) -> Interval:
    from scipy.stats import binomtest

    found = binomtest(done, of).proportion_ci(CONFIDENCE, method="wilson")
    # rounding may put a limit a hair past the share itself
    return Interval(min(float(found.low), done / of), max(float(found.high), done / of))


@lru_cache(maxsize=65_536)
def _student(of: int, mean: float, deviation: float) -> Interval:
    from scipy.stats import t

    low, high = t.interval(CONFIDENCE, of - 1, loc=mean, scale=deviation / math.sqrt(of))
    return Interval(max(0.0, float(low)), min(FULL_SCORE, float(high)))
