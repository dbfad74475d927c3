"""How the call went, as numbers: who spoke how long, silences, interruptions, speed, answers, loudness.

Measured on the voice activity of a recording with one channel a side, else on the utterances' times; loudness needs the recording.
What can't be measured is absent. ``docs/signals.md`` tells each signal's exact meaning.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from auditor.conversation.loudness import voice
from auditor.conversation.timeline import (
    SIDES,
    Said,
    Side,
    Silence,
    Stretch,
    Time,
    excused,
    interruptions,
    latencies,
    milliseconds,
    monologues,
    of_utterances,
    of_voices,
    peak_rate,
    shares,
    silences,
    thousandths,
    voiced,
)
from auditor.conversation.turns import Turn
from auditor.models import SPEAKERS, Call, Speaker, Utterance
from auditor.text.cue import Cue
from auditor.text.index import Listener
from auditor.text.normalise import normalise

Unit: TypeAlias = Literal["s", "share", "times", "turns", "per_minute", "dBFS", "yes_no"]
SIGNALS: Mapping[str, Unit] = {
    "duration": "s", "turns": "turns",
    "agent_talk_share": "share", "customer_talk_share": "share", "overlap_share": "share", "silence_share": "share",
    "agent_talk_ratio": "share",
    "agent_longest_monologue": "s", "customer_longest_monologue": "s",
    "longest_silence": "s", "dead_air": "s", "longest_dead_air": "s", "hold_time": "s", "customer_lookup_time": "s",
    "agent_interruptions": "times", "customer_interruptions": "times",
    "agent_characters_per_minute": "per_minute", "customer_characters_per_minute": "per_minute",
    "agent_peak_characters_per_minute": "per_minute", "customer_peak_characters_per_minute": "per_minute",
    "agent_response_latency": "s", "customer_response_latency": "s",
    "agent_loudness": "dBFS", "customer_loudness": "dBFS",
    "agent_raised_voice_share": "share", "customer_raised_voice_share": "share",
    "agent_longest_raised_voice": "s", "customer_longest_raised_voice": "s",
    "agent_spoke_last": "yes_no", "agent_hung_up": "yes_no",
}  # fmt: skip
"""Every signal and its unit: seconds, a share of 1, a count, characters a minute, decibels; 1 or 0 for yes or no."""
SHORTEST_SPEECH = 5_000
"""Milliseconds of speech below which a rate says nothing."""
LONGEST_BACKCHANNEL = 12
"""Characters; whoever says more has taken a turn."""
NOTHING = Cue(())


@dataclass(frozen=True, slots=True)
class SignalCues:
    """What a pack says about measuring: words that announce a silence or only acknowledge, and tolerances.

    Attributes:
        hold: the agent asks to wait.
        lookup: the customer goes to look something up.
        backchannels: what only acknowledges, as a pattern over comparable text.
        overlap: seconds that both may speak without one interrupting the other.
        dead_air: seconds from which a silence is more than a pause: dead air, unless somebody announced it.
        rate_window: seconds of speech that the peak rate is taken over.
        raised_voice: decibels above a voice's own median from which it is raised.
    """

    hold: Cue = NOTHING
    lookup: Cue = NOTHING
    backchannels: re.Pattern[str] = field(default=re.compile(""))
    overlap: float = 0.5
    dead_air: float = 3.0
    rate_window: float = 10.0
    raised_voice: float = 9.0

    @property
    def listeners(self) -> list[Listener]:
        """The cues, as a page's index knows them."""
        return [self.hold.listener("agent"), self.lookup.listener("customer")]


def backchannels(words: Sequence[str]) -> re.Pattern[str]:
    """A pattern for any number of these words, one right after the other, and for no word at all."""
    folded = {normalise(word).text for word in words} - {""}
    return re.compile(f"(?:{'|'.join(map(re.escape, sorted(folded, key=lambda w: (-len(w), w))))})*" if folded else "")


def measure(call: Call, turns: Sequence[Turn], cues: SignalCues) -> Mapping[str, float]:
    """Every signal that the call supports, in the order of ``SIGNALS``, rounded to three decimals.

    Quarantined utterances are no speech: the recogniser may have invented them. Where an utterance has no times, or nobody said
    anything, there are no signals.
    """
    by_speaker: dict[Speaker, list[Said]] = {speaker: [] for speaker in SPEAKERS}
    for utterance in call.utterances:
        if not utterance.quarantined:
            by_speaker[utterance.speaker].append(_said(utterance, cues))
    spoken = [each for own in by_speaker.values() for each in own]
    if not spoken or any(end <= start for start, end, _, _ in spoken):
        return {}
    for own in by_speaker.values():
        own.sort()
    heard = max([each.end for each in spoken]) - min([each.start for each in spoken])
    found = {"duration": max(call.duration or 0.0, heard / 1000)}
    # a side that the line did not record may have spoken at any time
    if not any(w.code == "dead_channel" for w in call.warnings):
        if not by_speaker["unknown"]:
            found |= _of_both(call, by_speaker, turns, cues)
        else:
            found |= _of_nobody(sorted(spoken))
    for side in SIDES:
        found |= _rates(side, by_speaker[side], cues)
        found |= _loudness(side, call, cues)
    if call.metadata.hung_up_by in SIDES:
        found["agent_hung_up"] = float(call.metadata.hung_up_by == "agent")
    return {name: round(found[name], 3) for name in SIGNALS if name in found}


