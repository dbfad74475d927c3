"""300 machine-made amounts and days, said in words and figures of both scripts; what is right comes from integers and ``datetime``."""

from __future__ import annotations

import random
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from auditor.text.dates import days
from auditor.text.normalise import normalise
from auditor.text.numbers import numbers

SEED = 20261014
CASES = 300
HANS = dict(zip("萬塊兩號週後禮聽個", "万块两号周后礼听个", strict=True))
HANT = {simplified: written for written, simplified in HANS.items()}
FINANCIAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
WEEKDAYS = "一二三四五六日"


def read_out(value: int) -> str:
    """1 to 99,999 in words, every place named."""
    said, zero = "", False
    for power, unit in ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, "")):
        figure = value // power % 10
        if figure:
            said += ("零" if zero and said else "") + "零一二三四五六七八九"[figure] + unit
        zero = figure == 0
    return said.removeprefix("一") if 10 <= value < 20 else said


def in_speech(value: int) -> str:
    """As people say it: two for 二, and the last unit left out where nothing is lost (一万二, 三百五)."""
    said = read_out(value)
    if said[-1] in "百千" and len(said) > 2 and "零" not in said[-4:]:
        said = said[:-1]
    for unit in "万千":
        said = said.replace("二" + unit, "两" + unit)
    return said


def an_amount(chance: random.Random) -> tuple[str, Decimal]:
    """How an amount is said, and what it is."""
    value = chance.choice(
        [chance.randrange(100, 1000), chance.randrange(1000, 10_000), chance.randrange(1, 100) * 1000,
         chance.randrange(1, 100) * 100, chance.randrange(10_000, 100_000)]
    )  # fmt: skip
    cents = value + Decimal(chance.randrange(100)) / 100
    ways: list[tuple[str, Decimal]] = [
        (read_out(value) + chance.choice(["元", "块", "块钱", "元整"]), Decimal(value)),
        (in_speech(value), Decimal(value)),
        (read_out(value).translate(FINANCIAL) + "元", Decimal(value)),
        (f"{value}块", Decimal(value)),
        (f"{value:,}元", Decimal(value)),
        (f"{cents:.2f}元", cents),
    ]
    if value % 1000 == 0 and value > 10_000:
        ways.append((f"{value / 10_000:g}万", Decimal(value)))
    return chance.choice(ways)


def months_on(day: date, count: int) -> date:
    """The first of the month, so many months on."""
    return (day.replace(day=1) + timedelta(days=32 * count)).replace(day=1)


def a_day(chance: random.Random, today: date) -> tuple[str, date]:
    """How a day is said on this day, and which it is."""
    in_days = chance.randrange(1, 31)
    monday = today - timedelta(days=today.weekday())
    weekday = chance.randrange(7)
    later = today + timedelta(days=chance.randrange(0, 300))
    week, named = chance.choice(["周", "星期", "礼拜"]), WEEKDAYS[weekday]
    next_month = months_on(today, 1)
    there = chance.randrange(1, monthrange(next_month.year, next_month.month)[1] + 1)
    number: Callable[[int], str] = read_out if chance.randrange(2) else str
    mark = chance.choice(["号", "日"])
    ways: list[tuple[str, date]] = [
        ("明天", today + timedelta(days=1)),
        ("听日", today + timedelta(days=1)),
        ("后天", today + timedelta(days=2)),
        ("大后天", today + timedelta(days=3)),
        (f"下{week}{named}", monday + timedelta(days=7 + weekday)),
        (f"下个{week}{named}", monday + timedelta(days=7 + weekday)),
        (f"下下{week}{named}", monday + timedelta(days=14 + weekday)),
        (f"{week}{named}", today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)),
        ("月底", months_on(today, 1) - timedelta(days=1)),
        ("下个月底", months_on(today, 2) - timedelta(days=1)),
        (f"{number(in_days)}天之内", today + timedelta(days=in_days)),
        (f"{number(in_days)}天后", today + timedelta(days=in_days)),
        (f"下个月{number(there)}号", next_month.replace(day=there)),
        (f"{number(later.month)}月{number(later.day)}{mark}", later),
        (f"{later.month}/{later.day}", later),
        (f"{later.year}年{later.month}月{later.day}日", later),
    ]
    if later.day <= monthrange(today.year, today.month)[1]:
        day = later.day
        month = today if day >= today.day else next_month
        if day <= monthrange(month.year, month.month)[1]:
            ways.append((f"{number(day)}号", month.replace(day=day)))
    return chance.choice(ways)


def cases() -> list[tuple[str, datetime, date, Decimal]]:
    """Sentences with the day of the call, the day meant and the amount meant."""
    chance = random.Random(SEED)
    made = []
    for _ in range(CASES):
        now = datetime(2026, 1, 1, 9, 30) + timedelta(days=chance.randrange(700))
        (day, due), (amount, value) = a_day(chance, now.date()), an_amount(chance)
        said = chance.choice(["我{day}还{amount}", "{day}，{amount}", "{amount}我{day}给你", "{day}我先还{amount}行吗"])
        text = said.format(day=day, amount=amount)
        if chance.random() < 0.4:
            text = "".join(HANT.get(c, c) for c in text)
        made.append((text, now, due, value))
    return made


@pytest.mark.parametrize(("text", "now", "due", "value"), cases(), ids=lambda v: v if isinstance(v, str) else "")
def test_an_amount_and_a_day_are_understood(text: str, now: datetime, due: date, value: Decimal) -> None:
    """The one day and the one amount of the sentence."""
    said = normalise(text)
    assert [day.due for day in days(said, now)] == [due]
    dated = [(day.start, day.end) for day in days(said, now)]
    amounts = [n for n in numbers(said) if n.is_amount and not any(s < n.end and n.start < e for s, e in dated)]
    assert [n.value for n in amounts] == [value]


def test_the_cases_are_many_and_varied() -> None:
    """Both scripts, words and figures."""
    texts = [text for text, *_ in cases()]
    assert len(texts) == CASES
    assert sum(any(c in text for c in HANS) for text in texts) > 50
    assert sum(any(c.isdigit() for c in text) for text in texts) > 50
    assert len(set(texts)) > 280
