"""A row of metadata as an institution exports it → ``Metadata``, with what the reader of an audit must know about it.

Values may be JSON values or CSV text; columns may carry field names or the Chinese headings in ``COLUMNS``. What can be
read without guessing is accepted; what can't is refused, all bad fields of a row in one sentence.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from auditor.errors import MetadataError
from auditor.models import CallWarning, Metadata, Payment, Region

COLUMNS: dict[str, str] = {
    "通话编号": "call_id", "录音编号": "call_id", "通话流水号": "call_id", "通話編號": "call_id", "錄音編號": "call_id",
    "文件名": "file", "录音文件": "file", "录音文件名": "file", "檔名": "file", "錄音檔": "file", "filename": "file",
    "坐席声道": "agent_channel", "坐席聲道": "agent_channel",
    "通话开始时间": "started_at", "开始时间": "started_at", "呼叫时间": "started_at", "拨打时间": "started_at",
    "通話開始時間": "started_at", "開始時間": "started_at", "start_time": "started_at",
    "通话结束时间": "ended_at", "结束时间": "ended_at", "挂断时间": "ended_at",
    "通話結束時間": "ended_at", "結束時間": "ended_at", "end_time": "ended_at",
    "呼叫方向": "direction", "通话方向": "direction", "通話方向": "direction",
    "坐席工号": "agent_id", "座席工号": "agent_id", "工号": "agent_id", "坐席编号": "agent_id",
    "催收员工号": "agent_id", "坐席工號": "agent_id", "員工編號": "agent_id",
    "坐席姓名": "agent_name", "座席姓名": "agent_name", "催收员": "agent_name", "坐席": "agent_name",
    "催收員": "agent_name",
    "班组": "team", "小组": "team", "团队": "team", "组别": "team", "班組": "team", "團隊": "team",
    "案件编号": "case_id", "案件号": "case_id", "案号": "case_id", "案件編號": "case_id",
    "客户编号": "customer_id", "客户号": "customer_id", "客戶編號": "customer_id",
    "产品": "product", "产品类型": "product", "產品": "product",
    "卡号后四位": "card_tail", "卡尾号": "card_tail", "尾号": "card_tail", "卡號末四碼": "card_tail",
    "应还金额": "amount_due", "欠款金额": "amount_due", "逾期金额": "amount_due",
    "應繳金額": "amount_due", "欠款金額": "amount_due",
    "逾期天数": "days_overdue", "逾期天數": "days_overdue",
    "机构": "institution", "委托机构": "institution", "银行": "institution",
    "機構": "institution", "委託機構": "institution", "銀行": "institution",
    "催收公司": "agency", "委外机构": "agency", "外包公司": "agency", "委外公司": "agency",
    "地区": "region", "區域": "region", "地區": "region",
    "已协商分期": "agreed_plan", "分期协议": "agreed_plan", "是否有分期协议": "agreed_plan",
    "已協議分期": "agreed_plan",
    "逾期阶段": "stage", "阶段": "stage", "账龄": "stage", "逾期階段": "stage", "帳齡": "stage",
    "是否接通": "answered", "接通": "answered", "是否接聽": "answered",
    "被叫号码哈希": "callee_number_hash", "被叫號碼雜湊": "callee_number_hash",
    "联系人关系": "contact_relation", "与债务人关系": "contact_relation", "聯絡人關係": "contact_relation",
    "约定联系时段": "agreed_hours", "約定聯絡時段": "agreed_hours",
    "分期是否违约": "plan_breached", "是否违约": "plan_breached", "分期是否違約": "plan_breached",
    "还款记录": "payments", "還款紀錄": "payments",
    "诉讼状态": "litigation", "訴訟狀態": "litigation",
    "减免已审批": "waiver_approved", "減免已核准": "waiver_approved",
    "是否行员": "staff_is_bank", "是否行內人員": "staff_is_bank",
    "挂断方": "hung_up_by", "掛斷方": "hung_up_by", "谁先挂断": "hung_up_by",
    "约定每日次数": "agreed_calls_per_day", "約定每日次數": "agreed_calls_per_day",
    "客户要求回电": "callback_requested", "客戶要求回電": "callback_requested",
}  # fmt: skip
"""Column headings that mean a field, or one of the columns that only ``ingest`` reads (``JOINING``)."""

JOINING = frozenset({"call_id", "file", "agent_channel"})
"""Columns that say which recording a row belongs to and how it is laid out: not part of ``Metadata``."""

_UTC_8 = timezone(timedelta(hours=8))
# One offset serves Asia/Shanghai, Asia/Taipei and Asia/Hong_Kong: none has had summer time since 1991, and a fixed
# offset needs no time zone database on the machine.
ZONES: dict[Region, timezone] = {"CN": _UTC_8, "TW": _UTC_8, "HK": _UTC_8}

_BLANK = frozenset({"", "-", "--", "/", "null", "n/a", "#n/a"})
_TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0", "是", "有", "真", "对", "已"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "0.0", "否", "无", "無", "假", "未", "没有", "沒有"})
_REGIONS: dict[str, Region] = {
    "cn": "CN", "chn": "CN", "中国": "CN", "中国大陆": "CN", "大陆": "CN", "中國": "CN", "中國大陸": "CN", "大陸": "CN",
    "tw": "TW", "twn": "TW", "台湾": "TW", "台灣": "TW", "臺灣": "TW",
    "hk": "HK", "hkg": "HK", "香港": "HK",
}  # fmt: skip
_CODES: dict[str, dict[str, str]] = {
    "direction": {
        "呼出": "outbound", "外呼": "outbound", "去电": "outbound", "撥出": "outbound", "out": "outbound",
        "呼入": "inbound", "来电": "inbound", "來電": "inbound", "in": "inbound",
    },
    "product": {"信用卡": "credit_card"},
    "contact_relation": {
        "本人": "debtor", "债务人": "debtor", "債務人": "debtor", "亲属": "relative", "家属": "relative",
        "親屬": "relative", "家屬": "relative", "同事": "colleague", "朋友": "friend",
    },
    "litigation": {
        "无": "none", "無": "none", "未起诉": "none", "未起訴": "none", "已起诉": "filed", "已立案": "filed",
        "已起訴": "filed", "已判决": "judged", "已判決": "judged",
    },
    "hung_up_by": {
        "坐席": "agent", "座席": "agent", "催收员": "agent", "催收員": "agent",
        "客户": "customer", "客戶": "customer", "债务人": "customer", "債務人": "customer", "对方": "customer",
        "對方": "customer",
    },
}  # fmt: skip
"""Words that institutions use for a coded value; any other text is kept as it is."""

_CURRENCY = re.compile(r"(?:NT\$|HK\$|RMB|CNY|NTD|TWD|HKD|[¥$])\s*|\s*[元圆圓]", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.\d{1,6})?")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_LARGEST_AMOUNT = Decimal(10) ** 12
_MOST_DAYS = 36_500
_MOST_CALLS = 100
_LONGEST_TEXT = 500
_LARGEST_CUSTOM = 20_000


class _BadValueError(ValueError):
    """A field's value can't be used; the text says why, without naming the field."""


def field_name(column: str) -> str:
    """The field that a column heading means; an unknown heading, trimmed, is its own name."""
    name = column.strip().lstrip("\ufeff")
    plain = name.lower().replace(" ", "_").replace("-", "_")
    return plain if plain in _FIELDS or plain in JOINING else COLUMNS.get(name, COLUMNS.get(plain, name))


def parse_metadata(raw: Mapping[str, object], where: str) -> tuple[Metadata, tuple[CallWarning, ...]]:
    """The metadata of one call.

    Args:
        raw: one row: headings or field names → JSON or YAML values or CSV text. Blank values count as absent; names
            that mean no field are kept in ``custom``, those in ``JOINING`` are left to the caller.
        where: the file and row, for the error.

    Returns:
        The metadata, times in the region's zone, and a ``naive_time`` warning where a time came without an offset.

    Raises:
        MetadataError: a value can't be used, or two columns disagree about a field. Names all such fields of the row.
    """
    given: dict[str, tuple[str, object]] = {}
    custom: dict[str, Any] = {}
    troubles: list[str] = []
    for column, value in raw.items():
        name = field_name(str(column))
        if name in JOINING or _is_absent(value):
            continue
        if name == "custom" and isinstance(value, Mapping):
            custom.update((str(k), v) for k, v in value.items())
        elif name not in _FIELDS:
            custom[name] = value
        elif name in given and given[name][1] != value:
            troubles.append(f"{_show(given[name][0])}和{_show(column)}两列都表示 {name}，但内容不同")
        else:
            given[name] = (str(column), value)

    values: dict[str, Any] = {}
    for name, (column, value) in given.items():
        try:
            values[name] = _FIELDS[name](value)
        except _BadValueError as bad:
            troubles.append(f"{name if column == name else f'{name}（{_show(column)}列）'} {bad}")
    troubles += [f"{_show(name)}列{why}" for name, value in custom.items() if (why := _custom_trouble(value))]

    warnings = _settle_times(values)
    started, ended = values.get("started_at"), values.get("ended_at")
    if started is not None and ended is not None and ended < started:
        troubles.append("ended_at 早于 started_at")
    if troubles:
        raise MetadataError(where, "；".join(troubles), "请改正这些字段，或留空后再试。")
    for name, codes in _CODES.items():
        if name in values and values[name] is not None:
            values[name] = codes.get(values[name].lower(), values[name])
    return Metadata(**values, custom=custom), warnings


def _settle_times(values: dict[str, Any]) -> tuple[CallWarning, ...]:
    """Puts both times into the region's zone, in place; warns where that meant assuming one."""
    region: Region | None = values.get("region")
    zone = ZONES[region or "CN"]
    naive = []
    for name in ("started_at", "ended_at"):
        moment: datetime | None = values.get(name)
        if moment is None:
            continue
        if moment.tzinfo is None:
            naive.append(name)
            values[name] = moment.replace(tzinfo=zone)
        else:
            values[name] = moment.astimezone(zone)
    if not naive:
        return ()
    place = f"region {region} 的当地时间" if region else "北京时间"
    return (CallWarning("naive_time", f"{'、'.join(naive)} 没有时区，按{place}（UTC+8）理解。"),)