def _said(utterance: Utterance, cues: SignalCues) -> Said:
    text = normalise(utterance.text).text
    brief = len(text) <= LONGEST_BACKCHANNEL and cues.backchannels.fullmatch(text) is not None
    return Said(milliseconds(utterance.start), milliseconds(utterance.end), len(text), brief)


def _of_nobody(line: Sequence[Said]) -> dict[str, float]:
    """Silence needs no sides."""
    silent = silences(line)
    whole = max(each.end for each in line) - line[0].start
    return {"longest_silence": _longest(silent), "silence_share": _total(silent) * 1000 / whole}


def _of_both(
    call: Call, said: Mapping[Speaker, Sequence[Said]], turns: Sequence[Turn], cues: SignalCues
) -> dict[str, float]:
    """All that follows from who spoke when."""
    line = _line(call, said)
    silent = silences(line)
    time = shares(line, silent)
    dead_air = milliseconds(cues.dead_air)
    long = [s for s in silent if s.end - s.start >= dead_air]
    hold = lookup = frozenset[Silence]()
    if long:
        hold = excused(long, _announced(cues.hold, "agent", call, turns), said["agent"])
        lookup = excused(long, _announced(cues.lookup, "customer", call, turns), said["customer"])
    dead = [s for s in long if s not in hold and s not in lookup]
    names = ("agent_talk_share", "customer_talk_share", "overlap_share", "silence_share")
    found = dict(zip(names, thousandths(time), strict=True))
    found["turns"] = float(len(turns))
    found["agent_talk_ratio"] = (time.agent + time.overlap) / (time.agent + time.customer + 2 * time.overlap)
    found["longest_silence"] = _longest(silent)
    found["dead_air"] = _total(dead)
    found["longest_dead_air"] = _longest(dead)
    found["hold_time"] = _total(hold)
    found["customer_lookup_time"] = _total(lookup - hold)
    for side, longest in monologues(line, dead_air).items():
        found[f"{side}_longest_monologue"] = longest / 1000
    for side, times in interruptions(line, milliseconds(cues.overlap)).items():
        found[f"{side}_interruptions"] = float(times)
    for side, latency in latencies(line).items():
        found[f"{side}_response_latency"] = latency / 1000
    ended = max([each.end for each in line])
    last = {each.side for each in line if each.end == ended}
    if len(last) == 1:
        found["agent_spoke_last"] = float("agent" in last)
    return found


def _total(silent: Collection[Silence]) -> float:
    return sum(s.end - s.start for s in silent) / 1000


def _longest(silent: Collection[Silence]) -> float:
    return max((s.end - s.start for s in silent), default=0) / 1000


def _line(call: Call, said: Mapping[Speaker, Sequence[Said]]) -> Sequence[Stretch]:
    """Who spoke when: by the channels' voice activity, else by the utterances."""
    channel = None if call.roles is None else call.roles.agent_channel
    heard = None if call.acoustics is None or channel is None else voiced(call.acoustics, channel)
    return of_utterances(said) if heard is None else of_voices(heard, said)


def _announced(cue: Cue, side: Side, call: Call, turns: Sequence[Turn]) -> Iterator[Time]:
    """When each utterance of the side ended in which it says this."""
    for turn in turns:
        if turn.speaker == side:
            for at in sorted({turn.utterance_at(start) for start, _ in cue.hits(turn.text)}):
                yield milliseconds(call.utterances[at].end)


def _rates(side: Side, own: Sequence[Said], cues: SignalCues) -> dict[str, float]:
    """Characters a minute of the side's own speech."""
    spoken = [(each.end - each.start, each.characters) for each in own]
    took = sum(time for time, _ in spoken)
    if took < SHORTEST_SPEECH:
        return {}
    found = {f"{side}_characters_per_minute": sum(n for _, n in spoken) * 60_000 / took}
    peak = peak_rate(spoken, milliseconds(cues.rate_window))
    if peak is not None:
        found[f"{side}_peak_characters_per_minute"] = peak
    return found


def _loudness(side: Side, call: Call, cues: SignalCues) -> dict[str, float]:
    """The side's level, and its raised voice; nothing where it has no channel of its own."""
    channel = None if call.roles is None else call.roles.agent_channel
    if call.acoustics is None or channel is None or len(call.acoustics.channels) != 2:
        return {}
    own = next(c for c in call.acoustics.channels if (c.channel == channel) == (side == "agent"))
    measured = voice(own, cues.raised_voice)
    if measured is None:
        return {}
    return {
        f"{side}_loudness": measured.level,
        f"{side}_raised_voice_share": measured.raised_share,
        f"{side}_longest_raised_voice": measured.longest_raised,
    }
