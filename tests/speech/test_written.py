"""Transcripts get the metadata rows that name their call or their file."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from auditor.speech.ingest import Intake, find
from auditor.speech.written import read_written

SRT = "1\n00:00:01,000 --> 00:00:03,000\n坐席：您好\n"


def folder(tmp_path: Path, rows: str) -> Intake:
    (tmp_path / "metadata.csv").write_text(f"file,call_id,amount_due,days_overdue\n{rows}", encoding="utf-8")
    return find([tmp_path])


def test_a_subtitle_file_gets_its_row_by_name(tmp_path: Path) -> None:
    """What a row says of a file without metadata of its own arrives at the call."""
    (tmp_path / "a1.srt").write_text(SRT, encoding="utf-8")
    intake = folder(tmp_path, "a1.srt,C7,12860,43\nlost.wav,,1,1\n")
    (call,), used = read_written(intake.transcripts[0], intake.spare_rows, lambda error: None)
    assert (call.call_id, call.metadata.amount_due, call.metadata.days_overdue) == ("C7", Decimal(12860), 43)
    assert [label.rpartition("：")[2] for label in intake.unmatched(used)] == ["lost.wav"]


def test_calls_of_one_file_get_their_rows_by_id(tmp_path: Path) -> None:
    """In a file of many calls each is known by its id; what the row leaves out stays as the transcript has it."""
    lines = [
        {"call_id": f"T{n}", "metadata": {"team": "一组", "amount_due": 5.0}, "utterances": [
            {"speaker": "agent", "start": 0.0, "end": 1.0, "text": "您好"}]} for n in (1, 2)
    ]  # fmt: skip
    (tmp_path / "all.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    intake = folder(tmp_path, ",T2,900,9\n")
    calls, used = read_written(intake.transcripts[0], intake.spare_rows, lambda error: None)
    assert [c.metadata.amount_due for c in calls] == [Decimal("5.0"), Decimal(900)]
    assert calls[1].metadata.team == "一组"
    assert intake.unmatched(used) == ()
