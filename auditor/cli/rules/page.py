"""Chinese prose on a terminal: lines broken anywhere but before a closing mark, as Chinese is set; what hangs under a line is indented."""

from __future__ import annotations

from collections.abc import Sequence

CLOSING = "，。、；：！？）」』”’》…"


def wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    """The text in lines of at most ``width`` columns (a Chinese character takes two), all but the first indented like the first."""
    from rich.cells import cell_len

    text = text.strip()
    number, dot, _ = text.partition(". ")
    hang = indent + (cell_len(number) + 2 if dot and number.isdigit() else 0)
    lines, line, used = [], " " * indent, indent
    for at, c in enumerate(text):
        follows = text[at + 1] if at + 1 < len(text) else ""
        size = cell_len(c)
        # a closing mark goes with the character before it
        if used + size + (cell_len(follows) if follows in CLOSING else 0) > width and used > hang and c not in CLOSING:
            lines.append(line)
            line, used = " " * hang, hang
        line, used = line + c, used + size
    return [*lines, line]


def print_prose(text: str, style: str = "", indent: int = 0) -> None:
    """A paragraph."""
    from rich.text import Text

    from auditor.cli.terminal import harmless, out

    console = out()
    for row in wrapped(text, console.width, indent):
        console.print(harmless(Text(row, style, overflow="ignore", no_wrap=True)))


def print_section(title: str, lines: Sequence[str]) -> None:
    """A bold title, and lines under it; two leading spaces of a line are a level of indentation."""
    print_prose("")
    print_prose(title, "bold")
    for line in lines:
        print_prose(line, indent=2 + len(line) - len(line.lstrip(" ")))
