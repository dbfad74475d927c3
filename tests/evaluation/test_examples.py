"""A pack's own examples: held against their owners, and what is innocent against all rules."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from auditor.evaluation.examples import Outcome, run_clean_call, run_examples, stale
from auditor.evaluation.junit import junit_report
from auditor.evaluation.survival import noisy_rules, survivals
from auditor.models import Call, Metadata, Utterance
from auditor.rules.pack import Pack, load_pack
from tests.rules.packs import FROZEN, loaded, rule

OWN = rule(
    "any:\n  - phrase: [无赖]", examples="{hit: [你个无赖, 今天天气好], clean: [您慢慢说, 您真是个泼皮, 别无赖]}"
)
OTHER = rule("any:\n  - phrase: [泼皮]", "other", "{hit: [泼皮], clean: [您好]}")
TOLERATED = "tolerated:\n  - {rule: other, owner: own, line: 您真是个泼皮, why: 两条规则本来就重叠}\n"


def told(pack: Pack) -> list[Outcome]:
    """The outcomes of the bank's own two rules."""
    return list(run_examples(pack, only=("own", "other")))


def test_hits_must_hit_and_clean_lines_stay_clean(tmp_path: Path) -> None:
    """What came out otherwise is named; a clean line that another rule hits is a stray."""
    by_text = {o.text: o for o in told(loaded(tmp_path, {**OWN, **OTHER}))}
    assert {t: o.right for t, o in by_text.items()} == {
        "你个无赖": True, "今天天气好": False, "您慢慢说": True, "您真是个泼皮": True, "别无赖": False, "泼皮": True, "您好": True,
    }  # fmt: skip
    (stray,) = by_text["您真是个泼皮"].strays
    assert (stray.rule, stray.line, stray.tolerated) == ("other", "您真是个泼皮", "")
    assert {o.text for o in by_text.values() if not o.passed} == {"今天天气好", "您真是个泼皮", "别无赖"}


def test_a_tolerated_hit_passes_with_its_reason(tmp_path: Path) -> None:
    """And changes nothing for audits: it is no part of the pack's hash."""
    plain = loaded(tmp_path, {**OWN, **OTHER})
    pack = loaded(tmp_path, {**OWN, **OTHER, "tolerated.yaml": TOLERATED})
    (outcome,) = (o for o in told(pack) if o.text == "您真是个泼皮")
    assert outcome.passed
    assert outcome.strays[0].tolerated == "两条规则本来就重叠"
    assert stale(pack, told(pack)) == []
    assert (pack.hash, pack.id) == (plain.hash, plain.id)


@pytest.mark.parametrize(
    ("old", "new", "about"),
    [
        ("rule: other", "rule: othr", "没有规则 othr（是不是 other？）"),
        ("owner: own", "owner: owm", "没有规则或步骤 owm（是不是 own？）"),
        ("您真是个泼皮", "您真是", "例子里没有这句话"),
        ("您真是个泼皮", "您慢慢说", "不再命中这句话"),
    ],
)
def test_what_is_tolerated_for_nothing_is_reported(tmp_path: Path, old: str, new: str, about: str) -> None:
    """With the line of tolerated.yaml."""
    pack = loaded(tmp_path, {**OWN, **OTHER, "tolerated.yaml": TOLERATED.replace(old, new)})
    (found,) = stale(pack, told(pack))
    assert (found.file, found.line) == ("tolerated.yaml", 2)
    assert about in found.message


def test_a_dialogue_in_which_a_step_is_done_is_innocent_too(tmp_path: Path) -> None:
    """A rule that hits a compliant line is found there."""
    step = (FROZEN / "steps" / "ask_cause.yaml").read_text(encoding="utf-8")
    step = step.replace("examples: {}", "examples: {done: [请问是什么原因没有还呢]}")
    pack = loaded(tmp_path, {**rule("any:\n  - phrase: [什么原因]"), "steps/ask_cause.yaml": step})
    strays = [s for o in run_examples(pack, only=("ask_cause",)) for s in o.strays]
    assert {s.rule for s in strays} == {"own"}


def test_a_call_known_to_be_clean_is_held_against_all_rules(tmp_path: Path) -> None:
    """Every hit is a stray."""
    pack = loaded(tmp_path, OWN)
    clean = Call("one", Metadata(), (Utterance("agent", 0, 3, "您慢慢说"), Utterance("customer", 3, 6, "好")))
    assert run_clean_call(pack, clean).passed
    rude = Call("two", Metadata(), (Utterance("agent", 0, 3, "你个无赖"), Utterance("customer", 3, 6, "好")))
    assert [s.rule for s in run_clean_call(pack, rude).strays] == ["own"]


def test_several_processes_come_to_the_same(tmp_path: Path) -> None:
    """In the same order."""
    pack = load_pack(FROZEN)
    assert list(run_examples(pack, jobs=2)) == list(run_examples(pack))


def test_a_rule_that_waits_for_another_can_have_hit_examples(tmp_path: Path) -> None:
    """The other rule's finding counts within the example."""
    dialogue = "{hit: [{turns: [{agent: 泼皮}, {customer: 嗯}, {agent: 无赖}]}], clean: [无赖]}"
    pack = loaded(tmp_path, {**OTHER, **rule("after: [other]\nany:\n  - phrase: [无赖]", examples=dialogue)})
    assert [o.right for o in run_examples(pack, only=("own",))] == [True, True]


def test_the_report_for_build_servers_names_each_failure(tmp_path: Path) -> None:
    """One test case an example; what a terminal or XML could choke on is made harmless."""
    hostile = rule("any:\n  - phrase: [无赖]", examples='{hit: ["<b>&\\u0007"], clean: [您慢慢说]}')
    outcomes = list(run_examples(loaded(tmp_path, hostile), only=("own",)))
    suite = ElementTree.fromstring(junit_report("own@1", outcomes)).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failed = [case for case in suite.iter("testcase") if case.find("failure") is not None]
    assert ["<b>&" in (case.get("name") or "") for case in failed] == [True]


def test_noise_spares_what_its_rule_waits_for(tmp_path: Path) -> None:
    """A rule that waits for another is tried with it, though only the one is asked for."""
    dialogue = "{hit: [{turns: [{agent: 泼皮}, {customer: 嗯}, {agent: 你这个老赖}]}], clean: []}"
    pack = loaded(tmp_path, {**OTHER, **rule("after: [other]\nany:\n  - phrase: [老赖]", examples=dialogue)})
    assert noisy_rules(pack, ("own",)) == ["own"]
    (found,) = survivals(pack, ["own"])
    assert {s.rule for s in found} == {"own"}
    assert next(s for s in found if s.noise == "script").hits_kept == 1
