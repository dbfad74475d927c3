"""A home that every test of the command line may read: one recording, two transcripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.store.home import Home
from tests.cli.program import ROOT
from tests.web.homes import filled

TRANSCRIPTS = ROOT / "samples" / "transcripts"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Four made-up calls: fatal-1, weak-2, clean-3, mute-4."""
    return filled(tmp_path_factory.mktemp("cli") / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two good transcripts, a broken one, and a text that is none."""
    where = tmp_path / "in"
    where.mkdir()
    for name in ("S10", "S12"):
        (where / f"{name}.json").write_bytes((TRANSCRIPTS / f"{name}.json").read_bytes())
    (where / "broken.json").write_text('{"call_id": "X", "utterances"', encoding="utf-8")
    (where / "other.json").write_text(json.dumps({"shopping": ["米", "油"]}), encoding="utf-8")
    return where
