"""Write docs/cli.md from the program's own help: ``python docs/generate_cli.py``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

VERBS = ("", "run", "check", "show", "serve", "doctor")


def page() -> str:
    """The whole guide: every help page as a terminal of 100 columns shows it."""
    parts = ["# 命令\n\n由 `python docs/generate_cli.py` 从程序的帮助生成；改了命令就重新生成。\n"]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    for verb in VERBS:
        command = [sys.executable, "-m", "auditor", *filter(None, [verb]), "--help"]
        shown = subprocess.run(command, capture_output=True, check=True, env=environment).stdout.decode()
        text = "\n".join(line.rstrip() for line in shown.strip().splitlines())
        parts.append(f"## {f'auditor {verb}'.strip()}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    (Path(__file__).parent / "cli.md").write_text(page(), encoding="utf-8")
