"""An index: every word that anybody looks for, and who needs which; made once for a rule pack.

Rules and cues are listeners. Each has ways to find something, and each way needs words. So reading a page once tells which few
of them can find anything, and where; what the others cost does not grow with their number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
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
            none), and with the words that it needs in the call besides.
        others: more words that will be looked for.
    """

    def __init__(
        self, listeners: Iterable[tuple[object, Sequence[Sets], Sets]] = (), others: Iterable[Words] = ()
    ) -> None:
        self._listeners = tuple(listeners)
        self._numbers = {id(listener): n for n, (listener, *_) in enumerate(self._listeners)}
        self._always = frozenset(n for n, (_, ways, _) in enumerate(self._listeners) if () in ways)
        own = frozenset(words for _, ways, besides in self._listeners for sets in (*ways, besides) for words in sets)
        self.sets = own.union(others)
        # each way waits for a word of its rarest set; the others are looked at only then
        self._ways: list[tuple[Sets, int]] = []  # the other sets, and the listener
        self._waiting: defaultdict[str, list[int]] = defaultdict(list)
        for n, (_, ways, _) in enumerate(self._listeners):
            for way in ways if n not in self._always else ():
                rarest = min(way, key=rarity)
                for word in rarest:
                    self._waiting[word].append(len(self._ways))
                self._ways.append((tuple(words for words in way if words is not rarest), n))
        every = frozenset().union(*self.sets)
        sounding = frozenset(word for word in every if max(word) >= chr(FIRST_SYMBOL) and not word.isascii())
        self._words, self._sounds = _automaton(every - sounding), _automaton(sounding)

    def __reduce__(self) -> tuple[Any, ...]:
        return Index, (self._listeners, self.sets)

    def read(self, text: str) -> list[tuple[int, str]]:
        """Each word that stands in the text, after the place where it ends, in order of places."""
        found = [*self._words.iter(text)] if self._words else []
        if self._sounds:
            found += self._sounds.iter(sound(text))
            found.sort()
        return found

    def number_of(self, listener: object) -> int | None:
        """The listener's number; ``None`` for one that the index does not know."""
        return self._numbers.get(id(listener))

    def listener(self, number: int) -> object:
        """The listener of this number."""
        return self._listeners[number][0]

    def listening(self, said_in: Sequence[frozenset[str]]) -> Mapping[int, Sequence[int]]:
        """For each listener that may find something, the texts in which it may; ``said_in`` are the words said in each text."""
        heard: dict[int, list[int]] = {n: list(range(len(said_in))) for n in self._always}
        for text, said in enumerate(said_in):
            ways: set[int] = set()
            for word in said:
                if word in self._waiting:
                    ways.update(self._waiting[word])
            for others, listener in map(self._ways.__getitem__, ways):
                if not others or says(said, others):
                    texts = heard.setdefault(listener, [])
                    if text not in texts[-1:]:
                        texts.append(text)
        everything: frozenset[str] = frozenset().union(*said_in)
        return {n: texts for n, texts in heard.items() if says(everything, self._listeners[n][2])}


def says(said: frozenset[str], sets: Sets) -> bool:
    """Whether a word of each set is among those said."""
    return not any(map(said.isdisjoint, sets))


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
