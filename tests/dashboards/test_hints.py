"""The call page with hints of a large model: apart from the findings, as plain text, and only where one was asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from auditor.store.annotations import Annotation, Suspicion, heard_hash, keep_annotation
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from tests.dashboards.conftest import Opened, component, markup
from tests.web.homes import HOSTILE, filled

PAGE = "views/call.py"
FOUND = Suspicion(2, 6, 18, "我就把你通讯录挨个打一遍", "exposure-contacts-everyone", "threat_exposure", HOSTILE)


def hinted(path: Path, *found: Suspicion) -> Home:
    """The small home, with a model's answer about what was said in its calls."""
    home = filled(path)
    with Store(home) as store:
        heard = heard_hash(store.stored_call("fatal-1").utterances)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    with Ledger(home) as ledger, ledger.writing() as db:
        assert keep_annotation(db, Annotation(heard, "r", "http://10.0.0.8:8000", HOSTILE, "all", "p", at, found))
    return home


def test_hints_stand_in_a_tab_of_their_own_for_a_person_to_look_at(opened: Opened, tmp_path: Path) -> None:
    home = hinted(tmp_path / "home", FOUND)
    app = opened(PAGE, of=home.path, id="fatal-1")
    assert [tab.label for tab in app.tabs] == ["发现", "步骤", "扣分", "信号", "大模型提示（仅供复核）"]
    shown = component(app, "hints")
    (card,) = shown["cards"]
    assert (card["title"], card["badge"], card["quote"], card["line"]) == (
        "曝光威胁",
        "仅供复核",
        [[FOUND.quote, False]],
        2,
    )
    assert dict(card["notes"])["原因"] == HOSTILE
    assert "不影响得分" in shown["sum"]
    assert "evil.example" not in markup(app)


def test_what_one_model_says_twice_is_shown_once(opened: Opened, tmp_path: Path) -> None:
    """Asked for everything, and for the category: two answers, one suspicion."""
    home = hinted(tmp_path / "home", FOUND)
    with Store(home) as store:
        (kept,) = store.annotations(store.stored_call("fatal-1"))
    with Ledger(home) as ledger, ledger.writing() as db:
        keep_annotation(db, replace(kept, reader="s", asked="threat_exposure"))
        keep_annotation(db, replace(kept, reader="t", model="another"))
    shown = component(opened(PAGE, of=home.path, id="fatal-1"), "hints")
    assert [dict(card["notes"])["模型"].split(" · ")[0] for card in shown["cards"]] == [HOSTILE, "another"]


def test_no_suspicion_is_said_to_be_no_verdict(opened: Opened, tmp_path: Path) -> None:
    app = opened(PAGE, of=hinted(tmp_path / "home").path, id="fatal-1")
    assert component(app, "hints")["empty"] == "大模型没有提出疑点，不等于没有违规。"


def test_where_no_model_was_asked_nothing_is_said_of_it(opened: Opened) -> None:
    assert [tab.label for tab in opened(PAGE, id="fatal-1").tabs] == ["发现", "步骤", "扣分", "信号"]


def test_hints_in_english(opened: Opened, tmp_path: Path) -> None:
    app = opened(PAGE, lang="en", of=hinted(tmp_path / "home", FOUND).path, id="fatal-1")
    assert app.tabs[4].label == "Large-model hints (review only)"
