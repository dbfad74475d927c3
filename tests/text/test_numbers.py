"""Numbers as people say them, and what is no amount."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.text.normalise import normalise
from auditor.text.numbers import Number, numbers

ONES = "零一二三四五六七八九"


def only(text: str) -> Number:
    """The one number in the text."""
    (found,) = numbers(normalise(text))
    return found


def spoken(value: int) -> str:
    """1 to 99,999,999 read out in full."""
    if value >= 10_000:
        rest = value % 10_000
        return spoken(value // 10_000) + "万" + ("" if not rest else ("零" if rest < 1000 else "") + spoken(rest))
    said, zero = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // power % 10
        if digit:
            said += ("零" if zero and said else "") + ONES[digit] + unit
            zero = False
        else:
            zero = True
    return said


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("一万二", 12_000),
        ("八千三百块", 8_300),
        ("三萬二", 32_000),
        ("两千出头", 2_000),
        ("12860.00", Decimal("12860.00")),
        ("12,860.00元", Decimal("12860.00")),
        ("一万二千八百六", 12_860),
        ("一万二千八百六十元整", 12_860),
        ("一万零二百", 10_200),
        ("一千零五十", 1_050),
        ("一千零五", 1_005),
        ("两百五", 250),
        ("1万2", 12_000),
        ("1万2860", 12_860),
        ("3.5万", 35_000),
        ("8千3", 8_300),
        ("3万5千", 35_000),
        ("壹万贰仟", 12_000),
        ("三百五十万", 3_500_000),
        ("一亿三千万", 130_000_000),
        ("十万二千", 102_000),
        ("１２８６０元", 12_860),
        ("一万二千来块", 12_000),
        ("十块", 10),
    ],
)
def test_amounts(said: str, value: int | Decimal) -> None:
    """An amount is understood, however it is said."""
    number = only(said)
    assert number.value == value
    assert number.is_amount


@given(st.integers(100, 99_999_999))
@settings(deadline=None, max_examples=60)
def test_any_amount_read_out_in_full_is_understood(value: int) -> None:
    """Every whole amount read out in full has its value, in either script and in digits."""
    assert only(spoken(value) + "元").value == value
    assert only(spoken(value).replace("万", "萬") + "塊").value == value
    assert only(f"{value:,}元").value == value


@pytest.mark.parametrize(
    "text",
    [
        "尾号七七零二",
        "尾号6620的卡",
        "后四位是3721",
        "请拨打95533",
        "客服热线12378",
        "我工号0213",
        "工号是八八六",
        "15:30之前",
        "2026.10.14之前",
        "二零二六年十月",
        "逾期四十三天",
        "十月十九日",
        "分十二期",
        "千万别转",
        "万一还不上",
        "百分之百",
        "百分之三十",
        "上千块",
        "几万块",
        "百八十块",
        "一五一十",
        "三五百块",
        "一二三四五六七",
        "每天五千三千的",
    ],
)
def test_no_amount(text: str) -> None:
    """Tails, hotlines, staff numbers, times, dates, days, terms, idioms and vague sums are no amounts."""
    assert [n for n in numbers(normalise(text)) if n.is_amount] == []


@pytest.mark.parametrize("text", ["六六二零", "六六二〇", "幺二三", "尾号6620", "0213"])
def test_digits_read_out_keep_their_digits(text: str) -> None:
    """A number read out digit by digit keeps its leading zeros and its length."""
    assert only(text).digits in ("6620", "123", "0213")


def test_two_numbers_with_a_comma_between() -> None:
    """No number runs across a comma."""
    first, second = numbers(normalise("四万一千二，一百三十三天"))
    assert first.value == 41_200
    assert first.is_amount
    assert second.value == 133
    assert second.unit == "days"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("八十九日", "days"),
        ("逾期八十九天了", "days"),
        ("一百来天", "days"),
        ("四十三天后", "other"),
        ("十九号", "other"),
        ("三个月", "other"),
    ],
)
def test_units(text: str, unit: str) -> None:
    """Days are days; numbers of other things are something else."""
    assert only(text).unit == unit


def test_a_date_is_no_span_of_days() -> None:
    """八十九日 are days, 十月十九日 is a date."""
    assert [n.unit for n in numbers(normalise("十月十九日"))] == ["other", "other"]


@pytest.mark.parametrize("text", ["九" * 50_000, "亿" * 50_000, "1万" + "9" * 50_000, "9" * 50_000, "十" * 50_000])
def test_endless_numbers_are_no_numbers(text: str) -> None:
    """A hostile run of digits is passed over."""
    assert numbers(normalise(text)) == ()


@given(st.text("零一二三四五六七八九十百千万亿两0123456789.,:：，块天日月号多来半元尾号", max_size=30))
@settings(deadline=None, max_examples=60)
def test_any_run_of_number_characters_comes_through(text: str) -> None:
    """Whatever is strung together, the numbers found stand where they say, in order, and are finite."""
    folded = normalise(text)
    reached = 0
    for number in numbers(folded):
        assert reached <= number.start < number.end <= len(folded.text)
        assert (
            folded.clause_around(number.start, number.end)[1] == folded.clause_around(number.start, number.start + 1)[1]
        )
        assert number.value.is_finite()
        assert number.value >= 0
        reached = number.end
