"""Many calls: nothing twice, nothing lost, one bad call stops nobody, and a killed run goes on where it was."""

from __future__ import annotations

import errno
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from auditor import batch
from auditor.batch import Job, Progress, RunSummary
from auditor.errors import HomeError, ModelError, RecordingError, TranscriptError
from auditor.models import Acoustics, Audit, Call, ChannelAcoustics, Facts, Metadata, Party, Scorecard, Utterance
from auditor.store.answers import StoredCall
from auditor.store.home import Home
from auditor.store.keys import Keys, audit_key, tokens_key, transcript_key
from auditor.store.ledger import Ledger, verify_chain
from auditor.store.queries import Store
from auditor.store.segments import CallResult

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


class Engine:
    """Stands for speech and rules: hears a job's text, judges by a pack's name, and counts how often it did either."""

    def __init__(self, pack: str = "p@1+aaaa") -> None:
        self.pack = pack
        self.heard: list[str] = []
        self.audited: list[str] = []

    def keys(self, job: Job[str]) -> Keys:
        heard = transcript_key(job.work, {}, "", "")
        words = tokens_key(heard, "")
        return Keys(heard, words, audit_key(words, Metadata(), self.pack, "1"))

    def process(self, job: Job[str], stored: StoredCall | None) -> CallResult:
        if job.work.startswith("bad"):
            raise RecordingError(job.source, "文件是空的", "请换一个文件")
        if job.work.startswith("bug"):
            raise KeyError("客户说的话")
        if stored is None:
            self.heard.append(job.call_id)
            utterances = (Utterance("agent", 0.0, 1.0, job.work),)
            acoustics = Acoustics(2.0, 8000, (ChannelAcoustics(0, (), (-90.0,), 0.0, 0.0),))
            call = Call(job.call_id, Metadata(), utterances, source=job.source, duration=2.0, acoustics=acoustics)
        else:
            call = stored.call
        self.audited.append(job.call_id)
        card = Scorecard(Decimal("80"), "pass", False, ())
        audit = Audit(call.call_id, self.pack, "1", Party("debtor_verified", ()), Facts(), (), (), card)
        return CallResult(call, audit, self.keys(job))


def jobs_of(*works: str) -> list[Job[str]]:
    return [Job(f"job-{w}", f"call-{w}", f"calls/{w}.wav", w, {"n": w}) for w in works]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


def go(home: Home, engine: Engine, *works: str, **options: Any) -> RunSummary:
    return batch.run(home, jobs_of(*works), keys=engine.keys, process=engine.process, now=lambda: NOON, **options)


def stored_ids(home: Home) -> list[str]:
    with Store(home) as store:
        return sorted(row.call_id for row in store.calls(limit=1000))


def failed(home: Home) -> list[tuple[str, str]]:
    with Store(home) as store:
        return [(job.source, job.reason) for job in store.failed_jobs()]


def chain_holds(home: Home) -> bool:
    with Ledger(home) as ledger, ledger.reading() as db:
        return verify_chain(db) is None


def test_doing_it_twice_is_a_no_op_that_says_so(home: Home) -> None:
    """The second run neither hears nor judges anything, and says what was unchanged."""
    assert go(home, Engine(), "a", "b").stored == ("call-a", "call-b")
    again = Engine()
    summary = go(home, again, "a", "b", "c")
    assert (summary.stored, summary.unchanged) == (("call-c",), ("call-a", "call-b"))
    assert (again.heard, again.audited) == (["call-c"], ["call-c"])
    assert stored_ids(home) == ["call-a", "call-b", "call-c"]


def test_a_new_pack_needs_no_audio(home: Home) -> None:
    """Judging again uses the stored transcript and keeps what was measured; going back to the old pack does nothing."""
    go(home, Engine("p@1+aaaa"), "a")
    again = Engine("p@2+bbbb")
    assert go(home, again, "a").stored == ("call-a",)
    assert (again.heard, again.audited) == ([], ["call-a"])
    with Store(home) as store:
        assert store.call("call-a").audit.pack == "p@2+bbbb"
        assert store.call("call-a").call.acoustics is not None

    back = Engine("p@1+aaaa")
    assert go(home, back, "a").restored == ("call-a",)
    assert back.audited == []
    with Store(home) as store:
        assert store.call("call-a").audit.pack == "p@1+aaaa"
        assert store.count() == 1


