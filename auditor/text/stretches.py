"""What a pattern says in so many words: the stretches of letters in it, and which characters may stand side by side.

Patterns are RE2's (https://github.com/google/re2/wiki/Syntax), taken as far as this needs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"\\[pP]\{\w+\}|\\x\{\w+\}|\\."  # classes and escaped characters
    r"|\[\^?\]?(?:\\.|[^\]\\])*\]"  # [sets]
    r"|\(\?(?:P?<\w+>|[a-zA-Z-]*:|[a-zA-Z-]+\))"  # (?: and its kin
    r"|[*+?]\??|\{\d+(?:,\d*)?\}\??"  # repetition
    r"|.",
    re.DOTALL,
)
_SET_MEMBER = re.compile(r"\\.|.", re.DOTALL)
LARGEST_SET = 60  # characters; a larger set says nothing about what is meant
MOST_MEETINGS = 60  # pairs from one joint; where so many may meet, that two do says little


@dataclass(frozen=True, slots=True)
class Stretches:
    """``runs`` are stretches of at least two characters, ``pairs`` two that may meet where parts of a pattern join, ``single``
    characters that stand alone in a part."""

    runs: frozenset[str]
    pairs: frozenset[str]
    single: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Part:
    """Characters that it may begin and end with; whether it may be empty. Where anything may stand, both are empty."""

    first: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    empty: bool = False


@dataclass(slots=True)
class _Reader:
    tokens: list[str]
    at: int = 0
    runs: set[str] = field(default_factory=set)
    pairs: set[str] = field(default_factory=set)
    single: set[str] = field(default_factory=set)

    def alternatives(self) -> _Part:
        options = [self._sequence()]
        while self._next_is("|"):
            self.at += 1
            options.append(self._sequence())
        return _Part(
            frozenset().union(*(o.first for o in options)),
            frozenset().union(*(o.last for o in options)),
            any(o.empty for o in options),
        )

    def _next_is(self, *tokens: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at] in tokens

    def _sequence(self) -> _Part:
        so_far = _Part(empty=True)
        run = ""
        while self.at < len(self.tokens) and not self._next_is("|", ")"):
            token = self.tokens[self.at]
            part = self._part()
            least, most = self._repeated()
            literal = token[-1] if part.first == {token[-1]} and len(token) <= 2 else ""
            if literal:
                run += literal
            if not literal or (least, most) != (1, 1):
                self._keep(run)
                # of 家里人? both 家里人 and 家里 are said
                self._keep(run[:-1] if literal and least == 0 else "")
                run = ""
            self._meet(part if most > 1 else _Part(), part)
            self._meet(so_far, part)
            empty = part.empty or least == 0
            so_far = _Part(
                so_far.first | part.first if so_far.empty else so_far.first,
                so_far.last | part.last if empty else part.last,
                so_far.empty and empty,
            )
        self._keep(run)
        return so_far

    def _part(self) -> _Part:
        token = self.tokens[self.at]
        self.at += 1
        if token[0] == "(" and token[-1] != ")":
            inside = self.alternatives()
            self.at += 1
            return inside
        if token in "^$" or token[0] == "(":
            return _Part(empty=True)
        characters = frozenset(_members(token))
        return _Part(characters, characters)

    def _repeated(self) -> tuple[int, int]:
        if self.at == len(self.tokens) or self.tokens[self.at][0] not in "*+?{":
            return 1, 1
        token = self.tokens[self.at].removesuffix("?") or "?"
        self.at += 1
        if token[0] != "{" or len(token) == 1:
            return int(token == "+"), 1 if token == "?" else 2
        least, _, most = token.strip("{}").partition(",")
        return int(least), int(most) if most else int(least) if "," not in token else 2

    def _keep(self, run: str) -> None:
        (self.runs if len(run) > 1 else self.single).update([run] if run else [])

    def _meet(self, left: _Part, right: _Part) -> None:
        if len(left.last) * len(right.first) <= MOST_MEETINGS:
            self.pairs.update(a + b for a in left.last for b in right.first)


def _members(token: str) -> Iterator[str]:
    """The characters that a token stands for; none where it stands for too many to say."""
    if token[0] == "[":
        inside = _SET_MEMBER.findall(token[1:-1])
        if inside[0] != "^" and "-" not in inside and not any(m in r"\d\w\s\D\W\S" for m in inside if len(m) == 2):
            yield from (m[-1] for m in inside[:LARGEST_SET])
    elif token[0] == "\\":
        if len(token) == 2 and not token[1].isalnum():
            yield token[1]
    elif token != ".":
        yield token


def stretches(patterns: Iterable[str]) -> Stretches:
    """What these patterns say between them; a pattern that RE2 takes never fails here."""
    runs: set[str] = set()
    pairs: set[str] = set()
    single: set[str] = set()
    for pattern in patterns:
        reader = _Reader(_TOKEN.findall(pattern))
        while reader.at < len(reader.tokens):
            reader.alternatives()
            reader.at += 1
        runs |= reader.runs
        pairs |= reader.pairs
        single |= reader.single
    return Stretches(frozenset(runs), frozenset(pairs), frozenset(single))
