"""What the reader looks at: runs of characters of a line and of the turn before it, and who is on the line.

The kinds of features, each a table of its own:

- ``said``: one to three characters in a row, with marks for where the line begins and ends;
- ``gap``: two characters with another one between them;
- ``before``: one to three characters in a row of the turn before, the end of it that counts;
- ``party``: who is on the line;
- ``to:<party>``: one or two characters in a row, where it is not the verified debtor who hears them.

A feature counts as often as it occurs, so that counting needs no set; the number of features depends on lengths alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import add

from auditor.models import PARTIES, PartyKind

BEGIN, END = "\x02", "\x03"
LONGEST_BEFORE = 40  # characters of the turn before; what was said earlier in it explains little
USUAL: PartyKind = "debtor_verified"
TABLES: tuple[str, ...] = ("said", "gap", "before", "party", *(f"to:{p}" for p in PARTIES if p != USUAL))


@dataclass(frozen=True, slots=True)
class Line:
    """What an agent said, in context; texts in comparable form (see ``auditor.text.normalise``)."""

    text: str
    before: str = ""
    party: PartyKind = USUAL


def grams(line: Line) -> Iterator[tuple[str, list[str]]]:
    """The features of a line by table."""
    text = f"{BEGIN}{line.text}{END}"
    two = list(map(add, text, text[1:]))
    yield "said", [*text, *two, *map(add, two, text[2:])]
    yield "gap", list(map(add, text, text[2:]))
    if line.before:
        said = line.before[-LONGEST_BEFORE:]
        pairs = list(map(add, said, said[1:]))
        yield "before", [*said, *pairs, *map(add, pairs, said[2:])]
    yield "party", [line.party]
    if line.party != USUAL:
        yield f"to:{line.party}", [*text, *two]


def places(line: Line) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """(table, feature, the characters of the line that it stands on) for each feature that stands on the line itself."""
    text = f"{BEGIN}{line.text}{END}"
    size = len(line.text)
    shapes = [("said", (0,)), ("said", (0, 1)), ("said", (0, 1, 2)), ("gap", (0, 2))]
    if line.party != USUAL:
        shapes += [(f"to:{line.party}", (0,)), (f"to:{line.party}", (0, 1))]
    for table, shape in shapes:
        for start in range(len(text) - shape[-1]):
            feature = "".join(text[start + step] for step in shape)
            yield table, feature, tuple(at for step in shape if 0 <= (at := start + step - 1) < size)
