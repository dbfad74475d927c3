"""Showing the ids of cases and customers as they are: for those who may, and written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from auditor.review.roles import require
from auditor.store.home import Home
from auditor.store.ledger import Ledger, append_event
from auditor.store.people import Person


def show_ids(home: Home, who: Person, of: Mapping[str, str], at: datetime) -> None:
    """Write down that the person sees whole ids, ``of`` which case or customer where it is one.

    Raises:
        NotAllowedError: the person's role does not allow it.
    """
    require(who, "unmask")
    with Ledger(home) as ledger, ledger.writing() as db:
        append_event(db, at, "unmasked", {**of, "by": who.name, "what": "ids"})
