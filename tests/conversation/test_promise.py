"""The customer's promise to pay, as the built-in pack hears it in a call of Wednesday, 14 October 2026."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from auditor.models import Call, Facts, Metadata, PartyKind, Promise, Speaker, Utterance
from auditor.pipeline import audit_call, scene_of
from auditor.published import audit_json
from auditor.rules.pack import load_pack
from auditor.store.codec import decode, encode
from auditor.text.normalise import traditional
from tests.packs import shipped
from tests.rules.packs import FROZEN

PACK = shipped()
STARTED = datetime(2026, 10, 14, 10, tzinfo=timezone(timedelta(hours=8)))


def call(*lines: str, **metadata: Any) -> Call:
    """A call of these lines, each begun by A: or C:; verified before."""
    spoken = []
    for at, line in enumerate(("A:请报一下身份证后四位。", "C:三三零一。", *lines)):
        speaker: Speaker = "agent" if line.startswith("A:") else "customer"
        spoken.append(Utterance(speaker, at, at + 1, line[2:]))
    return Call("c", Metadata(**{"started_at": STARTED, **metadata}), tuple(spoken))


def facts(*lines: str, party: PartyKind = "debtor_verified", **metadata: Any) -> Facts:
    """What the customer showed."""
    return scene_of(call(*lines, **metadata), PACK, party).facts


def promise(*lines: str, **metadata: Any) -> Promise:
    """The promise, which there must be."""
    found = facts(*lines, **metadata).promise
    assert found is not None, lines
    return found


@pytest.mark.parametrize(
    ("said", "amount", "due"),
    [
        ("我明天先转两千五过去吧", 2500, "2026-10-15"),
        ("下个礼拜三我一定把这四千八还上", 4800, "2026-10-21"),
        ("礼拜天行不行，礼拜天我还你一千六", 1600, "2026-10-18"),
        ("这个月二十八号发工资，发了我就还三千二", 3200, "2026-10-28"),
        ("十一月十号之前我把两万三都结清", 23000, "2026-11-10"),
        ("大后天我女儿给我打钱，到了我就还九百八", 980, "2026-10-17"),
        ("要不这样，我十六号先还五百，剩下的月底一起清", 500, "2026-10-16"),
        ("三天后吧，三天后我给你打六千过去", 6000, "2026-10-17"),
        ("我老公二十二号开支，到时候给你们还一千七", 1700, "2026-10-22"),
        ("今天下午四点以前我把那七百块存到卡里", 700, "2026-10-14"),
        ("11/05我还3200", 3200, "2026-11-05"),
        ("我这两天凑钱呢，周六之前肯定给你转四千", 4000, "2026-10-17"),
        ("行吧行吧，月底我把最低还款一千三还了", 1300, "2026-10-31"),
        ("先还一半，三千五，这周日", 3500, "2026-10-18"),
        ("过五天我还八百", 800, "2026-10-19"),
        ("现在就操作，您稍等，四百六是吧", 460, "2026-10-14"),
        ("我晚上下班回去用手机银行还九百", 900, "2026-10-14"),
        ("二十号三千二十五号两千", 3000, "2026-10-20"),
        ("我二十五号给你打一个W", 10000, "2026-10-25"),
        ("月底給你三萬二，匯過去", 32000, "2026-10-31"),
        ("我後天去超商繳兩千五", 2500, "2026-10-16"),
        ("下星期二我過數五千蚊", 5000, "2026-10-20"),
        ("聽日我還萬二蚊先", 12000, "2026-10-15"),
        ("那个我下周五换你三千你给我记一下", 3000, "2026-10-23"),
    ],
)
def test_a_payment_on_a_day_is_a_promise(said: str, amount: int, due: str) -> None:
    """However it is said: the sum and the day, which stands in the utterance."""
    found = promise(f"C:{said}")
    assert (found.amount, found.due, found.utterance) == (Decimal(amount), date.fromisoformat(due), 2)
    assert found.date_text is None or found.date_text in said
    assert found.span is not None
    assert said[slice(*found.span)] == found.quote


@pytest.mark.parametrize(
    ("said", "amount", "due"),
    [
        ("不是十五号，是二十五号，还三千", 3000, "2026-10-25"),
        ("二十号还五千，不，二十二号，二十二号还五千", 5000, "2026-10-22"),
        ("我还两千，噢不对，一千八，后天还", 1800, "2026-10-16"),
        ("四千八还不起，一千八，二十号，再多没有", 1800, "2026-10-20"),
        ("这周别想了，下周五我还三千", 3000, "2026-10-23"),
    ],
)
def test_what_was_taken_back_does_not_count(said: str, amount: int, due: str) -> None:
    """The customer's last word does."""
    found = promise(f"C:{said}")
    assert (found.amount, found.due) == (Decimal(amount), date.fromisoformat(due))


