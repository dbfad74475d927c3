"""People's rulings: what they leave of the score, that nobody overwrites a colleague unseen, and that nothing is lost."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest

from auditor.errors import ConflictError, NotAllowedError, NotFoundError, UsageError
from auditor.models import Audit, Finding
from auditor.review.decisions import add_finding, judge_step, reopen, rule_on, sign_off, undo
from auditor.review.effective import effective
from auditor.rules.pack import Pack
from auditor.store import decisions
from auditor.store.answers import Scope, StoredCall
from auditor.store.decisions import Decision
from auditor.store.ledger import Ledger, verify_chain
from auditor.store.people import LOCAL, Person
from auditor.store.queries import Store
from tests.review.homes import NOON

COACH = Person("coach", "教练", ("coach",))
FIRST = Person("first", "甲", ("qa",))
SECOND = Person("second", "乙", ("qa",))


def counts(store: Store, call_id: str, pack: Pack) -> Audit:
    """The effective audit as the ledger has it."""
    with Ledger(store.home) as ledger, ledger.reading() as db:
        made = decisions.standing(db, call_id)
        card = db.execute("SELECT card FROM effective WHERE call_id = ?", (call_id,)).fetchall()
    audit = effective(store.call(call_id).shown, made.values(), pack.scoring)
    from auditor.store.codec import encode

    assert [(encode(audit.scorecard),)] == card
    return audit


def one(stored: StoredCall, category: str) -> Finding:
    return next(f for f in stored.shown.findings if f.category == category)


def test_an_overturned_finding_gives_its_points_back_and_leaves_the_machine_score_alone(
    store: Store, pack: Pack
) -> None:
    stored = store.call("S13")
    wrong = one(stored, "private_account")
    rule_on(
        store, LOCAL, stored, wrong.finding_id, "overturned", seen=0, at=NOON, scoring=pack.scoring, reason="是对公账户"
    )
    after = counts(store, "S13", pack)
    assert (stored.shown.scorecard.score, after.scorecard.score) == (Decimal("0.00"), Decimal("100.00"))
    assert wrong.finding_id not in {f.finding_id for f in after.findings}
    assert store.call("S13").shown == stored.shown


def test_an_upheld_suspicion_counts_and_may_be_told_graver(store: Store, pack: Pack) -> None:
    stored = store.call("S07")
    doubtful = one(stored, "ambiguous_pressure")
    rule_on(
        store, LOCAL, stored, doubtful.finding_id, "upheld", seen=0, at=NOON, scoring=pack.scoring,
        category="legal_exaggeration", severity="major",
    )  # fmt: skip
    after = counts(store, "S07", pack)
    (found,) = [f for f in after.findings if f.finding_id == doubtful.finding_id]
    assert (found.status, found.category, found.severity) == ("confirmed", "legal_exaggeration", "major")
    assert after.scorecard.score is not None
    assert after.scorecard.score <= 60


def test_a_missed_violation_added_by_selecting_text_counts_with_its_quote(store: Store, pack: Pack) -> None:
    stored = store.call("S02")
    line = next(i for i, u in enumerate(stored.call.utterances) if u.speaker == "agent" and len(u.text) > 8)
    made = add_finding(
        store, LOCAL, stored, category="insult", severity="major", utterance=line, span=(2, 7), why="辱骂",
        at=NOON, scoring=pack.scoring,
    )  # fmt: skip
    after = counts(store, "S02", pack)
    (found,) = [f for f in after.findings if f.finding_id == made.item]
    assert found.quote == stored.call.utterances[line].text[2:7]
    assert after.scorecard.score == Decimal("60.00")
    undo(store, LOCAL, stored, "added", made.item, seen=1, at=NOON, scoring=pack.scoring)
    assert counts(store, "S02", pack) == stored.shown


def test_a_step_verdict_is_corrected_and_taken_back(store: Store, pack: Pack) -> None:
    stored = store.call("S06")
    judge_step(store, LOCAL, stored, "closing", "done", seen=0, at=NOON, scoring=pack.scoring, reason="说了再见")
    better = counts(store, "S06", pack).scorecard.score
    assert better is not None
    assert stored.shown.scorecard.score is not None
    assert better > stored.shown.scorecard.score
    undo(store, LOCAL, stored, "step", "closing", seen=1, at=NOON, scoring=pack.scoring)
    assert counts(store, "S06", pack).scorecard == stored.shown.scorecard


def test_the_second_of_two_reviewers_is_told_of_the_first_and_overwrites_nothing(store: Store, pack: Pack) -> None:
    stored = store.call("S13")
    item = one(stored, "private_account").finding_id
    rule_on(store, FIRST, stored, item, "upheld", seen=0, at=NOON, scoring=pack.scoring)
    with pytest.raises(ConflictError, match="别人"):
        rule_on(store, SECOND, stored, item, "overturned", seen=0, at=NOON, scoring=pack.scoring, reason="不是")
    with Ledger(store.home) as ledger, ledger.reading() as db:
        assert [(d.decided_by, d.verdict) for d in decisions.history(db, "S13", "finding", item)] == [
            ("first", "upheld")
        ]
    rule_on(store, SECOND, stored, item, "overturned", seen=1, at=NOON, scoring=pack.scoring, reason="看过了，仍不是")
    with Ledger(store.home) as ledger, ledger.reading() as db:
        made = decisions.history(db, "S13", "finding", item)
        assert [(d.version, d.decided_by) for d in made] == [(1, "first"), (2, "second")]
        assert verify_chain(db) is None


def test_of_many_at_once_exactly_one_decides(store: Store, pack: Pack) -> None:
    stored = store.call("S13")
    item = one(stored, "private_account").finding_id
    outcomes: list[str] = []

    def act(n: int) -> None:
        try:
            rule_on(store, Person(f"p{n}", "", ("qa",)), stored, item, "upheld", seen=0, at=NOON, scoring=pack.scoring)
            outcomes.append("kept")
        except ConflictError:
            outcomes.append("conflict")

    threads = [threading.Thread(target=act, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 7 + ["kept"]


def test_a_signature_holds_what_it_was_put_under(store: Store, pack: Pack) -> None:
    stored = store.call("S07")
    item = stored.shown.findings[0].finding_id
    rule_on(store, LOCAL, stored, item, "overturned", seen=0, at=NOON, scoring=pack.scoring, reason="只是提醒")
    made = sign_off(store, LOCAL, stored, seen=0, at=NOON, scoring=pack.scoring)
    assert made.body == {"result": stored.entry.result, "seq": 1, "score": "100.00", "effective": "100.00"}
    assert reopen(store, LOCAL, stored, seen=1, at=NOON, scoring=pack.scoring).verdict == "open"


def test_who_may_not_decide_changes_nothing(store: Store, pack: Pack) -> None:
    stored = store.call("S13")
    item = stored.shown.findings[0].finding_id
    with pytest.raises(NotAllowedError):
        rule_on(store, COACH, stored, item, "upheld", seen=0, at=NOON, scoring=pack.scoring)
    elsewhere = store.within(Scope(teams=("别的团队",)))
    with pytest.raises(NotFoundError):
        rule_on(elsewhere, LOCAL, stored, item, "upheld", seen=0, at=NOON, scoring=pack.scoring)
    with pytest.raises(UsageError, match="理由"):
        rule_on(store, LOCAL, stored, item, "overturned", seen=0, at=NOON, scoring=pack.scoring, reason="  ")
    with Ledger(store.home) as ledger, ledger.reading() as db:
        assert decisions.newest(db) == 0


def test_what_was_upheld_counts_also_where_a_later_rule_no_longer_finds_it(store: Store, pack: Pack) -> None:
    stored = store.call("S13")
    item = one(stored, "private_account").finding_id
    made = rule_on(store, LOCAL, stored, item, "upheld", seen=0, at=NOON, scoring=pack.scoring)
    from dataclasses import replace

    blind = replace(stored.shown, findings=())
    (kept,) = effective(blind, [made], pack.scoring).findings
    assert kept == replace(one(stored, "private_account"), status="confirmed")


def test_decisions_that_say_what_the_machine_says_change_nothing(store: Store, pack: Pack) -> None:
    for call_id in ("S02", "S06", "S13"):
        audit = store.call(call_id).shown
        same = [
            Decision(call_id, "step", s.id, s.verdict, "p", NOON, {"reason": ""}, 1, n)
            for n, s in enumerate(audit.steps)
        ]
        assert effective(audit, same, pack.scoring) == audit
