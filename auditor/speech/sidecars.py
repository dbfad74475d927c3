"""Files of metadata rows beside or for recordings: CSV or JSON, in whichever encoding a spreadsheet left them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

from auditor.errors import MetadataError, TranscriptError
from auditor.models import CallWarning, Metadata
from auditor.speech.encoding import decode
from auditor.speech.metadata import JOINING, field_name, parse_metadata
from auditor.speech.transcripts import format_of

_LARGEST = 100 * 2**20
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A row of metadata, and what says which recording it is about.

    ``where`` is the file and line, for messages; ``agent_channel`` is as written. Where the row can't be used,
    ``error`` says why and ``metadata`` is empty.
    """

    where: str
    file: str = ""
    call_id: str = ""
    agent_channel: str = ""
    metadata: Metadata = field(default_factory=Metadata)
    warnings: tuple[CallWarning, ...] = ()
    error: MetadataError | None = None

    @property
    def label(self) -> str:
        """Where the row stands and what it names."""
        return f"{self.where}：{self.file or self.call_id or '（没有文件名和编号）'}"


def read_rows(path: Path) -> tuple[Row, ...]:
    """The rows of a CSV file with a heading line, or of a JSON file with one object or a list of them.

    Raises:
        MetadataError: the file can't be read, or is neither.
    """
    try:
        if path.stat().st_size > _LARGEST:
            trouble = f"超过 {_LARGEST // 2**20} MB，不像元数据文件"
            raise MetadataError(str(path), trouble, "请拆成几份，或检查是否给错了文件。")
        raw = path.read_bytes()
    except OSError as error:
        raise MetadataError(str(path), f"读不出来（{error.strerror or error}）", "请检查路径和权限。") from None
    text = decode(raw)
    if text is None:
        raise MetadataError(str(path), "不是文本文件，或看不出文字编码", "Excel 文件请另存为 CSV UTF-8 后再试。")
    if path.suffix.lower() == ".json":
        return tuple(_row(values, where) for where, values in _json_rows(path, text))
    return tuple(_csv_rows(path, text))


def is_sidecar(path: Path) -> bool:
    """Whether a JSON file named like a recording beside it is that recording's metadata, and no transcript."""
    try:
        return format_of(path) is None
    except TranscriptError:
        return False


def _row(values: Mapping[str, Any], where: str) -> Row:
    joining = {name: _cell(value) for key, value in values.items() if (name := field_name(str(key))) in JOINING}
    row = Row(where, joining.get("file", ""), joining.get("call_id", ""), joining.get("agent_channel", ""))
    try:
        if len(row.call_id) > _LONGEST_ID or not row.call_id.isprintable():
            raise MetadataError(where, "call_id 过长或含有不可见字符", "请改正后再试。")
        metadata, warnings = parse_metadata(values, where)
    except MetadataError as error:
        return replace(row, error=error)
    return replace(row, metadata=metadata, warnings=warnings)


def _cell(value: object) -> str:
    """A joining value as text; a spreadsheet's 1001.0 is the id 1001."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


def _csv_rows(path: Path, text: str) -> Iterator[Row]:
    first_line = text.lstrip().split("\n", 1)[0]
    delimiter = max(",\t;", key=first_line.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        heading = next((line for line in lines if any(cell.strip() for cell in line)), [])
        names = [field_name(cell) for cell in heading]
        if not {"file", "call_id"} & set(names):
            raise MetadataError(
                str(path), "表头里没有文件名（file）或通话编号（call_id）列", "请加上其中一列，录音靠它与各行对应。"
            )
        repeated = sorted({name for name in names if name and names.count(name) > 1 and name in JOINING})
        if repeated:
            raise MetadataError(str(path), f"有不止一列表示 {'、'.join(repeated)}", "请只保留一列。")
        for cells in lines:
            where = f"{path} 第 {lines.line_num} 行"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(heading) and any(cell.strip() for cell in cells[len(heading) :]):
                yield Row(where, error=MetadataError(where, "单元格比表头多", "请检查是否有未加引号的逗号。"))
            else:
                yield _row(dict(zip(heading, cells, strict=False)), where)
    except csv.Error as error:
        raise MetadataError(str(path), f"第 {lines.line_num} 行不是有效的 CSV（{error}）", "请重新导出。") from None


def _json_rows(path: Path, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise MetadataError(str(path), "不是有效的 JSON", "请重新导出。") from None
    if isinstance(data, Mapping):
        yield str(path), data
        return
    if not isinstance(data, list):
        raise MetadataError(str(path), "应是一个对象，或对象的列表", "请重新导出。")
    for number, item in enumerate(data, 1):
        where = f"{path} 第 {number} 项"
        if not isinstance(item, Mapping):
            raise MetadataError(where, "不是对象", "请重新导出。")
        yield where, item


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
