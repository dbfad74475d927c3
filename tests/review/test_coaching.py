"""Coaching tasks: who may give them, that nobody overwrites a colleague, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import ConflictError, NotAllowedError, NotFoundError, UsageError
from auditor.review import coaching
from auditor.review.roles import scope
from auditor.store import coaching as kept
from auditor.store.coaching import Task
from auditor.store.ledger import Ledger, verify_chain
from auditor.store.people import Person
from auditor.store.queries import Store
from tests.web.coached import call_id, coached

AT = datetime(2026, 10, 1, 4, tzinfo=UTC)
COACH = Person("coach-1", "教练一", ("coach",), teams=("一组",))
OTHER = Person("coach-2", "教练二", ("coach",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(coached(tmp_path / "home")) as found:
        yield found.within(scope(COACH))


def given(store: Store, **changes: Any) -> Task:
    task = {
        "agent_id": "A001",
        "kind": "step",
        "item": "introduction",
        "text": "开场先报机构和工号",
        "due": date(2026, 10, 8),
    }
    return coaching.assign(store, COACH, AT, **{**task, **changes})


def test_a_task_keeps_what_was_asked_and_every_version(store: Store) -> None:
    task = given(store, calls=[call_id("A001", 9, 3)])
    assert (task.task, task.version, task.state, task.opened_by) == (1, 1, "open", "coach-1")
    later = AT + timedelta(days=1)
    changed = coaching.revise(store, OTHER, later, task, text="先报机构，再报工号", due=date(2026, 10, 12))
    done = coaching.revise(store, COACH, later, changed, state="done")
    with Ledger(store.home) as ledger, ledger.reading() as db:
        versions = kept.history(db, task.task)
        events = [kind for (kind,) in db.execute("SELECT kind FROM events ORDER BY seq").fetchall()]
        assert verify_chain(db) is None
    assert [(v.version, v.state, v.text, v.changed_by) for v in versions] == [
        (1, "open", "开场先报机构和工号", "coach-1"),
        (2, "open", "先报机构，再报工号", "coach-2"),
        (3, "done", "先报机构，再报工号", "coach-1"),
    ]
    assert events[-3:] == ["coached"] * 3
    assert coaching.tasks(store) == [done]
    assert (done.due, done.calls, done.opened_at) == (date(2026, 10, 12), (call_id("A001", 9, 3),), AT)


def test_a_colleagues_newer_version_is_not_overwritten(store: Store) -> None:
    seen = given(store)
    coaching.revise(store, OTHER, AT, seen, text="同事改的")
    with pytest.raises(ConflictError):
        coaching.revise(store, COACH, AT, seen, state="done")
    (newest,) = coaching.tasks(store)
    assert (newest.text, newest.state, newest.version) == ("同事改的", "open", 2)


def test_only_coaches_and_only_for_agents_in_scope(store: Store) -> None:
    for roles in (("qa",), ("agent",), ("admin",), ("compliance",)):
        with pytest.raises(NotAllowedError):
            coaching.assign(
                store, replace(COACH, roles=roles), AT, agent_id="A001", kind="step", item="closing", text="x", due=None
            )
    with pytest.raises(NotAllowedError):
        given(store, agent_id="B001")
    with pytest.raises(NotFoundError):
        given(store, calls=[call_id("B001", 9, 1)])
    with pytest.raises(UsageError):
        given(store, text="  ")
    with pytest.raises(UsageError):
        given(store, text="长" * (coaching.LONGEST + 1))
    assert coaching.tasks(store) == []


def test_tasks_of_other_teams_are_not_seen_or_changed(store: Store) -> None:
    whole = store.within(scope(OTHER))
    task = coaching.assign(whole, OTHER, AT, agent_id="B001", kind="category", item="insult", text="x", due=None)
    assert coaching.tasks(whole) == [task]
    assert coaching.tasks(store) == []
    with pytest.raises(NotAllowedError):
        coaching.revise(store, COACH, AT, task, state="withdrawn")


def test_only_an_open_task_can_be_settled_and_a_settled_one_opened_again(store: Store) -> None:
    done = coaching.revise(store, COACH, AT, given(store), state="done")
    with pytest.raises(ValueError, match="done can't become withdrawn"):
        coaching.revise(store, COACH, AT, done, state="withdrawn")
    assert coaching.revise(store, COACH, AT, done).state == "open"
    with Ledger(store.home) as ledger, ledger.reading() as db, pytest.raises(NotFoundError):
        kept.history(db, 99)


def test_an_open_task_is_late_the_day_after_it_was_due(store: Store) -> None:
    task = given(store)
    assert [coaching.overdue(task, date(2026, 10, day)) for day in (7, 8, 9, 11)] == [0, 0, 1, 3]
    assert coaching.overdue(replace(task, state="done"), date(2026, 10, 11)) == 0
    assert coaching.overdue(replace(task, due=None), date(2026, 10, 11)) == 0


def test_tasks_stand_by_their_due_day(store: Store) -> None:
    days = (None, date(2026, 10, 9), date(2026, 10, 3))
    for due in days:
        given(store, due=due)
    assert [task.due for task in coaching.tasks(store)] == [date(2026, 10, 3), date(2026, 10, 9), None]


def test_the_effect_is_told_beside_the_team_and_only_where_it_stands_out(store: Store) -> None:
    good = coaching.revise(store, COACH, AT, given(store), state="done")
    still = given(store, agent_id="A003")
    level = coaching.revise(store, COACH, AT, given(store, agent_id="A003"), state="done")
    late = datetime(2026, 10, 18, 4, tzinfo=UTC)
    soon = coaching.revise(store, COACH, late, given(store), state="done")
    effects = coaching.effects(store, [good, still, level, soon])
    assert set(effects) == {good.task, level.task, soon.task}
    own = effects[good.task]
    assert (own.own.before.done, own.own.before.of, own.own.after.done, own.own.after.of) == (4, 20, 16, 19)  # type: ignore[union-attr]
    assert own.own.verdict == "better"
    assert own.interval is not None
    assert 0.3 < own.interval.low < 0.65 < own.interval.high < 0.85
    assert (own.others_before.done, own.others_before.of) == (36, 40)
    assert effects[level.task].own.verdict == "same"
    assert effects[soon.task].own.verdict == "few"
