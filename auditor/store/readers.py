"""Readers that a home trained on its own reviewers' decisions: each kept for good by its fingerprint, one of them in use."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from auditor.errors import NotFoundError
from auditor.store.home import Home, new_file
from auditor.store.ledger import Ledger, append_event

BUILTIN = "builtin"
_PRINT = re.compile(r"[0-9a-f]{16}")


def keep(home: Home, fingerprint: str, data: bytes) -> Path:
    """Write a reader's weights into the home; those that are there already stay as they are. Raises HomeError."""
    folder = home.path / "readers"
    folder.mkdir(exist_ok=True)
    path = folder / f"{fingerprint}.weights"
    if not path.exists():
        with new_file(path) as file:
            file.write(data)
    return path


def use(home: Home, fingerprint: str, by: str, at: datetime, why: str = "") -> None:
    """From now on calls are read by this one, or by ``builtin``; an event. Raises NotFoundError, HomeError."""
    if fingerprint != BUILTIN and not (_PRINT.fullmatch(fingerprint) and _path(home, fingerprint).is_file()):
        raise NotFoundError(f"归档目录里没有第二读者 {fingerprint[:40]!r}。auditor reader list 列出有哪些。")
    (home.path / "readers").mkdir(exist_ok=True)
    with Ledger(home) as ledger, ledger.writing() as db:
        append_event(db, at, "reader_chosen", {"reader": fingerprint, "by": by, "why": why})
        with new_file(home.path / "readers" / "in-use") as file:
            file.write(fingerprint.encode())


def in_use(home: Home) -> Path | None:
    """The weights of the home's own reader; ``None`` where it uses the one that came with the program."""
    try:
        chosen = (home.path / "readers" / "in-use").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return _path(home, chosen) if _PRINT.fullmatch(chosen) else None


def kept(home: Home) -> list[Path]:
    """The weights of every reader that the home trained, by fingerprint."""
    return sorted((home.path / "readers").glob("*.weights"))


def _path(home: Home, fingerprint: str) -> Path:
    return home.path / "readers" / f"{fingerprint}.weights"
