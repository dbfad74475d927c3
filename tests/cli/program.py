"""The program as a user runs it: its exit code, and what it says on each stream."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from auditor.cli import main

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "samples" / "models" / "demo-whisper"
HEARING = (
    "--model", str(MODEL), "--window", "single", "--no-hotwords", "--beam-size", "1", "--threads", "1",
)  # fmt: skip
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
        """The lines on standard error that name this."""
        return [line for line in self.err.splitlines() if name in line]


def environment(columns: int = 400) -> dict[str, str]:
    """The surroundings of a plain terminal of that width, without what could change the answer."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AUDITOR_", "COLUMNS", "FORCE_"))}
    return {**kept, "COLUMNS": str(columns), "PYTHONUTF8": "1"}


def auditor(*arguments: str | Path, cwd: Path | None = None, columns: int = 400) -> Said:
    """Run the program in this process, from its first line to its last; an error that nobody foresaw comes through."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.dict(os.environ, environment(columns), clear=True),
        mock.patch.object(sys, "argv", ["auditor", *map(str, arguments)]),
    ):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Said(code, out.getvalue(), err.getvalue())


def process(*arguments: str | Path, cwd: Path | None = None, columns: int = 400, **options: Any) -> Said:
    """Run the program in a process of its own, where that makes a difference. It never ends with a traceback."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "auditor", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, check=False, timeout=300, **{"env": environment(columns), **options},
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


def started(*arguments: str | Path, cwd: Path) -> subprocess.Popen[str]:
    """Start the program in a process of its own and go on."""
    return subprocess.Popen(
        [sys.executable, "-m", "auditor", *map(str, arguments)],
        cwd=cwd, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def short_recording(path: Path, seconds: float = 4.0) -> None:
    """The first seconds of the shortest sample, as a WAV file of two channels."""
    import soundfile

    sound, rate = soundfile.read(ROOT / "samples" / "calls" / "S12.wav")
    soundfile.write(path, sound[: round(seconds * rate)], rate, subtype="PCM_16")
