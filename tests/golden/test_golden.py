"""Whole audits, held against files: a change of engine shows here in full, a change of the shipped rules does not."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from auditor.rules.pack import load_pack
from auditor.speech.transcripts import read_calls

HERE = Path(__file__).parent
expected = runpy.run_path(str(HERE / "regenerate.py"))["expected"]
PACK = load_pack(HERE / "pack")
CALLS = sorted((HERE / "calls").glob("*.json"))


@pytest.mark.parametrize("path", CALLS, ids=lambda p: p.stem)
def test_audit(path: Path) -> None:
    """The audit is the one on file; after a meant change, run ``python tests/golden/regenerate.py`` and read the diff."""
    (call,) = read_calls(path)
    assert expected(call, PACK) == (HERE / "audits" / path.name).read_text(encoding="utf-8")


def test_every_audit_has_its_call() -> None:
    """No golden file is left over."""
    assert {p.name for p in (HERE / "audits").glob("*.json")} == {p.name for p in CALLS}
