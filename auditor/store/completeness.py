"""How much of what was dialled was looked at: day by day or week by week, for each outside agency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from auditor.store.answers import EVERY_CALL, Filters
from auditor.store.ledger import Ledger
from auditor.store.queries import Store

Bucket: TypeAlias = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Completeness:
    """Calls of one span of days and one agency.

    Attributes:
        since: the span's first day; ``None`` for calls without a date.
        agency: ``None`` where the institution itself called, or nobody wrote down who did.
        dialled: everything that is known to have been dialled: ``answered`` and the attempts that the metadata list.
        answered: somebody or something was heard, or the metadata say so.
        recorded: answered calls that came with sound; the others came as text.
        audited: answered calls that were judged.
        cannot_tell: of those, the ones that could not be scored.
    """

    since: date | None
    agency: str | None
    dialled: int
    answered: int
    recorded: int
    audited: int
    cannot_tell: int

    @property
    def unanswered(self) -> int:
        """Attempts that nobody answered."""
        return self.dialled - self.answered


def completeness(store: Store, filters: Filters = EVERY_CALL, bucket: Bucket = "week") -> list[Completeness]:
    """Calls in scope by span and agency, the latest first; calls without a date last."""
    where, values = store.where(filters, attempts=True)
    span = "c.started_on" if bucket == "day" else f"date_trunc('{bucket}', c.started_on)::DATE"
    sql = f"""
        SELECT {span} AS since, nullif(c.agency, '') AS agency, count(*) AS dialled,
               count(*) FILTER (NOT c.attempt) AS answered,
               count(*) FILTER (NOT c.attempt AND a.transcript IS NOT NULL) AS recorded,
               count(*) FILTER (NOT c.attempt) AS audited,
               count(*) FILTER (NOT c.attempt AND c.band = 'cannot_tell') AS cannot_tell
        FROM calls c LEFT JOIN (SELECT DISTINCT transcript FROM acoustics) a USING (transcript)
        WHERE {where} GROUP BY ALL ORDER BY since DESC NULLS LAST, agency NULLS FIRST"""
    return [Completeness(**row) for row in store.ask(sql, values)]


def failed_by_day(store: Store) -> dict[date, int]:
    """Files that failed and were not settled since, by the day (UTC) of the try; of their calls nothing more is known."""
    with Ledger(store.home) as ledger, ledger.reading() as db:
        rows = db.execute(
            """SELECT substr(changed_at, 1, 10) AS day, count(DISTINCT source) FROM jobs WHERE state = 'failed'
               GROUP BY substr(changed_at, 1, 10) ORDER BY day"""
        ).fetchall()
    return {date.fromisoformat(day): int(count) for day, count in rows}