def test_bad_calls_are_listed_and_the_others_done(home: Home) -> None:
    """Each failure has its reason; an internal error says where, never what the customer said."""
    refused = TranscriptError("calls/x.json", "缺少 utterances", "请补上")
    summary = go(home, Engine(), "a", "bad", "bug", "b", rejected=[refused])
    assert summary.stored == ("call-a", "call-b")
    assert [f.source for f in summary.failed] == ["calls/x.json", "calls/bad.wav", "calls/bug.wav"]
    reasons = dict(failed(home))
    assert reasons["calls/x.json"] == "calls/x.json：缺少 utterances。请补上"
    assert reasons["calls/bad.wav"] == "calls/bad.wav：文件是空的。请换一个文件"
    assert "内部错误：KeyError（test_batch.py:" in reasons["calls/bug.wav"]
    assert "客户" not in reasons["calls/bug.wav"]
    assert stored_ids(home) == ["call-a", "call-b"]


def test_failed_calls_are_tried_again_only_when_told(home: Home) -> None:
    """Without retry they are reported as failed before; with it they are done, and leave the list."""
    go(home, Engine(), "bad")

    class Mended(Engine):
        def process(self, job: Job[str], stored: StoredCall | None) -> CallResult:
            return super().process(Job(job.job_id, job.call_id, job.source, "good"), stored)

    summary = go(home, Mended(), "bad", "b")
    assert [f.reason for f in summary.failed_before] == ["calls/bad.wav：文件是空的。请换一个文件"]
    assert summary.stored == ("call-b",)
    assert go(home, Mended(), "bad", retry=True).stored == ("call-bad",)
    assert failed(home) == []


def test_what_a_retry_needs_is_kept_until_it_is_done(home: Home) -> None:
    """The payload of a failed job comes back as it was given."""
    go(home, Engine(), "bad")
    with Store(home) as store:
        assert [(job.call_id, job.payload) for job in store.failed_jobs()] == [("call-bad", '{"n":"bad"}')]


def test_a_mended_file_leaves_the_list_of_failures(home: Home) -> None:
    """A rejected input that comes as a good one later, under the same name, is settled."""
    go(home, Engine(), rejected=[TranscriptError("calls/a.wav", "打不开", "请检查")])
    assert len(failed(home)) == 1
    go(home, Engine(), "a")
    assert failed(home) == []


def test_one_bad_call_of_a_file_stays_listed_beside_its_good_ones(home: Home) -> None:
    """A file can hold many calls: the good ones don't hide what is wrong with the others."""
    rejected = [TranscriptError("all.json", f"第 {n} 通：缺少 text", "请补上") for n in (3, 7)]
    engine = Engine()
    work = [Job(f"job-{w}", f"call-{w}", "all.json", w) for w in ("a", "bad", "b")]
    for _ in range(2):
        summary = batch.run(
            home, work, keys=engine.keys, process=engine.process, now=lambda: NOON, rejected=rejected, options={"m": 1}
        )
        assert len(summary.failed) + len(summary.failed_before) == 3
        assert sorted(reason for _, reason in failed(home)) == [
            "all.json：文件是空的。请换一个文件",
            "all.json：第 3 通：缺少 text。请补上",
            "all.json：第 7 通：缺少 text。请补上",
        ]
    with Store(home) as store:
        assert {job.payload for job in store.failed_jobs() if not job.call_id} == {'{"m":1}'}
    batch.run(home, [work[0], work[2]], keys=engine.keys, process=engine.process, now=lambda: NOON)
    assert failed(home) == []


def test_trouble_that_concerns_all_calls_stops_the_run_and_keeps_what_is_done(home: Home) -> None:
    """A missing model ends the run; the calls before it are stored, the others are queued, not failed."""

    class NoModel(Engine):
        def process(self, job: Job[str], stored: StoredCall | None) -> CallResult:
            if job.work == "b":
                raise ModelError("没有模型")
            return super().process(job, stored)

    with pytest.raises(ModelError):
        go(home, NoModel(), "a", "b", "c")
    assert stored_ids(home) == ["call-a"]
    assert failed(home) == []
    assert go(home, Engine(), "a", "b", "c").stored == ("call-b", "call-c")


