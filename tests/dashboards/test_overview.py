"""The overview: what a reader learns at a glance, and that a filter filters all of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from auditor.web.app import dashboards_folder
from tests.dashboards.conftest import Opened, markup
from tests.web.homes import HOSTILE


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_the_totals_come_with_their_shares(opened: Opened) -> None:
    assert metrics(opened()) == {
        "通话": "4",
        "平均分": "61.3",
        "致命违规通话": "1 · 25%",
        "待人工确认的通话": "1 · 25%",
        "无法判定": "1 · 25%",
    }


def test_each_chart_says_what_it_shows(opened: Opened) -> None:
    says = [caption.value for caption in opened().caption]
    assert says[0] == "2 通（67%）达到合格线 75 分。"
    assert says[1] == "1 类共 2 处，最多的是「曝光威胁」（2 处）。深色为已确认，浅色为待确认。"
    assert says[2] == "最常漏掉「核实身份」：适用的 3 通中漏了 2 通。"


def test_the_worst_calls_come_first_and_those_without_score_last(opened: Opened) -> None:
    table = opened().dataframe[0].value
    assert list(table["通话编号"]) == ["fatal-1", "text 2/甲", "clean-3", "mute-4"]
    assert list(table["等级"]) == ["不合格", "合格", "优秀", "无法判定"]


def test_a_team_filters_totals_charts_and_table(opened: Opened) -> None:
    app = opened()
    app.selectbox(key="team").select("二组").run()
    assert metrics(app)["通话"] == "1"
    assert list(app.dataframe[0].value["通话编号"]) == ["clean-3"]
    assert "没有发现违规。" in [caption.value for caption in app.caption]


def test_an_agent_and_a_week_filter_together(opened: Opened) -> None:
    app = opened()
    app.selectbox(key="week").select(date(2026, 10, 12)).run()
    assert metrics(app)["通话"] == "2"
    app.selectbox(key="agent").select("A002").run()
    assert not app.metric
    assert app.info[0].value == "没有符合条件的通话，请放宽筛选。"


def test_the_whole_page_speaks_english(opened: Opened) -> None:
    app = opened(lang="en")
    assert app.title[0].value == "Overview"
    assert metrics(app)["Critical breaches"] == "1 · 25%"
    assert app.dataframe[0].value["Band"].iloc[0] == "Fail"
    assert not any("\u4e00" <= character <= "\u9fff" for character in markup(app).replace("语言 Language", ""))


def test_names_from_calls_never_reach_markdown(opened: Opened) -> None:
    app = opened()
    assert HOSTILE in list(app.dataframe[0].value["坐席"])
    assert "evil.example" not in markup(app)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_empty_home_says_what_to_do_next(opened: Opened, tmp_path: Path, lang: str) -> None:
    app = opened("app.py", of=tmp_path / "new home", lang=lang)
    assert app.title[0].value == {"zh": "还没有通话", "en": "No calls yet"}[lang]
    commands = [code.value for code in app.code]
    assert commands[0] == f"auditor run --home '{tmp_path / 'new home'}' recordings/"
    assert "auditor doctor" in commands


def test_a_home_that_cannot_be_read_is_explained(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "home.json").write_text("{", encoding="utf-8")
    app = opened("app.py", of=tmp_path)
    assert app.error[0].value == "这一页没能打开。原因："
    assert "home.json" in app.text[0].value


def test_no_page_can_be_run_past_the_entry(opened: Opened) -> None:
    """Streamlit would run files of a folder named ``pages`` by themselves when a link to one is a server's first visit."""
    assert not (dashboards_folder() / "pages").exists()
    assert opened("app.py").title[0].value == "总览"
