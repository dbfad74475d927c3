"""Showing a person what is masked for everybody else: allowed to some roles, and never without a trace."""

from __future__ import annotations

from datetime import datetime

from auditor.errors import NotFoundError
from auditor.review.roles import require
from auditor.store.answers import StoredCall
from auditor.store.ledger import Ledger, append_event
from auditor.store.people import Person
from auditor.store.queries import Store


def unmask(store: Store, who: Person, stored: StoredCall, at: datetime) -> None:
    """Write down that the person sees the personal data of this call from now on.

    Raises:
        NotAllowedError: the person's role does not allow it.
        NotFoundError: the person may not see the call.
    """
    require(who, "unmask")
    if not store.sees(stored.entry):
        raise NotFoundError("没有这通电话。请核对编号。")
    with Ledger(store.home) as ledger, ledger.writing() as db:
        append_event(db, at, "unmasked", {"call_id": stored.entry.call_id, "by": who.name})