def test_ctrl_c_stores_what_is_done(home: Home) -> None:
    """An interrupted run says so; the next one does the rest."""

    class Interrupted(Engine):
        def process(self, job: Job[str], stored: StoredCall | None) -> CallResult:
            if job.work == "c":
                raise KeyboardInterrupt
            return super().process(job, stored)

    summary = go(home, Interrupted(), "a", "b", "c", "d")
    assert summary.interrupted
    assert summary.stored == ("call-a", "call-b")
    assert stored_ids(home) == ["call-a", "call-b"]
    assert go(home, Engine(), "a", "b", "c", "d").stored == ("call-c", "call-d")


def test_progress_is_told_after_each_call(home: Home) -> None:
    """Done, total, outcome and the length of what was stored."""
    seen: list[Progress] = []
    go(home, Engine(), "a", "bad", progress=seen.append)
    go(home, Engine(), "a", progress=seen.append)
    assert [(p.done, p.total, p.call_id, p.outcome, p.audio_seconds) for p in seen] == [
        (1, 2, "call-a", "stored", 2.0),
        (2, 2, "call-bad", "failed", 2.0),
        (1, 1, "call-a", "unchanged", 0.0),
    ]


def test_finished_calls_do_not_wait_long(home: Home) -> None:
    """Slow calls are stored after a while, not only when there are many."""
    minutes = iter(range(1000))
    stored: list[int] = []

    def look(_: Progress) -> None:
        stored.append(len(stored_ids(home)))

    batch.run(
        home, jobs_of("a", "b", "c", "d"), keys=Engine().keys, process=Engine().process, progress=look,
        now=lambda: NOON + timedelta(minutes=next(minutes)),
    )  # fmt: skip
    assert stored[-1] >= 2


def test_hostile_names_stop_nobody(home: Home) -> None:
    """File names in another encoding, ids with half characters: a clear failure at most."""
    odd = "通话".encode("gbk").decode("utf-8", "surrogateescape")
    work = [
        Job(f"j{odd}", "fine", f"calls/{odd}.wav", "a"),
        Job("k", f"id{odd}", "calls/k.wav", "b"),
        Job("l", "nul\0", "calls/l.wav", "c"),
        Job("m", "text", "calls/m.wav", "half \ud83d"),
        *jobs_of("z"),
    ]
    engine = Engine()
    engine.keys = lambda job: Keys(job.job_id, job.job_id, job.job_id)  # type: ignore[method-assign]
    summary = batch.run(home, work, keys=engine.keys, process=engine.process, now=lambda: NOON)
    assert summary.stored == ("fine", "call-z")
    assert [f.source for f in summary.failed] == ["calls/k.wav", "calls/l.wav", "calls/m.wav"]
    assert all("残缺" in f.reason for f in summary.failed)
    with Store(home) as store:
        assert store.stored_call("fine").source == f"calls/{odd}.wav"


def test_two_calls_under_one_id_do_not_hide_one_another(home: Home) -> None:
    """The second is refused and names the first; the very same call given twice is one call."""
    work = [Job("j1", "A", "one.json", "a"), Job("j2", "A", "two.json", "b"), Job("j1", "A", "copy.json", "a")]
    engine = Engine()
    summary = batch.run(home, work, keys=engine.keys, process=engine.process, now=lambda: NOON)
    assert (summary.stored, summary.unchanged) == (("A",), ("A",))
    assert [f.reason for f in summary.failed] == [
        "two.json：通话编号 A 与 one.json 重复。请改用不同的 call_id 或文件名"
    ]
    assert stored_ids(home) == ["A"]


def test_a_call_that_can_not_be_written_takes_no_other_with_it(home: Home) -> None:
    """A value of the wrong kind is that call's internal error; the calls stored with it are stored."""

    class Wrong(Engine):
        def process(self, job: Job[str], stored: StoredCall | None) -> CallResult:
            result = super().process(job, stored)
            if job.work == "b":
                return replace(result, call=replace(result.call, duration="两分钟"))  # type: ignore[arg-type]
            return result

    summary = go(home, Wrong(), "a", "b", "c")
    assert summary.stored == ("call-a", "call-c")
    assert "内部错误" in summary.failed[0].reason
    assert stored_ids(home) == ["call-a", "call-c"]


