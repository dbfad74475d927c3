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


def precedent(said: str, past: Iterable[Appeal], *, but: int | None = None) -> Precedent:
    """How ``past`` appeals on the topic were answered; of one that went to the arbiter, the arbiter's word counts.

    Args:
        said: the words by which they are compared, as ``wording`` has them; where there are none yet, the latest come first.
        past: appeals on the same topic, in any state.
        but: the number of the appeal that they are held against, which is not its own precedent.
    """
    rulings = [
        Ruling(a, a.state in ("accepted", "final_accepted"), _likeness(said, wording(a)))
        for a in past
        if a.appeal != but and a.state in ("accepted", "rejected", "final_accepted", "final_rejected")
    ]
    accepted = sum(r.accepted for r in rulings)
    nearest = sorted(rulings, key=lambda r: (-r.likeness, -r.appeal.appeal))[:NEAREST]
    return Precedent(accepted, len(rulings) - accepted, tuple(nearest))


def wording(appeal: Appeal) -> str:
    """The words by which appeals on one topic are compared: what was said, or, where it is that nothing was said, the agent's reason."""
    return quoted(appeal.about) or appeal.steps[0].text


def quoted(about: Mapping[str, Any]) -> str:
    """What was said, of the finding that ``about`` holds; empty for a step, which was missed, and for a score."""
    return str(about.get("finding", {}).get("quote", ""))


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() if one and other else 0.0
