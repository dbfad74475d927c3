"""Who was on the line, and from which utterance on."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.conversation.party import find_party
from auditor.conversation.turns import turns
from auditor.models import Metadata, Party, Speaker, Utterance
from auditor.rules.pack import load_pack

CUES = load_pack(Path(__file__).parent.parent / "golden" / "pack").party


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


def test_a_factor_stated_and_agreed_verifies() -> None:
    """The agent may read the factor out and have it confirmed."""
    assert walk("坐：您尾四位是三七二一对吧", "客：对的").kind == "debtor_verified"


def test_digits_nobody_asked_for_do_not_verify() -> None:
    """A number said without being asked for is no factor."""
    assert walk("坐：您好", "客：三七二一").kind == "debtor_unverified"


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
    assert [c.party for c in party.changes] == ["debtor_unverified", "third_party", "debtor_verified"]
    later = walk("坐：是周先生吗", "客：我是他老婆", "坐：麻烦他接电话", "客：我是本人", ASKED, "客：三七二一")
    assert [c.party for c in later.changes][-2:] == ["debtor_unverified", "debtor_verified"]


@pytest.mark.parametrize("line", ["你打错了", "没这个人", "我不认识他", "打錯電話了", "不是，我叫李四"])
def test_wrong_number(line: str) -> None:
    """Who does not know the debtor is a wrong number."""
    assert walk("坐：是周先生吗", f"客：{line}").kind == "wrong_number"


def test_a_verified_debtor_stays_one() -> None:
    """After verification, talk of others changes nobody."""
    assert walk(ASKED, "客：三七二一", "坐：好的", "客：他不在家，你打错了吧").kind == "debtor_verified"


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
