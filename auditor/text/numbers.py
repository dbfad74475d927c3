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
        digits = _digit_string(said)
        arabic = digits is None and said.isascii() and said.isdecimal()
        if arabic and _LABEL.search(text.text, max(0, start - 8), start):
            digits = said
        value = Decimal(digits) if digits is not None else _value(said)
        if value is not None:
            found.append(Number(start, end, value, _unit(text.text, start, end, digits), digits))
    return tuple(found)


def _runs(text: Comparable) -> Iterator[tuple[int, int]]:
    for run in _RUN.finditer(text.text):
        start, end = run.span()
        while (border := text.clause_around(start, start + 1)[1]) < end:
            yield start, border
            start = border
        yield start, end


def _unit(text: str, start: int, end: int, digits: str | None) -> Unit:
    if _MONEY.match(text, end):
        return "money"
    if digits is not None and len(digits) > 2 and not digits.isascii():
        return "bare"
    if _DAYS.match(text, end) and (text[end] == "天" or "月" not in text[max(0, end - 5) : end]):
        return "days"
    # 15:30 is a time and 2026.10.14 a date
    if _OTHER.match(text, end) or text[end : end + 1] in (":", ".") or text[max(0, start - 1) : start] in (":", "."):
        return "other"
    return "bare"


def _digit_string(said: str) -> str | None:
    """Digits read one by one (at least two of them, Chinese), or Arabic digits that begin with a zero."""
    if not all(c in DIGITS for c in said):
        return None
    if said.isascii():
        return said if said.startswith("0") and len(said) > 1 else None
    return "".join(str(DIGITS[c]) for c in said) if len(said) > 1 else None


def _value(said: str) -> Decimal | None:
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
