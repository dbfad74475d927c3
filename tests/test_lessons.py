"""What reviewers' decisions teach: only what they decided, calls never split, and a worse reader never takes the place of a better."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.errors import ModelError, NotFoundError, UsageError
from auditor.lessons import Lessons, Outcome, Trial, learn, lessons, reader_in_use, trial
from auditor.reader.shipped import SHIPPED, open_reader
from auditor.reader.train import Sample, line_of
from auditor.reader.weights import read_weights
from auditor.review.decisions import add_finding, rule_on, sign_off
from auditor.rules.pack import Pack
from auditor.store import readers
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import LOCAL
from auditor.store.queries import Store
from tests.packs import shipped
from tests.review.homes import NOON, judged


@pytest.fixture(scope="module")
def pack() -> Pack:
    return shipped()


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Path:
    return judged(tmp_path_factory.mktemp("judged") / "home", pack, "S02", "S13").path


@pytest.fixture
def home(once: Path, tmp_path: Path) -> Home:
    return Home.open(shutil.copytree(once, tmp_path / "home"))


def taught(home: Home, pack: Pack) -> list[Sample]:
    with Store(home) as store:
        found = lessons(store, pack)
    return [*found.learn, *found.judge]


def test_nothing_decided_teaches_nothing(home: Home, pack: Pack) -> None:
    assert taught(home, pack) == []


def test_upheld_and_added_lines_are_breaches_and_overturned_ones_innocent(home: Home, pack: Pack) -> None:
    with Store(home) as store:
        call = store.call("S13")
        money, rude = (
            next(f for f in call.shown.findings if f.category == c) for c in ("private_account", "insult")
        )  # fmt: skip
        rule_on(store, LOCAL, call, money.finding_id, "upheld", seen=0, at=NOON, scoring=pack.scoring)
        rule_on(store, LOCAL, call, rude.finding_id, "overturned", seen=0, at=NOON, scoring=pack.scoring, reason="不是")
        add_finding(
            store, LOCAL, call, category="service_attitude", severity="minor", utterance=0, span=(0, 2), why="语气",
            at=NOON, scoring=pack.scoring,
        )  # fmt: skip
    found = {s.line.text: (s.categories, s.severity) for s in taught(home, pack)}
    assert sorted(found.values()) == [
        ((), None), (("private_account",), "critical"), (("service_attitude",), "minor"),
    ]  # fmt: skip


def test_a_signed_call_teaches_also_what_nobody_objected_to(home: Home, pack: Pack) -> None:
    with Store(home) as store:
        call = store.call("S02")
        sign_off(store, LOCAL, call, seen=0, at=NOON, scoring=pack.scoring)
    found = taught(home, pack)
    assert len(found) == sum(t.speaker == "agent" for t in call.call.utterances)
    assert {s.categories for s in found} == {()}
    assert {s.family for s in found} == {"S02"}


def test_too_few_decisions_are_refused_with_what_to_do() -> None:
    base = open_reader()
    assert base is not None
    with pytest.raises(UsageError, match="再复核一些"):
        learn(Lessons((), (), 0), base, {})


@pytest.mark.parametrize(
    ("found", "suspected", "better"),
    [(50, 1, True), (50, 2, True), (50, 3, False), (40, 0, True), (40, 1, False), (39, 0, False)],
)
def test_only_a_better_reader_takes_the_place(found: int, suspected: int, better: bool) -> None:
    """The old one finds 40 of 60 and suspects 1 of 200 innocent lines; one in a hundred is always allowed."""
    base = open_reader()
    assert base is not None
    assert Outcome(b"", base, Trial(60, found, 200, suspected), Trial(60, 40, 200, 1)).better is better


def test_the_shipped_reader_is_judged_as_it_reads() -> None:
    base = open_reader()
    assert base is not None
    lines = [
        Sample(line_of("再不还钱就等着被打断腿"), ("threat_violence",), "a"),
        Sample(line_of("请问您方便还款吗"), (), "b"),
    ]
    assert trial(lines, base) == Trial(1, 1, 1, 0)


def test_the_homes_own_reader_is_used_once_it_is_chosen(home: Home) -> None:
    own = read_weights(SHIPPED.read_bytes(), "x")
    assert reader_in_use(home) == own
    readers.keep(home, own.fingerprint, SHIPPED.read_bytes())
    readers.use(home, own.fingerprint, "甲", NOON)
    used = readers.in_use(home)
    assert used is not None
    assert used.read_bytes() == SHIPPED.read_bytes()
    with pytest.raises(NotFoundError):
        readers.use(home, "../../etc/passwd", "甲", NOON)
    used.write_bytes(b"broken")
    with pytest.raises(ModelError):
        reader_in_use(home)
    readers.use(home, "builtin", "甲", NOON)
    assert reader_in_use(home) == replace(own)
    with Ledger(home) as ledger, ledger.reading() as db:
        kinds = [k for (k,) in db.execute("SELECT kind FROM events WHERE kind = 'reader_chosen'").fetchall()]
    assert len(kinds) == 2
