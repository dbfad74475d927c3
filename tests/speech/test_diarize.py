"""Words given to voices: nothing is lost, and a voice gets what it said."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import ModelError, UsageError
from auditor.models import Utterance, Word
from auditor.speech.diarize import VoiceTurn, by_voice
from auditor.speech.diarizers import diarizer_named
from auditor.speech.voices import TwoVoices


def said(text: str, start: float, end: float) -> Utterance:
    """An utterance with one word a character, evenly spread."""
    step = (end - start) / len(text)
    words = tuple(Word(c, start + i * step, start + (i + 1) * step, 0.5 + i / 100) for i, c in enumerate(text))
    return Utterance("unknown", start, end, text, words, confidence=0.9)


def test_an_utterance_of_two_voices_is_cut_between_its_words() -> None:
    """The answer that follows without a pause becomes an utterance of its own, with its own times and confidence."""
    question, answer = by_voice((said("是黄先生吗对我是", 0, 8),), (VoiceTurn(0, 5.2, 3), VoiceTurn(5.2, 8, 1)))
    assert (question.text, question.start, question.end, question.channel) == ("是黄先生吗", 0, 5, 0)
    assert (answer.text, answer.start, answer.end, answer.channel) == ("对我是", 5, 8, 1)
    assert answer.confidence == pytest.approx((0.55 + 0.56 + 0.57) / 3)
    assert [w.text for w in answer.words] == list("对我是")


def test_a_blink_of_another_voice_cuts_nothing() -> None:
    """A tenth of a second inside somebody's sentence is a mistake or a breath, not a turn."""
    turns = (VoiceTurn(0, 1.0, 0), VoiceTurn(1.0, 1.1, 1), VoiceTurn(1.1, 2, 0))
    (whole,) = by_voice((said("今天下午三点之前还清可以吗您说呢好", 0, 1.7),), turns)
    assert whole.channel == 0


def test_who_speaks_outside_all_turns_is_the_nearest() -> None:
    """Voice activity and a diarizer's own need not agree at the edges."""
    turns = (VoiceTurn(0, 2, 0), VoiceTurn(8, 9, 1))
    assert [u.channel for u in by_voice((said("喂", 0, 1), said("喂", 2.5, 3), said("嗯", 7, 7.5)), turns)] == [0, 0, 1]


def test_without_words_the_longer_voice_has_the_utterance() -> None:
    whole = Utterance("unknown", 0, 4, "好的再见")
    assert by_voice((whole,), (VoiceTurn(0, 1, 0), VoiceTurn(1, 4, 1)))[0].text == whole.text
    assert by_voice((whole, said("喂", 5, 6)), (VoiceTurn(0, 4, 7), VoiceTurn(4, 6, 2)))[1].channel == 1


def test_without_turns_nobody_is_named() -> None:
    assert by_voice((said("喂", 0, 1),), ())[0].channel is None


@given(
    st.lists(st.tuples(st.floats(0, 20), st.floats(0.1, 5), st.integers(0, 3)), max_size=8),
    st.lists(st.tuples(st.text("喂你好，再见 对", min_size=1, max_size=12), st.floats(0.2, 4)), max_size=5),
)
def test_no_word_is_lost_or_moved(turns: list[tuple[float, float, int]], lines: list[tuple[str, float]]) -> None:
    """Whatever the turns, the words are the same in the same order, each within its utterance, and voices count from 0."""
    at, utterances = 0.0, []
    for text, length in lines:
        utterances.append(said(text.strip() or "喂", at, at + length))
        at += length + 0.1
    spoken = tuple(VoiceTurn(a, a + b, v) for a, b, v in sorted(turns))
    pieces = by_voice(utterances, spoken)
    assert [w for u in pieces for w in u.words] == [w for u in utterances for w in u.words]
    assert all(u.start - 1e-9 <= u.words[0].start and u.words[-1].end <= u.end + 1e-9 for u in pieces)
    assert all(a.end <= b.start + 1e-9 for a, b in pairwise(pieces))
    if spoken and pieces:
        seen = list(dict.fromkeys(u.channel for u in pieces))
        assert seen == list(range(len(seen)))


def test_diarizers_go_by_name(tmp_path: Path) -> None:
    """The built-in, none at all; anything else says what there is, or what is missing and how to get it."""
    assert isinstance(diarizer_named("builtin"), TwoVoices)
    assert diarizer_named("none") is None
    for name in ("", "magic", "sherpa", "sherpa:", "builtin:x"):
        with pytest.raises(UsageError, match=r"builtin、none、sherpa:模型文件夹"):
            diarizer_named(name)
    for name in ("sherpa", "pyannote"):
        with pytest.raises(ModelError, match=rf"collections-auditor\[{name}\]|缺少"):
            diarizer_named(f"{name}:{tmp_path}")


TINY = Path(__file__).parents[1] / "fixtures" / "sherpa"


def test_a_folder_of_sherpa_onnx_models_tells_who_speaks_when() -> None:
    """The real engine, with two models of a few kilobytes: where it is loud somebody speaks, and all sound alike."""
    pytest.importorskip("sherpa_onnx")
    sherpa = diarizer_named(f"sherpa:{TINY}")
    assert sherpa is not None
    assert sherpa.fingerprint.startswith("sherpa-onnx ")
    time = np.arange(8 * 16_000) / 16_000
    loud = ((time > 1) & (time < 3)) | ((time > 5) & (time < 7))
    turns = sherpa.diarize((loud * 0.3 * np.sin(2 * np.pi * 300 * time)).astype(np.float32), 16_000, ((1, 3), (5, 7)))
    assert [(round(t.start), round(t.end), t.voice) for t in turns] == [(1, 3, 0), (5, 7, 0)]
    assert sherpa.diarize(np.zeros(16_000, np.float32), 16_000, ()) == ()


def test_sherpa_models_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    """A missing file by its name, a broken one with the way out; other models have another fingerprint."""
    pytest.importorskip("sherpa_onnx")
    shutil.copy(TINY / "segmentation.onnx", tmp_path)
    with pytest.raises(ModelError, match=r"缺少 embedding\.onnx"):
        diarizer_named(f"sherpa:{tmp_path}")
    (tmp_path / "embedding.onnx").write_text("not a model")
    with pytest.raises(ModelError, match="重新复制整个模型文件夹"):
        diarizer_named(f"sherpa:{tmp_path}")
