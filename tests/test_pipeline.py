"""One call through all rooms: the same call and pack give the same audit, bit for bit, in any process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.models import Acoustics, Call, ChannelAcoustics, Metadata, Utterance
from auditor.pipeline import audit_call, with_roles, words
from auditor.published import audit_json
from auditor.rules.pack import load_pack
from auditor.speech.transcripts import read_calls

GOLDEN = Path(__file__).parent / "golden"
PACK = load_pack(GOLDEN / "pack")
CALLS = [call for path in sorted((GOLDEN / "calls").glob("*.json")) for call in read_calls(path)]

PROGRAM = """
import json, sys
from pathlib import Path
from auditor.pipeline import audit_call, words
from auditor.rules.pack import load_pack
from auditor.speech.transcripts import read_calls
from auditor.published import audit_json
golden = Path(sys.argv[1])
pack = load_pack(golden / "pack")
for path in sorted((golden / "calls").glob("*.json"), reverse=sys.argv[2] == "backwards"):
    for call in read_calls(path):
        print(json.dumps([call.call_id, audit_json(audit_call(call, pack)), words(call, pack)], ensure_ascii=False))
"""


def heard(call: Call) -> str:
    """The audit as the program publishes it."""
    return json.dumps(audit_json(audit_call(call, PACK)), ensure_ascii=False)


def test_two_processes_give_the_same_bytes() -> None:
    """Neither the hash seed, nor the zone, nor the order of calls changes a byte."""
    outputs = []
    for seed, zone, order in (("0", "UTC", "forwards"), ("4242", "America/New_York", "backwards")):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(GOLDEN), order],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONIOENCODING": "utf-8"},
        )
        outputs.append(sorted(done.stdout.splitlines()))
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) == len(CALLS)


@pytest.mark.parametrize("call", CALLS, ids=lambda c: c.call_id)
def test_two_runs_give_the_same_bytes(call: Call) -> None:
    """An audit again is the same audit, and is plain JSON without NaN."""
    assert heard(call) == heard(call)
    json.dumps(audit_json(audit_call(call, PACK)), allow_nan=False)


def test_the_order_of_rules_does_not_matter() -> None:
    """Where no rule waits for another, rules may be tried in any order."""
    backwards = replace(PACK, rules=tuple(reversed(PACK.rules)))
    for call in CALLS:
        assert audit_json(audit_call(call, backwards)) == audit_json(audit_call(call, PACK))


def test_a_pack_with_another_dictionary_changes_nothing() -> None:
    """Two packs in one process don't get into each other's words."""
    other = replace(PACK, terms=("您的信用卡", "这里是青禾"))
    before = [(heard(call), words(call, PACK)) for call in CALLS]
    for call in CALLS:
        audit_call(call, other)
        words(call, other)
    assert [(heard(call), words(call, PACK)) for call in CALLS] == before
    line = Call("K1", Metadata(), (Utterance("agent", 0, 1, "您的信用卡"),))
    assert words(line, other) == (("您的信用卡",),)
    assert words(line, PACK) != words(line, other)


def test_channels_become_speakers() -> None:
    """Unknown channels are given to agent and customer with the reason noted; a second time changes nothing."""
    call = Call(
        "K1",
        Metadata(),
        (
            Utterance("unknown", 0, 2, "您好，这里是青禾银行，工号零二一", channel=1),
            Utterance("unknown", 2, 4, "你是谁，我没钱", channel=0),
        ),
    )
    known = with_roles(call, PACK)
    assert [u.speaker for u in known.utterances] == ["agent", "customer"]
    assert known.roles is not None
    assert known.roles.agent_channel == 1
    assert with_roles(known, PACK) == known
    assert [u.speaker for u in with_roles(known, PACK, agent_channel=0).utterances] == ["customer", "agent"]


def test_speakers_of_a_transcript_stay() -> None:
    """A transcript that names its speakers needs no guess."""
    call = Call("K1", Metadata(), (Utterance("customer", 0, 1, "工号零二一"),))
    assert with_roles(call, PACK) is call


def test_an_empty_call_has_no_score() -> None:
    """No utterance: nothing found, nothing told, no number."""
    audit = audit_call(Call("K1", Metadata(), ()), PACK)
    assert (audit.findings, audit.scorecard.score, audit.scorecard.band) == ((), None, "cannot_tell")


def test_broken_characters_are_judged_around() -> None:
    """Half a surrogate pair does not stop the audit, nor hide the words around it."""
    audit = audit_call(Call("K1", Metadata(), (Utterance("agent", 0, 1, "\ud83d我弄\udc00死你"),)), PACK)
    assert [f.category for f in audit.findings] == ["threat_violence"]


def diarized(*lines: tuple[int, str]) -> Call:
    """A call heard on one channel, its voices told apart by sound."""
    spoken = tuple(Utterance("unknown", 2.0 * i, 2.0 * i + 1.5, t, channel=v) for i, (v, t) in enumerate(lines))
    return Call("M1", Metadata(), spoken, diarized_by="builtin 1")


CLEAR = (
    (1, "您好，这里是青禾银行，工号零二一"),
    (0, "你是谁"),
    (1, "本次通话录音，请核对一下证件后四位"),
    (0, "我没钱"),
)


def test_voices_on_one_channel_get_roles_by_what_they_say() -> None:
    """Where somebody said that the agent sits on the left, that is no word about voices."""
    known = with_roles(diarized(*CLEAR), PACK, agent_channel=0)
    assert [u.speaker for u in known.utterances] == ["agent", "customer", "agent", "customer"]
    assert known.roles is not None
    assert known.roles.confidence >= PACK.scoring.trust_roles_from
    assert any(s.verdict == "done" for s in audit_call(known, PACK).steps)


def test_where_voices_are_mixed_up_nothing_is_held_against_the_agent() -> None:
    """Steps can't be told, findings are suspected, and both say why."""
    threat = (0, "再不还我就把你通讯录里的人挨个打一遍电话")
    mixed = with_roles(
        diarized(*CLEAR, (1, "我没钱"), (1, "你是谁"), (0, "工号零二一，逾期三天"), (1, "您好，工号"), threat), PACK
    )
    assert mixed.roles is not None
    assert mixed.roles.confidence < PACK.scoring.trust_roles_from
    assert {u.speaker for u in mixed.utterances} == {"unknown"}
    audit = audit_call(mixed, PACK)
    assert audit.findings
    assert {f.status for f in audit.findings} == {"suspected"}
    assert {s.verdict for s in audit.steps} == {"cannot_tell"}
    assert "说话人不明" in audit.steps[0].why
    assert "把握只有" in audit.steps[0].why
    assert audit.scorecard.score is None


def test_a_voice_is_no_channel_of_the_recording() -> None:
    """A mono call stored as two equal channels: neither is the agent's, so nobody's loudness is told."""
    both = tuple(ChannelAcoustics(c, ((0.0, 8.0),), (-20.0,) * 80, 0.5, 0.0) for c in (0, 1))
    call = replace(diarized(*CLEAR), acoustics=Acoustics(8.0, 8000, both))
    signals = audit_call(with_roles(call, PACK), PACK).signals
    assert signals == audit_call(with_roles(diarized(*CLEAR), PACK), PACK).signals