def test_many_runs_leave_few_files(home: Home) -> None:
    """A run of one call each day doesn't end in thousands of files."""
    for n in range(20):
        go(home, Engine(), str(n))
    with Ledger(home) as ledger, ledger.reading() as db:
        ((in_use,),) = db.execute("SELECT count(*) FROM segments WHERE replaced_at IS NULL").fetchall()
    assert in_use < 10
    assert len(stored_ids(home)) == 20
    assert chain_holds(home)


def start(home: Home, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, str(home.path), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def read_lines(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().strip() for _ in range(count)]


@pytest.mark.parametrize("after", [1, 4, 9])
def test_a_killed_run_goes_on_where_it_was(home: Home, after: int) -> None:
    """kill -9 in the middle: no call that was stored is lost or done again, and all are there in the end."""
    killed = start(home, "slow", "12", "2")
    read_lines(killed, after)
    killed.kill()
    killed.communicate()
    kept = stored_ids(home)
    assert len(kept) >= (after // 2) * 2 - 2

    engine = Engine()
    summary = go(home, engine, *(str(n) for n in range(12)))
    assert summary.busy == ()
    assert sorted(engine.heard) == sorted({f"call-{n}" for n in range(12)} - set(kept))
    assert stored_ids(home) == sorted(f"call-{n}" for n in range(12))
    assert chain_holds(home)


def test_two_runs_share_the_work(home: Home) -> None:
    """Two processes given the same calls do each of them, and end with every call stored once."""
    running = [start(home, "slow", "16", "2") for _ in range(2)]
    done = [process.communicate()[0].split() for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert stored_ids(home) == sorted(f"call-{n}" for n in range(16))
    assert sorted(line for lines in done for line in lines if line.startswith("stored:")) == sorted(
        f"stored:call-{n}" for n in range(16)
    )


def test_a_full_disk_stops_the_run_with_nothing_half_written(home: Home) -> None:
    """The run ends with a sentence that says what to do; what was stored before stays, and the next run goes on."""
    go(home, Engine(), "a")
    full = start(home, "full", "3", "1")
    out, err = full.communicate()
    assert "磁盘已满" in out, err
    assert "Traceback" not in err
    assert stored_ids(home) == ["call-a"]
    assert [p.name for p in home.segments.iterdir() if p.name.endswith(".tmp")] == []
    assert len(list(home.segments.iterdir())) == 1
    assert go(home, Engine(), "0", "1", "2").stored == ("call-0", "call-1", "call-2")


def test_a_disk_that_fills_up_while_a_call_is_done_stops_the_run(home: Home) -> None:
    """Not every call after it is a failure: they wait for the next run."""

    class Full(Engine):
        def process(self, job: Job[str], stored: StoredCall | None) -> CallResult:
            if job.work == "b":
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().process(job, stored)

    with pytest.raises(HomeError, match="磁盘已满"):
        go(home, Full(), "a", "b", "c")
    assert failed(home) == []
    assert stored_ids(home) == ["call-a"]
    assert go(home, Engine(), "a", "b", "c").stored == ("call-b", "call-c")


def main(path: str, manner: str, count: str, flush: str) -> None:
    """What the processes do that these tests start, kill or starve."""
    home = Home.open(path)
    engine = Engine()

    def process(job: Job[str], stored: StoredCall | None) -> CallResult:
        time.sleep(0.05)
        return engine.process(job, stored)

    work: Sequence[Job[str]] = jobs_of(*(str(n) for n in range(int(count))))
    if manner == "full":
        import resource

        noise = random.Random(1)
        long = "".join(noise.choices([chr(c) for c in range(0x4E00, 0x9FA5)], k=500_000))
        work = [Job(j.job_id, j.call_id, j.source, long + j.work) for j in work]
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    tell: Callable[[Progress], None] = lambda p: print(f"{p.outcome}:{p.call_id}", flush=True)  # noqa: E731
    try:
        batch.run(
            home, work, keys=engine.keys, process=process, now=lambda: datetime.now(UTC), progress=tell,
            flush_calls=int(flush),
        )  # fmt: skip
    except HomeError as error:
        print(error)


if __name__ == "__main__":
    main(*sys.argv[1:])
