"""Rules tried on calls: who said it, to whom, where, with what before it, and how the evidence reads."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.evaluation.examples import run_examples
from auditor.models import Call, Finding, Metadata, PartyKind, Speaker, Utterance, Word
from auditor.pipeline import audit_call
from auditor.published import audit_json
from auditor.rules.metadata import agreed_hours
from auditor.rules.pack import Pack, load_pack
from auditor.speech.metadata import parse_metadata

PACK = load_pack(Path(__file__).parent.parent / "golden" / "pack")


def call(*lines: tuple[Speaker, str], **metadata: Any) -> Call:
    """Lines of two seconds each."""
    return Call(
        "K1",
        parse_metadata(metadata, "K1")[0],
        tuple(Utterance(s, 2.0 * i, 2.0 * i + 2, text) for i, (s, text) in enumerate(lines)),
    )


def findings(
    *lines: str | tuple[Speaker, str], party: PartyKind = "debtor_verified", **metadata: Any
) -> tuple[Finding, ...]:
    """The findings on these lines; a plain string is the agent's."""
    spoken = [("agent", line) if isinstance(line, str) else line for line in lines]
    return audit_call(call(*spoken, **metadata), PACK, party).findings  # type: ignore[arg-type]


def categories(*lines: str | tuple[Speaker, str], party: PartyKind = "debtor_verified", **metadata: Any) -> list[str]:
    """Their categories."""
    return [f.category for f in findings(*lines, party=party, **metadata)]


def test_the_small_packs_own_examples_hold() -> None:
    """Every example of the frozen pack comes out as written."""
    assert [(o.owner, o.text) for o in run_examples(PACK) if not o.right] == []


@pytest.mark.parametrize(
    ("innocent", "guilty", "category"),
    [
        ("我们不会上门", "我不会上门才怪", "visit_threat"),
        ("您说我威胁您", "我就威胁你了怎么着", "threat_violence"),
        ("千万别转私人账户", "转我私人账户", "private_account"),
        ("法院可能会依法受理", "法院明天就抓你", "false_criminal_claim"),
        ("我们不会爆你通讯录", "不是我要爆你通讯录，是你逼我的", "threat_exposure"),
        ("您是担心我们上门吗？", "信不信我上门？", "visit_threat"),
        ("我們絕不會爆您通訊錄", "再不還就爆您通訊錄", "threat_exposure"),
        ("您说有人弄死你，我记一下", "你说不还，那我弄死你", "threat_violence"),
        ("没人会去你单位的", "未来三天去你单位", "visit_threat"),
        ("让您转个人账户的都是骗子", "要不要转我微信，别说我没提醒你", "private_account"),
    ],
)
def test_paired_sentences(innocent: str, guilty: str, category: str) -> None:
    """The same words, made innocent by what stands around them, and not."""
    assert categories(innocent) == []
    assert categories(guilty) == [category]


def test_only_the_speaker_meant_can_breach() -> None:
    """A customer's words are no breach of the agent; unknown speakers give suspicion at most."""
    assert categories(("customer", "信不信我弄死你")) == []
    (found,) = findings(("unknown", "信不信我弄死你"))
    assert found.status == "suspected"
    assert "说话人不明" in found.why


def test_quarantined_utterances_are_not_judged() -> None:
    """What was probably never said breaches nothing."""
    spoken = call(("agent", "我弄死你"), ("customer", "好"))
    marked = replace(spoken, utterances=(replace(spoken.utterances[0], quarantined=("silence",)), spoken.utterances[1]))
    assert [f.category for f in audit_call(spoken, PACK).findings] == ["threat_violence"]
    assert audit_call(marked, PACK).findings == ()


def test_words_split_over_two_utterances() -> None:
    """A phrase with a pause in it is found; the finding names both utterances and quotes the first."""
    (found,) = findings("再不还我就爆你通", "讯录。你看着办")
    assert (found.utterance, found.also, found.quote) == (0, (1,), "再不还我就爆你通")
    assert found.span == (0, 8)


def test_a_sentence_end_keeps_utterances_apart() -> None:
    """Words of two sentences make no phrase."""
    assert categories("您有个通讯录。", "打一遍电话确认") == []


def test_each_utterance_of_a_long_turn_has_its_own_evidence() -> None:
    """Spans are places in the utterance that holds the words, wherever it stands in the turn."""
    found = findings("您好，呃……", "😀 少　廢話！", "行", "那、我，弄死你。")
    assert [(f.utterance, f.quote, f.start, f.end) for f in found] == [
        (1, "少　廢話", 2.0, 4.0),
        (3, "我，弄死你"[2:], 6.0, 8.0),
    ]


