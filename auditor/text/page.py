"""A page: the texts of a call side by side, one sentence a line, searched once for all of them.

The words of an index are found in one pass over the page; a pattern is tried only on texts that hold the words that it needs.
No hit runs past a line, and so none runs past a sentence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeAlias

from auditor.text.index import Index, Words, index_of, says
from auditor.text.literals import ways
from auditor.text.normalise import Comparable

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
        said_in: for each text, the words of the index that are said there.
    """

    def __init__(self, texts: Sequence[Comparable], index: Index | None = None) -> None:
        self.index = index or Index()
        self._texts = ["\n".join([text.text[s:e] for s, e in text.sentences()]) for text in texts]
        self._read = self._by_text(self.index)
        self.said_in = [frozenset([word for _, word in read]) for read in self._read]
        self._listening = self.index.listening(self.said_in)
        self._found: dict[tuple[Words | str, int], Sequence[Hit]] = {}

    def _by_text(self, index: Index) -> list[list[tuple[int, str]]]:
        read = index.read("\n".join(self._texts))
        by_text = []
        first = start = 0
        for text in self._texts:
            last = bisect_left(read, (start + len(text),), first)
            by_text.append([(end - start, word) for end, word in read[first:last]])
            first, start = last, start + len(text) + 1
        return by_text

    @property
    def numbers(self) -> range:
        """The numbers of the texts."""
        return range(len(self._texts))

    def where(self, listener: object) -> Sequence[int]:
        """Numbers of the texts in which a listener may find something; all texts for one that the index does not know."""
        number = self.index.number_of(listener)
        return self.numbers if number is None else self._listening.get(number, ())

    def listening(self) -> Iterator[object]:
        """The listeners of the index that may find something, in their order."""
        return (self.index.listener(number) for number in sorted(self._listening))

    def words(self, words: Words, number: int) -> Sequence[Hit]:
        """Where one of the words stands in a text: of those that begin alike the longest, none inside another."""
        if self.said_in[number].isdisjoint(words) and words in self.index.sets:
            return ()
        found = self._found.get((words, number))
        if found is None:
            found = self._found[words, number] = self._words(words, number)
        return found

    def _words(self, words: Words, number: int) -> Sequence[Hit]:
        # what the index lacks is found too, in a pass of its own
        read = self._read[number] if words in self.index.sets else index_of(words).read(self._texts[number])
        found = []
        reached = 0
        for start, shorter in sorted([(end + 1 - len(word), -len(word)) for end, word in read if word in words]):
            if start >= reached:
                reached = start - shorter
                found.append(self._place(start, reached, number))
        return found

    def matches(self, pattern: str, number: int) -> Sequence[Hit]:
        """Where the pattern matches in a text."""
        found = self._found.get((pattern, number))
        if found is None:
            found = self._found[pattern, number] = (
                list(self._matches(pattern, number)) if self._may_match(pattern, number) else ()
            )
        return found

    def _may_match(self, pattern: str, number: int) -> bool:
        said, known = self.said_in[number], self.index.sets
        return any(says(said, way) or not known.issuperset(way) for way in ways(pattern))

    def _matches(self, pattern: str, number: int) -> Iterator[Hit]:
        text = self._texts[number].encode()
        for match in engine(pattern).finditer(text):
            start, end = match.span()
            if end > start:
                yield self._place(len(text[:start].decode()), len(text[:end].decode()), number)

    def _place(self, start: int, end: int, number: int) -> Hit:
        """A place on the page as a place in the text, which has no line ends."""
        before = self._texts[number].count("\n", 0, start)
        return start - before, end - before


def side_by_side(texts: Sequence[Comparable], index: Index | None = None) -> tuple[Comparable, ...]:
    """The same texts, each now on one page with the others."""
    page = Page(texts, index)
    return tuple(replace(text, page=page, number=number) for number, text in enumerate(texts))
