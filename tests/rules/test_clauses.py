"""A rule clause by clause: which conditions hold, on which words, and which speak against it."""

from __future__ import annotations

from pathlib import Path

from auditor.pipeline import scene_of
from auditor.rules.clauses import Clause, Hold, clauses
from auditor.rules.pack import load_pack
from auditor.rules.source import owners
from auditor.rules.typed import typed
from tests.rules.packs import FROZEN, loaded, rule

RULE = "any:\n  - phrase: [上门]\n  - phrase: [去你家]\nnot:\n  - phrase: [预约]\nunless: [negated]\n"


def name(_kind: str, code: str) -> str:
    return code


def tried(folder: Path, *lines: str) -> list[Clause]:
    pack = loaded(folder, rule(RULE))
    owner = next(r for r in pack.rules if r.id == "own")
    return clauses(pack, owner, scene_of(typed(lines), pack, "debtor_verified"), name)


def test_each_clause_says_whether_it_holds_and_on_which_words(tmp_path: Path) -> None:
    found = tried(tmp_path, "您好", "我们会上门，先预约")
    assert [(c.group, bool(c.held)) for c in found] == [
        ("any", True), ("any", False), ("not", True), ("unless", False),
    ]  # fmt: skip
    assert found[0].held == (Hold(1, "上门"),)
    assert found[0].told == "说到其中之一：上门"


def test_a_context_that_clears_the_hit_is_shown_with_its_words(tmp_path: Path) -> None:
    found = tried(tmp_path, "我们不会上门")
    assert [c.held[0].words for c in found if c.group == "unless"] == ["上门"]


def test_only_who_the_rule_looks_at_is_heard(tmp_path: Path) -> None:
    assert not any(c.held for c in tried(tmp_path, "客户：你们不许上门"))


def test_the_parts_of_a_step_are_told_apart() -> None:
    pack = load_pack(FROZEN)
    step = next(o for o in owners(pack) if o.id == "introduction")
    found = clauses(pack, step, scene_of(typed(["您好，这里是晴川银行信用卡中心"]), pack, "debtor_verified"), name)
    assert list(dict.fromkeys(c.part for c in found)) == ["机构名称", "委外公司名称", "姓氏或工号"]
    assert {c.part for c in found if c.held} == {"机构名称"}


def test_typed_lines_say_who_speaks() -> None:
    call = typed(["坐席：您好", "客户: 谁啊", "我是银行的", "customer：嗯"], "agent")
    assert [(u.speaker, u.text) for u in call.utterances] == [
        ("agent", "您好"), ("customer", "谁啊"), ("agent", "我是银行的"), ("customer", "嗯"),
    ]  # fmt: skip
