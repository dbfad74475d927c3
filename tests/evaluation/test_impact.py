"""What a changed rule does to known calls: only what the change makes different is told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.evaluation.impact import Impact, impacts
from auditor.rules.edited import edited
from auditor.rules.pack import Pack, load_pack
from auditor.rules.typed import typed
from tests.rules.packs import FROZEN

WIDER = """id: visit-door
category: visit_threat
status: stable
severity: {severity}
any:
  - phrase: [牵着狗来]
message: 坐席扬言上门。
examples:
  hit: [牵着狗来, 我牵着狗来, 我们牵着狗来]
  clean: [您的狗真可爱, 遛狗去了吗, 狗年大吉]
"""
CALM, VISIT, DOG = ["坐席：您好，请问是董先生吗"], ["坐席：今晚我带几个人去你家坐坐"], ["坐席：我们牵着狗来找你"]
INTRODUCED = ["坐席：您好，这里是晴川银行信用卡中心，我姓王，工号零一七", "客户：嗯"]


@pytest.fixture(scope="module")
def before() -> Pack:
    return load_pack(FROZEN)


@pytest.fixture(scope="module")
def after() -> Pack:
    return edited(FROZEN, WIDER.format(severity="major"), "编辑框").pack


def tried(before: Pack, after: Pack, *calls: list[str]) -> list[Impact]:
    return list(impacts((typed(lines) for lines in calls), before, after))


def test_a_call_that_the_change_does_not_touch_stays(before: Pack, after: Pack) -> None:
    (calm,) = tried(before, after, CALM)
    assert not calm.flips
    assert calm.before == calm.after


def test_what_fires_now_is_gained_and_what_no_longer_does_is_lost(before: Pack, after: Pack) -> None:
    visit, dog = tried(before, after, VISIT, DOG)
    assert [f.category for f in dog.gained] == ["visit_threat"]
    assert (dog.lost, dog.flips) == ((), True)
    assert [(f.category, f.status) for f in visit.lost] == [("visit_threat", "confirmed")]
    assert visit.gained == ()


def test_a_finding_that_only_becomes_a_suspicion_is_on_both_sides(before: Pack) -> None:
    text = before.files["violations/visit_threat/visit-door.yaml"].decode()
    pack = edited(FROZEN, text.replace("status: stable", "status: experimental"), "编辑框").pack
    (visit,) = tried(before, pack, VISIT)
    assert [f.status for f in (*visit.lost, *visit.gained)] == ["confirmed", "suspected"]


def test_the_score_of_both_sides_is_told(before: Pack) -> None:
    after = edited(FROZEN, WIDER.format(severity="critical"), "编辑框").pack
    (dog,) = tried(before, after, [*INTRODUCED, *DOG])
    assert dog.before is not None
    assert dog.before > 0
    assert (dog.after, dog.band_after) == (Decimal(0), "fail")


def test_a_step_that_the_change_makes_missed_is_told(before: Pack) -> None:
    text = before.files["steps/introduction.yaml"].decode()
    pack = edited(
        FROZEN, text.replace("needs:", "needs:\n  - {part: 口令, any: [{phrase: [芝麻开门]}]}", 1), "编辑框"
    ).pack
    (call,) = tried(before, pack, INTRODUCED)
    flips = {s.step: (s.before, s.after) for s in call.steps}
    assert flips["introduction"] == ("done", "missed")


@settings(max_examples=20, deadline=None)
@given(lines=st.lists(st.sampled_from([*CALM, *VISIT, *DOG, "客户：嗯", "", "您好"]), min_size=1, max_size=6))
def test_the_same_pack_flips_nothing(before: Pack, lines: list[str]) -> None:
    assert not any(each.flips for each in tried(before, before, lines))
