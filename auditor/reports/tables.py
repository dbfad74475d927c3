"""Tables as CSV that spreadsheets open: Chinese right, no cell a live formula, written in pieces however many rows there are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

Cell: TypeAlias = str | int | float | Decimal | None

FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
"""What a cell must not begin with: spreadsheets take it for a formula; some take the wide forms for it too."""
SIGN = "'"
"""What makes such a cell text."""
ROWS_A_PIECE = 500


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet computes: where it begins like a formula, also after blanks, a quote stands before it.

    A text that begins with a quote gets one too, so that ``as_written`` can give every text back.
    """
    begins = text.lstrip(" \u00a0\u3000\ufeff\x00")[:1] or text[:1]
    return SIGN + text if begins in FORMULA or text[:1] in FORMULA or text.startswith(SIGN) else text


def as_written(cell: str) -> str:
    """The text that ``harmless`` was given."""
    return cell.removeprefix(SIGN)


def csv_pieces(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """A CSV file piece by piece: UTF-8 with a byte order mark, as Excel needs it for Chinese, lines ended as RFC 4180 says.

    Numbers stay numbers; texts are made harmless. What UTF-8 has no form for is written as an escape.
    """
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    sheet.write("\ufeff")
    writer.writerow([harmless(heading) for heading in headings])
    for number, row in enumerate(rows, start=1):
        writer.writerow([_cell(value) for value in row])
        if number % ROWS_A_PIECE == 0:
            yield _taken(sheet)
    yield _taken(sheet)


def _cell(value: Cell) -> Cell:
    return harmless(value) if isinstance(value, str) else value


def _taken(sheet: io.StringIO) -> bytes:
    piece = sheet.getvalue().encode("utf-8", "backslashreplace")
    sheet.seek(0)
    sheet.truncate()
    return piece
