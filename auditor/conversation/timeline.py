"""Who spoke when: a call with two sides as stretches of speech and the silences between them, in whole milliseconds.

Whole numbers, so that shares of time add up and a call told from a later second on gives the same. The stretches are those of voice
activity where the recording has one channel a side, else the utterances themselves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Literal, NamedTuple, TypeAlias

from auditor.models import Acoustics, Span, Speaker

Side: TypeAlias = Literal["agent", "customer"]
Time: TypeAlias = int
"""Milliseconds from the start of the call."""
SIDES: tuple[Side, Side] = ("agent", "customer")
OTHER: Mapping[Side, Side] = {"agent": "customer", "customer": "agent"}


class Stretch(NamedTuple):
    """One side's speech without a pause. ``brief``: it only acknowledges (嗯, 好的) or holds no word, and so takes no turn."""

    start: Time
    end: Time
    side: Side
    brief: bool


class Said(NamedTuple):
    """An utterance: when, how many characters of comparable text, and whether it is ``brief`` (see ``Stretch``)."""

    start: Time
    end: Time
    characters: int
    brief: bool


class Silence(NamedTuple):
    """A time between the first and the last word in which nobody spoke."""

    start: Time
    end: Time


class Shares(NamedTuple):
    """Milliseconds in which only the agent, only the customer, both and nobody spoke."""

    agent: Time
    customer: Time
    overlap: Time
    silence: Time


def milliseconds(seconds: float) -> Time:
    """Seconds as whole milliseconds."""
    return round(seconds * 1000)


def voiced(acoustics: Acoustics, agent_channel: int) -> Mapping[Side, Sequence[Span]] | None:
    """Each side's voice activity; ``None`` where the recording does not have one channel a side, both with a voice."""
    if len(acoustics.channels) != 2 or not all(c.speech for c in acoustics.channels):
        return None
    return {"agent" if c.channel == agent_channel else "customer": c.speech for c in acoustics.channels}


def of_utterances(said: Mapping[Speaker, Sequence[Said]]) -> list[Stretch]:
    """Both sides' speech in order of time, where only the utterances' times are known; those that meet or overlap joined."""
    found: list[Stretch] = []
    for side in SIDES:
        own: list[Stretch] = []
        for each in said[side]:
            if own and each.start <= own[-1].end:
                start, end, _, brief = own[-1]
                own[-1] = Stretch(start, max(end, each.end), side, brief and each.brief)
            else:
                own.append(Stretch(each.start, each.end, side, each.brief))
        found += own
    found.sort()
    return found


def of_voices(speech: Mapping[Side, Sequence[Span]], said: Mapping[Speaker, Sequence[Said]]) -> list[Stretch]:
    """Both sides' speech in order of time by their channels' voice activity; a voice without words is brief."""
    found = []
    for side, spans in speech.items():
        told = [each for each in said[side] if not each.brief]
        at = 0
        for start, end in sorted((milliseconds(start), milliseconds(end)) for start, end in spans):
            while at < len(told) and told[at].end <= start:
                at += 1
            found.append(Stretch(start, end, side, at == len(told) or told[at].start >= end))
    found.sort()
    return found


def silences(line: Sequence[Stretch] | Sequence[Said]) -> list[Silence]:
    """The times between these stretches, given by their starts, in which there is none."""
    found = []
    reached = line[0].end
    for each in line:
        if each.start > reached:
            found.append(Silence(reached, each.start))
        if each.end > reached:
            reached = each.end
    return found


def shares(line: Sequence[Stretch], silent: Sequence[Silence]) -> Shares:
    """How the time from the first to the last word divides; the four add up to all of it."""
    whole = max(s.end for s in line) - line[0].start
    agent = sum(s.end - s.start for s in line if s.side == "agent")
    customer = sum(s.end - s.start for s in line if s.side == "customer")
    silence = sum(s.end - s.start for s in silent)
    overlap = agent + customer + silence - whole
    return Shares(agent - overlap, customer - overlap, overlap, silence)


