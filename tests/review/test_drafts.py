"""A rule saved as a draft: a pack of its own beside the pack in force, one author at a time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.errors import ConflictError, HomeError, NotAllowedError
from auditor.review.drafts import save
from auditor.rules.edited import edited
from auditor.rules.pack import load_pack
from auditor.store import drafts
from auditor.store.drafts import Draft
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import LOCAL, Person
from tests.rules.packs import FROZEN

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
FILE = "violations/visit_threat/visit-door.yaml"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


@pytest.fixture
def base(home: Home) -> Path:
    pack = load_pack(FROZEN)
    return home.archive_pack(pack.hash, pack.files)


def keep(home: Home, base: Path, text: str, seen: str = "", who: Person = LOCAL, file: str = FILE) -> Draft:
    return save(home, who, base, "golden-zh", "1.0.0", Draft(file, text, seen), NOW)


def test_a_draft_is_a_pack_that_judges_as_the_lab_did(home: Home, base: Path) -> None:
    text = (FROZEN / FILE).read_text(encoding="utf-8").replace("上门,", "牵着狗来,", 1)
    keep(home, base, text)
    folder = drafts.folder_of(home, "golden-zh", base.name)
    pack, tried = load_pack(folder), edited(base, text, "编辑框").pack
    assert [r.id for r in pack.rules] == [r.id for r in tried.rules]
    assert pack.files[FILE] == tried.files[FILE]
    assert pack.built_on == ("golden-zh@1.0.0",)
    assert drafts.drafts(folder) == [FILE]


def test_the_pack_in_force_is_not_touched_and_the_draft_is_an_event(home: Home, base: Path) -> None:
    before = {p: p.read_bytes() for p in base.rglob("*") if p.is_file()}
    saved = keep(home, base, "id: x\n")
    assert {p: p.read_bytes() for p in base.rglob("*") if p.is_file()} == before
    with Ledger(home) as ledger, ledger.reading() as db:
        ((kind, body),) = db.execute("SELECT kind, body FROM events").fetchall()
    told = json.loads(body)
    assert (kind, told["file"], told["by"], told["before"]) == ("rule_drafted", FILE, "local", "")
    assert told["version"] == saved.version


def test_a_colleagues_newer_draft_is_never_overwritten(home: Home, base: Path) -> None:
    first = keep(home, base, "id: a\n")
    second = keep(home, base, "id: b\n", first.version)
    with pytest.raises(ConflictError):
        keep(home, base, "id: c\n", first.version)
    with pytest.raises(ConflictError):
        keep(home, base, "id: c\n")
    assert drafts.read(drafts.folder_of(home, "golden-zh", base.name), FILE) == second


def test_who_may_not_edit_rules_saves_nothing(home: Home, base: Path) -> None:
    for role in ("qa", "compliance", "coach", "agent"):
        with pytest.raises(NotAllowedError):
            keep(home, base, "id: a\n", who=Person("x", "某", (role,)))
    assert not home.drafts.exists()


@pytest.mark.parametrize("file", ["../packs/x.yaml", "/etc/x/y.yaml", "pack.yaml", "violations/../../../x.yaml"])
def test_a_draft_stays_in_its_folder(home: Home, base: Path, file: str) -> None:
    with pytest.raises(HomeError):
        keep(home, base, "id: a\n", file=file)
    assert not home.drafts.exists()
