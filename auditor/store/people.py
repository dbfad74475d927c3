"""Who may use the pages: people by name, with their roles and what they may see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from auditor.errors import NotFoundError
from auditor.store.ledger import append_event, stamp

if TYPE_CHECKING:
    import sqlite3

Role: TypeAlias = Literal["qa", "compliance", "coach", "agent", "admin"]
ROLES: tuple[Role, ...] = ("qa", "compliance", "coach", "agent", "admin")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who uses the pages. ``teams`` ``None``: calls of every team; ``agent_id``: which agent's calls are their own."""

    name: str
    shown: str
    roles: tuple[Role, ...]
    teams: tuple[str, ...] | None = None
    agent_id: str | None = None
    active: bool = True


LOCAL = Person("local", "本机", ROLES)
"""Whoever sits at this machine, where there is no login."""


def people(db: sqlite3.Connection) -> list[Person]:
    """Everybody, by name, also those who are no longer active."""
    return [_person(row) for row in db.execute(f"{_SELECT} ORDER BY name").fetchall()]


def person(db: sqlite3.Connection, name: str) -> Person:
    """The person of this name; raises NotFoundError."""
    found = db.execute(f"{_SELECT} WHERE name = ?", (name,)).fetchall()
    if not found:
        raise NotFoundError(f"没有用户 {name[:80]!r}。请管理员先登记。")
    return _person(found[0])


def keep(db: sqlite3.Connection, who: Person, by: str, at: datetime) -> None:
    """Put down a person, or what changed of them; the password stays as it is."""
    teams = None if who.teams is None else json.dumps(who.teams, ensure_ascii=False)
    row = (who.name, who.shown, json.dumps(who.roles), teams, who.agent_id, int(who.active), stamp(at))
    db.execute(
        """INSERT INTO people (name, shown, roles, teams, agent_id, active, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET shown = excluded.shown, roles = excluded.roles, teams = excluded.teams,
             agent_id = excluded.agent_id, active = excluded.active, changed_at = excluded.changed_at""",
        row,
    )
    body = {"name": who.name, "roles": who.roles, "teams": who.teams, "agent_id": who.agent_id, "active": who.active}
    append_event(db, at, "person_changed", {**body, "by": by})


_SELECT = "SELECT name, shown, roles, teams, agent_id, active FROM people"


def _person(row: Sequence[object]) -> Person:
    name, shown, roles, teams, agent_id, active = row
    return Person(
        str(name),
        str(shown),
        tuple(json.loads(str(roles))),
        None if teams is None else tuple(json.loads(str(teams))),
        None if agent_id is None else str(agent_id),
        bool(active),
    )
