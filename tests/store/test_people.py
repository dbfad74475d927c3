"""People and their sessions in the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from auditor.errors import NotFoundError, UsageError
from auditor.store import sessions
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import Person, keep, keep_password, password_hash, people, person, with_password
from auditor.store.sessions import Limits

if TYPE_CHECKING:
    import sqlite3

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
ADMIN = Person("boss", "王丽", ("admin",))
REVIEWER = Person("zhang.san", "张三", ("qa",), ("一组",))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with Ledger(Home.open(tmp_path / "home")) as ledger, ledger.writing() as db:
        yield db


def events(db: sqlite3.Connection) -> list[tuple[str, dict[str, object]]]:
    return [(kind, json.loads(body)) for kind, body in db.execute("SELECT kind, body FROM events ORDER BY seq")]


def begin(db: sqlite3.Connection, name: str, at: datetime = NOW) -> str:
    return sessions.begin(db, name, at, means="password", address="10.0.0.9")


def test_what_is_put_down_comes_back(db: sqlite3.Connection) -> None:
    keep(db, ADMIN, "local", NOW)
    keep(db, REVIEWER, "boss", NOW)
    assert people(db) == [ADMIN, REVIEWER]
    with pytest.raises(NotFoundError):
        person(db, "nobody")


@pytest.mark.parametrize("name", ["", "local", "张三", "a b", "a\nb", "-x", "x" * 81, "<b>"])
def test_a_name_that_no_header_or_page_could_carry_is_refused(db: sqlite3.Connection, name: str) -> None:
    with pytest.raises(UsageError, match="登录名"):
        keep(db, replace(REVIEWER, name=name), "local", NOW)


def test_somebody_can_always_manage_people(db: sqlite3.Connection) -> None:
    keep(db, ADMIN, "local", NOW)
    for after in (replace(ADMIN, active=False), replace(ADMIN, roles=("qa",))):
        with pytest.raises(UsageError, match="最后一位"):
            keep(db, after, "local", NOW)


def test_a_session_lasts_while_it_is_used_and_never_longer_than_it_may(db: sqlite3.Connection) -> None:
    limits = Limits(idle=timedelta(minutes=30), longest=timedelta(hours=8))
    token = sessions.begin(db, "zhang.san", NOW, means="password", address="", limits=limits)
    at = NOW
    while at < NOW + timedelta(hours=8):
        assert sessions.session(db, token, at, limits) is not None
        sessions.use(db, token, at)
        at += timedelta(minutes=20)
    assert sessions.session(db, token, at, limits) is None


def test_a_session_left_alone_ends(db: sqlite3.Connection) -> None:
    token = begin(db, "zhang.san")
    limits = sessions.LIMITS
    assert sessions.session(db, token, NOW + limits.idle - timedelta(seconds=1)) is not None
    assert sessions.session(db, token, NOW + limits.idle) is None


def test_the_ledger_does_not_hold_what_a_thief_could_use(db: sqlite3.Connection) -> None:
    token = begin(db, "zhang.san")
    kept = "".join(str(row) for table in ("sessions", "events") for row in db.execute(f"SELECT * FROM {table}"))
    assert token not in kept
    assert sessions.session(db, "", NOW) is None


def test_logging_out_ends_this_session_only(db: sqlite3.Connection) -> None:
    here, there = begin(db, "zhang.san"), begin(db, "zhang.san")
    sessions.end(db, here, NOW)
    sessions.end(db, here, NOW)
    assert sessions.session(db, here, NOW) is None
    assert sessions.session(db, there, NOW) is not None
    assert [kind for kind, _ in events(db)] == ["logged_in", "logged_in", "logged_out"]


def test_a_new_password_or_leaving_ends_every_session_of_that_person(db: sqlite3.Connection) -> None:
    keep(db, ADMIN, "local", NOW)
    keep(db, REVIEWER, "boss", NOW)
    boss, first = begin(db, "boss"), begin(db, "zhang.san")
    keep_password(db, "zhang.san", "$hash", "boss", NOW)
    second = begin(db, "zhang.san")
    keep(db, replace(REVIEWER, active=False), "boss", NOW)
    assert [sessions.session(db, token, NOW) is None for token in (first, second, boss)] == [True, True, False]
    assert password_hash(db, "zhang.san") is None
    assert with_password(db) == frozenset()
    assert "$hash" not in str(events(db))
