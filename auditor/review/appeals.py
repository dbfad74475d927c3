"""Appeals: an agent → a reviewer → at most once an arbiter, each a different person; what has ended stays as it ended.

    open ──▶ accepted                     (a reviewer)
      │ └──▶ rejected ──▶ escalated ──▶ final_accepted | final_rejected     (the agent, once; an arbiter)
      └────▶ withdrawn                    (the agent)

Accepting changes the decision that was appealed against, in the same transaction. The time comes from the caller.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from auditor.errors import NotAllowedError, NotFoundError, UsageError
from auditor.models import Audit, Finding, StepResult
from auditor.review.decisions import keep
from auditor.review.effective import PERSON, effective
from auditor.review.roles import Action, may
from auditor.rules.points import Scoring
from auditor.store import appeals, decisions
from auditor.store.answers import StoredCall
from auditor.store.appeals import Appeal, Change, State
from auditor.store.codec import encode
from auditor.store.decisions import Decision, Kind
from auditor.store.ledger import Ledger
from auditor.store.people import Person
from auditor.store.queries import Store

if TYPE_CHECKING:
    import sqlite3

Move: TypeAlias = Literal["accept", "reject", "escalate", "withdraw"]
MOVES: tuple[Move, ...] = ("accept", "reject", "escalate", "withdraw")
AFTER: Mapping[tuple[State, Move], State] = {
    ("open", "accept"): "accepted",
    ("open", "reject"): "rejected",
    ("open", "withdraw"): "withdrawn",
    ("rejected", "escalate"): "escalated",
    ("escalated", "accept"): "final_accepted",
    ("escalated", "reject"): "final_rejected",
}
"""Every step there is; from the states that are not named here nothing leads on."""

WAITING: tuple[State, ...] = ("open", "escalated")
"""The states in which an appeal waits for somebody's answer."""

ESCALATE_WITHIN = timedelta(days=7)
"""After a rejection: within a week any shift rota gives everybody working days to answer, and a score does not stay open for long."""

LONGEST = 1000
"""Characters of an appeal or an answer: a page of text; who needs more is better heard in person."""

Refusal: TypeAlias = Literal["over", "role", "own", "ruled", "answered", "not_yours", "late"]
_TOLD: Mapping[Refusal, str] = {
    "over": "这件申诉现在不能这样处理。请刷新页面，看它的最新进展。",
    "role": "你的角色不能处理申诉。需要时请联系管理员。",
    "own": "不能处理自己的申诉。请由其他人处理。",
    "ruled": "这一项是你判定的，申诉要由另一个人处理。",
    "answered": "这件申诉你已经处理过，仲裁要由另一个人来做。",
    "not_yours": "只有这通电话的坐席本人可以申诉、撤回或申请仲裁。",
    "late": f"驳回已超过 {ESCALATE_WITHIN.days} 天，不能再申请仲裁。",
}


def refusal(appeal: Appeal, move: Move, who: Person, ruled: Collection[str], now: datetime) -> Refusal | None:
    """Why the person may not take this step now; ``None`` where they may.

    Args:
        ruled: the names of those who ever decided on what the appeal is about.
        now: with an offset.
    """
    if (appeal.state, move) not in AFTER:
        return "over"
    if move in ("escalate", "withdraw"):
        if not _own(appeal, who) or not may(who, "appeal"):
            return "not_yours"
        return "late" if move == "escalate" and now > escalates_until(appeal) else None
    needed: Action = "answer_appeal" if appeal.state == "open" else "arbitrate"
    if not may(who, needed):
        return "role"
    if _own(appeal, who) or who.name == appeal.opened_by:
        return "own"
    if who.name in {step.taken_by for step in appeal.steps}:
        return "answered"
    return "ruled" if who.name in ruled else None


def moves(appeal: Appeal, who: Person, ruled: Collection[str], now: datetime) -> tuple[Move, ...]:
    """The steps that the person may take now."""
    return tuple(move for move in MOVES if refusal(appeal, move, who, ruled, now) is None)


