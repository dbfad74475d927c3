"""The page of reviewers and arbiters: what waits and for how long, the evidence, precedent, and an answer that counts once."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from auditor.review.decisions import rule_on
from auditor.rules.pack import Pack
from auditor.store.home import Home
from auditor.store.people import Person
from auditor.store.queries import Store
from tests.dashboards.appealing import (
    AGENT,
    ARBITER,
    CALL,
    ELSEWHERE,
    NOON,
    REVIEWER,
    As,
    appealed,
    kept,
    look_as,
    pages_as,
    wrong,
)
from tests.dashboards.conftest import Opened, component, markup
from tests.packs import shipped
from tests.review.homes import judged

PAGE = "views/appeals.py"
EVIL = "![](http://evil.example/x.png) $x$ =1+1"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return shipped()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Path:
    return judged(tmp_path_factory.mktemp("appeals") / "home", pack, "S06", "S13").path


@pytest.fixture
def own_home(template: Path, tmp_path: Path) -> Home:
    return Home.open(shutil.copytree(template, tmp_path / "home"))


@pytest.fixture
def as_(opened: Opened, own_home: Home, monkeypatch: pytest.MonkeyPatch) -> As:
    return pages_as(opened, own_home, monkeypatch)


def answer(app: AppTest, number: int, version: int, move: str, text: str) -> AppTest:
    key = f"answer:{number}:{version}"
    app.text_area(key=key).set_value(text).run()
    return app.button(key=f"{key}:{move}").click().run()


def test_from_the_agent_over_the_reviewer_to_the_arbiter(as_: As, own_home: Home) -> None:
    """Three people, three sessions: rejected, escalated, accepted in the end; the score follows."""
    with Store(own_home) as store:
        _, finding = wrong(store)
    agent = as_(AGENT, "views/mine.py", call=CALL)
    key = f"appeal:{CALL}:{finding.finding_id}"
    agent.button(key=f"{key}:begin").click().run()
    agent.text_area(key=f"{key}:text").set_value("这是公司对公账户").run()
    agent.button(key=f"{key}:send").click().run()
    (appeal,) = kept(own_home)

    reviewer = as_(REVIEWER, PAGE, id=str(appeal.appeal))
    assert reviewer.subheader[0].value == f"第 {appeal.appeal} 号申诉：私人账户收款"
    weighed = component(reviewer, f"weigh:{appeal.appeal}:1")
    assert [text for text, tone in weighed["worth"] if tone] == ["0", "100"]
    reviewer = answer(reviewer, appeal.appeal, 1, "reject", "名单里没有这个账户")
    assert kept(own_home)[0].state == "rejected"
    assert not [b for b in reviewer.button if b.label == "申诉成立"]

    agent = as_(AGENT, "views/mine.py", call=CALL)
    again = f"appeal:{appeal.appeal}:2"
    agent.text_area(key=f"{again}:text").set_value("名单上月更新过").run()
    agent.button(key=f"{again}:escalate").click().run()

    assert as_(REVIEWER, PAGE, id=str(appeal.appeal)).info[0].value.startswith("这件申诉不能由你处理")
    arbiter = as_(ARBITER, PAGE, id=str(appeal.appeal), list="escalated")
    arbiter = answer(arbiter, appeal.appeal, 3, "accept", "新名单里有")
    assert [s.state for s in kept(own_home)[0].steps] == ["open", "rejected", "escalated", "final_accepted"]
    titles = [c["title"] for c in component(arbiter, f"evidence:{appeal.appeal}:4")["groups"][1]["cards"]]
    assert titles == ["坐席 吳佩君", "复核人 刘质检", "坐席 吳佩君", "仲裁人 赵仲裁"]
    agent = as_(AGENT, "views/mine.py", call=CALL)
    assert "得分 100（优秀），机器原来打 0 分，人工复核后改为现在的分数" in [x.value for x in agent.text]


def test_two_reviewers_at_once_the_second_sees_the_first_answer(
    as_: As, own_home: Home, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    appeal = appealed(own_home, pack)
    first = as_(REVIEWER, PAGE, id=str(appeal.appeal))
    second = as_(ARBITER, PAGE, id=str(appeal.appeal))
    second.text_area(key=f"answer:{appeal.appeal}:1").set_value("成立").run()
    look_as(monkeypatch, REVIEWER)
    answer(first, appeal.appeal, 1, "reject", "维持")
    look_as(monkeypatch, ARBITER)
    second.button(key=f"answer:{appeal.appeal}:1:accept").click().run()
    assert second.error[0].value == "没有保存。"
    assert "这件申诉刚刚由别人处理过，你的答复没有保存。请看过最新进展后再处理。" in [x.value for x in second.text]
    assert "你写的是：成立" in [x.value for x in second.text]
    assert [(s.state, s.taken_by) for s in kept(own_home)[0].steps] == [("open", "wu"), ("rejected", "liu")]


def test_whoever_ruled_on_it_can_only_look(as_: As, own_home: Home, pack: Pack) -> None:
    with Store(own_home) as store:
        stored, finding = wrong(store)
        rule_on(store, REVIEWER, stored, finding.finding_id, "upheld", seen=0, at=NOON, scoring=pack.scoring)
    appeal = appealed(own_home, pack)
    app = as_(REVIEWER, PAGE, id=str(appeal.appeal))
    assert app.info[0].value == "这件申诉不能由你处理：这一项是你判定的，要由另一个人处理。"
    assert not app.text_area
    assert as_(ARBITER, PAGE, id=str(appeal.appeal)).text_area


def test_what_waits_too_long_is_marked_and_counted(as_: As, own_home: Home, pack: Pack) -> None:
    appealed(own_home, pack, at=datetime.now(UTC) - timedelta(days=30))
    app = as_(REVIEWER, PAGE)
    assert app.caption[0].value.startswith("1 件等待答复，其中 1 件已超过 5 个工作日")
    assert app.dataframe[0].value["期限"][0].startswith("⚠ 已超期")


def test_the_list_shown_is_the_one_in_the_address_or_where_the_appeal_is(as_: As, own_home: Home, pack: Pack) -> None:
    appeal = appealed(own_home, pack)
    assert not as_(REVIEWER, PAGE, list="answered").dataframe
    answer(as_(REVIEWER, PAGE, id=str(appeal.appeal)), appeal.appeal, 1, "reject", "维持")
    assert not as_(REVIEWER, PAGE).dataframe
    app = as_(REVIEWER, PAGE, id=str(appeal.appeal))
    assert list(app.dataframe[0].value["状态"]) == ["驳回"]
    assert list(as_(REVIEWER, PAGE, list="answered").dataframe[0].value["编号"]) == [appeal.appeal]


def test_the_call_page_names_its_appeals_and_leads_the_agent_to_theirs(as_: As, own_home: Home, pack: Pack) -> None:
    appeal = appealed(own_home, pack)
    said = [x.value for x in as_(REVIEWER, "views/call.py", id=CALL).text]
    assert f"第 {appeal.appeal} 号申诉：待复核" in said
    assert [b.label for b in as_(AGENT, "views/call.py", id=CALL).button if "申诉" in b.label] == ["对这一通申诉"]


def test_appeals_of_other_teams_are_not_there(as_: As, own_home: Home, pack: Pack) -> None:
    appeal = appealed(own_home, pack)
    app = as_(ELSEWHERE, PAGE, id=str(appeal.appeal))
    assert not app.dataframe
    assert app.info[0].value == "没有这件申诉，或它不在你负责的团队里。"


def test_precedent_counts_what_was_answered_and_quotes_it_masked(as_: As, own_home: Home, pack: Pack) -> None:
    first = appealed(own_home, pack)
    answer(as_(REVIEWER, PAGE, id=str(first.appeal)), first.appeal, 1, "accept", f"客户 13812345678 {EVIL}")
    with Store(own_home) as store:
        stored = store.call("S06")
        finding = stored.shown.findings[0]
        assert finding.category != "private_account"
    from auditor.store import appeals as ledger_of
    from auditor.store.ledger import Ledger

    about = {"finding": {"quote": first.about["finding"]["quote"], "why": ""}}
    with Ledger(own_home) as ledger, ledger.writing() as db:
        other = ledger_of.lodge(
            db, "S06", "finding", finding.finding_id, "K103", "he", NOON, "不服", "private_account",
            {"finding": {**first.about["finding"], **about["finding"]}},
        )  # fmt: skip
    app = as_(REVIEWER, PAGE, id=str(other.appeal))
    (group,) = component(app, f"weigh:{other.appeal}:1")["groups"]
    assert group["says"].startswith("共 1 件有结果：成立 1 件，驳回 0 件")
    (card,) = group["cards"]
    assert (card["badge"], card["title"]) == ("成立", "相似 100%")
    assert "13812345678" not in str(card)
    assert "evil.example" not in markup(app)


def test_a_step_is_answered_with_what_it_becomes_and_a_score_with_what_changes(
    as_: As, own_home: Home, pack: Pack
) -> None:
    from auditor.review.appeals import lodge

    me = Person("he", "何静", ("agent",), agent_id="K103")
    with Store(own_home) as store:
        stored = store.call("S06")
        step = lodge(store, me, stored, "recording_notice", "说过", at=NOON, scoring=pack.scoring)
        whole = lodge(store, me, stored, "", "不该这么低", at=NOON, scoring=pack.scoring)
    app = as_(REVIEWER, PAGE, id=str(step.appeal))
    app.radio(key=f"changes:{step.appeal}:1").set_value(app.radio(key=f"changes:{step.appeal}:1").options[1]).run()
    answer(app, step.appeal, 1, "accept", "不适用")
    app = as_(REVIEWER, PAGE, id=str(whole.appeal))
    assert app.button(key=f"answer:{whole.appeal}:1:accept").disabled
    app.checkbox[0].check().run()
    assert component(app, f"weigh:{whole.appeal}:1")["worth"]
    answer(app, whole.appeal, 1, "accept", "这一处不是讥讽")
    with Store(own_home):
        from auditor.store import decisions
        from auditor.store.ledger import Ledger

        with Ledger(own_home) as ledger, ledger.reading() as db:
            made = [(d.kind, d.verdict) for d in decisions.history(db, "S06")]
    assert made == [("step", "na"), ("finding", "overturned")]


def test_the_page_speaks_english(as_: As, own_home: Home, pack: Pack) -> None:
    appeal = appealed(own_home, pack)
    app = as_(REVIEWER, PAGE, lang="en", id=str(appeal.appeal))
    assert app.subheader[0].value.startswith(f"Appeal {appeal.appeal}: ")
    assert [b.label for b in app.button if "ccept" in b.label] == ["Accept the appeal"]
