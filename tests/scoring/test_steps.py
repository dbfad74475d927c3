"""Step verdicts: done, missed with what came nearest, not asked for, and what no recording can tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.models import Audit, Call, CallWarning, PartyKind, Speaker, StepResult, Utterance
from auditor.pipeline import audit_call
from auditor.rules.pack import load_pack
from auditor.speech.metadata import parse_metadata
from tests.packs import shipped

PACK = load_pack(Path(__file__).parent.parent / "golden" / "pack")
KNOWN = {"institution": "青禾银行", "amount_due": 12860, "days_overdue": 90, "card_tail": "6620"}


def call(*lines: str, **metadata: Any) -> Call:
    """Lines ``坐：…`` and ``客：…`` as a call."""
    speakers: dict[str, Speaker] = {"坐": "agent", "客": "customer", "？": "unknown"}
    return Call(
        "K1",
        parse_metadata({**KNOWN, **metadata}, "K1")[0],
        tuple(Utterance(speakers[t[0]], 2.0 * i, 2.0 * i + 2, t[2:]) for i, t in enumerate(lines)),
    )


def audit(*lines: str, party: PartyKind = "debtor_verified", **metadata: Any) -> Audit:
    """The audit of these lines."""
    return audit_call(call(*lines, **metadata), PACK, party)


def step(name: str, *lines: str, party: PartyKind = "debtor_verified", **metadata: Any) -> StepResult:
    """One step's result on these lines."""
    return next(s for s in audit(*lines, party=party, **metadata).steps if s.id == name)


ASK, LEGAL = "坐：方便说说是什么原因吗", "坐：协商不成，银行可能会依法向法院起诉"


def test_done_with_its_evidence() -> None:
    """A step done quotes its words, as heard, with their place; further utterances stand beside it."""
    done = step("introduction", "坐：您好，這裡是青禾銀行", "客：嗯", "坐：我姓周")
    assert (done.verdict, done.utterance, done.also, done.quote) == ("done", 0, (2,), "這裡是青禾銀行")
    assert (done.start, done.end, done.say_instead) == (0.0, 2.0, "")


def test_missed_with_its_nearest_miss() -> None:
    """A step half done says what was said and what lacked, and what to say instead."""
    missed = step("introduction", "坐：您好，这里是青禾银行")
    assert missed.verdict == "missed"
    assert "已说：机构名称“这里是青禾银行”（00:00）" in missed.why
    assert "缺：姓氏或工号" in missed.why
    assert missed.utterance is None
    assert missed.say_instead


def test_the_customers_words_do_not_count() -> None:
    """Only the agent can do a step."""
    assert step("ask_cause", "坐：您好", "客：你想问什么原因吗").verdict == "missed"


@pytest.mark.parametrize(
    ("name", "lines", "party", "metadata"),
    [
        ("state_purpose", ["坐：您好"], "third_party", {}),
        ("legal_reminder", ["坐：您好"], "debtor_verified", {"days_overdue": 59}),
        ("legal_reminder", ["坐：您好"], "debtor_verified", {"days_overdue": None}),
        ("legal_reminder", ["坐：您好", "客：我不想活了"], "debtor_verified", {}),
        ("ask_cause", ["坐：您好"], "debtor_verified", {"agreed_plan": True}),
        ("ask_cause", ["坐：您好", "客：我昨天已经还清了"], "debtor_verified", {}),
        ("empathy", ["坐：您好", "客：嗯好"], "debtor_verified", {}),
        ("official_channels", ["坐：您好"], "debtor_verified", {}),
        ("closing", ["坐：您好", "客：不说了，挂了"], "debtor_verified", {}),
        ("negotiate_plan", ["坐：您好", "客：我今天就还清"], "debtor_verified", {}),
    ],
)
def test_not_asked_for(name: str, lines: list[str], party: PartyKind, metadata: dict[str, Any]) -> None:
    """Party, days, flags, plans and what the customer does take a step out of the call."""
    found = step(name, *lines, party=party, **metadata)
    assert found.verdict == "na"
    assert found.why


def test_conduct_spoils_a_step() -> None:
    """A threat is no lawful notice: what is said in the same breath does not count; said cleanly later, it does."""
    threat = "坐：银行可能会依法起诉，我弄死你"
    assert step("legal_reminder", ASK, threat).verdict == "missed"
    assert step("legal_reminder", ASK, threat, "客：啊", LEGAL).utterance == 3


def test_a_suspicion_spoils_nothing() -> None:
    """What a person must still decide takes no step, so it takes no points."""
    unsure = call(ASK, "客：嗯好", "坐：银行可能会依法起诉，我弄死你")
    marked = replace(unsure, utterances=(*unsure.utterances[:2], replace(unsure.utterances[2], confidence=0.5)))
    result = audit_call(marked, PACK, "debtor_verified")
    assert [f.status for f in result.findings] == ["suspected"]
    assert next(s for s in result.steps if s.id == "legal_reminder").verdict == "done"


