"""Whatever comes from calls, metadata, files and people is text on every page, never markdown or HTML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from auditor.web.app import dashboards_folder
from dashboards.locales import LANGUAGES
from tests.dashboards.conftest import Opened, markup
from tests.dashboards.test_personal_data import everything
from tests.packs import shipped
from tests.web.hostile import AGENT, CALL, HOSTILE, MARK, hostile

ALSO: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "agent": ({"id": AGENT},),
    "appeals": ({"id": "1"}, {"id": "2"}, {"list": "answered"}),
    "call": ({"id": CALL}, {"id": CALL, "from": "queue"}, {"id": HOSTILE}),
    "cases": ({"case": f"C {HOSTILE}"}, {"customer": f"U {HOSTILE}"}),
    "lab": tuple({"view": view, "call": CALL} for view in ("call", "examples", "impact", "told")),
    "log": ({"kind": HOSTILE},),
    "mine": ({"agent": AGENT}, {"agent": AGENT, "call": CALL}),
    "operations": tuple({"view": view} for view in ("failures", "recordings", "versions", "disk")),
    "queue": ({"state": "all"},),
    "search": ({"words": "LaTeX"},),
    "tasks": ({"task": "1"},),
    "violations": (
        {"part": "due"},
        {"part": "appeals"},
        {"part": "completeness"},
        {"rows": "agent", "columns": "team"},
    ),
}
"""What pages are asked for besides themselves."""
PAGES = sorted(file.stem for file in (dashboards_folder() / "views").glob("*.py") if file.stem != "__init__")


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile(tmp_path_factory.mktemp("hostile") / "home", shipped()).path


@pytest.mark.parametrize(
    "lang", [pytest.param(lang, marks=[] if lang == "zh" else pytest.mark.slow) for lang in LANGUAGES]
)
@pytest.mark.parametrize("page", PAGES)
def test_hostile_content_is_never_markup(opened: Opened, spoilt: Path, page: str, lang: str) -> None:
    for query in ({}, *ALSO.get(page, ())):
        app = opened(f"views/{page}.py", lang=lang, of=spoilt, **query)
        assert MARK not in markup(app), query


def test_it_is_there_as_text(opened: Opened, spoilt: Path) -> None:
    """Else the test above would test nothing."""
    for page, query in {
        "call": {"id": CALL},
        "queue": {},
        "mine": {"agent": AGENT},
        "operations": {"view": "failures"},
    }.items():
        assert MARK in everything(opened(f"views/{page}.py", of=spoilt, **query)), page
