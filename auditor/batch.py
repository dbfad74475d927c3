"""Many calls, one after the other: nothing is done twice, nothing done is lost, and one bad call stops nobody."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Generic, Literal, TypeVar

from auditor.errors import AuditorError, HomeError, InputError
from auditor.store import catalog, jobs, segments
from auditor.store.answers import StoredCall
from auditor.store.codec import encode
from auditor.store.home import FULL, Home, trouble
from auditor.store.keys import Keys
from auditor.store.ledger import Ledger, append_event
from auditor.store.queries import Store
from auditor.store.segments import CallResult

W = TypeVar("W")
Outcome = Literal["stored", "unchanged", "restored", "failed", "failed_before", "busy"]

FLUSH_CALLS = 32
FLUSH_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Job(Generic[W]):
    """One call to do.

    ``job_id`` says what makes two jobs the same work (the hash of the input and the call's id, say), ``source`` is the
    input as the user named it, ``work`` whatever ``process`` needs, and ``payload`` what a later run needs to try again
    (plain values).
    """

    job_id: str
    call_id: str
    source: str
    work: W
    payload: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # An id made of a file name can hold bytes that are no text.
        object.__setattr__(self, "job_id", jobs.printable(self.job_id))


@dataclass(frozen=True, slots=True)
class Progress:
    """One more call is through. ``audio_seconds`` is the length of all calls stored so far in this run."""

    done: int
    total: int
    call_id: str
    outcome: Outcome
    audio_seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that can't be done, and why, in one sentence for the user."""

    call_id: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What became of a run. ``failed_before`` were not tried again; ``busy`` are with another process."""

    run: int
    total: int
    stored: tuple[str, ...]
    unchanged: tuple[str, ...]
    restored: tuple[str, ...]
    failed: tuple[Failure, ...]
    failed_before: tuple[Failure, ...]
    busy: tuple[str, ...]
    interrupted: bool
    audio_seconds: float


def run(
    home: Home,
    work: Sequence[Job[W]],
    *,
    keys: Callable[[Job[W]], Keys],
    process: Callable[[Job[W], StoredCall | None], CallResult],
    now: Callable[[], datetime],
    progress: Callable[[Progress], None] = lambda _: None,
    rejected: Sequence[InputError] = (),
    options: Mapping[str, object] | None = None,
    retry: bool = False,
    flush_calls: int = FLUSH_CALLS,
    flush_after: timedelta = FLUSH_AFTER,
) -> RunSummary:
    """Do the calls that are not done yet and store them, a segment for every ``flush_calls`` calls or ``flush_after``.

    Killed at any moment, it loses no more than the calls since the last segment; run again, it goes on from there.
    Ctrl-C stores what is done and ends the run early (``interrupted``). Several processes may do the same work at once:
    they share it.

    Args:
        home: where to store.
        work: the calls, in the order to do them.
        keys: what a call's results depend on, without doing it.
        process: does a call. Where its transcript is stored, it is handed the stored call and need not hear it again.
        now: the clock, with an offset.
        progress: told after each call.
        rejected: inputs that could not become a job; listed as failed.
        options: what describes this run (plain values, no secrets); also the payload of what was rejected.
        retry: whether to try again what failed in an earlier run.
        flush_calls: how many calls to store at once.
        flush_after: how long a finished call may wait to be stored.

    Raises:
        HomeError: nothing more can be stored, e.g. the disk is full; what was stored stays, nothing is half-written.
        AuditorError: ``process`` met trouble that concerns all calls (no model, no pack); what was done is stored.
    """
    home.require_space()
    with Ledger(home) as ledger, Store(home) as store:
        current: _Run[W] = _Run(home, ledger, store, now, progress, len(work), flush_calls, flush_after)
        current.begin(work, rejected, options or {}, retry)
        state = "failed"
        try:
            for job in work:
                current.one(job, keys, process)
            state = "done"
        except KeyboardInterrupt:
            state = "interrupted"
        finally:
            current.end(state)
        if state == "done":
            segments.compact(home, ledger, now())
        return current.summary(interrupted=state == "interrupted")


class _Run(Generic[W]):
    """A run under way: what it has in hand, and what became of the calls so far."""

    def __init__(
        self, home: Home, ledger: Ledger, store: Store, now: Callable[[], datetime],
        progress: Callable[[Progress], None], total: int, flush_calls: int, flush_after: timedelta,
    ) -> None:  # fmt: skip
        self.home, self.ledger, self.store, self.now, self.progress = home, ledger, store, now, progress
        self.total, self.flush_calls, self.flush_after = total, flush_calls, flush_after
        self.number = 0
        self.waiting: list[tuple[str, CallResult]] = []
        self.waiting_since = now()
        self.in_hand: str | None = None
        self.first_with_id: dict[str, Job[W]] = {}
        self.outcomes: list[tuple[str, Outcome]] = []
        self.failures: list[Failure] = []
        self.failures_before: list[Failure] = []
        self.audio_seconds = 0.0

    def begin(
        self, work: Sequence[Job[W]], rejected: Sequence[InputError], options: Mapping[str, object], retry: bool
    ) -> None:
        """Queue the work, and write down what could not become work."""
        at = self.now()
        rows = [(job.job_id, job.call_id, job.source, encode(job.payload)) for job in work]
        # One file can be refused for several reasons, each a line in the list of failures.
        refused = [(f"input:{jobs.printable(str(e))}", "", e.path, encode(options)) for e in rejected]
        with self.ledger.writing() as db:
            self.number = jobs.start_run(db, options, at)
            jobs.settle(db, (row[2] for row in (*rows, *refused)), {row[0] for row in (*rows, *refused)})
            jobs.enqueue(db, self.number, rows, at, retry=retry)
            jobs.enqueue(db, self.number, refused, at, retry=True)
            for (job_id, _, source, _), error in zip(refused, rejected, strict=True):
                jobs.fail(db, job_id, str(error), at)
                self.failures.append(Failure("", source, str(error)))
            append_event(db, at, "run_started", {"run": self.number, "calls": len(work), "rejected": len(rejected)})

    def one(
        self, job: Job[W], keys: Callable[[Job[W]], Keys], process: Callable[[Job[W], StoredCall | None], CallResult]
    ) -> None:
        """Do one call, unless it is done, failed before, or with another process."""
        with self.ledger.writing() as db:
            taken = jobs.claim(db, job.job_id, self.now())
        if taken == "busy":
            self._through(job, "busy")
        elif taken == "failed":
            with self.ledger.reading() as db:
                reason = jobs.reason(db, job.job_id)
            self.failures_before.append(Failure(job.call_id, job.source, reason))
            self._through(job, "failed_before")
        else:
            self.in_hand = job.job_id
            self._do(job, keys, process)
            self.in_hand = None

    def _do(
        self, job: Job[W], keys: Callable[[Job[W]], Keys], process: Callable[[Job[W], StoredCall | None], CallResult]
    ) -> None:
        try:
            segments.check_text(job.source, job.call_id)
            self._check_id(job)
            wanted = keys(job)
            known = self._known(job, wanted)
            if known is None:
                result = self._result(job, wanted, process)
        except InputError as error:
            self._failed(job, str(error))
        except AuditorError:
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno in FULL:
                raise trouble(error, self.home.path) from error
            self._failed(job, _internal(error))
        else:
            if known is not None:
                self._through(job, known)
                return
            self.waiting.append((job.job_id, result))
            self.audio_seconds += result.call.duration or 0.0
            self._through(job, "stored")
            if len(self.waiting) >= self.flush_calls or self.now() - self.waiting_since >= self.flush_after:
                self.flush()

    def _check_id(self, job: Job[W]) -> None:
        """Two calls under one id would hide one another: the second is refused."""
        first = self.first_with_id.setdefault(job.call_id, job)
        if first.job_id != job.job_id:
            what = f"通话编号 {job.call_id} 与 {jobs.printable(first.source)} 重复"
            raise InputError(jobs.printable(job.source), what, "请改用不同的 call_id 或文件名")

    def _result(
        self, job: Job[W], wanted: Keys, process: Callable[[Job[W], StoredCall | None], CallResult]
    ) -> CallResult:
        with self.ledger.reading() as db:
            entry = catalog.with_transcript_key(db, wanted.transcript)
        heard = None if entry is None else self.store.stored(entry)
        result = process(job, heard)
        segments.check_storable(result)
        return result

    def _known(self, job: Job[W], wanted: Keys) -> Outcome | None:
        """Whether this very audit is stored already; an earlier one that was superseded counts again."""
        if any(job_id == job.job_id for job_id, _ in self.waiting):
            return "unchanged"
        with self.ledger.writing() as db:
            entry = catalog.with_audit_key(db, job.call_id, wanted.audit)
            if entry is None:
                return None
            now_counts = catalog.current(db, job.call_id)
            jobs.finish(db, [job.job_id], self.now())
            if now_counts == entry:
                return "unchanged"
            catalog.make_current(db, entry)
            append_event(db, self.now(), "result_restored", {"run": self.number, "result": entry.result})
            return "restored"

    def _failed(self, job: Job[W], reason: str) -> None:
        with self.ledger.writing() as db:
            jobs.fail(db, job.job_id, reason, self.now())
        self.failures.append(Failure(job.call_id, job.source, reason))
        self._through(job, "failed")

    def _through(self, job: Job[W], outcome: Outcome) -> None:
        self.outcomes.append((job.call_id, outcome))
        self.progress(Progress(len(self.outcomes), self.total, job.call_id, outcome, self.audio_seconds))

    def flush(self) -> None:
        """Store what is done: from here on it counts, and its jobs are done."""
        if self.waiting:
            at = self.now()
            segment, entries = segments.write(self.home, self.ledger, [result for _, result in self.waiting], at)
            with self.ledger.writing() as db:
                catalog.add(db, segment, entries, at)
                jobs.finish(db, [job_id for job_id, _ in self.waiting], at)
                body = {"run": self.number, "segment": segment, "results": [entry.result for entry in entries]}
                append_event(db, at, "results_stored", body)
            self.waiting.clear()
        self.waiting_since = self.now()

    def end(self, state: str) -> None:
        """Store what is done, put back what is not, close the run."""
        try:
            self.flush()
        except HomeError:
            state = "failed"
            raise
        finally:
            unfinished = [job_id for job_id, _ in self.waiting] + ([self.in_hand] if self.in_hand else [])
            outcomes = [outcome for _, outcome in self.outcomes]
            stored = outcomes.count("stored") - len(self.waiting)
            unchanged = outcomes.count("unchanged") + outcomes.count("restored")
            at = self.now()
            # On a full disk not even this can be written; the leases end with this process anyway.
            with contextlib.suppress(HomeError), self.ledger.writing() as db:
                jobs.release(db, unfinished, at)
                jobs.end_run(db, self.number, state, (stored, unchanged, len(self.failures)), at)
                append_event(db, at, "run_ended", {"run": self.number, "state": state})

    def summary(self, *, interrupted: bool) -> RunSummary:
        """What became of the run."""
        by: dict[str, tuple[str, ...]] = {
            outcome: tuple(call_id for call_id, o in self.outcomes if o == outcome)
            for outcome in ("stored", "unchanged", "restored", "busy")
        }
        return RunSummary(
            run=self.number,
            total=self.total,
            stored=by["stored"],
            unchanged=by["unchanged"],
            restored=by["restored"],
            failed=tuple(self.failures),
            failed_before=tuple(self.failures_before),
            busy=by["busy"],
            interrupted=interrupted,
            audio_seconds=self.audio_seconds,
        )


def _internal(error: Exception) -> str:
    """Where the program failed. Not the error's text: it may quote what a customer said."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return f"内部错误：{type(error).__name__}（{place}）。请把这一行报告给开发者；其余通话不受影响。"
