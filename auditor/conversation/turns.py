"""Speaker turns: consecutive utterances of one speaker, joined, so that a pause inside a sentence hides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from auditor.models import Speaker, Utterance
from auditor.text.normalise import Comparable, join, normalise, side_by_side
from auditor.text.numbers import Number, numbers


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's turn in comparable form. ``owner`` names, for each character of ``text``, its utterance.

    ``place`` counts the same speaker's turns before this one, ``rest`` those after it.
    """

    number: int
    speaker: Speaker
    utterances: tuple[int, ...]
    text: Comparable
    owner: tuple[int, ...]
    start: float
    end: float
    numbers: tuple[Number, ...] = ()
    place: int = 0
    rest: int = 0

    def utterance_at(self, position: int) -> int:
        """The utterance that holds this character of the turn's text; the first one where the turn has no text."""
        return self.owner[min(position, len(self.owner) - 1)] if self.owner else self.utterances[0]


def turns(utterances: Sequence[Utterance]) -> tuple[Turn, ...]:
    """The call's turns in order; quarantined utterances belong to none."""
    groups: list[list[int]] = []
    for i, utterance in enumerate(utterances):
        if utterance.quarantined:
            continue
        last = utterances[groups[-1][-1]] if groups else None
        if last is not None and (last.speaker, last.channel) == (utterance.speaker, utterance.channel):
            groups[-1].append(i)
        else:
            groups.append([i])
    texts = side_by_side([join([normalise(utterances[i].text) for i in group]) for group in groups])
    counts: Counter[Speaker] = Counter()
    places = []
    for group in groups:
        speaker = utterances[group[0]].speaker
        places.append(counts[speaker])
        counts[speaker] += 1
    return tuple(
        replace(turn, place=place, rest=counts[turn.speaker] - place - 1)
        for turn, place in zip(
            (_turn(n, group, utterances, text) for n, (group, text) in enumerate(zip(groups, texts, strict=True))),
            places,
            strict=True,
        )
    )


def _turn(number: int, group: Sequence[int], utterances: Sequence[Utterance], text: Comparable) -> Turn:
    owner = tuple(i for i in group for _ in normalise(utterances[i].text).text)
    return Turn(
        number,
        utterances[group[0]].speaker,
        tuple(group),
        text,
        owner,
        utterances[group[0]].start,
        max(utterances[i].end for i in group),
        numbers(text),
    )
