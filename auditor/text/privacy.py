"""Personal data in what was said: identity numbers, bank cards, telephones, e-mail, addresses, names that the metadata gives.

Numbers are found as written and as read out, also where one speaker says them over several utterances (see ``numbering``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from auditor.models import Metadata, Region, Utterance
from auditor.text.addresses import addresses
from auditor.text.names import names_said
from auditor.text.numbering import LEAST, Kind, Numbers, Place, is_hong_kong_id, is_taiwanese_id
from auditor.text.spoken import BETWEEN, BREAK, DIGIT, VALUES, plain, runs, without_amounts

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
_EMAIL = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9零〇一二三四五六七八九幺][a-z0-9零〇一二三四五六七八九幺._%+-]{0,63}? ?(?:@|艾特|小老鼠|at(?![a-z])) ?"
    r"[a-z0-9一二三四五六七八九][a-z0-9一二三四五六七八九-]{0,62}(?: ?[.点] ?[a-z]{2,12}){1,3}"
)
_ANY = f"{BETWEEN}{{0,5}}"
_LETTERED = rf"(?<![a-z0-9])([a-z]{{1,2}}){_ANY}({DIGIT}(?:{_ANY}{DIGIT}){{5}}"
_ID_NEARLY = re.compile(rf"{_LETTERED}(?:{_ANY}{DIGIT}){{0,4}})")
_ID_TW = re.compile(rf"{_LETTERED}(?:{_ANY}{DIGIT}){{3}})(?!{DIGIT})")
_ID_HK = re.compile(rf"{_LETTERED}){_ANY}(?:括[号弧])?{_ANY}({DIGIT}|a)(?![a-z]|{DIGIT})")
_PASSPORT = re.compile(
    r"(?:护照|通行证|台胞证|回乡证|居留证)[^a-z0-9\n\f]{0,8}([a-z]{1,2}[0-9零〇一二三四五六七八九幺]{7,10})"
)
_PLATE = re.compile(
    r"[京沪津渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川贵云陕甘青桂蒙宁藏新][a-hj-np-z][·. -]?"
    r"(?=[a-z]{0,3}[0-9一二三四五六七八九零幺])[a-hj-np-z0-9零一二三四五六七八九幺]{5,6}(?![a-z0-9零一二三四五六七八九幺])"
)


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


class _Stream:
    """All that one speaker says, as one plain text: line after line, cut where the other speaker says more than an aside.

    Attributes:
        text: the speaker's lines.
        lines: all lines of the call.
        own: numbers of the speaker's lines.
        starts: where each of them begins in ``text``.
    """

    def __init__(self, lines: Sequence[str], own: Sequence[int]) -> None:
        self.lines, self.own = lines, own
        self.starts: list[int] = []
        parts: list[str] = []
        length = 0
        for last, number in zip([-1, *own], own, strict=False):
            if parts:
                aside = sum(len(lines[n]) for n in range(last + 1, number))
                parts.append("\n" if aside <= _ASIDE else BREAK)
                length += 1
            self.starts.append(length)
            parts.append(lines[number])
            length += len(lines[number])
        self.text = "".join(parts)

    def line_at(self, place: int) -> int:
        """Which of the speaker's own lines holds the character."""
        return bisect_right(self.starts, place) - 1

    def label(self, place: int, after: int = 0) -> str:
        """What the words before a number call it: a key of ``LEAST``, ``hidden`` for what is nobody's own, or nothing.

        ``after`` is where the number before it ends: the words before that are not about this one.
        """
        line = self.line_at(place)
        start = self.starts[line]
        named = _last_label(self.text[max(start, after, place - _LABEL_REACH) : place])
        if named or place - start > _LEAD or not self.own[line]:
            return named
        asked = self.lines[self.own[line] - 1][-_LABEL_REACH * 2 :]
        begun = _last_label(self.lines[self.own[line - 1]][-_LEAD:]) if line else ""
        return (_last_label(asked) if _ASKS.search(asked) else "") or (begun if begun in LEAST else "")

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
    shaped = [*_emails(text), *_lettered(stream, known.region), *_passports(text), *_plates(text)]
    yield from shaped
    for start, end in addresses(text):
        yield "address", start, end
    for start, end in names_said(text, known):
        yield "name", start, end
    rest = list(text)
    for _, start, end in shaped:
        rest[start:end] = BREAK * (end - start)
    before = 0
    for run in runs(without_amounts("".join(rest))):
        if len(run.digits) >= min(LEAST.values()):
            label = stream.label(run.at[0], before)
            for kind, i, j in Numbers(run, label, region, public).found():
                yield kind, run.at[i], run.at[j - 1] + 1
        before = run.at[-1] + 1


def _emails(text: str) -> Iterator[Place]:
    if "@" in text or "艾特" in text or "小老鼠" in text or "at" in text:
        yield from (("email", *found.span()) for found in _EMAIL.finditer(text))


def _passports(text: str) -> Iterator[Place]:
    yield from (("passport", *found.span(1)) for found in _PASSPORT.finditer(text))


def _plates(text: str) -> Iterator[Place]:
    yield from (("plate", *found.span()) for found in _PLATE.finditer(text))


def _lettered(stream: _Stream, region: Region | None) -> Iterator[Place]:
    """Identity numbers that begin with a letter: by their check digit, or because the words before say what they are."""
    for found in _ID_TW.finditer(stream.text):
        number = found[1] + _digits(found[2])
        if len(found[1]) > 1 or number[1] not in "1289" or "x" in number[1:]:
            continue
        # C261027026 may be a mainland bank's case as well
        if (is_taiwanese_id(number) and region != "CN") or stream.label(found.start()) == "id":
            yield "id_tw", found.start(), found.end()
    for found in _ID_HK.finditer(stream.text):
        number = found[1] + _digits(found[2]) + VALUES.get(found[3], found[3])
        if "x" in number[len(found[1]) :]:
            continue
        sure = region == "HK" or "(" in found[0] or "括" in found[0]
        if stream.label(found.start()) == "id" or (sure and is_hong_kong_id(number)):
            yield "id_hk", found.start(), found.end() + stream.text.startswith(")", found.end())
    for found in _ID_NEARLY.finditer(stream.text):
        if stream.label(found.start()) == "id":
            yield "id_tw" if region == "TW" else "id_hk", found.start(), found.end()
