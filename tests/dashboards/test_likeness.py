"""Beside a finding stands how people decided on words like its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.models import Finding
from auditor.reaudit import correct_line
from auditor.review.decisions import rule_on
from auditor.store.home import Home
from auditor.store.people import LOCAL, Person
from auditor.store.queries import Store
from dashboards import who
from tests.dashboards.conftest import Opened, component
from tests.packs import shipped
from tests.review.homes import NOON, judged


def account(store: Store, call_id: str) -> Finding:
    return next(f for f in store.call(call_id).shown.findings if f.category == "private_account")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two calls with the same words, of which the first was upheld."""
    pack = shipped()
    home = judged(tmp_path_factory.mktemp("judged") / "home", pack, "S02", "S13")
    with Store(home) as store:
        call = store.call("S13")
        finding = account(store, "S13")
        assert finding.utterance is not None
        said = call.call.utterances[finding.utterance].text
        rule_on(store, LOCAL, call, finding.finding_id, "upheld", seen=0, at=NOON, scoring=pack.scoring)
        other = store.call("S02")
        line = max(i for i, u in enumerate(other.call.utterances) if u.speaker == "agent")
        correct_line(store, LOCAL, other, line, said, seen=0, at=NOON, pack=pack, reader=None)
    return home.path


def notes(opened: Opened, desk: Path, call_id: str) -> list[str]:
    shown = component(opened("views/call.py", of=desk, id=call_id), "findings")["cards"]
    return [text for card in shown for label, text in card["notes"] if label == "相似"]


def test_a_finding_like_an_upheld_one_says_so_with_the_words_and_the_call(opened: Opened, desk: Path) -> None:
    with Store(Home.open(desk)) as store:
        quote = account(store, "S13").quote
    (note,) = notes(opened, desk, "S02")
    assert note == f"维持 1 处：“{quote}”维持（S13）"
    assert notes(opened, desk, "S13") == []


def test_who_does_not_review_is_not_told(opened: Opened, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(who, "LOCAL", Person("c", "教练", ("coach",)))
    assert notes(opened, desk, "S02") == []
