"""The real pack, loaded once, and a fresh copy of a judged home for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.rules.pack import Pack
from auditor.store.home import Home
from auditor.store.queries import Store
from tests.packs import shipped
from tests.review.homes import judged


@pytest.fixture(scope="session")
def pack() -> Pack:
    return shipped()


@pytest.fixture(scope="session")
def judged_home(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Path:
    return judged(tmp_path_factory.mktemp("judged") / "home", pack, "S02", "S06", "S07", "S13").path


@pytest.fixture
def home(judged_home: Path, tmp_path: Path) -> Home:
    return Home.open(shutil.copytree(judged_home, tmp_path / "home"))


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with Store(home) as opened:
        yield opened
