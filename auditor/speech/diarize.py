"""Whose voice is heard when, on a recording that holds everybody on one channel: the ``Diarizer`` protocol, and words given to voices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from auditor.models import Span, Utterance, Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHORTEST_PIECE = 0.3
"""Seconds of words that another voice must say inside an utterance to be cut out of it."""


@dataclass(frozen=True, slots=True)
class VoiceTurn:
    """One voice from ``start`` to ``end`` (seconds). Turns of different voices may overlap."""

    start: float
    end: float
    voice: int


class Diarizer(Protocol):
    """Tells voices apart."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same sound might give other turns: method, model, every option that bears on them."""

    def diarize(self, samples: NDArray[np.float32], rate: int, speech: Sequence[Span]) -> tuple[VoiceTurn, ...]:
        """Who speaks when, in order of time; voices are numbered from 0, and mean nothing beyond this recording.

        Args:
            samples: one channel, full scale 1.0, at ``LISTENING_RATE``.
            rate: its samples a second.
            speech: where anybody speaks, in seconds.

        Raises:
            RuntimeError: the engine failed on this recording.
        """


def by_voice(utterances: Sequence[Utterance], turns: Sequence[VoiceTurn]) -> tuple[Utterance, ...]:
    """The utterances with the number of their voice as ``channel``, one that holds two voices cut between its words.

    Numbers count voices in the order in which they are first heard. Without any turn the utterances stay as they are.
    """
    if not turns:
        return tuple(utterances)
    pieces = [piece for utterance in utterances for piece in _pieces(utterance, turns)]
    pieces.sort(key=lambda u: u.start)
    numbers = {voice: n for n, voice in enumerate(dict.fromkeys(u.channel for u in pieces))}
    return tuple(replace(u, channel=numbers[u.channel]) for u in pieces)


def _pieces(utterance: Utterance, turns: Sequence[VoiceTurn]) -> Iterator[Utterance]:
    near = [t for t in turns if t.end > utterance.start and t.start < utterance.end]
    if len({t.voice for t in near}) < 2 or "".join(w.text for w in utterance.words).strip() != utterance.text:
        yield replace(utterance, channel=_speaking(utterance.start, utterance.end, near or turns))
        return
    voices = [_speaking(word.start, word.end, near) for word in utterance.words]
    runs = [[word for _, word in run] for _, run in groupby(zip(voices, utterance.words, strict=True), lambda v: v[0])]
    named = [voice for voice, _ in groupby(voices)]
    for voice, words in _joined(named, runs):
        sure = [w.probability for w in words if w.probability is not None]
        yield replace(
            utterance,
            start=utterance.start if words[0] is utterance.words[0] else words[0].start,
            end=utterance.end if words[-1] is utterance.words[-1] else words[-1].end,
            text="".join(w.text for w in words).strip(),
            words=tuple(words),
            confidence=round(sum(sure) / len(sure), 4) if sure else utterance.confidence,
            channel=voice,
        )


def _joined(voices: Sequence[int], runs: Sequence[Sequence[Word]]) -> list[tuple[int, list[Word]]]:
    """Runs of words, those too short to be anybody's turn given to their neighbour."""
    longest = max(range(len(runs)), key=lambda i: (runs[i][-1].end - runs[i][0].start, -i))
    joined: list[tuple[int, list[Word]]] = []
    pending: list[Word] = []
    for i, (voice, words) in enumerate(zip(voices, runs, strict=True)):
        if i != longest and words[-1].end - words[0].start < SHORTEST_PIECE:
            (joined[-1][1] if joined else pending).extend(words)
        elif joined and joined[-1][0] == voice:
            joined[-1][1].extend(words)
        else:
            joined.append((voice, [*pending, *words]))
            pending = []
    return joined


def _speaking(start: float, end: float, turns: Sequence[VoiceTurn]) -> int:
    """The voice heard most between the two, or else nearest to it."""
    overlaps = [(min(end, turn.end) - max(start, turn.start), turn.voice) for turn in turns]
    shared: dict[int, float] = {}
    for overlap, voice in overlaps:
        shared[voice] = shared.get(voice, 0.0) + max(overlap, 0.0)
    if any(shared.values()):
        return max(shared, key=lambda voice: (shared[voice], -voice))
    return max(overlaps, key=lambda near: (near[0], -near[1]))[1]
