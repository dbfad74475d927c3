"""A cue: words that show something about the conversation, unless their context says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.text.context import cleared
from auditor.text.find import Matcher
from auditor.text.index import Sets
from auditor.text.normalise import Comparable
from auditor.text.page import Hit


@dataclass(frozen=True, slots=True)
class Cue:
    """Any of the matchers, with none of the named contexts around it (see ``text.context.CONTEXTS``)."""

    matchers: tuple[Matcher, ...]
    unless: tuple[str, ...] = ()

    def hits(self, text: Comparable) -> Iterator[Hit]:
        """Every hit whose context lets it stand."""
        if text.page is not None and text.number not in text.page.where(self):
            return
        for matcher in self.matchers:
            for start, end in matcher.hits(text, None):
                if not cleared(text, start, end, self.unless):
                    yield start, end

    def ways(self) -> list[Sets]:
        """Its ways to find something, by the sets of words that each needs."""
        return [way for matcher in self.matchers for way in matcher.ways()]

    def first(self, text: Comparable) -> Hit | None:
        """The leftmost hit, if any."""
        return min(self.hits(text), default=None)

    def __contains__(self, text: object) -> bool:
        return isinstance(text, Comparable) and next(self.hits(text), None) is not None
