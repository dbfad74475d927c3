"""An agent's own figures: the last four weeks and the four before, and the tasks that are open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from auditor.store import catalog, segments
from auditor.store.answers import Filters, Scope
from auditor.store.home import Home
from auditor.store.ledger import Ledger, stamp
from auditor.store.progress import DAYS, progress
from auditor.store.queries import Store
from auditor.store.segments import CallResult
from auditor.store.tasks import open_tasks

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ME = Filters(agents=("A7",))


def result(
    make: Callable[..., CallResult], name: str, days_ago: int, score: str | None, agent: str = "A7"
) -> CallResult:
    made = make(name)
    known = replace(made.call.metadata, agent_id=agent, started_at=NOON - timedelta(days=days_ago), answered=True)
    card = replace(made.audit.scorecard, score=None if score is None else Decimal(score))
    call = replace(made.call, call_id=name, metadata=known)
    return replace(made, call=call, audit=replace(made.audit, call_id=name, scorecard=card))


def stored(home: Home, results: list[CallResult]) -> None:
    with Ledger(home) as ledger:
        segment, entries = segments.write(home, ledger, results, NOON)
        with ledger.writing() as db:
            catalog.add(db, segment, entries, NOON)


def test_the_last_four_weeks_and_the_four_before(home: Home, store: Store, make: Callable[..., CallResult]) -> None:
    scores = [(0, "80"), (27, "90"), (28, "60"), (55, "70"), (56, "10"), (3, None)]
    made = [result(make, f"K{n}", days, score) for n, (days, score) in enumerate(scores)]
    stored(home, [*made, result(make, "other", 1, "5", "A8")])
    found = progress(store, ME)
    assert found.until == NOON.date()
    assert (found.now.calls, found.now.mean) == (2, 85.0)
    assert (found.before.calls, found.before.mean) == (2, 65.0)
    assert found.now.deviation == pytest.approx(50**0.5)
    assert DAYS == 28
    assert progress(store.within(Scope(agents=("A8",))), ME).until is None


def test_of_no_calls_there_is_nothing_to_say(store: Store) -> None:
    assert progress(store, ME).until is None
    assert progress(store, ME).now.calls == 0


def test_open_tasks_are_the_agents_own_in_the_order_they_are_due(
    home: Home, store: Store, make: Callable[..., CallResult]
) -> None:
    stored(home, [result(make, "K1", 0, "80")])
    with Ledger(home) as ledger, ledger.writing() as db:
        for task, version, agent, state, due in (
            (1, 1, "A7", "open", None), (2, 1, "A7", "open", "2026-11-09"), (3, 1, "A8", "open", None),
            (4, 1, "A7", "open", "2026-11-05"), (4, 2, "A7", "done", "2026-11-05"),
        ):  # fmt: skip
            row = (task, version, agent, "step", "empathy", "多听", due, state, '["K1"]', "coach", stamp(NOON))
            db.execute("INSERT INTO coaching VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    assert [(t.task, t.calls) for t in open_tasks(store, "A7")] == [(2, ("K1",)), (1, ("K1",))]
    assert open_tasks(store.within(Scope(teams=("别的组",))), "A7") == []
