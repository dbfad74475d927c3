"""Days as spoken, counted from the day of the call."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.text.dates import Day, days
from auditor.text.normalise import normalise, traditional

WEDNESDAY = datetime(2026, 10, 14, 10, 0)
WORDS = (
    "今天", "明天", "后天", "大后天", "听日", "周一", "下周五", "下下周二", "这周日", "星期天", "月底", "下个月底", "月初", "十五号",
    "三十一号", "下个月十号", "下月三十号", "十月二十三号", "二月二十九号", "三月三十一", "10/23", "2026年12月31日", "明年1月3号", "三天之内",
    "五天后", "两个礼拜以内", "半个月后", "一个月内", "四十八小时之内", "五分钟就", "这两天", "过几天", "周末", "下周", "年底", "元旦那天",
    "国庆当天", "除夕", "初八", "每个月五号", "给我三天", "十一月底", "下个月",
)  # fmt: skip


def only(said: str, now: datetime | None = WEDNESDAY) -> Day:
    """The one day in the text."""
    (day,) = days(normalise(said), now)
    return day


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("今天", "2026-10-14"),
        ("今晚", "2026-10-14"),
        ("明天中午", "2026-10-15"),
        ("聽日", "2026-10-15"),
        ("後日晏晝", "2026-10-16"),
        ("大后天", "2026-10-17"),
        ("周三", "2026-10-21"),
        ("周五", "2026-10-16"),
        ("這週五", "2026-10-16"),
        ("下周五", "2026-10-23"),
        ("下礼拜一", "2026-10-19"),
        ("下個禮拜三", "2026-10-21"),
        ("下下周二", "2026-10-27"),
        ("星期天", "2026-10-18"),
        ("月底", "2026-10-31"),
        ("月尾", "2026-10-31"),
        ("这个月底之前", "2026-10-31"),
        ("下个月底", "2026-11-30"),
        ("十一月底", "2026-11-30"),
        ("这个月最后一天", "2026-10-31"),
        ("十五号", "2026-10-15"),
        ("十四号", "2026-10-14"),
        ("八号", "2026-11-08"),
        ("二十五號", "2026-10-25"),
        ("廿五號", "2026-10-25"),
        ("25号之前", "2026-10-25"),
        ("下个月十号", "2026-11-10"),
        ("下个月，呃，十号", "2026-11-10"),
        ("10月23号", "2026-10-23"),
        ("十月二十三", "2026-10-23"),
        ("10/23", "2026-10-23"),
        ("三月一号", "2027-03-01"),
        ("2026年12月31日", "2026-12-31"),
        ("明年1月3号", "2027-01-03"),
        ("三天之内", "2026-10-17"),
        ("给我三天", "2026-10-17"),
        ("一周内", "2026-10-21"),
        ("两个礼拜以内", "2026-10-28"),
        ("半个月后", "2026-10-29"),
        ("个半月后", "2026-11-29"),
        ("一个月内", "2026-11-14"),
        ("四十八小时之内", "2026-10-16"),
        ("十五号发工资后", "2026-10-15"),
        ("元旦那天", "2027-01-01"),
        ("二十五耗", "2026-10-25"),
    ],
)
def test_a_named_day_is_found(said: str, due: str) -> None:
    """Said in either script, in words or figures, it is that day."""
    assert only(said).due == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("这两天", "2026-10-14", "2026-10-16"),
        ("这几天", "2026-10-14", "2026-10-21"),
        ("这个周末", "2026-10-17", "2026-10-18"),
        ("下周之内", "2026-10-19", "2026-10-25"),
        ("下个月初", "2026-11-01", "2026-11-10"),
        ("月初", "2026-11-01", "2026-11-10"),
        ("月中", "2026-10-14", "2026-10-20"),
        ("下个月", "2026-11-01", "2026-11-30"),
        ("年底", "2026-12-01", "2026-12-31"),
    ],
)
def test_a_span_is_no_single_day(said: str, first: str, last: str) -> None:
    """It has a first and a last day instead, none of them before the call."""
    day = only(said)
    assert day.due is None
    assert day.between == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("said", ["正月初八", "八月十五中秋前", "除夕", "国庆过完", "节后", "三十一号", "过阵子"])
def test_what_names_no_certain_day_stays_undated(said: str) -> None:
    """Lunar dates, festivals without a day, days that the month lacks."""
    (day, *_) = days(normalise(said), datetime(2026, 2, 10))
    assert (day.due, day.between) == (None, None)


@pytest.mark.parametrize("said", ["昨天", "上周五", "上个月十号", "前几天", "三天前"])
def test_what_lies_before_the_call_is_past(said: str) -> None:
    """A past day is known as such, and gets no date."""
    assert (only(said).past, only(said).due) == (True, None)


@pytest.mark.parametrize(
    "said",
    [
        "工号三千二百零八",
        "十五号楼二零三",
        "一周三次",
        "两个月没发",
        "以后再说",
        "之前",
        "三千块",
        "六千零五十",
        "月薪八千",
        "四号车间",
        "三天三夜",
    ],
)
def test_what_only_looks_like_a_day_is_none(said: str) -> None:
    """Staff numbers, buildings, lengths of time, money."""
    assert days(normalise(said), WEDNESDAY) == ()


def test_a_comma_parts_a_sum_from_a_day() -> None:
    """两千二，十五号 is a sum and the fifteenth; without the comma 三千二十五号 still is."""
    assert [d.due for d in days(normalise("两千二，十五号"), WEDNESDAY)] == [date(2026, 10, 15)]
    assert [d.due for d in days(normalise("三千二十五号"), WEDNESDAY)] == [date(2026, 10, 25)]


def test_a_bare_weekday_on_that_day_means_the_next_one() -> None:
    """周三, said on a Wednesday, is a week off; 今天 would be said of today."""
    assert only("周三").due == date(2026, 10, 21)
    assert only("这周三").due == date(2026, 10, 14)


def test_without_the_day_of_the_call_nothing_is_resolved() -> None:
    """The words are still found."""
    day = only("下周五", None)
    assert (day.start, day.end, day.due, day.between) == (0, 3, None, None)


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
    st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31)),
    st.booleans(),
)
@settings(deadline=None, max_examples=300)
def test_no_day_lies_before_the_call(words: list[str], now: datetime, hant: bool) -> None:
    """Whatever is said and whenever: neither a day nor a span begins before the call, and none ends before it begins."""
    said = "，".join(words)
    for day in days(normalise(traditional(said) if hant else said), now):
        assert day.due is None or day.due >= now.date()
        assert day.between is None or now.date() <= day.between[0] <= day.between[1]
        assert not (day.past and (day.due or day.between))


@given(
    st.text("今明后天周下一二三四五十号月底初中/0123456789廿个内之前，。", max_size=14),
    st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1)),
)
@settings(deadline=None, max_examples=300)
def test_any_text_is_borne(said: str, now: datetime) -> None:
    """Places are in order and in the text; nothing lies before the call."""
    text = normalise(said)
    reached = 0
    for day in days(text, now):
        assert reached <= day.start < day.end <= len(text.text)
        reached = day.end
        assert day.due is None or now.date() <= day.due <= now.date() + timedelta(days=366 * 100)
