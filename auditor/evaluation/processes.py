"""Several processes that all hold the same pack."""

from __future__ import annotations

import pickle
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from auditor.rules.pack import Pack

_packs: list[Pack] = []


@contextmanager
def processes(pack: Pack, jobs: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of ``jobs`` processes, in each of which ``pack_here`` is the pack."""
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        # by file: a pack is more than a pipe holds, and a process that dies as it starts would block its parent for ever
        path = Path(folder, "pack")
        path.write_bytes(pickle.dumps(pack))
        with ProcessPoolExecutor(jobs, get_context("spawn"), _open, (path,)) as pool:
            yield pool


def pack_here() -> Pack:
    """The pack of this process's pool."""
    return _packs[0]


def _open(path: Path) -> None:
    # Ctrl-C reaches every process; the first one decides
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _packs[:] = [pickle.loads(path.read_bytes())]
