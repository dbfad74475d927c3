"""Write docs/cli.md from the program's own help: ``python docs/generate_cli.py``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from auditor.cli import app


def verbs(command: Any, name: str = "") -> Iterator[str]:
    """The program itself (an empty name), its verbs, and theirs."""
    yield name
    for each, below in getattr(command, "commands", {}).items():
        yield from verbs(below, f"{name} {each}".strip())


def page() -> str:
    """The whole guide: every help page as a terminal of 100 columns shows it."""
    parts = ["# 命令\n\n由 `python docs/generate_cli.py` 从程序的帮助生成；改了命令就重新生成。\n"]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    for verb in verbs(typer.main.get_command(app)):
        command = [sys.executable, "-m", "auditor", *verb.split(), "--help"]
        shown = subprocess.run(command, capture_output=True, check=True, env=environment).stdout.decode()
        text = "\n".join(line.rstrip() for line in shown.strip().splitlines())
        parts.append(f"## {f'auditor {verb}'.strip()}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    (Path(__file__).parent / "cli.md").write_text(page(), encoding="utf-8")
