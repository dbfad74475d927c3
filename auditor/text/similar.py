"""Sentences close to a model sentence, by the characters and pairs of neighbouring characters that they share.

Closeness is the Dice coefficient (L. R. Dice, Ecology 26, 1945) of two bags: 2·shared ÷ (size of one + size of the other); 1 for
the same sentence, 0 where nothing is shared. Pairs keep the order of words, single characters keep what pairs lose at each change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.text.index import Sets
from auditor.text.normalise import Comparable, normalise
from auditor.text.page import Hit
from auditor.text.segment import Segmenter

SHORTEST = 4  # characters: of less, any two share too much


def closeness(one: str, other: str) -> float:
    """How close two comparable texts are, from 0 to 1."""
    return _dice(_bag(one), _bag(other))


def _bag(text: str) -> Counter[str]:
    return Counter([*text, *(text[i : i + 2] for i in range(len(text) - 1))])


def _dice(one: Counter[str], other: Counter[str]) -> float:
    size = one.total() + other.total()
    return 2 * sum(min(n, other[piece]) for piece, n in one.items() if piece in other) / size if size else 0.0


@dataclass(frozen=True, slots=True)
class Similar:
    """Clauses and whole sentences at least ``at_least`` close to one of the models."""

    models: tuple[str, ...]
    at_least: float
    kind: str = "similar"

    @classmethod
    def of(cls, sentences: Sequence[str], at_least: float) -> Similar:
        """From sentences in any script."""
        folded = (normalise(s).text for s in sentences)
        return cls(tuple(dict.fromkeys(s for s in folded if len(s) >= SHORTEST)), at_least)

    def hits(self, text: Comparable, segmenter: Segmenter | None = None) -> Iterator[Hit]:
        """Each close clause; a sentence of several clauses where none of them is close by itself."""
        every = list(text.clauses())
        for sentence in text.sentences():
            first, last = (bisect_right(text.clause_ends, at) for at in sentence)
            clauses = every[first:last]
            close = [c for c in clauses if self._close(text.text[c[0] : c[1]])]
            if not close and len(clauses) > 1 and self._close(text.text[sentence[0] : sentence[1]]):
                close = [sentence]
            yield from close

    def ways(self) -> Sequence[Sets]:
        """See ``Matcher``."""
        return ((),)

    def nearest(self, said: str) -> tuple[str, float]:
        """The model that ``said`` comes closest to, and how close."""
        bag = _bag(said)
        model = max(self.models, key=lambda m: _dice(bag, _bag(m)))
        return model, closeness(said, model)

    def _close(self, said: str) -> bool:
        if len(said) < SHORTEST:
            return False
        # the smaller bag bounds what can be shared
        low, high = self.at_least / (2 - self.at_least), (2 - self.at_least) / self.at_least
        return any(
            low <= (2 * len(said) - 1) / (2 * len(model) - 1) <= high and closeness(said, model) >= self.at_least
            for model in self.models
        )
