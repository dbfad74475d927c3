"""A past verdict is repeated byte for byte, or what differs is told."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.errors import NotFoundError
from auditor.reaudit import correct_line
from auditor.replay import reader_of, replay, replay_stored
from auditor.rules.pack import Pack
from auditor.store.home import Home
from auditor.store.people import LOCAL
from auditor.store.queries import Store
from tests.cli.program import auditor
from tests.packs import shipped
from tests.review.homes import NOON, judged

CALLS = ("S02", "S09", "S13")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return shipped()


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Path:
    return judged(tmp_path_factory.mktemp("judged") / "home", pack, *CALLS).path


@pytest.fixture
def home(once: Path, tmp_path: Path) -> Home:
    return Home.open(shutil.copytree(once, tmp_path / "home"))


def test_every_stored_call_comes_out_the_same_also_corrected_ones(home: Home, pack: Pack) -> None:
    with Store(home) as store:
        correct_line(store, LOCAL, store.call("S13"), 12, "好的。", seen=0, at=NOON, pack=pack, reader=None)
        assert all(replay_stored(store, call_id, {}).same for call_id in CALLS)


def test_what_was_altered_is_named(home: Home, pack: Pack) -> None:
    with Store(home) as store:
        stored = store.call("S13")
    first, *rest = stored.audit.findings
    forged = replace(stored.audit, findings=(replace(first, severity="minor"), *rest))
    done = replay(stored.call, forged, pack, None)
    assert not done.same
    assert [(d.where, d.recorded, d.replayed) for d in done.differences] == [
        ("findings[0].severity", '"minor"', f'"{first.severity}"')
    ]


def test_a_verdict_by_a_reader_that_is_gone_says_so(home: Home) -> None:
    assert reader_of(home, "") is None
    with pytest.raises(NotFoundError, match="第二读者"):
        reader_of(home, "0" * 16)


def test_the_command_proves_it_and_names_what_it_cannot_replay(home: Home) -> None:
    said = auditor("replay", "S02", "--home", home.path)
    assert (said.code, "相同" in said.out, "sha256" in said.out) == (0, True, True)
    assert "重放 3 通：相同 3，不同 0，重放不了 0" in auditor("replay", "--all", "--home", home.path).out
    for folder in home.packs.iterdir():
        shutil.rmtree(folder)
    said = auditor("replay", "S02", "--home", home.path)
    assert said.code == 1
    assert "规则包" in said.err
    assert auditor("replay", "--home", home.path).code == 2
