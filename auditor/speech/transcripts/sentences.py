"""A long recognised text with times for its tokens → sentences, for engines that return a call in one piece."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.models import Word
from auditor.speech.transcripts.heard import Heard, heard, word
from auditor.speech.transcripts.node import Node

PAUSE = 1.0
"""Seconds of silence between two tokens that end a sentence even without punctuation."""

_FULL_STOPS = "。！？!?；;"
_PUNCTUATION = re.compile(r"[\s，。！？、；：,.!?;:“”\"‘’（）()《》…—-]+")
_LATIN = re.compile(r"[A-Za-z0-9']+")
_TAG = re.compile(r"<\|[^|<>]{0,40}\|>")
_BLANK = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


def tidy(text: str) -> str:
    """The text without what engines add: marks such as ``<|zh|>``, blanks between Chinese characters."""
    return _BLANK.sub("", _TAG.sub("", text))


def spoken_tokens(text: str) -> list[str]:
    """The tokens of a text that were spoken: each Chinese character, each run of Latin letters or digits."""
    tokens: list[str] = []
    position = 0
    while position < len(text):
        found = _PUNCTUATION.match(text, position) or _LATIN.match(text, position)
        if found is None:
            tokens.append(text[position])
        elif found.re is _LATIN:
            tokens.append(found[0])
        position = found.end() if found else position + 1
    return tokens


def cut(at: Node, text: str, words: Sequence[Word]) -> Iterator[Heard]:
    """The text in sentences: cut behind full stops and at pauses.

    Where the words don't spell the text (an engine may write numbers as digits afterwards), it stays in one piece that
    spans all of them; without words it is one sentence of unknown length.
    """
    if not words:
        yield heard(at, "", 0.0, None, text)
        return
    places = _places(text, words)
    if places is None:
        yield heard(at, "", words[0].start, max(w.end for w in words), text)
        return
    first, begin = 0, 0
    for index, current in enumerate(words):
        last = index == len(words) - 1
        stop = len(text) if last else places[index + 1]
        gap = 0.0 if last else words[index + 1].start - current.end
        if last or gap > PAUSE or any(c in _FULL_STOPS for c in text[places[index] : stop]):
            piece = tuple(w for w in words[first : index + 1] if not _PUNCTUATION.fullmatch(w.text))
            if piece:
                yield heard(at, "", piece[0].start, max(w.end for w in piece), text[begin:stop], piece)
            first, begin = index + 1, stop


def _places(text: str, words: Sequence[Word]) -> list[int] | None:
    """Where each word begins in the text; ``None`` where they don't spell it."""
    places: list[int] = []
    position = 0
    for current in words:
        found = text.find(current.text, position)
        if found < 0 or _PUNCTUATION.sub("", text[position:found]):
            return None
        places.append(found)
        position = found + len(current.text)
    return None if _PUNCTUATION.sub("", text[position:]) else places


def timed(tokens: Sequence[str], starts: Sequence[float], ends: Sequence[float]) -> tuple[Word, ...]:
    """Tokens with their times as words; none where an engine left the times out."""
    if not (len(tokens) == len(starts) == len(ends)):
        return ()
    return tuple(word(t, a, b) for t, a, b in zip(tokens, starts, ends, strict=True) if t.strip())
