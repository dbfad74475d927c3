"""The rules lab: what a rule being edited says of words and calls, what it would flip, and who may save it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from auditor.models import Call
from auditor.pipeline import audit_call
from auditor.rules.pack import load_pack
from auditor.rules.typed import typed
from auditor.store import catalog, segments
from auditor.store.home import Home
from auditor.store.keys import Keys
from auditor.store.ledger import Ledger
from auditor.store.people import Person
from auditor.store.segments import CallResult
from dashboards import who
from tests.dashboards.conftest import Opened, markup
from tests.rules.packs import FROZEN
from tests.web.homes import HOSTILE

DOG = """id: visit-door
category: visit_threat
status: experimental
severity: major
any:
  - phrase: [牵着狗来]
message: 坐席扬言上门。
examples: {hit: [我们牵着狗来], clean: [您的狗真可爱]}
"""
CALLS = {
    "D1": ["坐席：我们牵着狗来找你", f"客户：{HOSTILE}"],
    "V2": ["坐席：明天就上门"],
    "C3": ["坐席：您好"],
}


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with three calls, judged by the small test pack."""
    home = Home.open(tmp_path_factory.mktemp("lab") / "home")
    pack = load_pack(FROZEN)
    home.archive_pack(pack.hash, pack.files)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    results = []
    for name, lines in CALLS.items():
        call = Call(name, typed(lines).metadata, typed(lines).utterances, source_hash=name)
        results.append(CallResult(call, audit_call(call, pack), Keys(name, name, name)))
    with Ledger(home) as ledger:
        segment, entries = segments.write(home, ledger, results, at)
        with ledger.writing() as db:
            catalog.add(db, segment, entries, at)
    return home


@pytest.fixture
def lab(opened: Opened, tried: Home) -> Callable[..., AppTest]:
    """Open the lab at a rule, with the text in its editor."""

    def open_lab(view: str = "words", text: str | None = None, rule: str = "visit-door", **query: str) -> AppTest:
        app = opened("views/lab.py", of=tried.path, rule=rule, view=view, **query)
        return app if text is None else write(app, text)

    return open_lab


