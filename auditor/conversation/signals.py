"""How the call went, measured on the times of its utterances: shares of talk, silence, speed, interruptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from auditor.conversation.turns import Turn
from auditor.models import Utterance

SIGNALS = (
    "duration",  # seconds from the start of the call to the last word
    "agent_talk_share",  # agent's seconds of speech ÷ everybody's
    "agent_longest_monologue",  # seconds of the agent's longest turn
    "agent_characters_per_minute",  # characters a minute of the agent's speech
    "agent_interruptions",  # times the agent began while the customer was still speaking
    "longest_silence",  # seconds in which nobody spoke
    "silence_share",  # seconds in which nobody spoke ÷ duration
    "turns",  # speaker turns
)
OVERLAP = 0.5  # seconds that speakers may overlap without one interrupting the other
SHORTEST_SPEECH = 5.0  # seconds of speech below which a rate says nothing


def measure(turns: Sequence[Turn], utterances: Sequence[Utterance]) -> Mapping[str, float]:
    """Every signal that the call's times support, rounded to milliseconds; nothing where utterances have no times.

    Quarantined utterances are no speech: the recogniser may have invented them.
    """
    spoken = [u for u in utterances if not u.quarantined]
    if not turns or any(u.end <= u.start for u in spoken):
        return {}
    duration = max(u.end for u in spoken)
    agent = sum(u.end - u.start for u in spoken if u.speaker == "agent")
    everybody = sum(u.end - u.start for u in spoken)
    gaps = _gaps(spoken)
    signals = {
        "duration": duration,
        "agent_longest_monologue": max((t.end - t.start for t in turns if t.speaker == "agent"), default=0.0),
        "agent_interruptions": float(sum(_interrupts(before, after) for before, after in pairwise(turns))),
        "longest_silence": max(gaps, default=0.0),
        "silence_share": sum(gaps) / duration,
        "turns": float(len(turns)),
    }
    if all(u.speaker != "unknown" for u in spoken):
        signals["agent_talk_share"] = agent / everybody
        if agent >= SHORTEST_SPEECH:
            said = sum(len(t.text.text) for t in turns if t.speaker == "agent")
            signals["agent_characters_per_minute"] = said * 60 / agent
    return {name: round(signals[name], 3) for name in SIGNALS if name in signals}


def _gaps(spoken: Sequence[Utterance]) -> list[float]:
    gaps, until = [], 0.0
    for utterance in sorted(spoken, key=lambda u: u.start):
        if utterance.start > until:
            gaps.append(utterance.start - until)
        until = max(until, utterance.end)
    return gaps


def _interrupts(before: Turn, after: Turn) -> bool:
    return (before.speaker, after.speaker) == ("customer", "agent") and before.end - after.start > OVERLAP
