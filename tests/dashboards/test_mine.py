"""An agent's own page: their calls and nobody else's, why each was judged so, and the way to appeal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from auditor.rules.pack import Pack
from auditor.store.home import Home
from auditor.store.people import LOCAL, Person
from auditor.store.queries import Store
from tests.dashboards.appealing import AGENT, CALL, OTHER, REVIEWER, As, appealed, kept, pages_as, wrong
from tests.dashboards.conftest import Opened, component, markup
from tests.packs import shipped
from tests.review.homes import judged

PAGE = "views/mine.py"
EVIL = "![](http://evil.example/x.png) <script>alert(1)</script> =1+1"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return shipped()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Path:
    return judged(tmp_path_factory.mktemp("mine") / "home", pack, "S06", "S13").path


@pytest.fixture
def own_home(template: Path, tmp_path: Path) -> Home:
    return Home.open(shutil.copytree(template, tmp_path / "home"))


@pytest.fixture
def as_(opened: Opened, own_home: Home, monkeypatch: pytest.MonkeyPatch) -> As:
    return pages_as(opened, own_home, monkeypatch)


def shown_cards(app: AppTest) -> str:
    return "\n".join(str(component(app, str(e.key))) for e in app.get("bidi_component"))


def button(app: AppTest, label: str) -> list[object]:
    return [each for each in app.button if each.label == label]


def test_an_agent_finds_own_calls_and_no_others(as_: As) -> None:
    app = as_(AGENT, PAGE)
    assert list(app.dataframe[0].value["通话编号"]) == ["S13"]
    assert "1 通有分数，平均 0.0 分" in app.text[0].value
    assert app.subheader[0].value == "通话 1"


@pytest.mark.parametrize(("page", "name"), [(PAGE, "call"), ("views/call.py", "id")])
def test_an_agent_can_not_open_a_call_of_somebody_else(as_: As, page: str, name: str) -> None:
    app = as_(OTHER, page, **{name: CALL})
    assert f"找不到通话「{CALL}」。请核对编号。" in [text.value for text in app.text]
    assert "帳戶" not in shown_cards(app)
    assert "帳戶" in shown_cards(as_(AGENT, page, **{name: CALL}))


def test_the_menu_of_an_agent_has_the_own_calls_and_the_call_page_only(as_: As) -> None:
    app = as_(AGENT)
    assert app.title[0].value == "我的通话"
    app = as_(AGENT, "views/appeals.py")
    assert app.error[0].value == "这一页不对你的角色开放。"


def test_a_missed_step_says_what_to_say_instead(as_: As) -> None:
    app = as_(OTHER, PAGE, call="S06")
    notes = dict(component(app, "mine:recording_notice")["groups"][0]["cards"][0]["notes"])
    assert notes["建议话术"]
    assert [s.value for s in app.subheader][-1].startswith("漏掉的步骤")


def test_an_appeal_shows_what_it_would_bring_and_is_lodged_with_its_reason(as_: As, own_home: Home) -> None:
    with Store(own_home) as store:
        _, finding = wrong(store)
    app = as_(AGENT, PAGE, call=CALL)
    key = f"appeal:{CALL}:{finding.finding_id}"
    app.button(key=f"{key}:begin").click().run()
    expected = component(app, f"{key}:expected")
    assert [text for text, tone in expected["worth"] if tone] == ["0", "100"]
    assert expected["groups"][0]["says"] == "以往没有同类申诉。"
    app.button(key=f"{key}:send").click().run()
    assert [text.value for text in app.text][-1] == "请写明理由。"
    app.text_area(key=f"{key}:text").set_value(f"公司对公账户，电话 13812345678 {EVIL}").run()
    app.button(key=f"{key}:send").click().run()
    (appeal,) = kept(own_home)
    assert (appeal.state, appeal.opened_by, appeal.item) == ("open", "wu", finding.finding_id)
    assert "申诉：待复核" in [e.label for e in app.expander]
    said = dict(component(app, f"appeal:{appeal.appeal}:1:course")["groups"][0]["cards"][0]["notes"])["说明"]
    assert "13812345678" not in said
    assert said.endswith(EVIL)
    assert "evil.example" not in markup(app)
    app.button(key=f"appeal:{appeal.appeal}:1:withdraw").click().run()
    assert [a.state for a in kept(own_home)] == ["withdrawn"]
    assert app.button(key=f"{key}:begin")


def test_the_outcome_is_in_the_list_of_own_appeals_without_the_reviewers_name(
    as_: As, own_home: Home, pack: Pack
) -> None:
    from auditor.review.appeals import act

    appeal = appealed(own_home, pack)
    with Store(own_home) as store:
        stored, _ = wrong(store)
        act(
            store, REVIEWER, stored, appeal.appeal, "reject", "不在公示名单上", seen=1, at=appeal.opened_at,
            scoring=pack.scoring,
        )  # fmt: skip
    app = as_(AGENT, PAGE, call=CALL)
    (row,) = app.dataframe[0].value.to_dict("records")
    assert (row["申诉内容"], row["状态"], row["答复"]) == ("私人账户收款", "驳回", "不在公示名单上")
    assert "申请仲裁的期限已过，结果不再变。" in [text.value for text in app.text]
    assert REVIEWER.shown not in shown_cards(app)


def test_somebody_without_an_agent_number_may_look_but_not_appeal(as_: As) -> None:
    app = as_(LOCAL, PAGE, call="S06")
    assert app.selectbox(key="agent").value == "K103"
    assert list(app.dataframe[0].value["通话编号"]) == ["S06"]
    assert not button(app, "申诉这一项")
    app = as_(Person("new", "新人", ("agent",)), PAGE)
    assert app.info[0].value.startswith("你的账号没有坐席工号")
    assert not app.dataframe


def test_the_page_speaks_english(as_: As) -> None:
    app = as_(AGENT, PAGE, lang="en", call=CALL)
    assert app.title[0].value == "My calls"
    assert button(app, "Appeal against this")
