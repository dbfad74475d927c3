"""Deciding: a person's ruling on what the machine said, checked, kept for good, and what it leaves of the score.

Each function takes the version of the item that the person had ``seen`` (0: none yet). Where a colleague was first, nothing is written and
ConflictError is raised. Each returns the decision as it was kept.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, cast

from auditor.errors import NotAllowedError, NotFoundError, UsageError
from auditor.models import Audit, Finding, Severity, Verdict
from auditor.review.effective import added, effective
from auditor.review.roles import require
from auditor.rules.points import Scoring
from auditor.store import appeals, claims, decisions
from auditor.store.answers import StoredCall
from auditor.store.codec import encode
from auditor.store.decisions import Decision, Kind
from auditor.store.ledger import Ledger
from auditor.store.people import Person
from auditor.store.queries import Store

if TYPE_CHECKING:
    import sqlite3

LONGEST_REASON = 2_000


def rule_on(
    store: Store, who: Person, stored: StoredCall, finding_id: str, verdict: Literal["upheld", "overturned", "open"], *,
    seen: int, at: datetime, scoring: Scoring, reason: str = "", category: str | None = None, severity: Severity | None = None,
) -> Decision:  # fmt: skip
    """Uphold or overturn a finding; an upheld one may be given another category or severity. ``open`` takes a ruling back.

    Raises:
        ConflictError: a colleague ruled on it meanwhile.
        NotFoundError: the call has no such finding, or the person may not see the call.
        NotAllowedError: the person's role does not allow it, or an appeal has settled it.
        UsageError: a finding is overturned without a reason, or the category is none of the pack's.
    """
    if verdict == "overturned" and not reason.strip():
        raise UsageError("推翻一项发现要写明理由。")
    with _deciding(store, who, stored) as db:
        _unsettled(db, stored, "finding", finding_id)
        finding = _finding(db, stored, finding_id)
        body = _body(finding, reason, category, severity, scoring)
        made = Decision(stored.entry.call_id, "finding", finding_id, verdict, who.name, at, body)
        return keep(db, stored, made, seen, scoring)


def add_finding(
    store: Store, who: Person, stored: StoredCall, *, category: str, severity: Severity, utterance: int, span: tuple[int, int],
    why: str, at: datetime, scoring: Scoring, seen: int = 0,
) -> Decision:  # fmt: skip
    """Add a violation that the machine missed; ``span`` counts characters of the utterance's text.

    Raises:
        UsageError: there is no such stretch, no such category, no reason, or the machine found it already.
        ConflictError, NotFoundError, NotAllowedError: as ``rule_on``.
    """
    if not why.strip():
        raise UsageError("请写明为什么违规。")
    try:
        finding = added(stored.call, category, severity, utterance, span, why.strip()[:LONGEST_REASON])
    except ValueError as error:
        raise UsageError("选中的文字不在这通电话里。请重新选择。") from error
    if any(f.finding_id == finding.finding_id for f in stored.shown.findings):
        raise UsageError("机器已在同一处发现同类违规。请直接确认那一项。")
    with _deciding(store, who, stored) as db:
        _unsettled(db, stored, "added", finding.finding_id)
        body = _body(finding, "", None, None, scoring)
        made = Decision(stored.entry.call_id, "added", finding.finding_id, "added", who.name, at, body)
        return keep(db, stored, made, seen, scoring)


def judge_step(
    store: Store, who: Person, stored: StoredCall, step: str, verdict: Verdict | Literal["open"], *,
    seen: int, at: datetime, scoring: Scoring, reason: str = "",
) -> Decision:  # fmt: skip
    """Correct the verdict of a step; ``open`` takes it back. Raises as ``rule_on``."""
    if all(s.id != step for s in stored.shown.steps):
        raise NotFoundError(f"这通电话没有步骤 {step[:80]!r}。")
    with _deciding(store, who, stored) as db:
        _unsettled(db, stored, "step", step)
        body = {"reason": reason.strip()[:LONGEST_REASON]}
        return keep(
            db, stored, Decision(stored.entry.call_id, "step", step, verdict, who.name, at, body), seen, scoring
        )


def sign_off(store: Store, who: Person, stored: StoredCall, *, seen: int, at: datetime, scoring: Scoring) -> Decision:
    """Sign the call off as it counts now: later decisions, or another result of the machine, reopen it. One's claim ends.

    Raises as ``rule_on``.
    """
    with _deciding(store, who, stored) as db:
        made = decisions.standing(db, stored.entry.call_id)
        own, counts = stored.shown.scorecard.score, effective(stored.shown, made.values(), scoring).scorecard.score
        body = {
            "result": stored.entry.result,
            "seq": max((d.seq for d in made.values()), default=0),
            "score": None if own is None else str(own),
            "effective": None if counts is None else str(counts),
        }
        claims.release(db, stored.entry.call_id, who.name, at)
        return keep(db, stored, Decision(stored.entry.call_id, "call", "", "signed", who.name, at, body), seen, scoring)


def reopen(store: Store, who: Person, stored: StoredCall, *, seen: int, at: datetime, scoring: Scoring) -> Decision:
    """Take a signature back. Raises as ``rule_on``."""
    with _deciding(store, who, stored) as db:
        return keep(db, stored, Decision(stored.entry.call_id, "call", "", "open", who.name, at), seen, scoring)


def undo(
    store: Store, who: Person, stored: StoredCall, kind: Kind, item: str, *, seen: int, at: datetime, scoring: Scoring
) -> Decision:  # fmt: skip
    """Go back to the version before the newest, as a version of its own; nothing is deleted.

    Raises:
        NotFoundError: nothing was decided, or the person may not see the call.
        UsageError: a line of the transcript is taken back by ``auditor.reaudit``, which judges the call again.
        ConflictError, NotAllowedError: as ``rule_on``.
    """
    if kind == "line":
        raise UsageError("改过的文字请用“恢复原文”。")
    with _deciding(store, who, stored) as db:
        _unsettled(db, stored, kind, item)
        made = decisions.history(db, stored.entry.call_id, kind, item)
        if not made:
            raise NotFoundError("这一项还没有人决定过。")
        verdict, body = (made[-2].verdict, made[-2].body) if len(made) > 1 else ("open", made[-1].body)
        return keep(db, stored, Decision(stored.entry.call_id, kind, item, verdict, who.name, at, body), seen, scoring)


def keep(db: sqlite3.Connection, stored: StoredCall, decision: Decision, seen: int, scoring: Scoring) -> Decision:
    """Keep a decision in an open transaction, with what it leaves of the score; raises ConflictError."""
    kept = decisions.record(db, decision, seen)
    claims.renew(db, decision.call_id, decision.decided_by, decision.decided_at)
    settle(db, stored, scoring)
    return kept


def settle(db: sqlite3.Connection, stored: StoredCall, scoring: Scoring) -> Audit:
    """Bring up to date what the call is worth by all decisions so far; returns its effective audit."""
    made = decisions.standing(db, stored.entry.call_id)
    counts = effective(stored.shown, made.values(), scoring)
    decisions.keep_effective(db, stored.entry.call_id, stored.entry.result, encode(counts.scorecard))
    return counts


@contextlib.contextmanager
def _deciding(store: Store, who: Person, stored: StoredCall) -> Iterator[sqlite3.Connection]:
    require(who, "review")
    if not store.sees(stored.entry):
        raise NotFoundError("没有这通电话。请核对编号。")
    with Ledger(store.home) as ledger, ledger.writing() as db:
        yield db


def _unsettled(db: sqlite3.Connection, stored: StoredCall, kind: Kind, item: str) -> None:
    if appeals.settled(db, stored.entry.call_id, kind, item):
        raise NotAllowedError("这一项已有申诉的最终结果，不能再改。")


def _finding(db: sqlite3.Connection, stored: StoredCall, finding_id: str) -> dict[str, Any]:
    """The finding as it was when somebody first ruled on it, or as the machine has it."""
    before = decisions.history(db, stored.entry.call_id, "finding", finding_id)
    if before:
        return cast(dict[str, Any], before[0].body["finding"])
    for finding in stored.shown.findings:
        if finding.finding_id == finding_id:
            return _plain(finding)
    raise NotFoundError("这通电话没有这一项发现，可能刚刚重新质检过。请刷新后再看。")


def _plain(finding: Finding) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(encode(finding)))


def _body(
    finding: Finding | dict[str, Any], reason: str, category: str | None, severity: Severity | None, scoring: Scoring
) -> dict[str, Any]:
    plain = _plain(finding) if isinstance(finding, Finding) else finding
    if (category or plain["category"]) not in scoring.penalties:
        raise UsageError(f"规则包里没有类别 {category!r}。")
    return {
        "finding": plain, "reason": reason.strip()[:LONGEST_REASON], "category": category, "severity": severity,
    }  # fmt: skip
