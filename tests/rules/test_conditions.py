"""Conditions compiled and tried: what each kind looks at, and how they combine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from auditor.models import Call, Metadata, Speaker, Utterance
from auditor.pipeline import scene_of
from auditor.rules.condition_file import ConditionFile
from auditor.rules.conditions import condition
from auditor.rules.match import hold, inside
from auditor.rules.metadata import metadata_holds
from auditor.rules.needs import elsewhere, ways, words_of
from auditor.rules.pack import load_pack
from auditor.rules.schema import WithinFile
from auditor.speech.metadata import parse_metadata
from auditor.text.index import Alternative, Index, Listener
from auditor.text.page import side_by_side

PACK = load_pack(Path(__file__).parent.parent / "golden" / "pack")
WORDS = {"ask": ("多少", "什么时候")}


def evidence(raw: dict[str, Any], *lines: tuple[Speaker, str], **metadata: Any) -> list[str]:
    """What the condition rests on in the last turn; ``-`` stands for the whole turn."""
    problems: list[str] = []
    tried = condition(ConditionFile.model_validate(raw), WORDS, lambda message, _: problems.append(message))
    assert problems == []
    utterances = tuple(Utterance(s, 2.0 * i, 2.0 * i + 2, text) for i, (s, text) in enumerate(lines))
    scene = scene_of(Call("K1", parse_metadata(metadata, "K1")[0], utterances), PACK)
    turn = scene.turns[-1]
    found = hold(tried, turn, scene)
    listener = Listener(tried, (Alternative(tuple(ways(tried)), elsewhere(tried)),))
    texts = side_by_side([t.text for t in scene.turns], Index([listener], words_of(tried)))
    assert not found or turn.number in texts[0].page.alternatives(tried)  # type: ignore[union-attr,operator]
    return [turn.text.text[e.start : e.end] or "-" for e in found]


def said(text: str) -> tuple[Speaker, str]:
    """An agent's line."""
    return "agent", text


@pytest.mark.parametrize(
    ("raw", "line", "expected"),
    [
        ({"phrase": ["@ask", "还"]}, "什么时候还", ["什么时候", "还"]),
        ({"regex": "还.?钱"}, "还点钱", ["还点钱"]),
        ({"regex": {"pattern": "110", "not_inside_digits": True}}, "工号1100", []),
        ({"near": {"all": ["还", ["钱", "款"]], "within": 2}}, "还一下款", ["还一下款"]),
        ({"any": [{"phrase": ["还"]}, {"phrase": ["钱"]}]}, "钱还", ["还", "钱"]),
        ({"all": [{"phrase": ["还"]}, {"phrase": ["钱"]}]}, "钱还", ["还"]),
        ({"all": [{"phrase": ["还"]}, {"phrase": ["票"]}]}, "钱还", []),
        ({"all": [{"not": {"phrase": ["票"]}}, {"phrase": ["钱"]}]}, "钱还", ["钱"]),
        ({"not": {"phrase": ["票"]}}, "钱还", ["-"]),
        ({"not": {"not": {"phrase": ["钱"]}}}, "钱还", ["-"]),
        ({"fact": {"amount": "stated"}}, "还三千块", ["三千"]),
        ({"fact": {"days": "stated"}}, "拖了43天", ["43"]),
    ],
)  # fmt: skip
def test_what_a_condition_rests_on(raw: dict[str, Any], line: str, expected: list[str]) -> None:
    """Each kind of condition holds where it should, on the words that it names."""
    assert evidence(raw, said(line)) == expected


def test_previous_looks_one_turn_back() -> None:
    """The turn just before counts, its speaker included; before the first turn there is nothing."""
    raw = {"previous": {"speaker": "customer", "phrase": ["投诉"]}}
    assert evidence(raw, ("customer", "我要投诉"), said("随便")) == ["-"]
    assert evidence(raw, said("投诉"), ("customer", "嗯好"), said("随便")) == []
    assert evidence(raw, said("投诉")) == []
    assert evidence({"previous": {"phrase": ["投诉"]}}, ("unknown", "投诉"), said("随便")) == ["-"]


def test_flags_hold_from_their_showing_on() -> None:
    """A flag counts once the customer has shown it."""
    raw = {"fact": {"flag": "hardship"}}
    assert evidence(raw, ("customer", "我失业了"), said("好")) == ["-"]
    assert evidence(raw, said("好")) == []
    assert evidence({"fact": {"reason": "unemployment"}}, ("customer", "我失业了"), said("好")) == ["-"]


