"""What pages count is what ``review.effective`` and ``review.triage`` say of each call, whatever happened in whatever order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.models import Audit, CallWarning, Status, Verdict, finding_id
from auditor.review.effective import added, effective
from auditor.review.triage import risk
from auditor.rules.pack import DEFAULT, load_pack
from auditor.rules.points import Scoring
from auditor.store import catalog, decisions, segments
from auditor.store.codec import encode
from auditor.store.decisions import Decision
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from auditor.store.segments import CallResult
from tests.store.conftest import NOON, make_result

STATUSES: tuple[Status, ...] = ("confirmed", "suspected")
CATEGORIES = ("insult", "threat_exposure", "service_attitude", "false_promise")


@pytest.fixture(scope="module")
def scoring() -> Scoring:
    return load_pack(DEFAULT).scoring


def rich(call_id: str, seed: int) -> CallResult:
    """A call whose audit has several findings, steps of every verdict, warnings, and an agent who may shout."""
    draw = random.Random(f"{call_id} {seed}")
    base = make_result(call_id, pack=f"collections-zh@1+{seed}")
    own = base.audit.findings[0]
    found = tuple(
        replace(
            own,
            finding_id=finding_id(call_id, category, 0, (n, n + 1)),
            category=category,
            severity=draw.choice(("critical", "major", "minor", "notice")),
            status=status,
            chance=draw.choice((0, 300, 777)) if status == "suspected" else 0,
        )
        for n, category in enumerate(draw.sample(CATEGORIES, draw.randrange(4)))
        for status in [draw.choice(STATUSES)]
    )
    steps = tuple(
        replace(base.audit.steps[0], id=f"step{n}", verdict=draw.choice(("done", "missed", "na", "cannot_tell")))
        for n in range(5)
    )
    warnings = tuple(CallWarning("short", "短") for _ in range(draw.randrange(3)))
    signals = {"agent_raised_voice_share": draw.choice((0.0, 0.123, 0.5, 1.4))} if draw.random() < 0.7 else {}
    audit = replace(base.audit, findings=found, steps=steps, warnings=warnings, signals=signals)
    return replace(base, audit=audit)


def decide(home: Home, decision: Decision, scoring: Scoring, audit: Audit | None = None) -> None:
    """Write a decision down, and what it leaves of the score, as the review does."""
    with Ledger(home) as ledger, ledger.writing() as db:
        known = decisions.history(db, decision.call_id, decision.kind, decision.item)
        made = decisions.record(db, decision, known[-1].version if known else 0)
        entry = catalog.current(db, decision.call_id)
        if entry is not None and audit is not None:
            card = effective(audit, decisions.standing(db, decision.call_id).values(), scoring).scorecard
            db.execute(
                "INSERT OR REPLACE INTO effective VALUES (?, ?, ?, ?)",
                (decision.call_id, entry.result, made.seq, encode(card)),
            )


def check(store: Store, scoring: Scoring) -> None:
    """Every relation agrees with the values that the pure functions give."""
    for row in store.ask("SELECT * EXCLUDE (stored_at, started_at) FROM calls"):
        stored = store.call(row["call_id"])
        with Ledger(store.home) as ledger, ledger.reading() as db:
            standing = decisions.standing(db, row["call_id"]).values()
            newest = max((d.seq for d in standing), default=0)
            worth = db.execute("SELECT 1 FROM effective WHERE result = ?", (row["result"],)).fetchall()
        truth = effective(stored.shown, standing, scoring)
        found = store.ask("SELECT * FROM findings WHERE result = $r", {"r": row["result"]})
        counting = sorted(
            (f["finding_id"], f["effective_category"], f["effective_severity"], f["effective_status"])
            for f in found
            if f["effective_status"] != "overturned"
        )
        assert counting == sorted((f.finding_id, f.category, f.severity, f.status) for f in truth.findings)
        machines = sorted((f["finding_id"], f["category"], f["status"], f["chance"]) for f in found if f["by_machine"])
        assert machines == sorted((f.finding_id, f.category, f.status, f.chance) for f in stored.shown.findings)
        steps = store.ask("SELECT * FROM steps WHERE result = $r", {"r": row["result"]})
        assert {s["step"]: s["effective_verdict"] for s in steps} == {s.id: s.verdict for s in truth.steps}
        assert {s["step"]: s["verdict"] for s in steps} == {s.id: s.verdict for s in stored.shown.steps}
        ruled = {f["finding_id"] for f in found if f["decision"]}
        open_ones = tuple(f for f in stored.shown.findings if f.finding_id not in ruled)
        put_aside = sum(bool(u.quarantined) for u in stored.call.utterances)
        assert row["risk"] == risk(replace(stored.shown, findings=open_ones, steps=truth.steps), put_aside).score
        assert row["score"] == stored.shown.scorecard.score
        if worth:
            assert (row["effective_score"], row["effective_band"]) == (truth.scorecard.score, truth.scorecard.band)
        else:
            assert (row["effective_score"], row["effective_band"]) == (row["score"], row["band"])
        signatures = [d for d in standing if d.kind == "call" and d.verdict == "signed"]
        signed = [d for d in signatures if d.seq == newest and d.body["result"] == row["result"]]
        assert row["signed"] == bool(signed)
        assert row["signed_by"] == (signed[0].decided_by if signed else None)


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            ("upheld", "overturned", "reopen", "add", "withdraw", "step", "sign", "reaudit", "back", "line", "merge")
        ),
        st.integers(0, 2**16),
    ),
    min_size=1,
    max_size=8,
)


@given(ACTIONS)
@settings(max_examples=6, deadline=None)
def test_what_is_counted_is_what_counts(
    scoring: Scoring, tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[str, int]]
) -> None:
    """Decisions, new audits, old ones made current again and merged files, in any order, beside a store that goes on reading."""
    home = Home.open(tmp_path_factory.mktemp("home") / "home")
    with Store(home) as store:
        save(home, rich("A1", 1), rich("B1", 1))
        check(store, scoring)
        for n, (action, seed) in enumerate(actions):
            act(home, store, scoring, action, random.Random(seed), n)
            check(store, scoring)
        with Store(home) as other:
            check(other, scoring)


def act(home: Home, store: Store, scoring: Scoring, action: str, draw: random.Random, n: int) -> None:
    """Do one thing to call A1 as a person, a run or the compactor would."""
    stored = store.call("A1")
    audit, at = stored.shown, NOON + timedelta(minutes=n)
    pick = draw.choice(audit.findings) if audit.findings else None

    def say(kind: Any, item: str, verdict: str, **body: Any) -> None:
        decide(home, Decision("A1", kind, item, verdict, "qa1", at, body), scoring, audit)

    if action in ("upheld", "overturned") and pick is not None:
        changed = {"category": draw.choice((None, "insult_severe")), "severity": draw.choice((None, "major"))}
        say("finding", pick.finding_id, action, finding=pick, reason="听过", **changed)
    elif action == "reopen" and pick is not None:
        say("finding", pick.finding_id, "open", finding=pick, reason="再看")
    elif action == "add":
        new = added(stored.call, draw.choice(CATEGORIES), "major", 0, (draw.randrange(4), 5), "漏了")
        say("added", new.finding_id, "added", finding=new, reason="漏了", category=None, severity=None)
    elif action == "withdraw":
        with Ledger(home) as ledger, ledger.reading() as db:
            people = [d for d in decisions.history(db, "A1", "added") if d.verdict == "added"]
        for d in people[:1]:
            say("added", d.item, "open", **d.body)
    elif action == "step":
        verdict: Verdict | str = draw.choice(("done", "missed", "na", "cannot_tell", "open"))
        say("step", draw.choice(audit.steps).id, verdict, reason="听过")
    elif action == "line":
        say("line", "0", "corrected", text="您好")
    elif action == "sign":
        with Ledger(home) as ledger, ledger.reading() as db:
            seq = decisions.newest(db)
        say("call", "", "signed", score="1", result=stored.entry.result, seq=seq)
    elif action == "reaudit":
        save(home, rich("A1", draw.randrange(2, 5)), at=at)
    elif action == "back":
        with Ledger(home) as ledger, ledger.writing() as db:
            first = catalog.with_audit_key(db, "A1", rich("A1", 1).keys.audit)
            assert first is not None
            catalog.make_current(db, first)
    elif action == "merge":
        with Ledger(home) as ledger:
            segments.compact(home, ledger, at, merge_from=1)


def save(home: Home, *results: CallResult, at: datetime = NOON) -> None:
    with Ledger(home) as ledger:
        segment, entries = segments.write(home, ledger, results, at)
        with ledger.writing() as db:
            catalog.add(db, segment, entries, at)
