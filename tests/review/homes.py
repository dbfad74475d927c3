"""A home with sample calls, judged by the real pack, for tests of what people decide."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from auditor.batch import RunSummary, run
from auditor.recount import recount
from auditor.rules.pack import Pack
from auditor.speech.ingest import find
from auditor.speech.transcribe import Transcriber
from auditor.store.corrections import corrections
from auditor.store.home import Home
from auditor.worker import Worker

SAMPLES = Path(__file__).parents[2] / "samples" / "transcripts"
NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


def judged(path: Path, pack: Pack, *names: str) -> Home:
    """A home in which these sample calls were judged."""
    home = Home.open(path)
    home.archive_pack(pack.hash, pack.files)
    again(home, pack, *names)
    return home


def again(home: Home, pack: Pack, *names: str) -> RunSummary:
    """Run the same sample calls (again)."""

    def no_recogniser() -> Transcriber:
        raise AssertionError("transcripts are not heard")

    worker = Worker(home, pack, no_recogniser, corrections=corrections(home))
    plan = worker.plan(find([SAMPLES / f"{name}.json" for name in names]))
    done = run(home, plan.jobs, keys=worker.keys, process=worker.process, now=lambda: NOON)
    recount(home, pack, NOON)
    return done