def test_a_legal_reminder_too_early() -> None:
    """Before the cause was asked it is too early; said again afterwards, it counts."""
    early = step("legal_reminder", LEGAL, "客：啊", ASK)
    assert early.verdict == "missed"
    assert "太早" in early.why
    assert step("legal_reminder", LEGAL, "客：啊", ASK, "客：嗯好", LEGAL).utterance == 4
    assert step("legal_reminder", ASK, "客：啊", LEGAL).verdict == "done"
    assert step("legal_reminder", LEGAL).verdict == "done"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"quarantined": ("repeat_loop",)}, "坐席 00:04–00:06 的话识别不可信，已隔离"),
        ({"confidence": 0.3}, "识别把握低"),
        ({"start": 2.0, "end": 4.5}, "与对方的话重叠"),
    ],
)
def test_a_step_may_hide_in_what_was_not_understood(bad: dict[str, Any], reason: str) -> None:
    """Nothing missed is held against an agent whose words were spoken but not understood; what was heard still counts."""
    spoken = call("坐：您好，这里是青禾银行，我姓周", "客：嗯好", "坐：呃那个就是说", ASK)
    blurred = replace(spoken.utterances[2], **bad)
    heard = (*spoken.utterances[:2], blurred, replace(spoken.utterances[3], speaker="agent"))
    steps = {s.id: s for s in audit_call(replace(spoken, utterances=heard), PACK, "debtor_verified").steps}
    assert (steps["introduction"].verdict, steps["ask_cause"].verdict) == ("done", "done")
    assert steps["recording_notice"].verdict == "cannot_tell"
    assert reason in steps["recording_notice"].why


def test_invented_words_over_silence_hide_no_step() -> None:
    """Where nobody spoke, nothing can have been said."""
    spoken = call("坐：您好", "客：嗯好", "坐：请不吝点赞订阅")
    marked = replace(spoken.utterances[2], quarantined=("silence_under_text", "known_phrase"))
    result = audit_call(replace(spoken, utterances=(*spoken.utterances[:2], marked)), PACK, "debtor_verified")
    assert next(s for s in result.steps if s.id == "recording_notice").verdict == "missed"


def test_unknown_speakers_can_not_be_judged() -> None:
    """Without knowing who spoke, no step is done or missed, and there is no score."""
    result = audit("？：您好，这里是青禾银行，我姓周", "？：嗯")
    assert {s.verdict for s in result.steps} == {"cannot_tell"}
    assert result.scorecard.score is None
    assert result.scorecard.band == "cannot_tell"


@pytest.mark.parametrize(
    ("lines", "warnings"),
    [
        (["坐：您好，这里是青禾银行，我姓周", "客：嗯"], ["dead_channel"]),
        (["客：喂，喂，听得见吗"], []),
        ([], []),
    ],
)
def test_a_side_that_was_not_recorded_can_not_be_judged(lines: list[str], warnings: list[str]) -> None:
    """A dead channel, an agent who was never heard, or silence: nothing can be told."""
    spoken = replace(call(*lines), warnings=tuple(CallWarning(code, "") for code in warnings))
    result = audit_call(spoken, PACK, "debtor_verified")
    assert {s.verdict for s in result.steps} == {"cannot_tell"}
    assert result.scorecard.score is None


@pytest.mark.parametrize("code", ["length_mismatch", "damaged"])
def test_a_truncated_recording_takes_no_points(code: str) -> None:
    """What was heard counts, what was not heard may be in the lost part."""
    spoken = call("坐：您好，这里是青禾银行，我姓周", "客：嗯", LEGAL, "客：啊", ASK)
    cut = audit_call(replace(spoken, warnings=(CallWarning(code, ""),)), PACK, "debtor_verified")
    assert {s.verdict for s in cut.steps} <= {"done", "cannot_tell", "na"}
    assert "done" in {s.verdict for s in cut.steps}
    assert cut.scorecard.score == 100
    assert "missed" in {s.verdict for s in audit_call(spoken, PACK, "debtor_verified").steps}


def test_an_agent_hardly_understood_takes_no_points() -> None:
    """Below the pack's trust, missing steps are not held against the agent; a short word misheard does not matter."""
    spoken = call("坐：您好", "客：嗯")
    mostly = call("坐：您好", "客：嗯", "坐：在吗", "客：嗯", "坐：喂")
    one_bad = tuple(replace(u, confidence=0.2, end=1.0) if i == 0 else u for i, u in enumerate(mostly.utterances))
    trusted = audit_call(replace(mostly, utterances=one_bad), PACK, "debtor_verified")
    assert trusted.steps[0].verdict == "missed"
    for side, verdict in ((0, "cannot_tell"), (1, "missed")):
        utterances = tuple(replace(u, confidence=0.2 if i == side else 0.9) for i, u in enumerate(spoken.utterances))
        result = audit_call(replace(spoken, utterances=utterances), PACK, "debtor_verified")
        assert next(s for s in result.steps if s.id == "introduction").verdict == verdict


