"""A rule told in Chinese: every kind of condition, limit and exception has its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.rules.condition_file import KINDS
from auditor.rules.conditions import Rule
from auditor.rules.pack import Pack
from auditor.rules.prose import CONTEXTS_TOLD, FIELDS, cost, tell, tell_step
from auditor.rules.source import owners
from auditor.text.context import CONTEXTS
from tests.rules.packs import loaded, rule

TOLD = {
    "phrase": ("phrase: [无赖]", "说到其中之一：无赖"),
    "sounds_like": ("sounds_like: [催收公告]", "听起来像其中之一（按读音，不计声调）：催收公告"),
    "similar": ("similar: {to: [你这个人真没脸], at_least: 0.8}", "相近（相似度至少 0.8）：你这个人真没脸"),
    "regex": ("regex: '无.赖'", "符合句式：无.赖"),
    "near": ("near: {all: [脸皮, [城墙, 砖头]], within: 4, ordered: true}", "一句话里依次说到，中间最多隔 4 个字"),
    "tokens": ("tokens: [[{TEXT: 无赖}]]", "词语符合"),
    "repeated": ("repeated: {times: 3, any: [{phrase: [无赖]}]}", "整通电话里第 3 次说到"),
    "metadata": ("metadata: {days_overdue: {min: 60}, agreed_plan: true}", "逾期天数 ≥ 60；已有还款协议"),
    "signal": ("signal: {agent_talk_share: {min: 0.9}}", "通话信号：agent_talk_share至少 90%"),
    "fact": ("fact: {amount: inflated}", "说的金额高于应还金额"),
    "previous": ("previous: {speaker: customer, phrase: [没钱]}", "上一轮customer说到其中之一：没钱"),
    "answers": ("answers: {question: {phrase: [要上门]}, with: [对]}", "对方在前 1 轮里问：说到其中之一：要上门"),
    "any": ("any: [{phrase: [无赖]}, {phrase: [泼皮]}]", "下面任意一项"),
    "all": ("all: [{phrase: [无赖]}, {phrase: [泼皮]}]", "并且说到其中之一：泼皮"),
    "not": ("not: {phrase: [无赖]}", "没有说到其中之一：无赖"),
}


def code(_: str, given: str) -> str:
    """Codes instead of names."""
    return given


def text(pack: Pack, name: str = "own", whole: bool = False) -> str:
    """All that is told of a rule or step."""
    owner = next(o for o in owners(pack) if o.id == name)
    told = tell(pack, owner, code, whole) if isinstance(owner, Rule) else tell_step(pack, owner, code, whole)
    return "\n".join(line for _, lines in told.sections for line in lines)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_condition_is_told(tmp_path: Path, kind: str) -> None:
    """In words, with its numbers and its words."""
    body, told = TOLD[kind]
    assert told in text(loaded(tmp_path, rule(f"any:\n  - phrase: [头一项]\n  - {body}")))


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("party: [third_party]", "接听人是third_party时，"),
        ("region: [TW]", "只用于TW"),
        ("within: {first_turns: 6}", "在前 6 轮里，"),
        ("after: [visit-door]", "在“规则 visit-door”之后，"),
        ("before: [closing]", "在“规则 closing”之前，"),
        ("around: {of: [visit-door], turns: 2}", "在“规则 visit-door”前后 2 轮之内，"),
        ("speaker: customer", "customer的话"),
        ("not:\n  - phrase: [道歉]", "同一句里说到其中之一：道歉"),
        ("not:\n  - previous: {phrase: [道歉]}", "上一轮对方说到其中之一：道歉"),
        ("unless: [negated]", "这句话是被否定的"),
    ],
)
def test_every_limit_and_exception_is_told(tmp_path: Path, head: str, told: str) -> None:
    """Who says it to whom, where, and what clears it."""
    assert told in text(loaded(tmp_path, rule("any:\n  - phrase: [无赖]", head=f"{head}\n")))


@pytest.mark.parametrize(
    ("severity", "state", "told"),
    [
        ("critical", "certainty: confirmed", "一票否决"),
        ("major", "certainty: confirmed", "整通电话最高 60 分"),
        ("minor", "certainty: confirmed", "每通扣 25 分"),
        ("major", "certainty: suspected", "只记“疑似”，不扣分"),
    ],
)
def test_what_a_finding_costs_is_told(tmp_path: Path, severity: str, state: str, told: str) -> None:
    """As the scorecard has it; a suspicion costs nothing."""
    (name, body), *_ = rule(
        "any:\n  - phrase: [无赖]", examples="{hit: [无赖, 无赖, 无赖], clean: [好, 好, 好]}"
    ).items()
    body = body.replace("experimental", "stable").replace("severity: minor", f"severity: {severity}\n{state}")
    pack = loaded(tmp_path, {name: body})
    own = next(r for r in pack.rules if r.id == "own")
    assert told in "".join(cost(pack, own, code))


def test_a_rule_on_trial_costs_nothing(tmp_path: Path) -> None:
    """And says that it is on trial."""
    assert "试用" in text(loaded(tmp_path, rule("any:\n  - phrase: [无赖]")))


def test_long_patterns_and_lists_are_folded(tmp_path: Path) -> None:
    """Until all is asked for."""
    pack = loaded(tmp_path, rule(f"any:\n  - regex: '{'无赖|' * 60}泼皮'"))
    assert "泼皮" not in text(pack)
    assert "泼皮" in text(pack, whole=True)


def test_every_step_of_a_pack_can_be_told(tmp_path: Path) -> None:
    """When it is asked for, and what must be said."""
    pack = loaded(tmp_path, {})
    for step in pack.steps:
        told = text(pack, step.id)
        assert "接听人是" in told
        assert all(part.name in told for part in step.parts)


def test_every_context_and_field_has_its_words() -> None:
    """A new one must be told too."""
    from dataclasses import fields

    from auditor.models import Metadata

    assert set(CONTEXTS_TOLD) == set(CONTEXTS)
    assert {f.name for f in fields(Metadata)} - {"custom"} <= set(FIELDS)
