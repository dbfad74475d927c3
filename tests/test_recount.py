"""What stored calls show together: late, corrected and repeated calls, killed runs, and the same in the end whatever came first."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from auditor.models import Facts, Flag, Metadata, Payment, Promise
from auditor.recount import recount
from auditor.store import cases, catalog, segments
from auditor.store.answers import Filters
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from auditor.store.segments import CallResult
from tests.packs import shipped
from tests.store.conftest import make_result

PACK = shipped()
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 17, 9, 0, tzinfo=timezone(timedelta(hours=8)))


def made(call_id: str, hours: float, customer: str = "U1", **known: Any) -> CallResult:
    """A stored call to a verified debtor."""
    whole = make_result(call_id, category=None, score="90.00")
    metadata = replace(
        Metadata(institution="澄湖银行", direction="outbound", agent_id="K1", team="一组"),
        started_at=MORNING + timedelta(hours=hours),
        customer_id=customer,
        **known,
    )
    keys = replace(whole.keys, audit=f"{call_id}{metadata!r}")
    audit = replace(whole.audit, facts=Facts())
    return replace(whole, call=replace(whole.call, metadata=metadata), audit=audit, keys=keys)


def store(home: Home, *results: CallResult) -> None:
    with Ledger(home) as ledger:
        segment, entries = segments.write(home, ledger, results, NOON)
        with ledger.writing() as db:
            catalog.add(db, segment, entries, NOON)


def shown(home: Home) -> list[tuple[str, str, tuple[str, ...]]]:
    with Store(home) as reads:
        return sorted((row.call_id, row.finding.rule_id, row.finding.calls) for row in reads.cases())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "归档")


def test_a_late_call_makes_an_earlier_one_a_breach_and_lowers_its_score(home: Home) -> None:
    """The audit of the earlier call stays; list, totals, trend and call page show the score with what was found."""
    store(home, made("A1", 1), made("A2", 2), made("A4", 4))
    assert recount(home, PACK, NOON).calls == 3
    assert shown(home) == []
    store(home, made("A3", 3))
    assert recount(home, PACK, NOON).groups == 1
    assert shown(home) == [("A4", "answered-calls-per-day", ("A1", "A2", "A3", "A4"))]
    with Store(home) as reads:
        call = reads.call("A4")
        assert (call.audit.scorecard.score, call.audit.findings) == (Decimal("90.00"), ())
        assert call.shown.scorecard.score is not None
        assert call.shown.scorecard.score <= 60
        assert [f.calls for f in call.shown.findings] == [("A1", "A2", "A3", "A4")]
        listed = {row.call_id: (row.score, row.band, row.confirmed) for row in reads.calls()}
        assert listed["A4"] == (call.shown.scorecard.score, call.shown.scorecard.band, 1)
        assert listed["A1"] == (Decimal("90.00"), "pass", 0)
        assert [(c.category, c.confirmed) for c in reads.violations_by_category()] == [("excessive_frequency", 1)]
        assert reads.overview().with_confirmed == 1
        assert [row.call_id for row in reads.calls(Filters(categories=("excessive_frequency",)))] == ["A4"]


def test_corrected_metadata_take_a_finding_back(home: Home) -> None:
    """The third call turns out to be another customer's: nothing was too often, and the score is the call's own again."""
    store(home, *(made(f"A{n}", n) for n in range(1, 5)))
    recount(home, PACK, NOON)
    assert len(shown(home)) == 1
    store(home, made("A3", 3, customer="U2"))
    recount(home, PACK, NOON)
    assert shown(home) == []
    with Store(home) as reads:
        assert reads.call("A4").shown == reads.call("A4").audit
        assert {row.score for row in reads.calls()} == {Decimal("90.00")}


def test_a_finding_moves_with_the_call_it_belongs_to(home: Home) -> None:
    """A call earlier in the day comes to light: the breach is another one's now."""
    store(home, *(made(f"A{n}", n) for n in range(2, 6)))
    recount(home, PACK, NOON)
    assert shown(home) == [("A5", "answered-calls-per-day", ("A2", "A3", "A4", "A5"))]
    store(home, made("A1", 1))
    recount(home, PACK, NOON)
    assert shown(home) == [("A4", "answered-calls-per-day", ("A1", "A2", "A3", "A4"))]
    with Store(home) as reads:
        assert reads.call("A5").shown == reads.call("A5").audit


def test_what_is_up_to_date_is_left_alone(home: Home) -> None:
    store(home, *(made(f"A{n}", n) for n in range(1, 5)))
    recount(home, PACK, NOON)
    with Store(home) as reads:
        version = reads.version()
        assert recount(home, PACK, NOON).groups == 0
        store(home, made("B1", 1, customer="U9"))
        assert recount(home, PACK, NOON).groups == 1
        assert reads.version() > version
    assert len(shown(home)) == 1


