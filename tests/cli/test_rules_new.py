"""``auditor rules new``: a rule by question and answer, or all by options."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.models import CATEGORIES
from auditor.rules.categories import ABOUT
from auditor.rules.layers import builtin_folder
from tests.cli.program import auditor, environment
from tests.rules.packs import bank

ANSWERS = (
    "--category", "visit_threat", "--severity", "major", "--id", "visit-with-dog", "--word", "带着狗去", "--word", "牵条狗去",
    "--message", "坐席扬言带狗上门。可改说：外访会先与您约定。", "--hit", "明天牵条狗去找你", "--clean", "您家的狗真可爱",
)  # fmt: skip
FILE = "violations/visit_threat/visit-with-dog.yaml"


def test_a_rule_is_written_and_works_at_once(tmp_path: Path) -> None:
    """The file loads, its examples are run, and its author is told how to go on."""
    where = bank(tmp_path, {})
    said = auditor("rules", "new", "--folder", where, *ANSWERS)
    assert (said.code, said.err) == (0, "")
    assert "✓ 应该命中：明天牵条狗去找你" in said.out
    assert "✓ 不该命中：您家的狗真可爱" in said.out
    assert "auditor rules test" in said.out
    assert "status: experimental" in (where / FILE).read_text(encoding="utf-8")
    assert "visit-with-dog" in auditor("rules", "try", "我牵条狗去", "--pack", where).out


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    """Neither a rule of the same id, nor a file of the same name that holds none."""
    where = bank(tmp_path, {})
    assert auditor("rules", "new", "--folder", where, *ANSWERS).code == 0
    before = (where / FILE).read_bytes()
    again = auditor("rules", "new", "--folder", where, *ANSWERS)
    assert again.code == 2
    assert "已经用过" in again.err
    assert (where / FILE).read_bytes() == before


@pytest.mark.parametrize("word", ["a: b", "- 上门", "{上门}", "'上门", "上门 # 好", "yes", "@上门"])
def test_hostile_words_are_written_as_words(tmp_path: Path, word: str) -> None:
    """What means something to YAML is quoted; a word list that is not there is refused before anything is written."""
    where = bank(tmp_path, {})
    said = auditor("rules", "new", "--folder", where, *ANSWERS, "--word", word)
    assert said.code == (2 if word.startswith("@") else 0)
    assert (where / FILE).exists() is not word.startswith("@")


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (("--category", "visit_treat"), "是不是 visit_threat？"),
        (("--id", "Visit Dog"), "写法不对"),
        (("--message", "坏"), "4 到 400 个字"),
        (("--id", "../../evil"), "写法不对"),
        (("--id", "visit-door"), "已经用过"),
        (("--cite", "CBA2026-ban"), "是不是 CBA2026-ban-2？"),
    ],
)
def test_an_answer_that_makes_no_rule_writes_nothing(tmp_path: Path, change: tuple[str, str], about: str) -> None:
    where = bank(tmp_path, {})
    before = sorted(p for p in tmp_path.rglob("*"))
    said = auditor("rules", "new", "--folder", where, *ANSWERS, *change)
    assert said.code == 2
    assert about in said.err
    assert sorted(p for p in tmp_path.rglob("*")) == before


def test_the_built_in_pack_is_left_alone_and_the_way_out_shown(tmp_path: Path) -> None:
    """An upgrade would overwrite what is written there; a folder that is no pack is told the same."""
    for folder in (builtin_folder() / "collections-zh", tmp_path):
        said = auditor("rules", "new", "--folder", folder, *ANSWERS)
        assert said.code == 2
        assert "extends: collections-zh" in said.err
    assert not (builtin_folder() / "collections-zh" / FILE).exists()
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_a_missing_answer_is_named(tmp_path: Path) -> None:
    said = auditor("rules", "new", "--folder", bank(tmp_path, {}), *ANSWERS[2:])
    assert said.code == 2
    assert "缺少 --category" in said.err


def test_on_a_terminal_it_asks(tmp_path: Path) -> None:
    """Folder, category by number (asked again after nonsense), severity by its default, words, text, examples, id."""
    where = bank(tmp_path, {})
    leader, follower = pty.openpty()
    answers = [str(where), "上门", str(CATEGORIES.index("visit_threat") + 1), "", "带着狗去、牵条狗去", "坐席扬言带狗上门。可改说：先约定。",
               "明天牵条狗去找你|我带着狗去", "您家的狗真可爱", "visit-with-dog"]  # fmt: skip
    os.write(leader, "".join(f"{a}\n" for a in answers).encode())
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "rules", "new"], stdin=follower, capture_output=True, text=True, check=False,
        timeout=120, env=environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "人身威胁" in done.stdout
    assert "没有类别 上门" in done.stderr
    text = (where / FILE).read_text(encoding="utf-8")
    assert "phrase: [带着狗去, 牵条狗去]" in text
    assert "- 我带着狗去" in text


def test_every_category_is_explained() -> None:
    """Who chooses one reads one sentence on each."""
    assert list(ABOUT) == list(CATEGORIES)
