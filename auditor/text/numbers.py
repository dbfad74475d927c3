"""Numbers as people say them: 一万二 is 12,000, 八千三百块 is 8,300, 七七零二 is four digits and no amount."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from auditor.text.normalise import Comparable

Unit: TypeAlias = Literal["money", "days", "other", "bare"]

DIGITS = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **{c: i for i, c in enumerate("0123456789")},
    **{c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "两": 2,
    "俩": 2,
    "幺": 1,
}
POWERS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
GROUPS = {"万": 10_000, "亿": 100_000_000}

# 三千二十五号: 3,025 would be 三千零二十五, so the twenty-five is the day's
_DAY_BEHIND = re.compile("(?<=[百千万])(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])$")
_JOINTS = (":", ".", "/")
_WEEKDAY = re.compile("(?:周|星期|礼拜)$")  # 周四两千: the four is the day's
_HALF_OF = tuple("年天个月日小夜")  # 一万半年 is no 15,000
_SOME = tuple("几数上好成每")  # 几万五块 is no sum
_SHORT = {"k": 1000, "w": 10_000}  # 五K, 一个W
_RUN = re.compile("[" + "".join(DIGITS) + "".join(POWERS) + "".join(GROUPS) + r"]+(?:\.\d+)?[万千百亿]?")
_LABEL = re.compile(
    r"(?:尾号|尾数|[末后尾][四4六6][位码]|工号|编号|员编|号码|[账帐卡]号|电话|手机号?|热线|专线|客服|拨打?|身份证号?|证件号?|验证码|分机)(?:是|为|系)?$"
)
LONGEST = 24  # characters; what is longer is noise, not a number
_MONEY = re.compile(r"[多来]?(?:元|块|蚊|圆|港币|港纸|台币|新台币|人民币)")
_DAYS = re.compile(r"[多来]?(?:天(?!前|后|内|之)|日(?!期|子|前|后|内|之))")
_OTHER = re.compile(
    r"[多来]?(?:号|月|日|点|年|期|个|小时|钟|分|秒|岁|次|名|成|折|位|周|楼|路|栋|室|线|级|班|环|遍|通|条|张|份|人|家|台|部|天|倍|辈|道|些|下|样|句|种|声|直|定|般|起|旦|边|面|些|笔|百分)"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number said in comparable text, with its place there.

    ``digits`` is set where it was read out digit by digit (a card's tail, a date of birth); such a number is never money.
    """

    start: int
    end: int
    value: Decimal
    unit: Unit
    digits: str | None = None

    @property
    def is_amount(self) -> bool:
        """Whether this is money: said with a currency unit, or a bare round number of at least a hundred."""
        if self.unit == "money":
            return True
        return self.unit == "bare" and self.digits is None and self.value >= 100


def numbers(text: Comparable) -> tuple[Number, ...]:
    """All numbers in the text, in order; none runs across a comma (四万一千二，一百三十三天 are two)."""
    found = []
    for start, end in _runs(text):
        said = text.text[start:end]
        if end - start > LONGEST:
            continue
        if (short := _shortened(text, start, end)) is not None:
            found.append(short)
            continue
        digits = _digit_string(said)
        arabic = digits is None and said.isascii() and said.isdecimal()
        if arabic and _LABEL.search(text.text, max(0, start - 8), start):
            digits = said
        value = Decimal(digits) if digits is not None else value_of(said)
        if value is None and said[-1] == "一":  # 一千八一次还清
            end, value = end - 1, value_of(said[:-1])
        if value is not None:
            found.append(Number(start, end, value, _unit(text, start, end, digits), digits))
    return tuple(found)


def _runs(text: Comparable) -> Iterator[tuple[int, int]]:
    for run in _RUN.finditer(text.text):
        start, end = run.span()
        if text.text[start + 1 : start + 2] in DIGITS and _WEEKDAY.search(text.text, max(0, start - 2), start):
            start += 1
        while (border := text.clause_around(start, start + 1)[1]) < end:
            yield start, border
            start = border
        if text.text[end : end + 1] in ("号", "日", "耗") and (day := _DAY_BEHIND.search(text.text, start + 1, end)):
            yield start, day.start()
            start = day.start()
        yield start, end


