"""Appeals that wait for somebody's answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from auditor.store.answers import EVERY_CALL, Filters
from auditor.store.queries import Store


@dataclass(frozen=True, slots=True)
class OpenAppeal:
    """An appeal in its present state; moments are UTC without an offset."""

    appeal: int
    call_id: str
    kind: str
    item: str
    agent_id: str | None
    team: str | None
    state: str
    opened_by: str
    opened_at: datetime
    taken_by: str
    taken_at: datetime


def open_appeals(
    store: Store, states: Collection[str], filters: Filters = EVERY_CALL, *, limit: int = 1000
) -> list[OpenAppeal]:
    """Appeals in one of these states, the oldest first."""
    where, values = store.where(filters, attempts=True)
    sql = f"""SELECT a.appeal, a.call_id, a.kind, a.item, a.agent_id, c.team, a.state, a.opened_by, a.opened_at,
                     a.taken_by, a.taken_at
              FROM appeals a JOIN calls c ON c.call_id = a.call_id
              WHERE a.state IN (SELECT unnest($states::VARCHAR[])) AND {where}
              ORDER BY a.opened_at, a.appeal LIMIT $limit"""
    return [OpenAppeal(**row) for row in store.ask(sql, {**values, "states": sorted(states), "limit": limit})]
