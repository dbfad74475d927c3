"""Findings that people decided on, for those who see one like them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auditor.store.queries import Store

ENOUGH = 5_000
"""Newest rulings of a category that are looked at."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A decided finding; ``verdict`` is ``upheld``, ``overturned`` or ``added``, ``decided_at`` UTC."""

    call_id: str
    finding_id: str
    category: str
    quote: str
    verdict: str
    decided_by: str
    decided_at: datetime


def ruled(store: Store, category: str, limit: int = ENOUGH) -> list[Ruled]:
    """The newest decided findings of a category, as the machine or the person who added it named it, in the calls in scope."""
    where, values = store.where()
    sql = f"""SELECT c.call_id, f.finding_id, f.category, f.quote, f.decision AS verdict, f.decided_by, f.decided_at
              FROM findings f JOIN calls c USING (result)
              WHERE f.decision IS NOT NULL AND f.quote <> '' AND f.category = $category AND {where}
              ORDER BY f.decided_at DESC, f.finding_id LIMIT $limit"""
    return [Ruled(**row) for row in store.ask(sql, {**values, "category": category, "limit": limit})]
