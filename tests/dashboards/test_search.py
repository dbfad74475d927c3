"""Looking for what was said: every line with the words, marked, masked, and a way into its call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.cli.program import auditor
from tests.dashboards.conftest import Opened, component, markup
from tests.web.homes import HOSTILE

PAGE = "views/search.py"


def calls(app: AppTest) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = component(app, "hits")["calls"]
    return listed


def said(line: dict[str, Any]) -> str:
    return "".join(text for text, _ in line["text"])


def test_two_characters_are_found_and_marked_wherever_they_were_said(opened: Opened) -> None:
    app = opened(PAGE, words="讯录")
    assert [caption.value for caption in app.caption] == ["4 通里有 4 通说过。新的通话在前，点一句就从那里打开通话。"]
    assert {call["shown"] for call in calls(app)} == {"fatal-1", "text 2/甲", "clean-3", "mute-4"}
    (line,) = calls(app)[0]["lines"]
    assert (line["line"], line["time"], line["name"]) == (2, "0:06", "坐席")
    assert [text for text, found in line["text"] if found] == ["讯录"]
    assert said(line) == "再不还钱，我就把你通讯录挨个打一遍。"


def test_all_words_must_be_in_one_call_and_each_line_with_one_shows(opened: Opened) -> None:
    app = opened(PAGE, words="通訊錄 点赞")
    assert [line["line"] for line in calls(app)[0]["lines"]] == [2, 4]
    assert [line["doubtful"] for line in calls(app)[0]["lines"]] == [False, True]
    nothing = opened(PAGE, words="通讯录 没人说过")
    assert nothing.info[0].value.startswith("没有哪一通说过这些话。")


def test_a_new_word_and_a_filter_go_to_the_address(opened: Opened) -> None:
    app = opened(PAGE)
    assert app.info[0].value.startswith("输入要找的话")
    app.text_input(key="words").input("什么事").run()
    app.selectbox(key="team").select("二组").run()
    assert [call["shown"] for call in calls(app)] == ["clean-3"]
    assert {key: app.query_params[key] for key in app.query_params} == {"words": "什么事", "team": "二组"}
    assert [c["shown"] for c in calls(opened(PAGE, words="什么事", team="二组", agent="nobody"))] == ["clean-3"]


def test_what_was_said_stays_text(opened: Opened) -> None:
    app = opened(PAGE, words="LaTeX")
    assert all("evil.example" in said(line) for call in calls(app) for line in call["lines"])
    assert any(HOSTILE in call["where"] for call in calls(app))
    assert "evil.example" not in markup(app)


def test_the_whole_page_speaks_english(opened: Opened) -> None:
    app = opened(PAGE, lang="en", words="通讯录")
    assert app.title[0].value == "Search"
    rest = markup(app).replace("上门 征信", "")  # what one may search for is Chinese
    assert not any("\u4e00" <= character <= "\u9fff" for character in rest)


def test_a_long_list_comes_in_pages(opened: Opened, tmp_path: Path) -> None:
    """Every line once, in order, and no way on from the last page."""
    said = [{"speaker": "agent", "start": n, "end": n + 1, "text": f"第{n}句话"} for n in range(120)]
    (tmp_path / "long.json").write_text(json.dumps({"call_id": "long", "utterances": said}), encoding="utf-8")
    auditor("run", tmp_path / "long.json", "--home", tmp_path / "home")
    app = opened(PAGE, of=tmp_path / "home", words="句话")
    seen = [line["line"] for line in calls(app)[0]["lines"]]
    assert [button.key for button in app.button] == ["forth"]
    for _ in range(2):
        app.button(key="forth").click().run()
        seen += [line["line"] for line in calls(app)[0]["lines"]]
    assert seen == list(range(120))
    assert [button.key for button in app.button] == ["back"]
