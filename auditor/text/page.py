"""A page: the texts of a call side by side, one sentence a line, searched once for all of them.

The words of an index are found in one pass over the page; a pattern is tried only on texts that hold the words that it needs.
No hit runs past a line, and so none runs past a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

from auditor.text.index import Index, Words, index_of, says
from auditor.text.normalise import Comparable
from auditor.text.pinyin import is_sound, sound

Hit: TypeAlias = tuple[int, int]


@lru_cache(maxsize=8192)
def engine(pattern: str) -> Any:
    """RE2's form of the pattern, over UTF-8; ``re2.error`` where it has none."""
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 << 20
    # ^ and $ mean the ends of a line, and [^x] must not run past one
    options.never_nl = True
    # nobody asks what a group holds, and to know it costs RE2 several times the search
    options.never_capture = True
    # over bytes: to count characters at each step costs more than to search
    return re2.compile(f"(?m){pattern}".encode(), options)


class Page:
    """The texts given, one sentence a line.

    Attributes:
        index: the words that were looked for.
        said_in: for each text, which words of the index are said there.
    """

    def __init__(
        self, texts: Sequence[Comparable], index: Index | None = None, speakers: Sequence[str] | None = None
    ) -> None:
        self.index = index or Index()
        self._texts = ["\n".join([text.text[s:e] for s, e in text.sentences()]) for text in texts]
        self._speakers: Sequence[str | None] = speakers or [None] * len(texts)
        self.said_in = [self.index.read(text) for text in self._texts]
        self._found: dict[tuple[Words | str, int], Sequence[Hit]] = {}
        self._bytes: dict[int, bytes] = {}

    @property
    def numbers(self) -> range:
        """The numbers of the texts."""
        return range(len(self._texts))

    @cached_property
    def _listening(self) -> Mapping[int, Mapping[int, Sequence[int]]]:
        return self.index.listening(self.said_in, self._speakers)

    def alternatives(self, listener: object) -> Mapping[int, Sequence[int]] | None:
        """The texts in which a listener may find something, each with those of its alternatives that may hold there, in rising
        order; ``None`` for one that the index does not know."""
        number = self.index.number_of(listener)
        return None if number is None else self._listening.get(number, {})

    def listening(self) -> Iterator[object]:
        """The listeners of the index that may find something, in their order."""
        return (self.index.owner(number) for number in sorted(self._listening))

    def words(self, words: Words, number: int) -> Sequence[Hit]:
        """Where one of the words stands in a text: of those that begin alike the longest, none inside another."""
        if words in self.index.sets and self.said_in[number].isdisjoint(words):
            return ()
        found = self._found.get((words, number))
        if found is None:
            found = self._found[words, number] = self._words(words, number)
        return found

    def _words(self, words: Words, number: int) -> Sequence[Hit]:
        text = self._texts[number]
        # what the index lacks is found too, in a pass of its own
        said = self.said_in[number] & words if words in self.index.sets else index_of(words).read(text)
        places = [
            (start, -len(word)) for word in said for start in _places(word, sound(text) if is_sound(word) else text)
        ]
        found = []
        reached = 0
        for start, shorter in sorted(places):
            if start >= reached:
                reached = start - shorter
                found.append(self._place(start, reached, number))
        return found

    def matches(self, pattern: str, number: int) -> Sequence[Hit]:
        """Where the pattern matches in a text."""
        found = self._found.get((pattern, number))
        if found is None:
            said = self.said_in[number]
            may = any(says(said, way) for way in self.index.ways(pattern))
            found = self._found[pattern, number] = list(self._matches(pattern, number)) if may else ()
        return found

    def _matches(self, pattern: str, number: int) -> Iterator[Hit]:
        text = self._bytes.get(number) or self._bytes.setdefault(number, self._texts[number].encode())
        for match in engine(pattern).finditer(text):
            start, end = match.span()
            if end > start:
                yield self._place(len(text[:start].decode()), len(text[:end].decode()), number)

    def _place(self, start: int, end: int, number: int) -> Hit:
        """A place on the page as a place in the text, which has no line ends."""
        before = self._texts[number].count("\n", 0, start)
        return start - before, end - before


def _places(word: str, text: str) -> Iterator[int]:
    start = text.find(word)
    while start >= 0:
        yield start
        start = text.find(word, start + 1)


def side_by_side(
    texts: Sequence[Comparable], index: Index | None = None, speakers: Sequence[str] | None = None
) -> tuple[Comparable, ...]:
    """The same texts, each now on one page with the others; ``speakers`` says each text, where that is known."""
    page = Page(texts, index, speakers)
    return tuple(
        Comparable(t.text, t.origin, t.clause_ends, t.sentence_ends, t.asks, t.closed, page, number)
        for number, t in enumerate(texts)
    )
