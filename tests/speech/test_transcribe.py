"""Recognition with the demonstration Whisper: the same words every time, at the right time, on the right channel."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from auditor.errors import ModelError, RecordingError
from auditor.models import Metadata, Recording
from auditor.speech.audio import LISTENING_RATE, Sound, decode, resample, write_canonical
from auditor.speech.hear import Heard, hear
from auditor.speech.quarantine import quarantine
from auditor.speech.transcribe import FasterWhisper, find_model, voice_spans

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "samples" / "models" / "demo-whisper"
CALL = ROOT / "samples" / "calls" / "S01.ogg"
REFERENCE = ROOT / "samples" / "transcripts" / "S01.json"
SECONDS = 14.0

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def whisper() -> FasterWhisper:
    return FasterWhisper(MODEL, window="single", cpu_threads=1)


@pytest.fixture(scope="module")
def opening(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    """The first seconds of a sample call."""
    sound = decode(CALL)
    return replace(sound, samples=sound.samples[:, : int(SECONDS * sound.rate)], declared=None)


def recording(path: Path) -> Recording:
    return Recording(str(path), path.stem, "0" * 64, Metadata())


@pytest.fixture(scope="module")
def heard(opening: Sound, whisper: FasterWhisper, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    path = tmp_path_factory.mktemp("heard") / "opening.flac"
    write_canonical(opening, path)
    return hear(recording(path), whisper)


def test_both_sides_are_heard_in_order_of_time(heard: Heard) -> None:
    """What the reference says was said then, on the channel where it was said; nobody is named yet."""
    utterances = heard.utterances
    assert {u.channel for u in utterances} == {0, 1}
    assert {u.speaker for u in utterances} == {"unknown"}
    assert [u.start for u in utterances] == sorted(u.start for u in utterances)
    said = [u for u in json.loads(REFERENCE.read_text(encoding="utf-8"))["utterances"] if u["end"] < SECONDS]
    agent = {"agent": 0, "customer": 1}
    for line in said:
        overlap = [
            u
            for u in utterances
            if u.channel == agent[line["speaker"]] and u.start < line["end"] and u.end > line["start"]
        ]
        common = set("".join(u.text for u in overlap)) & set(line["text"])
        assert len(common) >= len(set(line["text"])) / 3, line["text"]


def test_words_make_up_the_text_and_lie_within_the_utterance(heard: Heard) -> None:
    """A finding's span and the player's highlight rest on it."""
    for utterance in heard.utterances:
        assert "".join(w.text for w in utterance.words).strip() == utterance.text
        assert all(utterance.start <= w.start <= w.end <= utterance.end for w in utterance.words)
        assert all(w.probability is not None and 0 <= w.probability <= 1 for w in utterance.words)
        assert utterance.confidence is not None


def test_utterances_begin_and_end_with_the_voice(heard: Heard) -> None:
    """Not where the model's timestamps say."""
    spans = {channel.channel: set(channel.speech) for channel in heard.acoustics.channels}
    for utterance in heard.utterances:
        assert utterance.channel is not None
        assert (utterance.start, utterance.end) in spans[utterance.channel]


def test_two_processes_hear_the_same_bytes(heard: Heard, opening: Sound, tmp_path: Path) -> None:
    """A resumed run, and one on another day, must not differ."""
    write_canonical(opening, tmp_path / "opening.flac")
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from auditor.models import Metadata, Recording\n"
        "from auditor.speech.hear import hear\n"
        "from auditor.speech.transcribe import FasterWhisper\n"
        f"whisper = FasterWhisper({str(MODEL)!r}, window='single', cpu_threads=1)\n"
        f"call = Recording({str(tmp_path / 'opening.flac')!r}, 'opening', '', Metadata())\n"
        "heard = hear(call, whisper)\n"
        "sys.stdout.buffer.write(repr((heard.utterances, heard.acoustics, heard.warnings)).encode())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, cwd=ROOT)
    assert done.stdout.decode() == repr((heard.utterances, heard.acoustics, heard.warnings))


