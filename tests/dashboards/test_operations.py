"""The operations page: runs, failures and their retry, recordings, versions, disk; for those who operate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import auditor
from auditor.store import jobs
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import Person
from auditor.store.queries import Store
from dashboards import who
from tests.dashboards.conftest import Opened, markup
from tests.web.homes import HOSTILE, filled

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
PAGE = "views/operations.py"


@pytest.fixture
def ran(tmp_path: Path) -> Home:
    """A home with four calls, one run, and two files that failed in it, one with a hostile name."""
    home = filled(tmp_path / "home")
    with Ledger(home) as ledger, ledger.writing() as db:
        run = jobs.start_run(db, {"folder": "/data", "paths": ["录音 1"], "metadata": None}, NOON)
        rows = [("j1", "C1", "in/b.wav", "{}"), ("j2", "C2", f"in/{HOSTILE}.wav", "{}")]
        jobs.enqueue(db, run, rows, NOON, retry=False)
        for job_id, *_ in rows:
            jobs.claim(db, job_id, NOON)
            jobs.fail(db, job_id, f"解不了码 {HOSTILE}", NOON)
        jobs.end_run(db, run, "done", (4, 0, 2), NOON + timedelta(minutes=5))
    return home


@pytest.fixture
def page(opened: Opened, ran: Home) -> Callable[..., AppTest]:
    """Open one part of the page."""

    def open_page(view: str, lang: str = "zh") -> AppTest:
        return opened(PAGE, of=ran.path, view=view, lang=lang)

    return open_page


def said(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.text, *app.info, *app.success, *app.error, *app.caption))


def test_the_head_says_what_became_of_the_latest_run(page: Callable[..., AppTest]) -> None:
    app = page("runs")
    assert "已完成。新存 4 通，未变 0 通，失败 2 项。" in said(app)
    assert {m.label: m.value for m in app.metric}["失败"] == "2"
    (runs,) = [frame.value for frame in app.dataframe]
    assert (runs["输入"][0], runs["用时"][0]) == ("录音 1", "5 分钟")


def test_a_run_whose_process_is_gone_does_not_look_alive(page: Callable[..., AppTest], ran: Home) -> None:
    with Ledger(ran) as ledger, ledger.writing() as db:
        run = jobs.start_run(db, {}, NOON + timedelta(hours=1))
        jobs.enqueue(db, run, [("j3", "C3", "in/c.wav", "{}")], NOON, retry=False)
        jobs.claim(db, "j3", NOON)
        db.execute("UPDATE jobs SET worker = ?", (f"{jobs.this_worker().split(':')[0]}:999999999:ab",))
    app = page("runs")
    leases, runs = (frame.value for frame in app.dataframe)
    assert list(runs["状态"]) == ["进程已不在，做完的已保存", "已完成"]
    assert list(leases["状态"]) == ["已不在，会被接手"]


def test_failures_are_marked_and_the_command_is_told(page: Callable[..., AppTest], ran: Home) -> None:
    app = page("failures")
    assert "2 个文件没有处理成功，其中 0 个已标记重试。" in said(app)
    assert not app.code
    app.button(key="mark_all").click().run()
    assert not app.exception
    assert "其中 2 个已标记重试" in said(app)
    assert app.code[0].value.startswith(f"auditor run --retry --marked --home {ran.path}")
    with Store(ran) as store:
        assert {job.marked_by for job in store.failed_jobs()} == {"local"}


def test_names_and_reasons_of_failures_reach_no_markup(page: Callable[..., AppTest]) -> None:
    app = page("failures")
    assert "evil.example" not in markup(app)
    assert any("evil.example" in str(name) for name in app.dataframe[0].value["文件"])


def test_warnings_come_with_their_denominators(page: Callable[..., AppTest]) -> None:
    app = page("recordings")
    assert "最多的是“一侧无声”：2026-10-19 起一周 1 / 2（50%）。前一周 0 / 2（0%）。" in said(app)
    assert list(app.dataframe[0].value["全部 2 周"]) == ["1 / 4（25%）"]


def test_versions_say_how_many_calls_rest_on_older_ones(page: Callable[..., AppTest]) -> None:
    app = page("versions")
    assert "规则包：4 通里有 0 通（0%）的结论用的是较早的规则包。" in said(app)
    assert app.code[0].value.startswith("cd /data\nauditor run '录音 1' --model")
    assert list(app.dataframe[0].value["种类"]) == ["规则包", "程序版本", "第二读者"]
    assert bool(app.warning) == (auditor.__version__ != "0.1.0")


def test_the_disk_says_how_long_it_lasts(page: Callable[..., AppTest]) -> None:
    app = page("disk")
    assert "存着 4 通" in said(app)
    assert list(app.dataframe[0].value["内容"]) == ["录音", "结论与文本", "规则包归档", "规则草稿", "账本"]


def test_the_home_is_checked_on_demand(page: Callable[..., AppTest], ran: Home) -> None:
    app = page("disk")
    app.button(key="check").click().run()
    assert "都完好" in said(app)
    with Ledger(ran) as ledger, ledger.writing() as db:
        jobs.mark(db, ["j1"], "x", NOON + timedelta(1))
        db.execute("UPDATE events SET body = '{}'")
    app.button(key="check").click().run()
    assert "发现 1 个问题：" in said(app)
    assert "事件日志从第 1 条起被改动过" in said(app)


def test_an_empty_home_says_so_in_every_part(opened: Opened, tmp_path: Path) -> None:
    told = {"runs": "还没有运行过", "failures": "没有失败的文件。", "recordings": "没有一通电话带录音提醒。"}
    for view in ("runs", "failures", "recordings", "versions", "disk"):
        assert told.get(view, "") in said(opened(PAGE, of=tmp_path / "new", view=view))


def test_the_page_speaks_english(page: Callable[..., AppTest]) -> None:
    for view in ("runs", "recordings", "versions", "disk"):
        app = page(view, lang="en")
        assert app.title[0].value == "Operations"
        assert not any("\u4e00" <= character <= "\u9fff" for character in markup(app))


@pytest.mark.parametrize("role", ["qa", "compliance", "coach", "agent"])
def test_it_is_closed_to_who_does_not_operate(page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, role: str) -> None:  # fmt: skip
    monkeypatch.setattr(who, "LOCAL", Person("x", "某", (role,)))  # type: ignore[arg-type]
    app = page("runs")
    assert [error.value for error in app.error] == ["这一页不对你的角色开放。"]
    assert not app.metric
