"""Comparable text: what was heard, folded so that the same words compare equal, with the way back to what was heard.

Folding: NFKC, lower case, traditional to simplified script, no white space, no punctuation, no fillers. Clause and sentence
borders, which punctuation carried, are kept beside the text.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

FILLERS = frozenset("嗯呃啊哦噢诶欸哎唉")
SENTENCE_ENDS = frozenset("。．.!?！？;；…")
QUESTION_MARKS = frozenset("?？")
# written apart in Taiwan, said and meant alike; OpenCC keeps it
SAME_WORD = str.maketrans("妳", "你")
# control and format characters, combining marks: nobody hears them, so they are no border either
UNHEARD = frozenset({"Cc", "Cf", "Mn", "Me"})


@dataclass(frozen=True, slots=True)
class Comparable:
    """Folded text. Each tuple has one entry for each character of ``text``.

    Attributes:
        text: the folded characters.
        origin: index of the character in the text as heard.
        clause, sentence: number of the clause and sentence that the character stands in, rising from 0.
        asks: numbers of the sentences that end in a question mark.
        closed: whether the text as heard ends a sentence.
        whole, offset: a longer text that holds this one, one sentence a line, and where; patterns are searched there once for
            all texts, and none runs past a sentence.
    """

    text: str
    origin: tuple[int, ...]
    clause: tuple[int, ...]
    sentence: tuple[int, ...]
    asks: frozenset[int]
    closed: bool
    whole: str = ""
    offset: int = 0

    def one_sentence(self, start: int, end: int) -> bool:
        """Whether the characters from ``start`` up to ``end`` stand in one sentence."""
        return end > start and self.sentence[start] == self.sentence[end - 1]

    def clause_around(self, start: int, end: int) -> tuple[int, int]:
        """The clauses that the characters from ``start`` up to ``end`` touch, as a wider (start, end)."""
        return _stretch(self.clause, start, end)

    def sentence_around(self, start: int, end: int) -> tuple[int, int]:
        """The sentences that the characters from ``start`` up to ``end`` touch, as a wider (start, end)."""
        return _stretch(self.sentence, start, end)


def _stretch(numbers: tuple[int, ...], start: int, end: int) -> tuple[int, int]:
    # the numbers only rise, so a long text costs no more than a short one
    if start >= end:
        return start, end
    return bisect_left(numbers, numbers[start]), bisect_right(numbers, numbers[end - 1])


@lru_cache(maxsize=2)
def _converter(direction: str) -> Any:
    from opencc import OpenCC

    return OpenCC(direction)


@lru_cache(maxsize=8192)
def simplify(text: str) -> str:
    """Traditional to simplified characters (OpenCC ``t2s``); the length may change."""
    if text.isascii():
        return text
    return str(_converter("t2s").convert(text)).translate(SAME_WORD)


def traditional(text: str) -> str:
    """Simplified to traditional characters (OpenCC ``s2t``): the same words, as a recogniser in Taiwan writes them."""
    return str(_converter("s2t").convert(text))


@lru_cache(maxsize=8192)
def normalise(text: str) -> Comparable:
    """Fold ``text``; the result's ``origin`` leads each character back to the text as heard."""
    # half a surrogate pair is no character; broken transcripts carry some
    folded = [
        (piece, i)
        for i, c in enumerate(text)
        if not "\ud800" <= c <= "\udfff"
        for piece in unicodedata.normalize("NFKC", c).lower()
    ]
    whole = simplify("".join(piece for piece, _ in folded))
    if len(whole) == len(folded):
        folded = [(c, i) for c, (_, i) in zip(whole, folded, strict=True)]
    else:
        folded = [(c, i) for piece, i in folded for c in simplify(piece)]

    kept: list[str] = []
    origin: list[int] = []
    clauses: list[int] = []
    sentences: list[int] = []
    asks: set[int] = set()
    clause = sentence = 0
    fresh_clause = fresh_sentence = True
    for at, (c, i) in enumerate(folded):
        if c in FILLERS or c.isspace():
            continue
        if c.isalnum():
            kept.append(c)
            origin.append(i)
            clauses.append(clause)
            sentences.append(sentence)
            fresh_clause = fresh_sentence = False
            continue
        if unicodedata.category(c) in UNHEARD:
            continue
        if c in ".,:" and _between_digits(folded, at):
            if c != ",":
                kept.append(c)
                origin.append(i)
                clauses.append(clause)
                sentences.append(sentence)
            continue
        if c in QUESTION_MARKS and kept:
            asks.add(sentences[-1])
        if not fresh_clause:
            clause += 1
            fresh_clause = True
        if c in SENTENCE_ENDS and not fresh_sentence:
            sentence += 1
            fresh_sentence = True
    return Comparable(
        "".join(kept), tuple(origin), tuple(clauses), tuple(sentences), frozenset(asks), closed=fresh_sentence
    )


def _between_digits(folded: Sequence[tuple[str, int]], at: int) -> bool:
    return 0 < at < len(folded) - 1 and folded[at - 1][0].isdigit() and folded[at + 1][0].isdigit()


def join(parts: Sequence[Comparable]) -> Comparable:
    """One text out of several said one after the other; each border between parts is at least a clause border.

    ``origin`` still counts within each part: the caller keeps whose character is whose.
    """
    text: list[str] = []
    origin: list[int] = []
    clauses: list[int] = []
    sentences: list[int] = []
    asks: set[int] = set()
    clause = sentence = 0
    closed = True
    for part in parts:
        if not part.text:
            continue
        text.append(part.text)
        origin.extend(part.origin)
        clauses.extend(n + clause for n in part.clause)
        sentences.extend(n + sentence for n in part.sentence)
        asks.update(n + sentence for n in part.asks)
        clause = clauses[-1] + 1
        sentence = sentences[-1] + (1 if part.closed else 0)
        closed = part.closed
    return Comparable("".join(text), tuple(origin), tuple(clauses), tuple(sentences), frozenset(asks), closed)


def side_by_side(texts: Sequence[Comparable]) -> tuple[Comparable, ...]:
    """The same texts, each now knowing the whole that they make up, one sentence a line."""
    lines = "\n".join(_lines(t) for t in texts)
    offset = 0
    placed = []
    for text in texts:
        placed.append(replace(text, whole=lines, offset=offset))
        offset += len(text.text) + (text.sentence[-1] if text.sentence else 0) + 1
    return tuple(placed)


def _lines(text: Comparable) -> str:
    return "".join(f"\n{c}" if i and text.sentence[i] != text.sentence[i - 1] else c for i, c in enumerate(text.text))