@pytest.mark.parametrize(
    ("test", "line", "expected"),
    [
        ({"amount": "matches"}, "一万二千八百六", ["一万二千八百六"]),
        ({"amount": "matches"}, "两万八", []),
        ({"amount": "differs"}, "五千", ["五千"]),
        ({"amount": "inflated"}, "五千", []),
        ({"amount": "inflated"}, "两万八", ["两万八"]),
        ({"amount": "differs"}, "两万八，不是，一万二千八百六", []),
        ({"amount": "misread"}, "一万二千六百八", ["一万二千六百八"]),
        ({"amount": "misread"}, "一万二千八百七", ["一万二千八百七"]),
        ({"amount": "misread"}, "一万二千八百六", []),
        ({"amount": "misread"}, "一万二千六百八，不是，一万二千八百六", []),
        ({"amount": "misread"}, "两万八", []),
        ({"amount": "misread"}, "一千二百八十六", []),
        ({"days": "misread"}, "三十四天", ["三十四"]),
        ({"days": "misread"}, "四十四天", []),
        ({"days": "matches"}, "四十三天", ["四十三"]),
        ({"days": "differs"}, "四十四天", ["四十四"]),
        ({"card_tail": "matches"}, "尾号六六二零", ["六六二零"]),
        ({"card_tail": "matches"}, "尾号6620", ["6620"]),
        ({"card_tail": "matches"}, "尾号6621", []),
        ({"institution": "named"}, "我是青禾的", ["青禾"]),
        ({"institution": "named"}, "這裡是青禾銀行", ["青禾银行"]),
        ({"agency": "named"}, "我是青禾银行的", []),
        ({"agent": "named"}, "我叫周宁", ["周宁"]),
        ({"amount": "matches", "days": "matches"}, "一万二千八百六，四十三天", ["一万二千八百六", "四十三"]),
        ({"amount": "matches", "days": "matches"}, "一万二千八百六", []),
    ],
)  # fmt: skip
def test_facts_are_held_against_the_metadata(test: dict[str, str], line: str, expected: list[str]) -> None:
    """Stated amounts, days, tails and names are compared with what the institution knows."""
    known = {
        "amount_due": 12860,
        "days_overdue": 43,
        "card_tail": "6620",
        "institution": "青禾银行",
        "agency": "信达资产",
        "agent_name": "周宁",
    }
    assert evidence({"fact": test}, said(line), **known) == expected


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        ({"agreed_plan": True}, True),
        ({"agreed_plan": False}, False),
        ({"plan_breached": False}, True),
        ({"plan_breached": True}, False),
        ({"stage": ["M1", "M2"]}, True),
        ({"stage": "M3"}, False),
        ({"days_overdue": {"min": 43, "max": 43}}, True),
        ({"days_overdue": {"min": 44}}, False),
        ({"days_overdue": {"max": 42}}, False),
        ({"amount_due": {"min": 0.5}}, True),
        ({"amount_due": 100}, True),
        ({"team": {"present": False}}, True),
        ({"team": {"min": 1}}, False),
        ({"stage": {"present": True}}, True),
        ({"stage": {"min": 1}}, False),
        ({"vip": {"max": 3}}, False),
        ({"vip": "甲"}, True),
        ({"region": "CN"}, True),
        ({"region": ["TW", "HK"]}, False),
        ({"local_time": "outside_hours"}, False),
        ({"stage": "M2", "agreed_plan": True}, True),
        ({"stage": "M2", "agreed_plan": False}, False),
    ],
)  # fmt: skip
def test_metadata(test: dict[str, Any], holds: bool) -> None:
    """Values, lists, ranges and presence; custom columns of any type; the region falls back to the pack's."""
    known = {"agreed_plan": True, "stage": "M2", "days_overdue": 43, "amount_due": 100, "vip": "甲"}
    scene = scene_of(Call("K1", parse_metadata(known, "K1")[0], ()), PACK)
    assert metadata_holds(test, scene) is holds


@pytest.mark.parametrize(
    ("within", "places"),
    [
        ({"first_turns": 1}, [0, 1]),
        ({"last_turns": 1}, [4, 3]),
        ({"first_seconds": 3}, [0, 1]),
        ({"last_seconds": 3}, [3, 4]),
        ({"first_turns": 2, "last_turns": 2}, [1, 2, 3]),
        ({"first_turns": 99}, [0, 1, 2, 3, 4]),
    ],
)
def test_parts_of_the_call(within: dict[str, int], places: list[int]) -> None:
    """Turns are counted for each speaker, seconds for the call."""
    from auditor.rules.conditions import within as compiled

    speakers: list[Speaker] = ["agent", "customer", "agent", "customer", "agent"]
    utterances = tuple(Utterance(s, 2.0 * i, 2.0 * i + 2, "好") for i, s in enumerate(speakers))
    scene = scene_of(Call("K1", Metadata(), utterances), PACK)
    part = compiled(WithinFile(**within))
    assert [t.number for t in scene.turns if inside(part, t, scene.turns)] == sorted(places)


@pytest.mark.parametrize(
    "raw", [{}, {"all": []}, {"any": []}, {"phrase": []}, {"phrase": [""]}, {"near": {"all": ["还"]}}]
)
def test_empty_conditions_are_refused(raw: dict[str, Any]) -> None:
    """A condition of nothing is a mistake, not one that always or never holds."""
    with pytest.raises(ValidationError):
        ConditionFile.model_validate(raw)
