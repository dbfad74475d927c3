"""A corrected line: the call is judged by what was said, what was heard is kept, and later runs know of it."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from auditor.errors import ConflictError, UsageError
from auditor.reaudit import correct_line
from auditor.review.decisions import rule_on
from auditor.rules.pack import Pack
from auditor.store import decisions
from auditor.store.answers import Filters
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import LOCAL
from auditor.store.queries import Store
from tests.packs import shipped
from tests.review.homes import NOON, again, judged


@pytest.fixture(scope="module")
def pack() -> Pack:
    return shipped()


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Path:
    return judged(tmp_path_factory.mktemp("judged") / "home", pack, "S09", "S13").path


@pytest.fixture
def home(once: Path, tmp_path: Path) -> Home:
    return Home.open(shutil.copytree(once, tmp_path / "home"))


def test_a_corrected_line_is_judged_again_and_what_was_heard_is_kept(home: Home, pack: Pack) -> None:
    with Store(home) as store:
        before = store.call("S13")
        heard = before.call.utterances[12].text
        after = correct_line(
            store, LOCAL, before, 12, "请您通过官方渠道还到信用卡本账户。", seen=0, at=NOON, pack=pack, reader=None
        )
        assert "private_account" not in {f.category for f in after.shown.findings}
        assert after.call.utterances[12].text == "请您通过官方渠道还到信用卡本账户。"
        assert after.entry.result != before.entry.result
        with Ledger(home) as ledger, ledger.reading() as db:
            kept = decisions.standing(db, "S13")["line", "12"]
        assert kept.body["original"]["text"] == heard
        back = correct_line(store, LOCAL, after, 12, None, seen=1, at=NOON, pack=pack, reader=None)
        assert back.audit == before.audit
        assert back.call.utterances == before.call.utterances


def test_a_later_run_keeps_the_correction(home: Home, pack: Pack) -> None:
    with Store(home) as store:
        before = store.call("S13")
        after = correct_line(store, LOCAL, before, 12, "好的，谢谢您。", seen=0, at=NOON, pack=pack, reader=None)
        assert again(home, pack, "S09", "S13").unchanged == ("S09", "S13")
        assert store.call("S13").entry == after.entry


def worth(store: Store) -> Decimal | None:
    """What the call is worth in lists, after decisions."""
    (row,) = store.calls(order="newest", limit=1, filters=Filters(agents=("T301",)))
    return row.score


def test_a_decision_stays_attached_when_another_line_is_corrected(home: Home, pack: Pack) -> None:
    with Store(home) as store:
        before = store.call("S13")
        wrong = next(f for f in before.shown.findings if f.category == "private_account")
        rule_on(
            store, LOCAL, before, wrong.finding_id, "overturned", seen=0, at=NOON, scoring=pack.scoring, reason="误"
        )
        assert worth(store) == Decimal("100.00")
        correct_line(store, LOCAL, before, 14, "我再说一遍。", seen=0, at=NOON, pack=pack, reader=None)
        assert worth(store) == Decimal("100.00")
        with Ledger(home) as ledger, ledger.reading() as db:
            assert decisions.outdated(db) == []
            card = db.execute("SELECT card FROM effective WHERE call_id = 'S13'").fetchall()
        assert '"score":"100.00"' in card[0][0]


def test_a_colleagues_correction_is_not_overwritten(home: Home, pack: Pack) -> None:
    with Store(home) as store:
        before = store.call("S13")
        after = correct_line(store, LOCAL, before, 14, "好的。", seen=0, at=NOON, pack=pack, reader=None)
        with pytest.raises(ConflictError):
            correct_line(store, LOCAL, before, 14, "再见。", seen=0, at=NOON, pack=pack, reader=None)
        assert store.call("S13").entry == after.entry


@pytest.mark.parametrize("text", ["", "  ", "长" * 2_001])
def test_an_empty_or_endless_line_is_refused(home: Home, pack: Pack, text: str) -> None:
    with Store(home) as store, pytest.raises(UsageError, match="2000"):
        correct_line(store, LOCAL, store.call("S13"), 14, text, seen=0, at=NOON, pack=pack, reader=None)
