"""Transactions, the chain of events, and jobs that never get stuck."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from auditor.errors import HomeError
from auditor.store import jobs
from auditor.store.home import Home
from auditor.store.ledger import Ledger, append_event, count_up, counter, stamp, verify_chain

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def chain(home: Home) -> int | None:
    with Ledger(home) as ledger, ledger.reading() as db:
        return verify_chain(db)


def three_events(home: Home) -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        for name in ("甲", "乙", "丙"):
            append_event(db, NOON, "test", {"name": name})


def test_an_untouched_chain_holds(home: Home) -> None:
    """An empty log and a log written over several openings are both whole."""
    assert chain(home) is None
    three_events(home)
    three_events(home)
    assert chain(home) is None


@pytest.mark.parametrize(
    ("change", "first_broken"),
    [
        ("UPDATE events SET body = replace(body, '乙', '丁') WHERE seq = 2", 2),
        ("UPDATE events SET happened_at = '2020' WHERE seq = 1", 1),
        ("DELETE FROM events WHERE seq = 2", 2),
        ("DELETE FROM events WHERE seq = 3", 3),
        ("DELETE FROM events", 1),
        ("UPDATE events SET seq = 9 WHERE seq = 3", 3),
        ("UPDATE events SET salt = '' WHERE seq = 2", 2),
        ("INSERT INTO events SELECT 4, happened_at, kind, body, hash, hash, salt FROM events WHERE seq = 3", 4),
    ],
)
def test_a_changed_log_names_the_first_broken_event(home: Home, change: str, first_broken: int) -> None:
    """Changing, removing or adding an event behind the program's back is found."""
    three_events(home)
    db = sqlite3.connect(home.ledger)
    body = db.execute("SELECT body FROM events WHERE seq = 2").fetchone()[0]
    db.execute(change.replace("'乙'", f"'{body[9:15]}'"))
    db.commit()
    db.close()
    assert chain(home) == first_broken


def test_a_failed_transaction_leaves_nothing(home: Home) -> None:
    """What is written before an error inside the block is undone, and the ledger goes on."""
    with Ledger(home) as ledger:
        with contextlib.suppress(KeyError), ledger.writing() as db:
            count_up(db, "x")
            raise KeyError
        with ledger.writing() as db:
            assert count_up(db, "x", 5) == 5
        with ledger.reading() as db:
            assert counter(db, "x") == 5


