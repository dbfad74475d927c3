"""Reference answers as people write them, and what is said about them where they can't be used."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import TranscriptError
from auditor.evaluation.gold import read_cases
from auditor.evaluation.reference import FactsReference, Mark
from auditor.models import Promise
from tests.evaluation.golden import a_call, a_line, written

TURNS = ("A:您好", "C:下周三还五百", "A:我弄死你", "A:听见没有")


def test_a_whole_call_is_read_with_all_its_answers(tmp_path: Path) -> None:
    gold = {
        "party": "debtor_unverified",
        "violations": [{"utterance": 2, "category": "threat_violence", "quote": "我弄死你", "also": [3]}],
        "acceptable": [{"utterance": None, "category": "off_hours", "quote": ""}],
        "steps": {"introduction": "missed", "closing": "na"},
        "step_utterances": {"introduction": [0]},
        "promise": {"amount": 500.0, "date_text": "下周三", "date": "2026-10-21", "utterance": 1},
        "delinquency_reason": "forgot",
        "customer_flags": ["hardship"],
    }
    (case,) = read_cases(written(tmp_path / "a.json", a_call("K1", TURNS, **gold)))
    answers = case.reference
    assert (case.call.call_id, case.line, case.label) == ("K1", None, None)
    assert answers.party == "debtor_unverified"
    assert answers.violations == (Mark("threat_violence", 2, (3,), "我弄死你"),)
    assert answers.acceptable == (Mark("off_hours", None),)
    assert answers.steps == {"introduction": "missed", "closing": "na"}
    assert answers.step_utterances == {"introduction": (0,)}
    promise = Promise(Decimal("500.0"), "下周三", date(2026, 10, 21), 1)
    assert answers.facts == FactsReference(promise, "forgot", frozenset({"hardship"}))


def test_what_a_reference_leaves_out_is_not_measured(tmp_path: Path) -> None:
    (case,) = read_cases(written(tmp_path / "a.json", a_call("K1", TURNS, violations=[])))
    answers = case.reference
    assert (answers.party, answers.steps, answers.step_utterances, answers.facts) == (None, None, None, None)


def test_calls_without_reference_are_left_out(tmp_path: Path) -> None:
    plain = a_call("K2", TURNS)
    del plain["gold"]
    path = written(tmp_path / "a.jsonl", plain, a_call("K1", TURNS, violations=[]))
    assert [case.call.call_id for case in read_cases(path)] == ["K1"]


def test_calls_and_lines_may_stand_in_one_file(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", a_call("K1", TURNS, violations=[]), a_line("L1", "好的", "compliant"))
    assert [case.line is None for case in read_cases(path)] == [True, False]


@pytest.mark.parametrize(
    ("gold", "about"),
    [
        ({"violations": [{"utterance": 9, "category": "insult"}]}, "gold.violations[0].utterance 应为话语的序号（0 到 3）"),
        ({"violations": [{"utterance": "2", "category": "insult"}]}, "gold.violations[0].utterance 应为话语的序号"),
        ({"violations": [{"utterance": 2, "category": "insults"}]}, "gold.violations[0].category 的值 insults 不认识"),
        ({"violations": [{"utterance": 2}]}, "gold.violations[0] 缺少 category"),
        ({"acceptable": {"utterance": 2}}, "gold.acceptable 应为列表"),
        ({"steps": {"introdction": "done"}}, "gold.steps 里没有叫 introdction 的步骤"),
        ({"steps": {"closing": "ok"}}, "gold.steps.closing 的值 ok 不认识"),
        ({"party": "debtor"}, "gold.party 的值 debtor 不认识"),
        ({"promise": {"date": "下周三"}}, "gold.promise.date 应为 2026-10-14 这样的日期"),
        ({"customer_flags": ["poor"]}, "gold.customer_flags[0] 的值 poor 不认识"),
        ({"delinquency_reason": "lazy"}, "gold.delinquency_reason 的值 lazy 不认识"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_named_with_its_place(tmp_path: Path, gold: dict[str, Any], about: str) -> None:
    path = written(tmp_path / "a.json", a_call("K1", TURNS, **gold))
    with pytest.raises(TranscriptError) as caught:
        read_cases(path)
    assert str(caught.value).startswith(f"{path}：{about}")


@pytest.mark.parametrize(
    ("row", "about"),
    [
        (a_line("L1", "好", "good"), "label 的值 good 不认识"),
        (a_line("L1", "好", categories=["insults"]), "categories[0] 的值 insults 不认识"),
        (a_line("L1", "好", speaker="bot"), "speaker 的值 bot 不认识"),
        (a_line("L1", "好", party="debtor"), "party 的值 debtor 不认识"),
        (a_line("L1", "好", facts={"metadata": {"amount_due": "很多"}}), "的 metadata 里"),
        ({"text": ["好"], "label": "compliant"}, "text 应为文字"),
        ({"shopping": ["米"]}, "不是带参考答案的通话，也不是带标注的单句"),
    ],
)
def test_a_wrong_line_is_named_and_the_others_are_read(tmp_path: Path, row: dict[str, Any], about: str) -> None:
    path = written(tmp_path / "a.jsonl", a_line("L0", "好的", "compliant"), row, a_line("L2", "好的", "compliant"))
    bad: list[TranscriptError] = []
    assert [case.call.call_id for case in read_cases(path, bad.append)] == ["L0", "L2"]
    assert len(bad) == 1
    assert str(bad[0]).startswith(f"{path} 第 2 行：")
    assert about in str(bad[0])
    with pytest.raises(TranscriptError, match="第 2 行"):
        read_cases(path)


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("call_id: K1", encoding="utf-8")
    with pytest.raises(TranscriptError, match="不是带参考答案的通话"):
        read_cases(path)
    path.write_text(json.dumps(["a"]), encoding="utf-8")
    with pytest.raises(TranscriptError, match="不是带参考答案的通话"):
        read_cases(path)
