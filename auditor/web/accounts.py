"""Who may use the pages, changed by who may change it; and whether somebody is who they say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from auditor.errors import NotAllowedError, NotFoundError, UsageError
from auditor.review.roles import require
from auditor.store.home import Home
from auditor.store.ledger import Ledger, append_event
from auditor.store.people import (
    Person,
    keep,
    keep_password,
    password_hash,
    people,
    person,
    renew_hash,
    with_password,
)
from auditor.web.passwords import hash_password, is_outdated, is_password, rehash


@dataclass(frozen=True, slots=True)
class Account:
    """A person, and whether they can log in with a password."""

    person: Person
    has_password: bool


def accounts(home: Home, by: Person) -> list[Account]:
    """Everybody who is registered, by name. Raises NotAllowedError."""
    require(by, "manage_people")
    with Ledger(home) as ledger, ledger.reading() as db:
        able = with_password(db)
        return [Account(each, each.name in able) for each in people(db)]


def register(home: Home, who: Person, password: str | None, by: Person, at: datetime) -> None:
    """Register a person; without a password they can come in through a provider only.

    Raises:
        NotAllowedError: ``by`` may not manage people.
        UsageError: there is such a person already, or the name, roles or password can't be used.
    """
    require(by, "manage_people")
    hashed = None if password is None else hash_password(password, who.name)
    with Ledger(home) as ledger, ledger.writing() as db:
        if any(each.name.casefold() == who.name.casefold() for each in people(db)):
            raise UsageError(f"{who.name} 已经登记过。要修改请用修改，要恢复请重新启用。")
        keep(db, who, by.name, at)
        if hashed is not None:
            keep_password(db, who.name, hashed, by.name, at)


def change(home: Home, who: Person, by: Person, at: datetime) -> None:
    """Change what is put down of a person; who is made inactive is logged out everywhere.

    Raises:
        NotAllowedError: ``by`` may not manage people.
        NotFoundError: there is no such person.
        UsageError: a role is unknown, or no active administrator would be left.
    """
    require(by, "manage_people")
    with Ledger(home) as ledger, ledger.writing() as db:
        if person(db, who.name) != who:
            keep(db, who, by.name, at)


def deactivate(home: Home, name: str, by: Person, at: datetime) -> None:
    """Let a person in no longer, and log them out everywhere; raises as ``change`` does."""
    with Ledger(home) as ledger, ledger.reading() as db:
        who = person(db, name)
    change(home, replace(who, active=False), by, at)


def set_password(home: Home, name: str, password: str, by: Person, at: datetime) -> None:
    """Give somebody a new password, and log them out everywhere.

    Raises:
        NotAllowedError: ``by`` is neither this person nor may manage people.
        NotFoundError: there is no such person.
        UsageError: the password can't be used.
    """
    if by.name != name:
        require(by, "manage_people")
    elif not by.active:
        raise NotAllowedError("账号已停用。请联系管理员。")
    hashed = hash_password(password, name)
    with Ledger(home) as ledger, ledger.writing() as db:
        keep_password(db, name, hashed, by.name, at)


def proven(home: Home, name: str, password: str) -> Person | None:
    """The active person whose name and password these are; takes as long where there is no such person."""
    with Ledger(home) as ledger, ledger.reading() as db:
        hashed = password_hash(db, name)
    if not is_password(hashed, password) or hashed is None:
        return None
    with Ledger(home) as ledger, ledger.writing() as db:
        if is_outdated(hashed):
            renew_hash(db, name, rehash(password))
        return person(db, name)


def known(home: Home, name: str) -> Person | None:
    """The active person of this name."""
    with Ledger(home) as ledger, ledger.reading() as db:
        try:
            who = person(db, name)
        except NotFoundError:
            return None
    return who if who.active else None


def failed(home: Home, name: str, means: str, address: str, at: datetime) -> None:
    """Put down that a login failed. A name that nobody has is left out: people type passwords there by mistake."""
    with Ledger(home) as ledger, ledger.writing() as db:
        registered = any(each.name == name for each in people(db))
        body = {"name": name if registered else None, "means": means, "address": address}
        append_event(db, at, "login_failed", body)
