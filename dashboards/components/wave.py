"""The timeline above a transcript: how loud each channel was, who spoke when, and the silences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.models import Acoustics, Call, ChannelAcoustics, Span, Speaker

QUIETEST = -60.0
"""dBFS; what is quieter is drawn as nothing."""
STEP = 0.1
"""Seconds of one value of stored loudness."""
BINS = 2_000
"""More than a screen has columns for one timeline."""
SILENCE = 3.0
"""Seconds without speech that are marked."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One channel: who is on it (``None``: everybody, or unknown), how loud it was (0 to 60 a bin), and who spoke when."""

    speaker: Speaker | None
    channel: int | None
    levels: tuple[int, ...]
    spans: tuple[tuple[float, float, Speaker], ...]


@dataclass(frozen=True, slots=True)
class Wave:
    """The lanes of a call, the seconds of one bin, and the times of ``SILENCE`` or more between first and last word in which nobody spoke."""

    lanes: tuple[Lane, ...]
    bin: float
    silences: tuple[Span, ...]


def wave(call: Call) -> Wave:
    """The timeline of a call; one that came as text has a lane a side without loudness, by the times of its lines."""
    said = [u for u in call.utterances if not u.quarantined]
    spoken = [(u.start, u.end, u.speaker) for u in said]
    if call.acoustics is None or not call.acoustics.channels:
        sides: tuple[Speaker, ...] = ("agent", "customer")
        lanes = [Lane(side, None, (), tuple(s for s in spoken if s[2] == side)) for side in sides]
        unknown = tuple(s for s in spoken if s[2] == "unknown")
        if unknown:
            lanes.append(Lane("unknown", None, (), unknown))
        return Wave(tuple(lanes), STEP, silences((start, end) for start, end, _ in spoken))
    size = _bin(call.acoustics)
    channels = call.acoustics.channels
    if len(channels) == 1:
        whole = Lane(None, None, _levels(channels[0], size), tuple(spoken))
        return Wave((whole,), size * STEP, silences(channels[0].speech or [(s, e) for s, e, _ in spoken]))
    agent = None if call.roles is None else call.roles.agent_channel
    lanes = [_lane(channel, agent, size) for channel in channels]
    lanes.sort(key=lambda lane: (lane.speaker != "agent", lane.channel))
    return Wave(tuple(lanes), size * STEP, silences(span for channel in channels for span in channel.speech))


def silences(speech: Iterable[Span]) -> tuple[Span, ...]:
    """The gaps of ``SILENCE`` or more between stretches of speech, which may overlap and come in any order."""
    gaps: list[Span] = []
    until: float | None = None
    for start, end in sorted(speech):
        if until is not None and start - until >= SILENCE:
            gaps.append((until, start))
        until = end if until is None else max(until, end)
    return tuple(gaps)


def shares(signals: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Of the time from the first to the last word, the share of each side, of both at once and of nobody; empty where not measured."""
    names = ("agent_talk_share", "customer_talk_share", "overlap_share", "silence_share")
    return tuple((name, signals[name]) for name in names) if all(name in signals for name in names) else ()


def _bin(acoustics: Acoustics) -> int:
    longest = max(len(channel.loudness) for channel in acoustics.channels)
    return max(1, -(-longest // BINS))


def _levels(channel: ChannelAcoustics, size: int) -> tuple[int, ...]:
    loud: Sequence[float] = channel.loudness
    return tuple(_level(max(loud[at : at + size])) for at in range(0, len(loud), size))


def _level(loudness: float) -> int:
    return round(min(max(loudness, QUIETEST), 0.0) - QUIETEST)


def _lane(channel: ChannelAcoustics, agent: int | None, size: int) -> Lane:
    speaker: Speaker = "unknown" if agent is None else "agent" if channel.channel == agent else "customer"
    spans = tuple((start, end, speaker) for start, end in channel.speech)
    return Lane(None if agent is None else speaker, channel.channel, _levels(channel, size), spans)
