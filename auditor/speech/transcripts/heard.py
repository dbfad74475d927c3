"""What an engine says it heard → a ``Call``: the part that is the same for all engines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.models import Call, CallWarning, Metadata, Utterance, Word
from auditor.speech.transcripts.document import Document
from auditor.speech.transcripts.node import LARGEST_TIME, Node
from auditor.speech.transcripts.script import script_of
from auditor.speech.transcripts.speakers import number_of, role_of

_SECONDS_A_CHARACTER = 0.25
"""How long a character lasts in ordinary telephone Mandarin, to estimate an end that the engine does not give."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One sentence of an engine's result, with the names that the engine uses.

    ``speaker`` is a role word or a speaker number as text, empty where the engine tells none; ``end`` is ``None`` where
    it gives none. Seconds from the start of the call.
    """

    speaker: str
    start: float
    end: float | None
    text: str
    words: tuple[Word, ...] = ()
    confidence: float | None = None


def heard(
    at: Node,
    speaker: str,
    start: float,
    end: float | None,
    text: str,
    words: tuple[Word, ...] = (),
    confidence: float | None = None,
) -> Heard:
    """A sentence that stands at this place of the document.

    Raises:
        TranscriptError: it ends before it starts.
    """
    if end is not None and end < start:
        raise at.refuse(f"结束时间 {end:g} 早于开始时间 {start:g}")
    return Heard(speaker, start, end, text.strip(), words, confidence)


def word(text: str, start: float, end: float, probability: float | None = None) -> Word:
    """A word as engines give it: some let it end where it starts, or a frame before."""
    return Word(text.strip(), start, max(start, end), probability)


def mean_probability(words: Iterable[Word]) -> float | None:
    """The mean of the words' probabilities; ``None`` where none is known."""
    known = [w.probability for w in words if w.probability is not None]
    return sum(known) / len(known) if known else None


def compose(document: Document, engine: str, sentences: Iterable[Heard], duration: float | None = None) -> Call:
    """The call: sentences in order of time, roles from role words, channels from speaker numbers.

    Engines that tell speakers only by number say nothing of who is the agent: such utterances are ``unknown``, and the
    numbers, counted from 0 in their own order, stand in ``channel`` for a later room to decide. Blank sentences are
    left out. A sentence without an end ends where the next one starts, or earlier if its length says so; the call is
    then warned.
    """
    spoken = sorted((s for s in sentences if s.text), key=lambda s: s.start)
    numbers = sorted({n for s in spoken if (n := number_of(s.speaker)) is not None})
    # A single number is what engines write when they did not tell speakers apart.
    channels = {n: i for i, n in enumerate(numbers)} if len(numbers) > 1 else {}
    utterances = []
    for index, sentence in enumerate(spoken):
        end = sentence.end
        if end is None:
            following = spoken[index + 1].start if index + 1 < len(spoken) else LARGEST_TIME
            end = round(min(following, sentence.start + _SECONDS_A_CHARACTER * len(sentence.text)), 3)
        number = number_of(sentence.speaker)
        utterances.append(
            Utterance(
                speaker=role_of(sentence.speaker),
                start=sentence.start,
                end=end,
                text=sentence.text,
                words=sentence.words,
                confidence=sentence.confidence,
                channel=None if number is None else channels.get(number),
            )
        )
    estimated = sum(s.end is None for s in spoken)
    warnings = [CallWarning("estimated_times", f"{estimated} 句没有结束时间，按字数估计。")] if estimated else []
    return Call(
        call_id=document.name,
        metadata=Metadata(),
        utterances=tuple(utterances),
        script=script_of(s.text for s in spoken),
        source=document.path,
        source_hash=document.sha256,
        duration=duration,
        transcribed_by=engine,
        warnings=(*warnings, *empty_warning(len(utterances))),
    )


def empty_warning(utterances: int) -> tuple[CallWarning, ...]:
    """The warning for a call in which nothing was heard."""
    return () if utterances else (CallWarning("empty_transcript", "转写里没有任何一句话，无法评判。"),)
