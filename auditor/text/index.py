"""An index: every word that anybody looks for, and who needs which; made once for a rule pack.

Rules, parts of steps and cues are listeners. Each has alternatives, each alternative has ways to find something, and each way
needs words. So reading a page once tells which few of them can find anything, and where; what the others cost does not grow with
their number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from auditor.text.literals import rarity, ways
from auditor.text.pinyin import is_sound, sound

Words: TypeAlias = frozenset[str]
Sets: TypeAlias = tuple[Words, ...]  # of words, one of each of which must be said


@dataclass(frozen=True, slots=True)
class Alternative:
    """One thing that a listener may find: its ways to, by the sets of words that each needs in the text (the empty way needs none),
    and the sets that it needs in the call ``besides``."""

    ways: tuple[Sets, ...]
    besides: Sets = ()


@dataclass(frozen=True, slots=True)
class Listener:
    """Who looks for words: ``owner`` in so many alternatives, in what ``speaker`` says; ``None`` listens to everybody."""

    owner: object
    alternatives: tuple[Alternative, ...]
    speaker: str | None = None


class Index:
    """Words to look for.

    A word may be a sound, as ``auditor.text.pinyin`` writes it; it is found where a line sounds so.

    Args:
        listeners: who looks for them.
        others: more words that will be looked for.
    """

    def __init__(self, listeners: Iterable[Listener] = (), others: Iterable[Words] = ()) -> None:
        self._listeners = tuple(listeners)
        self._numbers = {id(listener.owner): n for n, listener in enumerate(self._listeners)}
        # every listener's alternatives in one row: (listener's number, alternative's number, what it needs besides)
        self._alternatives = [
            (n, m, alternative.besides)
            for n, listener in enumerate(self._listeners)
            for m, alternative in enumerate(listener.alternatives)
        ]
        own = {
            words
            for listener in self._listeners
            for alternative in listener.alternatives
            for sets in (*alternative.ways, alternative.besides)
            for words in sets
        }
        self.sets = frozenset(own.union(others))
        speakers = {listener.speaker for listener in self._listeners} - {None}
        self._waiting = {speaker: _Waiting(self._listeners, speaker) for speaker in (None, *speakers)}
        every = frozenset().union(*self.sets)
        sounding = frozenset(filter(is_sound, every))
        self._words, self._sounds = _automaton(every - sounding), _automaton(sounding)
        self._ways: dict[str, tuple[Sets, ...]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Index, (self._listeners, self.sets)

    def read(self, text: str) -> Words:
        """The words that stand in the text."""
        found = [word for _, word in self._words.iter(text)] if self._words else []
        if self._sounds:
            found += [word for _, word in self._sounds.iter(sound(text))]
        return frozenset(found)

    def ways(self, pattern: str) -> Sequence[Sets]:
        """The ways in which the pattern may match, as far as the index looks for all of their words; else the empty way."""
        known = self._ways.get(pattern)
        if known is None:
            known = tuple(ways(pattern))
            known = self._ways[pattern] = known if all(map(self.sets.issuperset, known)) else ((),)
        return known

    def number_of(self, owner: object) -> int | None:
        """The listener's number; ``None`` for one that the index does not know."""
        return self._numbers.get(id(owner))

    def owner(self, number: int) -> object:
        """The listener of this number."""
        return self._listeners[number].owner

    def listening(self, said_in: Sequence[Words], speakers: Sequence[str | None]) -> dict[int, dict[int, list[int]]]:
        """For each listener that may find something, by its number, the texts in which it may, each with those of its alternatives
        that may hold there; all in rising order.

        Args:
            said_in: the words said in each text.
            speakers: who says each text; ``None`` may be anybody, and so is whom no listener names.
        """
        everything: Words = frozenset().union(*said_in)
        heard: dict[int, dict[int, list[int]]] = {}
        for text, (said, speaker) in enumerate(zip(said_in, speakers, strict=True)):
            waiting = self._waiting.get(speaker) or self._waiting[None]
            for awake in sorted(waiting.woken(said)):
                number, alternative, besides = self._alternatives[awake]
                if not besides or says(everything, besides):
                    heard.setdefault(number, {}).setdefault(text, []).append(alternative)
        return heard


class _Waiting:
    """What listens to one speaker: each way waits for a word of its rarest set; the others are looked at only then."""

    def __init__(self, listeners: Sequence[Listener], speaker: str | None) -> None:
        self._always: set[int] = set()
        self._alone: defaultdict[str, set[int]] = defaultdict(set)
        self._together: defaultdict[str, list[tuple[int, Sets]]] = defaultdict(list)
        number = -1
        for listener in listeners:
            for alternative in listener.alternatives:
                number += 1
                if speaker is not None and listener.speaker not in (None, speaker):
                    continue
                if () in alternative.ways:
                    self._always.add(number)
                    continue
                for way in alternative.ways:
                    rarest = min(way, key=rarity)
                    others = tuple(sorted((words for words in way if words is not rarest), key=rarity))
                    for word in rarest:
                        if others:
                            self._together[word].append((number, others))
                        else:
                            self._alone[word].add(number)

    def woken(self, said: Words) -> Set[int]:
        """The numbers of the alternatives that may hold where these words are said."""
        alone, together = self._alone, self._together
        woken = self._always.union(*[alone[word] for word in said if word in alone])
        for word in said:
            if word in together:
                for number, others in together[word]:
                    if number not in woken and says(said, others):
                        woken.add(number)
        return woken


def says(said: Words, sets: Sets) -> bool:
    """Whether a word of each set is among those said."""
    # a plain loop: this is asked hundreds of times a call
    for words in sets:  # noqa: SIM110
        if said.isdisjoint(words):
            return False
    return True


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
