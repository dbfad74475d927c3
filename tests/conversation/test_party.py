"""Who was on the line, and from which utterance on."""

from __future__ import annotations

import pytest

from auditor.conversation.party import find_party
from auditor.conversation.turns import turns
from auditor.models import Metadata, Party, Speaker, Utterance
from tests.packs import shipped

CUES = shipped().party


def walk(*lines: str, relation: str | None = None) -> Party:
    """Lines ``坐：…`` and ``客：…`` as a call."""
    speakers: dict[str, Speaker] = {"坐": "agent", "客": "customer"}
    utterances = tuple(Utterance(speakers[line[0]], 2.0 * i, 2.0 * i + 2, line[2:]) for i, line in enumerate(lines))
    return find_party(turns(utterances), Metadata(contact_relation=relation), CUES)


ASKED = "坐：麻烦报一下身份证后四位"


@pytest.mark.parametrize(
    "answer", ["三七二一", "是3721", "３７２１", "后四位三七二一", "九零年三月五号", "我住人民路八号", "a123"]
)
def test_a_factor_asked_for_and_given_verifies(answer: str) -> None:
    """Who answers the factor asked for is the debtor, from that answer on."""
    party = walk("坐：您好，是周女士吗", "客：我是", ASKED, f"客：{answer}")
    assert party.kind == "debtor_verified"
    assert [c.utterance for c in party.changes] == [0, 3]
    assert (party.at(2), party.at(3), party.at(99)) == ("debtor_unverified", "debtor_verified", "debtor_verified")


@pytest.mark.parametrize(
    "answer", ["凭什么告诉你，你先说你是谁", "骗子吧", "我不会报的", "好", "我还3000行吗", "我下个月还三千"]
)
def test_a_factor_refused_or_not_given_does_not(answer: str) -> None:
    """Refusing, or answering something else, leaves the debtor unverified."""
    assert walk("坐：您好，是周女士吗", "客：我是", ASKED, f"客：{answer}").kind == "debtor_unverified"


def test_a_name_alone_does_not_verify() -> None:
    """是我 to a name is no factor."""
    assert walk("坐：是周女士本人吗", "客：是我", "坐：您这期还没还").kind == "debtor_unverified"


def test_a_factor_that_does_not_match_does_not_verify() -> None:
    """What the agent rejects verifies nobody; a second, right answer does."""
    assert walk(ASKED, "客：三七二二", "坐：对不上，不好意思").kind == "debtor_unverified"
    assert walk(ASKED, "客：三七二二", "坐：对不上，再报一下身份证后四位", "客：三七二一").kind == "debtor_verified"


@pytest.mark.parametrize("answer", ["对的", "对，三七二一", "没错没错，什么事"])
def test_a_factor_that_the_agent_reads_out_verifies_nobody(answer: str) -> None:
    """Whoever picked up can agree to it, or say it after the agent; a factor asked for besides still counts."""
    read_out = "坐：您身份证尾四位是三七二一对吧"
    assert walk(read_out, f"客：{answer}").kind == "debtor_unverified"
    assert walk(read_out, f"客：{answer}", "坐：再说一下您的生日", "客：九零年三月五号").kind == "debtor_verified"


def test_a_factor_may_be_told_unasked() -> None:
    """Who names the factor and tells it has given it; digits alone, or an amount, are none."""
    told = walk("坐：是周先生吗", "客：是我，身份证后四位三七二一")
    assert (told.kind, told.changes[-1].reason) == ("debtor_verified", "对方主动报出核身要素")
    assert walk("坐：您好", "客：三七二一").kind == "debtor_unverified"
    assert walk("坐：您好", "客：我那张卡三千块").kind == "debtor_unverified"
    assert walk("坐：您好", "客：身份证后四位三七二二", "坐：对不上").kind == "debtor_unverified"


def test_an_answer_that_was_not_understood_counts_when_the_agent_accepts_it() -> None:
    """The agent heard better than the recogniser; but nothing was answered by who refused or only asked back."""
    accepted = walk("坐：是周先生吗", ASKED, "客：散漆尔衣", "坐：核对一致，谢谢")
    assert (accepted.kind, accepted.changes[-1].utterance) == ("debtor_verified", 2)
    for evasion in ("我不会报的", "你是谁啊"):
        assert walk(ASKED, f"客：{evasion}", "坐：核对一致，谢谢").kind == "debtor_unverified"
    assert walk("坐：是周先生吗", "客：是我", "坐：身份核对好了").kind == "debtor_unverified"


def test_the_question_is_forgotten_after_a_while() -> None:
    """Digits said long after the question are no answer to it."""
    lines = [ASKED, "客：等一下", "坐：好", "客：嗯好", "坐：您说", "客：在找呢", "坐：嗯", "客：三七二一"]
    assert walk(*lines).kind == "debtor_unverified"


