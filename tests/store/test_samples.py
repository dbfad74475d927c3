"""Samples: what can be drawn, what is kept of a draw, and how far people are with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from auditor.errors import NotAllowedError, NotFoundError
from auditor.models import Finding
from auditor.review.drawing import draw_sample
from auditor.review.sampling import estimate
from auditor.store import catalog, decisions, samples
from auditor.store.answers import Filters, Scope
from auditor.store.decisions import Decision
from auditor.store.home import Home
from auditor.store.ledger import Ledger, verify_chain
from auditor.store.people import Person
from auditor.store.queries import Store
from auditor.store.samples import Stratum, frame, frame_sizes, progress
from auditor.store.segments import CallResult

NOW = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
QA = Person("li", "李", ("qa",))


@pytest.fixture
def calls(home: Home, save: Callable[..., None], make: Callable[..., CallResult]) -> list[str]:
    """Four clean calls of team 一组, two of 二组; one with a finding, one that can't be judged."""
    clean = [make(f"c{n}", category=None, verdict="done") for n in range(4)]
    clean += [make(f"d{n}", category=None, verdict="done", team="二组", agent="B1") for n in range(2)]
    save(*clean, make("bad"), make("untold", score=None, category=None))
    return [each.call.call_id for each in clean]


def sign(home: Home, call_id: str, added: bool = False, verdict: str = "signed") -> None:
    with Ledger(home) as ledger, ledger.writing() as db:
        if added:
            breach = Finding(
                f"{call_id}-f", "person", "insult", "minor", "confirmed", 0, (), (0, 2), "您好", 0.0, 2.4, "person",
                "漏了", (),
            )  # fmt: skip
            body = {"finding": {name: getattr(breach, name) for name in Finding.__slots__}}
            decisions.record(db, Decision(call_id, "added", breach.finding_id, "added", "li", NOW, body), 0)
        seen = len(decisions.history(db, call_id, "call", ""))
        current = catalog.current(db, call_id)
        signed = {"result": current.result if current else None}
        decisions.record(db, Decision(call_id, "call", "", verdict, "li", NOW, signed), seen)


def test_only_judged_calls_without_findings_can_be_drawn(home: Home, store: Store, calls: list[str]) -> None:
    assert {s: sorted(ids) for s, ids in frame(store).items()} == {"": calls}
    assert {s: sorted(ids) for s, ids in frame(store, each="agent").items()} == {"A017": calls[:4], "B1": calls[4:]}
    assert frame_sizes(store, each="team") == {"一组": 4, "二组": 2}
    assert frame_sizes(store, Filters(teams=("二组",))) == {"": 2}
    assert frame_sizes(store.within(Scope(teams=("二组",)))) == {"": 2}
    sign(home, "c0")
    assert frame_sizes(store) == {"": 5}


def test_a_draw_is_kept_with_all_that_it_takes_to_repeat_it(home: Home, store: Store, calls: list[str]) -> None:
    number = draw_sample(store, QA, count=1, seed="七", at=NOW, each="team", filters=Filters(regions=("CN",)))
    (one,) = progress(store)
    kept = one.sample
    assert (kept.sample, kept.drawn_by, kept.seed, kept.drawn_at) == (number, "li", "七", NOW)
    assert (kept.each, kept.count, kept.chosen) == ("team", 1, {"regions": ["CN"]})
    assert (kept.strata, kept.population, kept.size) == ({"一组": 4, "二组": 2}, 6, 2)
    with Ledger(home) as ledger, ledger.reading() as db:
        ((kind, body),) = db.execute("SELECT kind, body FROM events").fetchall()
        drawn = [row[0] for row in db.execute("SELECT call_id FROM sampled_calls ORDER BY position")]
        assert verify_chain(db) is None
    assert (kind, json.loads(body)["calls"], json.loads(body)["seed"]) == ("sampled", drawn, "七")
    draw_sample(store, QA, count=1, seed="七", at=NOW, each="team", filters=Filters(regions=("CN",)))
    with Ledger(home) as ledger, ledger.reading() as db:
        again = [row[0] for row in db.execute("SELECT call_id FROM sampled_calls WHERE sample = 2 ORDER BY position")]
    assert again == drawn


def test_progress_counts_signed_calls_and_what_people_added(home: Home, store: Store, calls: list[str]) -> None:
    draw_sample(store, QA, count=6, seed="s", at=NOW)
    (one,) = progress(store)
    assert (one.strata, one.whole, one.drawn, one.reviewed) == ((Stratum(6, 6, 0, 0),), True, 6, 0)
    sign(home, "c0")
    sign(home, "c1", added=True)
    sign(home, "c2", added=True)
    sign(home, "c2", verdict="open")
    (one,) = progress(store)
    assert one.strata == (Stratum(6, 6, 2, 1),)
    found = estimate(one.strata)
    assert found is not None
    assert (found.reviewed, found.found, found.rate) == (2, 1, 0.5)


def test_strata_are_counted_apart(home: Home, store: Store, calls: list[str]) -> None:
    draw_sample(store, QA, count=2, seed="s", at=NOW, each="agent")
    sign(home, "d0", added=True)
    assert progress(store)[0].strata == (Stratum(4, 2, 0, 0), Stratum(2, 2, 1, 1))


def test_who_sees_one_team_sees_only_its_part(home: Home, store: Store, calls: list[str]) -> None:
    draw_sample(store, QA, count=6, seed="s", at=NOW)
    (one,) = progress(store.within(Scope(teams=("二组",))))
    assert (one.drawn, one.whole) == (2, False)
    assert progress(store.within(Scope(teams=("三组",)))) == []


def test_the_newest_sample_comes_first(store: Store, calls: list[str]) -> None:
    for seed in ("a", "b", "c"):
        draw_sample(store, QA, count=1, seed=seed, at=NOW)
    assert [p.sample.seed for p in progress(store)] == ["c", "b", "a"]
    assert [p.sample.seed for p in progress(store, limit=2)] == ["c", "b"]


def test_nothing_to_draw_and_nobody_to_draw(home: Home, store: Store, calls: list[str]) -> None:
    with pytest.raises(NotFoundError, match="没有可抽的通话"):
        draw_sample(store, QA, count=1, seed="s", at=NOW, filters=Filters(teams=("三组",)))
    with pytest.raises(NotAllowedError):
        draw_sample(store, replace(QA, roles=("coach",)), count=1, seed="s", at=NOW)
    with Ledger(home) as ledger, ledger.reading() as db:
        assert samples.samples(db) == []
