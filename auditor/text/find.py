"""Matchers that need text only: phrases, how they sound, regular expressions, words near each other, token patterns.

A hit is a (start, end) in comparable text. Hits may cross commas but never a sentence end. Regular expressions run on RE2,
whose time is linear in the text, so that no rule can hang an audit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from auditor.text.index import Sets, Words
from auditor.text.literals import one, ways
from auditor.text.normalise import Comparable, normalise
from auditor.text.page import Hit, Page, engine
from auditor.text.pinyin import sound, sounds
from auditor.text.segment import Segmenter

LONGEST_SENTENCE = 200  # words
TOKEN_KEYS = ("TEXT", "ORTH", "LOWER", "NORM", "LENGTH", "IS_ALPHA", "IS_ASCII", "IS_DIGIT", "LIKE_NUM", "OP")


class Matcher(Protocol):
    """Finds something in comparable text."""

    @property
    def kind(self) -> str:
        """The kind's name, as findings state it in ``matched_by``."""
        ...

    def hits(self, text: Comparable, segmenter: Segmenter | None) -> Iterator[Hit]:
        """Every hit, from left to right."""
        ...

    def ways(self) -> Sequence[Sets]:
        """The ways in which it hits, each as sets of words: a word of each set stands in the text, or sounds so."""
        ...


def check_regex(pattern: str) -> str | None:
    """Why RE2 refuses the pattern, or ``None`` if it takes it."""
    import re2

    try:
        found = engine(pattern)
    except re2.error as error:
        reason = error.args[0]
        return reason.decode() if isinstance(reason, bytes) else str(reason)
    return "the pattern matches empty text" if found.search(b"") else None


def _page(text: Comparable) -> Page:
    return text.page or Page([text])


def _folded(phrases: Iterable[str]) -> Words:
    return one(frozenset(normalise(p).text for p in phrases) - {""})


@dataclass(frozen=True, slots=True)
class Phrase:
    """Any of the phrases, as a substring."""

    phrases: Words
    kind: str = "phrase"

    @classmethod
    def of(cls, phrases: Sequence[str]) -> Phrase:
        """From phrases in any script; they are folded as the text is."""
        return cls(_folded(phrases))

    def hits(self, text: Comparable, segmenter: Segmenter | None = None) -> Iterator[Hit]:
        """Every phrase that stands within one sentence."""
        return iter(_page(text).words(self.phrases, text.number))

    def ways(self) -> Sequence[Sets]:
        """See ``Matcher``."""
        return ((self.phrases,),)


@dataclass(frozen=True, slots=True)
class SoundsLike:
    """Words that sound like any of the phrases (see ``auditor.text.pinyin``), the phrases themselves included.

    ``meant`` leads from a sound to the first phrase that has it.
    """

    sounds: Words
    phrases: tuple[str, ...]
    meant: Mapping[str, str]
    kind: str = "sounds_like"

    @classmethod
    def of(cls, phrases: Sequence[str]) -> SoundsLike:
        """From phrases in any script."""
        folded = tuple(p for p in (normalise(p).text for p in phrases) if p)
        meant: dict[str, str] = {}
        for phrase in folded:
            for each in sounds(phrase):
                meant.setdefault(each, phrase)
        return cls(one(frozenset(meant)), folded, meant)

    def hits(self, text: Comparable, segmenter: Segmenter | None = None) -> Iterator[Hit]:
        """Every place that sounds like a phrase and stands within one sentence; as many syllables as the phrase."""
        return iter(_page(text).words(self.sounds, text.number))

    def ways(self) -> Sequence[Sets]:
        """See ``Matcher``."""
        return ((self.sounds,),)

    def phrase_heard_as(self, heard: str) -> str:
        """The phrase that ``heard``, the words of a hit, sounds like; empty if it is one of the phrases, letter by letter."""
        return "" if heard in self.phrases else self.meant[sound(heard)]


@dataclass(frozen=True, slots=True)
class Regex:
    """An RE2 pattern over comparable text; with ``not_inside_digits``, a hit may not touch further digits."""

    pattern: str
    not_inside_digits: bool = False
    kind: str = "regex"

    def hits(self, text: Comparable, segmenter: Segmenter | None = None) -> Iterator[Hit]:
        """Every match that stands within one sentence."""
        hits = _page(text).matches(self.pattern, text.number)
        return (hit for hit in hits if not _inside_digits(text, *hit)) if self.not_inside_digits else iter(hits)

    def ways(self) -> Sequence[Sets]:
        """See ``Matcher``."""
        return ways(self.pattern)


