"""Transcript files as calls, each with the row of metadata that is about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields, replace
from pathlib import Path, PurePosixPath

from auditor.errors import TranscriptError
from auditor.models import Call, Metadata
from auditor.speech.sidecars import Row
from auditor.speech.transcripts import read_calls


def read_written(
    path: Path, rows: Sequence[Row], on_bad_line: Callable[[TranscriptError], None]
) -> tuple[tuple[Call, ...], frozenset[Row]]:
    """The calls of a transcript file, with metadata from the rows that name the call or its file, and the rows used.

    What the row says wins over what the transcript says. Rows that can't be used are left alone.

    Raises:
        TranscriptError: the file can't be read.
    """
    calls = read_calls(path, on_bad_line)
    used = set()
    joined = []
    for call in calls:
        row = _row_for(call, path if len(calls) == 1 else None, rows)
        if row is None:
            joined.append(call)
            continue
        used.add(row)
        known = _merged(row.metadata, call.metadata)
        call_id = row.call_id or call.call_id
        joined.append(replace(call, call_id=call_id, metadata=known, warnings=(*call.warnings, *row.warnings)))
    return tuple(joined), frozenset(used)


def _row_for(call: Call, path: Path | None, rows: Sequence[Row]) -> Row | None:
    names = {path.name.lower(), path.stem.lower()} if path is not None else set()
    for row in rows:
        file = PurePosixPath(row.file.replace("\\", "/").lower())
        if row.error is None and (row.call_id == call.call_id or (row.file and {file.name, file.stem} & names)):
            return row
    return None


def _merged(first: Metadata, second: Metadata) -> Metadata:
    """Each field as the first has it, or where it is absent there, as the second has it."""
    values = {}
    for field in fields(Metadata):
        absent = field.default_factory() if field.default_factory is not MISSING else field.default
        mine = getattr(first, field.name)
        values[field.name] = getattr(second, field.name) if mine == absent else mine
    return replace(first, **{**values, "custom": {**second.custom, **first.custom}})
