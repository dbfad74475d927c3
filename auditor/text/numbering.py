"""Which digits are somebody's number: identity numbers, bank cards, telephones, told by checksum, numbering plan or shape.

Checksums are python-stdnum's, numbering plans those of phonenumbers; neither library knows the identity numbers of Taiwan and
Hong Kong.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, TypeAlias

from auditor.models import Region
from auditor.text.spoken import Run

Kind: TypeAlias = Literal[
    "id_cn", "id_tw", "id_hk", "card", "mobile", "landline", "email", "address", "name", "plate", "passport"
]
Place: TypeAlias = tuple[Kind, int, int]

CARD_TAIL = 4
"""So many digits of a card stay: collectors name cards by them."""
LEAST = {"id": 8, "card": 9, "phone": 7, "passport": 7}
"""What words before a number may call it, and how many digits it then has at least."""
KINDS: dict[str, Kind] = {"id": "id_cn", "card": "card", "phone": "landline", "passport": "passport"}

_MOBILE = re.compile(r"(?:0086|86|0)?1[3-9]\d{9}|09\d{8}|(?:00)?8869\d{8}")
_SAID_MOBILE = re.compile(r"1[3-9]\d{9}")
_HOTLINE = re.compile(r"[48]00\d{7}|0800\d{6}")
_SHORT_LINE = re.compile(r"9[56]\d{3}|10[01]\d{2}|12[13]\d{2}")
_DAY = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_CARD = re.compile(r"[3-69]\d{12,18}|2[2-7]\d{14}|81\d{14,17}")
_UNIONPAY = re.compile(r"62\d{14,17}")
_ID_SHAPE = re.compile(r"[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx]")


_NEARLY_MOBILE = re.compile(r"1[3-9]\d{8}(?:\d\d)?|09\d{7}(?:\d\d)?")
_NEARLY_LONG = re.compile(r"[1-6]\d{14,18}x?")


def is_taiwanese_id(number: str) -> bool:
    """Whether a letter and nine digits pass the check of Taiwan's identity and residence numbers (戶籍、統一證號 since 2021)."""
    area = "abcdefghjklmnpqrstuvxywzio".index(number[0]) + 10
    digits = [*divmod(area, 10), *map(int, number[1:])]
    return sum(d * w for d, w in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0


def is_hong_kong_id(number: str) -> bool:
    """Whether one or two letters, six digits and a check digit (A is 10) pass the check of Hong Kong's identity cards."""
    letters = [ord(c) - ord("a") + 10 for c in number[:-7]]
    values = [36] * (2 - len(letters)) + letters + [int(c) for c in number[-7:-1]]
    check = 10 if number[-1] == "a" else int(number[-1])
    return (sum(v * w for v, w in zip(values, range(9, 1, -1), strict=True)) + check) % 11 == 0


class Numbers:
    """The numbers in one run of digits. What was found is taken out, and what is left is looked at again until no more is found."""

    def __init__(self, run: Run, label: str, region: Region, public: frozenset[str]) -> None:
        self.run, self.label, self.region, self.public = run, label, region, public
        self.edges = set(run.edges)
        self.stops = set(run.stops)
        self.left = [(0, len(run.digits))]
        self.places: list[Place] = []

    def found(self) -> list[Place]:
        """(kind, first digit, digit behind the last) of what must not be shown."""
        named = self.label in LEAST
        self._sweep(None, self._is_public, 5, 20)
        while True:
            before = len(self.places)
            self._sweep("id_cn", self._is_identity, 18, 18)
            if self.label != "hidden":
                self._sweep("card", self._is_card, 13, 19, CARD_TAIL)
            self._sweep("mobile", self._is_mobile, 10, 15)
            if self.label in ("id", "card"):
                self._named()
            self._said_mobiles()
            if len(self.places) == before:
                break
        if self.label != "hidden":
            self._sweep("landline", self._is_landline, 8, 13)
        self._sweep(None, self._is_short_line, 5, 5)
        if named:
            self._named()
        elif self.label != "hidden":
            self._nearly()
        return self.places

    def _sweep(self, kind: Kind | None, test: Callable[[int, int], bool], least: int, most: int, keep: int = 0) -> None:
        """Takes out what passes the test, from left to right, the longest first; ``keep`` digits at its end stay."""
        left: list[tuple[int, int]] = []
        edges = sorted(self.edges)
        for first, last in self.left:
            inside = edges[_at(edges, first) : _at(edges, last) + 1]
            reached = first
            for n, i in enumerate(inside):
                if i < reached:
                    continue
                ends = [j for j in inside[n + 1 : n + 2 + most] if least <= j - i <= most]
                end = next((j for j in reversed(ends) if test(i, j)), None)
                if end is None:
                    continue
                if kind is not None:
                    self.places.append((kind, i, end - keep))
                left.append((reached, i))
                reached = end - keep
            left.append((reached, last))
        self._cut(left)

    def _cut(self, left: Sequence[tuple[int, int]]) -> None:
        self.left = [(i, j) for i, j in left if j > i]
        self.edges.update(edge for piece in self.left for edge in piece)

    def _is_phrase(self, i: int, j: int) -> bool:
        """Whether the digits begin and end a phrase, and no phrase ends inside."""
        return i in self.stops and j in self.stops and not any(i < stop < j for stop in self.stops)

    def _is_public(self, i: int, j: int) -> bool:
        digits = self.run.digits[i:j]
        if digits in self.public:
            return True
        return bool(_HOTLINE.fullmatch(digits)) and self._is_phrase(i, j)

    def _is_short_line(self, i: int, j: int) -> bool:
        return bool(_SHORT_LINE.fullmatch(self.run.digits[i:j])) and self._is_phrase(i, j)

    def _is_identity(self, i: int, j: int) -> bool:
        from stdnum.cn import ric

        digits = self.run.digits[i:j]
        if not _ID_SHAPE.fullmatch(digits):
            return False
        # A digit misheard breaks the checksum; the shape of what was said, or called an identity number, is sign enough. Of the
        # library only the checksum counts: it refuses a district younger than its people, as 310115 of 1992 for those born in 1975.
        return self.label == "id" or any(self.run.said[i:j]) or ric.calc_check_digit(digits) == digits[-1].upper()

    def _is_card(self, i: int, j: int) -> bool:
        from stdnum import luhn

        digits = self.run.digits[i:j]
        if _UNIONPAY.fullmatch(digits) and all(self.run.said[i:j]):
            return True  # read out, one digit may be misheard
        return bool(_CARD.fullmatch(digits)) and bool(luhn.is_valid(digits))

    def _is_mobile(self, i: int, j: int) -> bool:
        digits = self.run.digits[i:j]
        if _MOBILE.fullmatch(digits):
            return True
        hong_kong = re.fullmatch(r"(?:00)?852([2-9]\d{7})", digits)
        return hong_kong is not None and (self.label == "phone" or self.region == "HK" or digits.startswith("00"))

    def _said_mobiles(self) -> None:
        """Mobile numbers inside a longer row of digits that was read out without a pause."""
        left: list[tuple[int, int]] = []
        edges = sorted(self.edges)
        for first, last in self.left:
            reached = first
            for i, j in pairwise(edges[_at(edges, first) : _at(edges, last) + 1]):
                if j - i <= 11 or not all(self.run.said[i:j]):
                    continue
                for found in _SAID_MOBILE.finditer(self.run.digits, i, j):
                    self.places.append(("mobile", *found.span()))
                    left.append((reached, found.start()))
                    reached = found.end()
            left.append((reached, last))
        self._cut(left)

    def _is_landline(self, i: int, j: int) -> bool:
        digits = self.run.digits[i:j]
        if not digits.isdecimal() or (len(digits) == 8) != (self.region == "HK") or not self._could_be_line(i, j):
            return False
        plans = ("HK",) if self.region == "HK" else ("TW", "CN") if self.region == "TW" else ("CN", "TW")
        return any(_in_plan(digits, p) for p in plans)

    def _could_be_line(self, i: int, j: int) -> bool:
        if self.region == "HK":
            return self._is_phrase(i, j)
        return self.run.digits[i] == "0"

    def _named(self) -> None:
        """Whatever else is left of a number that the words before it call a telephone, a card or an identity number."""
        kind = KINDS[self.label]
        keep = CARD_TAIL if kind == "card" else 0
        left: list[tuple[int, int]] = []
        for i, j in self.left:
            if j - i >= LEAST[self.label] and not _DAY.fullmatch(self.run.digits, i, j):
                self.places.append((kind, i, j - keep))
                left.append((j - keep, j))
            else:
                left.append((i, j))
        self._cut(left)

    def _nearly(self) -> None:
        """What was read out and is one digit short of a number, or one too long: recognisers lose and double them."""
        for i, j in self.left:
            if not all(self.run.said[i:j]):
                continue
            if _NEARLY_MOBILE.fullmatch(self.run.digits, i, j):
                self.places.append(("mobile", i, j))
            elif _NEARLY_LONG.fullmatch(self.run.digits, i, j):
                self.places.append(("id_cn", i, j))


def _in_plan(digits: str, region: str) -> bool:
    """Whether a region's numbering plan has the number, as dialled there."""
    import phonenumbers

    try:
        return bool(phonenumbers.is_valid_number_for_region(phonenumbers.parse(digits, region), region))
    except phonenumbers.NumberParseException:
        return False


def _at(edges: Sequence[int], place: int) -> int:
    return bisect_right(edges, place) - 1
