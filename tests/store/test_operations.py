"""How the machine is doing: runs, work in hand, failures marked for retry, versions, warnings week by week, disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from auditor.errors import NotAllowedError
from auditor.models import CallWarning
from auditor.review import retries
from auditor.store import disk, jobs, operations
from auditor.store.answers import Filters, Scope
from auditor.store.home import Home
from auditor.store.ledger import Ledger, verify_chain
from auditor.store.operations import InForce, Share
from auditor.store.people import LOCAL, Person
from auditor.store.queries import Store
from auditor.store.segments import CallResult
from tests.store.conftest import NOON

OPTIONS = {"folder": "/data", "paths": ["in"], "metadata": None}
OPERATOR = Person("op", "运维", ("admin",))


@pytest.fixture
def failed(home: Home) -> Home:
    """A home with one run, in which two of three files failed."""
    with Ledger(home) as ledger, ledger.writing() as db:
        run = jobs.start_run(db, OPTIONS, NOON)
        jobs.enqueue(db, run, [(f"job-{n}", f"C{n}", f"in/{n}.wav", "{}") for n in range(3)], NOON, retry=False)
        for n in range(3):
            jobs.claim(db, f"job-{n}", NOON)
        for n in (1, 2):
            jobs.fail(db, f"job-{n}", "解不了码", NOON)
        jobs.finish(db, ["job-0"], NOON)
        jobs.end_run(db, run, "done", (1, 0, 2), NOON + timedelta(minutes=3))
    return home


def warned(make: Callable[..., CallResult], call_id: str, day: date, *codes: str) -> CallResult:
    made = make(call_id, day=day)
    call = replace(made.call, warnings=tuple(CallWarning(code, "") for code in codes))
    return replace(made, call=call, audit=replace(made.audit, warnings=()))


def test_runs_come_newest_first_with_what_became_of_them(failed: Home) -> None:
    with Ledger(failed) as ledger, ledger.writing() as db:
        jobs.start_run(db, {"folder": "/other"}, NOON + timedelta(hours=1))
    with Store(failed) as store:
        second, first = operations.runs(store)
    assert (first.state, first.stored, first.failed, first.folder, first.paths) == ("done", 1, 2, "/data", ("in",))
    assert first.ended_at == NOON + timedelta(minutes=3)
    assert (second.state, second.stored, second.paths) == ("running", None, ())


def test_work_in_hand_says_who_is_at_it_and_whether_they_live(failed: Home) -> None:
    with Ledger(failed) as ledger, ledger.writing() as db:
        jobs.enqueue(db, 1, [("job-9", "C9", "in/9.wav", "{}"), ("job-8", "C8", "in/8.wav", "{}")], NOON, retry=False)
        jobs.claim(db, "job-9", NOON)
        gone = f"{jobs.this_worker().split(':')[0]}:999999999:ab"
        db.execute("UPDATE jobs SET worker = ? WHERE job_id = 'job-9'", (gone,))
    with Store(failed) as store:
        (lease,) = operations.leases(store)
        assert (lease.call_id, lease.alive, lease.until - lease.since) == ("C9", False, jobs.LEASE)
        assert operations.jobs_by_state(store) == {"done": 1, "failed": 2, "running": 1, "queued": 1}


def test_a_mark_stays_until_the_job_was_tried_again(failed: Home) -> None:
    later = NOON + timedelta(minutes=10)
    assert retries.mark(failed, OPERATOR, ["job-1", "job-1", "job-0", "nowhere"], later) == 1
    with Store(failed) as store:
        assert {j.job_id: j.marked_by for j in store.failed_jobs()} == {"job-1": "op", "job-2": ""}
    with Ledger(failed) as ledger, ledger.writing() as db:
        events = db.execute("SELECT kind, body FROM events ORDER BY seq DESC LIMIT 1").fetchall()
        assert events == [("retry_marked", '{"by":"op","jobs":["job-1"]}')]
        jobs.enqueue(db, 1, [("job-1", "C1", "in/1.wav", "{}")], later + timedelta(1), retry=True)
        jobs.claim(db, "job-1", later + timedelta(1))
        jobs.fail(db, "job-1", "还是不行", later + timedelta(1))
        assert verify_chain(db) is None
    with Store(failed) as store:
        assert {j.job_id: j.marked_by for j in store.failed_jobs()} == {"job-1": "", "job-2": ""}


def test_who_does_not_operate_marks_nothing(failed: Home) -> None:
    with pytest.raises(NotAllowedError):
        retries.mark(failed, Person("qa", "质检", ("qa",)), ["job-1"], NOON + timedelta(1))
    with Store(failed) as store:
        assert not any(j.marked_by for j in store.failed_jobs())
    assert retries.mark(failed, LOCAL, ["job-1"], NOON + timedelta(1)) == 1


def test_warnings_are_shares_of_their_weeks_calls(
    store: Store, make: Callable[..., CallResult], save: Callable[..., None]
) -> None:
    monday, next_monday = date(2026, 10, 12), date(2026, 10, 19)
    save(
        warned(make, "A", monday, "dead_channel", "dead_channel"), warned(make, "B", monday + timedelta(6)),
        warned(make, "C", next_monday, "mono"), replace_day(make("D", day=None)),
    )  # fmt: skip
    assert operations.warning_shares(store) == [
        Share(monday, "dead_channel", 2, 1), Share(monday, "mono", 2, 0),
        Share(next_monday, "dead_channel", 1, 0), Share(next_monday, "mono", 1, 1),
    ]  # fmt: skip
    assert operations.warning_shares(store.within(Scope(teams=("别组",)))) == []
    assert {s.monday for s in operations.warning_shares(store, Filters(since=next_monday))} == {next_monday}


def replace_day(made: CallResult) -> CallResult:
    """A call that nobody knows the day of, with a warning that then counts nowhere."""
    return replace(made, call=replace(made.call, warnings=(CallWarning("clipped", ""),)))


def test_what_calls_rest_on_begins_with_the_newest_results(
    store: Store, make: Callable[..., CallResult], save: Callable[..., None]
) -> None:
    save(make("A", pack="p@1+aa"), make("B", pack="p@1+aa"), make("C", pack="p@2+bb"))
    assert operations.in_force(store, "pack") == [InForce("p@2+bb", 1, True), InForce("p@1+aa", 2, False)]
    assert operations.in_force(store, "model") == [InForce("whisper+tiny", 3, True)]
    assert operations.in_force(store, "code") == [InForce("1.0.0", 3, True)]
    save(make("A", pack="p@2+bb"))
    assert operations.in_force(store, "pack") == [InForce("p@2+bb", 2, True), InForce("p@1+aa", 1, False)]


def test_readers_are_told_of_the_latest_results(
    store: Store, make: Callable[..., CallResult], save: Callable[..., None]
) -> None:
    first, second = make("A"), make("B")
    save(first)
    save(replace(second, audit=replace(second.audit, reader="ab12")))
    assert operations.readers(store) == [InForce("ab12", 1, True), InForce("", 1, False)]
    assert operations.readers(store, latest=1) == [InForce("ab12", 1, True)]


def test_intake_counts_a_call_once_however_often_it_is_judged(
    store: Store, make: Callable[..., CallResult], save: Callable[..., None]
) -> None:
    assert operations.intake(store, NOON).ever == 0
    save(make("A"), make("B"), at=NOON - timedelta(days=100))
    save(make("C"), make("A", score="50.00", pack="p@2+bb"), at=NOON - timedelta(days=1))
    lately = operations.intake(store, NOON)
    assert (lately.calls, lately.days, lately.ever) == (1, 30, 3)


def test_intake_of_a_young_home_is_over_its_own_days(
    store: Store, make: Callable[..., CallResult], save: Callable[..., None]
) -> None:
    save(make("A"), at=NOON - timedelta(days=3))
    assert (operations.intake(store, NOON).calls, operations.intake(store, NOON).days) == (1, 4)


def test_the_room_that_a_home_takes_is_told_by_what_lies_in_it(
    home: Home, make: Callable[..., CallResult], save: Callable[..., None]
) -> None:
    save(make("A"))
    home.audio_path("ab" * 32).write_bytes(b"x" * 1000)
    (home.audio / "link").symlink_to(home.segments, target_is_directory=True)
    found = {use.part: use for use in disk.uses(home)}
    assert (found["audio"].bytes, found["audio"].files) == (1000, 1)
    assert found["segments"].bytes == sum(p.stat().st_size for p in home.segments.rglob("*") if p.is_file())
    assert found["ledger"].bytes >= home.ledger.stat().st_size
    assert (found["drafts"].files, found["packs"].files) == (0, 0)
    assert all(use.whole for use in found.values())
    cut = {use.part: use for use in disk.uses(home, most=2)}
    assert (cut["segments"].files, cut["segments"].whole) == (2, False)
