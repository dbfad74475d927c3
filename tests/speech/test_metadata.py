"""Metadata rows as institutions export them: what is accepted, what is refused, and in which words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import MetadataError
from auditor.models import Metadata, Payment
from auditor.speech.metadata import field_name, parse_metadata

CHINA = timezone(timedelta(hours=8))


def read(**raw: object) -> Metadata:
    return parse_metadata(raw, "metadata.csv 第 2 行")[0]


def trouble(raw: dict[str, Any]) -> str:
    with pytest.raises(MetadataError) as caught:
        parse_metadata(raw, "metadata.csv 第 2 行")
    return str(caught.value)


def test_a_full_json_object_keeps_every_value() -> None:
    """The documented JSON metadata arrives field by field, money exact."""
    metadata, warnings = parse_metadata(
        {
            "started_at": "2026-10-14T10:32:05+08:00",
            "ended_at": "2026-10-14T10:36:00+08:00",
            "direction": "outbound",
            "agent_id": "A017",
            "card_tail": "6620",
            "amount_due": 12860.1,
            "days_overdue": 43,
            "institution": "示例银行",
            "agency": "",
            "region": "CN",
            "agreed_plan": False,
            "stage": "M2",
            "answered": True,
            "payments": [{"date": "2026-10-20", "amount": 500}, {"date": "2026-10-02", "amount": "1,000.50"}],
            "litigation": "none",
        },
        "call.json",
    )
    assert warnings == ()
    assert metadata == Metadata(
        started_at=datetime(2026, 10, 14, 10, 32, 5, tzinfo=CHINA),
        ended_at=datetime(2026, 10, 14, 10, 36, tzinfo=CHINA),
        direction="outbound",
        agent_id="A017",
        card_tail="6620",
        amount_due=Decimal("12860.1"),
        days_overdue=43,
        institution="示例银行",
        region="CN",
        agreed_plan=False,
        stage="M2",
        answered=True,
        payments=(Payment(date(2026, 10, 2), Decimal("1000.50")), Payment(date(2026, 10, 20), Decimal("500"))),
        litigation="none",
    )


def test_a_chinese_csv_row_is_understood() -> None:
    """Chinese headings, full-width digits, thousands separators, yes and no in Chinese."""
    metadata, warnings = parse_metadata(
        {
            "通话开始时间": "2026/9/3 9:05:12",
            "坐席工号": "00123",
            "机构": "示例银行",
            "应还金额": "￥１２,８６０.00 元",
            "逾期天数": "43",
            "地区": "台灣",
            "已协商分期": "是",
            "是否接通": "否",
            "卡尾号": "尾号 0512",
            "呼叫方向": "外呼",
            "诉讼状态": "已立案",
            "挂断方": "客户",
            "催收公司": "无",
        },
        "metadata.csv 第 2 行",
    )
    assert metadata.started_at == datetime(2026, 9, 3, 9, 5, 12, tzinfo=CHINA)
    assert (metadata.agent_id, metadata.institution, metadata.agency) == ("00123", "示例银行", None)
    assert (metadata.amount_due, metadata.days_overdue) == (Decimal("12860.00"), 43)
    assert (metadata.region, metadata.agreed_plan, metadata.answered) == ("TW", True, False)
    assert (metadata.card_tail, metadata.direction, metadata.litigation) == ("0512", "outbound", "filed")
    assert metadata.hung_up_by == "customer"
    assert [w.code for w in warnings] == ["naive_time"]
    assert "region TW" in warnings[0].message


def test_a_naive_time_without_a_region_is_read_as_beijing_time_and_says_so() -> None:
    metadata, (warning,) = parse_metadata({"started_at": "2026-09-03 21:40"}, "x.csv")
    assert metadata.started_at == datetime(2026, 9, 3, 21, 40, tzinfo=CHINA)
    assert warning.code == "naive_time"
    assert "北京时间" in warning.message


def test_a_time_in_another_zone_becomes_the_debtors_local_time() -> None:
    """13:30 UTC is 21:30 for the debtor: the forbidden hours are judged by his clock."""
    started = read(started_at="2026-09-03T13:30:00Z").started_at
    assert started is not None
    assert started.isoformat() == "2026-09-03T21:30:00+08:00"


@pytest.mark.parametrize("text", ["true", "TRUE", "是", "1", "Y", "yes", 1, True])
def test_words_for_yes(text: object) -> None:
    assert read(agreed_plan=text).agreed_plan is True


@pytest.mark.parametrize("text", ["false", "False", "否", "0", "N", "no", 0, False])
def test_words_for_no(text: object) -> None:
    assert read(answered=text).answered is False


@pytest.mark.parametrize("blank", ["", "  ", None, "-", "N/A", "null"])
def test_a_blank_cell_is_an_absent_value(blank: object) -> None:
    assert read(amount_due=blank, agent_id=blank, region=blank, started_at=blank, agreed_plan=blank) == Metadata()


@pytest.mark.parametrize(
    ("raw", "kept"),
    [(6620, "6620"), (512.0, "0512"), ("6222 0202 0001 6620", "6620"), ("****6620", "6620")],
)
def test_the_card_tail_is_four_digits_and_never_the_whole_number(raw: object, kept: str) -> None:
    assert read(card_tail=raw).card_tail == kept


def test_money_from_json_is_exact() -> None:
    """0.1 must not become 0.1000000000000000055."""
    assert read(amount_due=0.1).amount_due == Decimal("0.1")


def test_dates_and_decimals_may_come_as_such() -> None:
    """As YAML and Python callers give them."""
    started = datetime(2026, 9, 3, 13, 30, tzinfo=UTC)
    metadata = read(started_at=started, amount_due=Decimal("0.10"), payments=[{"date": date(2026, 9, 1), "amount": 5}])
    assert metadata.started_at == started
    assert metadata.amount_due == Decimal("0.10")
    assert metadata.payments == (Payment(date(2026, 9, 1), Decimal(5)),)


def test_identifiers_that_a_spreadsheet_made_numbers_are_text_again() -> None:
    assert read(case_id=2211.0, agent_id=17).case_id == "2211"
    assert read(case_id=2211.0, agent_id=17).agent_id == "17"


def test_unknown_columns_are_kept_and_joining_columns_are_not() -> None:
    metadata = read(call_id="X1", file="x1.wav", agent_channel="left", 批次="九月", score={"a": 1}, custom={"b": 2})
    assert metadata == Metadata(custom={"批次": "九月", "score": {"a": 1}, "b": 2})


def test_nothing_paid_is_told_from_nothing_known() -> None:
    assert (read(payments=[]).payments, read(payments="[]").payments) == ((), ())
    assert (read().payments, read(payments="").payments) == (None, None)


def test_what_was_agreed_about_calls_is_read_under_its_chinese_headings() -> None:
    known = read(**{"约定每日次数": "5", "客户要求回电": "是"})
    assert (known.agreed_calls_per_day, known.callback_requested) == (5, True)


def test_payments_may_be_json_text() -> None:
    assert read(payments='[{"date": "2026/9/3", "amount": "88.5"}]').payments == (
        Payment(date(2026, 9, 3), Decimal("88.5")),
    )


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("started_at", "2026-13-01T10:00:00+08:00", "不是有效的时间"),
        ("started_at", "明天上午", "不是有效的时间"),
        ("started_at", 1790000000, "不是有效的时间"),
        ("started_at", "2026-09-03", "只有日期"),
        ("started_at", "0001-01-01T00:00:00+08:00", "年份"),
        ("amount_due", "1.2万", "不是数字"),
        ("amount_due", "12,86", "不是数字"),
        ("amount_due", float("nan"), "NaN"),
        ("amount_due", float("inf"), "NaN"),
        ("amount_due", "NaN", "不是数字"),
        ("amount_due", Decimal("sNaN"), "NaN"),
        ("amount_due", -5, "0 到一万亿"),
        ("amount_due", 10**400, "数值过大"),
        ("amount_due", True, "true/false"),
        ("amount_due", [1], "应为一个值"),
        ("days_overdue", "43天", "不是数字"),
        ("days_overdue", 43.5, "不是整数"),
        ("days_overdue", 99999999, "合理范围"),
        ("region", "US", "CN、TW 或 HK"),
        ("agreed_plan", "也许", "是/否"),
        ("agreed_calls_per_day", "0", "1 到 100 的整数"),
        ("agreed_calls_per_day", "2.5", "1 到 100 的整数"),
        ("payments", "昨天还了五百", "应为列表"),
        ("payments", [{"date": "2026-09-03"}], "缺少金额"),
        ("payments", [{"date": "九月", "amount": 1}], "日期"),
        ("payments", "[" * 100_000, "应为列表"),
        ("agent_name", {"first": "x"}, "应为一个值"),
        ("agent_name", "x" * 501, "500"),
        ("card_tail", "后四位", "没有数字"),
        ("margin", float("nan"), "NaN"),
        ("margin", {"deep": [float("inf")]}, "NaN"),
        ("margin", "\ud800", "字符"),
        ("margin", "x" * 30_000, "20000"),
    ],
)
def test_an_unusable_value_is_refused_by_name(field: str, value: object, says: str) -> None:
    """The message names the row, the field and what would be right."""
    message = trouble({field: value})
    assert message.startswith("metadata.csv 第 2 行：")
    assert field in message
    assert says in message
    assert len(message) < 200


def test_all_bad_fields_of_a_row_are_named_at_once() -> None:
    message = trouble({"通话开始时间": "某天", "amount_due": "很多", "region": "CN", "days_overdue": "x"})
    assert "started_at（「通话开始时间」列）" in message
    assert "amount_due" in message
    assert "days_overdue" in message
    assert "region" not in message
    assert message.count("。") == 2


def test_a_call_that_ends_before_it_starts_is_refused() -> None:
    assert "ended_at 早于 started_at" in trouble(
        {"started_at": "2026-09-03T10:00:00+08:00", "ended_at": "2026-09-03T09:00:00+08:00"}
    )


def test_two_columns_for_one_field_must_agree() -> None:
    assert read(工号="A1", agent_id="A1").agent_id == "A1"
    assert "两列都表示 agent_id" in trouble({"工号": "A1", "agent_id": "A2"})


def test_a_hostile_cell_cannot_break_the_message_into_lines() -> None:
    message = trouble({"started_at": "a\n\x1b[31mb" + "c" * 5000})
    assert message.isprintable()
    assert len(message) < 200


@pytest.mark.parametrize(
    ("column", "field"),
    [("Agent ID", "agent_id"), ("\ufeffcall_id", "call_id"), ("录音文件", "file"), (" 备注 ", "备注")],
)
def test_headings_are_matched_leniently(column: str, field: str) -> None:
    assert field_name(column) == field


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["date", "amount"]), inner),
    max_leaves=6,
)
names = st.sampled_from([*Metadata.__dataclass_fields__, "应还金额", "x"])


# The first text that hypothesis draws builds a table of all characters, which a busy machine takes seconds for.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(names, values))
def test_any_row_is_either_read_or_refused_in_one_line(raw: dict[str, Any]) -> None:
    """Whatever a file holds: metadata with aware times and non-negative money, or one printable MetadataError."""
    try:
        metadata, _ = parse_metadata(raw, "x.json")
    except MetadataError as error:
        metadata, message = Metadata(), str(error)
    else:
        message = ""
    assert message == "" or message.isprintable()
    assert metadata.started_at is None or metadata.started_at.tzinfo is not None
    assert metadata.amount_due is None or metadata.amount_due >= 0
