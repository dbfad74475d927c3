"""Which channel is the agent's, and that nothing is guessed without reason."""

from __future__ import annotations

from pathlib import Path

from auditor.conversation.roles import assign_speakers, decide_roles
from auditor.models import Roles, Utterance
from auditor.rules.pack import load_pack

CUES = load_pack(Path(__file__).parent.parent / "golden" / "pack").roles


def on(channel: int | None, text: str, quarantined: tuple[str, ...] = ()) -> Utterance:
    """An utterance of an unknown speaker on a channel."""
    return Utterance("unknown", 0, 1, text, channel=channel, quarantined=quarantined)


def test_the_agent_is_told_by_what_is_said() -> None:
    """The side that names its staff number and records the call is the agent, on whichever channel."""
    agent, customer = "您好，这里是青禾银行信用卡中心，工号零二一，本次通话录音", "你是谁，我没钱"
    for side in (0, 1):
        roles = decide_roles((on(side, agent), on(1 - side, customer)), CUES)
        assert roles.agent_channel == side
        assert "坐席话术" in roles.reason


def test_what_is_told_is_taken() -> None:
    """A channel named by the user or the metadata stands, whatever is said."""
    assert decide_roles((on(0, "这里是青禾银行，工号零二一"),), CUES, told=1).agent_channel == 1


def test_without_signs_nothing_is_guessed() -> None:
    """Equal or silent sides, or no channels at all, leave the agent unknown with a reason."""
    for utterances in (
        (on(0, "喂"), on(1, "喂")),
        (on(0, "工号零二一"), on(1, "工号零二二")),
        (on(None, "工号零二一"),),
        (on(0, "工号零二一", ("prompt_echo",)),),
        (),
    ):
        roles = decide_roles(utterances, CUES)
        assert roles.agent_channel is None
        assert roles.reason


def test_speakers_follow_the_channel() -> None:
    """The agent's channel is the agent; speakers that a transcript names itself stay."""
    named = Utterance("customer", 0, 1, "喂", channel=0)
    spoken = assign_speakers((on(0, "甲"), on(1, "乙"), on(None, "丙"), named), Roles(0, ""))
    assert [u.speaker for u in spoken] == ["agent", "customer", "unknown", "customer"]
    assert assign_speakers((on(0, "甲"),), Roles(None, ""))[0].speaker == "unknown"


AGENT_LINES = (
    "您好，这里是青禾银行信用卡中心，工号零二一",
    "本次通话录音，请核对一下证件后四位",
    "您的还款日已过，逾期三天",
)
CUSTOMER_LINES = ("你是谁", "我没钱", "我知道了")


def spoken(voices: str, lines: tuple[str, ...]) -> list[Utterance]:
    """Lines by voices told apart by sound, one digit each."""
    return [on(int(voice), line) for voice, line in zip(voices, lines, strict=True)]


def test_confidence_falls_as_voices_are_mixed_up() -> None:
    """What both voices say of both sides speaks against the diarizer; what is told leaves no doubt."""
    lines = (*AGENT_LINES, *CUSTOMER_LINES)
    clean, one_wrong = (decide_roles(spoken(v, lines), CUES, diarized=True) for v in ("000111", "000110"))
    assert clean.agent_channel == one_wrong.agent_channel == 0
    assert 0.9 < clean.confidence < 1
    assert 0.5 < one_wrong.confidence < 0.9
    assert decide_roles(spoken("000111", lines), CUES, told=1).confidence == 1


def test_a_recording_with_two_lines_can_not_be_mixed_up() -> None:
    """There the only doubt is which line is whose."""
    lines = (*AGENT_LINES, *CUSTOMER_LINES)
    assert decide_roles(spoken("000110", lines), CUES).confidence > 0.95


def test_one_voice_alone_is_the_agent_only_if_it_talks_like_one() -> None:
    assert decide_roles(spoken("000", AGENT_LINES), CUES, diarized=True).agent_channel == 0
    assert decide_roles(spoken("000", CUSTOMER_LINES), CUES, diarized=True).agent_channel is None
    both = decide_roles(spoken("000000", (*AGENT_LINES, *CUSTOMER_LINES)), CUES, diarized=True)
    assert both.agent_channel is None or both.confidence < 0.85


def test_the_institution_named_in_the_metadata_shows_the_agent() -> None:
    lines = ("我是晴川的", "哦", "晴川找您有事", "哦")
    named = decide_roles(spoken("1010", lines), CUES, names=("晴川",), diarized=True)
    assert named.agent_channel == 1
    assert "晴川" in named.reason
