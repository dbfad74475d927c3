"""Bad inputs, all in one batch beside good ones: one clear line each, the others are done, nothing is half-written."""

from __future__ import annotations

import io
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from auditor.store.home import Home
from auditor.store.ledger import Ledger, verify_chain
from auditor.store.queries import Store
from tests.cli.program import HEARING, ROOT, Said, auditor, process, short_recording, started

CALLS = ROOT / "samples" / "calls"
VOICEMAIL = json.loads((ROOT / "samples" / "transcripts" / "S12.json").read_text(encoding="utf-8"))
JUNK = 50 * 2**20
LINE = {"speaker": "agent", "start": 0.0, "end": 1.0, "text": "您好"}

REFUSED = {
    "empty.wav": "文件是空的.*请",
    "letter.wav": "不是能识别的录音.*请",
    "cut.m4a": "不是能识别的录音.*请",
    "zero.wav": ".*没有任何声音.*请",
    "corrupt.flac": "数据已损坏.*请",
    "dangling.wav": "找不到这个文件.*请",
    "pipe.wav": "不是普通文件.*请",
    "junk.wav": "不是能识别的录音.*请",
    "junk.json": ".*50 MB.*不像转写文件.*请",
    "no-utterances.json": ".*缺少 utterances.*请",
    "no-text.json": ".*缺少 text.*请",
    "word-for-number.json": ".*start 应为数字.*请",
    "number-for-text.json": ".*text 应为文字.*请",
    "backwards.json": ".*早于 start.*请",
    "nan.json": ".*NaN.*请",
    "cut-off.json": ".*JSON.*请",
}
"""What can't be used, and what its one line must say: the trouble and the way out."""

ROWS = """file,call_id,started_at,agent_name,case_id
good.wav,good,2026-10-14T10:32:05+08:00,林晓雯,C1
no-such-day.wav,no-such-day,2026-13-45 10:00,高明,C2
twin-1.wav,twin,2026-10-14T11:00:00+08:00,何静,C3
twin-2.wav,twin,2026-10-14T11:30:00+08:00,唐凯,C4
"""


def call(folder: Path, name: str, **changes: Any) -> None:
    """A transcript in our format, with some of it changed."""
    text = json.dumps({**VOICEMAIL, "call_id": name.removesuffix(".json"), **changes}, ensure_ascii=False)
    (folder / name).write_text(text, encoding="utf-8")