def test_quarantined_words_do_no_step() -> None:
    """What was probably never said satisfies nothing."""
    spoken = call("坐：您好", "坐：这里是青禾银行，我姓周", "客：嗯")
    marked = tuple(replace(u, quarantined=("silence",)) if i == 1 else u for i, u in enumerate(spoken.utterances))
    result = audit_call(replace(spoken, utterances=marked), PACK, "debtor_verified")
    assert result.steps[0].verdict == "missed"


def test_a_false_identity_is_no_introduction() -> None:
    """An agency must name itself; the bank's name alone is not enough."""
    assert step("introduction", "坐：我是青禾银行的，我姓周", agency="信达资产").verdict == "missed"
    assert step("introduction", "坐：信达资产，受青禾银行委托，我姓周", agency="信达资产").verdict == "done"


def test_only_the_opening_counts() -> None:
    """An introduction after six turns comes too late."""
    talk = ["坐：您好", "客：嗯好"] * 6
    assert step("introduction", *talk, "坐：这里是青禾银行，我姓周").verdict == "missed"


def test_the_purpose_in_several_turns() -> None:
    """Product, amount and days may come one after the other; a wrong amount leaves it missed."""
    assert (
        step("state_purpose", "坐：您的信用卡", "客：嗯", "坐：一万二千八百六", "客：嗯", "坐：九十天了").verdict
        == "done"
    )
    wrong = step("state_purpose", "坐：您的信用卡欠两万八，九十天了")
    assert wrong.verdict == "missed"
    assert "缺：与系统一致的金额" in wrong.why


@pytest.mark.parametrize("party", ["third_party", "wrong_number", "voicemail"])
def test_others_are_told_little(party: PartyKind) -> None:
    """Who is not the debtor is owed an introduction, hardly more."""
    wanted = {s.id for s in audit("坐：喂", party=party).steps if s.verdict != "na"}
    assert wanted == ({"introduction", "contact_channel"} if party == "voicemail" else {"introduction", "closing"})


def test_a_policy_can_waive_the_recording_notice() -> None:
    """Where the institution does not ask for it, it is not missed."""
    waived = replace(PACK, recording_notice_required=False)
    result = audit_call(call("坐：您好"), waived, "debtor_verified")
    assert next(s for s in result.steps if s.id == "recording_notice").verdict == "na"
    assert step("recording_notice", "坐：您好").verdict == "missed"


SHIPPED = shipped()
VERIFIED = ("坐：是周先生吗", "客：是我", "坐：请报身份证后四位", "客：三三零一")


def verdicts(*lines: str, **metadata: Any) -> dict[str, str]:
    """Each step's verdict by the shipped pack, which finds out by itself who is on the line."""
    result = audit_call(call(*VERIFIED, *lines, **metadata), SHIPPED)
    assert result.party.kind == "debtor_verified"
    return {s.id: s.verdict for s in result.steps}


def of(found: dict[str, str], *names: str) -> set[str]:
    """The verdicts of these steps."""
    return {found[name] for name in names}


@pytest.mark.parametrize("said", ["我上周就转过去了，你查流水", "这笔不是我刷的，卡被盗刷了", "早就結清了"])
def test_no_pressure_on_who_paid_or_disputes(said: str) -> None:
    """G6: nothing is asked for that presses the customer to pay."""
    steps = ("ask_cause", "explain_consequences", "negotiate_plan", "official_channels", "legal_reminder", "empathy")
    assert of(verdicts(f"客：{said}"), *steps) == {"na"}


@pytest.mark.parametrize("said", ["再逼我，我就死给你们看", "活著沒意義，不如一死百了"])
def test_a_life_goes_before_the_debt(said: str) -> None:
    """G8: after words of suicide empathy is owed, and neither consequences, plan nor law."""
    found = verdicts(f"客：{said}")
    assert of(found, "explain_consequences", "negotiate_plan", "legal_reminder") == {"na"}
    assert found["empathy"] == "missed"


@pytest.mark.parametrize("said", ["我太太癌症走了", "我自己腰伤了，卧床一个多月"])
def test_the_law_is_not_held_up_to_the_vulnerable(said: str) -> None:
    """G8: empathy is owed, the legal reminder is not; who speaks of a neighbour is not vulnerable."""
    found = verdicts(f"客：{said}")
    assert (found["empathy"], found["legal_reminder"]) == ("missed", "na")
    assert verdicts("客：我邻居生病住院了")["legal_reminder"] == "missed"


def test_who_only_agrees_to_a_factor_is_told_nothing() -> None:
    """G1, G4: a factor that the agent reads out verifies nobody, so the debtor's steps are not asked for."""
    read_out = call("坐：是周先生吗", "客：是我", "坐：您身份证后四位是三三零一对吧", "客：对")
    steps: dict[str, str] = {s.id: s.verdict for s in audit_call(read_out, SHIPPED).steps}
    assert of(steps, "state_purpose", "ask_cause", "negotiate_plan", "legal_reminder") == {"na"}