@pytest.fixture
def coach(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who may see calls, and not edit rules."""
    monkeypatch.setattr(who, "LOCAL", Person("c", "教练", ("coach",)))


def write(app: AppTest, text: str) -> AppTest:
    (box,) = [area for area in app.text_area if str(area.key).startswith("yaml-")]
    box.set_value(text).run()
    assert not app.exception
    return app


def editor(app: AppTest) -> str:
    return str(next(area.value for area in app.text_area if str(area.key).startswith("yaml-")))


def speak(app: AppTest, text: str) -> AppTest:
    (box,) = [area for area in app.text_area if str(area.key).startswith("lines")]
    box.set_value(text).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.text, *app.error, *app.info, *app.success, *app.caption))


def test_the_rule_is_tried_on_its_own_example_at_first(lab: Callable[..., AppTest]) -> None:
    app = lab()
    assert "这条规则命中 1 处，凭：“上门”" in said(app)
    clauses = app.dataframe[0].value
    assert list(clauses["作用"])[:2] == ["满足一项即可", "语境"]
    assert clauses["成立"][0] == "✓ 成立"
    assert "第 1 句“上门”" in clauses["凭哪几个字"][0]


def test_words_and_who_says_them_decide(lab: Callable[..., AppTest]) -> None:
    app = lab()
    speak(app, "客户：你们别上门")
    assert "这条规则没有命中。" in said(app)
    speak(app, "坐席：我们不会上门")
    assert "这条规则没有命中。" in said(app)
    near = next(frame.value for frame in app.dataframe if "差在哪里" in frame.value)
    assert "被否定的" in near["差在哪里"][0]


def test_an_edited_phrase_fires_and_is_told_as_new(lab: Callable[..., AppTest]) -> None:
    app = speak(lab(text=DOG), "我们牵着狗来")
    assert "这条规则命中 1 处，凭：“牵着狗来”" in said(app)
    found = app.dataframe[-1].value
    assert list(found["改动后"]) == ["＋ 新命中"]
    assert "已改动，还没有生效。" in said(app)


def test_mistakes_are_told_with_their_line_and_nothing_else_is_shown(lab: Callable[..., AppTest]) -> None:
    app = write(speak(lab(), "我们牵着狗来"), DOG.replace("major", "heavy"))
    assert "编辑框:4: severity" in said(app)
    assert "左边的规则还有错" in said(app)
    assert not app.dataframe
    write(app, "a: &x [1]\nb: *x")
    assert "不支持 YAML 锚点和别名" in said(app)
    write(app, DOG)
    assert "命中 1 处，凭：“牵着狗来”" in said(app)


def test_hostile_yaml_reaches_no_markup(lab: Callable[..., AppTest]) -> None:
    app = write(speak(lab(), "我们牵着狗来"), DOG.replace("visit-door", repr(HOSTILE)))
    assert "evil.example" not in markup(app)
    write(app, DOG.replace("坐席扬言上门。", repr(HOSTILE)))
    assert "evil.example" not in markup(app)
    assert any("evil.example" in str(frame.value.to_dict()) for frame in app.dataframe)


def test_the_original_comes_back(lab: Callable[..., AppTest]) -> None:
    app = lab(text=DOG)
    app.button(key="restore").click().run()
    assert "与规则包里的原文相同。" in said(app)
    assert "凭：“上门”" in said(app)


def test_a_stored_call_is_tried_with_personal_data_masked(lab: Callable[..., AppTest]) -> None:
    app = lab("call", text=DOG, call="D1")
    assert "凭：“牵着狗来”" in said(app)
    assert "evil.example" not in markup(app)
    missing = lab("call", call="nowhere")
    assert "找不到这通电话" in said(missing)


def test_the_examples_are_run(lab: Callable[..., AppTest]) -> None:
    assert "6 个例子全部符合。" in said(lab("examples"))
    app = lab("examples", text=DOG.replace("牵着狗来]\nm", "牵着猫来]\nm"))
    assert "2 个例子里有 1 个不符合。" in said(app)
    assert list(app.dataframe[0].value["结果"]) == ["✗ 不符合", "✓ 符合"]


def test_the_rule_reads_as_prose(lab: Callable[..., AppTest]) -> None:
    assert "坐席" in said(lab("told"))


def test_what_would_flip_is_told_call_by_call(lab: Callable[..., AppTest]) -> None:
    app = lab("impact")
    assert "规则还没有改动，不会有通话改变。" in said(app)
    assert app.button(key="compute").disabled
    write(app, DOG)
    app.button(key="compute").click().run()
    assert not app.exception
    assert "判过的 3 通里有 2 通会变：多出 1 处发现，少掉 1 处。" in said(app)
    table = app.dataframe[0].value.set_index("通话编号")
    assert set(table.index) == {"D1", "V2"}
    assert "牵着狗来" in table.loc["D1", "多出的发现"]
    assert "上门" in table.loc["V2", "少掉的发现"]
    write(app, DOG.replace("牵着狗来", "牵着猫来"))
    assert "请再按一次“试算”" in said(app)


def test_a_step_can_be_tried_too(lab: Callable[..., AppTest]) -> None:
    app = lab(rule="introduction")
    speak(app, "坐席：您好，这里是晴川银行信用卡中心，我姓王")
    assert "这个步骤：完成，改动前后相同。" in said(app)
    assert list(dict.fromkeys(app.dataframe[0].value["要素"])) == ["机构名称", "委外公司名称", "姓氏或工号"]


def test_a_new_rule_begins_as_a_template(lab: Callable[..., AppTest]) -> None:
    app = lab(rule="+")
    assert not app.error
    assert "id: new-rule" in editor(app)


@pytest.mark.usefixtures("coach")
def test_who_may_not_edit_rules_can_try_and_not_save(lab: Callable[..., AppTest]) -> None:
    app = speak(lab(text=DOG), "我们牵着狗来")
    assert "命中 1 处" in said(app)
    assert "只读：你可以改、可以试，不能保存。" in said(app)
    assert [button for button in app.button if button.key == "save"] == []


def test_a_saved_draft_is_there_the_next_time_and_the_pack_is_not_changed(
    lab: Callable[..., AppTest], tried: Home
) -> None:
    app = lab(text=DOG)
    app.button(key="save").click().run()
    assert "草稿已保存" in said(app)
    folder = next(tried.drafts.iterdir())
    commands = "\n".join(code.value for code in app.code)
    assert f"auditor rules test {folder} --id visit-door" in commands
    assert load_pack(folder).files["violations/visit_threat/visit-door.yaml"].decode() == DOG
    again = lab()
    assert "这是归档目录里存着的草稿" in said(again)
    assert "牵着狗来" in editor(again)
    again.button(key="restore").click().run()
    assert "上门, 去你家" in editor(again)


def test_a_colleagues_draft_is_not_overwritten(lab: Callable[..., AppTest], tried: Home) -> None:
    mine, theirs = lab(text=DOG.replace("狗", "猫")), lab(text=DOG.replace("狗", "虎"))
    theirs.button(key="save").click().run()
    assert "草稿已保存" in said(theirs)
    mine.button(key="save").click().run()
    assert "草稿没有保存。" in said(mine)
    assert "刚刚被别人存过" in said(mine)
    folder = next(tried.drafts.iterdir())
    assert "虎" in load_pack(folder).files["violations/visit_threat/visit-door.yaml"].decode()


def test_without_an_archived_pack_the_built_in_one_is_offered(opened: Opened, home: Home) -> None:
    app = opened("views/lab.py", of=home.path, rule="visit-agent-coming", lang="en")
    chosen = app.selectbox(key="pack").value
    assert chosen is not None
    assert chosen.code == "collections-zh"
    assert "This rule fires" in said(app)


def test_no_page_is_shown_to_an_agent(monkeypatch: pytest.MonkeyPatch, lab: Callable[..., AppTest]) -> None:
    monkeypatch.setattr(who, "LOCAL", Person("a", "坐席", ("agent",), agent_id="A001"))
    app = lab()
    assert [error.value for error in app.error] == ["这一页不对你的角色开放。"]
    assert not app.text_area