def test_the_party_matters() -> None:
    """The same words to a third party disclose; to the verified debtor they don't."""
    assert categories("他逾期三天") == []
    assert categories("他逾期三天", party="third_party") == ["third_party_disclosure"]


def test_told_too_early_is_one_breach() -> None:
    """However often it goes on, and the confirmed one is kept."""
    found = findings("您逾期了", ("customer", "啊"), "逾期很久了", party="debtor_unverified")
    assert [(f.category, f.utterance) for f in found] == [("disclosure_before_verification", 0)]
    words = (Word("您逾期了", 0.0, 2.0, 0.1),)
    spoken = call(("agent", "您逾期了"), ("customer", "啊"), ("agent", "逾期很久了"))
    unsure = replace(spoken, utterances=(replace(spoken.utterances[0], words=words), *spoken.utterances[1:]))
    (kept,) = audit_call(unsure, PACK, "debtor_unverified").findings
    assert (kept.utterance, kept.status) == (2, "confirmed")


def test_before_and_after() -> None:
    """Order counts: nothing is too early after verification was asked, nor cold before the cry for help."""
    assert categories("请报一下身份证后四位", "您逾期了", party="debtor_unverified") == []
    assert categories("那是你的事") == []
    assert categories(("customer", "我不想活了"), "那是你的事") == ["self_harm_mishandling"]


def test_one_finding_for_an_utterance_and_category() -> None:
    """Two rules or two hits in one utterance are one finding."""
    assert categories("我弄死你，打断你的腿，弄死你") == ["threat_violence"]
    assert categories("我弄死你，少废话") == ["service_attitude", "threat_violence"]


def test_low_word_probability_is_suspected() -> None:
    """Where the recogniser was not sure of the very words, a person must listen."""

    def heard(*trust: float | None) -> Finding:
        pieces = ("您好", "我", "弄死你")
        words = tuple(Word(p, float(i), i + 1.0, t) for i, (p, t) in enumerate(zip(pieces, trust, strict=True)))
        spoken = Utterance("agent", 0.0, 3.0, "您好，我弄死你", words=words)
        (found,) = audit_call(Call("K1", Metadata(), (spoken,)), PACK).findings
        return found

    assert heard(0.9, 0.9, 0.9).status == "confirmed"
    assert heard(0.1, 0.9, 0.9).status == "confirmed"
    assert heard(0.9, 0.9, 0.2).status == "suspected"
    assert "听录音" in heard(0.9, 0.9, 0.2).why
    assert (heard(0.9, 0.9, 0.9).start, heard(0.9, 0.9, 0.9).end) == (1.0, 3.0)
    assert heard(None, None, None).status == "confirmed"


def test_words_that_do_not_fit_the_text_do_no_harm() -> None:
    """Words of a corrected or hostile transcript may be anything."""
    words = (Word("", 0.0, 0.1), Word("没有的", 0.1, 0.2, 0.1), Word("弄死你", 1.0, 1.5, 0.9))
    spoken = Utterance("agent", 0.0, 3.0, "我弄死你", words=words, confidence=0.9)
    (found,) = audit_call(Call("K1", Metadata(), (spoken,)), PACK).findings
    assert (found.start, found.end, found.status) == (1.0, 1.5, "confirmed")


@pytest.mark.parametrize(
    ("said", "breach"),
    [
        ("您要还两万八", True),
        ("您要还两万八千元", True),
        ("您要还一万二千八百六", False),
        ("应还12860.00元", False),
        ("先还五千也行", False),
        ("尾号六六二零的卡，请拨打95533", False),
        ("千万别拖，下午3:30之前，万一忘了", False),
        ("两万八是假的，您欠一万二千八百六", False),
    ],
)
def test_amounts_are_held_against_the_account(said: str, breach: bool) -> None:
    """Only an amount above the one due, with the right one nowhere beside it, misleads."""
    assert categories(said, amount_due=12860) == (["misleading_amount"] if breach else [])
    assert categories(said) == []


@pytest.mark.parametrize(
    ("clock", "breach"),
    [
        ("2026-10-14T21:59:59+08:00", False),
        ("2026-10-14T22:00:00+08:00", True),
        ("2026-10-14T14:30:00+00:00", True),
        ("2026-10-14T07:59:59+08:00", True),
        ("2026-10-14T08:00:00+08:00", False),
        ("2026-10-14T00:00:00Z", False),
    ],
)
def test_hours_are_those_where_the_debtor_is(clock: str, breach: bool) -> None:
    """The clock of the debtor's region counts, to the second; such a finding has no utterance."""
    found = findings("您好", started_at=clock)
    assert [f.category for f in found] == (["off_hours"] if breach else [])
    assert all((f.utterance, f.span, f.quote) == (None, None, "") for f in found)


