"""A bank's pack over the small test pack, for tests that write rules of their own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from auditor.rules.pack import Pack, load_pack

FROZEN = Path(__file__).parent.parent / "golden" / "pack"
ABOUT = "name: qingluan\nversion: 2.0.0\ntitle: 青峦银行催收质检\nextends: ../base\n"


def rule(body: str, name: str = "own", examples: str = "{hit: [], clean: []}", head: str = "") -> dict[str, str]:
    """One rule's file: conditions and limits as written, the rest made up."""
    text = f"id: {name}\ncategory: insult\nstatus: experimental\nseverity: minor\n{head}{body}\nmessage: 测试用的规则。\nexamples: {examples}\n"
    return {f"violations/insult/{name}.yaml": text}


def bank(folder: Path, files: Mapping[str, str]) -> Path:
    """The bank's folder with these files, over a copy of the test pack in ``folder``."""
    if not (folder / "base").exists():
        shutil.copytree(FROZEN, folder / "base")
    for name, content in {"pack.yaml": ABOUT, **files}.items():
        path = folder / "bank" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder / "bank"


def loaded(folder: Path, files: Mapping[str, str]) -> Pack:
    """The bank's pack, ready to judge."""
    return load_pack(bank(folder, files))
