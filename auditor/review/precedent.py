"""How appeals like this one were answered before, so that like is judged alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from auditor.store.appeals import Appeal

NEAREST = 3


@dataclass(frozen=True, slots=True)
class Ruling:
    """An earlier appeal that was answered, and how like it is: 0 for nothing shared, 1 for the same words."""

    appeal: Appeal
    accepted: bool
    likeness: float


@dataclass(frozen=True, slots=True)
class Precedent:
    """How appeals about the same category or step were answered, and those about the most similar words, the most similar first."""

    accepted: int
    rejected: int
    nearest: tuple[Ruling, ...]


def precedent(about: Mapping[str, Any], past: Iterable[Appeal], *, but: int | None = None) -> Precedent:
    """How ``past`` appeals on the topic were answered; of one that went to the arbiter, the arbiter's word counts.

    Args:
        about: as ``Appeal`` has it.
        past: appeals on the same topic, in any state.
        but: the number of the appeal that they are held against, which is not its own precedent.
    """
    said = wording(about)
    rulings = [
        Ruling(a, a.state in ("accepted", "final_accepted"), _likeness(said, wording(a.about)))
        for a in past
        if a.appeal != but and a.state in ("accepted", "rejected", "final_accepted", "final_rejected")
    ]
    accepted = sum(r.accepted for r in rulings)
    nearest = sorted(rulings, key=lambda r: (-r.likeness, -r.appeal.appeal))[:NEAREST]
    return Precedent(accepted, len(rulings) - accepted, tuple(nearest))


def wording(about: Mapping[str, Any]) -> str:
    """The words by which appeals on one topic are compared: what was said, or, where nothing was, why it was judged so."""
    judged: Mapping[str, Any] = about.get("finding") or about.get("step") or {}
    return str(judged.get("quote") or judged.get("why") or "")


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() if one and other else 0.0
