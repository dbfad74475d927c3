"""Windows: every stretch is heard once, none is longer than a model can hear, and words find their way back."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from auditor.models import Span
from auditor.speech.windows import Policy, plan, unpacked

RATE = 1000


def noise(seconds: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.random.default_rng(1).normal(0, 0.1, (1, int(seconds * RATE))).astype(np.float32)


@settings(deadline=None, max_examples=50)
@given(
    some.lists(some.tuples(some.floats(0.05, 3.0), some.floats(0.2, 70.0)), max_size=12),
    some.sampled_from(["packed", "single"]),
)
def test_all_speech_is_heard_once_in_windows_a_model_can_hear(
    lengths: list[tuple[float, float]], policy: Policy
) -> None:
    """Whatever the pauses and however long people talk."""
    spans: list[Span] = []
    now = 0.0
    for pause, talk in lengths:
        spans.append((now + pause, now + pause + talk))
        now += pause + talk
    windows = plan(noise(now + 1), RATE, [spans], policy)
    pieces = [piece for window in windows for piece in window.pieces]
    assert all(0 < window.duration <= (29.01 if policy == "packed" else 9.61) for window in windows)
    assert all(a.heard[1] <= b.heard[0] + 1e-9 for a, b in pairwise(pieces))
    assert all(end - start <= 28.001 for start, end in (p.stretch for p in pieces))
    for start, end in spans:
        covered = sum(max(0.0, min(end, p.heard[1]) - max(start, p.heard[0])) for p in pieces)
        assert covered == pytest.approx(end - start, abs=1e-6)


def test_packed_puts_neighbours_together_and_single_does_not() -> None:
    """Five short answers are one window for a model that pads everything to thirty seconds."""
    spans = [(float(n * 5), n * 5 + 1.0) for n in range(1, 6)]
    assert len(plan(noise(40), RATE, [spans], "packed")) == 1
    assert len(plan(noise(40), RATE, [spans], "single")) == 5
    (packed,) = plan(noise(40), RATE, [spans], "packed")
    assert [len(w.pieces) for w in unpacked(packed)] == [1] * 5


def test_a_moment_in_a_packed_window_is_found_in_the_call() -> None:
    """The second piece begins 1.6 s into the window: a second of speech and 0.3 s on both sides."""
    (window,) = plan(noise(20), RATE, [[(2.0, 3.0), (10.0, 11.0)]], "packed")
    piece, at = window.locate(0.5)
    assert piece.stretch == (2.0, 3.0)
    assert at == pytest.approx(2.2)
    piece, at = window.locate(2.0)
    assert piece.stretch == (10.0, 11.0)
    assert at == pytest.approx(10.1)
    assert window.locate(99.0)[1] == pytest.approx(11.3)


def test_channels_are_never_packed_together() -> None:
    """Words of one side must not end up on the other."""
    windows = plan(np.repeat(noise(10), 2, axis=0), RATE, [[(1.0, 2.0)], [(2.5, 3.0)]], "packed")
    assert [{p.channel for p in w.pieces} for w in windows] == [{0}, {1}]


def test_a_long_stretch_is_cut_where_it_is_quietest() -> None:
    """Not in the middle of a word."""
    sound = noise(14)
    sound[0, 7000:7200] *= 0.01
    first, second = plan(sound, RATE, [[(1.0, 13.0)]], "single")
    assert first.pieces[0].heard[1] == pytest.approx(7.1, abs=0.1)
    assert second.pieces[0].stretch == first.pieces[0].stretch == (1.0, 13.0)
