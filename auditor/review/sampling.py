"""Which calls without findings people listen to all the same, and what those say of what the rules miss. Pure.

A call's place in the draw is the hash of the seed and its id: the same seed gives the same sample whatever order the calls come in,
whoever drew it can be checked, and calls that come later leave the order among the earlier ones as it is.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.store.samples import Member, Stratum


@dataclass(frozen=True, slots=True)
class Estimate:
    """Which share of the calls in the frame has a breach that the rules miss, from 0 to 1, with its interval.

    ``reviewed`` and ``found`` are what people listened to and where they added something. ``rate`` weighs each stratum by how many
    calls it stands for.
    """

    reviewed: int
    found: int
    rate: float
    low: float
    high: float


def draw(frame: Mapping[str, Iterable[str]], size: int, seed: str) -> list[Member]:
    """A random sample: ``size`` calls of each stratum, all of one that has fewer; in the order in which they were drawn.

    Args:
        frame: ids of calls by stratum; for one sample over all, a single stratum.
        size: how many of each.
        seed: what the draw rests on; any text.

    Raises:
        ValueError: ``size`` is below 1.
    """
    if size < 1:
        raise ValueError("a sample needs at least one call")
    drawn = [
        (_place(call_id, seed), Member(call_id, stratum))
        for stratum, calls in frame.items()
        for call_id in heapq.nsmallest(size, set(calls), key=lambda each: _place(each, seed))
    ]
    return [member for _, member in sorted(drawn, key=lambda each: each[0])]


def estimate(strata: Iterable[Stratum], confidence: float = 0.95) -> Estimate | None:
    """What the rules miss, by what people found in the calls that they have listened to; ``None`` before the first.

    One stratum gives the exact interval of Clopper and Pearson (1934). Several give that of Korn and Graubard (1998): the same on
    the weighted share and the effective size of the sample, here Kish's. A stratum in which nobody listened yet is left out.
    """
    heard = [s for s in strata if s.reviewed]
    if not heard:
        return None
    population = sum(s.population for s in heard)
    reviewed, found = sum(s.reviewed for s in heard), sum(s.found for s in heard)
    rate = sum(s.population * s.found / s.reviewed for s in heard) / population
    size = population**2 / sum(s.population**2 / s.reviewed for s in heard)
    low, high = interval(rate * size, size, confidence)
    return Estimate(reviewed, found, rate, low, high)


def interval(found: float, of: float, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval of a share, from 0 to 1, of which ``found`` of ``of`` were seen; both may be fractions."""
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = 0.0 if found <= 0 else float(betaincinv(found, of - found + 1, tail))
    high = 1.0 if found >= of else float(betaincinv(found + 1, of - found, 1 - tail))
    return low, high


def _place(call_id: str, seed: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{call_id}".encode(errors="surrogatepass")).digest()
