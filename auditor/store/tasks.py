"""What an agent was given to work on and has not finished."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from auditor.store.queries import Store


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A coaching task on a step or a category of findings (``item``), with the ids of calls to listen to."""

    task: int
    kind: Literal["step", "category"]
    item: str
    text: str
    due: date | None
    calls: tuple[str, ...]


def open_tasks(store: Store, agent_id: str) -> list[OwnTask]:
    """The agent's open tasks, the one due first first, if the store's scope has any of their calls."""
    where, values = store.where()
    sql = f"""SELECT t.task, t.kind, t.item, t.text, t.due, t.calls FROM coaching t
              WHERE t.state = 'open' AND t.agent_id = $agent
                AND EXISTS (FROM calls c WHERE c.agent_id = $agent AND {where})
              ORDER BY t.due NULLS LAST, t.task"""
    rows = store.ask(sql, {**values, "agent": agent_id})
    return [OwnTask(**{**row, "calls": tuple(json.loads(row["calls"]))}) for row in rows]
