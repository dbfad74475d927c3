"""What compliance sees: numbers with their denominators, the way from a number to the evidence, and who may not look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from auditor.store.home import Home
from auditor.store.ledger import Ledger, append_event
from auditor.store.people import Person, Role
from dashboards.components.waiting import left
from tests.dashboards.conftest import Opened, component, markup
from tests.overseen import AGENCY, CASE, QUOTE, overseen
from tests.web.homes import HOSTILE

PAGES = ("violations", "coverage", "cases", "log")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return overseen(tmp_path_factory.mktemp("seen") / "home")


def metrics(page: AppTest) -> dict[str, str]:
    return {each.label: each.value for each in page.metric}


def column(page: AppTest, name: str, table: int = 0) -> list[Any]:
    return list(page.dataframe[table].value[name])


def texts(page: AppTest) -> str:
    return "\n".join(each.value for each in page.text)


def test_violations_are_counted_with_their_denominators(opened: Opened, seen: Home) -> None:
    page = opened("views/violations.py", of=seen.path)
    assert metrics(page) == {
        "质检通话": "5", "违规": "4", "有违规的通话": "4 · 80%", "未裁定": "2", "维持 / 推翻 / 补充": "1 / 1 / 1",
    }  # fmt: skip
    by_category = page.dataframe[0].value.set_index("类别")
    assert by_category.loc["辱骂", ["违规", "涉及通话", "质检通话", "维持", "推翻"]].tolist() == [1, 1, 5, 1, 1]
    assert len(page.dataframe[1].value) == 5


def test_two_dimensions_give_a_grid_where_nothing_has_a_denominator_too(opened: Opened, seen: Home) -> None:
    page = opened("views/violations.py", of=seen.path, rows="category", columns="agency")
    grid = page.dataframe[0].value.set_index("类别")
    assert grid.loc["曝光威胁", AGENCY] == "1 / 2"
    assert grid.loc["曝光威胁", "本机构或未填"] == "0 / 3"
    assert "「" in texts(page)


def test_the_address_holds_filters_and_the_number_that_was_chosen(opened: Opened, seen: Home) -> None:
    page = opened("views/violations.py", of=seen.path, severity="major", since="2026-11-01", at="category:insult")
    assert metrics(page)["违规"] == "2"
    assert "只看：辱骂（2 处）" in texts(page)
    assert column(page, "类别", 1) == ["辱骂", "辱骂"]
    page.button(key="not_only").click().run()
    assert "at" not in page.query_params
    assert len(page.dataframe[1].value) == 3


@pytest.mark.parametrize(
    "query", [{"at": "nonsense"}, {"at": "nothing:x"}, {"severity": "x"}, {"since": "x"}, {"rows": "x", "part": "x"}]
)
def test_a_wrong_address_shows_the_whole(opened: Opened, seen: Home, query: dict[str, str]) -> None:
    assert metrics(opened("views/violations.py", of=seen.path, **query))["违规"] == "4"


def test_an_empty_period_says_so(opened: Opened, seen: Home) -> None:
    page = opened("views/violations.py", of=seen.path, since="2027-01-01")
    assert [each.value for each in page.info] == ["没有符合条件的通话，请放宽筛选。"]


def test_what_waits_says_since_when_and_until_when(opened: Opened, seen: Home) -> None:
    page = opened("views/violations.py", of=seen.path, part="due")
    assert column(page, "发现于") == ["2026-11-06 16:00"]
    assert column(page, "最迟") == ["2026-11-09 16:00"]  # found on a Friday
    assert (metrics(page)["待复核的致命发现"], metrics(page)["按时裁定"]) == ("1", "—")


def test_time_left_is_told_both_ways(opened: Opened, seen: Home) -> None:
    opened("views/violations.py", of=seen.path)
    assert left(timedelta(hours=25)) == "还有 1 天 1 小时"
    assert left(timedelta(hours=-50)) == "超期 2 天 2 小时"


def test_open_appeals_are_listed(opened: Opened, seen: Home) -> None:
    page = opened("views/violations.py", of=seen.path, part="appeals")
    assert metrics(page)["等待答复"] == "1"
    assert column(page, "通话编号") == ["K3"]


def test_completeness_says_what_nobody_can_know(opened: Opened, seen: Home) -> None:
    page = opened("views/violations.py", of=seen.path, part="completeness")
    assert (metrics(page)["拨打"], metrics(page)["接通"]) == ("7", "5 · 71%")
    assert "没有交来录音、也不在清单里的通话" in texts(page)
    assert column(page, "外包公司") == ["本机构或未填", AGENCY]


def test_coverage_counts_findings_by_clause(opened: Opened, seen: Home) -> None:
    page = opened("views/coverage.py", of=seen.path)
    table = page.dataframe[0].value
    assert len(table) > 50
    assert table["违规"].sum() == 6  # three findings, each under two clauses
    assert set(table["核验码"]) >= {"V1", "V2"}
    assert "有了它就能查" in table.columns
    narrowed = opened("views/coverage.py", of=seen.path, extent="unheard")
    assert set(column(narrowed, "查到什么程度")) <= {"录音查不了"}


def test_a_case_is_drawn_with_the_days_limits(opened: Opened, seen: Home) -> None:
    page = opened("views/cases.py", of=seen.path, case=CASE)
    drawn = component(page, "timeline")
    (day, due) = drawn["days"]
    assert drawn["hours"] == [8.0, 22.0]
    assert day["counts"] == [{"text": "接通 5/3", "over": True}, {"text": "未接 2/6", "over": False}]
    assert [(c["answered"], c["off"]) for c in day["calls"]][-2:] == [(False, False), (True, True)]
    assert due["due"] == [{"text": "承诺到期", "outcome": "unknown"}]
    assert "1 天超过当天的次数上限" in texts(page)
    assert CASE not in texts(page)
    assert len(page.dataframe[0].value) == 7


def test_whole_ids_are_shown_to_those_who_may_and_that_is_an_event(opened: Opened, seen: Home) -> None:
    page = opened("views/cases.py", of=seen.path, case=CASE)
    page.toggle(key="whole_ids").set_value(True).run()
    assert CASE in texts(page)
    log = opened("views/log.py", of=seen.path, kind="unmasked")
    assert column(log, "谁")[0] == "local"


def test_who_may_not_unmask_is_not_offered_it(opened: Opened, seen: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.who.LOCAL", Person("a", "a", ("admin",)))
    page = opened("views/cases.py", of=seen.path)
    assert page.toggle == []
    assert column(page, "编号") == ["＊＊＊＊＊＊＊0777"]
    assert opened("views/violations.py", of=seen.path).get("link_button") == []


@pytest.mark.parametrize("role", ["qa", "coach", "agent"])
@pytest.mark.parametrize("name", PAGES)
def test_the_pages_are_closed_to_other_roles(
    opened: Opened, seen: Home, monkeypatch: pytest.MonkeyPatch, role: Role, name: str
) -> None:
    monkeypatch.setattr("dashboards.who.LOCAL", Person("a", "a", (role,)))
    page = opened(f"views/{name}.py", of=seen.path)
    assert [each.value for each in page.error] == ["这一页不对你的角色开放。"]
    assert page.dataframe == []


def test_who_sees_other_teams_only_sees_none_of_this(
    opened: Opened, seen: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboards.who.LOCAL", Person("a", "a", ("compliance",), teams=("二组",)))
    assert metrics(opened("views/violations.py", of=seen.path))["质检通话"] == "0"
    assert opened("views/cases.py", of=seen.path, case=CASE).dataframe == []
    log = opened("views/log.py", of=seen.path, kind="decided")
    assert set(column(log, "内容")) == {"（这通电话不在你的范围内）"}


def test_the_log_is_read_page_by_page_and_verified_when_asked(opened: Opened, tmp_path: Path) -> None:
    home = overseen(tmp_path / "home")
    with Ledger(home) as ledger, ledger.writing() as db:
        for number in range(120):
            append_event(db, datetime(2026, 11, 7, tzinfo=UTC), "exported", {"by": "liu", "rows": number})
    page = opened("views/log.py", of=home.path)
    assert len(page.dataframe[0].value) == 100
    page.button(key="verify").click().run()
    assert [each.value for each in page.success] == ["完好，共 125 条"]
    assert len(opened("views/log.py", of=home.path, by="wang").dataframe[0].value) == 1
    with Ledger(home) as ledger, ledger.writing() as db:
        db.execute("UPDATE events SET body = '{}' WHERE seq = 3")
    page = opened("views/log.py", of=home.path)
    page.button(key="verify").click().run()
    assert [each.value.partition("，")[0] for each in page.error] == ["从第 3 条记录起"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_hostile_words_are_never_markup(opened: Opened, seen: Home, name: str, lang: str) -> None:
    page = opened(
        f"views/{name}.py", lang=lang, of=seen.path, rows="agent", **({"case": CASE} if name == "cases" else {})
    )
    assert page.dataframe
    assert "evil.example" not in markup(page)
    assert HOSTILE not in markup(page)
    assert QUOTE not in markup(page)


def test_going_from_page_to_page_carries_no_choice_into_a_wrong_place(opened: Opened, seen: Home) -> None:
    page = opened("app.py", of=seen.path)
    page.switch_page("views/coverage.py").run()
    page.selectbox(key="chosen_region").set_value("CN").run()
    for name in ("violations", "overview", "log", "cases", "violations"):
        page.switch_page(f"views/{name}.py").run()
        assert not page.exception
    page.multiselect(key="chosen_team").set_value(["一组"]).run()
    assert metrics(page)["质检通话"] == "5"
    page.switch_page("views/overview.py").run()
    assert not page.exception
