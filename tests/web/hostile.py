"""A home in which everything that comes from outside tries to be more than text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from auditor.models import (
    Acoustics,
    CallWarning,
    ChannelAcoustics,
    Finding,
    Flag,
    Metadata,
    Promise,
    StepResult,
    Utterance,
)
from auditor.review import appeals as appealing
from auditor.review import decisions as deciding
from auditor.review.sampling import draw
from auditor.rules.pack import Pack
from auditor.store import catalog, jobs, samples, segments
from auditor.store.answers import EVERY_CALL, StoredCall
from auditor.store.home import Home
from auditor.store.keys import Keys
from auditor.store.ledger import Ledger, append_event, stamp
from auditor.store.people import LOCAL, Person, keep
from auditor.store.queries import Store
from tests.review.homes import judged

MARK = "evil.example"
"""Stands in every hostile text, so that one can look for it."""
HOSTILE = (
    f'<img src="http://{MARK}/i.png" onerror="document.title=1"><script>alert(1)</script><b>b</b>'
    f" ![x](http://{MARK}/m.png) [y](http://{MARK}/) $\\LaTeX$ :red[r] :material/home: :smile: `c` **s** \u202eabc\u200f"
)
FORMULA = f'=HYPERLINK("http://{MARK}/f","{HOSTILE}")'
LONG = f"{HOSTILE}{'长' * 20_000}"
CALL = f"H1 {HOSTILE}"
AGENT = f"A {FORMULA}"
TEAM = f"T {HOSTILE}"
REVIEWER = Person("liu", f"刘 {HOSTILE}", ("qa", "compliance"))
NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


def hostile(path: Path, pack: Pack) -> Home:
    """Two sample calls, judged, and the same again with hostile words in every place that is not the auditor's own."""
    home = judged(path, pack, "S13", "S02")
    with Store(home) as store:
        results = [_spoilt(home, store.call("S13"), CALL), _spoilt(home, store.call("S02"), f"H2 {HOSTILE}")]
    with Ledger(home) as ledger:
        segment, entries = segments.write(home, ledger, results, NOON)
        with ledger.writing() as db:
            catalog.add(db, segment, entries, NOON)
            for who in (REVIEWER, Person("wu", f"吴 {HOSTILE}", ("agent",), agent_id=AGENT)):
                keep(db, who, "admin", NOON)
            options = {"paths": [FORMULA, f"/录音/{HOSTILE}"], "metadata": HOSTILE, "folder": f"/{HOSTILE}"}
            run = jobs.start_run(db, options, NOON)
            jobs.enqueue(
                db,
                run,
                [("failed", FORMULA, f"{HOSTILE}.wav", "{}"), ("taken", HOSTILE, FORMULA, "{}")],
                NOON,
                retry=True,
            )
            jobs.claim(db, "failed", NOON)
            jobs.fail(db, "failed", f"读不出 {LONG}", NOON)
            jobs.claim(db, "taken", NOON)
            append_event(db, NOON, "sampled", {"by": HOSTILE, HOSTILE: LONG, "call_id": CALL})
            append_event(db, NOON, HOSTILE, {"by": FORMULA, "body": [FORMULA]})
    _decided(home, pack)
    return home