def thousandths(parts: Sequence[int]) -> list[float]:
    """Parts of a whole as decimals of three digits that add up to exactly 1, by largest remainders (the first of equal ones)."""
    whole = sum(parts)
    down = [part * 1000 // whole for part in parts]
    largest = sorted(range(len(parts)), key=lambda i: (-(parts[i] * 1000 % whole), i))
    for i in largest[: 1000 - sum(down)]:
        down[i] += 1
    return [part / 1000 for part in down]


def interruptions(line: Sequence[Stretch], tolerance: Time) -> dict[Side, int]:
    """How often each side began while the other was speaking, and both went on for longer than the tolerance.

    Who begins within the tolerance after the other did not interrupt: they began together. Acknowledgements interrupt nobody, and
    nobody is interrupted in one.
    """
    counts = dict.fromkeys(SIDES, 0)
    last: dict[Side, Stretch] = {}
    for stretch in line:
        other = last.get(OTHER[stretch.side])
        last[stretch.side] = stretch
        if other is None or other.brief or stretch.brief or stretch.start - other.start < tolerance:
            continue
        if min(stretch.end, other.end) - stretch.start >= tolerance:
            counts[stretch.side] += 1
    return counts


def monologues(line: Sequence[Stretch], longest_pause: Time) -> dict[Side, Time]:
    """Each side's longest speech, pauses included, that neither the other side nor a pause of this length broke off.

    Acknowledgements break off nothing.
    """
    found = dict.fromkeys(SIDES, 0)
    before: Stretch | None = None
    start = 0
    for stretch in line:
        if stretch.brief:
            continue
        if before is None or before.side != stretch.side or stretch.start - before.end >= longest_pause:
            start = stretch.start
        found[stretch.side] = max(found[stretch.side], stretch.end - start)
        before = stretch
    return found


def latencies(line: Sequence[Stretch]) -> dict[Side, float]:
    """Median time from the end of the other side's speech to the beginning of the answer, for each side that answered.

    Who takes over while the other still speaks answers after 0; acknowledgements are neither answers nor answered.
    """
    taken: dict[Side, list[Time]] = {side: [] for side in SIDES}
    before: Stretch | None = None
    spoke: set[Side] = set()
    for stretch in line:
        if stretch.brief or (before is not None and before.end > stretch.end):
            continue
        if before is not None and (before.start, before.end) == (stretch.start, stretch.end):
            # who speaks at the very same time answers nobody
            spoke.add(stretch.side)
            continue
        if before is not None and spoke != {stretch.side}:
            taken[stretch.side].append(max(0, stretch.start - before.end))
        before, spoke = stretch, {stretch.side}
    return {side: median(times) for side, times in taken.items() if times}


def excused(long: Sequence[Silence], announced: Iterable[Time], own: Sequence[Said]) -> frozenset[Silence]:
    """The silences that somebody had announced: those from the announcement on until the same side speaks again.

    Args:
        long: silences, in order of time.
        announced: when each announcement ended.
        own: what the side that announced said, in order of time; its acknowledgements do not end the silence.
    """
    back = [each.start for each in own if not each.brief]
    starts = [each.start for each in long]
    found: set[Silence] = set()
    for end in announced:
        after = bisect_left(back, end)
        last = bisect_left(starts, back[after]) if after < len(back) else len(long)
        found.update(long[bisect_left(starts, end) : last])
    return frozenset(found)


def peak_rate(utterances: Sequence[tuple[Time, int]], window: Time) -> float | None:
    """The most characters a minute within so much of a side's own speaking time; ``None`` where it spoke for less.

    Args:
        utterances: how long each took (not 0) and its characters, in order; within one, characters are taken to be spread evenly.
        window: milliseconds.
    """
    # the count within a window changes evenly but where one of its ends passes an utterance's end
    most = max(_most_from_a_start(utterances, window), _most_from_a_start(utterances[::-1], window))
    return None if most < 0 else most * 60_000 / window


def _most_from_a_start(utterances: Sequence[tuple[Time, int]], window: Time) -> float:
    """The most characters in a window that begins with an utterance; negative where no window has room."""
    most = -1.0
    inside = time = after = (
        0  # whole utterances in the window: their characters and time, and the number of the next one
    )
    for number, (took, characters) in enumerate(utterances):
        while after < len(utterances) and time + utterances[after][0] <= window:
            time += utterances[after][0]
            inside += utterances[after][1]
            after += 1
        if time == window:
            most = max(most, inside)
        elif after < len(utterances):
            most = max(most, inside + utterances[after][1] * (window - time) / utterances[after][0])
        else:
            break
        if after > number:
            time -= took
            inside -= characters
        else:
            after += 1
    return most
