"""What every match of a regular expression must hold: words so plain that they can be looked for without the expression.

A small reader of RE2's syntax. It may say less than is true, never more: what it does not know, it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

MOST = 64  # words; more are not worth spelling out
# what is said in every tenth utterance of a collection call or more often, and in every thirtieth
COMMON = frozenset("我您的不一了是你这有还好个说人下就行没那号可上请到先打后月会以跟要天能在们来去对")
USUAL = frozenset(
    [
        "银行",
        "我们",
        "可以",
        "一下",
        "没有",
        "跟您",
        "您好",
        "什么",
        "谢谢",
        "不是",
        "电话",
        "逾期",
        "后四",
        "后四位",
        "四位",
        "这个",
        "身份",
        "身份证",
        "您的",
        "我是",
        "你们",
        "信用",
        "知道",
        "再见",
    ]
)
RARER = 40.0  # times: how much rarer a word is than one that is a character shorter


class _UnknownError(Exception):
    """Syntax that this reader does not know."""


@lru_cache(maxsize=8192)
def ways(pattern: str) -> tuple[tuple[frozenset[str], ...], ...]:
    """The ways in which the pattern matches, each as sets of words: such a match holds a word of each set."""
    try:
        found = _Reader(pattern).ways()
    except _UnknownError:
        return ((),)
    return tuple(dict.fromkeys(tuple(map(one, sets)) for sets in found))


@lru_cache(maxsize=1 << 14)
def one(words: frozenset[str]) -> frozenset[str]:
    """The same words, as one object for all equal sets: such sets are compared at once."""
    return words


def rarity(words: Iterable[str]) -> float:
    """How often one of the words is likely to occur, beside other such figures."""
    return sum(0.2 if word in COMMON else 0.04 if word in USUAL else RARER ** -len(word) for word in words)


@dataclass(frozen=True, slots=True)
class _Piece:
    """What a part of a pattern matches: ``exact`` is all of it spelled out, ``None`` where that is too much.

    ``held`` are sets of words of which it holds one each, besides.
    """

    exact: frozenset[str] | None = None
    held: tuple[frozenset[str], ...] = ()

    def sets(self) -> tuple[frozenset[str], ...]:
        """All sets of words of which it holds one each."""
        return (*self.held, self.exact) if self.exact and "" not in self.exact else self.held


_NOTHING = _Piece(frozenset({""}))
_ANYTHING = _Piece()


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _take(self, what: str) -> bool:
        taken = self.pattern.startswith(what, self.at)
        self.at += len(what) if taken else 0
        return taken

    def ways(self) -> list[tuple[frozenset[str], ...]]:
        """For each of the alternatives that make up the whole pattern, the sets of words of which it holds one each."""
        options = self._options()
        if self.at < len(self.pattern):
            raise _UnknownError
        return [option.sets() for option in options]

    def _options(self) -> list[_Piece]:
        """``a|b|c``, up to the end or a closing bracket."""
        options = [self._sequence()]
        while self._take("|"):
            options.append(self._sequence())
        return options

    def _alternatives(self) -> _Piece:
        options = self._options()
        if len(options) == 1:
            return options[0]
        spelled = [option.exact for option in options if option.exact is not None]
        exact = frozenset().union(*spelled)
        if len(spelled) == len(options) and len(exact) <= MOST:
            return _Piece(exact)
        rarest = [min(option.sets(), key=rarity, default=None) for option in options]
        words = [each for each in rarest if each is not None]
        return _Piece(None, (frozenset().union(*words),) if len(words) == len(options) else ())

    def _sequence(self) -> _Piece:
        """Pieces one after the other."""
        whole = _NOTHING
        spelled = _NOTHING.exact
        held: list[frozenset[str]] = []
        while self._next() not in ("", "|", ")"):
            piece = self._repeated()
            held += piece.held
            if spelled is not None and piece.exact is not None and len(spelled) * len(piece.exact) <= MOST:
                spelled = frozenset(a + b for a in spelled for b in piece.exact)
            else:
                whole = _ANYTHING
                held += _Piece(spelled).sets()
                spelled = piece.exact
        if whole is _NOTHING:
            return _Piece(spelled, tuple(held))
        return _Piece(None, (*held, *_Piece(spelled).sets()))

    def _repeated(self) -> _Piece:
        """One piece with ``?``, ``*``, ``+`` or ``{m,n}`` after it."""
        piece = self._one()
        while (sign := self._next()) and sign in "?*+{":
            self.at += 1
            least = 1 if sign == "+" else 0
            if sign == "{":
                bounds, closing, _ = self.pattern[self.at :].partition("}")
                low = bounds.split(",")[0]
                if not closing or not low.isdecimal():
                    raise _UnknownError
                self.at += len(bounds) + 1
                least = int(low)
            self._take("?")
            maybe = piece.exact | {""} if sign == "?" and piece.exact is not None else None
            piece = _Piece(maybe, piece.sets() if least else ())
        return piece

    def _one(self) -> _Piece:
        if self._take("("):
            if self._next() == "?" and not self._take("?:"):
                raise _UnknownError
            inside = self._alternatives()
            if not self._take(")"):
                raise _UnknownError
            return inside
        if self._take("["):
            return self._class()
        if self._take("\\"):
            return self._escaped()
        sign = self._next()
        self.at += 1
        if sign == ".":
            return _ANYTHING
        return _NOTHING if sign in "^$" else _Piece(frozenset({sign}))

    def _escaped(self) -> _Piece:
        sign = self._next()
        self.at += 1
        if sign in "bB":
            return _NOTHING
        if sign and sign in "dDsSwW":
            return _ANYTHING
        if not sign or sign.isalnum():
            raise _UnknownError
        return _Piece(frozenset({sign}))

    def _class(self) -> _Piece:
        """``[abc]``, spelled out where it is short; an escape or a named class inside is only skipped."""
        start = self.at
        self._take("^")
        self._take("]")
        plain = True
        while (sign := self._next()) != "]":
            if not sign or (sign == "[" and self.pattern.startswith("[:", self.at)):
                raise _UnknownError
            plain = plain and sign != "\\"
            self.at += 2 if sign == "\\" else 1
        inside = self.pattern[start : self.at]
        self.at += 1
        if not plain or inside.startswith("^") or inside[1:-1].count("-"):
            return _ANYTHING
        return _Piece(frozenset(inside))