def escalates_until(appeal: Appeal) -> datetime:
    """Until when the agent may go to the arbiter, of an appeal that was rejected last."""
    return appeal.last.taken_at + ESCALATE_WITHIN


def ended(appeal: Appeal, now: datetime) -> bool:
    """Whether nothing can follow any more: it is final, or the time to go to the arbiter has passed."""
    if appeal.state == "rejected":
        return now > escalates_until(appeal)
    return not any(state == appeal.state for state, _ in AFTER)


def _own(appeal: Appeal, who: Person) -> bool:
    return who.agent_id is not None and who.agent_id == appeal.agent_id


# What an appeal is about, and what becomes of it


@dataclass(frozen=True, slots=True)
class Subject:
    """What an appeal would be about: as ``Appeal`` has it."""

    kind: Kind
    item: str
    topic: str
    about: Mapping[str, Any]


def subject(audit: Audit, item: str) -> Subject:
    """What may be appealed against in a call, by the id of a finding, the name of a step, or empty for the score.

    Args:
        audit: as it counts after decisions.

    Raises:
        UsageError: there is no such finding or step, it costs nobody anything, or the call has no score.
    """
    card = audit.scorecard
    if not item and card.score is not None:
        return Subject("call", "", "", {"score": str(card.score), "band": card.band})
    for finding in audit.findings:
        if finding.finding_id == item:
            kind: Kind = "added" if finding.matched_by == PERSON else "finding"
            return Subject(kind, item, finding.category, {"finding": _plain(finding)})
    for step in audit.steps:
        if step.id == item and step.verdict in ("missed", "cannot_tell"):
            return Subject("step", item, item, {"step": _plain(step)})
    raise UsageError("这一项现在没有可以申诉的判定。请刷新页面后再看。")


def remedies(audit: Audit, kind: Kind, item: str) -> tuple[Change, ...]:
    """What accepting an appeal may change; of several for one item one is chosen, of a score any number.

    Args:
        audit: as it counts after decisions.
    """
    found = [f for f in audit.findings if kind == "call" or f.finding_id == item]
    steps = [s for s in audit.steps if s.verdict in ("missed", "cannot_tell") and (kind == "call" or s.id == item)]
    changes = [
        Change("added", f.finding_id, "open")
        if f.matched_by == PERSON
        else Change("finding", f.finding_id, "overturned")
        for f in (found if kind in ("finding", "added", "call") else [])
    ]
    changes += [Change("step", s.id, v) for s in (steps if kind in ("step", "call") else []) for v in ("done", "na")]
    return tuple(changes)


def would_be(audit: Audit, decisions: Iterable[Decision], changes: Iterable[Change], scoring: Scoring) -> Audit:
    """The audit as it would count with these changes: what the agent and the reviewer see before anybody answers.

    Args:
        audit: the machine's, with what several calls show together.
        decisions: the newest of each item of this call.
        changes: of different items.
        scoring: by the pack of the audit.
    """
    newest = {(d.kind, d.item): d for d in decisions}
    before = {f.finding_id: f for f in effective(audit, newest.values(), scoring).findings}
    epoch = datetime.min
    for change in changes:
        body = {"finding": before[change.item]} if change.item in before else {}
        supposed = Decision(audit.call_id, change.kind, change.item, change.verdict, "", epoch, body)
        newest[change.kind, change.item] = supposed
    return effective(audit, newest.values(), scoring)


def ruled_by(db: sqlite3.Connection, call_id: str, kind: Kind, item: str) -> frozenset[str]:
    """The names of those who ever decided on an item, or, of the score, on anything in the call but by answering an appeal."""
    made = decisions.history(db, call_id)
    if kind == "call":
        return frozenset(d.decided_by for d in made if "appeal" not in d.body)
    about = ("finding", "added") if kind in ("finding", "added") else (kind,)
    return frozenset(d.decided_by for d in made if d.kind in about and d.item == item)