def _inside_digits(text: Comparable, start: int, end: int) -> bool:
    left, right = text.clause_around(start, end)
    return text.text[max(left, start - 1) : start].isdigit() or text.text[end : min(right, end + 1)].isdigit()


@dataclass(frozen=True, slots=True)
class Near:
    """All items close together: at most ``within`` characters of other text between the first start and the last end."""

    items: Sets
    within: int
    ordered: bool
    kind: str = "near"

    @classmethod
    def of(cls, items: Sequence[Sequence[str]], within: int, ordered: bool) -> Near:
        """From items, each a list of alternatives in any script."""
        return cls(tuple(_folded(alternatives) for alternatives in items), within, ordered)

    def hits(self, text: Comparable, segmenter: Segmenter | None = None) -> Iterator[Hit]:
        """The tightest group from each possible first item; groups don't overlap."""
        page = _page(text)
        places = [page.words(item, text.number) for item in self.items]
        if not all(places):
            return
        first = places[:1] if self.ordered else places
        reached = 0
        for anchor, item in sorted((hit, i) for i, options in enumerate(first) for hit in options):
            if anchor[0] < reached:
                continue
            group = self._group(places, anchor, item)
            if group is None:
                continue
            start, end = anchor[0], max(e for _, e in group)
            if end - start - sum(e - s for s, e in group) <= self.within and text.one_sentence(start, end):
                reached = end
                yield start, end

    def ways(self) -> Sequence[Sets]:
        """See ``Matcher``."""
        return (self.items,)

    def _group(self, places: Sequence[Sequence[Hit]], anchor: Hit, item: int) -> list[Hit] | None:
        """One hit for each item, none overlapping another, each the nearest that follows; the anchor is the leftmost."""
        group = [anchor]
        for i, options in enumerate(places):
            if i == item:
                continue
            least = group[-1][1] if self.ordered else anchor[0]
            for n in range(bisect_left(options, (least, 0)), len(options)):
                start, end = options[n]
                if all(start >= e or end <= s for s, e in group):
                    group.append(options[n])
                    break
            else:
                return None
        return group


@dataclass(frozen=True, slots=True)
class Tokens:
    """spaCy token patterns over jieba's words (https://spacy.io/usage/rule-based-matching)."""

    patterns: tuple[tuple[Mapping[str, Any], ...], ...]
    kind: str = "tokens"

    def hits(self, text: Comparable, segmenter: Segmenter | None) -> Iterator[Hit]:
        """Every longest match that stands within one sentence."""
        if segmenter is None or not text.text:
            return
        from spacy.matcher import Matcher as SpacyMatcher
        from spacy.util import filter_spans

        matcher = SpacyMatcher(segmenter.vocab)
        matcher.add("rule", [[dict(token) for token in pattern] for pattern in self.patterns])
        doc = segmenter.doc(text)
        # piece by piece: an OP "*" has as many matches as the square of the words
        for first, last in _pieces([text.sentence_at(token.idx) for token in doc]):
            for span in filter_spans(matcher(doc[first:last], as_spans=True)):
                yield span.start_char, span.end_char

    def ways(self) -> Sequence[Sets]:
        """See ``Matcher``."""
        return ((),)


def _pieces(sentences: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of each stretch of words of one sentence, at most ``LONGEST_SENTENCE`` words long."""
    first = 0
    for at in range(1, len(sentences) + 1):
        if at == len(sentences) or sentences[at] != sentences[first] or at - first == LONGEST_SENTENCE:
            yield first, at
            first = at


def check_tokens(patterns: Sequence[Sequence[Mapping[str, Any]]]) -> str | None:
    """Why spaCy refuses the token patterns, or ``None`` if it takes them."""
    from spacy.errors import MatchPatternError
    from spacy.matcher import Matcher as SpacyMatcher
    from spacy.vocab import Vocab

    for token in (t for pattern in patterns for t in pattern):
        for key, value in token.items():
            if key not in TOKEN_KEYS:
                # tags need a trained pipeline, and a token's REGEX is not RE2: it could hang an audit
                return f"不能用 {key}；可用：{'、'.join(TOKEN_KEYS)}"
            if key == "OP" and value not in ("!", "?", "+", "*"):
                return f"OP 不能是 {value}；可用：! ? + *"
            if isinstance(value, dict) and not set(value) <= {"IN", "NOT_IN", "==", "!=", ">=", "<=", ">", "<"}:
                return f"{key} 里只能写 IN、NOT_IN 或大小比较"
    try:
        SpacyMatcher(Vocab(), validate=True).add("rule", [[dict(t) for t in pattern] for pattern in patterns])
    except (MatchPatternError, ValueError) as error:
        return " ".join(str(error).split())
    return None
