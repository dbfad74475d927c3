"""Taking calls from the queue: only who reviews, only what they may see, and never the same one twice."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auditor.errors import ConflictError, NotAllowedError, NotFoundError
from auditor.review.claims import give_back, take, take_next
from auditor.review.decisions import rule_on, sign_off
from auditor.review.roles import scope
from auditor.rules.pack import Pack
from auditor.store import claims
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import Person
from auditor.store.queries import Store
from auditor.store.queue import EVERYTHING, Moment
from tests.web.homes import filled

NOW = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
MOMENT = Moment(NOW, NOW, NOW)
LI = Person("li", "李", ("qa",))
WANG = Person("wang", "王", ("qa",), teams=("二组",))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return filled(tmp_path / "home")


def holder(home: Home, call_id: str, at: datetime) -> str | None:
    with Ledger(home) as ledger, ledger.reading() as db:
        found = claims.holding(db, call_id, at)
    return found.claimed_by if found else None


def test_a_decision_keeps_the_call_and_signing_off_gives_it_back(judged_home: Path, pack: Pack, tmp_path: Path) -> None:
    home = Home.open(shutil.copytree(judged_home, tmp_path / "judged"))
    with Store(home) as store:
        stored = store.call("S13")
        take(store, LI, "S13", NOW)
        later = NOW + timedelta(minutes=25)
        rule_on(
            store, LI, stored, stored.shown.findings[0].finding_id, "upheld", seen=0, at=later, scoring=pack.scoring
        )
        assert holder(home, "S13", NOW + timedelta(minutes=54)) == "li"
        assert holder(home, "S13", NOW + timedelta(minutes=55)) is None
        sign_off(store, LI, stored, seen=0, at=later, scoring=pack.scoring)
        assert holder(home, "S13", later) is None


def test_what_another_decides_does_not_end_a_claim(judged_home: Path, pack: Pack, tmp_path: Path) -> None:
    home = Home.open(shutil.copytree(judged_home, tmp_path / "judged"))
    with Store(home) as store:
        take(store, LI, "S13", NOW)
        sign_off(store, replace(WANG, teams=None), store.call("S13"), seen=0, at=NOW, scoring=pack.scoring)
        assert holder(home, "S13", NOW) == "li"


def test_one_takes_it_the_other_is_told(home: Home) -> None:
    with Store(home) as store:
        assert take(store, LI, "fatal-1", NOW).claimed_by == "li"
        with pytest.raises(ConflictError):
            take(store, replace(WANG, teams=None), "fatal-1", NOW)
        assert not give_back(store, WANG, "fatal-1", NOW)
        assert give_back(store, LI, "fatal-1", NOW)


def test_what_one_may_not_see_one_cannot_take(home: Home) -> None:
    with Store(home) as store:
        for call_id in ("fatal-1", "fatal", "no such call", ""):
            with pytest.raises(NotFoundError):
                take(store.within(scope(WANG)), WANG, call_id, NOW)


def test_only_reviewers_take_calls(home: Home) -> None:
    coach = replace(LI, roles=("coach",))
    with Store(home) as store:
        with pytest.raises(NotAllowedError):
            take(store, coach, "fatal-1", NOW)
        with pytest.raises(NotAllowedError):
            take_next(store, coach, EVERYTHING, MOMENT)


def test_the_queue_is_worked_off_call_by_call(home: Home) -> None:
    with Store(home) as store:
        assert take_next(store, LI, EVERYTHING, MOMENT) == "fatal-1"
        assert take_next(store, replace(WANG, teams=None), EVERYTHING, MOMENT) == "text 2/甲"
        assert take_next(store, LI, EVERYTHING, MOMENT, after="fatal-1") == "mute-4"
        assert take_next(store, LI, EVERYTHING, MOMENT, after="mute-4") is None
        later = replace(MOMENT, now=NOW + timedelta(minutes=31))
        assert take_next(store, LI, EVERYTHING, later, after="mute-4") == "fatal-1"


def test_many_who_ask_at_once_get_different_calls(home: Home) -> None:
    got: list[str | None] = []
    start = threading.Barrier(4)

    def ask(name: str) -> None:
        with Store(home) as store:
            start.wait()
            got.append(take_next(store, replace(LI, name=name), EVERYTHING, MOMENT))

    threads = [threading.Thread(target=ask, args=(f"p{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got, key=str) == sorted(["fatal-1", "text 2/甲", "mute-4", None], key=str)