def _spoilt(home: Home, stored: StoredCall, call_id: str) -> segments.CallResult:
    known, sound = stored.call.metadata, hashlib.sha256(call_id.encode()).hexdigest()
    metadata = Metadata(
        started_at=None if known.started_at is None else known.started_at - timedelta(days=1),
        direction=HOSTILE, agent_id=AGENT, agent_name=HOSTILE, team=TEAM, case_id=f"C {HOSTILE}", customer_id=f"U {HOSTILE}",
        product=FORMULA, card_tail=HOSTILE, amount_due=Decimal("1"), days_overdue=1, institution=HOSTILE, agency=FORMULA,
        region=known.region, stage=HOSTILE, contact_relation=HOSTILE, agreed_hours=HOSTILE, litigation=HOSTILE,
        hung_up_by=HOSTILE, custom={HOSTILE: LONG},
    )  # fmt: skip
    said = [replace(each, text=f"{each.text}{HOSTILE}") for each in stored.call.utterances]
    said += [
        Utterance("customer", said[-1].end, said[-1].end + 1, LONG),
        Utterance("agent", said[-1].end + 1, said[-1].end + 2, HOSTILE, quarantined=("known_phrase",)),
    ]
    warnings = (CallWarning("dead_channel", HOSTILE), CallWarning(HOSTILE, LONG))
    acoustics = Acoustics(said[-1].end, 8000, (ChannelAcoustics(0, ((0.0, 2.0),), (-20.0,), -3.0, 0.0),))
    call = replace(
        stored.call, call_id=call_id, metadata=metadata, utterances=tuple(said), source=f"{HOSTILE}.json", source_hash=sound,
        transcribed_by=f"{HOSTILE}@1", warnings=warnings, acoustics=acoustics,
    )  # fmt: skip
    audit = replace(
        stored.shown, call_id=call_id, findings=tuple(map(_finding, stored.shown.findings)),
        steps=tuple(map(_step, stored.shown.steps)), warnings=warnings, transcribed_by=f"{HOSTILE}@1", reader=HOSTILE,
        code_version=HOSTILE,
        facts=replace(
            stored.shown.facts, promise=Promise(Decimal(1), HOSTILE, None, 1, quote=HOSTILE, channel=HOSTILE),
            delinquency_reason=Flag(HOSTILE, 1, HOSTILE), customer_flags=(Flag("hardship", 1, HOSTILE), Flag(HOSTILE, 1, LONG)),
        ),
        scorecard=replace(
            stored.shown.scorecard, deductions=tuple(replace(d, why=HOSTILE) for d in stored.shown.scorecard.deductions)
        ),
    )  # fmt: skip
    return segments.CallResult(call, audit, Keys(sound, sound, sound))


def _finding(found: Finding) -> Finding:
    return replace(found, finding_id=f"h{found.finding_id}", rule_id=f"{found.rule_id} {HOSTILE}", why=LONG, matched_by=HOSTILE,
                   quote=f"{found.quote}{HOSTILE}", cites=(*found.cites, HOSTILE))  # fmt: skip


def _step(step: StepResult) -> StepResult:
    return replace(step, quote=HOSTILE, why=HOSTILE, say_instead=LONG, cites=(*step.cites, HOSTILE))


def _decided(home: Home, pack: Pack) -> None:
    agent = Person("wu", "吴", ("agent",), agent_id=AGENT)
    with Store(home) as store:
        first, second = store.call(CALL), store.call(f"H2 {HOSTILE}")
        found = [f.finding_id for f in first.shown.findings]
        missed = [s.id for s in (*first.shown.steps, *second.shown.steps) if s.verdict == "missed"]
        lodged = appealing.lodge(store, agent, first, found[0], LONG[:1000], at=NOON, scoring=pack.scoring)
        appealing.act(
            store, REVIEWER, first, lodged.appeal, "reject", HOSTILE, seen=lodged.version, at=NOON, scoring=pack.scoring
        )
        appealing.lodge(store, agent, second, "", FORMULA, at=NOON, scoring=pack.scoring)
        deciding.rule_on(
            store, LOCAL, first, found[-1], "overturned", seen=0, at=NOON, scoring=pack.scoring, reason=HOSTILE
        )
        deciding.add_finding(
            store, LOCAL, first, category="service_attitude", severity="minor", utterance=0, span=(0, 2), why=HOSTILE, at=NOON,
            scoring=pack.scoring,
        )  # fmt: skip
        with Ledger(home) as ledger, ledger.writing() as db:
            frame = samples.frame(store, EVERY_CALL, "agent")
            samples.keep(
                db, draw(frame, 1, HOSTILE), {s: len(c) for s, c in frame.items()}, filters=replace(EVERY_CALL, teams=(TEAM,)),
                each="agent", count=1, seed=HOSTILE, by="liu", at=NOON,
            )  # fmt: skip
            _coached(db, missed[:1] or ["empathy"])


def _coached(db: object, items: Sequence[str]) -> None:
    import sqlite3

    assert isinstance(db, sqlite3.Connection)
    db.executemany(
        """INSERT INTO coaching (task, version, agent_id, kind, item, text, due, state, calls, changed_by, changed_at)
           VALUES (?, 1, ?, 'step', ?, ?, '2026-11-09', 'open', ?, ?, ?)""",
        [(n, AGENT, item, LONG, "[]", HOSTILE, stamp(NOON)) for n, item in enumerate(items, 1)],
    )
