"""``auditor reader``: what it says where there is nothing to learn from, and which reader is in use."""

from __future__ import annotations

from pathlib import Path

from auditor.reader.shipped import SHIPPED
from auditor.reader.weights import read_weights
from auditor.store import readers
from auditor.store.home import Home
from tests.cli.program import auditor


def test_training_without_decisions_says_what_is_missing_and_changes_nothing(home: Home) -> None:
    said = auditor("reader", "train", "--from-store", "--home", home.path)
    assert said.code == 2
    assert "再复核一些通话" in said.err
    assert auditor("reader", "train", "--home", home.path).code == 2
    assert auditor("reader", "list", "--home", home.path).out.splitlines() == ["→ builtin　随程序发布"]


def test_the_list_marks_the_reader_in_use(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    own = read_weights(SHIPPED.read_bytes(), "own").fingerprint
    readers.keep(home, own, SHIPPED.read_bytes())
    assert auditor("reader", "use", own, "--home", home.path).code == 0
    assert f"→ {own}" in auditor("reader", "list", "--home", home.path).out
    assert auditor("reader", "use", "builtin", "--home", home.path).code == 0
    assert "→ builtin" in auditor("reader", "list", "--home", home.path).out
    missing = auditor("reader", "use", "0123456789abcdef", "--home", home.path)
    assert missing.code != 0
    assert "auditor reader list" in missing.err
