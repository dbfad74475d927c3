"""Transcripts that were made elsewhere → ``Call``: our JSON, subtitles, and other engines' results.

The format is told by content, not by the file's name. A new engine is one module with ``recognise`` and ``read``, and
one line in ``FORMATS``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from auditor.errors import TranscriptError
from auditor.models import Call
from auditor.speech.transcripts import aliyun, aws, funasr, iflytek, ours, sherpa, subtitles, volcengine, whisper
from auditor.speech.transcripts.document import Document, open_documents

Format = tuple[Callable[[Document], bool], Callable[[Document], Call]]

FORMATS: dict[str, Format] = {
    "auditor-json": (ours.recognise, ours.read),
    "srt/vtt": (subtitles.recognise, subtitles.read),
    "aws-post-call-analytics": (aws.recognise_post_call, aws.read_post_call),
    "aws-call-analytics": (aws.recognise_call_analytics, aws.read_call_analytics),
    "aliyun-sca": (aliyun.recognise, aliyun.read),
    "iflytek-lfasr": (iflytek.recognise, iflytek.read),
    "volcengine": (volcengine.recognise, volcengine.read),
    "sherpa-onnx": (sherpa.recognise, sherpa.read),
    "funasr": (funasr.recognise, funasr.read),
    "whisper": (whisper.recognise, whisper.read),
}
"""Name → how to recognise a document of the format, and how to read it. The first that recognises one reads it."""

_SUPPORTED = f"支持的格式：{'、'.join(FORMATS)}。"
_HOPELESS = 20
"""Unusable lines at the beginning of a collection after which it is taken for something else."""


def read_calls(path: Path, on_bad_line: Callable[[TranscriptError], None] | None = None) -> tuple[Call, ...]:
    """The calls of a transcript file: one, or one a line for JSON lines.

    Args:
        path: the file.
        on_bad_line: is given the error of each unusable line of a collection, whose other lines are then still read;
            without it, the first such line is the file's error.

    Raises:
        TranscriptError: the file can't be read, is in no known format (or its first ``_HOPELESS`` lines are not), or
            breaks it; names the place.
    """
    calls: list[Call] = []
    seen: dict[str, str] = {}
    bad = 0
    for document in open_documents(path):
        try:
            if isinstance(document, TranscriptError):
                raise document
            call = _read(document)
            if call.call_id in seen:
                raise TranscriptError(
                    document.where, f"call_id 与 {seen[call.call_id]} 重复", "请给每通电话不同的编号。"
                )
        except TranscriptError as error:
            # Of a file with a single call, the error is the file's.
            if on_bad_line is None or error.path == str(path):
                raise
            on_bad_line(error)
            bad += 1
            if bad == _HOPELESS and not calls:
                raise TranscriptError(str(path), f"前 {bad} 行都不能用，不像转写文件", _SUPPORTED) from error
        else:
            seen[call.call_id] = document.where
            calls.append(call)
    return tuple(calls)


def format_of(path: Path) -> str | None:
    """The name of a file's format, told by its first call; ``None`` where the file is something else.

    Raises:
        TranscriptError: the file can't be read.
    """
    for document in open_documents(path):
        if isinstance(document, TranscriptError):
            raise document
        return _format_of(document)
    return None


def _format_of(document: Document) -> str | None:
    return next((name for name, (recognise, _) in FORMATS.items() if recognise(document)), None)


def _read(document: Document) -> Call:
    name = _format_of(document)
    if name is None:
        raise TranscriptError(document.where, "看不出是哪种转写格式", _SUPPORTED)
    return FORMATS[name][1](document)
