"""``auditor rules``: list, show, try, test, coverage, schema, as who writes rules uses them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.program import auditor
from tests.rules.packs import FROZEN, bank, rule

PACK = ("--pack", FROZEN)
OWN = rule("any:\n  - phrase: [无赖]", examples="{hit: [你个无赖], clean: [您慢慢说]}")


def test_the_list_can_be_narrowed_and_read_by_machines() -> None:
    """By category, in either language of its name; experimental ones; steps."""
    said = auditor("rules", "list", *PACK)
    assert said.code == 0
    assert "visit-door" in said.out
    assert "12 条规则" in said.out
    for name in ("上门威胁", "visit_threat"):
        narrow = auditor("rules", "list", *PACK, "--category", name).out
        assert "visit-door" in narrow
        assert "rude" not in narrow
    rows = auditor("rules", "list", *PACK, "--experimental", "--json").rows
    assert [row["id"] for row in rows] == ["hint-family"]
    assert {"category", "severity", "status", "certainty", "hit", "clean", "cites", "file"} <= set(rows[0])
    assert "自报身份" in auditor("rules", "list", *PACK, "--step").out
    assert len(auditor("rules", "list", *PACK, "--step", "--json").rows) == 12


def test_an_unknown_category_is_told_the_nearest() -> None:
    said = auditor("rules", "list", *PACK, "--category", "visit_treat")
    assert (said.code, said.out) == (2, "")
    assert "是不是 visit_threat？" in said.err


def test_a_rule_reads_like_prose() -> None:
    """Who, when, which words, what clears it, what it costs, on which clauses, examples of both kinds."""
    said = auditor("rules", "show", "exposure-contacts", *PACK)
    assert said.code == 0
    for part in (
        "曝光威胁", "致命", "坐席的话满足下面任意一项", "爆你通讯录", "中间最多隔 12 个字", "词表 spread（打一遍、群发",
        "被否定的", "劝对方不要的", "一票否决：整通电话记 0 分", "核验码 V2", "再不还我就把你通讯录挨个打一遍", "客户：你们是不是要爆通讯录",
    ):  # fmt: skip
        assert part in said.out, part


def test_long_lists_are_folded_until_asked_for(tmp_path: Path) -> None:
    words = [f"无赖{n}号" for n in "甲乙丙丁戊己庚辛壬癸子丑寅卯"]
    where = bank(tmp_path, rule(f"any:\n  - phrase: [{', '.join(words)}]"))
    folded = auditor("rules", "show", "own", "--pack", where).out
    assert "共 14 个" in folded
    assert words[-1] not in folded
    assert words[-1] in auditor("rules", "show", "own", "--pack", where, "--all").out


def test_a_clause_that_nobody_read_says_so() -> None:
    said = auditor("rules", "show", "state_purpose", *PACK)
    assert said.code == 0
    assert "说明来意" in said.out
    assert "（待核）" in said.out


def test_an_unknown_rule_is_told_the_nearest() -> None:
    said = auditor("rules", "show", "visit-dor", *PACK)
    assert (said.code, said.out) == (2, "")
    assert "是不是 visit-door？" in said.err


def test_trying_words_shows_what_fires_and_on_which_words() -> None:
    said = auditor("rules", "try", "再不还我明天就上门", *PACK)
    assert said.code == 0
    assert "visit-door" in said.out
    assert "凭“上门”" in said.out
    assert "坐席以上门相威胁" in said.out


def test_trying_words_shows_what_nearly_fired_and_why_not() -> None:
    said = auditor("rules", "try", "我们不会上门", *PACK)
    found, close = said.out.split("差一点")
    assert "没有" in found
    assert "visit-door" in close
    assert "negated" in close


def test_trying_takes_several_turns_speakers_party_region_and_metadata() -> None:
    """Each changes what fires."""
    assert "comfort-refused" in auditor("rules", "try", "那是你的事", "--before", "客户：我不想活了", *PACK).out
    assert (
        "comfort-refused"
        in auditor("rules", "try", "客户：我不想活了", "坐席：那是你的事", *PACK).out.split("差一点")[0]
    )
    assert "命中：没有" in auditor("rules", "try", "少废话", "--speaker", "customer", *PACK).out
    assert (
        "third-party-told"
        in auditor("rules", "try", "他欠了钱", "--party", "third_party", *PACK).out.split("差一点")[0]
    )
    inflated = ("rules", "try", "您要还两万八", *PACK)
    assert "amount-inflated" in auditor(*inflated, "--metadata", "应还金额=12860").out.split("差一点")[0]
    assert "amount-inflated" not in auditor(*inflated).out.split("差一点")[0]
    assert auditor(*inflated, "--metadata", "乱写").code == 2


def test_typed_words_cannot_steer_the_terminal() -> None:
    said = auditor("rules", "try", "上门\x1b[31m[bold]", *PACK)
    assert said.code == 0
    assert "\x1b" not in said.out


def test_a_pack_whose_examples_hold_passes() -> None:
    said = auditor("rules", "test", FROZEN)
    assert (said.code, said.err) == (0, "")
    assert "0 个不符合" in said.out


def test_a_failing_example_is_named_and_reported(tmp_path: Path) -> None:
    """With its file; the report for build servers has it too."""
    where = bank(tmp_path, rule("any:\n  - phrase: [无赖]", examples="{hit: [今天天气好], clean: [明天就上门]}"))
    said = auditor("rules", "test", where, "--id", "own", "--junit", tmp_path / "out" / "junit.xml")
    assert said.code == 1
    assert "✗ violations/insult/own.yaml 应该命中：今天天气好" in said.out
    assert "✗ violations/insult/own.yaml 被 visit-door 命中（已确认）：明天就上门" in said.out
    assert "2 个例子，2 个不符合" in said.out
    assert ElementTree.parse(tmp_path / "out" / "junit.xml").getroot().get("failures") == "2"


def test_a_warning_is_shown_and_fails_nothing(tmp_path: Path) -> None:
    said = auditor("rules", "test", bank(tmp_path, {**OWN, "words/spare.txt": "闲\n"}))
    assert said.code == 0
    assert "提醒 words/spare.txt: 没有规则用到词表 @spare" in said.out


def test_clean_calls_are_held_against_all_rules(tmp_path: Path) -> None:
    """A call whose reference names breaches is no clean call; one without must stay without findings."""
    folder = tmp_path / "clean"
    folder.mkdir()
    for name, line, gold in (("good", "您慢慢说", None), ("bad", "少废话", None), ("known", "少废话", [0])):
        marks = [{"utterance": n, "category": "service_attitude", "quote": line} for n in gold or []]
        call = {
            "call_id": name,
            "metadata": {},
            "utterances": [{"speaker": "agent", "start": 0, "end": 2, "text": line}],
        }
        (folder / f"{name}.json").write_text(json.dumps({**call, "gold": {"violations": marks}}), encoding="utf-8")
    said = auditor("rules", "test", FROZEN, "--id", "rude", "--clean", folder)
    assert said.code == 1
    assert "8 个例子，1 个不符合" in said.out
    assert "bad" in said.out


def test_noise_is_printed_for_each_rule() -> None:
    said = auditor("rules", "test", FROZEN, "--id", "rude", "--noise")
    assert said.code == 0
    assert "同音字" in said.out
    assert "rude" in said.out
    assert "%" in said.out


def test_an_unknown_id_is_told_the_nearest() -> None:
    said = auditor("rules", "test", FROZEN, "--id", "rued")
    assert said.code == 2
    assert "是不是 rude？" in said.err


def test_a_broken_pack_is_refused_with_all_its_problems(tmp_path: Path) -> None:
    where = bank(tmp_path, rule("any:\n  - phrse: [无赖]"))
    said = auditor("rules", "test", where)
    assert said.code == 3
    assert "violations/insult/own.yaml:6" in said.err
    assert "是不是 phrase？" in said.err


def test_coverage_comes_as_table_markdown_and_json() -> None:
    """Each clause with its rules, and what no recording shows."""
    rows = auditor("rules", "coverage", "--json").rows
    hours = next(r for r in rows if r["clause"] == "GBT45251-frequency")
    assert hours["unlocked_by"]
    assert hours["rules"]
    table = auditor("rules", "coverage", "--region", "HK")
    assert table.code == 0
    assert "HK-COBP-43-3" in table.out
    assert "CBA2026" not in table.out
    page = auditor("rules", "coverage", "--format", "markdown").out
    assert page.startswith("# 条款覆盖")
    assert all(line.count("|") >= 7 for line in page.splitlines() if line.startswith("|"))
    assert "（待核）" in page


def test_schemas_are_printed_or_written_with_the_editors_settings(tmp_path: Path) -> None:
    printed = json.loads(auditor("rules", "schema", "step", *PACK).out)
    assert printed["$schema"].startswith("http://json-schema.org/draft-07")
    said = auditor("rules", "schema", *PACK, "--folder", tmp_path / ".vscode")
    assert said.code == 0
    settings = json.loads(said.out[said.out.index("{") :])["yaml.schemas"]
    for path in settings:
        assert (tmp_path / path).is_file()
    assert settings["./.vscode/rule.schema.json"] == "violations/**/*.yaml"


@pytest.mark.parametrize("verb", ["list", "show", "try", "new", "test", "coverage", "schema"])
def test_every_verb_teaches_with_examples(verb: str) -> None:
    said = auditor("rules", verb, "--help", columns=80)
    assert said.code == 0
    assert f"auditor rules {verb}" in said.out.split("例：")[1]
    assert "退出码" in said.out
