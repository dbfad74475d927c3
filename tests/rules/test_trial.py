"""What nearly fired, and what was in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.models import Call, Metadata, PartyKind, Region, Speaker, Utterance
from auditor.pipeline import every_finding, scene_of
from auditor.rules.pack import Pack
from auditor.rules.trial import NearMiss, after, matched_words, near_misses
from tests.rules.packs import loaded, rule


def tried(
    pack: Pack, *lines: str, party: PartyKind = "debtor_verified", region: Region = "CN"
) -> tuple[set[str], dict[str, NearMiss]]:
    """The rules that fire on these turns, and those that nearly do."""
    spoken: list[Utterance] = []
    for n, line in enumerate(lines):
        who: Speaker = "customer" if line.startswith("客户：") else "agent"
        spoken.append(Utterance(who, n * 4.0, n * 4.0 + 3, line.removeprefix("客户：")))
    scene = scene_of(Call("one", Metadata(region=region), tuple(spoken)), pack, party)
    found = every_finding(scene, pack)
    close = near_misses(pack, after(found, scene), found, lambda _, code: code)
    return {f.rule_id for f in found}, {m.rule.id: m for m in close}


@pytest.mark.parametrize(
    ("body", "line", "obstacle", "distance"),
    [
        ("any:\n  - phrase: [无赖]\nunless: [negated]", "您不是无赖", "negated", 0),
        ("any:\n  - phrase: [无赖]\nunless: [quoted]", "您说我骂您无赖", "quoted", 0),
        ("any:\n  - phrase: [无赖]\nnot:\n  - phrase: [抱歉]", "抱歉叫您无赖", "同一句里有“抱歉”", 0),
        ("any:\n  - phrase: [无赖]", "客户：我就是个无赖", "规则只看agent的话，这句是customer说的", 1),
        ("party: [third_party]\nany:\n  - phrase: [无赖]", "你个无赖", "接听人是third_party才算", 1),
        ("region: [TW]\nany:\n  - phrase: [无赖]", "你个无赖", "规则只用于TW", 1),
        ("after: [self_harm]\nany:\n  - phrase: [无赖]", "你个无赖", "要在 self_harm 之后", 1),
        ("within: {last_turns: 1}\nany:\n  - phrase: [无赖]", "你个无赖", "不在规则所看的那一段通话里", 1),
        ("any:\n  - near: {all: [[脸皮], [城墙]], within: 2}", "脸皮厚得像一段老城墙", "最多隔 2 个字", 2),
        ("any:\n  - near: {all: [[城墙], [脸皮]], within: 20, ordered: true}", "脸皮比城墙厚", "次序不对", 2),
        ("any:\n  - near: {all: [[脸皮], [城墙], [还厚]], within: 9}", "脸皮比城墙硬", "还缺第 3 项：还厚", 2),
        ("any:\n  - phrase: [已经公示]", "已经攻势", "听起来像", 2),
        ("any:\n  - sounds_like: [没皮没脸的]", "没皮没有的人", "只差一个字音", 2),
        ("any:\n  - similar: {to: [你这个人真是没皮没脸], at_least: 0.9}", "你这个人没皮没脸", "要 0.90 才算", 2),
        ("all:\n  - phrase: [无赖]\n  - phrase: [城墙]", "你个无赖", "还缺：说到其中之一：城墙", 2),
    ],
)  # fmt: skip
def test_what_was_in_the_way_is_named(tmp_path: Path, body: str, line: str, obstacle: str, distance: int) -> None:
    """One line, one rule, one thing that keeps it from firing."""
    fired, close = tried(loaded(tmp_path, rule(body)), line, "客户：嗯", "您慢慢说")
    assert "own" not in fired
    assert any(obstacle in each for each in close["own"].obstacles), close["own"].obstacles
    assert close["own"].distance == distance


def test_everything_in_the_way_is_named_at_once(tmp_path: Path) -> None:
    """Two obstacles are two sentences."""
    pack = loaded(tmp_path, rule("party: [third_party]\nany:\n  - phrase: [无赖]\nunless: [negated]"))
    assert len(tried(pack, "您不是无赖")[1]["own"].obstacles) == 2


def test_a_rule_that_fires_is_no_near_miss_and_shows_its_words(tmp_path: Path) -> None:
    """The words are those of the condition, not the clause that is quoted."""
    pack = loaded(tmp_path, rule("any:\n  - near: {all: [[脸皮], [城墙]], within: 4}"))
    call = Call("one", Metadata(), (Utterance("agent", 0, 3, "你的脸皮，比城墙还厚"),))
    scene = scene_of(call, pack, "debtor_verified")
    (found,) = (f for f in every_finding(scene, pack) if f.rule_id == "own")
    own = next(r for r in pack.rules if r.id == "own")
    assert matched_words(own, found, scene) == ("脸皮比城墙", "脸皮比城墙")
    assert "own" not in tried(pack, "你的脸皮，比城墙还厚")[1]


def test_words_written_with_the_wrong_characters_are_shown_as_written_too(tmp_path: Path) -> None:
    """The rule names 催收公告; the recogniser wrote 崔首公告."""
    pack = loaded(tmp_path, rule("any:\n  - phrase: [催收公告]"))
    scene = scene_of(Call("one", Metadata(), (Utterance("agent", 0, 3, "崔首公告贴出去了"),)), pack, "debtor_verified")
    (found,) = (f for f in every_finding(scene, pack) if f.rule_id == "own")
    own = next(r for r in pack.rules if r.id == "own")
    assert matched_words(own, found, scene) == ("催收公告", "崔首公告")


def test_a_rule_that_waits_for_another_knows_when_that_one_fired(tmp_path: Path) -> None:
    """After the first rule's finding nothing is in the way any more."""
    files = {
        **rule("after: [first]\nany:\n  - phrase: [无赖]"),
        **rule("any:\n  - phrase: [泼皮]", name="first"),
    }
    pack = loaded(tmp_path, files)
    assert "要在 first 之后" in tried(pack, "你个无赖")[1]["own"].obstacles
    assert tried(pack, "你个泼皮", "客户：嗯", "你个无赖")[0] == {"first", "own"}


def test_far_off_words_are_no_near_miss(tmp_path: Path) -> None:
    """Most rules have nothing to say about most lines."""
    pack = loaded(tmp_path, rule("any:\n  - near: {all: [[脸皮], [城墙]], within: 4}\n  - phrase: [没皮没脸的]"))
    assert tried(pack, "您本期应还一万二千八百六")[1] == {}
