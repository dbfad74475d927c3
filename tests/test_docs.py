"""The guides say what the program does: every verb, field, condition, context and module is named where readers look."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

import auditor
from auditor.cli import app
from auditor.conversation.signals import SIGNALS
from auditor.models import Metadata
from auditor.rules.condition_file import KINDS
from auditor.text.context import CONTEXTS

ROOT = Path(__file__).parent.parent
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "samples" / "README.md"]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_changelog_knows_this_version() -> None:
    """The newest released entry of the changelog is the program's version."""
    assert re.findall(r"^## \[(\d+\.\d+\.\d+)\]", text("CHANGELOG.md"), re.M)[0] == auditor.__version__


def test_every_verb_is_in_the_command_reference() -> None:
    """docs/cli.md shows each verb and each of its options."""
    guide = text("docs/cli.md")
    waiting: list[tuple[str, Any]] = [("auditor", typer.main.get_command(app))]
    while waiting:
        name, command = waiting.pop()
        assert f"## {name}\n" in guide
        for parameter in command.params:
            for option in parameter.opts:
                assert not option.startswith("--") or option in guide, f"{name} {option}"
        waiting += [(f"{name} {verb}", below) for verb, below in getattr(command, "commands", {}).items()]


def test_the_command_reference_is_fresh() -> None:
    """docs/cli.md is what ``python docs/generate_cli.py`` writes now."""
    shown = subprocess.run(
        [sys.executable, "-c", "import generate_cli; print(generate_cli.page(), end='')"],
        cwd=ROOT / "docs", capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ).stdout.decode()  # fmt: skip
    assert shown == text("docs/cli.md")


def test_every_metadata_field_is_described() -> None:
    """docs/metadata.md names every field."""
    guide = text("docs/metadata.md")
    assert [f.name for f in dataclasses.fields(Metadata) if f.name != "custom" and f"`{f.name}`" not in guide] == []


def test_every_condition_and_context_is_described() -> None:
    """docs/rules.md names every kind of condition and every context."""
    guide = text("docs/rules.md")
    assert [name for name in (*KINDS, *CONTEXTS) if f"`{name}`" not in guide] == []


@pytest.mark.parametrize("guide", ["docs/signals.md", "docs/rules.md"])
def test_every_signal_is_described(guide: str) -> None:
    """By its name; a customer's signal by that of the agent, where there is one."""
    names = {
        agent if name.startswith("customer_") and (agent := name.replace("customer_", "agent_")) in SIGNALS else name
        for name in SIGNALS
    }
    assert [name for name in sorted(names) if f"`{name}`" not in text(guide)] == []


def test_every_module_is_on_the_plan() -> None:
    """docs/architecture.md names every module of the package."""
    guide = text("docs/architecture.md")
    skipped = {"__init__", "__main__"}
    rooms = {"cli", "transcripts"}  # one file a verb, one module a format
    for path in sorted((ROOT / "auditor").rglob("*.py")):
        if path.stem not in skipped and not rooms & set(path.parts):
            assert f"{path.name}`" in guide, path.relative_to(ROOT)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(guide: Path) -> None:
    """Every relative link and picture in a guide exists."""
    for link in re.findall(r"\]\(([^)#]+)", guide.read_text(encoding="utf-8")):
        if not link.startswith(("http://", "https://")):
            assert (guide.parent / link).exists(), f"{guide.name}: {link}"
