"""A violation report as a workbook: a summary with charts, the violations to filter and sort, texts too long for a cell apart.

No text becomes a formula, a link or a number; memory does not grow with the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from auditor.reports.cover import Section, sections
from auditor.reports.items import Item
from auditor.reports.lists import COLUMNS, cells
from auditor.reports.report import Report
from auditor.reports.tables import Cell
from auditor.reports.wording import Wording, visible

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST = 1_000_000
"""Violations that fit into one sheet."""
CELL = 32_767
"""Characters that fit into one cell, counted as Excel does: those past U+FFFF are two."""

_NOTICE = 100
_WIDTHS = {
    "number": 7, "clause": 36, "clauses": 30, "call": 16, "started": 17, "quote": 36, "around": 60, "why": 44, "instead": 36,
    "machine": 30, "trail": 40, "rule": 26, "pack": 30, "finding": 18, "case": 14, "decided_at": 17, "category": 16,
}  # fmt: skip
_WRAPPED = ("clause", "clauses", "quote", "around", "why", "instead", "trail", "machine")
_COLOURS = {"critical": "#A4161A", "major": "#B45309", "minor": "#5F5200", "notice": "#475569"}
_CHART_ROWS = 15


def write_xlsx(report: Report, file: BinaryIO) -> None:
    """Write the workbook; at most ``MOST`` violations."""
    import xlsxwriter

    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_format_properties": {"valign": "top"},
    }  # fmt: skip
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": report.wording.t("title"), "created": report.figures.asked.made_at})
        summary = book.add_worksheet(report.wording.t("summary_sheet"))
        listed = book.add_worksheet(report.wording.t("violations_sheet"))
        long = _Long(book, report.wording)
        _summary(book, summary, report)
        _violations(book, listed, report, long)


def _summary(book: Workbook, sheet: Worksheet, report: Report) -> None:
    w = report.wording
    big = book.add_format({"bold": True, "font_size": 18})
    strong = book.add_format({"bold": True, "font_size": 13, "font_color": "#1F3A5F"})
    told = book.add_format({"text_wrap": True, "valign": "top"})
    head = book.add_format({"bold": True, "bg_color": "#E8EEF5", "bottom": 1, "text_wrap": True, "valign": "top"})
    number = book.add_format({"num_format": "#,##0", "valign": "top"})
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 1, 34)
    sheet.set_column(2, 8, 13)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, w.t("title"), big)
    row = 2
    for section in sections(report.figures, w):
        sheet.write_string(row, 0, visible(section.title), strong)
        row += 1
        for sentence in section.says:
            sheet.set_row(row, 15 * (1 + len(sentence) // 55))
            sheet.merge_range(row, 0, row, 8, "", told)
            sheet.write_string(row, 0, visible(sentence), told)
            row += 1
        for column, heading in enumerate(section.headings):
            sheet.write_string(row, column, visible(heading), head)
        first = row + 1
        for values in section.rows:
            row += 1
            for column, value in enumerate(values):
                if isinstance(value, int):
                    sheet.write_number(row, column, value, number)
                else:
                    sheet.write_string(row, column, _cut(visible(value))[0], told)
        if section.chart is not None and section.rows:
            _chart(book, sheet, section, first, w)
        row += 2 + bool(section.headings)


def _chart(book: Workbook, sheet: Worksheet, section: Section, first: int, w: Wording) -> None:
    """Draw a table's first rows beside it: bars for kinds, columns for time."""
    assert section.chart is not None
    time = section.key == "month"
    chart = book.add_chart({"type": "column" if time else "bar"})
    last = first + (len(section.rows) if time else min(len(section.rows), _CHART_ROWS)) - 1
    name = sheet.get_name()
    chart.add_series({
        "name": w.t("chart"),
        "categories": [name, first, 0, last, 0],
        "values": [name, first, section.chart, last, section.chart],
        "data_labels": {"value": True},
        "fill": {"color": "#2F6690"},
        "gap": 60,
    })  # fmt: skip
    chart.set_title({"name": section.title, "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    if not time:
        chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
        chart.set_x_axis({"num_format": "0", "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}})
    chart.set_size({"width": 640, "height": 110 + 24 * (last - first + 1)})
    sheet.insert_chart(first - 1, 10, chart, {"description": section.title})


def _violations(book: Workbook, sheet: Worksheet, report: Report, long: _Long) -> None:
    w = report.wording
    head = book.add_format({"bold": True, "bg_color": "#1F3A5F", "font_color": "white", "valign": "vcenter"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    top = book.add_format({"valign": "top"})
    severe = {
        code: book.add_format({"bold": True, "font_color": colour, "valign": "top"})
        for code, colour in _COLOURS.items()
    }
    formats = [wrapped if column in _WRAPPED else top for column in COLUMNS]
    for column, name in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS.get(name, 12))
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.autofilter(0, 0, max(report.figures.listed, 1), len(COLUMNS) - 1)
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, w.t(name), head)
    if not report.figures.listed:
        sheet.write_string(1, 0, sections(report.figures, w)[1].says[0])
    severity = COLUMNS.index("severity")
    for row, item in enumerate(report.items(), start=1):
        for column, value in enumerate(_row(item, w)):
            if isinstance(value, int):
                sheet.write_number(row, column, value, top)
            elif value:
                style = severe.get(item.severity, top) if column == severity else formats[column]
                sheet.write_string(row, column, long.fitted(str(value), sheet, row, column), style)


def _row(item: Item, w: Wording) -> Iterator[Cell]:
    named = cells(item, w)
    for column in COLUMNS:
        value = named[column]
        yield visible(value) if isinstance(value, str) else value


class _Long:
    """The sheet of texts that are too long for a cell; made once there is one."""

    def __init__(self, book: Workbook, w: Wording) -> None:
        self._book, self._w = book, w
        self._sheet: Any = None
        self._row = 0

    def fitted(self, text: str, sheet: Worksheet, row: int, column: int) -> str:
        """What goes into the cell; the rest of the text, if any, goes on in the sheet, and the cell says where."""
        if len(text) * 2 <= CELL or _units(text) <= CELL:
            return text
        from xlsxwriter.utility import xl_rowcol_to_cell

        if self._sheet is None:
            self._begin()
        kept, rest = _cut(text, CELL - _NOTICE)
        begins = self._row + 1
        part = 2
        while rest:
            piece, rest = _cut(rest)
            self._row += 1
            self._sheet.write_string(self._row, 0, f"{sheet.get_name()}!{xl_rowcol_to_cell(row, column)}")
            self._sheet.write_number(self._row, 1, part)
            self._sheet.write_string(self._row, 2, piece, self._wrapped)
            part += 1
        where = self._w.t("long_says", sheet=self._sheet.get_name(), cell=xl_rowcol_to_cell(begins, 2))
        return f"{kept}\n……{where}"

    def _begin(self) -> None:
        w = self._w
        self._sheet = self._book.add_worksheet(w.t("long_sheet"))
        self._wrapped: Format = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._sheet.set_column(0, 1, 14)
        self._sheet.set_column(2, 2, 120)
        self._sheet.freeze_panes(1, 0)
        for column, key in enumerate(("long_where", "long_part", "long_text")):
            self._sheet.write_string(0, column, w.t(key))


def _units(text: str) -> int:
    return len(text) + sum(c > "\uffff" for c in text)


def _cut(text: str, most: int = CELL) -> tuple[str, str]:
    """The first characters of a text that fit, and the rest."""
    if _units(text) <= most:
        return text, ""
    taken = 0
    for place, c in enumerate(text):
        taken += 1 + (c > "\uffff")
        if taken > most:
            return text[:place], text[place:]
    return text, ""