@pytest.mark.parametrize(
    "said", ["月底之前还你一千二到一千五吧", "月底还个两三千", "月底还一部分，一千还是两千没算清楚"]
)
def test_a_range_of_sums_is_no_sum(said: str) -> None:
    """The day stands, the amount is left open."""
    found = promise(f"C:{said}", amount_due=Decimal(8000))
    assert (found.amount, found.due) == (None, date(2026, 10, 31))


@pytest.mark.parametrize("said", ["就这两天，我还你两千", "下周之内我还两千", "月初我还两千", "这个周末还两千"])
def test_a_span_gives_first_and_last_day_but_no_date(said: str) -> None:
    """A promise all the same; when it is broken can still be told."""
    found = promise(f"C:{said}")
    assert (found.amount, found.due) == (Decimal(2000), None)
    assert found.between is not None
    assert found.between[0] >= STARTED.date()


@pytest.mark.parametrize(
    "said",
    [
        "我尽量吧，尽量下周三之前凑三千",
        "我看下周三能不能借到三千",
        "二十号前后应该有钱，到时候看吧",
        "下个月再说吧",
        "能不能缓到下个月五号",
        "可以分期吗，每个月还八百",
        "我二十号还不了三千",
        "周五？不行不行，周五我没钱",
        "下周五？三千？不可能",
        "如果我下周一还清，利息能免吗",
        "就算我明天还了三千，后天你们还得催",
        "我朋友说他周五还我五千",
        "我哥欠的你们找我哥，他说他下周还五千",
        "我借给他五千，他说好二十号还我",
        "上次我答应二十号还三千，没做到，对不起",
        "我每个月五号都按时还一千二，协议签了的",
        "你刚才不是说月底还两千就行吗",
        "上个月二十号我就还了两千",
        "我昨天刚转了三千过去",
        "明天我要住院，押金交五千",
        "二十号我闺女开学，学费六千还没着落呢",
        "下辈子我还你三千",
        "对对对，我明天还八万，你信吗",
        "二月三十号还你三千，记好了",
        "我十五号才发工资，你让我拿什么还",
        "明天我去你们总部投诉，路费两百我都备好了",
        "我尾号六六二零那张卡二十号换的",
        "十二月我满三十，八千工资",
    ],
)
@pytest.mark.parametrize("hant", [False, True], ids=["Hans", "Hant"])
def test_what_only_sounds_like_it_is_no_promise(said: str, hant: bool) -> None:
    """Wishes, questions, reports, the past, other people's money, other purposes, sarcasm; in either script."""
    assert facts(f"C:{traditional(said) if hant else said}").promise is None


@pytest.mark.parametrize("answer", ["行", "可以的", "好吧好吧", "对，没问题", "嗯，好的", "好嘞，就这么着"])
def test_a_yes_to_the_agents_proposal_is_a_promise(answer: str) -> None:
    """It rests on both utterances; the customer's is its place."""
    found = promise("A:您看这周五能还三千吗？", f"C:{answer}")
    assert (found.amount, found.due, found.date_text) == (Decimal(3000), date(2026, 10, 16), "这周五")
    assert (found.utterance, found.also) == (3, (2,))


@pytest.mark.parametrize(
    "answer", ["不行", "还不了", "能倒是能，我再想想", "周五？三千？你开什么玩笑", "好什么好，没钱", "嗯？"]
)
def test_no_yes_no_promise(answer: str) -> None:
    """A refusal, a hedge or a question back."""
    assert facts("A:您看这周五能还三千吗？", f"C:{answer}").promise is None


def test_an_agents_statement_is_nothing_to_say_yes_to() -> None:
    """好 to what is no question promises nothing, and a call at three is no payment."""
    assert facts("A:您本期应还三千，今天是最后一天。", "C:好。").promise is None
    assert facts("A:我下周三下午三点再给您来电，您看可以吗？", "C:可以。").promise is None


@pytest.mark.parametrize(
    ("agent", "answer", "amount", "due"),
    [
        ("您看这周五能还三千吗？", "三千没有，两千可以", 2000, "2026-10-16"),
        ("您看这周五能还三千吗？", "周五不行，下周一吧", 3000, "2026-10-19"),
        ("您打算什么时候处理这五千二？", "下周四吧", 5200, "2026-10-22"),
        ("您打算哪天还？", "二十号", None, "2026-10-20"),
        ("您本期最低还款是一千二百六十元。", "那我后天还，就还最低", 1260, "2026-10-16"),
        ("您逾期金额合计七千四百元。", "礼拜五全还给你们", 7400, "2026-10-16"),
    ],
)
def test_agent_and_customer_name_it_together(agent: str, answer: str, amount: int | None, due: str) -> None:
    """What one leaves out the other said."""
    found = promise(f"A:{agent}", f"C:{answer}")
    assert (found.amount, found.due, found.utterance) == (amount, date.fromisoformat(due), 3)


