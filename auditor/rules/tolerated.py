"""tolerated.yaml: hits on innocent examples that the authors of a pack know of and accept, each with its reason.

It is read by ``auditor rules test`` alone. No audit depends on it, so it is no part of the pack's hash: whoever accepts a hit does
not make a year of calls be judged again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from auditor.rules.condition_file import Strict
from auditor.rules.document import Parsed

NAME = "tolerated.yaml"
Words = Annotated[str, Field(min_length=1, max_length=400)]


class ToleratedHitFile(Strict):
    """One accepted hit: which rule hits whose example, on which of its lines, and why that may be."""

    rule: Words
    owner: Words
    line: Words
    why: Words


class ToleratedFile(Strict):
    """The whole file."""

    tolerated: list[ToleratedHitFile]


@dataclass(frozen=True, slots=True)
class Tolerated:
    """An accepted hit. ``owner`` is the rule, step or call whose example it is; ``file`` and ``at`` where it is written."""

    rule: str
    owner: str
    line: str
    why: str
    file: str
    at: int


def tolerated(file: ToleratedFile, parsed: Parsed, place: str) -> Sequence[Tolerated]:
    """The checked file as values; ``place`` is how the file is named to the reader."""
    return [
        Tolerated(e.rule, e.owner, e.line, e.why, *parsed.where(("tolerated", n), place))
        for n, e in enumerate(file.tolerated)
    ]
