"""What is wrong with a home is found and said."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

from auditor.store.health import problems
from auditor.store.home import Home
from auditor.store.ledger import Ledger, append_event
from auditor.store.segments import CallResult

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def test_a_sound_home_has_no_problems(home: Home, save: Callable[..., None], make: Callable[..., CallResult]) -> None:
    """Neither an empty home nor one with calls gives a false alarm."""
    assert problems(home) == []
    save(make())
    assert problems(home) == []


def test_each_problem_is_said_with_the_way_out(
    home: Home, save: Callable[..., None], make: Callable[..., CallResult]
) -> None:
    """A lost file and a changed log are two sentences."""
    save(make())
    next(home.segments.glob("*/steps.parquet")).unlink()
    with Ledger(home) as ledger, ledger.writing() as db:
        append_event(db, NOON, "test", {})
    other = sqlite3.connect(home.ledger)
    other.execute("UPDATE events SET kind = 'x'")
    other.commit()
    other.close()

    found = problems(home)

    assert len(found) == 2
    assert "第 1 条" in found[0]
    assert "steps.parquet" in found[1]


def test_a_ledger_that_can_not_be_read_is_one_problem(home: Home) -> None:
    """Damage is reported, not raised."""
    home.ledger.write_bytes(b"junk" * 1000)
    assert ["账本已损坏" in text for text in problems(home)] == [True]