def test_the_whole_debt_is_what_the_metadata_says() -> None:
    """全额 without a figure; half of it for 一半."""
    assert promise("C:周五发工资，周五全额还", amount_due=Decimal(7680)).amount == 7680
    assert promise("C:我明天先还一半", amount_due=Decimal(7680)).amount == 3840
    assert promise("C:周五发工资，周五全额还").amount is None


def test_a_sum_offered_before_answers_the_question_for_the_day() -> None:
    """我先还三千 … 下周五."""
    found = promise("C:我先还三千行吗", "A:可以，哪天呢？", "C:下周五吧")
    assert (found.amount, found.due, found.utterance) == (Decimal(3000), date(2026, 10, 23), 4)


def test_the_later_word_holds_and_the_rest_does_not() -> None:
    """A new day replaces the old one; what is said of the remainder does not."""
    first = "C:我二十号还两千"
    assert promise(first, "A:太晚了。", "C:那我十八号还两千").due == date(2026, 10, 18)
    assert promise(first, "A:剩下的呢？", "C:剩下的三千下个月十号还").due == date(2026, 10, 20)
    assert promise(first, "A:好，二十号两千。", "C:对，二十号。").utterance == 2


def test_days_count_from_the_call_where_the_debtor_is() -> None:
    """At half past five in London on the 14th it is the 15th in Shanghai."""
    london = datetime(2026, 10, 14, 17, 30, tzinfo=timezone(timedelta(hours=1)))
    assert promise("C:我明天还两千", started_at=london).due == date(2026, 10, 16)
    assert promise("C:我明天还两千", started_at=None).due is None


@pytest.mark.parametrize(
    ("said", "conditional"),
    [
        ("你们把违约金免了，我下周三还八千三", True),
        ("要是分期批下来，我二十号还一千", True),
        ("只要不算罚息，我明天就还六千", True),
        ("二十号发了工资我就还一千", False),
        ("我下周三还八千三", False),
    ],
)
def test_a_condition_is_noted(said: str, conditional: bool) -> None:
    """What others must do first; one's own payday is no condition."""
    assert promise(f"C:{said}").conditional is conditional


def test_instalments_and_channel_are_noted() -> None:
    """How often, how many times, and where."""
    found = promise("C:从下个月十五号开始每月还一千五，还八个月，我去柜台交")
    assert (found.amount, found.due) == (Decimal(1500), date(2026, 11, 15))
    assert (found.monthly, found.instalments, found.channel) == (True, 8, "counter")
    assert promise("C:明天我用手机银行还两千").channel == "app"
    assert promise("C:明天还两千").channel is None


def test_only_the_debtor_promises_and_no_plan_is_promised_twice() -> None:
    """A relative's offer is no promise of the debtor, nor is a plan in force one more time."""
    assert facts("C:我明天还两千", party="third_party").promise is None
    assert facts("C:我明天还两千", agreed_plan=True).promise is None
    assert facts("C:我明天还两千", agreed_plan=True, plan_breached=True).promise is not None


def test_a_flat_refusal_is_a_fact_with_its_words() -> None:
    """And no promise."""
    found = facts("C:不还，说破天也不还。")
    assert found.promise is None
    assert found.refusal is not None
    assert (found.refusal.utterance, found.refusal.quote) == (2, "说破天也不还")
    assert facts("C:我不是不还，是没钱。").refusal is None


def test_a_promise_is_published_and_kept() -> None:
    """In the audit's JSON, and exactly in the store."""
    audit = audit_call(call("A:您看这周五能还三千吗？", "C:可以，我去超商缴。"), PACK)
    told = json.loads(json.dumps(audit_json(audit)))["facts"]
    assert told["refusal"] is None
    assert told["promise"] == {
        "amount": 3000.0, "date_text": "这周五", "date": "2026-10-16", "utterance": 3, "between": None, "also": [2],
        "span": [0, 8], "quote": "可以，我去超商缴", "conditional": False, "instalments": None, "monthly": False,
        "channel": "convenience_store",
    }  # fmt: skip
    assert decode(Facts, encode(audit.facts)) == audit.facts


def test_a_pack_may_do_without() -> None:
    """Then no promise is heard, and no refusal."""
    silent = load_pack(FROZEN)
    assert silent.promise is None
    found = scene_of(call("C:我明天还两千", "C:不还，说破天也不还"), silent, "debtor_verified").facts
    assert (found.promise, found.refusal) == (None, None)
