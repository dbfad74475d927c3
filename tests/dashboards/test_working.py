"""On a call's page that came from the queue: the call is kept, and the next one is a key away."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from auditor.review.due import WORKPLACE
from auditor.store import claims
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from tests.web.homes import filled

SCRIPT = """
from datetime import datetime
import streamlit as st
from auditor.review.due import WORKPLACE
from dashboards import data
from dashboards.components.working import onward
from dashboards.who import me
onward(data.store(), me(), st.query_params["id"], datetime.now(WORKPLACE), signed="signed" in st.query_params)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return filled(tmp_path / "home")


def page(home: Home, call_id: str, **query: str) -> AppTest:
    app = AppTest.from_string(SCRIPT, default_timeout=30)
    app.secrets["auditor"] = {"home": str(home.path)}
    for key, value in {"id": call_id, **query}.items():
        app.query_params[key] = value
    return app.run()


def held(home: Home) -> dict[str, str]:
    with Ledger(home) as ledger, ledger.reading() as db:
        return {c.call_id: c.claimed_by for c in claims.running(db, datetime.now(WORKPLACE))}


def test_looking_at_a_call_keeps_it(home: Home) -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        claims.claim(db, "fatal-1", "local", datetime.now(WORKPLACE) - timedelta(minutes=29))
    assert not page(home, "fatal-1").warning
    with Ledger(home) as ledger, ledger.reading() as db:
        assert claims.holding(db, "fatal-1", datetime.now(WORKPLACE) + timedelta(minutes=28)) is not None


def test_who_lost_the_call_is_told_and_takes_nothing_back(home: Home) -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        claims.claim(db, "fatal-1", "li", datetime.now(WORKPLACE))
    assert page(home, "fatal-1").warning[0].value.startswith("这一通正由别人处理")
    assert held(home) == {"fatal-1": "li"}


def test_the_next_call_is_taken(home: Home) -> None:
    app = page(home, "fatal-1")
    app.button(key="next").click().run()
    assert held(home) == {"fatal-1": "local", "text 2/甲": "local"}


def test_a_call_that_is_signed_off_is_not_taken_again(home: Home) -> None:
    page(home, "fatal-1", signed="yes")
    assert held(home) == {}
