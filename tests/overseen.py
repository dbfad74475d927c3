"""A home as compliance sees it: two agencies, attempts, a debtor called too often, decisions of people, hostile words everywhere."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from auditor.models import (
    Audit,
    Band,
    Call,
    Facts,
    Finding,
    Flag,
    Metadata,
    Party,
    Promise,
    Scorecard,
    Severity,
    Status,
    Utterance,
    finding_id,
)
from auditor.rules.pack import DEFAULT, Pack, load_pack
from auditor.store import appeals, catalog, decisions, segments
from auditor.store.codec import encode
from auditor.store.decisions import Decision
from auditor.store.home import Home
from auditor.store.keys import Keys
from auditor.store.ledger import Ledger, append_event
from tests.web.homes import HOSTILE, audio_id

CST = timezone(timedelta(hours=8))
STORED = datetime(2026, 11, 6, 8, 0, tzinfo=UTC)
"""A Friday, 16:00 where people work: what is critical must be decided by Monday, 16:00."""
CASE = "C2611000777"
AGENCY = "安和商务公司"
QUOTE = '=HYPERLINK("http://evil.example")'


@functools.cache
def _pack() -> Pack:
    return load_pack(DEFAULT)


def overseen(path: Path) -> Home:
    """The home. Of its seven calls, five were answered; four findings, of which people upheld one and overturned another."""
    home = Home.open(path)
    pack = _pack()
    home.archive_pack(pack.hash, pack.files)
    asked_to_stop = Facts(
        Promise(Decimal(500), "十号", date(2026, 11, 10), 0), None, (Flag("stop_contact_request", 0, "别打了"),)
    )  # fmt: skip
    results = [
        result(
            pack, "K1", 9, found=[("threat_exposure", "critical", "confirmed", "我把你通讯录打一遍")], agency=AGENCY
        ),
        result(pack, "K2", 10, found=[("insult", "major", "suspected", QUOTE)], agency=AGENCY, facts=asked_to_stop),
        result(pack, "K3", 11, found=[("insult", "major", "confirmed", "你要不要脸")]),
        result(pack, "K4", 12),
        result(pack, "K5", 23, found=[("off_hours", "major", "confirmed", "")], agent=HOSTILE),
        result(pack, "M1", 13, answered=False),
        result(pack, "M2", 14, answered=False),
    ]
    store(home, results)
    with Ledger(home) as ledger, ledger.writing() as db:
        ruled = [("K3", "insult", "upheld", "liu"), ("K2", "insult", "overturned", "wang")]
        for call_id, category, verdict, by in ruled:
            item = finding_id(call_id, category, 0, (0, 5))
            body = {"reason": f"听过录音 {HOSTILE}"}
            decisions.record(db, Decision(call_id, "finding", item, verdict, by, STORED + timedelta(hours=2), body), 0)
        missed = finding("K4", "service_attitude", "minor", "confirmed", "你爱还不还", "person")
        kept = {"finding": _plain(missed)}
        decisions.record(db, Decision("K4", "added", missed.finding_id, "added", "liu", STORED, kept), 0)
        item = finding_id("K3", "insult", 0, (0, 5))
        appeals.lodge(db, "K3", "finding", item, "A1", "A1", STORED, "我没有说", "insult", {})
        append_event(db, STORED, "run_ended", {"run": 1, "state": HOSTILE})
    return home


def result(
    pack: Pack, call_id: str, hour: int, *, found: list[tuple[str, Severity, Status, str]] | None = None,
    answered: bool = True, agency: str | None = None, agent: str = "A1", facts: Facts | None = None,
) -> segments.CallResult:  # fmt: skip
    """One call or attempt of the case, on 5 November 2026."""
    metadata = Metadata(
        started_at=datetime(2026, 11, 5, hour, 15, tzinfo=CST), direction="outbound", agent_id=agent, agent_name=agent,
        team="一组", case_id=CASE, customer_id="U26110777", product="credit_card", institution="晴川银行",
        agency=agency, region="CN", answered=answered, callee_number_hash="n1",
    )  # fmt: skip
    said = (Utterance("agent", 1.0, 3.0, f"{HOSTILE} 我把你通讯录打一遍"),) if answered else ()
    number = audio_id(call_id)
    call = Call(call_id, metadata, said, "Hans", f"{call_id}.json", number, 4.0 if answered else None)
    findings = tuple(finding(call_id, *each) for each in found or ())
    score = Decimal(0 if findings else 100)
    band: Band = "fail" if findings else "excellent"
    audit = Audit(
        call_id=call_id,
        pack=pack.id,
        code_version="0.1.0",
        party=Party("debtor_verified", ()),
        facts=facts or Facts(),
        findings=findings,
        steps=(),
        scorecard=Scorecard(score if answered else None, band if answered else "cannot_tell", False, ()),
    )
    return segments.CallResult(call, audit, Keys(number, number, number))


def finding(
    call_id: str, category: str, severity: Severity, status: Status, quote: str, matched_by: str = "phrase"
) -> Finding:
    """A finding in the call's only line; in its metadata where there is no quote."""
    said = bool(quote)
    return Finding(
        finding_id(call_id, category, 0 if said else None, (0, 5) if said else None), f"{category}-rule", category,
        severity, status, 0 if said else None, (), (0, 5) if said else None, quote, 1.0 if said else None,
        3.0 if said else None, matched_by, f"原因 {HOSTILE}", ("CBA2026-ban-2", "CivilCode-1032") if said else (),
    )  # fmt: skip


def store(home: Home, results: list[segments.CallResult], at: datetime = STORED) -> None:
    """Make these results count."""
    with Ledger(home) as ledger:
        segment, entries = segments.write(home, ledger, results, at)
        with ledger.writing() as db:
            catalog.add(db, segment, entries, at)


def again(home: Home, call_id: str, at: datetime) -> None:
    """Audit a call of the home again, by another version of the program, with the same findings."""
    from auditor.store.queries import Store

    with Store(home) as known:
        stored = known.call(call_id)
    audit = replace(stored.audit, code_version="0.2.0")
    store(home, [segments.CallResult(stored.call, audit, Keys(stored.call.source_hash, "", f"again {at}"))], at)


def _plain(value: Finding) -> dict[str, object]:
    import json

    told: dict[str, object] = json.loads(encode(value))
    return told
