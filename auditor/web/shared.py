"""The one store of a process for each home: pages and audio ask the same database."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from auditor.store.home import Home
from auditor.store.queries import Store


@cache
def store_of(home: Path) -> Store:
    """The store of a home, without limits; the same at every call."""
    return Store(Home.open(home))
