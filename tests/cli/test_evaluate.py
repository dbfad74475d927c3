"""``auditor evaluate``: reference answers in, how right the machine is out."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import ROOT, Said, auditor, process
from tests.evaluation.golden import FOLDER, a_call, a_line, written

THREAT = {"utterance": 1, "category": "threat_violence", "quote": "弄死你"}
MISSED = {"utterance": 2, "category": "insult", "quote": "老赖"}


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """A folder with a call (one breach found, one missed, one false alarm), some lines, and a call without reference."""
    folder = tmp_path / "gold"
    folder.mkdir()
    turns = ("C:喂", "A:我弄死你", "A:你个老赖", "C:骂人", "A:你烦不烦")
    steps = {"introduction": "done", "closing": "missed"}
    written(folder / "a.json", a_call("K1", turns, violations=[THREAT, MISSED], steps=steps, party="debtor_unverified"))
    lines = (
        a_line("L1", "今晚爆你通讯录", categories=["threat_exposure"]),
        a_line("L2", "也替家里人想想", categories=["ambiguous_pressure"]),
        a_line("L3", "您慢慢说", "near_miss"),
        a_line("L4", "少废话", "compliant"),
    )
    written(folder / "lines.jsonl", *lines)
    plain = a_call("K2", turns)
    del plain["gold"]
    written(folder / "plain.json", plain)
    return folder


def evaluate(*arguments: str | Path) -> Said:
    """The verb with the small test pack."""
    return auditor("evaluate", "--reader", "none", *arguments, "--pack", FOLDER)


def measured(*arguments: str | Path) -> Any:
    """The JSON object that it writes."""
    said = evaluate(*arguments, "--json")
    assert said.err == ""
    return json.loads(said.out)


def test_the_numbers_are_those_of_the_reference(gold: Path) -> None:
    result = measured(gold, "-q")
    assert (result["calls"], result["lines"]) == (1, 4)
    total = result["violations"]["total"]
    assert {k: total[k] for k in ("marks", "confirmed", "suspected_only", "false_confirmed", "false_suspected")} == {
        "marks": 4, "confirmed": 2, "suspected_only": 1, "false_confirmed": 2, "false_suspected": 0,
    }  # fmt: skip
    assert (total["precision"], total["recall"], total["recall_with_suspected"]) == (0.5, 0.5, 0.75)
    assert total["precision_95"][0] < 0.5 < total["precision_95"][1]
    assert result["violations"]["mean_over_categories"]["recall"] == 0.5
    assert result["violations"]["by_category"]["insult"]["recall"] == 0
    assert set(result["violations"]["by_source"]) == {"calls", "lines.jsonl"}
    assert result["innocent_lines"] == {"lines": 2, "with_confirmed": 1, "with_any": 1, "with_critical": 0}
    assert result["steps"]["verdicts"] == 2
    assert {k: v["accuracy"] for k, v in result["party"].items()} == {"calls": 1, "agent_lines": 1}


def test_every_difference_is_listed_with_its_words(gold: Path) -> None:
    said = evaluate(gold, "-q")
    assert said.code == 0
    found = [line for line in said.out.splitlines() if "“" in line]
    assert [line.split()[:3] for line in found if line.startswith(("漏", "误"))] == [
        ["漏", "insult", "K1"],
        ["误报", "service_attitude", "K1"],
        ["误报", "service_attitude", "L4"],
    ]
    assert "rude/minor  “你烦不烦”" in said.out
    assert "“老赖”  ｜ 你个老赖" in said.out
    assert any(line.startswith("自报身份 K1 done→missed") for line in said.out.splitlines())
    assert "1 通电话，4 个单句" in said.out


def test_suspicions_are_listed_when_asked_for(gold: Path) -> None:
    assert "仅疑似 ambiguous_pressure" not in evaluate(gold, "-q").out
    assert "仅疑似 ambiguous_pressure L2" in evaluate(gold, "-q", "--suspected").out


def test_the_list_can_be_narrowed_and_left_out(gold: Path) -> None:
    narrow = evaluate(gold, "-q", "-c", "insult").out
    assert "漏 insult" in narrow
    assert "误报 service_attitude" not in narrow
    brief = evaluate(gold, "-q", "--brief").out
    assert "“" not in brief
    assert "合计" in brief


def test_in_english_the_tables_are_english(gold: Path) -> None:
    said = evaluate(gold, "-q", "--brief", "--lang", "en")
    assert "1 calls, 4 single lines" in said.out
    assert not [c for c in said.out if "\u3000" <= c <= "\uffef"]


def test_a_low_figure_fails_when_asked_to(gold: Path) -> None:
    assert evaluate(gold, "-q", "--brief", "--fail-under", "0.4").code == 0
    assert evaluate(gold, "-q", "--brief", "--fail-under", "0.9").code == 1


def test_a_bad_line_is_named_and_the_rest_is_measured(gold: Path) -> None:
    written(gold / "bad.jsonl", a_line("L8", "好", "compliant"), a_line("L9", "好", "good"))
    said = evaluate(gold, "-q", "--brief")
    assert said.code == 1
    assert len(said.about("bad.jsonl 第 2 行：label 的值 good 不认识")) == 1
    assert "1 通电话，5 个单句" in said.out


@pytest.mark.parametrize("name", ["empty", "plain"])
def test_nothing_to_measure_by_is_no_success(gold: Path, name: str) -> None:
    (gold / "empty").mkdir()
    said = evaluate(gold / ("plain.json" if name == "plain" else "empty"))
    assert (said.code, said.out) == (1, "")
    assert "没有找到参考答案" in said.err


def test_an_unknown_category_is_refused(gold: Path) -> None:
    said = evaluate(gold, "-c", "insults")
    assert (said.code, said.out) == (2, "")
    assert "没有类别 insults" in said.err


def test_the_same_answers_come_from_every_process(gold: Path) -> None:
    """Neither the hash seed nor the number of processes changes a byte."""
    written(gold / "more.jsonl", *(a_line(f"M{n}", "我弄死你", "near_miss") for n in range(60)))
    asked = ("evaluate", gold, "--pack", FOLDER, "-q", "--json")
    one = process(*asked, "-j", "1", env={**os.environ, "PYTHONHASHSEED": "1"})
    two = process(*asked, "-j", "2", env={**os.environ, "PYTHONHASHSEED": "2"})
    assert one.out == two.out
    assert json.loads(one.out)["lines"] == 64


def test_what_a_transcript_quotes_cannot_steer_the_terminal(tmp_path: Path) -> None:
    mark = {"utterance": 0, "category": "insult", "quote": "\x1b[31m老赖"}
    said = evaluate(written(tmp_path / "a.json", a_call("K1", ("A:\x1b[31m老赖",), violations=[mark])), "-q")
    assert "\x1b" not in said.out


def test_the_samples_come_with_their_answers() -> None:
    """The reference answers shipped with the samples can be measured as they are."""
    said = auditor("evaluate", ROOT / "samples" / "transcripts" / "S03.json", "--json", "-q")
    assert said.code == 0
    assert json.loads(said.out)["violations"]["total"]["recall_with_suspected"] == 1
