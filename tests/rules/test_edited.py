"""A rule while somebody edits it: it takes its place in the pack, or says with its line what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import PackError
from auditor.pipeline import every_finding, scene_of
from auditor.rules.edited import LONGEST, edited, file_of
from auditor.rules.pack import load_pack
from auditor.rules.typed import typed
from tests.rules.packs import FROZEN, bank

HEAD = "category: visit_threat\nstatus: experimental\nseverity: major\n"
TAIL = "message: 坐席扬言上门。\nexamples: {hit: [我们牵着狗来], clean: []}\n"


def rule(body: str, name: str = "visit-door") -> str:
    return f"id: {name}\n{HEAD}{body}\n{TAIL}"


def troubles(text: str) -> list[str]:
    with pytest.raises(PackError) as caught:
        edited(FROZEN, text, "编辑框")
    return [str(problem) for problem in caught.value.problems]


def fired(text: str, said: str) -> set[str]:
    pack = edited(FROZEN, text, "编辑框").pack
    return {f.rule_id for f in every_finding(scene_of(typed([said]), pack, "debtor_verified"), pack)}


def test_an_edited_rule_takes_the_place_of_the_one_with_its_id() -> None:
    text = rule("any:\n  - phrase: [牵着狗来]")
    assert "visit-door" in fired(text, "我们牵着狗来")
    assert "visit-door" not in fired(text, "今晚我带几个人去你家坐坐")


def test_the_pack_in_force_stays_as_it_is() -> None:
    before = load_pack(FROZEN)
    made = edited(FROZEN, rule("any:\n  - phrase: [牵着狗来]"), "编辑框")
    assert made.pack.hash != before.hash
    assert load_pack(FROZEN).hash == before.hash
    assert made.file == "violations/visit_threat/visit-door.yaml"


def test_the_text_as_it_is_makes_the_same_pack() -> None:
    before = load_pack(FROZEN)
    for file in ("violations/visit_threat/visit-door.yaml", "steps/introduction.yaml"):
        made = edited(FROZEN, before.files[file].decode(), "编辑框")
        assert (made.file, made.pack.hash) == (file, before.hash)


def test_a_rule_with_a_new_id_stands_beside_the_others() -> None:
    made = edited(FROZEN, rule("any:\n  - phrase: [牵着狗来]", "visit-dog"), "编辑框")
    assert {"visit-dog", "visit-door"} <= {r.id for r in made.pack.rules}
    assert made.owner.id == "visit-dog"


def test_what_is_wrong_in_the_pack_is_told_with_file_and_line() -> None:
    (told,) = troubles(rule('any:\n  - phrase: ["@nolist", 狗]'))
    assert told == "violations/visit_threat/visit-door.yaml:6: 没有词表 words/nolist.txt"
    (told,) = troubles(rule("any:\n  - regex: '(狗'"))
    assert told.startswith("violations/visit_threat/visit-door.yaml:6: 正则表达式")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: &x [1]\nb: *x", "编辑框:1: 规则文件不支持 YAML 锚点和别名，请直接写出内容"),
        ("a: !!python/object/apply:os.system [ls]", "编辑框:1: 规则文件不支持 YAML 标签（! 开头），请直接写出内容"),
        ("- a\n- b", "编辑框:1: 应写成“键: 值”的形式，从 id: 开始"),
        ("", "编辑框:1: 应写成“键: 值”的形式，从 id: 开始"),
        ("id: a\n b: c", "编辑框:2: YAML 语法错误：这里不能有冒号；文字里有冒号的要加引号"),
        ("id: [a", "编辑框:2: YAML 语法错误：方括号没有配对，或少了逗号"),
        ("{" * 500, "编辑框:1: 嵌套超过 40 层"),
        ("x" * (LONGEST + 1), f"编辑框: 有 {LONGEST + 1} 个字符，最多 {LONGEST} 个；请拆成几条规则"),
    ],
)
def test_hostile_and_broken_text_is_refused_in_one_sentence(text: str, told: str) -> None:
    assert troubles(text) == [told]


def test_several_mistakes_are_told_at_once_each_with_its_line() -> None:
    told = troubles(rule("any:\n  - phrase: [狗]").replace("major", "heavy").replace("message", "mesage"))
    assert [line.split(":")[1] for line in told] == ["1", "4", "7"]
    assert "不认识的键 mesage（是不是 message？）" in told[2]


@pytest.mark.parametrize(
    "body",
    [
        "any:\n  - regex: '" + "(一|二|三|四)" * 300 + "'",
        "any:\n  - regex: '" + "(一|二)?" * 600 + "x'",
        "any:\n  - regex: '(一+)+$'",
        "any:\n  - near: {all: [" + ", ".join(["[一, 五, 三]"] * 5) + ", [终]], within: 80}",
    ],
)
def test_a_bomb_of_a_rule_is_tried_in_linear_time(body: str) -> None:
    """That it ends at all is the point: a backtracking engine would need longer than this world has."""
    assert "visit-door" not in fired(rule(body), "一二" * 100 + "完")


def test_a_rule_may_not_lead_out_of_its_pack() -> None:
    for name in ("../../etc/passwd", "/tmp/x", "a/b", "a\nb"):
        with pytest.raises(PackError):
            file_of(rule("any:\n  - phrase: [狗]").replace("visit-door", repr(name)), "编辑框")


def test_it_lies_over_a_pack_that_extends_another(tmp_path: Path) -> None:
    about = "name: ours\nversion: 1.0.0\ntitle: 我们的\nextends: ../base\ndisabled: [rude]\n"
    pack = edited(bank(tmp_path, {"pack.yaml": about}), rule("any:\n  - phrase: [牵着狗来]"), "编辑框").pack
    assert (pack.name, "rude" in {r.id for r in pack.rules}) == ("ours", False)
