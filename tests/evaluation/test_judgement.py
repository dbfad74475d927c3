"""``benchmarks/judgement.py``: every promise about being right, from one folder of reference data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evaluation.golden import FOLDER, a_call, a_line, written

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
HELD_BACK = [f for f in (BENCHMARKS / "held-back.txt").read_text(encoding="utf-8").splitlines() if f[:1] != "#"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A little of everything that the goals speak of."""
    for folder in ("corpus", "gold/dev", "data/cold", "data/helpdesk"):
        (tmp_path / folder).mkdir(parents=True)
    held, tuned = HELD_BACK[0], "a-f000"
    written(
        tmp_path / "corpus" / "threats.jsonl",
        a_line("a1", "我弄死你", categories=["threat_violence"], family=tuned),
        a_line("a2", "今晚爆你通讯录", categories=["threat_exposure"], family=held),
        a_line("a3", "您慢慢说", "near_miss", family=held),
        a_line("a4", "我弄死你", "near_miss", family=held),
    )
    mark = {"utterance": 0, "category": "threat_violence", "quote": "弄死你"}
    written(tmp_path / "gold" / "dev" / "D1.json", a_call("D1", ("A:我弄死你",), violations=[mark]))
    written(tmp_path / "gold" / "utterances-dev.jsonl", a_line("U1", "我弄死你", category="threat_violence"))
    (tmp_path / "data" / "cold" / "dev.csv").write_text("\ufeff,label,TEXT\n1,0,您好\n2,1,坏\n", encoding="utf-8")
    turn = json.dumps({"id": "1", "text": "不客气"}, ensure_ascii=False)
    (tmp_path / "data" / "helpdesk" / "turns.jsonl").write_text(f"{turn}\n", encoding="utf-8")
    return tmp_path


def test_every_goal_is_printed_and_a_missed_one_fails(data: Path) -> None:
    """One of two innocent held-back lines has a critical finding: that goal is missed, and the exit code says so."""
    unseen = written(data / "new.jsonl", a_line("n1", "我弄死你", categories=["threat_violence"]))
    done = subprocess.run(
        [sys.executable, BENCHMARKS / "judgement.py", "--data", data, "--pack", FOLDER, "--jobs", "1", unseen],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    rows = [[cell.strip() for cell in row.split("│")[1:-1]] for row in done.stdout.splitlines() if "│" in row]
    shown = {(row[0], row[1]): row[2:] for row in rows}
    assert shown["corpus, tuned", "confirmed precision"][0].startswith("100.0%")
    assert shown["corpus, held back", "confirmed precision"] == ["50.0%  (1/2, 9.5%–90.5%)", "≥ 0.9", "MISSED"]
    critical = "innocent lines with a critical finding"
    assert shown["corpus, held back", critical] == ["50.0%  (1/2, 9.5%–90.5%)", "≤ 0.01", "MISSED"]
    assert shown["utterances-dev", critical][2] == "reached"
    assert shown["unseen: new.jsonl", "recall by category, confirmed"] == ["100.0%", "≥ 0.6", "reached"]
    assert shown["helpdesk", "lines with a finding, any"] == ["0 of 1", "≤ 2", "reached"]
    assert {name for name, _ in shown} >= {"gold/dev", "cold/dev"}
    assert "2 goals missed" in done.stdout


def test_the_held_back_families_are_the_ones_drawn(data: Path) -> None:
    """A family is on the list whole, once; drawing again from the same data gives the same list."""
    assert len(HELD_BACK) == len(set(HELD_BACK))
    assert sorted(HELD_BACK) == HELD_BACK
    rows = [a_line(f"x{n}", "好", "near_miss", family=f"x-f{n // 4}", categories=[]) for n in range(200)]
    written(data / "corpus" / "threats.jsonl", *rows)
    draws = {
        subprocess.run(
            [sys.executable, BENCHMARKS / "split.py", "--data", data], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    (drawn,) = draws
    assert len([f for f in drawn.splitlines() if f.startswith("x-f")]) == 10
