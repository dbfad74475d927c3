"""Counting: what meets a mark, what is false, and the rates that follow."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.evaluation import metrics
from auditor.evaluation.metrics import Match, Tally, compare, tally, wilson
from tests.evaluation.golden import a_call, a_line, judged, written

THREAT = {"utterance": 1, "category": "threat_violence", "quote": "弄死你"}
HINT = {"utterance": 1, "category": "ambiguous_pressure", "quote": "替家里人想想"}


def one(tmp_path: Path, turns: tuple[str, ...], **gold: Any) -> Match:
    """The call judged and compared."""
    (found,) = judged(written(tmp_path / "a.json", a_call("K1", turns, **gold)))
    return compare(found)


def test_a_mark_is_met_by_a_finding_of_its_category(tmp_path: Path) -> None:
    match = one(tmp_path, ("C:喂", "A:我弄死你"), violations=[THREAT])
    assert [(m.category, f.status) for m, f in match.met] == [("threat_violence", "confirmed")]
    assert (match.missed, match.alarms) == ((), ())


def test_the_wrong_place_and_the_wrong_category_meet_nothing(tmp_path: Path) -> None:
    wrong = [{**THREAT, "utterance": 0}, {**THREAT, "category": "insult"}]
    match = one(tmp_path, ("C:喂", "A:我弄死你"), violations=wrong)
    assert [m.category for m in match.missed] == ["threat_violence", "insult"]
    assert [f.category for f in match.alarms] == ["threat_violence"]
    assert tally([match]) == {"insult": Tally(marks=1), "threat_violence": Tally(marks=1, false_confirmed=1)}


@pytest.mark.parametrize("mark", [{"utterance": 0, "also": [1]}, {"utterance": 1, "also": [0]}])
def test_a_spread_breach_is_met_in_any_of_its_utterances(tmp_path: Path, mark: dict[str, Any]) -> None:
    match = one(tmp_path, ("A:等着", "A:我弄死你"), violations=[{**mark, "category": "threat_violence"}])
    assert len(match.met) == 1
    assert match.alarms == ()


def test_what_is_acceptable_is_neither_asked_for_nor_false(tmp_path: Path) -> None:
    found = one(tmp_path, ("C:喂", "A:我弄死你"), violations=[], acceptable=[THREAT])
    not_found = one(tmp_path, ("C:喂", "A:您好"), violations=[], acceptable=[THREAT])
    assert tally([found, not_found]) == {}


def test_confirmed_and_suspected_are_kept_apart(tmp_path: Path) -> None:
    hinted = one(tmp_path, ("C:喂", "A:也替家里人想想"), violations=[HINT])
    alarmed = one(tmp_path, ("C:喂", "A:也替家里人想想"), violations=[])
    counted = tally([hinted, alarmed])["ambiguous_pressure"]
    assert counted == Tally(marks=1, suspected=1, false_suspected=1)
    assert (counted.precision, counted.recall, counted.recall_any, counted.f1) == (None, 0, 1, 0)


def test_a_finding_by_metadata_meets_only_a_mark_without_utterance(tmp_path: Path) -> None:
    night = {**a_call("K1", ("A:您好",), violations=[{"utterance": None, "category": "off_hours", "quote": ""}])}
    night["metadata"] = {"region": "CN", "started_at": "2026-10-14T23:30:00+08:00"}
    (found,) = judged(written(tmp_path / "a.json", night))
    assert [m.category for m, _ in compare(found).met] == ["off_hours"]
    night["gold"]["violations"][0]["utterance"] = 0
    (found,) = judged(written(tmp_path / "a.json", night))
    assert len(compare(found).missed) == len(compare(found).alarms) == 1


def test_of_a_line_only_what_rests_on_it_counts(tmp_path: Path) -> None:
    """What the turns before a line hold is not labelled."""
    line = a_line("L1", "您好", "compliant", before="A:我弄死你 C:喂")
    (found,) = judged(written(tmp_path / "a.jsonl", line))
    assert [f.category for f in found.audit.findings] == ["threat_violence"]
    assert compare(found).alarms == ()


def test_innocent_lines_with_findings_are_counted_by_line(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.jsonl",
        a_line("L1", "我弄死你，爆你通讯录", "compliant"),
        a_line("L2", "也替家里人想想", "near_miss"),
        a_line("L3", "您好", "near_miss"),
        a_line("L4", "我弄死你", "borderline"),
        a_line("L5", "我弄死你", categories=["insult"]),
    )
    counts = metrics.innocents([compare(j) for j in judged(path)])
    assert (counts.lines, counts.confirmed, counts.any, counts.critical) == (3, 1, 2, 1)


def test_rates_follow_from_the_counts() -> None:
    counts = Tally(marks=10, confirmed=6, suspected=2, false_confirmed=2, false_suspected=5)
    assert counts.precision == 0.75
    assert counts.recall == 0.6
    assert counts.recall_any == 0.8
    assert counts.f1 == pytest.approx(2 * 0.75 * 0.6 / 1.35)
    assert Tally().precision is Tally().recall is Tally().f1 is None
    assert metrics.mean([None, 0.5, 1.0]) == 0.75
    assert metrics.mean([None]) is None


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (1, 29, 0.0061, 0.1718)],
)  # fmt: skip
def test_wilsons_interval_is_the_published_one(part: int, whole: int, low: float, high: float) -> None:
    """Examples of R. G. Newcombe, Statistics in Medicine 17 (1998), table I (method 3), and the closed forms at 0 and 1."""
    assert wilson(part, whole) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_share(part: int, whole: int) -> None:
    part = min(part, whole)
    interval = wilson(part, whole)
    assert interval is not None
    assert 0 <= interval[0] <= part / whole + 1e-12
    assert part / whole - 1e-12 <= interval[1] <= 1
    assert wilson(0, 0) is None


def test_steps_are_compared_verdict_by_verdict(tmp_path: Path) -> None:
    gold = {"steps": {"introduction": "done", "closing": "missed"}}
    path = written(tmp_path / "a.json", a_call("K1", ("A:我是青禾银行的，我姓周", "C:打错了"), **gold))
    confusion = metrics.step_confusion(judged(path))
    assert list(confusion) == ["introduction", "closing"]
    assert confusion["introduction"].total() == 1
    assert metrics.agreement([Counter({("done", "done"): 3, ("na", "done"): 1})]) == (3, 4)


def test_a_line_is_taken_to_say_its_step(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.jsonl",
        a_line("L1", "本次通话会录音", "compliant", steps=["recording_notice"]),
        a_line("L2", "今天天气不错", "compliant", steps=["recording_notice"]),
    )
    assert metrics.steps_said(judged(path)) == {"recording_notice": (1, 2)}


def test_the_party_is_compared_at_the_line(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.jsonl",
        a_line("L1", "您好", "compliant", party="third_party"),
        a_line("L2", "打错了", "compliant", speaker="customer", party="debtor_unverified"),
    )
    assert metrics.party_confusion(judged(path)) == {
        "agent_lines": {("third_party", "third_party"): 1},
        "customer_lines": {("debtor_unverified", "wrong_number"): 1},
    }


def test_facts_are_compared_where_people_spoke_of_them(tmp_path: Path) -> None:
    gold = {"promise": None, "delinquency_reason": "unemployment", "customer_flags": ["hardship", "vulnerable"]}
    path = written(
        tmp_path / "a.jsonl",
        a_call("K1", ("A:您好", "C:我失业了，实在没钱还"), **gold),
        a_call("K2", ("A:您好", "C:我失业了，实在没钱还"), violations=[]),
    )
    counts = metrics.facts(judged(path))
    assert counts.flags == (1, 0, 1)
    assert counts.by_flag == {"hardship": (1, 0, 0), "vulnerable": (0, 0, 1)}
    assert counts.reasons == counts.reasons_heard == (1, 1)
    assert counts.flags_f1 == 2 / 3
    assert counts.promises == (1, 1)
    assert counts.amounts == (0, 0)
    assert counts.promised == (0, 0, 0)
