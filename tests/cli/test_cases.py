"""Calls given or kept together are judged together: what `check`, `run`, `show` and `evaluate` say of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.program import ROOT, auditor

TRANSCRIPT = ROOT / "samples" / "transcripts" / "S01.json"
PROMISE = "二十号工程款到账，我先还五千元。"


def call(number: int, **changed: object) -> dict[str, Any]:
    """One of a customer's calls of a day: the words of S01, but that nobody promises anything."""
    said = TRANSCRIPT.read_text(encoding="utf-8")
    assert PROMISE in said
    row = json.loads(said.replace(PROMISE, "工程款还没有到账。"))
    known = {**row["metadata"], "started_at": f"2026-10-13T1{number}:12:05+08:00", **changed}
    return {**row, "call_id": f"K{number}", "metadata": {k: v for k, v in known.items() if v is not None}}


def write(folder: Path, *rows: dict[str, Any]) -> None:
    for row in rows:
        (folder / f"{row['call_id']}.json").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")


def day(count: int, **changed: object) -> list[dict[str, Any]]:
    return [call(n, **changed) for n in range(1, count + 1)]


def frequency(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found = {r["call_id"]: [f for f in r["findings"] if f["category"] == "excessive_frequency"] for r in rows}
    return {call_id: of for call_id, of in found.items() if of}


def test_the_fourth_call_of_a_day_is_told_in_its_own_findings(tmp_path: Path) -> None:
    """In any order of files; alone, or with three, nothing is told."""
    write(tmp_path, *day(5))
    said = auditor(
        "check", "K5.json", "K2.json", "K4.json", "K1.json", "K3.json", "--format", "jsonl", "-q", cwd=tmp_path
    )
    assert [row["call_id"] for row in said.rows] == ["K5", "K2", "K4", "K1", "K3"]
    ((fourth, (finding,)),) = frequency(said.rows).items()
    assert (fourth, finding["utterance"], finding["quote"], finding["start"]) == ("K4", None, "", None)
    assert (finding["severity"], finding["status"]) == ("major", "confirmed")
    assert finding["calls"] == ["K1", "K2", "K3", "K4"]
    assert "GBT45251-frequency" in finding["cites"]
    (shown,) = [row for row in said.rows if row["call_id"] == "K4"]
    assert shown["score"] <= 60
    assert finding["finding_id"] in {d["id"] for d in shown["deductions"]}
    for some in (["K4.json"], ["K1.json", "K2.json", "K4.json"]):
        assert frequency(auditor("check", *some, "--format", "jsonl", "-q", cwd=tmp_path).rows) == {}


def test_attempts_from_a_table_count_and_are_told_where_they_are_too_many(tmp_path: Path) -> None:
    """Seven attempts to one number: the seventh gets a line of its own, the others none."""
    write(tmp_path, call(1, callee_number_hash="h1"))
    head = "call_id,started_at,direction,answered,callee_number_hash,institution,region\n"
    rows = [f"N{n},2026-10-13T1{n}:30:00+08:00,outbound,false,h1,晴川银行,CN\n" for n in range(7)]
    (tmp_path / "rows.csv").write_text(head + "".join(rows), encoding="utf-8")
    said = auditor("check", "K1.json", "--metadata", "rows.csv", "--format", "jsonl", cwd=tmp_path)
    assert [row["call_id"] for row in said.rows] == ["K1", "N6"]
    assert [(f["severity"], f["status"], f["calls"][0]) for f in frequency(said.rows)["N6"]] == [
        ("minor", "suspected", "N0")
    ]


def test_metadata_that_is_lacking_is_named_once(tmp_path: Path) -> None:
    write(tmp_path, *day(3, customer_id=None, case_id=None))
    said = auditor("check", ".", cwd=tmp_path)
    assert said.code == 0
    assert said.err.splitlines() == ["3 通没有 customer_id 或 case_id：没有计入客户每天的接通次数。"]
    assert auditor("check", ".", "-q", cwd=tmp_path).err == ""


def test_a_late_call_changes_what_is_shown_of_an_earlier_one(tmp_path: Path) -> None:
    """The home keeps the earlier call's own score beside the one that is shown."""
    for name, rows in (("early", [*day(3)[:2], call(4)]), ("late", [call(3)])):
        (tmp_path / name).mkdir()
        write(tmp_path / name, *rows)
    auditor("run", "early", "--home", "home", cwd=tmp_path)
    before = auditor("show", "K4", "--home", "home", "--json", cwd=tmp_path).rows[0]
    assert (frequency([before]), before["score"]) == ({}, before["own_score"])
    said = auditor("run", "late", "--home", "home", cwd=tmp_path)
    assert "几通电话合起来看的发现 1 处，如 K4。" in said.out
    after = auditor("show", "K4", "--home", "home", "--json", cwd=tmp_path).rows[0]
    assert (after["own_score"], after["score"] <= 60) == (before["score"], True)
    assert frequency([after])["K4"][0]["calls"] == ["K1", "K2", "K3", "K4"]
    page = auditor("show", "K4", "--home", "home", cwd=tmp_path).out
    assert "依据的通话： K1 K2 K3 K4" in page
    assert "只看这一通的得分" in page


def test_attempts_are_no_calls_in_the_summary_of_a_run(tmp_path: Path) -> None:
    write(tmp_path, call(1))
    rows = "call_id,started_at,answered\nN1,2026-10-13T10:30:00+08:00,false\n"
    (tmp_path / "metadata.csv").write_text(rows, encoding="utf-8")
    said = auditor("run", "K1.json", "--metadata", "metadata.csv", "--home", "home", cwd=tmp_path)
    assert "本次完成 1 通" in said.out
    assert "另有未接通的呼叫 1 次" in said.out


def test_an_evaluation_judges_calls_together_too(tmp_path: Path) -> None:
    """A reference that names the fourth call of the day is met; so is one for three calls that names none."""
    gold: dict[str, Any] = {"violations": []}
    marks = [{"utterance": None, "category": "excessive_frequency", "quote": ""}]
    write(tmp_path, *({**row, "gold": {"violations": marks} if row["call_id"] == "K4" else gold} for row in day(4)))
    result = json.loads(auditor("evaluate", ".", "--json", "-q", cwd=tmp_path).out)
    assert [d for d in result["differences"] if d["category"] == "excessive_frequency"] == []
