"""Ingest: what is there is found once, joined with its metadata, and everything that does not fit is reported."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from auditor.speech.audio import RawFormat
from auditor.speech.ingest import Intake, find


def record(path: Path, seed: int = 0) -> Path:
    """A short recording; the seed makes it different from others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.random.default_rng(seed).integers(-999, 999, (800, 2)).astype(np.int16), 8000)
    return path


def table(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def by_id(intake: Intake) -> dict[str, str | None]:
    """Each recording's id and agent."""
    return {r.call_id: r.metadata.agent_id for r in intake.recordings}


def troubles(intake: Intake) -> list[str]:
    return [str(problem) for problem in intake.problems]


def test_finds_recordings_and_transcripts_but_no_hidden_or_other_files(tmp_path: Path) -> None:
    """Through all folders, in order of name; the hash of a recording's bytes names it."""
    first = record(tmp_path / "b" / "one.wav", 1)
    record(tmp_path / "a" / "deep" / "two.WAV", 2)
    record(tmp_path / ".trash" / "old.wav", 3)
    record(tmp_path / ".hidden.wav", 4)
    table(tmp_path / "notes.txt", "…")
    table(tmp_path / "call.json", '{"utterances": []}')
    table(tmp_path / "call.srt", "1")
    intake = find([tmp_path])
    assert [r.call_id for r in intake.recordings] == ["two", "one"]
    assert intake.recordings[1].audio_id == hashlib.sha256(first.read_bytes()).hexdigest()
    assert [p.name for p in intake.transcripts] == ["call.json", "call.srt"]
    assert intake.problems == ()


def test_takes_files_globs_and_names_that_are_not_there(tmp_path: Path) -> None:
    """What was named twice is found once; what isn't there is one clear line."""
    record(tmp_path / "x" / "one.wav", 1)
    record(tmp_path / "x" / "two.wav", 2)
    intake = find([tmp_path / "x" / "*.wav", tmp_path / "x" / "one.wav", tmp_path / "**" / "t*.wav", tmp_path / "nope"])
    assert [r.call_id for r in intake.recordings] == ["one", "two"]
    assert troubles(intake) == [f"{tmp_path / 'nope'}：没有这个文件或文件夹。请检查路径。"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_metadata_csv_is_found_and_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    """Spreadsheets leave GBK; names must not turn into noise. Unknown columns are kept."""
    record(tmp_path / "one.wav", 1)
    record(tmp_path / "two.wav", 2)
    table(
        tmp_path / "metadata.csv",
        "文件名,坐席工号,坐席姓名,备注栏",
        "one.wav,A1,林晓雯,甲批",
        "two,A2,罗强,",
        encoding=encoding,
    )
    intake = find([tmp_path])
    assert by_id(intake) == {"one": "A1", "two": "A2"}
    assert intake.recordings[0].metadata.agent_name == "林晓雯"
    assert intake.recordings[0].metadata.custom == {"备注栏": "甲批"}
    assert intake.recordings_without_row == ()


def test_traditional_metadata_in_big5_is_read(tmp_path: Path) -> None:
    """As a spreadsheet in Taiwan leaves it."""
    record(tmp_path / "one.wav", 1)
    lines = ("檔名,員工編號,坐席姓名,機構", "one.wav,A1,陳怡君,臺灣示範銀行繳款協商部門")
    table(tmp_path / "metadata.csv", *lines, encoding="big5")
    (recording,) = find([tmp_path]).recordings
    assert recording.metadata.institution == "臺灣示範銀行繳款協商部門"


def test_a_given_metadata_file_joins_by_name_path_or_call_id(tmp_path: Path) -> None:
    """Semicolons, folders written the Windows way, and ids that a spreadsheet made decimal."""
    record(tmp_path / "mon" / "call.wav", 1)
    record(tmp_path / "tue" / "call.wav", 2)
    record(tmp_path / "wed" / "1001.wav", 3)
    rows = table(tmp_path / "rows.csv", "file;call_id;agent_id", "mon\\call.wav;M;A1", "tue/call.wav;T;A2", ";1001;A3")
    intake = find([tmp_path / "mon", tmp_path / "tue", tmp_path / "wed"], rows)
    assert by_id(intake) == {"M": "A1", "T": "A2", "1001": "A3"}
    assert intake.problems == ()


def test_json_metadata_beside_a_recording_is_no_transcript_and_a_transcript_is_no_metadata(tmp_path: Path) -> None:
    """Both may lie beside recordings under the same name."""
    record(tmp_path / "one.wav", 1)
    record(tmp_path / "two.wav", 2)
    record(tmp_path / "three.wav", 3)
    table(tmp_path / "one.json", json.dumps({"call_id": "C1", "agent_id": "A1"}))
    table(tmp_path / "two.wav.json", json.dumps({"agent_id": "A2"}))
    table(tmp_path / "three.json", json.dumps({"call_id": "T", "metadata": {}, "utterances": []}))
    intake = find([tmp_path])
    assert by_id(intake) == {"C1": "A1", "two": "A2", "three": None}
    assert [p.name for p in intake.transcripts] == ["three.json"]
    assert intake.recordings_without_row == (str(tmp_path / "three.wav"),)


def test_what_does_not_match_is_reported_on_both_sides_and_unanswered_calls_are_attempts(tmp_path: Path) -> None:
    """Nothing is dropped in silence."""
    record(tmp_path / "one.wav", 1)
    record(tmp_path / "stray.wav", 2)
    table(
        tmp_path / "metadata.csv",
        "file,call_id,customer_id,answered",
        "one.wav,1,U1,是",
        "lost.wav,2,U2,是",
        ",3,U3,否",
    )
    intake = find([tmp_path])
    assert by_id(intake).keys() == {"1", "stray"}
    assert intake.recordings_without_row == (str(tmp_path / "stray.wav"),)
    assert intake.unmatched(()) == (f"{tmp_path / 'metadata.csv'} 第 3 行：lost.wav",)
    assert [(a.customer_id, a.answered, a.custom["call_id"]) for a in intake.attempts] == [("U3", False, "3")]


def test_a_bad_row_stops_its_own_call_only(tmp_path: Path) -> None:
    """Judged without its metadata, a call could get a wrong verdict."""
    for number in range(1, 6):
        record(tmp_path / f"{number}.wav", number)
    table(
        tmp_path / "metadata.csv",
        "file,call_id,started_at,agent_channel",
        "1.wav,C1,2026-10-14 10:00,left",
        "2.wav,C2,昨天下午,left",
        "3.wav,C1,2026-10-14 10:00,",
        "4.wav,C4,2026-10-14 10:00,上面",
        "5.wav,C5,2026-10-14 10:00,,多一格",
    )
    intake = find([tmp_path])
    assert [r.call_id for r in intake.recordings] == ["C1", "5"]
    assert intake.recordings[0].agent_channel == "left"
    lines = troubles(intake)
    file = tmp_path / "metadata.csv"
    assert len(lines) == 4
    assert any(line.startswith(f"{file} 第 3 行：") and "昨天下午" in line for line in lines)
    assert any(line.startswith(f"{file} 第 4 行：") and "C1" in line and "第 2 行" in line for line in lines)
    assert any(line.startswith(f"{file} 第 5 行：") and "上面" in line for line in lines)
    assert any(line.startswith(f"{file} 第 6 行：") and "单元格" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "content", "trouble"),
    [("metadata.csv", b"\x00\x01\x02\xff", "编码"), ("metadata.csv", "姓名,班组\n林,一组".encode(), "表头"),
     ("metadata.json", b"[{]", "JSON"), ("metadata.json", b"[1]", "第 1 项"), ("metadata.json", b'[{"call_id": NaN}]', "JSON"),
     ("metadata.json", b"[" * 100_000, "JSON"), ("metadata.csv", b"call_id,file,file\n1,a,b\n", "不止一列")],
)  # fmt: skip
def test_a_bad_metadata_file_is_one_line_and_the_recordings_go_on(
    tmp_path: Path, name: str, content: bytes, trouble: str
) -> None:
    """The recordings are then without a row, and that is said too."""
    record(tmp_path / "one.wav", 1)
    (tmp_path / name).write_bytes(content)
    intake = find([tmp_path])
    assert [r.call_id for r in intake.recordings] == ["one"]
    assert intake.recordings_without_row == (str(tmp_path / "one.wav"),)
    (line,) = troubles(intake)
    assert trouble in line
    assert "请" in line


def test_a_row_that_could_mean_several_recordings_is_refused(tmp_path: Path) -> None:
    """Guessing would put one customer's data on another's call."""
    record(tmp_path / "mon" / "call.wav", 1)
    record(tmp_path / "tue" / "call.wav", 2)
    table(tmp_path / "metadata.csv", "file,agent_id", "call.wav,A1")
    intake = find([tmp_path])
    assert intake.recordings == ()
    assert "2 个录音" in troubles(intake)[0]


def test_metadata_of_a_folder_reaches_that_folder_only(tmp_path: Path) -> None:
    """Two folders may use the same names."""
    for folder, agent, seed in (("mon", "A1", 1), ("tue", "A2", 2)):
        record(tmp_path / folder / "call.wav", seed)
        table(tmp_path / folder / "metadata.csv", "file,agent_id", f"call.wav,{agent}")
    assert sorted(by_id(find([tmp_path])).values(), key=str) == ["A1", "A2"]


def test_the_same_audio_twice_is_one_call(tmp_path: Path) -> None:
    """Whatever the copies are called; a row that names the copy belongs to the call."""
    first = record(tmp_path / "a.wav", 1)
    (tmp_path / "copy.wav").write_bytes(first.read_bytes())
    table(tmp_path / "metadata.csv", "file,agent_id", "copy.wav,A1")
    intake = find([tmp_path])
    assert by_id(intake) == {"a": "A1"}
    assert intake.duplicates == ((str(tmp_path / "copy.wav"), str(first)),)


def test_different_recordings_of_one_name_get_ids_of_their_own(tmp_path: Path) -> None:
    """One must not replace the other in the store."""
    record(tmp_path / "mon" / "call.wav", 1)
    record(tmp_path / "tue" / "call.wav", 2)
    ids = [r.call_id for r in find([tmp_path]).recordings]
    assert ids[0] == "call"
    assert ids[1].startswith("call-")


def test_the_option_for_the_agents_channel_wins_over_the_metadata(tmp_path: Path) -> None:
    """Without it the row's Chinese or English word counts."""
    record(tmp_path / "one.wav", 1)
    table(tmp_path / "metadata.csv", "file,坐席声道", "one.wav,右声道")
    assert find([tmp_path]).recordings[0].agent_channel == "right"
    assert find([tmp_path], agent_channel="left").recordings[0].agent_channel == "left"


def test_files_that_cannot_be_used_are_problems_of_their_own(tmp_path: Path) -> None:
    """Empty, headerless without the option, no plain file, a name that is no text."""
    record(tmp_path / "good.wav", 1)
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "raw.vox").write_bytes(b"\x80" * 4000)
    os.mkfifo(tmp_path / "pipe.wav")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.wav")).write_bytes(b"RIFF")
    (tmp_path / "two\nlines.wav").write_bytes(b"RIFF")
    intake = find([tmp_path])
    assert [r.call_id for r in intake.recordings] == ["good"]
    text = "\n".join(troubles(intake))
    assert len(intake.problems) == 5
    assert all(part in text for part in ("空的", "--raw", "不是普通文件", "文件名不是 UTF-8"))
    assert [r.call_id for r in find([tmp_path], assume=RawFormat("vox")).recordings] == ["good", "raw"]


def test_a_named_file_of_unknown_kind_is_tried_as_a_recording(tmp_path: Path) -> None:
    """The user means it; what it is shows when it is decoded."""
    table(tmp_path / "call.dat", "x")
    assert [r.call_id for r in find([tmp_path / "call.dat"]).recordings] == ["call"]
    assert find([tmp_path]).recordings == ()