@pytest.mark.parametrize("line", ["我是他同事", "我是她妈", "他不在，出差了", "這裡是前台", "我係佢老公"])
def test_third_party_by_own_words(line: str) -> None:
    """Who says to be somebody else is a third party, from there on."""
    party = walk("坐：是周先生吗", f"客：{line}")
    assert party.kind == "third_party"
    assert party.changes[-1].utterance == 1
    assert party.changes[-1].reason.startswith("对方说“")


def test_third_party_by_the_agents_question() -> None:
    """Who agrees to being a relative is one; who denies it is not."""
    assert walk("坐：您是他爸爸吗", "客：是的").kind == "third_party"
    assert walk("坐：您是他爸爸吗", "客：你哪位").kind == "debtor_unverified"


def test_the_phone_is_handed_over() -> None:
    """When the debtor takes the phone, the third party is gone, and the debtor may be verified."""
    party = walk("坐：是周先生吗", "客：我是他老婆，我让他接", "客：喂，我是本人", ASKED, "客：三七二一")
    assert [(c.utterance, c.party) for c in party.changes] == [
        (0, "debtor_unverified"), (1, "third_party"), (2, "debtor_unverified"), (4, "debtor_verified"),
    ]  # fmt: skip
    later = walk("坐：是周先生吗", "客：我是他老婆", "坐：麻烦他接电话", "客：我是本人", ASKED, "客：三七二一")
    assert [c.party for c in later.changes][-2:] == ["debtor_unverified", "debtor_verified"]


@pytest.mark.parametrize("calls", ["我叫他，你等下", "我去喊他一声", "佢返嚟喇，畀佢听", "我讓他聽"])
@pytest.mark.parametrize("hello", ["喂，哪位？", "你好，什么事", "我回来了，你说"])
def test_who_is_called_to_the_phone_says_hello(calls: str, hello: str) -> None:
    """A new voice after 我叫他 is the debtor, not verified yet; until it is heard, the third party is on the line."""
    party = walk("坐：找周先生", f"客：我是他姐，{calls}", "坐：好的，谢谢", f"客：{hello}")
    assert (party.at(2), party.at(3), party.kind) == ("third_party", "debtor_unverified", "debtor_unverified")
    assert party.changes[-1].reason.startswith("换了本人接听")


@pytest.mark.parametrize("line", ["他不肯接", "喂，他说不想接", "他睡了，不方便接"])
def test_who_was_called_may_not_come(line: str) -> None:
    """The third party who comes back without the debtor is still the third party."""
    assert walk("坐：找周先生", "客：我是他姐，我去叫他", "坐：好的", f"客：{line}").kind == "third_party"


def test_the_debtor_hands_the_phone_to_somebody_else() -> None:
    """A new voice after 让我老婆跟你说 is a third party; who says so is still the debtor."""
    start = ("坐：是周先生吗", "客：是我", ASKED, "客：三七二一", "坐：好的")
    party = walk(*start, "客：我说不清，让我老婆跟你说", "坐：行", "客：喂，你好")
    assert (party.at(5), party.at(7)) == ("debtor_verified", "third_party")
    assert walk(*start, "客：喂，我是他老婆，你跟我说").kind == "third_party"
    assert walk(*start, "客：我是他老婆的哥哥借钱给的，行了吧").kind == "third_party"


def test_who_was_verified_and_comes_back_is_verified() -> None:
    """The one who was verified in this call need not be verified again."""
    start = (ASKED, "客：三七二一", "坐：好的", "客：等下，让我老婆听", "坐：行", "客：喂，你好", "坐：您哪位")
    back = walk(*start, "客：我是他老婆", "坐：您让他接", "客：我回来了，你说")
    assert [c.party for c in back.changes][-3:] == ["debtor_verified", "third_party", "debtor_verified"]


def test_a_debtor_may_let_somebody_speak_for_him() -> None:
    """By 我同意, the one who speaks then speaks for the verified debtor."""
    start = ("坐：是周先生吗", ASKED, "客：三七二一", "坐：好的")
    assert walk(*start, "客：让我老婆跟你说，我同意的", "坐：行", "客：喂，你好").kind == "debtor_verified"


@pytest.mark.parametrize(
    ("agent", "answer"),
    [
        ("麻烦您转告他回个电话", "行，我看见他就说"),
        ("您知道他换到哪个单位了吗", "不清楚"),
        ("能联系到他吗", "我也找不着人"),
        ("请问是周先生吗", "他去买菜了"),
        ("请问是周先生吗", "不是，我妈在睡觉"),
        ("請問周小姐在嗎", "她今天特休，要留話嗎"),
        ("喂，搵周生", "佢返緊工，你晏啲再打"),
        ("请问您和借款人什么关系", "我是保证人"),
    ],
)
def test_a_third_party_shows_by_how_the_debtor_is_spoken_of(agent: str, answer: str) -> None:
    """Who is asked about the debtor, or speaks of 他, is not the debtor."""
    assert walk(f"坐：{agent}", f"客：{answer}").kind == "third_party"


