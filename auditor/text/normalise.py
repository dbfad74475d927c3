"""Comparable text: what was heard, folded so that the same words compare equal, with the way back to what was heard.

Folding: NFKC, lower case, traditional to simplified script, no white space, no punctuation, no fillers. Clause and sentence
borders, which punctuation carried, are kept beside the text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.text.page import Page

FILLERS = frozenset("嗯呃啊哦噢诶欸哎唉")
SENTENCE_ENDS = frozenset("。．.!?！？;；…")
QUESTION_MARKS = frozenset("?？")
THOUSANDS = re.compile(r"\d{3}(?!\d)")  # what a comma inside a number stands before
NUMBER_MARKS = (".", ",", ":", "/")  # between digits they belong to the number
# they set words off and end no clause: “明天就开庭”这种话我们不说
QUOTATION_MARKS = frozenset("\"'“”‘’「」『』《》")
SILENT = FILLERS | QUOTATION_MARKS | {"、"}
NUMERALS = frozenset("0123456789零〇一二两三四五六七八九十百千万")
# written apart in Taiwan and Hong Kong, said and meant alike; OpenCC's characters keep them
SAME_WORD = str.maketrans("妳帐著", "你账着")
SAME_WORDS = (("甚么", "什么"), ("身分证", "身份证"))
# control and format characters, combining marks: nobody hears them, so they are no border either
UNHEARD = frozenset({"Cc", "Cf", "Mn", "Me"})


@dataclass(frozen=True, slots=True)
class Comparable:
    """Folded text.

    Attributes:
        text: the folded characters.
        origin: for each character, its index in the text as heard.
        clause_ends, sentence_ends: where each clause and sentence ends in ``text``, rising; the last one ends with the text.
        asks: numbers of the sentences, counted from 0, that end in a question mark.
        closed: whether the text as heard ends a sentence.
        page, number: the page that shows this text beside others (see ``auditor.text.page``), and the text's number there.
    """

    text: str
    origin: tuple[int, ...]
    clause_ends: tuple[int, ...]
    sentence_ends: tuple[int, ...]
    asks: frozenset[int]
    closed: bool
    page: Page | None = field(default=None, compare=False, repr=False)
    number: int = field(default=0, compare=False, repr=False)

    def sentence_at(self, at: int) -> int:
        """The number of the sentence that holds this character, counted from 0."""
        return bisect_right(self.sentence_ends, at)

    def one_sentence(self, start: int, end: int) -> bool:
        """Whether the characters from ``start`` up to ``end`` stand in one sentence."""
        return end > start and self.sentence_at(start) == self.sentence_at(end - 1)

    def clause_around(self, start: int, end: int) -> tuple[int, int]:
        """The clauses that the characters from ``start`` up to ``end`` touch, as a wider (start, end)."""
        return _stretch(self.clause_ends, start, end)

    def sentence_around(self, start: int, end: int) -> tuple[int, int]:
        """The sentences that the characters from ``start`` up to ``end`` touch, as a wider (start, end)."""
        return _stretch(self.sentence_ends, start, end)

    def clauses(self) -> Iterator[tuple[int, int]]:
        """(start, end) of each clause."""
        return zip((0, *self.clause_ends), self.clause_ends, strict=False)

    def sentences(self) -> Iterator[tuple[int, int]]:
        """(start, end) of each sentence."""
        return zip((0, *self.sentence_ends), self.sentence_ends, strict=False)


def _stretch(ends: tuple[int, ...], start: int, end: int) -> tuple[int, int]:
    if start >= end:
        return start, end
    first = bisect_right(ends, start)
    return ends[first - 1] if first else 0, ends[bisect_left(ends, end)]


@lru_cache(maxsize=2)
def _converter(direction: str) -> Any:
    from opencc import OpenCC

    return OpenCC(direction)


@lru_cache(maxsize=8192)
def simplify(text: str) -> str:
    """Traditional to simplified characters (OpenCC ``t2s``); the length may change."""
    if text.isascii():
        return text
    simple = str(_converter("t2s").convert(text)).translate(SAME_WORD)
    for written, usual in SAME_WORDS:
        simple = simple.replace(written, usual)
    return simple


def traditional(text: str) -> str:
    """Simplified to traditional characters (OpenCC ``s2t``): the same words, as a recogniser in Taiwan writes them."""
    return str(_converter("s2t").convert(text))


class _Folds(dict[int, str]):
    """Code point → its characters in compatible form and lower case, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        # half a surrogate pair is no character; broken transcripts carry some
        folded = "" if 0xD800 <= code <= 0xDFFF else unicodedata.normalize("NFKC", chr(code)).lower()
        if len(folded) != 1:
            self.resized.add(chr(code))
        self[code] = folded
        return folded

    def __init__(self) -> None:
        super().__init__()
        self.resized: set[str] = set()  # characters met so far that fold to none or to several


