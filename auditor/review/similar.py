"""Like what people decided before: the decided findings whose words are closest to a finding's. Computed when read, never part of an audit.

A reviewer sees "like these three that were upheld" beside a finding. Nothing is learnt, and nothing follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest

from auditor.store.rulings import Ruled
from auditor.text.normalise import normalise
from auditor.text.similar import closeness

CLOSE = 0.4  # below it, two quotes share little more than everyday words
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Likeness:
    """A ruling and how close its words are, from 0 to 1."""

    ruling: Ruled
    closeness: float


def nearest(quote: str, past: Iterable[Ruled], *, but: str = "", count: int = SHOWN) -> list[Likeness]:
    """The rulings on words closest to these, the closest first, then the newest; the same words are told once.

    Args:
        quote: what was said.
        past: rulings, in any order.
        but: the id of the finding itself.
        count: at most so many.
    """
    said = normalise(quote).text
    best: dict[str, Likeness] = {}
    for ruling in past:
        if ruling.finding_id == but:
            continue
        other = normalise(ruling.quote).text
        close = closeness(said, other)
        known = best.get(other)
        if close >= CLOSE and (known is None or ruling.decided_at > known.ruling.decided_at):
            best[other] = Likeness(ruling, close)
    return nlargest(count, best.values(), key=lambda n: (n.closeness, n.ruling.decided_at, n.ruling.finding_id))