@pytest.mark.parametrize("answer", ["你谁啊", "什么事", "我就是", "是我，他们昨天打过了"])
def test_a_debtor_is_no_third_party(answer: str) -> None:
    """Who only asks back, or says 我就是, may be the debtor, even when asked for 他."""
    assert walk("坐：请问您能联系到他吗", f"客：{answer}").kind == "debtor_unverified"


@pytest.mark.parametrize(
    "line",
    [
        "我姓尤",
        "哪个周先生，没这号人",
        "这号我上个月才办的",
        "以前的机主我不认识",
        "我不是周先生",
        "揾错人喇",
        "二手号来的",
    ],
)
def test_a_wrong_number_in_other_words(line: str) -> None:
    """Another name, a new owner, a person nobody knows."""
    assert walk("坐：请问是周先生吗", f"客：{line}").kind == "wrong_number"


def test_ones_own_name_is_compared_with_the_one_asked_for() -> None:
    """The name asked for, also as a recogniser may write it, is no denial; nor is any name when nobody was asked for."""
    assert walk("坐：请问是周先生吗", "客：我姓周").kind == "debtor_unverified"
    assert walk("坐：请问是周先生吗", "客：我姓郑").kind == "wrong_number"
    assert walk("坐：请问是程女士吗", "客：我姓陈").kind == "debtor_unverified"
    assert walk("坐：您贵姓", "客：我姓尤").kind == "debtor_unverified"


@pytest.mark.parametrize("line", ["你打错了", "没这个人", "我不认识他", "打錯電話了", "不是，我叫李四"])
def test_wrong_number(line: str) -> None:
    """Who does not know the debtor is a wrong number."""
    assert walk("坐：是周先生吗", f"客：{line}").kind == "wrong_number"


def test_a_verified_debtor_stays_one() -> None:
    """After verification, talk of others changes nobody."""
    assert walk(ASKED, "客：三七二一", "坐：好的", "客：他不在家，你打错了吧").kind == "debtor_verified"


@pytest.mark.parametrize("line", ["打错的账我不认", "我记错日子了", "你们银行搞错了吧", "上回那人我一查根本没这个人"])
def test_a_mistake_is_no_wrong_number(line: str) -> None:
    """Wrong days and wrong accounts do not deny the person."""
    assert walk("坐：是周先生吗", "客：是我", "坐：您这期没还", f"客：{line}").kind == "debtor_unverified"


@pytest.mark.parametrize(
    "line",
    ["您好，欢迎致电恒通集团，请直拨分机号，查号请拨零", "業務查詢請按一，客戶服務請按二", "我现在有事，听到嘀一声请说话",
     "您好，我是机主的智能助理，请问您找他什么事", "对不起，您拨打的号码已停机", "机主设置了来电代接，请说明来意"],
)  # fmt: skip
def test_machines(line: str) -> None:
    """Menus, assistants and network announcements are voicemail."""
    assert walk("坐：喂，您好", f"客：{line}").kind == "voicemail"


def test_somebody_answers_after_the_machine() -> None:
    """Behind a menu a person may answer: the debtor, somebody else, or a wrong number."""
    menu = "客：您好，欢迎致电，请直拨分机号，查号请拨零"
    for line, kind in (
        ("喂，我是周明", "debtor_unverified"),
        ("我是他同事，他不在", "third_party"),
        ("没这个人", "wrong_number"),
    ):
        assert walk(menu, "坐：转一下周先生", f"客：{line}").kind == kind


def test_voicemail_answers_first() -> None:
    """A machine's greeting at the start is voicemail; the same words later in a talk are not."""
    assert walk("客：您拨打的用户暂时无法接听，请留言", "坐：您好，请回电").kind == "voicemail"
    talk = ["坐：您好", "客：嗯好", "坐：在吗", "客：在", "坐：方便吗", "客：行", "坐：好", "客：上次你转到语音信箱了"]
    assert walk(*talk).kind == "debtor_unverified"


@pytest.mark.parametrize(
    ("relation", "kind"), [("colleague", "third_party"), ("debtor", "debtor_unverified"), (None, "debtor_unverified")]
)
def test_the_metadata_may_name_who_is_called(relation: str | None, kind: str) -> None:
    """A call to a relative's or colleague's number starts with a third party."""
    assert walk("坐：您好", relation=relation).kind == kind


def test_nobody_said_anything() -> None:
    """A silent call has an unverified debtor."""
    assert walk().kind == "debtor_unverified"
