"""Passwords as Argon2id hashes (RFC 9106), never kept or shown in any other form."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from auditor.errors import UsageError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 128


def hash_password(password: str, name: str = "") -> str:
    """The hash to keep of a password of the person of this name.

    Raises:
        UsageError: too short, too long, the person's own name, or one character over and over.
    """
    plain = _plain(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise UsageError(f"密码要有 {SHORTEST} 到 {LONGEST} 个字符。可以用一句自己记得住的话。")
    if len(set(plain)) < 4 or (name and name.casefold() in plain.casefold()):
        raise UsageError("密码太容易猜：不能含有登录名，也不能只是几个字符的重复。请换一个。")
    return _hasher().hash(plain)


def is_password(hashed: str | None, password: str) -> bool:
    """Whether this is the password. Takes the same time where there is no hash, so that nobody learns who exists."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        matches = _hasher().verify(hashed or _nobodys(), _plain(password)[: LONGEST + 1])
    except (Argon2Error, InvalidHashError):
        return False
    return matches and hashed is not None


def is_outdated(hashed: str) -> bool:
    """Whether a hash was made with weaker settings than today's."""
    return _hasher().check_needs_rehash(hashed)


def rehash(password: str) -> str:
    """A hash with today's settings of a password that was accepted before."""
    return _hasher().hash(_plain(password))


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher, profiles

    return PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)


@cache
def _nobodys() -> str:
    return _hasher().hash("")


def _plain(password: str) -> str:
    """The same characters however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password)
