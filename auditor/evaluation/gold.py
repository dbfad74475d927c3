"""Reference answers from files: whole calls with ``gold``, and single labelled lines (see ``lines``).

A file holds one call (JSON), or one call or line on each of its lines (JSON lines).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from auditor.errors import TranscriptError
from auditor.evaluation.lines import read_line
from auditor.evaluation.reference import Case, read_reference
from auditor.speech.transcripts import ours
from auditor.speech.transcripts.document import Document, open_documents
from auditor.speech.transcripts.node import Node


def read_cases(path: Path, on_bad: Callable[[TranscriptError], None] | None = None) -> tuple[Case, ...]:
    """The cases of a file; calls without ``gold`` are left out.

    Args:
        path: a ``.json`` file with one call, or JSON lines with calls or labelled lines.
        on_bad: is given the error of each unusable line of a collection, whose other lines are then still read;
            without it, the first such line is the file's error.

    Raises:
        TranscriptError: the file can't be read, or its content breaks the format; names file, line and place.
    """
    cases = []
    for document in open_documents(path):
        try:
            if isinstance(document, TranscriptError):
                raise document
            case = _case(document)
        except TranscriptError as error:
            if on_bad is None or error.path == str(path):
                raise
            on_bad(error)
        else:
            cases += [case] if case is not None else []
    return tuple(cases)


def _case(document: Document) -> Case | None:
    root = Node(document.data, document.where)
    if ours.recognise(document):
        call, gold = ours.read(document), root.get("gold")
        if gold is None:
            return None
        return Case(call, read_reference(gold, len(call.utterances)), document.path, document.where)
    if isinstance(document.data, dict) and {"text", "label"} <= set(document.data):
        return read_line(root, document.path, document.name)
    raise root.refuse("不是带参考答案的通话，也不是带标注的单句（text、label）")
