"""Text that was probably never said stays in the transcript, marked with the reasons, and is not judged.

Recognisers write fluent sentences over silence, fall into loops, and give back their own prompt. Dropping such
text would hide the fault; judging it would accuse people of what they never said. Marked text can be restored
by whoever listens.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from auditor.models import Acoustics, Span, Utterance
from auditor.speech.health import LOUDNESS_STEP
from auditor.speech.transcribe import Guess

_INAUDIBLE = -60.0
_FASTEST_SPEECH = 16.0
_MARKS = re.compile(r"[\W_]+")
_REPEATED = re.compile(r"(.{1,16}?)\1{4,}")
_LOOP_LENGTH = 20
_LINES_IN_LOOP = 4
_SURE = 0.6


def quarantine(guesses: Sequence[Guess], acoustics: Acoustics, hotwords: Sequence[str] = ()) -> tuple[Utterance, ...]:
    """The utterances, in the same order, those that were probably never said marked in ``quarantined``.

    Reasons, of which one utterance may have several:

    - ``silence_under_text``: there is no voice or no sound under it, or far too little voice for so much text;
    - ``repeat_loop``: the recogniser was stuck, within the utterance or over several;
    - ``low_confidence``: it was both unsure of the words and fairly sure that nobody spoke (Whisper's own
    thresholds);
    - ``prompt_echo``: it gave back the hotwords it had been told to expect;
    - ``known_phrase``: the whole utterance is a phrase that such models invent (``hallucinations.txt``).

    Args:
        guesses: what was heard, in order of time.
        acoustics: the recording's voice activity and loudness.
        hotwords: what the recogniser had been told to expect, in that order.
    """
    stuck = _stuck_lines([g.utterance for g in guesses])
    prompt = [_bare(word) for word in hotwords]
    return tuple(
        replace(g.utterance, quarantined=(*g.utterance.quarantined, *_reasons(g, acoustics, prompt, number in stuck)))
        for number, g in enumerate(guesses)
    )


def _reasons(guess: Guess, acoustics: Acoustics, prompt: Sequence[str], stuck: bool) -> tuple[str, ...]:
    text = _bare(guess.utterance.text)
    unsure = guess.avg_logprob is not None and guess.avg_logprob < -1.0
    unspoken = guess.no_speech is not None and guess.no_speech > 0.6
    checks = {
        "silence_under_text": _is_over_silence(guess.utterance, text, acoustics),
        "repeat_loop": stuck or _is_loop(text),
        "low_confidence": unsure and unspoken,
        "prompt_echo": _is_echo(text, prompt),
        "known_phrase": _is_known(text),
    }
    return tuple(reason for reason, holds in checks.items() if holds)


def _is_over_silence(utterance: Utterance, text: str, acoustics: Acoustics) -> bool:
    channel = acoustics.channels[utterance.channel or 0]
    first, last = int(utterance.start / LOUDNESS_STEP), int(utterance.end / LOUDNESS_STEP) + 1
    if max(channel.loudness[first:last], default=_INAUDIBLE) <= _INAUDIBLE:
        return True
    voiced = sum(_overlap(span, (utterance.start, utterance.end)) for span in channel.speech)
    return voiced < 0.1 or (len(text) > _FASTEST_SPEECH * voiced and not text.isascii())


def _overlap(one: Span, other: Span) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def _is_loop(text: str) -> bool:
    """Most of a long text is one thing said five times or more; 对对对对对 and 谢谢谢谢谢谢 are too short."""
    longest = max((len(found.group()) for found in _REPEATED.finditer(text)), default=0)
    if longest >= max(_LOOP_LENGTH, 0.7 * len(text)):
        return True
    raw = text.encode()
    return len(text) >= _LOOP_LENGTH and len(raw) / len(zlib.compress(raw)) > 2.4


def _stuck_lines(utterances: Sequence[Utterance]) -> set[int]:
    """The utterances by which a channel says the same one, two or three lines over and over, none of them
    surely heard.

    People do repeat themselves (喂，听得到吗), and so do announcements; what was surely heard was said.
    """
    stuck: set[int] = set()
    for channel in {u.channel for u in utterances}:
        lines = [(n, _bare(u.text)) for n, u in enumerate(utterances) if u.channel == channel]
        for period in (1, 2, 3):
            run = period
            for place in range(period, len(lines) + 1):
                if place < len(lines) and lines[place][1] == lines[place - period][1]:
                    run += 1
                    continue
                looped = lines[place - run : place]
                length = sum(len(text) for _, text in looped)
                doubtful = all((utterances[n].confidence or 0.0) < _SURE for n, _ in looped)
                if run >= _LINES_IN_LOOP * period and length >= _LOOP_LENGTH and doubtful:
                    stuck.update(n for n, _ in looped)
                run = period
    return stuck


def _is_echo(text: str, prompt: Sequence[str]) -> bool:
    """Three or more of the expected words in their order and nothing else, the last perhaps cut off."""
    return any(
        len(text) > len("".join(prompt[start : start + 2])) and "".join(prompt[start:]).startswith(text)
        for start in range(len(prompt) - 2)
    )


def _is_known(text: str) -> bool:
    """Whether the text is nothing but known phrases, one after another."""
    whole, openings = _known_phrases()
    if any(text.startswith(opening) for opening in openings):
        return True
    reachable = {0}
    for end in range(1, len(text) + 1):
        if any(text[start:end] in whole for start in reachable):
            reachable.add(end)
    return bool(text) and len(text) in reachable


@functools.cache
def _known_phrases() -> tuple[frozenset[str], tuple[str, ...]]:
    """Phrases that must match as a whole, and those that only need to begin the text."""
    lines = Path(__file__).with_name("hallucinations.txt").read_text(encoding="utf-8").splitlines()
    phrases = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    whole = frozenset(_bare(p) for p in phrases if not p.endswith("*"))
    return whole, tuple(sorted(_bare(p) for p in phrases if p.endswith("*")))


def _bare(text: str) -> str:
    """The text without punctuation, spaces, case and width: what two spellings of one utterance share."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).casefold()
