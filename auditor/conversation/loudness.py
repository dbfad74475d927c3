"""How loud a voice was, held against itself: a channel's level, and when it was raised.

A level in dBFS depends on the line and the microphone, so it says nothing of two speakers; a raised voice is one that rises above
its own median. From the spectra of ANSI S3.5-1997 (speech intelligibility index), table 3, a voice on a telephone's band (315 to
3150 Hz) rises from normal speech by 6.5 dB when raised, 13.4 when loud, 21 when shouting.
"""

from __future__ import annotations

from typing import NamedTuple

from auditor.models import ChannelAcoustics

STEP = 0.1
"""Seconds that one value of ``ChannelAcoustics.loudness`` stands for."""
OVER = 10
"""Steps that a level is taken over: syllables differ by 10 dB and more, a second of speech hardly does."""
LEAST_SPEECH = 50
"""Steps of speech below which there is no baseline."""
BRIDGED = 5
"""Steps that a raised voice may fall back or pause and still be the same stretch."""


class Voice(NamedTuple):
    """A channel's voice: its median level (dBFS), and how much of its speech (share) and how long at once (seconds) it was raised."""

    level: float
    raised_share: float
    longest_raised: float


def voice(channel: ChannelAcoustics, raised_from: float) -> Voice | None:
    """Measure the voice on a channel; ``None`` where there is too little of it.

    Args:
        channel: the channel.
        raised_from: decibels above the voice's own median from which it counts as raised.
    """
    levels = _levels(channel)
    if len(levels) < LEAST_SPEECH:
        return None
    ordered = sorted(level for _, level in levels)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    raised = [step for step, level in levels if level >= median + raised_from]
    longest = start = 0
    for before, step in zip([-BRIDGED - 2, *raised], raised, strict=False):
        if step - before > BRIDGED + 1:
            start = step
        longest = max(longest, step - start + 1)
    return Voice(median, len(raised) / len(levels), longest * STEP)


def _levels(channel: ChannelAcoustics) -> list[tuple[int, float]]:
    """Each step in which there is speech, with the level of the second of that speech around it."""
    from math import log10

    found = []
    for start, end in channel.speech:
        first, last = round(start / STEP), min(round(end / STEP), len(channel.loudness))
        total = [0.0]
        for decibels in channel.loudness[first:last]:
            total.append(total[-1] + 10 ** (decibels / 10))
        for step in range(last - first):
            low, high = max(0, step - OVER // 2), min(last - first, step + OVER // 2)
            power = (total[high] - total[low]) / (high - low)
            found.append((first + step, 10 * log10(max(power, 1e-10))))
    return found