def fill(folder: Path) -> None:
    """Every kind of bad input, two good ones, and a recording that was cut short."""
    import soundfile

    sound, rate = soundfile.read(CALLS / "S12.wav")
    for number, name in enumerate(("good", "no-such-day", "twin-1", "twin-2")):
        soundfile.write(folder / f"{name}.wav", sound[number * rate : (number + 2) * rate], rate, subtype="PCM_16")
    (folder / "metadata.csv").write_bytes(ROWS.encode("gbk"))
    (folder / "empty.wav").touch()
    (folder / "letter.wav").write_text("这不是录音\n" * 100, encoding="utf-8")
    (folder / "cut.m4a").write_bytes((CALLS / "S17.m4a").read_bytes()[:60_000])
    soundfile.write(folder / "zero.wav", sound[:0], rate, subtype="PCM_16")
    whole = (CALLS / "S09.mp3").read_bytes()
    (folder / "short.mp3").write_bytes(whole[: len(whole) // 20])
    flac = io.BytesIO()
    soundfile.write(flac, sound[: 5 * rate], rate, format="FLAC", subtype="PCM_16")
    damaged = bytearray(flac.getvalue())
    for place in range(8000, len(damaged), 700):
        damaged[place : place + 300] = b"\xa5" * 300
    (folder / "corrupt.flac").write_bytes(damaged)
    (folder / "dangling.wav").symlink_to(folder / "moved-away.wav")
    os.mkfifo(folder / "pipe.wav")
    (folder / "folder.wav").mkdir()
    for name in ("junk.wav", "junk.json"):
        (folder / name).write_bytes(os.urandom(2**20) * 50)
    call(folder, "read.json")
    call(folder, "no-text.json", utterances=[{k: v for k, v in LINE.items() if k != "text"}])
    call(folder, "word-for-number.json", utterances=[{**LINE, "start": "zero"}])
    call(folder, "number-for-text.json", utterances=[{**LINE, "text": 7}])
    call(folder, "backwards.json", utterances=[{**LINE, "start": 5.0}])
    call(folder, "nan.json", utterances=[{**LINE, "start": float("nan")}])
    bare = {k: v for k, v in VOICEMAIL.items() if k != "utterances"}
    (folder / "no-utterances.json").write_text(json.dumps(bare, ensure_ascii=False), encoding="utf-8")
    (folder / "cut-off.json").write_text(json.dumps(VOICEMAIL, ensure_ascii=False)[:500], encoding="utf-8")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with ``in``, the bad batch; removed at the end, since it is large."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "in").mkdir()
    fill(folder / "in")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def said(place: Path) -> Said:
    """What ``auditor run`` says of the batch; the home is ``home`` beside it."""
    return auditor("run", "in", "--home", "home", "--json", *HEARING, cwd=place)


@pytest.mark.model
def test_the_others_are_done_and_the_exit_code_says_that_some_were_not(said: Said) -> None:
    assert said.code == 1
    assert sorted(r["call_id"] for r in said.rows if r["outcome"] == "stored") == ["good", "read", "short", "twin"]


@pytest.mark.model
@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_input_gives_one_line_with_name_trouble_and_way_out(said: Said, name: str) -> None:
    (line,) = [line for line in said.about(f"in/{name}：") if "没有元数据" not in line]
    assert re.search(f"^in/{name}：{REFUSED[name]}", line)
    (row,) = (r for r in said.rows if r.get("source") == f"in/{name}")
    assert (row["outcome"], row["reason"]) == ("failed", line)


@pytest.mark.model
@pytest.mark.parametrize(("row", "trouble"), [(3, "2026-13-45"), (5, "「twin」.*重复")])
def test_a_bad_row_of_metadata_is_named_by_its_line(said: Said, row: int, trouble: str) -> None:
    (line,) = said.about(f"in/metadata.csv 第 {row} 行")
    assert re.search(f"{trouble}.*请", line)


@pytest.mark.model
def test_nothing_else_is_refused(said: Said) -> None:
    assert len([r for r in said.rows if r["outcome"] == "failed"]) == len(REFUSED) + 2


@pytest.mark.model
def test_a_recording_cut_short_is_judged_with_a_warning(said: Said) -> None:
    assert re.search(r"^in/short.mp3：文件标称 7\d.\d 秒.*可能被截断.*请", said.err, re.M)
    (row,) = (r for r in said.rows if r.get("call_id") == "short")
    assert "length_mismatch" in {w["code"] for w in row["warnings"]}


@pytest.mark.model
def test_metadata_from_an_old_spreadsheet_is_read(said: Said, place: Path) -> None:
    """GBK is what Excel writes in China."""
    with Store(Home.open(place / "home", create=False)) as store:
        assert store.call("good").call.metadata.agent_name == "林晓雯"


@pytest.mark.model
def test_the_home_is_whole(said: Said, place: Path) -> None:
    intact(place / "home")
    assert auditor("doctor", "--home", place / "home").code == 0


def test_check_names_each_bad_transcript_and_judges_the_good_one(place: Path) -> None:
    said = auditor("check", "in", "--format", "jsonl", cwd=place)
    assert said.code == 1
    assert [r["call_id"] for r in said.rows] == ["read"]
    for name in (n for n in REFUSED if n.endswith(".json")):
        (line,) = said.about(f"in/{name}：")
        assert re.search(REFUSED[name], line)


def test_a_recording_given_to_check_is_sent_to_run(place: Path) -> None:
    said = auditor("check", "in/good.wav", cwd=place)
    assert (said.code, said.out) == (1, "")
    assert re.fullmatch("in/good.wav：.*请用 auditor run.*\n", said.err)


def test_a_rule_with_a_typo_is_named_by_file_and_line(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(ROOT / "lexicons" / "collections-zh", pack)
    rule = next(iter(sorted((pack / "violations").rglob("*.yaml"))))
    rule.write_text(rule.read_text(encoding="utf-8").replace("severity:", "serverity:"), encoding="utf-8")
    said = auditor("run", ROOT / "samples" / "transcripts", "--pack", pack, cwd=tmp_path)
    assert (said.code, said.out) == (3, "")
    (line,) = said.about("serverity")
    assert re.search(rf"{rule.relative_to(pack)}:\d+: .*是不是 severity", line)
    assert "请改正" in said.err
    assert not (tmp_path / "auditor-home").exists()


def test_a_file_where_the_home_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("日记", encoding="utf-8")
    refused(tmp_path, "home", "这是一个文件.*--home")
    assert (tmp_path / "home").read_text(encoding="utf-8") == "日记"


def test_a_home_in_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "photos.zip").write_bytes(b"PK")
    refused(tmp_path, "home", "目录里已有别的内容.*--home")
    assert [p.name for p in (tmp_path / "home").iterdir()] == ["photos.zip"]


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="needs a file system that nobody may write to")
def test_a_home_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "/sys/kernel/auditor-home", "没有读写权限.*--home")


