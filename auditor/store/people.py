"""Who may use the pages: people by name, with their roles and what they may see."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from auditor.errors import NotFoundError, UsageError
from auditor.store import sessions
from auditor.store.ledger import append_event, stamp

if TYPE_CHECKING:
    import sqlite3

Role: TypeAlias = Literal["qa", "compliance", "coach", "agent", "admin"]
ROLES: tuple[Role, ...] = ("qa", "compliance", "coach", "agent", "admin")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}")


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
    """Put down a person, or what changed of them; the password stays as it is. Who is no longer active is logged out.

    Raises:
        UsageError: the name or a role is none that there can be, or nobody active would be left to manage people.
    """
    _check(who)
    if administrators(db) == [who.name] and not (who.active and "admin" in who.roles):
        raise UsageError(f"{who.name} 是最后一位在用的管理员。请先登记另一位管理员，再改这一位。")
    teams = None if who.teams is None else json.dumps(who.teams, ensure_ascii=False)
    row = (who.name, who.shown, json.dumps(who.roles), teams, who.agent_id, int(who.active), stamp(at))
    db.execute(
        """INSERT INTO people (name, shown, roles, teams, agent_id, active, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET shown = excluded.shown, roles = excluded.roles, teams = excluded.teams,
             agent_id = excluded.agent_id, active = excluded.active, changed_at = excluded.changed_at""",
        row,
    )
    if not who.active:
        sessions.end_all(db, who.name)
    body = {"name": who.name, "roles": who.roles, "teams": who.teams, "agent_id": who.agent_id, "active": who.active}
    append_event(db, at, "person_changed", {**body, "by": by})


def administrators(db: sqlite3.Connection) -> list[str]:
    """The names of those who may manage people now."""
    return [each.name for each in people(db) if each.active and "admin" in each.roles]


def password_hash(db: sqlite3.Connection, name: str) -> str | None:
    """What is kept of an active person's password; ``None`` where there is no such person or they have none."""
    found = db.execute("SELECT password FROM people WHERE name = ? AND active = 1", (name,)).fetchall()
    return None if not found or found[0][0] is None else str(found[0][0])


def keep_password(db: sqlite3.Connection, name: str, hashed: str, by: str, at: datetime) -> None:
    """Give a person another password, as its hash, and log them out everywhere; raises NotFoundError."""
    person(db, name)
    db.execute("UPDATE people SET password = ?, changed_at = ? WHERE name = ?", (hashed, stamp(at), name))
    sessions.end_all(db, name)
    append_event(db, at, "password_changed", {"name": name, "by": by})


def renew_hash(db: sqlite3.Connection, name: str, hashed: str) -> None:
    """Keep the same password under a stronger hash."""
    db.execute("UPDATE people SET password = ? WHERE name = ?", (hashed, name))


def with_password(db: sqlite3.Connection) -> frozenset[str]:
    """The names of active people who can log in with a password."""
    rows = db.execute("SELECT name FROM people WHERE password IS NOT NULL AND active = 1").fetchall()
    return frozenset(str(name) for (name,) in rows)


def _check(who: Person) -> None:
    if not _NAME.fullmatch(who.name) or who.name == LOCAL.name:
        raise UsageError(
            "登录名只能用字母、数字和 . _ @ + -，以字母或数字开头，最长 80 个字符，不能叫 local。中文姓名请写在显示名里。"
        )
    unknown = [role for role in who.roles if role not in ROLES]
    if unknown or not who.roles:
        raise UsageError(f"角色只有 {'、'.join(ROLES)}，至少要有一个。")


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
