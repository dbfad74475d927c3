"""How much room a home takes, by what lies in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from auditor.store.home import Home

MOST_FILES = 400_000


@dataclass(frozen=True, slots=True)
class Use:
    """One part of a home: its bytes and files; ``whole`` is false where there were too many files to look at all."""

    part: str
    bytes: int
    files: int
    whole: bool


def uses(home: Home, most: int = MOST_FILES) -> list[Use]:
    """``audio``, ``segments``, ``packs``, ``drafts`` and ``ledger``; of each folder at most ``most`` files are looked at.

    A file that goes away meanwhile counts nothing.
    """
    found = []
    for part, folder in (
        ("audio", home.audio),
        ("segments", home.segments),
        ("packs", home.packs),
        ("drafts", home.drafts),
    ):
        total = files = 0
        for size in _sizes(folder):
            if files == most:
                break
            total, files = total + size, files + 1
        found.append(Use(part, total, files, files < most))
    parts = [home.ledger.with_name(f"{home.ledger.name}{tail}") for tail in ("", "-wal", "-shm")]
    present = [path.stat().st_size for path in parts if path.is_file()]
    return [*found, Use("ledger", sum(present), len(present), whole=True)]


def _sizes(folder: Path) -> Iterator[int]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _sizes(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    yield entry.stat(follow_symlinks=False).st_size
    except OSError:
        return
