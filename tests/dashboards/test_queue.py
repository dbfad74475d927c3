"""The work queue's page: what waits, who has it, and what is said where nothing waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from auditor.review.due import WORKPLACE
from auditor.store import catalog, claims, decisions
from auditor.store.decisions import Decision
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import Person, keep
from auditor.web.app import dashboards_folder
from dashboards import who
from tests.dashboards.conftest import Opened, component, markup
from tests.web.homes import HOSTILE, filled

PAGE = "views/queue.py"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return filled(tmp_path / "queue home")


def now() -> datetime:
    return datetime.now(WORKPLACE)


def claim(home: Home, call_id: str, who: str, at: datetime | None = None) -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        claims.claim(db, call_id, who, at or now())


def sign(home: Home, call_id: str, who: str = "local") -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        entry = catalog.current(db, call_id)
        assert entry is not None
        decisions.record(db, Decision(call_id, "call", "", "signed", who, now(), {"result": entry.result}), 0)


def rows(app: AppTest) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = component(app, "worklist")["rows"]
    return listed


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def says(app: AppTest) -> list[str]:
    return [caption.value for caption in app.caption]


def test_the_queue_says_what_waits_and_why(opened: Opened, home: Home) -> None:
    app = opened(PAGE, of=home.path)
    assert [(r["shown"], r["kind"], r["why"], r["aside"][-6:]) for r in rows(app)] == [
        ("fatal-1", "致命", "曝光威胁", "裁定 0/1"), ("text 2/甲", "待确认", "严重 · 曝光威胁", "裁定 0/1"),
        ("mute-4", "无法判定", "听不清或信息不足，机器判不了", "· 0:24"),
    ]  # fmt: skip
    assert rows(app)[0]["overdue"]
    assert metrics(app) == {"待复核": "3 / 3", "我在处理": "0", "今天完成": "0", "超期": "1 / 3"}
    assert says(app)[0].startswith("待复核 / 全部：致命 1/1 · 待确认 1/1 · 无法判定 1/1 · 抽样 0/0。")


def test_it_is_the_first_page_of_who_reviews(opened: Opened, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(who, "LOCAL", Person("q", "质检", ("qa",)))
    assert opened("app.py", of=home.path).title[0].value == "复核队列"


def test_the_next_call_is_claimed_and_the_numbers_follow(opened: Opened, home: Home) -> None:
    claim(home, "fatal-1", "li")
    with Ledger(home) as ledger, ledger.writing() as db:
        keep(db, Person("li", "李静", ("qa",)), "admin", now())
    app = opened(PAGE, of=home.path)
    assert rows(app)[0]["who"].startswith("李静，到 ")
    app.button(key="next").click().run()
    with Ledger(home) as ledger, ledger.reading() as db:
        assert {c.call_id: c.claimed_by for c in claims.running(db, now())} == {"fatal-1": "li", "text 2/甲": "local"}
    app = opened(PAGE, of=home.path)
    assert metrics(app)["我在处理"] == "1"
    assert [r["state"] for r in rows(app)] == ["others", "mine", "open"]
    sign(home, "text 2/甲")
    assert metrics(opened(PAGE, of=home.path)) == {
        "待复核": "2 / 3", "我在处理": "0", "今天完成": "1", "超期": "1 / 2",
    }  # fmt: skip


def test_a_claim_that_ran_out_is_free_again(opened: Opened, home: Home) -> None:
    claim(home, "fatal-1", "li", now() - timedelta(minutes=31))
    assert rows(opened(PAGE, of=home.path))[0]["state"] == "open"


def test_where_all_is_taken_the_button_is_off(opened: Opened, home: Home) -> None:
    for call_id in ("fatal-1", "text 2/甲", "mute-4"):
        claim(home, call_id, "li")
    assert opened(PAGE, of=home.path).button(key="next").disabled


def test_filters_come_from_the_address_and_go_there(opened: Opened, home: Home) -> None:
    app = opened(PAGE, of=home.path, kind="suspected", agent="A001")
    assert [r["shown"] for r in rows(app)] == ["text 2/甲"]
    assert app.selectbox(key="agent:0").value == "A001"
    app.selectbox(key="severity:0").select("major").run()
    assert {key: app.query_params[key] for key in app.query_params} == {
        "kind": "suspected", "agent": "A001", "severity": "major",
    }  # fmt: skip
    app.selectbox(key="agent:0").select("A002").run()
    assert app.info[0].value == "这些条件下没有通话。请放宽筛选，或清除全部筛选。"
    app.button(key="clear").click().run()
    assert len(rows(app)) == 3
    assert list(app.query_params) == []


def test_an_address_that_makes_no_sense_shows_the_whole_queue(opened: Opened, home: Home) -> None:
    app = opened(PAGE, of=home.path, kind="x", state="x", agent="x", week="x", sample="x²", severity="x")
    assert len(rows(app)) == 3


def test_an_empty_queue_says_what_to_do(opened: Opened, home: Home) -> None:
    for call_id in ("fatal-1", "text 2/甲", "mute-4"):
        sign(home, call_id)
    app = opened(PAGE, of=home.path)
    assert app.success[0].value.startswith("队列已清空")
    assert metrics(app)["今天完成"] == "3"
    signed = opened(PAGE, of=home.path, state="signed")
    assert {r["who"] for r in rows(signed)} == {"本机 已签核"}


def test_a_sample_is_drawn_with_the_seed_that_is_shown(opened: Opened, home: Home) -> None:
    app = opened(PAGE, of=home.path)
    app.session_state["draw_panel"] = True
    app.run()
    seed = app.text_input(key="seed:0").value
    assert "从符合上面筛选、机器没有发现、还没有签核的 1 通里抽出 1 通。" in [text.value for text in app.text]
    app.button(key="draw").click().run()
    assert not app.exception
    assert [(r["shown"], r["kind"]) for r in rows(app)][-1] == ("clean-3", "抽样")
    head, sentence = app.text[1].value.splitlines()
    assert head.endswith(f"本机 · 总共 60 通，1 通里抽出 1 通 · 种子 {seed}")
    assert sentence == "1 通都还没有签核。签核后这里给出漏检率。"
    sign(home, "clean-3")
    shown = opened(PAGE, of=home.path)
    assert (
        shown.text[1].value.splitlines()[1]
        == "抽查 1 通干净通话，人工在 0 通里补出违规：漏检率 0.0%（95% 区间 0.0%–97.5%）。"
    )
    shown.session_state["draw_panel"] = True
    shown.button(key="only:1").click().run()
    assert [r["shown"] for r in rows(shown)] == ["clean-3"]
    assert "没有可抽的通话" in shown.text[2].value


def test_a_stranger_sees_nothing(home: Home) -> None:
    app = AppTest.from_file(str(dashboards_folder() / PAGE), default_timeout=30)
    app.secrets["auditor"] = {"home": str(home.path), "login": True}
    app.run()
    assert app.error[0].value == "你的账号还没有权限。请联系管理员登记。"
    assert not app.metric


def test_names_from_calls_never_reach_markdown(opened: Opened, home: Home) -> None:
    app = opened(PAGE, of=home.path)
    assert HOSTILE in [r["agent"] for r in rows(app)]
    assert "evil.example" not in markup(app)


def test_the_whole_page_speaks_english(opened: Opened, home: Home) -> None:
    app = opened(PAGE, lang="en", of=home.path)
    assert app.title[0].value == "Work queue"
    assert [r["kind"] for r in rows(app)] == ["Critical", "To confirm", "Cannot tell"]
    assert not any("\u4e00" <= character <= "\u9fff" for character in markup(app))
