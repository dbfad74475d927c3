"""Warnings: what loads but was probably not meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.rules.lint import warnings
from auditor.rules.pack import load_pack
from tests.rules.packs import FROZEN, bank, loaded, rule

CALM = "any:\n  - phrase: [无赖]"


@pytest.mark.parametrize(
    ("body", "line", "about"),
    [
        ("any:\n  - phrase: [无赖, 老无赖]", 6, "老无赖（有“无赖”）"),
        ("any:\n  - phrase: [无赖, 無賴]", 6, "无赖（写了两次）"),
        ("any:\n  - phrase: [无赖]\n  - near: {all: [[老无赖, 真无赖], [欠债]], within: 5}", 7, "第 1 项更宽"),
        ("any:\n  - phrase: [老无赖]\n  - phrase: [无赖]", 6, "第 2 项更宽"),
        ("any:\n  - phrase: [无赖]\n  - all: [{phrase: [真无赖]}, {regex: '欠.钱'}]", 7, "第 1 项更宽"),
        ("any:\n  - phrase: [无赖, 泼皮]\nnot:\n  - phrase: [泼]", 6, "永远不会命中，被 not 里的词排除了：泼皮（有“泼”）"),
        ("any:\n  - near: {all: [[你这], [无赖, 泼皮]], within: 3}\nnot:\n  - phrase: [泼皮]", 6, "泼皮"),
        ("any:\n  - near: {all: [[你, 无赖], [无赖]], within: 3}", 6, "同一个词要说两遍才算"),
        (f"{CALM}\nafter: [closing]\nbefore: [closing]", 7, "既在 closing 之后又在 closing 之前"),
        ("all:\n  - metadata: {agreed_plan: true}\nunless: [negated]", 7, "unless 不起作用"),
        ("all:\n  - metadata: {agreed_plan: true}\nwithin: {first_turns: 3}", 7, "within 不起作用"),
        (f"{CALM}\n  - metadata: {{days_overdue: {{min: 9, max: 3}}}}", 7, "min 大于 max"),
        (f"{CALM}\n  - signal: {{agent_longest_raised_voice: {{min: 2}}}}", 7, "不足以确认违规"),
        ("region: [CN]\nall:\n  - phrase: [无赖]\n  - metadata: {region: TW}", 8, "对不上"),
        (f"{CALM}\nregion: [TW]\ncites: [CBA2026-ban-2]", 8, "只在 CN 有效"),
    ],
)  # fmt: skip
def test_what_can_never_matter_is_told_with_its_line(tmp_path: Path, body: str, line: int, about: str) -> None:
    """Each is a warning at the line where it stands; the pack still loads."""
    (found,) = warnings(loaded(tmp_path, rule(body)))
    assert (found.file, found.line) == ("violations/insult/own.yaml", line)
    assert about in found.message


def test_a_longer_phrase_that_its_context_needs_is_not_needless(tmp_path: Path) -> None:
    """不是无赖才怪 is a hit that 无赖 alone, being negated, is not."""
    files = rule("any:\n  - phrase: [无赖, 不是无赖]\nunless: [negated]")
    assert warnings(loaded(tmp_path, files)) == ()


def test_a_sound_rule_has_no_warnings(tmp_path: Path) -> None:
    """Options that add something, words that are used, limits that can hold."""
    options = '  - phrase: [无赖, "@mine"]\n  - near: {all: [[你], [脸皮]], within: 4}'
    body = f"region: [CN, TW]\nany:\n{options}\nnot:\n  - phrase: [道歉]\nunless: [quoted]"
    assert warnings(loaded(tmp_path, {**rule(body), "words/mine.txt": "泼皮\n"})) == ()


def test_a_region_that_the_pack_does_not_serve_is_told(tmp_path: Path) -> None:
    """The rule would never be tried there."""
    about = "name: one\nversion: 1.0.0\ntitle: 一\nextends: ../base\nregions: [CN]\ndefault_region: CN\n"
    (found,) = warnings(loaded(tmp_path, {**rule(f"{CALM}\nregion: [CN, HK]"), "pack.yaml": about}))
    assert "HK" in found.message


def test_word_lists_that_nobody_names_and_words_written_twice_are_told(tmp_path: Path) -> None:
    """dictionary and hotwords are read by name; the base's own lists are its own affair."""
    files = {
        **rule('any:\n  - phrase: ["@mine"]'),
        "words/mine.txt": "泼皮\n# 同一个词\n潑皮\n",
        "words/spare.txt": "闲着\n",
        "words/hotwords.txt": "分期\n",
    }
    told = {(p.file, p.line): p.message for p in warnings(loaded(tmp_path, files))}
    assert told.keys() == {("words/mine.txt", 3), ("words/spare.txt", 0)}
    assert "第 1 行" in told["words/mine.txt", 3]
    assert "@spare" in told["words/spare.txt", 0]


def test_a_step_part_for_parties_that_the_step_leaves_out_is_told(tmp_path: Path) -> None:
    """It would never be asked for."""
    text = (FROZEN / "steps" / "ask_cause.yaml").read_text(encoding="utf-8")
    text = text.replace("  - part:", "  - parties: [voicemail]\n    part:", 1)
    found = warnings(loaded(tmp_path, {"steps/ask_cause.yaml": text}))
    assert [p.file for p in found if "不会用到" in p.message] == ["steps/ask_cause.yaml"]


def test_only_the_packs_own_files_are_told(tmp_path: Path) -> None:
    """Who extends a pack can't mend it."""
    where = bank(tmp_path, {})
    needless = rule("any:\n  - phrase: [无赖, 老无赖]")
    for name, text in needless.items():
        (tmp_path / "base" / name).parent.mkdir(parents=True)
        (tmp_path / "base" / name).write_text(text, encoding="utf-8")
    assert warnings(load_pack(where)) == ()
    assert len(warnings(load_pack(tmp_path / "base"))) > 0
