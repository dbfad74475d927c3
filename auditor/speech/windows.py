"""What a recogniser is given at a time: stretches of one channel's speech, long ones cut, short ones packed.

A stretch is what voice activity found between two pauses and becomes one utterance. A window is what one run
of the model hears. The two need not agree: ``single`` gives each piece of a stretch its own window, ``packed``
puts a channel's neighbouring stretches into windows of up to 29 s (a model that pads every window to 30 s
costs the same for one word as for thirty seconds), with the silence between them shortened, and cuts the words
apart again by their times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from auditor.models import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Policy = Literal["packed", "single"]

PAD = 0.3
"""Seconds of the recording heard before and after a piece, or half the pause where that is shorter."""

_LONGEST_STRETCH = 28.0
_LONGEST_PIECE: dict[Policy, float] = {"packed": _LONGEST_STRETCH, "single": 9.0}
_LONGEST_WINDOW = 29.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a stretch, or all of it, and the part of the recording (``heard``) that stands for it in a window."""

    channel: int
    stretch: Span
    heard: Span


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces of one channel, heard in one go, one after the other."""

    pieces: tuple[Piece, ...]

    @property
    def duration(self) -> float:
        """Seconds."""
        return sum(end - start for start, end in (p.heard for p in self.pieces))

    def samples(self, channels: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
        """The window's sound, cut from a recording's (channels, samples)."""
        import numpy as np

        return np.concatenate(
            [channels[p.channel, round(p.heard[0] * rate) : round(p.heard[1] * rate)] for p in self.pieces]
        )

    def locate(self, time: float) -> tuple[Piece, float]:
        """The piece that plays at a time in the window (seconds from its start), and that moment's time in the
        call.
        """
        offset = 0.0
        for piece in self.pieces[:-1]:
            length = piece.heard[1] - piece.heard[0]
            if time < offset + length:
                break
            offset += length
        else:
            piece = self.pieces[-1]
        return piece, min(max(piece.heard[0] + time - offset, piece.heard[0]), piece.heard[1])


def plan(
    channels: NDArray[np.float32], rate: int, speech: Sequence[Sequence[Span]], policy: Policy
) -> tuple[Window, ...]:
    """The windows in which to hear a recording.

    Args:
        channels: (channels, samples).
        rate: samples a second.
        speech: each channel's voice-activity spans in seconds, in order.
        policy: ``packed`` or ``single``.
    """
    return tuple(
        window
        for channel, spans in enumerate(speech)
        for window in _pack(_pieces(channel, channels[channel], rate, spans, policy), policy)
    )


def unpacked(window: Window) -> tuple[Window, ...]:
    """Each of a window's pieces in a window of its own."""
    return tuple(Window((piece,)) for piece in window.pieces)


def _pieces(
    channel: int, samples: NDArray[np.float32], rate: int, spans: Sequence[Span], policy: Policy
) -> Iterator[Piece]:
    """The channel's pieces in order, each with its padding, which never reaches into another piece."""
    cut = [
        (stretch, piece)
        for span in spans
        for stretch in _cut(span, _LONGEST_STRETCH, samples, rate)
        for piece in _cut(stretch, _LONGEST_PIECE[policy], samples, rate)
    ]
    before = [-2 * PAD, *(piece[1] for _, piece in cut)]
    after = [*(piece[0] for _, piece in cut[1:]), len(samples) / rate + PAD]
    for (stretch, (start, end)), previous_end, next_start in zip(cut, before, after, strict=False):
        lead = min(PAD, (start - previous_end) / 2)
        tail = min(PAD, (next_start - end) / 2)
        yield Piece(channel, stretch, (max(0.0, start - lead), min(len(samples) / rate, end + tail)))


def _cut(span: Span, longest: float, samples: NDArray[np.float32], rate: int) -> Iterator[Span]:
    """The span in parts no longer than ``longest``, cut where the sound is lowest in each part's second half."""
    import numpy as np

    start, end = span
    step = round(0.05 * rate)
    while end - start > longest:
        search = samples[round((start + longest / 2) * rate) : round((start + longest) * rate)]
        steps = len(search) // step
        power = np.square(search[: steps * step].reshape(steps, step)).mean(axis=1)
        quietest = int(np.argmin(np.convolve(power, np.ones(3), mode="same")[1:-1])) + 1
        middle = start + longest / 2 + (quietest + 0.5) * step / rate
        yield start, middle
        start = middle
    yield start, end


def _pack(pieces: Iterator[Piece], policy: Policy) -> Iterator[Window]:
    waiting: tuple[Piece, ...] = ()
    for piece in pieces:
        if waiting and (policy == "single" or Window((*waiting, piece)).duration > _LONGEST_WINDOW):
            yield Window(waiting)
            waiting = ()
        waiting = (*waiting, piece)
    if waiting:
        yield Window(waiting)