def lodge(
    store: Store, who: Person, stored: StoredCall, item: str, text: str, *, at: datetime, scoring: Scoring
) -> Appeal:  # fmt: skip
    """Appeal against a finding (its id), a step (its name) or the score (empty) of one's own call.

    Raises:
        ConflictError: there is an appeal about it already.
        NotAllowedError: it is not the person's own call.
        UsageError: there is nothing to appeal against, or no reason is given.
    """
    agent_id = stored.call.metadata.agent_id
    if not may(who, "appeal") or who.agent_id is None or who.agent_id != agent_id:
        raise NotAllowedError(_TOLD["not_yours"])
    words = _text(text)
    with Ledger(store.home) as ledger, ledger.writing() as db:
        made = decisions.standing(db, stored.entry.call_id)
        about = subject(effective(stored.shown, made.values(), scoring), item)
        return appeals.lodge(
            db, stored.entry.call_id, about.kind, about.item, agent_id, who.name, at, words, about.topic, about.about
        )


def act(
    store: Store, who: Person, stored: StoredCall, appeal: int, move: Move, text: str, *, seen: int, at: datetime,
    scoring: Scoring, changes: Sequence[Change] = (),
) -> Appeal:  # fmt: skip
    """Take the step after version ``seen`` of an appeal; an acceptance makes its ``changes`` as decisions of the same person.

    Args:
        store: within what the person may see.
        stored: the call that the appeal is about.
        changes: for an acceptance, some of ``remedies``.

    Raises:
        ConflictError: somebody took a step meanwhile.
        NotAllowedError: the person may not take this step.
        NotFoundError: there is no such appeal about the call, or the person may not see the call.
        UsageError: no reason is given, or the changes are none that the appeal can bring.
    """
    words = "" if move == "withdraw" else _text(text)
    if not store.sees(stored.entry):
        raise NotFoundError("没有这通电话。请核对编号。")
    with Ledger(store.home) as ledger, ledger.writing() as db:
        now = appeals.at_version(db, appeal, seen)
        if now.call_id != stored.entry.call_id:
            raise NotFoundError(f"这通电话没有第 {appeal} 号申诉。请核对编号。")
        ruled = ruled_by(db, now.call_id, now.kind, now.item)
        if (reason := refusal(now, move, who, ruled, at)) is not None:
            raise NotAllowedError(_TOLD[reason])
        standing = decisions.standing(db, now.call_id)
        if move == "accept":
            counts = effective(stored.shown, standing.values(), scoring)
            changes = _chosen(remedies(counts, now.kind, now.item), now.kind, changes)
        else:
            changes = ()
        after = appeals.advance(db, appeal, AFTER[now.state, move], words, who.name, at, seen, changes)
        for change in changes:
            before = standing.get((change.kind, change.item))
            body = {**_evidence(stored, change, before), "reason": words, "appeal": appeal}
            made = Decision(now.call_id, change.kind, change.item, change.verdict, who.name, at, body)
            keep(db, stored, made, before.version if before else 0, scoring)
        return after


def _evidence(stored: StoredCall, change: Change, before: Decision | None) -> dict[str, Any]:
    """What a decision keeps of a finding: as it was when somebody first ruled on it, or as the machine has it."""
    if before is not None:
        return dict(before.body)
    found = [f for f in stored.shown.findings if f.finding_id == change.item]
    return {"finding": _plain(found[0])} if found else {}


def _plain(judged: Finding | StepResult) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(encode(judged)))


def _text(text: str) -> str:
    """The words of a step, trimmed; raises UsageError where there are none, or too many."""
    text = text.strip()
    if not text:
        raise UsageError("请写明理由。")
    if len(text) > LONGEST:
        raise UsageError(f"理由太长，最多 {LONGEST} 字。请写得短一些。")
    return text


def _chosen(possible: Collection[Change], kind: Kind, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes that an acceptance makes; raises UsageError where they are none of those possible, or two for one item."""
    items = {(c.kind, c.item) for c in changes}
    if not changes or len(items) != len(changes) or not set(changes) <= set(possible):
        raise UsageError("请选择申诉成立后要改的项，每一项只改一次。")
    if kind != "call" and len(changes) != 1:
        raise UsageError("这件申诉只涉及一项。")
    return tuple(changes)
