"""A page: the texts of a call side by side, one sentence a line, searched once for all of them.

The words of an index are found in one pass over the page; a pattern is tried only on lines that hold a word that it needs.
No hit runs past a line, and so none runs past a sentence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeAlias

from auditor.text.index import Index, Sets, Words, index_of
from auditor.text.literals import ways
from auditor.text.normalise import Comparable

Hit: TypeAlias = tuple[int, int]
Hits: TypeAlias = Mapping[int, Sequence[Hit]]  # the number of a text on the page → hits in it, from left to right
Lines: TypeAlias = Mapping[int, Sequence[int]]  # the number of a text on the page → numbers of lines of it
NOWHERE: Mapping[int, Any] = {}


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
        texts: how many texts it shows.
        lines: the sentences of all of them.
        index: the words that were looked for.
        said_in: for each text, the sets of the index of which a word is said there.
    """

    def __init__(self, texts: Sequence[Comparable], index: Index | None = None) -> None:
        self.texts = len(texts)
        self.lines = [text.text[s:e] for text in texts for s, e in text.sentences()]
        # of each line, the number of its text and where it begins there
        self._texts = [(number, start) for number, text in enumerate(texts) for start, _ in text.sentences()]
        self.index = index or Index()
        self._places: defaultdict[str, list[Hit]] = defaultdict(list)
        words_in: list[set[str]] = [set() for _ in texts]
        for line, (number, _) in enumerate(self._texts):
            for word, start in self.index.read(self.lines[line]):
                self._places[word].append((line, start))
                words_in[number].add(word)
        self.said_in = [self.index.sets_with(words) for words in words_in]
        self._said = set().union(*self.said_in)
        self._listening = self.index.listening(self.said_in)
        self._found: dict[Words, Hits] = {}
        self._lines: dict[Words, set[int]] = {}
        self._promising: dict[str, Lines] = {}
        self._matched: dict[tuple[str, int], Sequence[Hit]] = {}

    def where(self, listener: object) -> Sequence[int]:
        """Numbers of the texts in which a listener may find something; all texts for one that the index does not know."""
        number = self.index.number_of(listener)
        return range(self.texts) if number is None else self._listening.get(number, ())

    def listening(self) -> Iterator[object]:
        """The listeners of the index that may find something, in their order."""
        return (self.index.listener(number) for number in sorted(self._listening))

    def words(self, words: Words) -> Hits:
        """Where one of the words stands: of those that begin alike the longest, none inside another."""
        if self._asleep(words):
            return NOWHERE
        found = self._found.get(words)
        if found is None:
            found = self._found[words] = self._words(words)
        return found

    def _words(self, words: Words) -> Hits:
        places = self._places_of(words)
        found: defaultdict[int, list[Hit]] = defaultdict(list)
        reached = (0, 0)
        for line, start, shorter in sorted((*place, -len(word)) for word in places.keys() & words for place in places[word]):
            if (line, start) >= reached:
                reached = (line, start - shorter)
                number, before = self._texts[line]
                found[number].append((before + start, before + start - shorter))
        return found

    def promising(self, pattern: str) -> Lines:
        """The lines on which the pattern may match: they hold the words that one of its ways needs."""
        lines = self._promising.get(pattern)
        if lines is None:
            lines = self._promising[pattern] = self._by_text(set().union(*map(self._lines_with, ways(pattern))))
        return lines

    def _lines_with(self, sets: Sets) -> Iterable[int]:
        if any(map(self._asleep, sets)):
            return ()
        return set.intersection(*map(self._lines_of, sets)) if sets else range(len(self.lines))

    def _by_text(self, lines: Iterable[int]) -> Lines:
        by_text: defaultdict[int, list[int]] = defaultdict(list)
        for line in sorted(lines):
            by_text[self._texts[line][0]].append(line)
        return by_text

    def _lines_of(self, words: Words) -> set[int]:
        lines = self._lines.get(words)
        if lines is None:
            places = self._places_of(words)
            lines = self._lines[words] = {line for word in places.keys() & words for line, _ in places[word]}
        return lines

    def matches(self, pattern: str, number: int) -> Sequence[Hit]:
        """Where the pattern matches in a text."""
        found = self._matched.get((pattern, number))
        if found is None:
            lines = self.promising(pattern).get(number, ())
            found = self._matched[pattern, number] = [hit for line in lines for hit in self._search(pattern, line)]
        return found

    def _search(self, pattern: str, line: int) -> Iterator[Hit]:
        text = self.lines[line].encode()
        _, before = self._texts[line]
        for match in engine(pattern).finditer(text):
            start, end = match.span()
            if end > start:
                yield before + len(text[:start].decode()), before + len(text[:end].decode())

    def _asleep(self, words: Words) -> bool:
        return words not in self._said and words in self.index.sets

    def _places_of(self, words: Words) -> Mapping[str, Sequence[Hit]]:
        if words in self.index.sets:
            return self._places
        # what the index lacks is found too, in a pass of its own
        places: defaultdict[str, list[Hit]] = defaultdict(list)
        for line, text in enumerate(self.lines):
            for word, start in index_of(words).read(text):
                places[word].append((line, start))
        return places


def side_by_side(texts: Sequence[Comparable], index: Index | None = None) -> tuple[Comparable, ...]:
    """The same texts, each now on one page with the others."""
    page = Page(texts, index)
    return tuple(replace(text, page=page, number=number) for number, text in enumerate(texts))
