"""Personal data in what was said: identity numbers, bank cards, telephones, e-mail, addresses, names that the metadata gives.

Numbers are found as written and as read out, also where one speaker says them over several utterances. Checksums are
python-stdnum's, numbering plans those of phonenumbers; both lack the identity numbers of Taiwan and Hong Kong.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from auditor.models import Metadata, Region, Utterance
from auditor.text.addresses import addresses
from auditor.text.names import names_said
from auditor.text.spoken import BETWEEN, BREAK, DIGIT, VALUES, Run, plain, runs, without_amounts

Kind: TypeAlias = Literal[
    "id_cn", "id_tw", "id_hk", "card", "mobile", "landline", "email", "address", "name", "plate", "passport"
]
Place: TypeAlias = tuple[Kind, int, int]

CARD_TAIL = 4
"""So many digits of a card stay: collectors name cards by them."""
_ASIDE = 12  # characters: how long the other speaker's aside may be inside a number (嗯，您说)
_LEAD = 8  # characters that may stand before the answer to a question
_LABEL_REACH = 18

_LABEL = re.compile(
    r"(?P<hidden>工号|(?<!证件)编号|员编|合同|案件|案号|订单|工单|流水|发票|热线|客服|专线|投诉|总机|官方|验证码|统编|分机|尾[号数]|[末后][四4六6][位码])"
    r"|(?P<passport>护照|通行证|台胞证|回乡证|居留证)"
    r"|(?P<id>身[份分]证|证件)"
    r"|(?P<card>[卡账帐]号|户口|[账帐]户|储蓄卡|银行卡|借记卡)"
    r"|(?P<phone>手机|电话|号码|联[系络]方式|微信|qq|whatsapp|line|门号|座机|行动|[打拨]给?$|致电$)"
)
_ASKS = re.compile(r"\?|多少|几号|哪个|什么|核[对实]|[报念说讲留给写发]一?下|麻烦|请[您你]?[报说提告]")
_LEAST = {"id": 8, "card": 9, "phone": 7, "passport": 7}
_KIND: dict[str, Kind] = {"id": "id_cn", "card": "card", "phone": "landline", "passport": "passport"}

_EMAIL = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9零〇一二三四五六七八九幺][a-z0-9零〇一二三四五六七八九幺._%+-]{0,63}? ?(?:@|艾特|小老鼠|at(?![a-z])) ?"
    r"[a-z0-9一二三四五六七八九][a-z0-9一二三四五六七八九-]{0,62}(?: ?[.点] ?[a-z]{2,12}){1,3}"
)
_ANY = f"{BETWEEN}{{0,5}}"
_LETTERED = rf"(?<![a-z0-9])([a-z]{{1,2}}){_ANY}({DIGIT}(?:{_ANY}{DIGIT}){{5}}"
_ID_TW = re.compile(rf"{_LETTERED}(?:{_ANY}{DIGIT}){{3}})(?!{DIGIT})")
_ID_HK = re.compile(rf"{_LETTERED}){_ANY}(?:括[号弧])?{_ANY}({DIGIT}|a)(?![a-z]|{DIGIT})")
_PASSPORT = re.compile(
    r"(?:护照|通行证|台胞证|回乡证|居留证)[^a-z0-9\n\f]{0,8}([a-z]{1,2}[0-9零〇一二三四五六七八九幺]{7,10})"
)
_PLATE = re.compile(
    r"[京沪津渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川贵云陕甘青桂蒙宁藏新][a-hj-np-z][·. -]?"
    r"(?=[a-z]{0,3}[0-9一二三四五六七八九零幺])[a-hj-np-z0-9零一二三四五六七八九幺]{5,6}(?![a-z0-9零一二三四五六七八九幺])"
)

_MOBILE = re.compile(r"(?:0086|86|0)?1[3-9]\d{9}|09\d{8}|(?:00)?8869\d{8}")
_SAID_MOBILE = re.compile(r"1[3-9]\d{9}")
_HOTLINE = re.compile(r"[48]00\d{7}|0800\d{6}")
_SHORT_LINE = re.compile(r"9[56]\d{3}|10[01]\d{2}|12[13]\d{2}")
_DAY = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_CARD = re.compile(r"[3-69]\d{12,18}|2[2-7]\d{14}|81\d{14,17}")
_UNIONPAY = re.compile(r"62\d{14,17}")
_ID_SHAPE = re.compile(r"[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx]")


@dataclass(frozen=True, slots=True, order=True)
class PersonalData:
    """A stretch of an utterance that must not be shown, as characters of the text as heard.

    A number said over several utterances is one value for each of them. The last four digits of a card are no part of it.
    """

    utterance: int
    start: int
    end: int
    kind: Kind


def find(
    utterances: Sequence[Utterance], metadata: Metadata | None = None, public: Collection[str] = ()
) -> tuple[PersonalData, ...]:
    """All personal data in a call, by utterance and place; none overlaps another.

    Args:
        utterances: what was heard.
        metadata: gives the customer's name, where it has one, the agent's, which stays, and the region.
        public: numbers that are nobody's own: the institution's hotlines and accounts, as written.
    """
    known = metadata or Metadata()
    lines = [plain(u.text) for u in utterances]
    open_numbers = frozenset(_digits(number) for number in public) - {""}
    found: list[PersonalData] = []
    for speaker in dict.fromkeys(u.speaker for u in utterances):
        own = [n for n, u in enumerate(utterances) if u.speaker == speaker]
        stream = _Stream(lines, own)
        taken = sorted(_places(stream, known, open_numbers), key=lambda p: (p[1], -p[2]))
        found += _apart(stream, taken)
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True, init=False)
class _Stream:
    """All that one speaker says, as one plain text: line after line, cut where the other speaker says more than an aside."""

    text: str
    lines: Sequence[str]
    own: Sequence[int]
    starts: tuple[int, ...]

    def __init__(self, lines: Sequence[str], own: Sequence[int]) -> None:
        parts: list[str] = []
        starts: list[int] = []
        length = 0
        for last, number in zip([-1, *own], own, strict=False):
            if parts:
                aside = sum(len(lines[n]) for n in range(last + 1, number))
                parts.append("\n" if aside <= _ASIDE else BREAK)
                length += 1
            starts.append(length)
            parts.append(lines[number])
            length += len(lines[number])
        for name, value in (("text", "".join(parts)), ("lines", lines), ("own", own), ("starts", tuple(starts))):
            object.__setattr__(self, name, value)

    def line_at(self, place: int) -> int:
        """Which of the speaker's own lines holds the character."""
        return bisect_right(self.starts, place) - 1

    def label(self, place: int, region_of_digits: int) -> str:
        """What the words before a number call it: a key of ``_KIND``, ``hidden`` for what is nobody's own, or nothing.

        ``region_of_digits`` is where the digits before it end.
        """
        line = self.line_at(place)
        start = self.starts[line]
        named = _last_label(self.text[max(start, region_of_digits, place - _LABEL_REACH) : place])
        if not named and place - start <= _LEAD and self.own[line] > 0:
            asked = self.lines[self.own[line] - 1][-_LABEL_REACH * 2 :]
            named = _last_label(asked) if _ASKS.search(asked) else ""
        return named

    def split(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """(utterance, start, end) of each part of a stretch of the text."""
        for line in range(self.line_at(start), len(self.own)):
            first = self.starts[line]
            if first >= end:
                break
            begins, ends = max(start, first), min(end, first + len(self.lines[self.own[line]]))
            if begins < ends:
                yield self.own[line], begins - first, ends - first


def _last_label(words: str) -> str:
    named = [m.lastgroup or "" for m in _LABEL.finditer(words)]
    return "hidden" if "hidden" in named else named[-1] if named else ""


def _digits(number: str) -> str:
    return "".join(VALUES.get(c, "") for c in plain(number))


def _apart(stream: _Stream, places: Sequence[Place]) -> Iterator[PersonalData]:
    """The places as stretches of utterances, the part of each that no earlier one covers."""
    reached = 0
    for kind, start, end in places:
        for utterance, begins, ends in stream.split(max(start, reached), end) if end > reached else ():
            yield PersonalData(utterance, begins, ends, kind)
        reached = max(reached, end)


def _places(stream: _Stream, known: Metadata, public: frozenset[str]) -> Iterator[Place]:
    text = stream.text
    region = known.region or "CN"
    shaped = [*_emails(text), *_lettered(stream, region), *_passports(text), *_plates(text)]
    yield from shaped
    for start, end in addresses(text):
        yield "address", start, end
    for start, end in names_said(text, known):
        yield "name", start, end
    for _, start, end in shaped:
        text = text[:start] + BREAK * (end - start) + text[end:]
    before = 0
    for run in runs(without_amounts(text)):
        if len(run.digits) >= min(_LEAST.values()):
            label = stream.label(run.at[0], before)
            for kind, i, j in _Numbers(run, label, region, public).found():
                yield kind, run.at[i], run.at[j - 1] + 1
        before = run.at[-1] + 1


def _emails(text: str) -> Iterator[Place]:
    if "@" in text or "艾特" in text or "小老鼠" in text or "at" in text:
        yield from (("email", *found.span()) for found in _EMAIL.finditer(text))


def _passports(text: str) -> Iterator[Place]:
    yield from (("passport", *found.span(1)) for found in _PASSPORT.finditer(text))


def _plates(text: str) -> Iterator[Place]:
    yield from (("plate", *found.span()) for found in _PLATE.finditer(text))


def _lettered(stream: _Stream, region: Region) -> Iterator[Place]:
    """Identity numbers that begin with a letter: by their check digit, or because the words before say what they are."""
    for found in _ID_TW.finditer(stream.text):
        number = found[1] + _digits(found[2])
        if len(found[1]) > 1 or number[1] not in "1289" or "x" in number[1:]:
            continue
        if is_taiwanese_id(number) or stream.label(found.start(), 0) == "id":
            yield "id_tw", found.start(), found.end()
    for found in _ID_HK.finditer(stream.text):
        number = found[1] + _digits(found[2]) + VALUES.get(found[3], found[3])
        if "x" in number[len(found[1]) :]:
            continue
        sure = region == "HK" or "(" in found[0] or "括" in found[0]
        if stream.label(found.start(), 0) == "id" or (sure and is_hong_kong_id(number)):
            bracket = len(found[0]) < len(stream.text) and stream.text[found.end() : found.end() + 1] == ")"
            yield "id_hk", found.start(), found.end() + bracket


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


class _Numbers:
    """The numbers in one run of digits. What was found is taken out, and what is left is looked at again until no more is found."""

    def __init__(self, run: Run, label: str, region: Region, public: frozenset[str]) -> None:
        self.run, self.label, self.region, self.public = run, label, region, public
        self.edges = set(run.edges)
        self.stops = set(run.stops)
        self.left = [(0, len(run.digits))]
        self.places: list[Place] = []

    def found(self) -> list[Place]:
        """(kind, first digit, digit behind the last) of what must not be shown."""
        named = self.label in _LEAST
        self._sweep(None, self._is_public, 5, 20)
        while True:
            before = len(self.places)
            self._sweep("id_cn", self._is_identity, 18, 18)
            if self.label != "hidden":
                self._sweep("card", self._is_card, 13, 19, CARD_TAIL)
            self._sweep("mobile", self._is_mobile, 10, 15)
            self._said_mobiles()
            if len(self.places) == before:
                break
        if self.label != "hidden":
            self._sweep("landline", self._is_landline, 8, 13)
        self._sweep(None, self._is_short_line, 5, 5)
        if named:
            self._named()
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
        import phonenumbers

        digits = self.run.digits[i:j]
        if not digits.isdecimal() or (len(digits) == 8) != (self.region == "HK") or not self._could_be_line(i, j):
            return False
        plans = ("HK",) if self.region == "HK" else ("TW", "CN") if self.region == "TW" else ("CN", "TW")
        return any(phonenumbers.is_valid_number_for_region(phonenumbers.parse(digits, p), p) for p in plans)

    def _could_be_line(self, i: int, j: int) -> bool:
        if self.region == "HK":
            return self._is_phrase(i, j)
        return self.run.digits[i] == "0"

    def _named(self) -> None:
        """Whatever else is left of a number that the words before it call a telephone, a card or an identity number."""
        kind = _KIND[self.label]
        keep = CARD_TAIL if kind == "card" else 0
        for i, j in self.left:
            if j - i >= _LEAST[self.label] and not _DAY.fullmatch(self.run.digits, i, j):
                self.places.append((kind, i, j - keep))


def _at(edges: Sequence[int], place: int) -> int:
    return bisect_right(edges, place) - 1