def _shortened(text: Comparable, start: int, end: int) -> Number | None:
    """五K, 一个W; 两万半; 万二蚊, 千五块, which leave out the one."""
    said, behind = text.text[start:end], text.text[end : end + 3]
    letter = behind.removeprefix("个")
    short: Decimal | None = None
    if letter[:1] in _SHORT and not ("a" <= letter[1:2] <= "z") and (value := value_of(said)) is not None:
        short, end = value * _SHORT[letter[:1]], end + behind.index(letter) + 1
    elif (
        behind[:1] == "半"
        and said[-1] in "千万"
        and behind[1:2] not in _HALF_OF
        and (value := value_of(said)) is not None
    ):
        short, end = value + (5000 if said[-1] == "万" else 500), end + 1
    elif len(said) == 2 and said[0] in "百千万" and text.text[max(0, start - 1) : start] not in _SOME:
        short = value_of("一" + said) if _MONEY.match(text.text, end) else None
    return None if short is None else Number(start, end, short, "money")


def _unit(text: Comparable, start: int, end: int, digits: str | None) -> Unit:
    said, border = text.text, text.clause_around(start, end)[1]  # no unit stands behind a comma: 六千零五十，周四
    if _MONEY.match(said, end, border):
        return "money"
    if digits is not None and len(digits) > 2 and not digits.isascii():
        return "bare"
    if _DAYS.match(said, end, border) and (said[end] == "天" or "月" not in said[max(0, end - 5) : end]):
        return "days"
    # 15:30 is a time, 2026.10.14 and 10/14 are dates
    if _OTHER.match(said, end, border) or said[end : end + 1] in _JOINTS or said[max(0, start - 1) : start] in _JOINTS:
        return "other"
    return "bare"


def _digit_string(said: str) -> str | None:
    """Digits read one by one (at least two of them, Chinese), or Arabic digits that begin with a zero."""
    if not all(c in DIGITS for c in said):
        return None
    if said.isascii():
        return said if said.startswith("0") and len(said) > 1 else None
    return "".join(str(DIGITS[c]) for c in said) if len(said) > 1 else None


def value_of(said: str) -> Decimal | None:
    """The value of a number said with units, e.g. 一万二 or 3.6万; ``None`` if it is not one (万一, 百分之百, 千万别)."""
    arabic = re.fullmatch(r"(\d+(?:\.\d+)?)([十百千万亿]?)", said)
    if arabic:
        return Decimal(arabic[1]) * ({**POWERS, **GROUPS}.get(arabic[2], 1))
    if said[0] not in DIGITS and said[0] not in "十拾":
        return None
    total = section = 0
    digit: int | None = None
    last_power = GROUPS["亿"]
    last_group = 0
    after_zero = False
    arabic_run = ""
    for c in said:
        if c.isascii() and c.isdigit():
            arabic_run += c
            digit = int(arabic_run)
        elif c in DIGITS:
            if digit not in (None, 0):
                return None
            digit = DIGITS[c]
            after_zero = after_zero or digit == 0
        elif c in POWERS:
            if POWERS[c] >= last_power:
                return None
            section += (1 if digit is None else digit) * POWERS[c]
            last_power, digit, after_zero, arabic_run = POWERS[c], None, False, ""
        elif c == "亿":
            total = (total + section + (digit or 0)) * GROUPS[c]
            section, last_power, digit, after_zero, arabic_run = 0, GROUPS[c], None, False, ""
        elif c in GROUPS:
            if last_group:
                return None
            last_group = GROUPS[c]
            total += (section + (digit or 0)) * GROUPS[c]
            section, last_power, digit, after_zero, arabic_run = 0, GROUPS[c], None, False, ""
        else:
            return None
    if digit:
        # 一万二 leaves out the unit one step below the last one said; 一万零二 and 1万12 do not.
        short = not after_zero and (section or total) and last_power > 10 and len(arabic_run) < 2
        section += digit * (last_power // 10 if short else 1)
    return Decimal(total + section)
