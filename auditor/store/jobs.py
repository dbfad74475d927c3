"""The work to be done: who is at it, what was done, what failed and why. A run that was killed leaves nothing stuck."""

from __future__ import annotations

import functools
import os
import platform
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from auditor.store.codec import encode
from auditor.store.ledger import append_event, count_up, stamp

if TYPE_CHECKING:
    import sqlite3

LEASE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A piece of work that failed: what it was, why, and what the caller wrote down to be able to try again (JSON).

    ``marked_by`` wants it tried again, and nobody has since; empty where nobody does.
    """

    job_id: str
    call_id: str
    source: str
    reason: str
    attempts: int
    failed_at: datetime
    payload: str
    marked_by: str = ""


def start_run(db: sqlite3.Connection, options: Mapping[str, object], at: datetime) -> int:
    """Write down that a run began, with the options that describe it. Returns its number."""
    run = count_up(db, "run")
    sql = "INSERT INTO runs (run, options, state, started_at) VALUES (?, ?, 'running', ?)"
    db.execute(sql, (run, encode(options), stamp(at)))
    return run


def end_run(db: sqlite3.Connection, run: int, state: str, counts: tuple[int, int, int], at: datetime) -> None:
    """Write down how a run ended; ``counts`` are the calls stored, unchanged and failed."""
    db.execute(
        "UPDATE runs SET state = ?, ended_at = ?, stored = ?, unchanged = ?, failed = ? WHERE run = ?",
        (state, stamp(at), *counts, run),
    )


def enqueue(
    db: sqlite3.Connection, run: int, jobs: Sequence[tuple[str, str, str, str]], at: datetime, *, retry: bool
) -> None:
    """Queue jobs, each (job id, call id, source, payload).

    One that another worker is at stays with it, and one that failed stays failed unless ``retry`` is set.
    """
    stay = ("running",) if retry else ("running", "failed")
    db.executemany(
        f"""INSERT INTO jobs (job_id, call_id, source, payload, state, attempts, run, changed_at)
            VALUES (?, ?, ?, ?, 'queued', 0, ?, ?)
            ON CONFLICT (job_id) DO UPDATE SET call_id = excluded.call_id, source = excluded.source,
              payload = excluded.payload, state = 'queued', run = excluded.run, changed_at = excluded.changed_at
            WHERE jobs.state NOT IN ({", ".join("?" * len(stay))})""",
        [
            (job_id, printable(call_id), printable(source), payload, run, stamp(at), *stay)
            for job_id, call_id, source, payload in jobs
        ],
    )


def claim(db: sqlite3.Connection, job_id: str, at: datetime) -> str:
    """Take a job for this process, also from a worker that died or whose lease is over.

    Returns ``taken``; or ``busy`` where a live worker is at it, ``failed`` where it failed and was not queued again.
    """
    ((state, worker, lease_until),) = db.execute(
        "SELECT state, worker, lease_until FROM jobs WHERE job_id = ?", (job_id,)
    ).fetchall()
    if state == "failed":
        return "failed"
    if state == "running" and worker != this_worker() and lease_until > stamp(at) and may_live(worker):
        return "busy"
    db.execute(
        """UPDATE jobs SET state = 'running', worker = ?, lease_until = ?, attempts = attempts + 1, reason = NULL,
                           changed_at = ? WHERE job_id = ?""",
        (this_worker(), stamp(at + LEASE), stamp(at), job_id),
    )
    return "taken"


def finish(db: sqlite3.Connection, job_ids: Sequence[str], at: datetime) -> None:
    """Mark jobs done."""
    db.executemany(
        """UPDATE jobs SET state = 'done', payload = '', reason = NULL, worker = NULL, lease_until = NULL,
                           changed_at = ? WHERE job_id = ?""",
        [(stamp(at), job_id) for job_id in job_ids],
    )


def settle(db: sqlite3.Connection, sources: Iterable[str], job_ids: Collection[str]) -> None:
    """Drop failed jobs of these sources that are not among ``job_ids``: the source changed and has other jobs now."""
    for source in set(sources):
        rows = db.execute("SELECT job_id FROM jobs WHERE state = 'failed' AND source = ?", (printable(source),))
        gone = [(job_id,) for (job_id,) in rows.fetchall() if job_id not in job_ids]
        db.executemany("DELETE FROM jobs WHERE job_id = ?", gone)


def fail(db: sqlite3.Connection, job_id: str, reason: str, at: datetime) -> None:
    """Mark a job failed, with the reason a person will read."""
    db.execute(
        """UPDATE jobs SET state = 'failed', reason = ?, worker = NULL, lease_until = NULL, changed_at = ?
           WHERE job_id = ?""",
        (printable(reason), stamp(at), job_id),
    )


def release(db: sqlite3.Connection, job_ids: Sequence[str], at: datetime) -> None:
    """Put jobs back that this process took and did not finish."""
    db.executemany(
        """UPDATE jobs SET state = 'queued', worker = NULL, lease_until = NULL, changed_at = ?
           WHERE job_id = ? AND state = 'running' AND worker = ?""",
        [(stamp(at), job_id, this_worker()) for job_id in job_ids],
    )


def reason(db: sqlite3.Connection, job_id: str) -> str:
    """Why a job failed; empty where it did not."""
    found = db.execute("SELECT reason FROM jobs WHERE job_id = ?", (job_id,)).fetchall()
    return str(found[0][0] or "") if found else ""


def failed(db: sqlite3.Connection) -> list[FailedJob]:
    """All failed jobs, the latest first."""
    rows = db.execute(
        """SELECT j.job_id, j.call_id, j.source, coalesce(j.reason, ''), j.attempts, j.changed_at, j.payload,
                  coalesce(r.marked_by, '')
           FROM jobs j LEFT JOIN retries r ON r.job_id = j.job_id AND r.marked_at > j.changed_at
           WHERE j.state = 'failed' ORDER BY j.changed_at DESC, j.job_id"""
    )
    return [
        FailedJob(job_id, call_id, source, reason, attempts, datetime.fromisoformat(changed_at), payload, marked_by)
        for job_id, call_id, source, reason, attempts, changed_at, payload, marked_by in rows.fetchall()
    ]


def mark(db: sqlite3.Connection, job_ids: Sequence[str], by: str, at: datetime) -> int:
    """Put down that failed jobs are to be tried again, with an event; a mark lapses once the job was tried.

    Returns how many were marked: what did not fail, or no longer, is left alone.
    """
    marked = [
        job_id
        for job_id in dict.fromkeys(job_ids)
        if db.execute("SELECT 1 FROM jobs WHERE job_id = ? AND state = 'failed'", (job_id,)).fetchall()
    ]
    db.executemany(
        """INSERT INTO retries (job_id, marked_by, marked_at) VALUES (?, ?, ?)
           ON CONFLICT (job_id) DO UPDATE SET marked_by = excluded.marked_by, marked_at = excluded.marked_at""",
        [(job_id, by, stamp(at)) for job_id in marked],
    )
    if marked:
        append_event(db, at, "retry_marked", {"jobs": marked, "by": by})
    return len(marked)


def printable(text: str) -> str:
    """The text with what UTF-8 has no form for (bytes of a file name in another encoding) written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def this_worker() -> str:
    """This process's name among workers: machine, process number, and a mark that no later process will have."""
    return f"{platform.node()}:{os.getpid()}:{_mark(os.getpid())}"


@functools.cache
def _mark(_pid: int) -> str:
    return secrets.token_hex(8)


def may_live(worker: str) -> bool:
    """Whether a worker of this name may still be at work; false only where it is known to be gone."""
    node, pid, _ = worker.rsplit(":", 2)
    if node != platform.node() or os.name == "nt":  # on Windows, asking would end the process
        return True
    if int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
