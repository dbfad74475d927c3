"""People who appeal and who answer, and pages opened as one of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

import pytest
from streamlit.testing.v1 import AppTest

import dashboards.who
from auditor.models import Finding
from auditor.rules.pack import Pack
from auditor.store import appeals
from auditor.store.answers import StoredCall
from auditor.store.appeals import Appeal
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import Person, keep
from auditor.store.queries import Store
from tests.dashboards.conftest import Opened

AGENT = Person("wu", "吳佩君", ("agent",), agent_id="T301")
OTHER = Person("he", "何静", ("agent",), agent_id="K103")
REVIEWER = Person("liu", "刘质检", ("qa",))
ARBITER = Person("zhao", "赵仲裁", ("compliance",))
ELSEWHERE = Person("sun", "孙质检", ("qa",), teams=("一组",))
CALL = "S13"
NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
As: TypeAlias = Callable[..., AppTest]


def pages_as(opened: Opened, home: Home, monkeypatch: pytest.MonkeyPatch) -> As:
    """Opens a page of the home as somebody, who is then the one who looks until the next page is opened."""
    with Ledger(home) as ledger, ledger.writing() as db:
        for each in (AGENT, OTHER, REVIEWER, ARBITER, ELSEWHERE):
            keep(db, each, "admin", NOON)

    def open_as(who: Person, page: str = "app.py", lang: str = "zh", **query: str) -> AppTest:
        look_as(monkeypatch, who)
        return opened(page, lang=lang, of=home.path, **query)

    return open_as


def look_as(monkeypatch: pytest.MonkeyPatch, who: Person) -> None:
    """From now on this person looks."""
    monkeypatch.setattr(dashboards.who, "LOCAL", who)


def wrong(store: Store) -> tuple[StoredCall, Finding]:
    """The call that is appealed against, and the finding in it."""
    stored = store.call(CALL)
    return stored, next(f for f in stored.shown.findings if f.category == "private_account")


def appealed(home: Home, pack: Pack, text: str = "这是对公账户", at: datetime = NOON) -> Appeal:
    """An appeal against the finding."""
    from auditor.review.appeals import lodge

    with Store(home) as store:
        stored, finding = wrong(store)
        return lodge(store, AGENT, stored, finding.finding_id, text, at=at, scoring=pack.scoring)


def kept(home: Home) -> list[Appeal]:
    """The appeals about the call."""
    with Ledger(home) as ledger, ledger.reading() as db:
        return appeals.of_call(db, CALL)
