"""On the pages personal data is masked until the reader asks for all of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.cli.program import auditor
from tests.cli.test_personal_data import ADDRESS, CALL_ID, IDENTITY, MOBILE, NAME, SECRETS, call, leaks
from tests.dashboards.conftest import Opened, component, markup

PAGE = "views/call.py"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one call full of personal data, and a file named after a person that failed."""
    where = tmp_path_factory.mktemp("full")
    (where / f"{CALL_ID}.json").write_text(json.dumps(call(), ensure_ascii=False), encoding="utf-8")
    (where / f"{IDENTITY}.json").write_text(f'{{"call_id": "{MOBILE}", "utterances"', encoding="utf-8")
    auditor("run", where, "--home", where / "home")
    return where / "home"


def everything(app: AppTest) -> str:
    """All that a page was given to show."""
    tables = [str(frame.value.to_dict()) for frame in app.dataframe]
    parts = [json.dumps(component(app, str(e.key)), ensure_ascii=False) for e in app.get("bidi_component")]
    return "\n".join([markup(app), *(text.value for text in app.text), *tables, *parts])


def test_a_call_is_masked_in_headline_transcript_and_cards(opened: Opened, full: Path) -> None:
    shown = everything(opened(PAGE, of=full, id=CALL_ID))
    assert "＊" in shown
    assert "0128" in shown
    assert leaks(shown) == []


def test_marks_stand_where_they_stood(opened: Opened, full: Path) -> None:
    app = opened(PAGE, of=full, id=CALL_ID)
    masked = component(app, "player")["lines"]
    app.toggle[0].set_value(True).run()
    whole = component(app, "player")["lines"]
    assert [len(line["text"]) for line in masked] == [len(line["text"]) for line in whole]
    assert [[m["span"] for m in line["marks"]] for line in masked] == [
        [m["span"] for m in line["marks"]] for line in whole
    ]
    assert any(line["marks"] for line in whole)


def test_the_switch_shows_everything(opened: Opened, full: Path) -> None:
    app = opened(PAGE, of=full, id=CALL_ID)
    app.toggle[0].set_value(True).run()
    shown = everything(app)
    for secret in (NAME, ADDRESS, MOBILE):
        assert secret in shown


@pytest.mark.parametrize(
    ("page", "query"),
    [
        (PAGE, {}),
        (PAGE, {"id": f"no-{MOBILE}"}),
        ("views/overview.py", {}),
        ("views/queue.py", {"state": "all"}),
        ("views/search.py", {"words": "的"}),
    ],
)
def test_lists_of_calls_and_failures_are_masked(opened: Opened, full: Path, page: str, query: dict[str, str]) -> None:
    shown = everything(opened(page, of=full, **query))
    assert "＊" in shown
    assert leaks(shown) == []


def test_a_masked_call_is_still_found_by_its_whole_number(opened: Opened, full: Path) -> None:
    """What is searched is what was stored; what is shown is masked."""
    app = opened(PAGE, of=full)
    app.text_input(key="find").set_value(CALL_ID).run()
    assert component(app, "headline")["title"].startswith("20261014_＊")
    assert not any(secret in component(app, "headline")["title"] for secret in SECRETS)
