"""SubRip (.srt) and WebVTT (.vtt) subtitles, with the speaker in a ``<v 坐席>`` tag or a ``坐席：`` prefix."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from auditor.errors import TranscriptError
from auditor.models import Call
from auditor.speech.transcripts.document import Document
from auditor.speech.transcripts.heard import Heard, compose
from auditor.speech.transcripts.node import LARGEST_TIME, LONGEST_TEXT, MOST_ITEMS, REMEDY
from auditor.speech.transcripts.speakers import split_prefix

_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
_TIMING = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?")
_ARROW = re.compile(r"\d.{0,20}-->|-->.{0,20}\d")
_VOICE = re.compile(r"<v(?:\.[^\s>]{0,60})?\s{1,4}([^>]{1,60})>")
_TAG = re.compile(r"</?(?:[cibuv]|ruby|rt|lang|font)(?:[.\s][^<>]{0,200})?>|<\d[\d:.]{3,15}>|\{\\[^{}]{0,60}\}")


def recognise(document: Document) -> bool:
    """Text that begins as WebVTT does, or has a cue's arrow near its beginning."""
    return document.data is None and bool(document.text.startswith("WEBVTT") or _ARROW.search(document.text, 0, 4000))


def read(document: Document) -> Call:
    """The call; a cue in which both sides speak is divided between them by length.

    Raises:
        TranscriptError: a cue's time is no time or ends before it starts, or a cue is too long; names the line.
    """
    is_vtt = document.text.startswith("WEBVTT")
    return compose(document, "webvtt" if is_vtt else "srt", list(_sentences(document, is_vtt)))


def _sentences(document: Document, is_vtt: bool) -> Iterator[Heard]:
    lines = document.text.splitlines()
    number = cues = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if "-->" not in line:
            continue
        first, cues = number, cues + 1
        if cues > MOST_ITEMS:
            raise TranscriptError(document.where, f"超过 {MOST_ITEMS} 条字幕", REMEDY)
        start, end = _times(line, document.where, first)
        said = []
        while number < len(lines) and lines[number].strip() and "-->" not in lines[number]:
            said.append(lines[number])
            number += 1
        # Without a blank line between cues, the next cue's number is the last line here.
        if number < len(lines) and "-->" in lines[number] and said and said[-1].strip().isdigit():
            said.pop()
        if sum(map(len, said)) > LONGEST_TEXT:
            raise TranscriptError(document.where, f"第 {first} 行的字幕超过 {LONGEST_TEXT} 个字符", REMEDY)
        yield from _divide(_turns(said, is_vtt), start, end)


def _times(line: str, where: str, number: int) -> tuple[float, float]:
    found = _TIMING.fullmatch(line)
    if not found:
        raise TranscriptError(where, f"第 {number} 行的时间格式不对，应形如 00:00:01,000 --> 00:00:03,500", REMEDY)
    parts = found.groups()
    start, end = _seconds(*parts[:4]), _seconds(*parts[4:])
    if end < start:
        raise TranscriptError(where, f"第 {number} 行结束时间早于开始时间", REMEDY)
    if end > LARGEST_TIME:
        raise TranscriptError(where, f"第 {number} 行的时间超出合理范围", REMEDY)
    return start, end


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    milliseconds = int(fraction.ljust(3, "0"))
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) + milliseconds / 1000


def _turns(lines: list[str], is_vtt: bool) -> list[tuple[str, str]]:
    """Who says what in a cue; a line without a speaker goes on with the one before it."""
    turns: list[tuple[str, str]] = []
    for line in lines:
        voice = _VOICE.search(line)
        clean = _TAG.sub("", line)
        label, text = split_prefix(html.unescape(clean) if is_vtt else clean)
        label = voice[1].strip() if voice else label
        if turns and not label:
            before, said = turns[-1]
            # Chinese needs no space between the lines of a cue; words in Latin letters do.
            space = " " if said[-1:].isascii() and text[:1].isascii() else ""
            turns[-1] = (before, said + space + text)
        else:
            turns.append((label, text))
    return [(label, text) for label, text in turns if text]


def _divide(turns: list[tuple[str, str]], start: float, end: float) -> Iterator[Heard]:
    total = sum(len(text) for _, text in turns)
    done, begin = 0, start
    for label, text in turns:
        done += len(text)
        stop = round(start + (end - start) * done / total, 3)
        yield Heard(label, begin, stop, text)
        begin = stop
