"""Words that the recogniser wrote with the wrong characters, put right before anything is matched.

A recogniser writes what it heard, and Mandarin has some four hundred syllables for thousands of characters: 爆你通讯鹿 was 爆你通讯录.
Each sentence is read as written and with characters exchanged for others of the same sound (see ``pinyin``), but only where
that gives words that somebody listens for, and the likelier reading stands. How likely it is, is the product of how usual its
words are (jieba's dictionary, 60 million words of text), of how well neighbours meet and, for each character exchanged, of how
often a recogniser errs so: the noisy channel of Kernighan, Church and Gale, A Spelling Correction Program Based on a Noisy
Channel Model (COLING 1990), over the word model by which jieba itself cuts words.

All costs are negative natural logarithms of likelihoods: they add up, and less is likelier.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

from auditor.text.normalise import NUMERALS, Comparable
from auditor.text.pinyin import sound, sounds_of
from auditor.text.segment import usual_words
from auditor.text.stretches import stretches

EXCHANGED = 6.0  # for a character misheard: about 8 % are, and each may have been one of thirty
CONFUSED = 1.0  # for a word of the list of confusions, whatever it sounds like
CERTAIN = 9.0  # an exchange that gains as much is seldom wrong: 15 % of those made in lines without a mistake do
HALF_GUESSED = 1.0  # more, for a term of two characters: only one of them was heard
LIKELIER = 6.0  # less, for a term than for its parts, these being calls about debts
LISTENED_FOR = 9.2  # but at least: one word in ten thousand
MEETING = 3.0  # less, where characters meet as a pattern has them meet
EVERYDAY = 6.0  # at most, for a character listed as right: one in four hundred
STANDS_ALONE = 10.0  # at most, for a character that a pattern names by itself
RAREST = 13.0  # at most, for any other and for any word of the dictionary: names and dialect are full of rare ones
LONGEST = 8  # characters of a term
RIVALS = 4  # terms tried for one place
REMEMBERED = 1 << 16  # places
LONGEST_NAME = 3  # characters before a title
_TITLE = re.compile("先生|女士|小姐|太太")

Reading: TypeAlias = tuple[int, float, str]  # where a word ends, its cost, and the word


@dataclass(frozen=True, slots=True)
class _Language:
    """What characters and words cost, which characters meet, how long a word may be that begins with two characters."""

    characters: Mapping[str, float]
    words: Mapping[str, float]
    pairs: frozenset[str]
    reach: Mapping[str, int]

    def likeliest(self, line: str, others: Mapping[int, Sequence[Reading]]) -> tuple[float, list[str]]:
        """The words of the likeliest of all readings, with its cost; ``others`` are words not written so, by where they start."""
        pairs = self.pairs
        # for each place and last character of a reading up to there: its cost, and its last word with what was before
        states: list[dict[str, tuple[float, int, str, str]]] = [{} for _ in range(len(line) + 1)]
        states[0][""] = (0.0, 0, "", "")
        for start in range(len(line)):
            here = [(last, state[0]) for last, state in states[start].items()]
            readings = self._written(line, start)
            if start in others:
                readings += others[start]
            for end, cost, word in readings if here else ():
                first, ending = word[0], word[-1]
                there = states[end]
                for last, before in here:
                    total = before + cost - (MEETING if last + first in pairs else 0.0)
                    # of equals the first, and that is as written
                    if ending not in there or total < there[ending][0]:
                        there[ending] = (total, start, last, word)
        last, (cost, *_) = min(states[-1].items(), key=lambda state: state[1][0])
        said: list[str] = []
        end = len(line)
        while end:
            _, end, last, word = states[end][last]
            said.append(word)
        return cost, said[::-1]

    def _written(self, line: str, start: int) -> list[Reading]:
        character = line[start]
        readings = [(start + 1, self.characters.get(character, RAREST), character)]
        reach = self.reach.get(line[start : start + 2], 0)
        for end in range(start + 2, min(len(line), start + reach) + 1):
            word = line[start:end]
            cost = self.words.get(word)
            if cost is not None:
                readings.append((end, cost, word))
        return readings

    def gain(self, text: str, start: int, term: str) -> float:
        """What the term gains over what is written there by how it meets its neighbours."""
        end = start + len(term)
        left, right = text[max(0, start - 1) : start], text[end : end + 1]
        met = (left + term[0] in self.pairs) + (term[-1] + right in self.pairs)
        return MEETING * (met - (left + text[start] in self.pairs) - (text[end - 1] + right in self.pairs))


class Misheard:
    """Puts right what was misheard of the words that some patterns look for.

    The first use takes about a second: then the dictionary is read.

    Args:
        words, patterns: what is listened for: words, and regular expressions over comparable text (see ``find``).
        confusions: pairs (written, meant) of words that recognisers confuse, whatever they sound like.
        right: words that are right as they are written, although they may look misheard.
    """

    def __init__(
        self,
        words: Sequence[str],
        patterns: Sequence[str] = (),
        confusions: Sequence[tuple[str, str]] = (),
        right: Sequence[str] = (),
    ) -> None:
        self._words, self._patterns, self._confusions, self._right = words, patterns, confusions, right

    def __reduce__(self) -> tuple[type[Misheard], tuple[Any, ...]]:
        return Misheard, (self._words, self._patterns, self._confusions, self._right)

    def put_right(self, texts: Sequence[Comparable], names: Sequence[str] = ()) -> list[Comparable]:
        """The same texts with misheard characters exchanged: each as long as it was.

        ``names`` are words in comparable form that this call may hold, such as its institution's; they stay as they are written.
        """
        heard = "\n\n".join("\n".join(t.text[s:e] for s, e in t.sentences()) for t in texts)
        meant = self.repair(heard, names)
        if meant == heard:
            return list(texts)
        return [replace(t, text=m.replace("\n", "")) for t, m in zip(texts, meant.split("\n\n"), strict=True)]

    def repair(self, text: str, names: Sequence[str] = ()) -> str:
        """The text, one sentence a line, with misheard characters exchanged: as long as it was, lines where they were."""
        if not self._alike:
            return text
        likelier = self._likelier
        doubtful = [
            (last + 1 - length, terms)
            for last, length in self._places.iter(sound(text))
            if (terms := likelier[text[last + 1 - length : last + 1]])
        ]
        others: dict[int, list[Reading]] = defaultdict(list)
        named = _named(text, names) if doubtful else frozenset()
        for start, terms in doubtful:
            for more, cost, term in terms:
                if (
                    more < self._language.gain(text, start, term)
                    and not _touches_number(text, start, term)
                    and not any(at in named and text[at] != c for at, c in enumerate(term, start))
                ):
                    others[start].append((start + len(term), cost, term))
        return self._reread(text, others) if others else text

    def certain(self, heard: str, meant: str) -> bool:
        """Whether the exchange leaves little doubt: each character makes the words far likelier than what was heard."""
        exchanged = sum(h != m for h, m in zip(heard, meant, strict=True))
        gain = self._language.likeliest(heard, {})[0] - self._language.likeliest(meant, {})[0]
        return gain >= CERTAIN * exchanged

    def _reread(self, text: str, others: Mapping[int, Sequence[Reading]]) -> str:
        lines = []
        start = 0
        for line in text.split("\n"):
            end = start + len(line)
            own = {
                at - start: [(e - start, c, t) for e, c, t in others[at]] for at in range(start, end) if at in others
            }
            lines.append(self._meant(line, own) if own else line)
            start = end + 1
        return "\n".join(lines)

    def _meant(self, line: str, others: Mapping[int, Sequence[Reading]]) -> str:
        said = []
        at = 0
        for word in self._language.likeliest(line, others)[1]:
            # another word of the same sound speaks against a term; nobody listens for it itself
            said.append(word if word in self._listened_for else line[at : at + len(word)])
            at += len(word)
        return "".join(said)

    @cached_property
    def _listened_for(self) -> frozenset[str]:
        terms, pairs, _ = self._terms
        return pairs.union(terms)

    @cached_property
    def _terms(self) -> tuple[Sequence[str], frozenset[str], frozenset[str]]:
        """The terms listened for, pairs of characters that may meet, and characters that stand alone."""
        said = stretches(self._patterns)
        terms = sorted(t for t in said.runs.union(self._words) if 1 < len(t) <= LONGEST and _chinese(t))
        return terms, frozenset(filter(_chinese, said.pairs)), said.single.union(w for w in self._words if len(w) == 1)

    @cached_property
    def _language(self) -> _Language:
        terms, pairs, single = self._terms
        usual = usual_words()
        characters = {w: min(c, RAREST) for w, c in usual.items() if len(w) == 1}
        for character in {*single, *"".join(pairs)}:
            characters[character] = min(characters.get(character, RAREST), STANDS_ALONE)
        characters.update({c: EVERYDAY for c in self._right if characters.get(c, RAREST) > EVERYDAY and len(c) == 1})
        words = {w: min(c, RAREST) for w, c in usual.items() if len(w) > 1}
        reach: dict[str, int] = {}
        for word in words:
            reach[word[:2]] = max(reach.get(word[:2], 0), len(word))
        language = _Language(characters, words, pairs, reach)
        # the longer ones hold the shorter
        for term in sorted({*terms, *(w for w in self._right if len(w) > 1)}, key=lambda t: (len(t), t)):
            by_parts, _ = language.likeliest(term, {})
            words[term] = min(by_parts, max(LISTENED_FOR, by_parts - LIKELIER))
            reach[term[:2]] = max(reach.get(term[:2], 0), len(term))
        return language

    @cached_property
    def _alike(self) -> Mapping[str, Sequence[str]]:
        """For each sound of a term or pair, all words that have it: what sounds like a term may well be another word."""
        terms, pairs, _ = self._terms
        alike: dict[str, set[str]] = defaultdict(set)
        for term, readings in zip(terms, sounds_of(terms), strict=True):
            for each in readings:
                alike[each].add(term)
            for written, meant in self._confusions:
                if meant in term:
                    alike[sound(term.replace(meant, written))].add(term)
        for pair in pairs:
            alike[sound(pair)].add(pair)
        words = self._language.words
        for word, each in zip(words, sound("\n".join(words)).split("\n"), strict=True):
            if each in alike:
                alike[each].add(word)
        return {each: sorted(words) for each, words in alike.items()}

    @cached_property
    def _places(self) -> Any:
        import ahocorasick

        places = ahocorasick.Automaton()
        for each in self._alike:
            places.add_word(each, len(each))
        places.make_automaton()
        return places

    @cached_property
    def _likelier(self) -> _Likelier:
        return _Likelier(self._language, self._alike, self._confusions)


class _Likelier(dict[str, Sequence[tuple[float, float, str]]]):
    """What is written → terms of the same sound that may be likelier: how much more than it they cost by themselves (at most
    what they may gain from their neighbours), their costs, and the terms."""

    def __init__(
        self, language: _Language, alike: Mapping[str, Sequence[str]], confusions: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__()
        self._language, self._alike, self._confusions = language, alike, confusions

    def __missing__(self, written: str) -> Sequence[tuple[float, float, str]]:
        if len(self) >= REMEMBERED:
            self.clear()
        as_written, _ = self._language.likeliest(written, {})
        found = []
        for term in self._alike[sound(written)]:
            cost = self._cost(written, term)
            edges = (written[0] != term[0]) + (written[-1] != term[-1])
            if cost is not None and cost - as_written < edges * MEETING:
                found.append((cost - as_written, cost, term))
        self[written] = sorted(found)[:RIVALS]
        return self[written]

    def _cost(self, written: str, term: str) -> float | None:
        """What the term costs where this is written; ``None`` where it is written so, or too little of it is."""
        cost = self._language.words.get(term)
        if cost is None:
            cost = sum(self._language.characters.get(c, RAREST) for c in term) - MEETING
        exchanged = [i for i, (w, t) in enumerate(zip(written, term, strict=True)) if w != t]
        for wrong, meant in self._confusions:
            at = term.find(meant)
            if at >= 0 and written[at : at + len(wrong)] == wrong:
                exchanged = [i for i in exchanged if not at <= i < at + len(meant)]
                cost += CONFUSED
        if written == term or len(exchanged) >= max(2, len(term)):
            return None
        return cost + EXCHANGED * len(exchanged) + (HALF_GUESSED if exchanged and len(term) == 2 else 0.0)


def _chinese(text: str) -> bool:
    return all("\u4e00" <= c <= "\u9fff" for c in text)


def _named(text: str, names: Sequence[str]) -> frozenset[int]:
    """Places of characters that are one of the names, or may be a person's: 林文雄先生 is nobody's underwear."""
    people = [range(max(0, title.start() - LONGEST_NAME), title.start()) for title in _TITLE.finditer(text)]
    known = [range(*place.span()) for name in names for place in re.finditer(re.escape(name), text)]
    return frozenset(at for places in (*people, *known) for at in places)


def _touches_number(text: str, start: int, term: str) -> bool:
    """Whether the term would bring in a numeral, or change one that stands beside another: numbers stay as heard."""
    return any(
        text[at] != c
        and (
            c in NUMERALS
            or (text[at] in NUMERALS and not NUMERALS.isdisjoint((text[at - 1 : at], text[at + 1 : at + 2])))
        )
        for at, c in enumerate(term, start)
    )
