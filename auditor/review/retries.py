"""Asking for failed work to be tried again: for those who operate. The work itself needs a model, and is a run's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from auditor.review.roles import require
from auditor.store import jobs
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import Person


def mark(home: Home, who: Person, job_ids: Sequence[str], at: datetime) -> int:
    """Mark failed jobs for ``auditor run --retry --marked``; returns how many there were to mark.

    Raises:
        NotAllowedError: this person may not operate.
        HomeError: it can't be written.
    """
    require(who, "operate")
    with Ledger(home) as ledger, ledger.writing() as db:
        return jobs.mark(db, job_ids, who.name, at)