_FOLDS = _Folds()
_KEPT = re.compile(f"[^\\W_{''.join(sorted(FILLERS))}]+")


@lru_cache(maxsize=8192)
def normalise(text: str) -> Comparable:
    """Fold ``text``; the result's ``origin`` leads each character back to the text as heard."""
    folded, heard_at = _fold(text)
    kept: list[str] = []
    origin: list[int] = []
    clause_ends: list[int] = []
    sentence_ends: list[int] = []
    asks: set[int] = set()
    length = last = 0
    for start, end in [*(run.span() for run in _KEPT.finditer(folded)), (len(folded), len(folded))]:
        between = folded[last:start]
        joins = between in NUMBER_MARKS and folded[:last][-1:].isdigit() and folded[start : start + 1].isdigit()
        # 12,860 is one number; 9/10，4400 are two
        if joins and (between != "," or THOUSANDS.match(folded, start)):
            if between != ",":
                kept.append(between)
                origin += heard_at[last:start]
                length += 1
        elif between and length:
            asked, clause_ends_here, sentence_ends_here = _borders(between, folded[start : start + 1] in NUMERALS)
            if asked:
                asks.add(len(sentence_ends))
            if clause_ends_here:
                clause_ends.append(length)
            if sentence_ends_here:
                sentence_ends.append(length)
        kept.append(folded[start:end])
        origin += heard_at[start:end]
        length += end - start
        last = end
    closed = sentence_ends[-1:] == [length] or not length
    if length and not closed:
        sentence_ends.append(length)
    if length and clause_ends[-1:] != [length]:
        clause_ends.append(length)
    return Comparable("".join(kept), tuple(origin), tuple(clause_ends), tuple(sentence_ends), frozenset(asks), closed)


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """The text in compatible form, lower case and simplified script, and for each character its index in ``text``."""
    folded = text.translate(_FOLDS)
    heard_at: Sequence[int] = range(len(text))
    if not _FOLDS.resized.isdisjoint(text):
        heard_at = [i for i, c in enumerate(text) for _ in _FOLDS[ord(c)]]
    simple = simplify(folded)
    if len(simple) != len(folded):
        pieces = [(c, i) for piece, i in zip(folded, heard_at, strict=True) for c in simplify(piece)]
        return "".join(c for c, _ in pieces), [i for _, i in pieces]
    return simple, heard_at


@lru_cache(maxsize=1024)
def _borders(between: str, before_numeral: bool) -> tuple[bool, bool, bool]:
    """Whether what stands between two runs of letters asks, ends a clause, ends a sentence."""
    marks = {c for c in between if not (c.isspace() or c in SILENT or unicodedata.category(c) in UNHEARD)}
    if before_numeral and between.endswith("、"):
        # 三、四 are two numbers; 不上门、不打扰 is one clause
        marks.add("、")
    return not QUESTION_MARKS.isdisjoint(marks), bool(marks), not SENTENCE_ENDS.isdisjoint(marks)


def join(parts: Sequence[Comparable]) -> Comparable:
    """One text out of several said one after the other; each border between parts is at least a clause border.

    ``origin`` still counts within each part: the caller keeps whose character is whose.
    """
    text = ""
    origin: list[int] = []
    clause_ends: list[int] = []
    sentence_ends: list[int] = []
    asks: set[int] = set()
    closed = True
    for part in parts:
        if not part.text:
            continue
        if not closed:
            sentence_ends.pop()
        asks.update(n + len(sentence_ends) for n in part.asks)
        clause_ends += [end + len(text) for end in part.clause_ends]
        sentence_ends += [end + len(text) for end in part.sentence_ends]
        text += part.text
        origin += part.origin
        closed = part.closed
    return Comparable(text, tuple(origin), tuple(clause_ends), tuple(sentence_ends), frozenset(asks), closed)
