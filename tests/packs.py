"""The pack that comes with the program, loaded once in a process of tests."""

from __future__ import annotations

from functools import cache

from auditor.rules.pack import Pack, load_pack


@cache
def shipped() -> Pack:
    """The built-in pack."""
    return load_pack()
