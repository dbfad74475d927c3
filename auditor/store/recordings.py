"""Which recordings somebody may hear: those of the calls that they may see."""

from __future__ import annotations

from auditor.store.answers import EVERYBODYS
from auditor.store.queries import Store


def may_hear(store: Store, audio_id: str) -> bool:
    """Whether a call in the store's scope has this recording; without limits, every recording may be heard."""
    if store.scope == EVERYBODYS:
        return True
    where, values = store.where(attempts=True)
    sql = f"SELECT 1 AS there FROM calls c WHERE c.source_hash = $audio AND {where} LIMIT 1"
    return bool(store.ask(sql, {**values, "audio": audio_id}))
