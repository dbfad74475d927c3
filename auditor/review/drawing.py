"""Drawing a sample of calls without findings, kept with its seed and with what it was drawn from."""

from __future__ import annotations

from datetime import datetime

from auditor.errors import NotFoundError
from auditor.review.roles import require
from auditor.review.sampling import draw
from auditor.store import samples
from auditor.store.answers import EVERY_CALL, Filters
from auditor.store.ledger import Ledger
from auditor.store.people import Person
from auditor.store.queries import Store
from auditor.store.samples import Each


def draw_sample(
    store: Store, who: Person, *, count: int, seed: str, at: datetime, each: Each = "all", filters: Filters = EVERY_CALL
) -> int:
    """Draw a sample and keep it; its calls are in the queue from now on.

    Args:
        store: within what the person may see.
        who: who draws.
        count: how many calls, of each agent or team where ``each`` says so.
        seed: what the draw rests on: the same seed over the same calls gives the same sample.
        at: now.
        each: of what ``count`` calls each are drawn.
        filters: which calls may be drawn at all.

    Returns:
        The sample's number.

    Raises:
        NotAllowedError: the person does not review.
        NotFoundError: no call can be drawn.
    """
    require(who, "review")
    frame = samples.frame(store, filters, each)
    if not frame:
        raise NotFoundError("没有可抽的通话：这里的通话都有发现、无法判定，或已经签核。请放宽条件。")
    members = draw(frame, count, seed)
    population = {stratum: len(calls) for stratum, calls in frame.items()}
    with Ledger(store.home) as ledger, ledger.writing() as db:
        return samples.keep(
            db, members, population, filters=filters, each=each, count=count, seed=seed, by=who.name, at=at
        )