def test_six_seconds_of_nothing_give_no_scored_text(whisper: FasterWhisper) -> None:
    """Nobody's voice, no words; and words that a model writes over nothing all the same are quarantined."""
    from auditor.speech.health import examine

    nothing = Sound(np.zeros((1, 6 * LISTENING_RATE), np.float32), LISTENING_RATE)
    assert voice_spans(nothing) == ((),)
    assert whisper.transcribe(nothing, voice_spans(nothing)) == ()
    forced = whisper.transcribe(nothing, [[(0.5, 5.5)]])
    acoustics, _ = examine(nothing, [[(0.5, 5.5)]])
    assert all("silence_under_text" in u.quarantined for u in quarantine(forced, acoustics))


def test_a_mono_call_is_heard_without_channels(opening: Sound, whisper: FasterWhisper, tmp_path: Path) -> None:
    """So is a mono call stored as stereo, and only once."""
    both = opening.samples[0] + opening.samples[1]
    write_canonical(Sound(both[None, : 6 * opening.rate], opening.rate), tmp_path / "mono.flac")
    write_canonical(Sound(np.stack([both, both])[:, : 6 * opening.rate], opening.rate), tmp_path / "double.flac")
    mono, double = hear(recording(tmp_path / "mono.flac"), whisper), hear(recording(tmp_path / "double.flac"), whisper)
    assert [w.code for w in mono.warnings] == ["mono"]
    assert [w.code for w in double.warnings] == ["duplicated_channels"]
    assert mono.utterances == double.utterances
    assert {u.channel for u in mono.utterances} == {None}


def test_packed_windows_give_the_same_utterances_their_own_words(opening: Sound) -> None:
    """The demonstration model drifts there, so only where words fall is judged, not which."""
    packed = FasterWhisper(MODEL, window="packed", cpu_threads=1, hotwords=["还款", "逾期", "还款"])
    assert packed.hotwords == ("还款", "逾期")
    sound = resample(opening, LISTENING_RATE)
    spans = voice_spans(sound)
    guesses = packed.transcribe(sound, spans)
    assert guesses
    for utterance in (g.utterance for g in guesses):
        assert (utterance.start, utterance.end) in [
            (round(a, 3), round(b, 3)) for a, b in spans[utterance.channel or 0]
        ]
        assert [w.start for w in utterance.words] == sorted(w.start for w in utterance.words)


def test_the_fingerprint_changes_with_whatever_changes_the_words(whisper: FasterWhisper) -> None:
    """It keys the stored transcripts."""
    assert FasterWhisper(MODEL, window="single", cpu_threads=2).fingerprint == whisper.fingerprint
    others = [
        FasterWhisper(MODEL, window="packed").fingerprint,
        FasterWhisper(MODEL, window="single", beam_size=1).fingerprint,
        FasterWhisper(MODEL, window="single", hotwords=["逾期"]).fingerprint,
        FasterWhisper(MODEL, window="single", compute_type="float32").fingerprint,
    ]
    assert len({whisper.fingerprint, *others}) == 5
    assert "demo-whisper@" in whisper.fingerprint


def test_an_incomplete_model_folder_is_refused_without_asking_the_network(tmp_path: Path) -> None:
    """The engine itself would try to fetch a missing tokenizer."""
    with pytest.raises(ModelError, match=r"缺少 config\.json、model\.bin、tokenizer\.json、vocabulary\.json"):
        FasterWhisper(tmp_path)
    broken = tmp_path / "broken"
    shutil.copytree(MODEL, broken)
    (broken / "model.bin").write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"broken：模型载入失败.*重新复制"):
        FasterWhisper(broken)


def test_a_model_that_is_nowhere_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence: where to download it, and which option points to the copy."""
    with pytest.raises(ModelError, match=r"没有这个文件夹，也不是已知的模型名"):
        find_model(tmp_path / "missing")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError) as caught:
        find_model("tiny", download=False)
    line = str(caught.value)
    assert "huggingface.co" in line
    assert "--model" in line
    assert "\n" not in line


def test_an_engine_failure_costs_one_call(opening: Sound, tmp_path: Path, whisper: FasterWhisper) -> None:
    """It is reported as that recording's, so that a batch goes on."""

    class Exhausted(FasterWhisper):
        def __init__(self) -> None:
            pass

        def transcribe(self, sound: Sound, speech: object) -> tuple[()]:
            raise RuntimeError("CUDA out of memory")

    write_canonical(opening, tmp_path / "a.flac")
    with pytest.raises(RecordingError, match=r"a\.flac：语音识别引擎出错（CUDA out of memory）.*--device cpu"):
        hear(recording(tmp_path / "a.flac"), Exhausted())