def test_a_recount_that_was_cut_off_is_finished_by_the_next(home: Home) -> None:
    """Calls that were grouped but not judged are known to wait."""
    store(home, *(made(f"A{n}", n) for n in range(1, 5)))
    group = ("debtor", "澄湖银行\x1fcustomer\x1fU1")
    with Ledger(home) as ledger, ledger.writing() as db:
        cases.regroup(db, [(call_id, result, [group]) for call_id, result in cases.changed(db, 10)])
        assert cases.stale(db, 10) == [group]
    recount(home, PACK, NOON)
    assert [call for call, *_ in shown(home)] == ["A4"]


def test_attempts_are_counted_and_told_though_they_are_in_no_list(home: Home) -> None:
    silent = [made(f"N{n}", n, callee_number_hash="h1", answered=False) for n in range(8)]
    silent = [replace(r, call=replace(r.call, utterances=()), tokens=()) for r in silent]
    store(home, *silent)
    recount(home, PACK, NOON)
    assert [(call, rule) for call, rule, _ in shown(home)] == [("N6", "attempts-per-number")]
    with Store(home) as reads:
        assert reads.calls() == []
        assert [row.attempt for row in reads.cases()] == [True]


def test_what_became_of_a_promise_stands_by_its_call(home: Home) -> None:
    promised = made("P1", 0)
    facts = Facts(promise=Promise(Decimal(500), "二十号", date(2026, 11, 20), 1))
    store(home, replace(promised, audit=replace(promised.audit, facts=facts)))
    recount(home, PACK, NOON)
    with Store(home) as reads:
        assert reads.call("P1").promises == ()
    store(home, made("P2", 24 * 9, payments=(Payment(date(2026, 11, 19), Decimal(200)),)))
    recount(home, PACK, NOON)
    with Store(home) as reads:
        (kept,) = reads.call("P1").promises
        assert (kept.outcome, kept.paid, kept.due) == ("partly", Decimal(200), date(2026, 11, 20))


def a_week(seed: int) -> list[CallResult]:
    """Calls of a few customers, numbers and agents, among them refusals, promises, attempts and payments."""
    chance = random.Random(seed)
    results = []
    for n in range(60):
        whole = made(
            f"C{n:02}", chance.randrange(24 * 5), chance.choice(["U1", "U2", "U3"]),
            callee_number_hash=chance.choice(["h1", "h2", None]), answered=chance.choice([True, True, False]),
            agent_id=chance.choice(["K1", "K2"]), payments=chance.choice([None, (Payment(date(2026, 11, 19), Decimal(200)),)]),
        )  # fmt: skip
        party = replace(whole.audit.party, kind=chance.choice(["debtor_verified", "third_party", "wrong_number"]))
        facts = chance.choice(
            [
                Facts(),
                Facts(promise=Promise(Decimal(500), None, date(2026, 11, 20), 1)),
                Facts(customer_flags=(Flag("stop_contact_request", 1, "别打"),)),
            ]
        )
        findings = make_result(f"C{n:02}").audit.findings if chance.random() < 0.3 else ()
        results.append(replace(whole, audit=replace(whole.audit, party=party, facts=facts, findings=findings)))
    return results


def everything(home: Home, calls: Sequence[CallResult]) -> list[object]:
    with Store(home) as reads:
        stored = [reads.call(r.call.call_id) for r in calls]
    return [(s.shown, s.promises) for s in stored]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bit_by_bit_comes_to_the_same_as_all_at_once(tmp_path: Path, seed: int) -> None:
    """In any order, in any portions, some calls corrected on the way: as if all had been stored, once, at the end."""
    calls = a_week(seed)
    at_once, bit_by_bit = Home.open(tmp_path / "a"), Home.open(tmp_path / "b")
    store(at_once, *calls)
    recount(at_once, PACK, NOON)
    chance = random.Random(seed)
    wrong = [replace(r, call=replace(r.call, metadata=replace(r.call.metadata, customer_id="U3")),
                     keys=replace(r.keys, audit=f"x{r.keys.audit}")) for r in chance.sample(calls, 15)]  # fmt: skip
    portions = [*wrong, *chance.sample(calls, len(calls))]
    while portions:
        size = chance.randrange(5, 30)
        portion, portions = portions[:size], portions[size:]
        store(bit_by_bit, *{r.call.call_id: r for r in portion}.values())
        recount(bit_by_bit, PACK, NOON)
    assert everything(bit_by_bit, calls) == everything(at_once, calls)
    assert shown(bit_by_bit) == shown(at_once)
    assert len(shown(at_once)) > 5
