"""Channel health: each fault of a recording has its name, and a sound one has none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from auditor.models import Span
from auditor.speech.audio import Sound
from auditor.speech.health import audible, examine, loudness

RATE = 8000
SPOKEN: tuple[Span, ...] = ((1.0, 4.0), (6.0, 9.0))


def voice(seed: int, level: float = 0.1, seconds: int = 10) -> NDArray[np.float32]:
    """Noise bursts over a quiet line, standing in for speech at ``SPOKEN``."""
    chance = np.random.default_rng(seed)
    samples = chance.normal(0, 0.0005, seconds * RATE)
    for start, end in SPOKEN:
        samples[int(start * RATE) : int(end * RATE)] += chance.normal(0, level, int((end - start) * RATE))
    return np.clip(samples, -1, 1).astype(np.float32)


def warnings_of(
    *channels: NDArray[np.float32], speech: tuple[tuple[Span, ...], ...], **about: float | int
) -> list[str]:
    sound = Sound(np.stack(channels), RATE, **about)  # type: ignore[arg-type]
    return [w.code for w in examine(sound, speech)[1]]


def test_a_sound_recording_has_no_warning() -> None:
    """Two people, two channels, lengths that agree."""
    assert warnings_of(voice(1), voice(2), speech=(SPOKEN, SPOKEN), declared=10.2) == []


def test_mono_is_named() -> None:
    """Speakers can't be told apart by channel."""
    assert warnings_of(voice(1), speech=(SPOKEN,)) == ["mono"]


def test_a_dead_channel_is_named_and_nothing_else() -> None:
    """With line noise or without."""
    hiss = np.random.default_rng(3).normal(0, 0.0003, 10 * RATE).astype(np.float32)
    assert warnings_of(voice(1), np.zeros(10 * RATE, np.float32), speech=(SPOKEN, ())) == ["dead_channel"]
    assert warnings_of(voice(1), hiss, speech=(SPOKEN, ())) == ["dead_channel"]


def test_a_mono_call_stored_as_stereo_is_named() -> None:
    """Also where a codec made the channels differ a little."""
    left = voice(1)
    right = left + np.random.default_rng(4).normal(0, 0.0005, len(left)).astype(np.float32)
    assert warnings_of(left, left, speech=(SPOKEN, SPOKEN)) == ["duplicated_channels"]
    assert warnings_of(left, right, speech=(SPOKEN, SPOKEN)) == ["duplicated_channels"]


def test_a_side_that_never_speaks_is_named() -> None:
    """There is sound, but nobody's voice."""
    room = np.random.default_rng(5).normal(0, 0.01, 10 * RATE).astype(np.float32)
    assert warnings_of(voice(1), room, speech=(SPOKEN, ())) == ["one_sided"]


def test_clipping_is_named_and_measured() -> None:
    """A tone cut off at half its height spends two thirds of its time at the limit."""
    tone = 2 * np.sin(2 * np.pi * 200 * np.arange(10 * RATE) / RATE)
    clipped = np.clip(tone, -1, 1).astype(np.float32)
    sound = Sound(np.stack([clipped, voice(2)]), RATE)
    acoustics, warnings = examine(sound, (SPOKEN, SPOKEN))
    assert [w.code for w in warnings] == ["clipped"]
    assert acoustics.channels[0].clipped_share == pytest.approx(2 / 3, abs=0.05)
    assert acoustics.channels[1].clipped_share == 0


@pytest.mark.parametrize(
    ("declared", "expected"), [(10.4, []), (30.0, ["length_mismatch"]), (5.0, ["length_mismatch"])]
)
def test_a_stated_length_that_is_not_there_is_named(declared: float, expected: list[str]) -> None:
    """Codec padding is not."""
    assert warnings_of(voice(1), voice(2), speech=(SPOKEN, SPOKEN), declared=declared) == expected


def test_damage_and_further_streams_are_named() -> None:
    """What could not be heard is said."""
    codes = warnings_of(voice(1), voice(2), speech=(SPOKEN, SPOKEN), damaged=1, skipped_streams=1)
    assert codes == ["damaged", "extra_streams"]


def test_loudness_is_in_decibels_below_full_scale() -> None:
    """One value for each tenth of a second, -100 for digital silence."""
    tone = np.sin(2 * np.pi * 400 * np.arange(RATE) / RATE).astype(np.float32)
    levels = loudness(np.concatenate([tone, np.zeros(RATE + 100, np.float32)]), RATE)
    assert len(levels) == 21
    assert levels[:10] == (-3.0,) * 10
    assert levels[10:] == (-100.0,) * 11


def test_audible_parts_hold_all_speech_and_leave_out_steady_noise() -> None:
    """With a margin around each part."""
    parts = audible(loudness(voice(1, level=0.002), RATE))
    assert [(round(a, 1), round(b, 1)) for a, b in parts] == [(0.2, 4.8), (5.2, 9.8)]
    assert audible(loudness(np.random.default_rng(6).normal(0, 0.01, 8 * RATE).astype(np.float32), RATE)) == ()
    assert audible(loudness(np.zeros(8 * RATE, np.float32), RATE)) == ()
