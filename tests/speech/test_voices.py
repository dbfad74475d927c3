"""The built-in diarizer on the samples' synthetic voices: two where there are two, one where there is one, always the same."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from auditor.models import Span
from auditor.speech.audio import LISTENING_RATE, Sound, decode, resample
from auditor.speech.diarize import VoiceTurn
from auditor.speech.transcribe import voice_spans
from auditor.speech.voices import TwoVoices

ROOT = Path(__file__).resolve().parents[2]
CALLS = ROOT / "samples" / "calls"
Samples = NDArray[np.float32]


def two_sides(name: str) -> tuple[Samples, tuple[tuple[Span, ...], ...]]:
    """A sample's two channels, and where each speaks."""
    sound = resample(decode(CALLS / name), LISTENING_RATE)
    return sound.samples, voice_spans(sound)


@pytest.fixture(scope="module")
def threat() -> tuple[Samples, tuple[tuple[Span, ...], ...]]:
    """Two men."""
    return two_sides("S03.ogg")


def turns_of(samples: Samples) -> tuple[tuple[VoiceTurn, ...], tuple[Span, ...]]:
    (speech,) = voice_spans(Sound(samples[None], LISTENING_RATE))
    return TwoVoices().diarize(samples, LISTENING_RATE, speech), speech


def voices(turns: tuple[VoiceTurn, ...]) -> set[int]:
    return {t.voice for t in turns}


def right_share(turns: tuple[VoiceTurn, ...], sides: tuple[tuple[Span, ...], ...]) -> float:
    """The share of each side's speech that is with the voice it mostly is with."""

    def shared(side: int, voice: int) -> float:
        return sum(max(0.0, min(b, t.end) - max(a, t.start)) for a, b in sides[side] for t in turns if t.voice == voice)

    spoken = sum(shared(side, voice) for side in (0, 1) for voice in (0, 1))
    return max(shared(0, 0) + shared(1, 1), shared(0, 1) + shared(1, 0)) / spoken


@pytest.mark.parametrize("name", ["S03.ogg", "S09.mp3", "S17.m4a"])
def test_two_sides_on_one_channel_are_told_apart(name: str) -> None:
    samples, sides = two_sides(name)
    turns, speech = turns_of(samples.sum(axis=0))
    assert voices(turns) == {0, 1}
    assert right_share(turns, sides) > 0.95
    assert sum(t.end - t.start for t in turns) == pytest.approx(sum(b - a for a, b in speech))
    assert all(a.end <= b.start for a, b in pairwise(turns))


@pytest.mark.parametrize(("name", "channel"), [("S03.ogg", 0), ("S08.m4a", 0), ("S12.wav", 1), ("S15.flac", 0)])
def test_one_person_stays_one(name: str, channel: int) -> None:
    """Nobody is invented to answer a monologue: an agent alone on the line, a voice box, an agent whose customer was not recorded."""
    samples, _ = two_sides(name)
    assert voices(turns_of(samples[channel])[0]) == {0}


def test_people_who_talk_over_each_other_are_still_two(threat: tuple[Samples, tuple[tuple[Span, ...], ...]]) -> None:
    """One side comes in two seconds early, so that a good part of it is spoken at once."""
    samples, sides = threat
    early = 2 * LISTENING_RATE
    mixed = samples[0].copy()
    mixed[:-early] += samples[1][early:]
    turns, _ = turns_of(mixed)
    moved = tuple((max(0.0, a - 2), max(0.0, b - 2)) for a, b in sides[1])
    assert voices(turns) == {0, 1}
    assert right_share(turns, (sides[0], moved)) > 0.75


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.3, 1.0, 2.5])
def test_a_call_too_short_to_compare_is_one_voice(
    threat: tuple[Samples, tuple[tuple[Span, ...], ...]], seconds: float
) -> None:
    """It keeps its speech, whole."""
    start = threat[1][0][0][0]
    samples = threat[0][0][round(start * LISTENING_RATE) : round((start + seconds) * LISTENING_RATE)]
    speech = ((0.0, seconds),) if seconds else ()
    assert TwoVoices().diarize(samples, LISTENING_RATE, speech) == tuple(VoiceTurn(a, b, 0) for a, b in speech)


def test_silence_is_nobody_and_noise_at_most_one() -> None:
    nothing = np.zeros(20 * LISTENING_RATE, np.float32)
    hiss = np.random.default_rng(0).standard_normal(len(nothing)).astype(np.float32) * np.float32(0.05)
    assert TwoVoices().diarize(nothing, LISTENING_RATE, ()) == ()
    for sound in (nothing, hiss):
        assert voices(TwoVoices().diarize(sound, LISTENING_RATE, ((1.0, 6.0), (7.0, 19.0)))) == {0}


def test_the_same_sound_gives_the_same_turns_to_the_bit(threat: tuple[Samples, tuple[tuple[Span, ...], ...]]) -> None:
    """Again, and in another process with another number of threads."""
    turns, _ = turns_of(threat[0].sum(axis=0))
    assert turns_of(threat[0].sum(axis=0))[0] == turns
    program = "from tests.speech.test_voices import *\nprint(repr(turns_of(two_sides('S03.ogg')[0].sum(axis=0))[0]))\n"
    single = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, cwd=ROOT, env=single, text=True
    )
    assert done.stdout.strip() == repr(turns)