def test_a_disk_that_fills_up_stops_the_run_with_one_line_and_loses_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: the system refuses the write in the same way."""
    (tmp_path / "calls.jsonl").write_text(lines_of(40), encoding="utf-8")
    full = process(
        "run", "calls.jsonl", "--home", "home", "-q",
        cwd=tmp_path, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000)),
    )  # fmt: skip
    assert full.code == 3
    assert re.fullmatch(f"{tmp_path}/home.*磁盘(可能)?已满.*请清理磁盘.*\n", full.err)
    again = auditor("run", "calls.jsonl", "--home", "home", "--json", "-q", cwd=tmp_path)
    assert (again.code, len(again.rows)) == (0, 40)
    intact(tmp_path / "home")


@pytest.mark.model
def test_a_run_killed_half_way_goes_on_and_gives_the_same_bytes(tmp_path: Path) -> None:
    """Killed without warning after its first results were stored; the second run does the rest."""
    work = tmp_path / "in"
    work.mkdir()
    short_recording(work / "a.wav")
    (work / "b.jsonl").write_text(lines_of(40), encoding="utf-8")
    asked = ["run", "in", "--json", "-q", *HEARING, "--home"]
    killed = started(*asked, "home", cwd=tmp_path)
    while killed.poll() is None and not stored(tmp_path / "home"):
        time.sleep(0.02)
    killed.kill()
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL

    second = auditor(*asked, "home", cwd=tmp_path)
    outcomes = {row["outcome"] for row in second.rows}
    assert (second.code, outcomes) == (0, {"stored", "unchanged"})
    whole = auditor(*asked, "other", cwd=tmp_path)
    assert audits(second) == audits(whole)
    assert len(audits(whole)) == 41
    intact(tmp_path / "home")


def refused(folder: Path, home: str, why: str) -> None:
    """A run into this home ends with one line and does nothing."""
    said = auditor("run", ROOT / "samples" / "transcripts" / "S12.json", "--home", home, cwd=folder)
    assert (said.code, said.out) == (3, "")
    assert re.fullmatch(f".*{home}：{why}.*\n", said.err)


def lines_of(count: int) -> str:
    """That many of the sample text calls."""
    with (ROOT / "samples" / "text-calls.jsonl").open(encoding="utf-8") as file:
        return "".join(line for line, _ in zip(file, range(count), strict=False))


def stored(home: Path) -> bool:
    """Whether a run has stored anything yet: a file in segments/ alone counts for nothing before the ledger names it."""
    try:
        with closing(sqlite3.connect(f"file:{home / 'ledger.sqlite'}?mode=ro", uri=True)) as ledger:
            return bool(ledger.execute("SELECT count(*) FROM results").fetchone()[0])
    except sqlite3.OperationalError:
        return False


def audits(said: Said) -> Mapping[str, str]:
    """Each call's audit as text, but for what became of it in this run."""
    return {row["call_id"]: json.dumps({**row, "outcome": ""}, ensure_ascii=False) for row in said.rows}


def intact(home: Path) -> None:
    """No draft is left, every stored file can be read, and the log's chain holds."""
    left = [p for p in home.rglob("*") if p.suffix in (".tmp", ".part")]
    assert left == []
    opened = Home.open(home, create=False)
    with Store(opened) as store:
        for row in store.calls(limit=1000):
            store.call(row.call_id)
    with Ledger(opened) as ledger, ledger.reading() as db:
        assert verify_chain(db) is None
