"""Days as people say them, counted from the day of the call: 明天, 下周五, 月底, 十五号, 三天之内, 十月二十三号.

Conventions: 月底 is the last day of the month, 十号之前 and 三天之内 are their last day, a bare weekday or day of the month is the
next one coming, weeks begin on Monday. What names no single day (这两天, 下周, 月初) is a span with its first and last day;
lunar dates and festivals (中秋, 国庆过完) are left undated. No day lies before the call.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from auditor.text.normalise import Comparable
from auditor.text.numbers import value_of

Match = re.Match[str]

_N = "[0-9零〇一二两三四五六七八九十廿卅]{1,3}"
_NO_N = "(?<![0-9零〇一二两三四五六七八九十廿卅])"
_WHICH = "下下一?个?|下一?个?|隔一?个?|这一?个?|呢个?|今个?|本|当|上上个?|上一?个?"
_WEEK = "(?:周|星期|礼拜)"
_PARTS = (
    "一大早|大清早|一早|早上|早晨|上午|中午|午后|下午|傍晚|晚上|夜里|夜晚|半夜|凌晨|晏昼|朝早|朝头早|早|晚|白天|下昼"
)
_LUNAR = (
    "(?:农历|阴历|旧历)[^，]{0,6}?(?:初|十|廿)[一二三四五六七八九十]?"
    "|(?:正月|腊月|冬月)(?:初?[一二三四五六七八九十廿]{1,3})?"
    "|[一二三四五六七八九十]{1,2}月[初一二三四五六七八九十]{1,3}(?=.?(?:中秋|端午|重阳|元宵))"
    "|(?<![月年当起最])初[一二三四五六七八九十](?![百千万几多来])"
)
_FESTIVALS = "除夕|大年初?.|年三十|元宵节?|端午节?|中秋节?|重阳节?|清明节?|冬至|春节|过年|年关|年前|年后|小年夜?|黄金周|双十一|节前|节后|长假"
_FIXED = {"元旦": (1, 1), "五一": (5, 1), "国庆": (10, 1), "圣诞": (12, 25)}

_KINDS: dict[str, str] = {
    "past": "昨[天日晚儿]|大前天|(?<![以之目眼年])前[天晚](?!后)|前几天|前阵子|琴日|寻日|上[回次]|去年|之前那",
    "lunar": f"{_LUNAR}|{_FESTIVALS}",
    "fixed": "(?P<feast>元旦|五一|国庆|圣诞)节?(?P<that>那天|当天|当日|当晚)?",
    "monthly": f"每一?个?月的?(?:{_N}[号日耗])?|月月|按月|(?<![这那下上两三四五六七八九十几半])一个月(?=.{{0,3}}(?:还|给|缴|交|转|供))",
    "full": f"(?:(?P<year>今年|明年|(?:20)?[0-9]{{2}}年|二[零〇]二.年)的?)?{_NO_N}(?<!个)(?P<month>{_N})月份?的?(?:(?P<mday>{_N})[号日耗]|"
    f"(?P<told>[0-9一二三十廿卅]{{1,2}}[0-9一二三四五六七八九十])(?![0-9零〇一二两三四五六七八九十百千万块元蚊个多来几天点分]))",
    "slash": f"{_NO_N}(?P<smonth>[0-9]{{1,2}})/(?P<sday>[0-9]{{1,2}})(?![0-9/])",
    "month_day": f"(?P<mwhich>{_WHICH})月份?的?，?(?P<wday>{_N})[号日耗]",
    "month_part": f"(?:(?P<pwhich>{_WHICH})月|{_NO_N}(?P<pmonth>{_N})月份?|月)(?P<part>底|末|尾|最后[一1]天|初|头|中旬?|上旬|下旬)(?!奖)",
    "year_part": "(?:今|明)?年(?:底|末|尾|终|中)(?!奖)",
    "weekday": f"(?:(?P<dwhich>{_WHICH})|(?<![一两二三四五六七八九十几半每0-9])){_WEEK}"
    "(?P<dow>[一二三四五六日天1-7])(?![次千百]|回[^款来]|天(?:之|以)?[内后])",
    "weekend": f"(?:(?P<ewhich>{_WHICH})|(?<![一两几每])){_WEEK}末",
    "week": f"(?P<kwhich>{_WHICH}){_WEEK}(?:之?内|以内|里)?",
    "near": "(?:这|呢|近|最近|过|再过|再等|等|再给我?|给我)(?P<few>[一两二三]?[两二三几])[天日]",
    "someday": "改[天日]|过一?阵子?|过段时间|近期|迟[点啲]",
    "count": f"(?P<wait>再?过|再?等我?|再?给我)?(?P<num>{_N}|半|个半)个?(?P<unit>天|日|周|星期|礼拜|月|小时|钟头|分钟)"
    "(?:的?时间)?(?P<tail>之?内|以内|里|之后|以后|后(?![天日])|左右|之?前|以前|(?<=[时头钟])(?=[就我给]))?",
    "day": f"{_NO_N}(?<![第楼栋座])(?:(?P<mark>{_N})[号耗](?![楼线院车机码文店卡厂宿门台馆仓库员])|(?P<date>[0-9一二三十廿卅]{{2,3}})日(?![子元常]))",
    "relative": "(?P<far>大后[天日儿]|(?<![以之今最然])后[天日儿]|明[天日早晚]|明儿个?|听[日朝晚]|翌日|今[天日晚早夜朝]|今儿个?)",
    "whole_month": f"(?P<swhich>{_WHICH})月份?(?:之?内|以内|里)?|{_NO_N}(?P<smon>{_N})月份",
}
_FIRST = (
    "昨大前琴寻上去之农阴旧正腊冬初除年元端中重清春过小黄双节长国圣每月按今明后下隔这呢本当周星礼近最再等给改迟半个听翌"
)
# few characters begin a day: at all others nothing more is tried
_DAY = re.compile(
    f"(?=[{_FIRST}0-9零〇一二两三四五六七八九十廿卅])(?:"
    + "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items())
    + ")"
)
_TAIL = re.compile(
    f"的?(?:{_PARTS})?(?:{_N}点(?:钟|半|多)?|[0-9]{{1,2}}:[0-9]{{2}})?(?:放工|下班)?(?:之前|以前|之内|以内|前后|左右|当天|那天|以后|之后|前|内|起)?"
)
_NAMED = {"明": 1, "听": 1, "翌": 1, "后": 2, "大": 3, "今": 0}
_TODAY_UNITS = ("小时", "钟头", "分钟")
FEW = {"一": 1, "两": 2, "二": 2, "三": 3, "几": 7}  # days that 这两天, 这几天 reach at most


@dataclass(frozen=True, slots=True)
class Day:
    """A day or span said in comparable text, with its place there.

    ``due`` is the day, ``None`` where none is named or it does not exist (二月三十号); ``between`` are the first and last day
    that a span may mean. ``past`` days lie before the call, ``monthly`` ones come again.
    """

    start: int
    end: int
    due: date | None = None
    between: tuple[date, date] | None = None
    past: bool = False
    monthly: bool = False


def days(text: Comparable, now: datetime | None) -> tuple[Day, ...]:
    """All days said in the text, in order.

    Args:
        text: comparable text.
        now: when the call began, as the clock stood where the debtor is; without it nothing is resolved.
    """
    # borders stand in the way of what only looks joined: 两千二，十五号
    said = "，".join(text.text[s:e] for s, e in text.clauses())
    found = []
    at = 0
    while match := _DAY.search(said, at):
        day = _resolved(match, now)
        at = match.end()
        if day is not None:
            tail = _TAIL.match(said, at)
            at = tail.end() if tail else at
            start = day.start - said.count("，", 0, day.start)
            found.append(replace(day, start=start, end=at - said.count("，", 0, at)))
    return tuple(found)


def _resolved(match: Match, now: datetime | None) -> Day | None:
    kind = next(kind for kind in _KINDS if match[kind] is not None)
    start, end = match.span()
    resolve = _RESOLVE.get(kind)
    if kind == "past" or any((match[g] or "").startswith("上") for g in _WHICHES):
        return Day(start, end, past=True)
    if resolve is None:
        return Day(start, end, monthly=kind == "monthly")
    if now is None:
        # what counts as a day at all does not hang on the calendar
        undated = resolve(match, datetime(2000, 1, 1))
        return None if undated is None else Day(start, end, past=undated.past)
    return resolve(match, now)


_WHICHES = ("mwhich", "pwhich", "dwhich", "ewhich", "kwhich", "swhich")


def _number(said: str) -> int | None:
    value = value_of(said.replace("廿", "二十").replace("卅", "三十"))
    return None if value is None else int(value)


def _exact(match: Match, due: date | None) -> Day:
    return Day(match.start(), match.end(), due)


def _span(match: Match, first: date, last: date, today: date) -> Day:
    return Day(match.start(), match.end(), None, (max(first, today), last) if last >= today else None)


def _of(year: int, month: int, day: int | None) -> date | None:
    try:
        return None if day is None else date(year, month, day)
    except ValueError:
        return None


def _months_on(today: date, count: int) -> tuple[int, int]:
    """(year, month), so many months on."""
    month = today.month - 1 + count
    return today.year + month // 12, month % 12 + 1


def _steps(which: str | None) -> int:
    """下 is one on, 下下 two; 这, 本 and nothing are the present one."""
    which = which or ""
    return which.count("下") + which.count("隔")


def _last(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _fixed(match: Match, now: datetime) -> Day:
    if not match["that"]:
        return Day(match.start(), match.end())
    month, day = _FIXED[match["feast"]]
    due = date(now.year, month, day)
    return _exact(match, due if due >= now.date() else due.replace(year=now.year + 1))


def _calendar(match: Match, now: datetime, year: str | None, month: str, day: str) -> Day | None:
    number, today = _number(month), now.date()
    if number is None or not 1 <= number <= 12:
        return None
    this = _of(today.year + (year == "明年"), number, _number(day))
    if year in (None, "今年") and (this is None or this < today):
        this = _of(today.year + (number < today.month), number, _number(day))
    elif year not in (None, "今年", "明年"):
        digits = "".join(str(_number(c)) for c in year[:-1])
        this = _of(int(digits[-2:]) + 2000, number, _number(day))
    if this is not None and this < today:
        return Day(match.start(), match.end(), past=True)
    return _exact(match, this)


def _full(match: Match, now: datetime) -> Day | None:
    return _calendar(match, now, match["year"], match["month"], match["mday"] or match["told"])


def _slash(match: Match, now: datetime) -> Day | None:
    return _calendar(match, now, None, match["smonth"], match["sday"])


def _month_day(match: Match, now: datetime) -> Day:
    due = _of(*_months_on(now.date(), _steps(match["mwhich"])), _number(match["wday"]))
    return Day(match.start(), match.end(), past=True) if due and due < now.date() else _exact(match, due)


def _month_part(match: Match, now: datetime) -> Day | None:
    today = now.date()
    year, month = _months_on(today, _steps(match["pwhich"]))
    if match["pmonth"]:
        named = _number(match["pmonth"])
        if named is None or not 1 <= named <= 12:
            return None
        year, month = today.year + (named < today.month), named
    part, last = match["part"], _last(year, month)
    if part[0] in "底末尾最":
        return _exact(match, last)
    first, until = {"初": (1, 10), "头": (1, 10), "上": (1, 10), "中": (11, 20), "下": (21, last.day)}[part[0]]
    if not match["pwhich"] and not match["pmonth"] and date(year, month, until) < today:
        year, month = _months_on(today, 1)
    return _span(match, date(year, month, first), date(year, month, min(until, _last(year, month).day)), today)


def _year_part(match: Match, now: datetime) -> Day:
    year = now.year + match[0].startswith("明")
    return _span(match, date(year, 12, 1), date(year, 12, 31), now.date())


def _weekday(match: Match, now: datetime) -> Day:
    said, today = match["dow"], now.date()
    day = "一二三四五六日".find(said.replace("天", "日")) if not said.isdigit() else int(said) - 1
    monday = today - timedelta(days=today.weekday())
    if match["dwhich"]:
        due = monday + timedelta(days=day, weeks=_steps(match["dwhich"]))
        return _exact(match, due if due >= today else None)
    return _exact(match, today + timedelta(days=(day - today.weekday() - 1) % 7 + 1))


def _weekend(match: Match, now: datetime) -> Day:
    return _week_span(match, now, _steps(match["ewhich"]), 5)


def _week(match: Match, now: datetime) -> Day:
    return _week_span(match, now, _steps(match["kwhich"]), 0)


def _week_span(match: Match, now: datetime, weeks: int, first: int) -> Day:
    today = now.date()
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)
    return _span(match, monday + timedelta(days=first), monday + timedelta(days=6), today)


def _near(match: Match, now: datetime) -> Day:
    today = now.date()
    if match[0].startswith(("再等", "等", "再给", "给")) and "几" not in match["few"]:
        return _exact(match, today + timedelta(days=FEW[match["few"][-1]]))
    return _span(match, today, today + timedelta(days=FEW[match["few"][-1]]), today)


def _count(match: Match, now: datetime) -> Day | None:
    unit, tail, number = match["unit"], match["tail"] or "", _number(match["num"]) if match["num"] != "半" else 0
    half = "半" in match["num"]
    if match["num"] == "个半":
        number = 1
    if (match["tail"] is None and not match["wait"]) or number is None:
        return None
    if "前" in tail:
        return Day(match.start(), match.end(), past=True)
    if unit in _TODAY_UNITS:
        minutes = (number * 60 + half * 30) if unit != "分钟" else number
        return _exact(match, (now + timedelta(minutes=minutes)).date())
    today = now.date()
    if unit == "月":
        year, month = _months_on(today, number)
        due = date(year, month, min(today.day, _last(year, month).day))
        return _exact(match, due + timedelta(days=15 * half))
    return _exact(match, today + timedelta(days=number * (1 if unit in "天日" else 7)))


def _day(match: Match, now: datetime) -> Day:
    today, number = now.date(), _number(match["mark"] or match["date"])
    if number is not None and 1 <= number < today.day:
        return _exact(match, _of(*_months_on(today, 1), number))
    return _exact(match, _of(today.year, today.month, number))


def _relative(match: Match, now: datetime) -> Day:
    return _exact(match, now.date() + timedelta(days=_NAMED[match["far"][0]]))


def _month(match: Match, now: datetime) -> Day | None:
    today = now.date()
    year, month = _months_on(today, _steps(match["swhich"]))
    if match["smon"]:
        named = _number(match["smon"])
        if named is None or not 1 <= named <= 12:
            return None
        year, month = today.year + (named < today.month), named
    return _span(match, date(year, month, 1), _last(year, month), today)


_RESOLVE: dict[str, Callable[[Match, datetime], Day | None]] = {
    "fixed": _fixed,
    "full": _full,
    "slash": _slash,
    "month_day": _month_day,
    "month_part": _month_part,
    "year_part": _year_part,
    "weekday": _weekday,
    "weekend": _weekend,
    "week": _week,
    "near": _near,
    "count": _count,
    "day": _day,
    "relative": _relative,
    "whole_month": _month,
}
