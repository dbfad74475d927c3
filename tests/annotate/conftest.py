"""What the tests of the large-model reader share: the shipped pack, and a client that does not wait long before it asks again."""

from __future__ import annotations

import pytest

from auditor.rules.pack import Pack
from tests.annotate.model_server import shipped


@pytest.fixture(scope="session")
def pack() -> Pack:
    return shipped()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same tries, a hundredth of the time between them."""
    monkeypatch.setattr("auditor.annotate.client._BACKOFF", 0.005)
