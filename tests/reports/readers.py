"""Reports read back as their readers' programs read them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
from openpyxl.utils.escape import unescape


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    """Every sheet of a workbook by name, row by row; texts as Excel shows them, which openpyxl leaves escaped."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: [[_shown(cell.value) for cell in row] for row in sheet.iter_rows()] for sheet in book}


def _shown(value: Any) -> Any:
    return unescape(value) if isinstance(value, str) else value


def table(rows: list[list[Any]]) -> list[dict[str, Any]]:
    """A sheet with its headings in the first row."""
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def csv_table(path: Path) -> list[dict[str, str]]:
    """A CSV file as Excel reads it."""
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def pages(path: Path) -> list[str]:
    """The text of each page of a PDF, without the spaces that setting it puts between characters."""
    return [re.sub(r"\s", "", page.extract_text()) for page in pypdf.PdfReader(path).pages]


@dataclass
class Page:
    """What an HTML page holds."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    articles: list[dict[str, str]] = field(default_factory=list)
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.open: list[str] = []
        self.label = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "progress", "br"):
            self.open.append(tag)
        if tag == "article":
            self.page.articles.append({})
        if tag in ("h2", "h3", "h4"):
            self.page.headings.append("")
        if tag == "dt":
            self.label = ""

    def handle_endtag(self, tag: str) -> None:
        if tag != "progress":
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.page.text += data
        if any(tag in self.open for tag in ("h2", "h3", "h4")):
            self.page.headings[-1] += data
        if "article" not in self.open:
            return
        place = {"dt": "", "dd": self.label, "mark": "mark", "h4": "head", "blockquote": "said"}
        inner = next((tag for tag in reversed(self.open) if tag in place), None)
        if inner == "dt":
            self.label += data
        elif inner is not None:
            own = self.page.articles[-1]
            own[place[inner]] = own.get(place[inner], "") + data


def html_page(path: Path) -> Page:
    """An HTML page whose elements are all closed in their order."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    assert reader.open == []
    return reader.page
