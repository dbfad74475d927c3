"""Rules that somebody is writing: kept as a pack of their own over the pack in force, which they never touch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from auditor.errors import ConflictError, HomeError
from auditor.store.home import Home, new_file, trouble
from auditor.store.ledger import Ledger, append_event

OWN = "pack.yaml"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file of a draft as it is kept; ``version`` is the hash of its bytes, empty where there is none yet."""

    file: str
    text: str = ""
    version: str = ""


def folder_of(home: Home, pack: str, pack_hash: str) -> Path:
    """The folder of the drafts over a pack, whether or not there are any; itself a pack that can be tested and run."""
    return home.drafts / f"{pack}-{pack_hash[:12]}"


def drafts(folder: Path) -> list[str]:
    """The paths of the rules and steps that are drafted in a folder, in order."""
    found = (p.relative_to(folder) for p in folder.rglob("*.yaml")) if folder.is_dir() else ()
    return sorted(p.as_posix() for p in found if len(p.parts) > 1 and not p.name.startswith("."))


def read(folder: Path, file: str) -> Draft:
    """One file of a draft; raises HomeError where it can't be read."""
    path = _inside(folder, file)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Draft(file)
    except OSError as error:
        raise trouble(error, path) from error
    return Draft(file, data.decode("utf-8", "replace"), hashlib.sha256(data).hexdigest())


def save(home: Home, folder: Path, about: str, draft: Draft, by: str, at: datetime) -> Draft:
    """Put down a draft's text and that it changed; each file is there whole or not at all.

    Args:
        home: the home.
        folder: where the drafts over the pack are.
        about: the pack.yaml of the drafts, written where there is none yet.
        draft: the text, and the version that its author started from.
        by: who.
        at: when.

    Raises:
        ConflictError: somebody saved another text meanwhile; nothing is written.
        HomeError: it can't be written.
    """
    path, data = _inside(folder, draft.file), draft.text.encode()
    version = hashlib.sha256(data).hexdigest()
    with Ledger(home) as ledger, ledger.writing() as db:
        if read(folder, draft.file).version != draft.version:
            raise ConflictError("这条草稿刚刚被别人存过，你的没有保存。请另存你的文字，重新打开草稿后再改。")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise trouble(error, path.parent) from error
        for target, content in ((folder / OWN, about.encode()), (path, data)):
            if target != folder / OWN or not target.exists():
                with new_file(target) as file:
                    file.write(content)
        body = {"folder": folder.name, "file": draft.file, "version": version, "before": draft.version, "by": by}
        append_event(db, at, "rule_drafted", body)
    return Draft(draft.file, draft.text, version)


def _inside(folder: Path, file: str) -> Path:
    parts = PurePosixPath(file)
    if parts.is_absolute() or ".." in parts.parts or len(parts.parts) < 2:
        raise HomeError(f"草稿文件名 {file[:80]!r} 指向草稿之外。")
    return folder / parts
