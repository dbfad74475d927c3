"""Speaker turns: consecutive utterances of one speaker, joined, so that a pause inside a sentence hides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from auditor.models import Speaker, Utterance
from auditor.text.index import Index
from auditor.text.misheard import Misheard
from auditor.text.normalise import Comparable, join, normalise
from auditor.text.numbers import Number, numbers
from auditor.text.page import side_by_side


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's turn in comparable form. ``owner`` names, for each character of ``text``, its utterance.

    ``heard`` is the text before misheard characters were put right, just as long. Numbers are as heard. ``place`` counts the
    same speaker's turns before this one, ``rest`` those after it.
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
    heard: str = ""

    def utterance_at(self, position: int) -> int:
        """The utterance that holds this character of the turn's text; the first one where the turn has no text."""
        return self.owner[min(position, len(self.owner) - 1)] if self.owner else self.utterances[0]


def turns(
    utterances: Sequence[Utterance],
    misheard: Misheard | None = None,
    index: Index | None = None,
    names: Sequence[str] = (),
) -> tuple[Turn, ...]:
    """The call's turns in order, on one page, misheard characters put right; quarantined utterances belong to none.

    Args:
        utterances: the call's.
        misheard: what puts right what was misheard.
        index: the words that will be looked for; others are found too, but slower.
        names: of the institution and of people in this call; they are never taken for misheard words.
    """
    groups: list[list[int]] = []
    for i, utterance in enumerate(utterances):
        if utterance.quarantined:
            continue
        last = utterances[groups[-1][-1]] if groups else None
        if last is not None and (last.speaker, last.channel) == (utterance.speaker, utterance.channel):
            groups[-1].append(i)
        else:
            groups.append([i])
    heard = [join([normalise(utterances[i].text) for i in group]) for group in groups]
    known = [normalise(name).text for name in names]
    meant = misheard.put_right(heard, known) if misheard else heard
    texts = side_by_side(meant, index, [utterances[group[0]].speaker for group in groups])
    totals = Counter(utterances[group[0]].speaker for group in groups)
    before: Counter[Speaker] = Counter()
    found = []
    for number, (group, text, as_heard) in enumerate(zip(groups, texts, heard, strict=True)):
        spoken = [utterances[i] for i in group]
        speaker = spoken[0].speaker
        found.append(
            Turn(
                number=number,
                speaker=speaker,
                utterances=tuple(group),
                text=text,
                owner=tuple(i for i in group for _ in normalise(utterances[i].text).text),
                start=spoken[0].start,
                end=max(u.end for u in spoken),
                numbers=numbers(as_heard),
                place=before[speaker],
                rest=totals[speaker] - before[speaker] - 1,
                heard=as_heard.text,
            )
        )
        before[speaker] += 1
    return tuple(found)
