"""Which channel the agent speaks on, decided from what each side says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auditor.models import Roles, Utterance
from auditor.text.cue import Cue
from auditor.text.normalise import normalise

LEAST_LEAD = 2  # utterances; a single cue is also what a customer repeats


@dataclass(frozen=True, slots=True)
class RoleCues:
    """What mostly agents say (institution, staff number, verification questions) and what mostly customers say."""

    agent: Cue
    customer: Cue


def decide_roles(utterances: Sequence[Utterance], cues: RoleCues, told: int | None = None) -> Roles:
    """Decide the agent's channel.

    Args:
        utterances: with ``channel`` set; those without one can't be decided.
        cues: what each side typically says.
        told: the agent's channel where the user or the metadata names it (0 left, 1 right); then it is taken as given.
    """
    if told is not None:
        return Roles(told, "由参数或元数据指定")
    channels = sorted({u.channel for u in utterances if u.channel is not None and not u.quarantined})
    if not channels:
        return Roles(None, "录音不分声道，无法区分说话人")
    points: dict[int, int] = dict.fromkeys(channels, 0)
    shown: dict[int, str] = {}
    for utterance in utterances:
        if utterance.channel is None or utterance.quarantined:
            continue
        text = normalise(utterance.text)
        hit = cues.agent.first(text)
        if hit is not None:
            points[utterance.channel] += 1
            shown.setdefault(utterance.channel, text.text[hit[0] : hit[1]])
        if text in cues.customer:
            points[utterance.channel] -= 1
    ranked = sorted(channels, key=lambda c: (-points[c], c))
    lead = points[ranked[0]] - (points[ranked[1]] if len(ranked) > 1 else 0)
    if lead < LEAST_LEAD or ranked[0] not in shown:
        return Roles(None, "两侧话术特征不足，无法判断哪一侧是坐席")
    return Roles(ranked[0], f"声道 {ranked[0] + 1} 说出坐席话术（如“{shown[ranked[0]]}”），多出 {lead} 处")


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
