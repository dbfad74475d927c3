"""CSV for spreadsheets: any text survives, none is a formula."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from auditor.reports.tables import FORMULA, as_written, csv_pieces, harmless

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.builds(
    str.__add__, st.sampled_from([*sorted(FORMULA), "'", " =", "\u3000+", '"', "\r\n"]), st.text(max_size=5)
).filter(lambda text: text.encode("utf-8", "replace").decode() == text)


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@given(st.lists(st.lists(texts, min_size=3, max_size=3), max_size=8), st.lists(texts, min_size=3, max_size=3))
@example([["=1+1", "-2", "@x"]], ["'", "''=1", "＝1"])
@example([["\ufeff=1", " =1", "\n=1"]], ["a", "b", "c"])
def test_any_text_survives_and_no_cell_begins_like_a_formula(rows: list[list[str]], headings: list[str]) -> None:
    back = read(b"".join(csv_pieces(headings, rows)))
    assert [[as_written(cell) for cell in row] for row in back] == [headings, *rows]
    assert not any(
        cell.lstrip(" \u00a0\u3000\ufeff\x00")[:1] in FORMULA for row in back for cell in row if cell.strip(" ")
    )


@given(texts)
def test_an_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert harmless(f"催收{text}") == f"催收{text}"


def test_excel_is_told_that_it_is_utf_8_and_numbers_stay_numbers() -> None:
    content = b"".join(csv_pieces(["金额"], [[Decimal("-1.50")], [3], [None], ["𠮷䶮"]]))
    assert content == '\ufeff金额\r\n-1.50\r\n3\r\n""\r\n𠮷䶮\r\n'.encode()


def test_what_utf_8_has_no_form_for_does_not_break_the_file() -> None:
    assert b"\\udc80" in b"".join(csv_pieces(["a"], [["\udc80"]]))


def test_many_rows_are_written_in_pieces() -> None:
    taken = 0

    def rows() -> Iterator[tuple[str, ...]]:
        nonlocal taken
        for number in range(100_000):
            taken = number
            yield ("违规" * 20, str(number))

    pieces = csv_pieces(["a", "b"], rows())
    next(pieces)
    assert taken < 1000
    tracemalloc.start()
    size = sum(map(len, pieces))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < size / 10
