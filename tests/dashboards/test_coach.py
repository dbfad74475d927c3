"""The coach's pages: whom to coach on what, one agent, and the tasks."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from auditor.review import coaching
from auditor.store.coaching import Task
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import LOCAL, Person, keep
from auditor.store.queries import Store
from tests.dashboards.conftest import Opened, component, markup
from tests.web.coached import HALF, SAY_INSTEAD, call_id, coached
from tests.web.homes import HOSTILE

NOW = datetime.now(UTC)
COACH, AGENT, TASKS = "views/coach.py", "views/agent.py", "views/tasks.py"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return coached(tmp_path_factory.mktemp("coached") / "home")


@pytest.fixture
def own(tmp_path: Path) -> Home:
    """A home that a test may write into."""
    return coached(tmp_path / "home")


def given(home: Home, text: str = "开场先报机构和工号", days: int = 7) -> Task:
    with Store(home) as store:
        return coaching.assign(
            store, LOCAL, NOW, agent_id="A001", kind="step", item="introduction", text=text,
            due=date.today() + timedelta(days=days), calls=[call_id("A001", 9, 19)],
        )  # fmt: skip


def newest(home: Home) -> Task:
    with Store(home) as store:
        return coaching.tasks(store)[-1]


def test_the_first_page_names_who_improved_and_who_slipped(opened: Opened, known: Home) -> None:
    app = opened(COACH, of=known.path)
    assert [t.value for t in app.text][:2] == ["退步 2 项", "进步 2 项"]
    worse, better, agents = (app.dataframe[n].value for n in range(3))
    assert sorted(zip(worse["谁"], worse["项目"], strict=True)) == [("李二 A002", "得分"), ("李二 A002", "自报身份")]
    assert sorted(zip(better["谁"], better["项目"], strict=True)) == [("王一 A001", "得分"), ("王一 A001", "自报身份")]
    row = worse[worse["项目"] == "自报身份"].iloc[0]
    assert (row["上期"], row["本期"]) == ("18/20（90%）", "5/20（25%）")
    assert row["变化（区间）"].startswith("-65（-8")
    assert list(agents["坐席"]) == ["李二 A002", f"{HOSTILE} B001", "王一 A001", "张三 A003"]
    assert list(agents["明显低于同队的步骤"]) == ["自报身份", "", "", ""]


def test_the_numbers_say_what_they_are_of(opened: Opened, known: Home) -> None:
    app = opened(COACH, of=known.path)
    told = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    assert told["平均分"][0] == "89.5"
    assert told["平均分"][1].endswith("无明显变化")
    assert told["通话"] == ("63", "63 通有分数")
    assert told["坐席"] == ("4", "最少的一人 3 通")
    says = [caption.value for caption in app.caption]
    assert says[0].startswith("上期：2026 年 9 月。比较了 15 项，4 项的变化超出了偶然波动")
    assert "比较的 6 格里有 1 格明显偏低" in says[1]


def test_each_cell_of_the_heatmap_shows_of_how_many_calls(opened: Opened, known: Home) -> None:
    app = opened(COACH, of=known.path)
    chart = next(c for c in app.get("vega_lite_chart") if "heatmap" in c.proto.id)
    rows = pa.ipc.open_stream(chart.proto.datasets[0].data.data).read_all().to_pylist()
    cells = {(row["agent"], row["step"]): (row["label"], row["few"]) for row in rows}
    assert cells["A002", "自报身份"] == ("25% ▼\n5/20", False)
    assert cells["B001", "自报身份"] == ("样本少\n1/3", True)


def test_a_team_and_a_period_stand_in_the_address(opened: Opened, known: Home) -> None:
    app = opened(COACH, of=known.path, team="二组", period="2026-09-01")
    assert {metric.label: metric.value for metric in app.metric}["通话"] == "3"
    app.selectbox(key="team").select("一组").run()
    assert app.query_params["team"] == "一组"
    app.selectbox(key="by").select("week").run()
    assert app.query_params["by"] == "week"
    assert app.selectbox(key="period").options[0] == "2026-10-19 至 10-25"
    assert not app.exception


def test_calls_without_a_date_have_no_trend(opened: Opened, tmp_path: Path) -> None:
    assert opened(COACH, of=Home.open(tmp_path / "new").path).info[0].value.startswith("没有带日期的通话")


def test_an_agents_page_tells_what_to_practise_and_where_to_listen(opened: Opened, known: Home) -> None:
    app = opened(AGENT, of=known.path, id="A002")
    assert app.selectbox(key="id").value == "A002"
    (words,) = component(app, "words")["moments"]
    assert words["title"] == "自报身份"
    assert words["notes"] == [["建议话术", SAY_INSTEAD]]
    assert words["aside"] == "漏 15/20（75%） · 同队其他人做到 35/40（88%）"
    (near,) = component(app, "near")["moments"]
    assert (near["call"], near["line"]) == (call_id("A002", 10, 19), 1)
    (worst,) = component(app, "worst")["moments"]
    assert (worst["title"], worst["line"], worst["quote"]) == ("辱骂", 2, "你这个人脸皮真厚。")
    (good,) = component(app, "good")["moments"]
    assert (good["badge"], good["call"]) == ("本人", call_id("A002", 10, 4))
    assert "明显低于同队其他人的：自报身份。" in app.caption[0].value


def test_quotes_are_masked(opened: Opened, known: Home) -> None:
    app = opened(AGENT, of=known.path, id="A002")
    (near,) = component(app, "near")["moments"]
    assert HALF[:8] in near["quote"]
    assert "13812345678" not in json.dumps([component(app, key) for key in ("near", "worst", "good", "words")])


def test_an_unknown_agent_is_said_to_be_unknown(opened: Opened, known: Home) -> None:
    app = opened(AGENT, of=known.path, id="<b>")
    assert app.text[0].value == "找不到坐席「<b>」，或不在你负责的团队里。"
    assert app.selectbox(key="id").value is None
    assert opened(AGENT, of=known.path).info[0].value.startswith("选一名坐席")


def test_names_from_calls_never_reach_markdown(opened: Opened, known: Home) -> None:
    for app in (opened(COACH, of=known.path), opened(AGENT, of=known.path, id="B001")):
        assert "evil.example" not in markup(app)
        assert HOSTILE.split()[0] not in markup(app)


@pytest.mark.parametrize("page", [COACH, AGENT, TASKS])
def test_the_pages_speak_english(opened: Opened, known: Home, page: str) -> None:
    app = opened(page, lang="en", of=known.path, **({"id": "A002"} if page == AGENT else {}))
    assert not any("\u4e00" <= character <= "\u9fff" for character in markup(app))


def test_a_task_is_given_and_an_empty_one_is_not(opened: Opened, own: Home) -> None:
    app = opened(AGENT, of=own.path, id="A001")
    app.button[0].click().run()
    assert app.error[0].value == "没有保存。"
    assert app.text[-1].value == "辅导任务没有内容。请写明要练什么、怎么做。"
    app.text_area[0].input("先报机构，再报工号")
    app.button[0].click().run()
    task = newest(own)
    assert (task.agent_id, task.kind, task.item, task.text) == ("A001", "step", "introduction", "先报机构，再报工号")
    assert (task.due, task.opened_by, task.state) == (date.today() + timedelta(days=7), "local", "open")
    assert app.success[0].value == "任务已布置。"
    assert list(app.dataframe[1].value["状态"]) == ["进行中"]


def test_the_list_marks_what_is_late(opened: Opened, own: Home) -> None:
    given(own, days=-3)
    given(own)
    app = opened(TASKS, of=own.path)
    assert list(app.dataframe[0].value["状态"]) == ["逾期 3 天", "进行中"]
    assert app.caption[0].value.startswith("2 个任务，1 个逾期")
    assert {m.label: m.value for m in opened(COACH, of=own.path).metric}["进行中的辅导任务"] == "2"


def test_a_task_is_settled_and_opened_again(opened: Opened, own: Home) -> None:
    task = given(own)
    app = opened(TASKS, of=own.path, task=str(task.task))
    app.text_area[0].input("换个说法").run()
    app.button(key="finish:1:1").click().run()
    assert (newest(own).state, newest(own).text, newest(own).version) == ("done", "换个说法", 2)
    assert app.success[0].value.startswith("任务已完成")
    assert "样本还太少" in "\n".join(text.value for text in app.text)
    app.button(key="reopen:1:2").click().run()
    assert newest(own).state == "open"


def test_a_colleagues_change_is_shown_and_ones_own_words_are_kept(opened: Opened, own: Home) -> None:
    task = given(own)
    app = opened(TASKS, of=own.path, task=str(task.task))
    with Store(own) as store:
        coaching.revise(store, LOCAL, NOW, task, text="同事改的")
    app.text_area[0].input("我改的")
    app.button(key="save:1:1").click().run()
    assert (newest(own).text, newest(own).version) == ("同事改的", 2)
    assert app.error[0].value == "没有保存。"
    told = [text.value for text in app.text]
    assert "这个辅导任务刚刚由别人改过，你的修改没有保存。请看过最新的内容后再改。" in told
    assert "同事刚保存的内容：同事改的" in told
    assert app.text_area[0].value == "我改的"
    app.button(key="save:1:2").click().run()
    assert (newest(own).text, newest(own).version) == ("我改的", 3)


def test_the_effect_is_told_in_plain_words(opened: Opened, own: Home) -> None:
    with Store(own) as store:
        coaching.revise(store, LOCAL, datetime(2026, 10, 1, 4, tzinfo=UTC), given(own), state="done")
    app = opened(TASKS, of=own.path, task="1", state="done")
    assert list(app.dataframe[0].value["效果"]) == ["改善"]
    told = "\n".join(text.value for text in app.text)
    assert "做到 4/20（20%），之后 60 天 16/19（84%）：改善，相差 +64（" in told
    assert "同队其他人同期：之前 36/40（90%），之后 21/38（55%）" in told


def test_a_task_that_is_not_there_is_said_to_be_missing(opened: Opened, own: Home) -> None:
    app = opened(TASKS, of=own.path, task="7")
    assert app.info[0].value.startswith("还没有辅导任务")
    assert app.text[0].value.startswith("找不到编号为「7」的任务")


def test_the_pages_are_not_for_reviewers(opened: Opened, own: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    reviewer = Person("reviewer", "质检员", ("qa",))
    with Ledger(own) as ledger, ledger.writing() as db:
        keep(db, reviewer, "admin", NOW)
    monkeypatch.setattr("dashboards.who.LOCAL", reviewer)
    for page in (COACH, AGENT, TASKS):
        app = opened(page, of=own.path)
        assert app.error[0].value == "这一页不对你的角色开放。"
        assert not app.title
