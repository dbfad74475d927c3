"""All that conditions may look at: the call as turns, who was on the line, what was shown, and the region's limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from auditor.conversation.turns import Turn
from auditor.models import Call, Facts, Party, Region
from auditor.text.segment import Segmenter


@dataclass(frozen=True, slots=True)
class Limits:
    """A region's allowed calling hours as local (from, to); ``None`` where the norm names no clock hours."""

    hours: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """All that conditions may look at; ``seen`` holds, by step, rule or flag, the utterances that show it, in order."""

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
