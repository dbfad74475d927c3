"""Signals of the sample recordings, their real voice activity with the reference's words; and judged again without the audio."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auditor import batch
from auditor.conversation.signals import SIGNALS
from auditor.models import Audit, Call, Span, Utterance
from auditor.pipeline import audit_call
from auditor.rules.pack import Pack
from auditor.speech.audio import Sound
from auditor.speech.ingest import find
from auditor.speech.transcribe import Guess
from auditor.speech.transcripts import read_calls
from auditor.store.home import Home
from auditor.store.queries import Store
from auditor.worker import Worker
from tests.packs import shipped

SAMPLES = Path(__file__).parent.parent / "samples"
PACK = shipped()
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
RIGHT = ("S02", "S06", "S10", "S17")  # the agent's channel, as samples/README.md tells it


@dataclass(frozen=True)
class Prompter:
    """A recogniser that reads the words of a reference transcript off where a voice is heard."""

    reference: Path
    fingerprint: str = "prompter"
    hotwords: tuple[str, ...] = ()

    def transcribe(self, sound: Sound, speech: Sequence[Sequence[Span]]) -> tuple[Guess, ...]:
        """Each span of voice with the words that were said in it."""
        said = json.loads(self.reference.read_text(encoding="utf-8"))["utterances"]
        agent = 1 if self.reference.stem in RIGHT else 0
        guesses = []
        for channel, spans in enumerate(speech):
            side = "agent" if channel == agent else "customer"
            own = [u for u in said if u["speaker"] == side or len(speech) == 1]
            for start, end in spans:
                text = "".join(_words(u, start, end) for u in own)
                place = channel if len(speech) > 1 else None
                guesses.append(Guess(Utterance("unknown", round(start, 3), round(end, 3), text, channel=place)))
        return tuple(sorted(guesses, key=lambda g: g.utterance.start))


def _words(utterance: dict[str, Any], start: float, end: float) -> str:
    """The part of the words that falls into this time, were they evenly spoken."""
    first, last, text = utterance["start"], utterance["end"], utterance["text"]
    at = [round((min(max(t, first), last) - first) / (last - first) * len(text)) for t in (start, end)]
    return str(text[at[0] : at[1]])


def worked(home: Path, recording: Path, pack: Pack = PACK) -> tuple[Worker, Any]:
    """A worker, and the job of this recording."""
    reference = SAMPLES / "transcripts" / f"{recording.stem}.json"
    worker = Worker(Home.open(home), pack, lambda: Prompter(reference))
    (job,) = (j for j in worker.plan(find([recording], SAMPLES / "metadata.csv")).jobs if j.call_id == recording.stem)
    return worker, job


def recorded(tmp_path: Path, name: str) -> tuple[Call, Audit]:
    """A sample recording, heard and judged."""
    worker, job = worked(tmp_path / "home", next((SAMPLES / "calls").glob(f"{name}.*")))
    result = worker.process(job, None)
    return result.call, result.audit


def reference(name: str) -> dict[str, float]:
    """The signals of the reference transcript, whose times are true."""
    (call,) = read_calls(SAMPLES / "transcripts" / f"{name}.json")
    return dict(audit_call(call, PACK).signals)


@pytest.mark.parametrize("name", ["S02", "S04", "S08", "S11"])
def test_a_recording_measures_as_its_true_times_do(tmp_path: Path, name: str) -> None:
    """Who spoke how much of the talk, counts, rates and answers; silence is more, as voices pause inside their lines; nobody shouts."""
    call, audit = recorded(tmp_path, name)
    found, true = audit.signals, reference(name)
    assert call.roles is not None
    assert call.roles.agent_channel == (name in RIGHT)
    for side in ("agent", "customer"):
        assert found[f"{side}_response_latency"] == pytest.approx(true[f"{side}_response_latency"], abs=0.25)
        assert abs(found[f"{side}_interruptions"] - true[f"{side}_interruptions"]) <= 1
        if f"{side}_characters_per_minute" in true:
            assert 100 < found[f"{side}_characters_per_minute"] < 450
        assert -45 < found[f"{side}_loudness"] < -10
        assert found[f"{side}_longest_raised_voice"] == 0.0
    assert found["agent_talk_ratio"] == pytest.approx(true["agent_talk_ratio"], abs=0.05)
    assert 0 <= found["silence_share"] - true["silence_share"] < 0.2
    assert found["overlap_share"] == pytest.approx(true["overlap_share"], abs=0.02)
    assert found["duration"] >= true["duration"]
    assert found["agent_spoke_last"] == true["agent_spoke_last"]


def test_a_mono_recording_and_a_dead_channel_have_no_sides(tmp_path: Path) -> None:
    """What can't be measured is absent, not 0."""
    _, mono = recorded(tmp_path / "mono", "S14")
    assert set(mono.signals) == {"duration", "longest_silence", "silence_share"}
    _, dead = recorded(tmp_path / "dead", "S15")
    assert {"duration", "agent_loudness", "agent_characters_per_minute"} <= set(dead.signals)
    assert not {"silence_share", "customer_talk_share", "turns", "dead_air"} & set(dead.signals)


def test_judging_again_without_the_audio_gives_the_same(tmp_path: Path) -> None:
    """Acoustics are kept with the transcript: the stored call gives the first audit again, and another pack the same signals."""
    recording = tmp_path / "S02.ogg"
    shutil.copy(SAMPLES / "calls" / "S02.ogg", recording)
    worker, job = worked(tmp_path / "home", recording)
    batch.run(worker.home, [job], keys=worker.keys, process=worker.process, now=lambda: NOON)
    recording.unlink()
    with Store(worker.home) as store:
        first = store.call("S02")
    assert first.call.acoustics is not None
    assert "agent_loudness" in first.audit.signals
    assert audit_call(first.call, PACK) == first.audit
    assert worker.process(job, first).audit == first.audit

    changed = replace(PACK, hash="0" * 64)
    again = replace(worker, pack=changed)
    assert batch.run(worker.home, [job], keys=again.keys, process=again.process, now=lambda: NOON).stored == ("S02",)
    with Store(worker.home) as store:
        second = store.call("S02")
    assert second.audit.pack == changed.id
    assert replace(second.audit, pack=first.audit.pack) == first.audit
    assert second.call == first.call
    assert list(second.audit.signals) == [name for name in SIGNALS if name in second.audit.signals]
