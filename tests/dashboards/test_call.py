"""The call page: who, what was said, what was found, and every point lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import ANY

from auditor.store.home import Home
from auditor.store.queries import Store
from dashboards.components.cards import finding_card
from tests.dashboards.conftest import Opened, component, markup
from tests.web.homes import HOSTILE

PAGE = "views/call.py"


def cards(data: dict[str, Any], *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(card[field] for field in fields) for card in data["cards"]]


def test_the_head_says_who_when_and_what_it_is_worth(opened: Opened) -> None:
    head = component(opened(PAGE, id="fatal-1"), "headline")
    assert (head["title"], head["score"], head["band"]) == ("fatal-1", "0", "不合格")
    assert head["remark"] == "致命违规，一票否决"
    assert "2026-10-12 10:30" in head["where"]
    facts = dict(head["facts"])
    assert facts["接听人"] == "本人（已核实）"
    assert facts["应还金额"] == "12,860.00"
    assert facts["还款承诺"] == "500.00 · 月底"
    assert facts["客户情况"] == "经济困难"


def test_the_warnings_of_a_call_are_shown(opened: Opened) -> None:
    head = component(opened(PAGE, id="mute-4"), "headline")
    assert head["warnings"] == [f"右声道没有声音 {HOSTILE}"]
    assert (head["score"], head["remark"]) == ("—", "无法评分")


def test_findings_and_step_evidence_are_marked_where_they_were_said(opened: Opened) -> None:
    lines = component(opened(PAGE, id="fatal-1"), "player")["lines"]
    (breach,) = lines[2]["marks"]
    assert lines[2]["text"][slice(*breach["span"])] == "我就把你通讯录挨个打一遍"
    assert (breach["tone"], breach["open"], breach["label"]) == ("critical", False, "致命 · 曝光威胁")
    (step,) = lines[0]["marks"]
    assert lines[0]["text"][slice(*step["span"])] == "我是示例银行信用卡中心"
    assert (step["tone"], step["label"]) == ("good", "✓ 自报身份")


def test_text_that_was_probably_never_said_comes_with_its_reason(opened: Opened) -> None:
    lines = component(opened(PAGE, id="fatal-1"), "player")["lines"]
    assert [line["quarantined"] for line in lines] == ["", "", "", "", "疑似未说过，不计分：常见幻听语句"]


def test_a_call_with_a_recording_gets_a_signed_link_and_a_text_call_none(opened: Opened) -> None:
    assert "sig=" in component(opened(PAGE, id="fatal-1"), "player")["audio"]
    assert component(opened(PAGE, id="text 2/甲"), "player")["audio"] is None


def test_a_finding_comes_with_status_quote_reason_and_clauses(opened: Opened) -> None:
    app = opened(PAGE, id="text 2/甲")
    (found,) = component(app, "findings")["cards"]
    assert (found["badge"], found["open"], found["line"]) == ("严重 · 待确认", True, 2)
    assert found["quote"] == [["我就把你通讯录挨个打一遍", False]]
    assert dict(found["notes"]) == {
        "原因": f"以联系通讯录好友相威胁 {HOSTILE}",
        "依据": "CBA2026-ban-2",
        "规则": "exposure-contacts-everyone · 短语",
    }


def test_steps_that_need_attention_come_first_with_what_to_say_instead(opened: Opened) -> None:
    steps = component(opened(PAGE, id="fatal-1"), "steps")
    assert cards(steps, "title", "badge") == [("核实身份", "遗漏"), ("自报身份", "完成"), ("同理关怀", "不适用")]
    assert dict(steps["cards"][0]["notes"])["建议话术"] == "请报末四位"


def test_every_point_lost_is_named_and_they_add_up(opened: Opened) -> None:
    lost = component(opened(PAGE, id="fatal-1"), "deductions")
    assert cards(lost, "badge", "title", "aside") == [("步骤", "核实身份", "−16"), ("一票否决", "曝光威胁", "−84")]
    assert lost["sum"] == "100 − 100 = 0"


def test_each_tab_says_how_much_is_in_it(opened: Opened) -> None:
    """In a sentence and not in the tab's name, which stays, so that a decision never leads back to the first tab."""
    app = opened(PAGE, id="fatal-1")
    assert [tab.label for tab in app.tabs] == ["发现", "步骤", "扣分", "信号"]
    assert [component(app, tab)["says"] for tab in ("findings", "steps", "deductions")] == [
        "1 处：未处理 1，维持 0，推翻 0，人工补充 0。", "适用 2 步，完成 1 步；人工改判 0 步。", "2 项扣分，共 100 分。",
    ]  # fmt: skip


def test_signals_are_shown_by_side_with_units_and_what_is_missing_says_so(opened: Opened) -> None:
    """Agent and customer beside each other, then the call; each row explains itself."""
    shown = component(opened(PAGE, id="fatal-1"), "signals")
    by_side, whole = ({row["label"]: row["values"] for row in group} for group in shown["groups"])
    assert by_side["说话占比"] == ["41.2%", "38.8%"]
    assert by_side["语速"] == ["243 字/分", "测不出"]
    assert by_side["响度"] == ["测不出", "测不出"]
    assert (whole["最长冷场"], whole["轮数"], whole["坐席最后说话"]) == (["12.5 秒"], ["4 轮"], ["否"])
    assert all(row["help"] for group in shown["groups"] for row in group)
    english = component(opened(PAGE, lang="en", id="fatal-1"), "signals")
    assert english["groups"][1][0] == {"label": "Call length", "help": ANY, "values": ["24 s"]}


def test_nothing_from_a_call_reaches_markdown(opened: Opened) -> None:
    for call_id in ("fatal-1", "mute-4"):
        app = opened(PAGE, id=call_id)
        assert HOSTILE in [line["text"] for line in component(app, "player")["lines"]]
        assert "evil.example" not in markup(app)


def test_an_unknown_call_is_said_to_be_unknown_as_plain_text(opened: Opened) -> None:
    app = opened(PAGE, id=HOSTILE)
    assert app.text[0].value == f"找不到通话「{HOSTILE}」。请核对编号。"
    assert "evil.example" not in markup(app)


def test_without_a_call_the_latest_are_offered_and_an_id_leads_to_it(opened: Opened) -> None:
    app = opened(PAGE)
    assert list(app.dataframe[0].value["通话编号"]) == ["clean-3", "mute-4", "fatal-1", "text 2/甲"]
    app.text_input(key="find").set_value("fatal").run()
    assert component(app, "headline")["title"] == "fatal-1"


def test_the_words_that_carried_a_suspicion_are_marked_in_its_quote(home: Home) -> None:
    """Places count from the utterance's first character; the quote begins later."""
    with Store(home) as store:
        (found,) = store.call("fatal-1").shown.findings
    assert found.span is not None
    start = found.span[0]
    marked = replace(found, matched_by="reader", highlights=((start + 3, start + 6), (start + 8, start + 9)))
    assert finding_card(marked, {}).quote == (
        ("我就把", False), ("你通讯", True), ("录挨", False), ("个", True), ("打一遍", False),
    )  # fmt: skip


def test_the_page_speaks_english_but_leaves_what_was_said_alone(opened: Opened) -> None:
    app = opened(PAGE, lang="en", id="fatal-1")
    (found,) = component(app, "findings")["cards"]
    assert (found["title"], found["badge"]) == ("Threat of exposure", "Critical · Confirmed")
    assert found["quote"] == [["我就把你通讯录挨个打一遍", False]]
    assert [tab.label for tab in app.tabs] == ["Findings", "Steps", "Points lost", "Signals"]
