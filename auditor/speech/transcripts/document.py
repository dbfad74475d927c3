"""A transcript file, or one line of a collection, opened with care: size, encoding and JSON are checked first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from auditor.errors import TranscriptError
from auditor.speech.encoding import decode

LARGEST_DOCUMENT = 20 * 2**20
"""Bytes of one call's transcript. A whole working day of talk with word times is a tenth of that."""

LARGEST_COLLECTION = 500 * 2**20
"""Bytes of a file with one call a line."""

_EXPORT_AGAIN = "请确认这是转写文件，或重新导出后再试。"


@dataclass(frozen=True, slots=True)
class Document:
    """One call's transcript as text. ``data`` is its JSON value, ``None`` where it is no JSON.

    ``path`` is the file as the user gave it, ``where`` the same with the line in a collection, for errors; ``name`` is
    the call id to use where the content has none; ``sha256`` is of the file's or line's bytes.
    """

    path: str
    where: str
    name: str
    text: str
    data: Any
    sha256: str


def open_documents(path: Path) -> Iterator[Document | TranscriptError]:
    """The calls of a file: one, or one for each line of a ``.jsonl`` file or where whole JSON objects stand on lines.

    A bad line of a collection comes as its error, so that the others can still be read.

    Raises:
        TranscriptError: the file can't be read, or holds no text, or is too large for a transcript.
    """
    try:
        if not path.is_file():
            raise TranscriptError(str(path), "不是普通文件" if path.exists() else "文件不存在", "请检查路径。")
        size = path.stat().st_size
        with path.open("rb") as file:
            first = file.readline(LARGEST_DOCUMENT + 1)
            if path.suffix.lower() == ".jsonl" or (_is_whole_object(first) and file.read(4096).strip()):
                if size > LARGEST_COLLECTION:
                    raise _too_large(str(path), size, LARGEST_COLLECTION)
                file.seek(0)
                yield from _lines(path, file)
                return
            file.seek(0)
            if size > LARGEST_DOCUMENT:
                raise _too_large(str(path), size, LARGEST_DOCUMENT)
            raw = file.read(LARGEST_DOCUMENT)
    except OSError as error:
        reason = "没有读取权限" if isinstance(error, PermissionError) else "读取失败"
        raise TranscriptError(str(path), reason, "请检查文件权限和磁盘后再试。") from error
    yield _document(raw, path, str(path), path.stem)


def _lines(path: Path, file: BinaryIO) -> Iterator[Document | TranscriptError]:
    number = found = 0
    while line := file.readline(LARGEST_DOCUMENT + 1):
        number += 1
        where = f"{path} 第 {number} 行"
        if len(line) > LARGEST_DOCUMENT:
            raise _too_large(where, len(line), LARGEST_DOCUMENT)
        if not line.strip():
            continue
        found += 1
        try:
            yield _document(line.strip(), path, where, f"{path.stem}-{number}")
        except TranscriptError as error:
            yield error
    if not found:
        raise TranscriptError(str(path), "文件是空的", _EXPORT_AGAIN)


def _document(raw: bytes, path: Path, where: str, name: str) -> Document:
    if not raw.strip():
        raise TranscriptError(where, "文件是空的", _EXPORT_AGAIN)
    text = decode(raw)
    if text is None:
        raise TranscriptError(where, "不是文本文件，或编码无法识别", "请另存为 UTF-8 后再试。")
    data = _json(text, where) if text.lstrip()[:1] in ("{", "[") else None
    return Document(str(path), where, name, text, data, hashlib.sha256(raw).hexdigest())


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        trouble = f"不是有效的 JSON，第 {error.lineno} 行第 {error.colno} 列附近有语法错误"
    except RecursionError:
        trouble = "JSON 嵌套过深"
    except ValueError:
        trouble = "JSON 里有过长的数字"
    raise TranscriptError(where, trouble, _EXPORT_AGAIN)


def _is_whole_object(line: bytes) -> bool:
    line = line.removeprefix(b"\xef\xbb\xbf").strip()
    return line.startswith(b"{") and line.endswith(b"}") and len(line) > 2


def _too_large(where: str, size: int, limit: int) -> TranscriptError:
    return TranscriptError(
        where, f"有 {size / 2**20:.0f} MB，超过 {limit // 2**20} MB，不像转写文件", "请检查文件，或拆成一通一个文件。"
    )
