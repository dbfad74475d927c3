"""A cue: words that show something about the conversation, unless their context says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.text.context import cleared
from auditor.text.find import Matcher
from auditor.text.index import Alternative, Listener
from auditor.text.normalise import Comparable
from auditor.text.page import Hit


@dataclass(frozen=True, slots=True)
class Cue:
    """Any of the matchers, with none of the named contexts around it (see ``text.context.CONTEXTS``)."""

    matchers: tuple[Matcher, ...]
    unless: tuple[str, ...] = ()

    def hits(self, text: Comparable) -> Iterator[Hit]:
        """Every hit whose context lets it stand."""
        listed = text.page.alternatives(self) if text.page is not None else None
        here = range(len(self.matchers)) if listed is None else listed.get(text.number, ())
        for matcher in map(self.matchers.__getitem__, here):
            for start, end in matcher.hits(text, None):
                if not cleared(text, start, end, self.unless):
                    yield start, end

    def listener(self, speaker: str | None = None) -> Listener:
        """The cue as a page's index knows it: each matcher is an alternative."""
        return Listener(self, tuple(Alternative(tuple(matcher.ways())) for matcher in self.matchers), speaker)

    def first(self, text: Comparable) -> Hit | None:
        """The leftmost hit, if any."""
        listed = text.page.alternatives(self) if text.page is not None else None
        return None if listed is not None and text.number not in listed else min(self.hits(text), default=None)

    def __contains__(self, text: object) -> bool:
        return isinstance(text, Comparable) and next(self.hits(text), None) is not None
