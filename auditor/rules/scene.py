"""All that conditions may look at: the call as turns, who was on the line, what was shown, and the region's limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time

from auditor.conversation.turns import Turn
from auditor.models import Call, Facts, Party, Region
from auditor.text.misheard import Misheard
from auditor.text.page import Page, side_by_side
from auditor.text.segment import Segmenter


@dataclass(frozen=True, slots=True)
class Limits:
    """A region's limits in numbers, of the norms in force; ``None`` where they name none.

    ``hours`` are the allowed calling hours as local (from, to), ``answered_calls`` a debtor's a day, ``attempts`` unanswered ones to
    a number a day.
    """

    hours: tuple[time, time] | None = None
    answered_calls: int | None = None
    attempts: int | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """All that conditions may look at.

    ``seen`` holds, by step, rule or flag, the utterances that show it, in order; ``heard`` the scene as it was heard (see
    ``as_heard``), ``None`` where no misheard character was put right.
    """

    call: Call
    turns: tuple[Turn, ...]
    party: Party
    facts: Facts
    region: Region
    limits: Limits
    institutions: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    segmenter: Segmenter | None = None
    trust_words_from: float = 0.0
    seen: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    signals: Mapping[str, float] = field(default_factory=dict)
    heard: Scene | None = None
    misheard: Misheard | None = None

    @property
    def page(self) -> Page | None:
        """The page that shows the turns' texts; ``None`` where there is no turn."""
        return self.turns[0].text.page if self.turns else None


def as_heard(scene: Scene) -> Scene | None:
    """The scene with its turns as heard, misheard characters included; ``None`` where there are none."""
    changed = [turn for turn in scene.turns if turn.heard != turn.text.text]
    if not changed:
        return None
    # the other turns stay on their page
    index = scene.page.index if scene.page is not None else None
    texts = side_by_side([replace(turn.text, text=turn.heard) for turn in changed], index, [t.speaker for t in changed])
    turns = list(scene.turns)
    for turn, text in zip(changed, texts, strict=True):
        turns[turn.number] = replace(turn, text=text)
    return replace(scene, turns=tuple(turns))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a condition holds: a place in a turn's text, or the whole turn (``start == end``), and by which kind.

    ``heard`` and ``meant`` are the words and the phrase that they only sound like; empty where nothing rests on sound. ``also``
    names other utterances that it rests on, ``note`` what a reader must know to follow it.
    """

    start: int
    end: int
    kind: str
    heard: str = ""
    meant: str = ""
    also: tuple[int, ...] = ()
    note: str = ""
