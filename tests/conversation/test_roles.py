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