def test_what_spares_a_rule_on_metadata() -> None:
    """Agreed hours, an inbound call, an unanswered attempt, another region's hours, or the rule's own ``not``."""
    night = "2026-10-14T22:30:00+08:00"
    assert categories("您好", started_at=night) == ["off_hours"]
    for spared in (
        {"agreed_hours": "22:00-23:00"},
        {"agreed_hours": "20:00–01:00"},
        {"direction": "inbound"},
        {"answered": False},
        {"region": "HK"},
        {"agreed_plan": True},
    ):
        assert categories("您好", started_at=night, **spared) == [], spared


@pytest.mark.parametrize("said", ["", "随便", "25:00-26:00", "9-", "-", "12:00", "1:00-2:00-3:00"])
def test_agreed_hours_that_can_not_be_read_are_none(said: str) -> None:
    """Nonsense is no agreement."""
    assert agreed_hours(said) is None


PIECES = st.one_of(
    st.sampled_from(
        ["弄死你", "爆你通讯录", "爆妳通訊錄", "转我微信", "上门", "少廢話", "逾期", "不会", "您说", "您逾期三天"]
    ),
    st.sampled_from([*"，。？！… \t　嗯呃Ａ１😀ﬁ½", "\u200b", "\u0301", "\u202e", "👨\u200d👩\u200d👧", "\n", "\x00"]),
    st.characters(codec="utf-8"),
)
LINES = st.lists(
    st.tuples(st.sampled_from(["agent", "agent", "customer"]), st.lists(PIECES, max_size=8).map("".join)), max_size=6
)


@given(LINES)
@settings(deadline=None, max_examples=80)
def test_every_quote_is_what_was_heard(lines: list[tuple[Speaker, str]]) -> None:
    """Every finding and step quotes the exact words of the utterance that it names."""
    spoken = call(*lines)
    audit = audit_call(spoken, PACK, "debtor_unverified")
    for found in audit.findings:
        assert found.utterance is not None
        assert found.span is not None
        heard = spoken.utterances[found.utterance].text
        assert found.quote
        assert heard[found.span[0] : found.span[1]] == found.quote
        assert 0 <= found.span[0] < found.span[1] <= len(heard)
        assert all(found.utterance < a < len(lines) for a in found.also)
    for step in audit.steps:
        assert step.utterance is None or step.quote in spoken.utterances[step.utterance].text
    for flag in audit.facts.customer_flags:
        assert flag.quote in spoken.utterances[flag.utterance].text


@pytest.mark.parametrize("line", ["不会弄死你，" * 17_000, "您说弄死你" * 3_000])
def test_endless_utterances_are_judged(line: str) -> None:
    """A hundred thousand characters in one utterance, full of hits that their context clears, come to an end."""
    found = audit_call(call(("agent", line), ("customer", line)), PACK, "debtor_verified").findings
    assert all(f.utterance == 0 for f in found)


def test_endless_calls_are_judged() -> None:
    """A thousand short turns come to an end."""
    lines: list[tuple[Speaker, str]] = [("agent", "我们不会上门"), ("customer", "我没钱")] * 500
    assert audit_call(call(*lines), PACK, "debtor_verified").findings == ()


def test_odd_metadata_is_judged() -> None:
    """Custom columns and negative, absent or senseless values neither crash nor breach."""
    odd = Metadata(
        amount_due=Decimal(0), days_overdue=-3, institution="——", agency="。", agent_name="？", card_tail="",
        custom={"score": "高", "x": [1], "y": None},
    )  # fmt: skip
    audit = audit_call(Call("K1", odd, (Utterance("agent", 0, 1, "您好"),)), PACK)
    assert audit.findings == ()
    introduction = next(s for s in audit.steps if s.id == "introduction")
    assert introduction.verdict == "missed"


def test_a_rule_of_one_region_stays_there() -> None:
    """Taiwan's hours begin earlier than the mainland's."""
    early = "2026-10-14T07:30:00+08:00"
    assert categories("您好", started_at=early, region="CN") == ["off_hours"]
    assert categories("您好", started_at=early, region="TW") == []


def test_the_pack_is_only_read(tmp_path: Path) -> None:
    """Auditing twice with one loaded pack, and with a fresh one, gives the same."""
    spoken = call(("agent", "我弄死你，转我微信"), ("customer", "我要投诉"))
    fresh: Pack = load_pack(Path(__file__).parent.parent / "golden" / "pack")
    assert (
        audit_json(audit_call(spoken, PACK))
        == audit_json(audit_call(spoken, PACK))
        == audit_json(audit_call(spoken, fresh))
    )