def _is_absent(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _custom_trouble(value: object) -> str:
    """Why a value of an unknown column can't be kept (as JSON, later); empty where it can."""
    try:
        stored = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return "含有无法存储的字符"
    except (ValueError, TypeError, RecursionError):
        return "不是普通的值（NaN、无穷大或嵌套过深）"
    return "" if len(stored) <= _LARGEST_CUSTOM else f"内容超过 {_LARGEST_CUSTOM} 字节"


def _show(value: object) -> str:
    """A value for an error message: on one line, printable, short."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(c if c.isprintable() else " " for c in text[:200]).strip()
    return f"「{text if len(text) <= 40 else text[:40] + '…'}」"


def _scalar(value: object) -> str:
    """A single JSON or YAML value or CSV cell as plain text; numbers without a needless ``.0``."""
    if isinstance(value, str):
        return "".join(c for c in value if unicodedata.category(c) not in {"Cc", "Cs"}).strip()
    if isinstance(value, bool):
        raise _BadValueError("不能是 true/false")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, (int, Decimal)):
        if isinstance(value, Decimal) and not value.is_finite():
            raise _BadValueError("不能是 NaN 或无穷大")
        if not -(10**30) < value < 10**30:
            raise _BadValueError("数值过大")
        return str(int(value)) if value == int(value) else f"{value:f}"
    raise _BadValueError("应为一个值，不能是列表或对象")


def _text(value: object) -> str | None:
    text = _scalar(value)
    if len(text) > _LONGEST_TEXT:
        raise _BadValueError(f"超过 {_LONGEST_TEXT} 个字符")
    return None if text.lower() in _BLANK else text


def _agency(value: object) -> str | None:
    text = _text(value)
    return None if text in {"无", "無", "none", "None"} else text


def _typed(value: object) -> str | None:
    """Text to be read as a number, time or code: full-width forms folded; ``None`` for a placeholder such as ``-``."""
    text = unicodedata.normalize("NFKC", _text(value) or "").strip()
    return None if text.lower() in _BLANK or text.lower() == "none" else text


def _number(value: object) -> Decimal | None:
    text = _typed(value)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise _BadValueError(f"{_show(value)}不是数字")
    return Decimal(text.replace(",", ""))


def _amount(value: object) -> Decimal | None:
    amount = _number(_CURRENCY.sub("", unicodedata.normalize("NFKC", value)) if isinstance(value, str) else value)
    if amount is not None and not Decimal(0) <= amount < _LARGEST_AMOUNT:
        raise _BadValueError(f"{_show(value)}应在 0 到一万亿之间")
    return amount


def _days(value: object) -> int | None:
    days = _number(value)
    if days is None:
        return None
    if days != int(days):
        raise _BadValueError(f"{_show(value)}不是整数")
    if abs(days) > _MOST_DAYS:
        raise _BadValueError(f"{_show(value)}超出合理范围")
    return int(days)


def _times(value: object) -> int | None:
    times = _number(value)
    if times is None:
        return None
    if times != int(times) or not 0 < times <= _MOST_CALLS:
        raise _BadValueError(f"{_show(value)}应为 1 到 {_MOST_CALLS} 的整数")
    return int(times)


def _flag(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    text = _typed(value)
    if text is None:
        return None
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise _BadValueError(f"{_show(value)}应为 true/false 或 是/否")


def _region(value: object) -> Region | None:
    text = _typed(value)
    if text is None:
        return None
    if text.lower() not in _REGIONS:
        raise _BadValueError(f"{_show(value)}应为 CN、TW 或 HK")
    return _REGIONS[text.lower()]


def _iso(text: str) -> str:
    """``2026/9/3 9:05`` and ``2026年9月3日 9:05`` in ISO form; other text unchanged."""
    found = _DAY.match(text)
    if not found:
        return text
    year, month, day = found.groups()
    clock = text[found.end() :].replace(" ", "").removeprefix("T")
    if re.match(r"\d:", clock):
        clock = "0" + clock
    return f"{year}-{month:>02}-{day:>02}" + (f"T{clock}" if clock else "")


def _moment(value: object) -> datetime | None:
    text = _typed(value)
    if text is None:
        return None
    iso = _iso(text) if isinstance(value, (str, date)) else ""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        raise _BadValueError(f"{_show(value)}不是有效的时间，应形如 2026-10-14T10:32:05+08:00") from None
    if len(iso) <= len("2026-10-14"):
        # Midnight would be a guess that turns every such call into one at a forbidden hour.
        raise _BadValueError(f"{_show(value)}只有日期，没有时刻")
    if not 1990 <= moment.year <= 9990:
        raise _BadValueError(f"{_show(value)}的年份不合理")
    return moment


def _day(value: object) -> date:
    text = _typed(value)
    try:
        return datetime.fromisoformat(_iso(text or "") if isinstance(value, (str, date)) else "").date()
    except ValueError:
        raise _BadValueError(f"的日期{_show(value)}不对，应形如 2026-10-14") from None


def _payments(value: object) -> tuple[Payment, ...]:
    rows = value
    if isinstance(rows, str):
        try:
            rows = json.loads(rows)
        except (ValueError, RecursionError):
            rows = None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise _BadValueError('应为列表，形如 [{"date": "2026-10-14", "amount": 500}]')
    payments = []
    for row in rows:
        amount = _amount(row.get("amount")) if not _is_absent(row.get("amount")) else None
        if amount is None:
            raise _BadValueError("缺少金额 amount")
        payments.append(Payment(_day(row.get("date")), amount))
    return tuple(sorted(payments, key=lambda p: p.paid_on))


def _card_tail(value: object) -> str | None:
    text = _typed(value)
    if text is None:
        return None
    digits = re.sub(r"\D", "", text)
    if not digits:
        raise _BadValueError(f"{_show(value)}里没有数字")
    # A spreadsheet drops leading zeros; a full card number is more than the audit needs, so only its tail is kept.
    return digits[-4:].zfill(4)


_FIELDS: dict[str, Callable[[object], object]] = {
    **{f.name: _text for f in fields(Metadata)},
    "started_at": _moment,
    "ended_at": _moment,
    "card_tail": _card_tail,
    "agency": _agency,
    "amount_due": _amount,
    "days_overdue": _days,
    "region": _region,
    "agreed_plan": _flag,
    "answered": _flag,
    "plan_breached": _flag,
    "payments": _payments,
    "waiver_approved": _flag,
    "staff_is_bank": _flag,
    "agreed_calls_per_day": _times,
    "callback_requested": _flag,
}
del _FIELDS["custom"]
