"""``auditor sample``: drawn by a seed, listed with what people found."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.store import catalog, decisions
from auditor.store.decisions import Decision
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from tests.cli.program import auditor
from tests.web.homes import filled


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return filled(tmp_path / "home")


def test_a_sample_is_drawn_kept_and_listed(home: Home) -> None:
    said = auditor("sample", "draw", "--home", home.path, "-n", "5", "--seed", "2026-W47")
    assert (said.code, said.err) == (0, "")
    assert "总共 5 通，1 通里抽出 1 通  种子 2026-W47" in said.out
    with Ledger(home) as ledger, ledger.writing() as db:
        entry = catalog.current(db, "clean-3")
        assert entry is not None
        at, body = datetime.now(UTC), {"result": entry.result}
        decisions.record(db, Decision("clean-3", "call", "", "signed", "li", at, body), 0)
    listed = auditor("sample", "list", "--home", home.path)
    assert listed.out.endswith("抽查 1 通干净通话，人工在 0 通里补出违规：漏检率 0.0%（95% 区间 0.0%–97.5%）。\n")
    (row,) = auditor("sample", "list", "--home", home.path, "--json").rows
    assert (row["seed"], row["reviewed"], row["found"]) == ("2026-W47", 1, 0)
    assert row["missed"]["low"] == 0.0
    assert row["missed"]["high"] == pytest.approx(0.975)


def test_without_a_seed_one_is_made_and_told(home: Home) -> None:
    (row,) = auditor("sample", "draw", "--home", home.path, "--json").rows
    (again,) = auditor("sample", "draw", "--home", home.path, "--seed", row["seed"], "--json").rows
    assert len(row["seed"]) == 8
    with Ledger(home) as ledger, ledger.reading() as db:
        bodies = [json.loads(body) for (body,) in db.execute("SELECT body FROM events ORDER BY seq")]
    assert bodies[0]["calls"] == bodies[1]["calls"]
    assert again["sample"] == 2


@pytest.mark.parametrize(
    ("arguments", "trouble"),
    [
        (["--team", "一组"], "没有可抽的通话"),
        (["--agent", "nobody"], "没有可抽的通话"),
        (["-n", "0"], "--count 的值不对"),
        (["--each", "week"], "--each 的值不对"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_line(home: Home, arguments: list[str], trouble: str) -> None:
    said = auditor("sample", "draw", "--home", home.path, *arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(trouble)
    assert said.err.count("\n") == 1


def test_nothing_drawn_yet_says_how(home: Home) -> None:
    assert "auditor sample draw" in auditor("sample", "list", "--home", home.path).out
    assert auditor("sample", "list", "--home", home.path, "--json").out == ""


@pytest.mark.parametrize("verb", ["draw", "list"])
def test_the_help_teaches_with_examples(verb: str) -> None:
    said = auditor("sample", verb, "--help", columns=80)
    assert said.code == 0
    assert f"auditor sample {verb}" in said.out.split("例：")[1]
