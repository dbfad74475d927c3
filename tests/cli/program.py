"""The program as a user runs it: a process of its own, its exit code, and what it says on each stream."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "samples" / "models" / "demo-whisper"
HEARING = ("--model", str(MODEL), "--window", "single", "--no-hotwords", "--beam-size", "1", "--threads", "1")
"""How tests hear recordings: the demonstration model, as cheaply as it goes."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the program answered."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines; fails where anything else stands there."""
        return [json.loads(line) for line in self.out.splitlines()]

    def about(self, name: str) -> list[str]:
        """The lines on standard error that begin with this file's path, or name it."""
        return [line for line in self.err.splitlines() if name in line]


def environment(columns: int = 400) -> dict[str, str]:
    """The surroundings of a plain terminal of that width, without what could change the answer."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AUDITOR_", "COLUMNS", "FORCE_"))}
    return {**kept, "COLUMNS": str(columns), "PYTHONWARNINGS": "error", "PYTHONUTF8": "1"}


def auditor(*arguments: str | Path, cwd: Path | None = None, columns: int = 400, stdin: str | None = None) -> Said:
    """Run ``auditor`` with these arguments to its end. It never ends with a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "auditor", *map(str, arguments)],
        cwd=cwd, env=environment(columns), input=stdin, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


def short_recording(path: Path, seconds: float = 4.0) -> None:
    """The first seconds of the shortest sample, as a WAV file of two channels."""
    import soundfile

    sound, rate = soundfile.read(ROOT / "samples" / "calls" / "S12.wav")
    soundfile.write(path, sound[: round(seconds * rate)], rate, subtype="PCM_16")
