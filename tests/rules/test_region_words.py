"""words/name.TW.txt: what a list has besides where a call is judged by that region's norms."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import PackError
from auditor.models import Call, Metadata, Region, Utterance
from auditor.pipeline import audit_call
from auditor.rules.pack import Pack, load_pack
from auditor.store.home import Home
from tests.rules.packs import bank, loaded, rule

FILES = {
    **rule('any:\n  - phrase: ["@mine"]', head="region: [CN, TW]\n"),
    "words/mine.txt": "无赖\n",
    "words/mine.TW.txt": "奧客  # 台湾的说法\n",
}


def fired(pack: Pack, line: str, region: Region | None) -> bool:
    """Whether the rule finds the line in a call of that region."""
    call = Call("one", Metadata(region=region), (Utterance("agent", 0, 3, line),))
    return "own" in {f.rule_id for f in audit_call(call, pack).findings}


@pytest.mark.parametrize(
    ("line", "region", "found"),
    [("你个奧客", "TW", True), ("你个奧客", "CN", False), ("你个奧客", None, False), ("你个无赖", "TW", True)],
)
def test_the_words_count_where_the_region_is_theirs(tmp_path: Path, line: str, region: Region, found: bool) -> None:
    """The list's other words count everywhere; a call without a region is judged by the pack's default."""
    assert fired(loaded(tmp_path, FILES), line, region) is found


def test_the_result_names_the_same_pack(tmp_path: Path) -> None:
    """Words of a region are part of the pack, not another pack."""
    pack = loaded(tmp_path, FILES)
    assert pack.of("TW").id == pack.id
    assert pack.of("HK") is pack


def test_a_pack_over_it_adds_words_of_its_own(tmp_path: Path) -> None:
    """words/name.TW.add.txt comes after the base's."""
    bank(tmp_path, FILES)
    about = "name: branch\nversion: 1.0.0\ntitle: 分行\nextends: ../bank\n"
    (tmp_path / "branch" / "words").mkdir(parents=True)
    (tmp_path / "branch" / "pack.yaml").write_text(about, encoding="utf-8")
    (tmp_path / "branch" / "words" / "mine.TW.add.txt").write_text("澳洲來的\n", encoding="utf-8")
    branch = load_pack(tmp_path / "branch")
    assert fired(branch, "你个奧客", "TW")
    assert fired(branch, "澳洲來的客人", "TW")
    assert not fired(branch, "澳洲來的客人", "CN")


def test_the_archive_is_the_same_pack(tmp_path: Path) -> None:
    """What a run archives has the region's words too."""
    pack = loaded(tmp_path, FILES)
    again = load_pack(Home.open(tmp_path / "home").archive_pack(pack.hash, pack.files))
    assert again == pack
    assert fired(again, "你个奧客", "TW")


@pytest.mark.parametrize(
    ("name", "about"),
    [("words/mien.TW.txt", "是不是 mine？"), ("words/dictionary.TW.txt", "不分地区")],
)
def test_words_that_belong_to_no_list_are_a_problem(tmp_path: Path, name: str, about: str) -> None:
    """Nobody would ever ask for them."""
    with pytest.raises(PackError) as caught:
        loaded(tmp_path, {**FILES, name: "好\n"})
    (found,) = caught.value.problems
    assert found.file == name
    assert about in found.message


def test_an_example_is_run_where_its_region_is(tmp_path: Path) -> None:
    """A rule's example may say its region in metadata."""
    from auditor.evaluation.examples import run_owner

    examples = "{hit: [{metadata: {region: TW}, turns: [{agent: 你个奧客}]}], clean: [你个奧客]}"
    files = {**FILES, **rule('any:\n  - phrase: ["@mine"]', examples=examples)}
    pack = loaded(tmp_path, files)
    own = next(r for r in pack.rules if r.id == "own")
    assert [o.right for o in run_owner(pack, own)] == [True, True]
