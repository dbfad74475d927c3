"""Which channel, or which voice on one channel, is the agent, decided from what each side says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from auditor.models import Roles, Utterance
from auditor.text.cue import Cue
from auditor.text.normalise import Comparable, normalise

LEAST_LEAD = 2  # utterances; a single cue is also what a customer repeats
LEAD_ODDS = 2.0  # log odds that a side is the agent, for each utterance of its lead

# Log odds that a stretch of speech was given to the right voice, by how many utterances with a cue agree with it; fitted by
# benchmarks/diarization.py --calibrate to dialogues whose speakers were mixed up on purpose.
BASE_ODDS, CUE_ODDS = 0.26, 1.66


@dataclass(frozen=True, slots=True)
class RoleCues:
    """What mostly agents say (institution, staff number, verification questions) and what mostly customers say."""

    agent: Cue
    customer: Cue


def decide_roles(
    utterances: Sequence[Utterance],
    cues: RoleCues,
    told: int | None = None,
    names: Sequence[str] = (),
    *,
    diarized: bool = False,
) -> Roles:
    """Decide the agent's channel.

    Args:
        utterances: with ``channel`` set; those without one can't be decided.
        cues: what each side typically says.
        told: the agent's channel where the user or the metadata names it (0 left, 1 right); then it is taken as given.
        names: of the institution and its agencies; who says one is likely the agent.
        diarized: whether channels are voices told apart by sound, which may be mixed up, and not two lines.
    """
    if told is not None:
        return Roles(told, "由参数或元数据指定")
    channels = sorted({u.channel for u in utterances if u.channel is not None and not u.quarantined})
    if not channels:
        return Roles(None, "录音不分声道，无法区分说话人", 0.0)
    comparable = [normalise(name).text for name in names]
    agent_like = dict.fromkeys(channels, 0)
    customer_like = dict.fromkeys(channels, 0)
    shown: dict[int, str] = {}
    for utterance in utterances:
        if utterance.channel is None or utterance.quarantined:
            continue
        text = normalise(utterance.text)
        said = _said(text, cues.agent, comparable)
        if said:
            agent_like[utterance.channel] += 1
            shown[utterance.channel] = max(shown.get(utterance.channel, ""), said, key=len)
        customer_like[utterance.channel] += text in cues.customer
    points = {c: agent_like[c] - customer_like[c] for c in channels}
    best = min(channels, key=lambda c: (-points[c], c))
    lead = points[best] - max((points[c] for c in channels if c != best), default=0)
    side = "声音" if diarized else "声道"
    if lead < LEAST_LEAD or best not in shown:
        return Roles(None, "两侧话术特征不足，无法判断哪一侧是坐席", 0.0)
    agreeing = agent_like[best] + sum(n for c, n in customer_like.items() if c != best)
    contrary = customer_like[best] + sum(n for c, n in agent_like.items() if c != best)
    odds = BASE_ODDS + CUE_ODDS * math.log((agreeing + 1) / (contrary + 1)) if diarized else LEAD_ODDS * lead
    return Roles(
        best,
        f"{side} {best + 1} 说出坐席话术（如“{shown[best]}”），多出 {lead} 处",
        round(1 / (1 + math.exp(-odds)), 3),
    )


def _said(text: Comparable, agent: Cue, names: Sequence[str]) -> str:
    """What an agent would say, as said; the institution's name before anything else."""
    named = next((name for name in names if name and name in text.text), "")
    if named:
        return named
    hit = agent.first(text)
    return text.text[hit[0] : hit[1]] if hit is not None else ""


def assign_speakers(utterances: Sequence[Utterance], roles: Roles) -> tuple[Utterance, ...]:
    """The same utterances, with the agent's channel spoken by the agent and every other channel by the customer."""
    if roles.agent_channel is None:
        return tuple(utterances)
    return tuple(
        u
        if u.channel is None or u.speaker != "unknown"
        else replace(u, speaker="agent" if u.channel == roles.agent_channel else "customer")
        for u in utterances
    )
