"""What the customer showed, with the very words."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.conversation.facts import find_facts
from auditor.conversation.turns import turns
from auditor.models import Facts, Speaker, Utterance
from auditor.rules.pack import load_pack
from tests.packs import shipped

CUES = load_pack(Path(__file__).parent.parent / "golden" / "pack").facts


def facts(*lines: tuple[Speaker, str]) -> Facts:
    """The facts of these lines."""
    utterances = tuple(Utterance(s, 2.0 * i, 2.0 * i + 2, text) for i, (s, text) in enumerate(lines))
    return find_facts(turns(utterances), utterances, CUES)


def test_a_flag_quotes_the_customer_as_heard() -> None:
    """The quote is what was heard, fillers and script included, and the first showing counts."""
    found = facts(("customer", "唉，我失、失業了"), ("agent", "嗯"), ("customer", "我失业半年了"))
    assert found.has("hardship")
    (flag,) = found.customer_flags
    assert (flag.utterance, flag.quote) == (0, "失業")
    assert facts(("customer", "我失…嗯業了")).customer_flags == ()
    assert facts(("customer", "我失 嗯業了")).customer_flags[0].quote == "失 嗯業"
    assert found.delinquency_reason is not None
    assert found.delinquency_reason.name == "unemployment"


def test_only_the_customer_shows_facts() -> None:
    """What the agent says shows nothing of the customer; what is denied neither."""
    assert facts(("agent", "您是失业了还是要投诉"), ("customer", "我没有失业")).customer_flags == ()


def test_a_flag_brings_others_with_it() -> None:
    """A complaint to the regulator is a complaint, with the same evidence."""
    found = facts(("customer", "我打一二三七八"))
    assert {f.name for f in found.customer_flags} == {"regulator_complaint", "complaint_intent"}
    assert len({(f.utterance, f.quote) for f in found.customer_flags}) == 1


def test_a_flag_said_over_a_pause() -> None:
    """Words split over two utterances are found; the quote stays within the first."""
    found = facts(("customer", "我要去投"), ("customer", "诉你们"))
    assert [(f.name, f.utterance, f.quote) for f in found.customer_flags] == [("complaint_intent", 0, "去投")]


def test_the_first_reason_counts() -> None:
    """Of several reasons, the one given first is the call's."""
    found = facts(("customer", "孩子住院，我又失业了"))
    assert found.delinquency_reason is not None
    assert found.delinquency_reason.name == "illness"


SHIPPED = shipped().facts


def shown(line: str) -> tuple[str | None, set[str]]:
    """What the shipped pack takes a customer's line to show: the reason, and the flags."""
    utterances = (Utterance("customer", 0.0, 2.0, line),)
    found = find_facts(turns(utterances), utterances, SHIPPED)
    reason = found.delinquency_reason
    return reason.name if reason else None, {f.name for f in found.customer_flags}


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("unemployment", "上个月厂里把我们车间全给辞了"),
        ("unemployment", "公司縮編，我被砍掉了"),
        ("illness", "我爸装了三个支架，钱都垫进医院了"),
        ("illness", "婆婆老年痴呆，请护工一个月六千"),
        ("cash_flow", "客户的尾款一直没打过来"),
        ("cash_flow", "公司話遲啲先出糧"),
        ("business_loss", "果园今年冻了，一斤都没收"),
        ("business_loss", "開的手搖飲店收掉了，賠了一百多萬"),
        ("forgot", "账单日跟还款日我给搞反了"),
        ("forgot", "唔記得咗添"),
        ("bereavement", "我太太癌症走了"),
        ("dispute", "课没上机构就关门了，这账我不认"),
        ("other", "钱让人骗走了，我报警了"),
        ("forgot", "人在国外两个月，账单没看到"),
    ],
)
def test_reasons_in_words_of_all_kinds(reason: str, line: str) -> None:
    """Simplified, traditional, Taiwan and Cantonese wording; a plain reason goes before other circumstances."""
    assert shown(line)[0] == reason


@pytest.mark.parametrize(
    "line",
    ["我邻居做生意赔了跳楼", "我朋友失业了，找我借钱", "谁跟你说我生病了", "我没失业", "你以为我还不起啊", "听说有人被你们催得住院了",
     "我忘了密码", "我老婆问我是不是丢了工作", "要是失业了怎么办"],
)  # fmt: skip
def test_what_is_said_of_others_shows_nothing_of_the_customer(line: str) -> None:
    """A neighbour's ruin, a question, a denial, a mere possibility."""
    assert shown(line) == (None, set())


def test_who_speaks_of_a_friend_may_still_speak_of_himself() -> None:
    """A second 我 begins anew."""
    assert shown("我朋友借钱不还，我又失业了")[0] == "unemployment"


@pytest.mark.parametrize(
    ("flag", "line"),
    [
        ("complaint_intent", "明天我去你们总部投诉"),
        ("regulator_complaint", "我會去金管會檢舉你們"),
        ("self_harm", "再逼我，我就死给你们看"),
        ("hardship", "手上一毛钱都冇"),
        ("stop_contact_request", "请把我号码从系统里删掉"),
        ("dispute_or_paid", "早就結清了，清償證明都有"),
        ("dispute_or_paid", "我借三万，还了两万八，你说还欠两万一，这账怎么算的"),
        ("identity_denied", "你打錯囉，這是我的號碼"),
        ("lawyer_represented", "这事儿我全权委托给律师了"),
        ("recording_by_customer", "我手機有開錄音喔"),
        ("vulnerable", "我自己腰伤了，卧床一个多月"),
        ("vulnerable", "我太太癌症走了"),
    ],
)
def test_flags_in_words_of_all_kinds(flag: str, line: str) -> None:
    assert flag in shown(line)[1]


@pytest.mark.parametrize(
    ("flag", "line"),
    [
        ("complaint_intent", "上回我投诉过，翻篇了"),
        ("complaint_intent", "我懒得投诉"),
        ("self_harm", "你想死啊，说话这么冲"),
        ("vulnerable", "我母亲得了重病"),
        ("vulnerable", "我同事住院了"),
        ("recording_by_customer", "你们这电话录音吗"),
        ("lawyer_represented", "再这样我就去找律师了"),
        ("dispute_or_paid", "我昨天还了房贷，这个得缓缓"),
        ("stop_contact_request", "下午三点以后别打"),
        ("identity_denied", "什么案子，你搞错了吧"),
    ],
)
def test_innocent_twins_raise_no_flag(flag: str, line: str) -> None:
    assert flag not in shown(line)[1]
