"""An index: every word that anybody looks for, and who needs which; made once for a rule pack.

Rules and cues are listeners. Each has ways to find something, and each way needs words. So reading a page once tells which few
of them can find anything, and where; what the others cost does not grow with their number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import Any, TypeAlias

from auditor.text.literals import rarity
from auditor.text.pinyin import FIRST_SYMBOL, sound

Words: TypeAlias = frozenset[str]
Sets: TypeAlias = tuple[Words, ...]  # of words, one of each of which must be said


class Index:
    """Words to look for.

    A word may be a sound, as ``auditor.text.pinyin`` writes it; it is found where a line sounds so.

    Args:
        listeners: each with its ways to find something in a text, by the words that each way needs there (the empty way needs
            none), and with the words that it needs anywhere.
        others: more words that will be looked for.
    """

    def __init__(self, listeners: Iterable[tuple[object, Sequence[Sets], Sets]] = (), others: Iterable[Words] = ()) -> None:
        self._listeners = tuple(listeners)
        self._numbers = {id(listener): n for n, (listener, *_) in enumerate(self._listeners)}
        self._always = frozenset(n for n, (_, ways, _) in enumerate(self._listeners) if () in ways)
        self._waiting: defaultdict[Words, list[tuple[int, Sets]]] = defaultdict(list)
        for n, (_, ways, _) in enumerate(self._listeners):
            for way in ways if n not in self._always else ():
                self._waiting[min(way, key=rarity)].append((n, way))
        own = (words for _, ways, anywhere in self._listeners for sets in (*ways, anywhere) for words in sets)
        self.sets = frozenset({*others, *own})
        self._sets_of: defaultdict[str, set[Words]] = defaultdict(set)
        for words in self.sets:
            for word in words:
                self._sets_of[word].add(words)
        sounding = frozenset(word for word in self._sets_of if max(word) >= chr(FIRST_SYMBOL) and not word.isascii())
        self._words, self._sounds = _automaton(self._sets_of.keys() - sounding), _automaton(sounding)

    def __reduce__(self) -> tuple[Any, ...]:
        return Index, (self._listeners, self.sets)

    def read(self, line: str) -> Iterator[tuple[str, int]]:
        """Each word that stands in the line, and where it begins there."""
        for automaton, heard in ((self._words, line), (self._sounds, sound(line) if self._sounds else "")):
            for last, word in automaton.iter(heard) if automaton else ():
                yield word, last - len(word) + 1

    def sets_with(self, words: Iterable[str]) -> set[Words]:
        """The sets that hold one of the words."""
        return set().union(*(self._sets_of[word] for word in words))

    def number_of(self, listener: object) -> int | None:
        """The listener's number; ``None`` for one that the index does not know."""
        return self._numbers.get(id(listener))

    def listener(self, number: int) -> object:
        """The listener of this number."""
        return self._listeners[number][0]

    def listening(self, said_in: Sequence[set[Words]]) -> Mapping[int, Sequence[int]]:
        """For each listener that may find something, the texts in which it may; ``said_in`` are the sets said in each text."""
        heard: defaultdict[int, list[int]] = defaultdict(list)
        for text, said in enumerate(said_in):
            for words in self._waiting.keys() & said:
                for listener, way in self._waiting[words]:
                    if said.issuperset(way) and text not in heard[listener][-1:]:
                        heard[listener].append(text)
        heard.update((n, list(range(len(said_in)))) for n in self._always)
        said_anywhere = set().union(*said_in)
        return {n: texts for n, texts in heard.items() if said_anywhere.issuperset(self._listeners[n][2])}


def _automaton(words: Set[str]) -> Any:
    import ahocorasick

    if not words:
        return None
    automaton = ahocorasick.Automaton()
    for word in words:
        automaton.add_word(word, word)
    automaton.make_automaton()
    return automaton


@lru_cache(maxsize=1024)
def index_of(words: Words) -> Index:
    """An index of these words alone."""
    return Index(others=[words])
