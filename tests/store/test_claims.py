"""Two reviewers never work on the same call, whatever they do at the same moment."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from auditor.errors import ConflictError
from auditor.store import claims
from auditor.store.home import Home
from auditor.store.ledger import Ledger, verify_chain

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RACE = """
import sys
from datetime import UTC, datetime
from auditor.errors import ConflictError
from auditor.store import claims
from auditor.store.home import Home
from auditor.store.ledger import Ledger
who = sys.argv[2]
with Ledger(Home.open(sys.argv[1])) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(20):
        try:
            with ledger.writing() as db:
                claims.claim(db, f"call-{n}", who, datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
            print(n)
        except ConflictError:
            pass
"""


def take(home: Home, call_id: str, who: str, at: datetime = NOW) -> claims.Claim:
    with Ledger(home) as ledger, ledger.writing() as db:
        return claims.claim(db, call_id, who, at)


def events(home: Home) -> list[tuple[str, dict[str, str]]]:
    with Ledger(home) as ledger, ledger.reading() as db:
        assert verify_chain(db) is None
        rows = db.execute("SELECT kind, body FROM events ORDER BY seq").fetchall()
    return [(kind, json.loads(body)) for kind, body in rows]


def test_of_three_at_once_exactly_one_gets_each_call(home: Home) -> None:
    with Ledger(home):
        pass
    people = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(home.path), who], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for who in ("甲", "乙", "丙")
    ]
    for each in people:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in people:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    got = [sorted(map(int, each.communicate(timeout=60)[0].split())) for each in people]
    assert sorted(n for one in got for n in one) == list(range(20))
    with Ledger(home) as ledger, ledger.reading() as db:
        holders = {c.call_id: c.claimed_by for c in claims.running(db, NOW)}
    assert {f"call-{n}": who for who, one in zip(("甲", "乙", "丙"), got, strict=True) for n in one} == holders
    assert [kind for kind, _ in events(home)] == ["claimed"] * 20


def test_a_colleague_is_told_and_nothing_changes(home: Home) -> None:
    mine = take(home, "A", "甲")
    with pytest.raises(ConflictError, match="正由别人处理"):
        take(home, "A", "乙", NOW + timedelta(minutes=29))
    with Ledger(home) as ledger, ledger.reading() as db:
        assert claims.holding(db, "A", NOW + timedelta(minutes=29)) == mine


def test_working_on_renews_and_is_no_new_event(home: Home) -> None:
    take(home, "A", "甲")
    again = take(home, "A", "甲", NOW + timedelta(minutes=20))
    assert (again.claimed_at, again.claimed_until) == (NOW, NOW + timedelta(minutes=50))
    with pytest.raises(ConflictError):
        take(home, "A", "乙", NOW + timedelta(minutes=49))
    assert events(home) == [("claimed", {"call_id": "A", "by": "甲"})]


def test_after_half_an_hour_another_takes_over(home: Home) -> None:
    take(home, "A", "甲")
    later = NOW + claims.LEASE
    with Ledger(home) as ledger, ledger.reading() as db:
        assert claims.holding(db, "A", later) is None
        assert claims.running(db, later) == []
    assert take(home, "A", "乙", later).claimed_by == "乙"
    with pytest.raises(ConflictError):
        take(home, "A", "甲", later)
    assert events(home)[1] == ("claimed", {"call_id": "A", "by": "乙", "lapsed_from": "甲"})


def test_only_the_holder_gives_back(home: Home) -> None:
    take(home, "A", "甲")
    with Ledger(home) as ledger, ledger.writing() as db:
        assert not claims.release(db, "A", "乙", NOW)
        assert claims.release(db, "A", "甲", NOW)
        assert not claims.release(db, "A", "甲", NOW)
        assert claims.running(db, NOW) == []
    take(home, "A", "乙")
    assert [kind for kind, _ in events(home)] == ["claimed", "released", "claimed"]