def test_counters_of_many_processes_never_meet(home: Home) -> None:
    """Every number is given out once, and no process is refused."""
    code = """
import sys
from auditor.store.home import Home
from auditor.store.ledger import Ledger, count_up
with Ledger(Home.open(sys.argv[1])) as ledger:
    for _ in range(25):
        with ledger.writing() as db:
            print(count_up(db, "n"))
"""
    command = [sys.executable, "-c", code, str(home.path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    numbers = [int(n) for process in running for n in process.communicate()[0].split()]
    assert sorted(numbers) == list(range(1, 76))


def test_a_damaged_ledger_is_named(home: Home) -> None:
    """A ledger that is no database gives one sentence with the file and the way out."""
    home.ledger.write_bytes(b"junk" * 1000)
    with pytest.raises(HomeError, match=r"ledger\.sqlite：账本已损坏") as caught:
        Ledger(home)
    assert "备份" in str(caught.value)


def test_a_ledger_of_a_newer_version_is_refused(home: Home) -> None:
    """A program never writes into tables it doesn't know."""
    with Ledger(home) as ledger, ledger.writing() as db:
        db.execute("INSERT INTO migrations (name) VALUES ('_m999_future')")
    with pytest.raises(HomeError, match="升级"):
        Ledger(home)


def test_times_are_kept_in_one_zone() -> None:
    """Stamps sort as the moments do, whatever their offset; a moment without one is a mistake of the caller."""
    early = datetime.fromisoformat("2026-11-02T19:59:59+08:00")
    assert stamp(early) < stamp(NOON)
    with pytest.raises(ValueError):
        stamp(datetime(2026, 11, 2))


def queue(home: Home, *ids: str, retry: bool = False) -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        run = jobs.start_run(db, {}, NOON)
        jobs.enqueue(db, run, [(i, f"call-{i}", f"dir/{i}.wav", "{}") for i in ids], NOON, retry=retry)


def claim(home: Home, job: str, at: datetime = NOON) -> str:
    with Ledger(home) as ledger, ledger.writing() as db:
        return jobs.claim(db, job, at)


def set_worker(home: Home, job: str, worker: str) -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        db.execute("UPDATE jobs SET worker = ? WHERE job_id = ?", (worker, job))


def test_a_job_of_a_live_worker_is_left_alone(home: Home) -> None:
    """Two processes share the work; neither takes what the other is at, until its lease is over."""
    queue(home, "a")
    assert claim(home, "a") == "taken"
    node = jobs.this_worker().split(":")[0]
    set_worker(home, "a", f"{node}:{os.getppid()}:other")
    queue(home, "a")
    assert claim(home, "a") == "busy"
    assert claim(home, "a", NOON + jobs.LEASE + timedelta(seconds=1)) == "taken"


def test_a_job_on_another_machine_waits_for_its_lease(home: Home) -> None:
    """What can't be seen may live."""
    queue(home, "a")
    claim(home, "a")
    set_worker(home, "a", "elsewhere:1:x")
    assert claim(home, "a") == "busy"


def test_a_job_of_a_dead_worker_is_taken_at_once(home: Home) -> None:
    """A killed run leaves nothing stuck, also where its process number was given out again to this process."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    node = jobs.this_worker().split(":")[0]
    queue(home, "a", "b")
    for job, pid in (("a", dead.pid), ("b", os.getpid())):
        claim(home, job)
        set_worker(home, job, f"{node}:{pid}:gone")
        assert claim(home, job) == "taken"


def test_a_failed_job_is_tried_again_only_when_told(home: Home) -> None:
    """Failed jobs are listed with their reason until retried, or until their source has other jobs."""
    queue(home, "a", "b")
    with Ledger(home) as ledger, ledger.writing() as db:
        for job in ("a", "b"):
            jobs.claim(db, job, NOON)
            jobs.fail(db, job, "文件是空的", NOON)
    queue(home, "a", "b")
    assert claim(home, "a") == "failed"
    with Ledger(home) as ledger, ledger.reading() as db:
        assert [(j.job_id, j.call_id, j.source, j.reason, j.attempts, j.failed_at) for j in jobs.failed(db)] == [
            ("a", "call-a", "dir/a.wav", "文件是空的", 1, NOON),
            ("b", "call-b", "dir/b.wav", "文件是空的", 1, NOON),
        ]
    queue(home, "a", retry=True)
    assert claim(home, "a") == "taken"
    with Ledger(home) as ledger, ledger.writing() as db:
        jobs.finish(db, ["a"], NOON)
        jobs.settle(db, ["dir/a.wav", "dir/b.wav"], {"a", "b"})
        assert [j.job_id for j in jobs.failed(db)] == ["b"]
        jobs.settle(db, ["dir/b.wav"], {"b of the mended file"})
        assert jobs.failed(db) == []


def test_a_file_name_in_another_encoding_can_be_queued(home: Home) -> None:
    """A name that is not UTF-8 is kept in a readable form instead of stopping the run."""
    queue(home, os.fsdecode("通话".encode("gbk")).encode("utf-8", "backslashreplace").decode())
    with Ledger(home) as ledger, ledger.writing() as db:
        run = jobs.start_run(db, {}, NOON)
        jobs.enqueue(db, run, [("x", "c", os.fsdecode("通话.wav".encode("gbk")), "{}")], NOON, retry=False)
        jobs.claim(db, "x", NOON)
        jobs.fail(db, "x", "坏", NOON)
        assert jobs.failed(db)[0].source.endswith(".wav")
