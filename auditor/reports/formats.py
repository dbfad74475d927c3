"""The formats in which a violation report can be written, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO

from auditor.errors import UsageError
from auditor.reports import html, lists, pdf, xlsx
from auditor.reports.report import Report

FORMATS: Mapping[str, Callable[[Report, BinaryIO], None]] = {
    "xlsx": xlsx.write_xlsx,
    "pdf": pdf.write_pdf,
    "csv": lists.write_csv,
    "json": lists.write_json,
    "html": html.write_html,
}
MOST: Mapping[str, int] = {"xlsx": xlsx.MOST, "pdf": pdf.MOST, "html": html.MOST}
"""How many violations a format can hold and still be opened; the others have no limit."""
TYPES: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
}


def require(form: str, report: Report) -> None:
    """Find out whether the report can be written in a format before any file is begun.

    Raises:
        UsageError: there is no such format, it can't hold so many violations, or what it needs is not installed.
    """
    if form not in FORMATS:
        raise UsageError(f"没有格式 {form}。可用 {'、'.join(FORMATS)}。")
    listed, most = report.figures.listed, MOST.get(form)
    if most is not None and listed > most:
        raise UsageError(
            f"{form} 最多放 {most:,} 处违规，这个范围有 {listed:,} 处。请缩小日期、严重度等范围，或改用 xlsx、csv。"
        )
    if form == "pdf":
        pdf.require_typst()


def write(form: str, report: Report, file: BinaryIO) -> None:
    """Write the report to a file opened for bytes, in one of ``FORMATS``."""
    FORMATS[form](report, file)
