"""Working on a call alone: taking it, keeping it while working, giving it back; checked against role and scope."""

from __future__ import annotations

from datetime import datetime

from auditor.errors import ConflictError, NotFoundError
from auditor.review.roles import require
from auditor.store import claims
from auditor.store.claims import Claim
from auditor.store.ledger import Ledger
from auditor.store.people import Person
from auditor.store.queries import Store
from auditor.store.queue import Moment, Wanted, next_call


def take(store: Store, who: Person, call_id: str, at: datetime) -> Claim:
    """Take a call to work on, or keep one's own half an hour longer.

    Args:
        store: within what the person may see.
        who: whose call it will be.
        call_id: which.
        at: now.

    Raises:
        NotAllowedError: the person does not review.
        NotFoundError: there is no such call, or not for this person.
        ConflictError: a colleague is working on it.
    """
    require(who, "review")
    if call_id not in store.find_call(call_id, limit=1):
        raise NotFoundError(f"归档目录里没有通话 {call_id[:200]}。请核对编号。")
    with Ledger(store.home) as ledger, ledger.writing() as db:
        return claims.claim(db, call_id, who.name, at)


def take_next(store: Store, who: Person, wanted: Wanted, moment: Moment, after: str | None = None) -> str | None:
    """Take the next call of the queue that nobody works on, behind ``after``; ``None`` where there is none left.

    Raises NotAllowedError where the person does not review.
    """
    require(who, "review")
    while (call_id := next_call(store, wanted, who.name, moment, after)) is not None:
        try:
            take(store, who, call_id, moment.now)
        except ConflictError:
            continue  # a colleague was quicker; the next question no longer offers this one
        return call_id
    return None


def give_back(store: Store, who: Person, call_id: str, at: datetime) -> bool:
    """Let others have the call; returns whether it was one's own."""
    with Ledger(store.home) as ledger, ledger.writing() as db:
        return claims.release(db, call_id, who.name, at)
