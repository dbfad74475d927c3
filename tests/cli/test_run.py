"""``auditor run``: calls in, verdicts kept, nothing twice."""

from __future__ import annotations

import json
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.review.retries import mark
from auditor.store.home import Home
from auditor.store.people import LOCAL
from auditor.store.queries import Store
from tests.cli.conftest import TRANSCRIPTS
from tests.cli.program import HEARING, ROOT, auditor, environment, process, short_recording, started

ROW = "file,call_id,started_at,agent_id,批次\n{file},{call},2026-10-14T{hour}:32:05+08:00,{agent},甲\n"


def write_row(path: Path, file: str = "a.wav", call: str = "A", hour: str = "10", agent: str = "K1") -> None:
    path.write_text(ROW.format(file=file, call=call, hour=hour, agent=agent), encoding="utf-8")


def test_text_calls_are_kept_and_shown_in_a_table(tmp_path: Path) -> None:
    said = auditor("run", TRANSCRIPTS / "S12.json", TRANSCRIPTS / "S03.json", "--home", "home", cwd=tmp_path)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[1].startswith("S12")
    assert lines[2].startswith("S03")
    assert "归档目录共 2 通" in said.out
    assert "本次完成 2 通，没有变化 0 通，失败 0 个" in said.out
    assert auditor("show", "S03", "--home", "home", "--json", cwd=tmp_path).rows[0]["fatal"] is True


def test_the_second_run_says_that_nothing_changed(tmp_path: Path) -> None:
    for expected in ("本次完成 1 通，没有变化 0 通", "本次完成 0 通，没有变化 1 通"):
        assert expected in auditor("run", TRANSCRIPTS / "S12.json", cwd=tmp_path).out


def test_english(tmp_path: Path) -> None:
    said = auditor("run", TRANSCRIPTS / "S03.json", "--lang", "en", cwd=tmp_path)
    assert "This run: 1 done" in said.out
    assert not [c for c in said.out if "\u3000" <= c <= "\uffef"]


def test_quiet_says_nothing_and_json_only_json(tmp_path: Path) -> None:
    said = auditor("run", TRANSCRIPTS / "S12.json", "-q", cwd=tmp_path)
    assert (said.code, said.out, said.err) == (0, "", "")
    said = auditor("run", TRANSCRIPTS / "S12.json", "--json", "-q", cwd=tmp_path)
    assert (said.code, said.err) == (0, "")
    assert [(r["outcome"], r["call_id"]) for r in said.rows] == [("unchanged", "S12")]


def test_a_corrected_transcript_is_judged_anew(tmp_path: Path) -> None:
    """Same id, other words: the new result counts, and the home still holds one call."""
    call = {"call_id": "X", "utterances": [{"speaker": "agent", "start": 0, "end": 2, "text": "您好"}]}
    for text in ("您好", "您好，再见"):
        call["utterances"] = [{"speaker": "agent", "start": 0, "end": 2, "text": text}]
        (tmp_path / "x.json").write_text(json.dumps(call), encoding="utf-8")
        assert "本次完成 1 通" in auditor("run", "x.json", "--home", "home", cwd=tmp_path).out
    with Store(Home.open(tmp_path / "home", create=False)) as store:
        assert (store.count(), store.call("X").call.utterances[0].text) == (1, "您好，再见")


def test_two_inputs_with_one_id_are_not_mixed_up(tmp_path: Path) -> None:
    """The first counts, the second is named; the same file twice is one call."""
    (tmp_path / "in").mkdir()
    text = (TRANSCRIPTS / "S12.json").read_text(encoding="utf-8")
    (tmp_path / "in" / "a.json").write_text(text, encoding="utf-8")
    (tmp_path / "in" / "b.json").write_text(text, encoding="utf-8")
    (tmp_path / "in" / "c.json").write_text(text.replace("您好", "你好"), encoding="utf-8")
    said = auditor("run", "in", "--json", "-q", cwd=tmp_path)
    assert said.code == 1
    assert [r.get("call_id") for r in said.rows] == ["S12", None]
    assert said.err == "in/c.json：通话编号 S12 与 in/a.json 重复。请给每通电话不同的编号，或只留一个文件。\n"


def test_an_empty_folder_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    said = auditor("run", "in", "--home", "home", cwd=tmp_path)
    assert (said.code, said.out) == (1, "")
    assert said.err == "in：里面没有录音，也没有转写文件。请检查路径。\n"


def test_unanswered_attempts_are_counted_and_strangers_named(tmp_path: Path) -> None:
    rows = "file,call_id,answered,case_id\n,N1,false,C1\nlost.wav,N2,true,C1\n"
    (tmp_path / "metadata.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "x.json").write_text(json.dumps({"call_id": "X", "utterances": []}), encoding="utf-8")
    said = auditor("run", "x.json", "--metadata", "metadata.csv", cwd=tmp_path)
    assert said.code == 0
    assert "未接通的呼叫 1 次" in said.err
    assert "metadata.csv 第 3 行：lost.wav：有元数据，没有录音" in said.err


def test_a_long_list_of_strangers_is_cut_short(tmp_path: Path) -> None:
    rows = "".join(f"r{n}.wav,R{n}\n" for n in range(500))
    (tmp_path / "metadata.csv").write_text(f"file,call_id\n{rows}", encoding="utf-8")
    (tmp_path / "x.json").write_text(json.dumps({"call_id": "X", "utterances": []}), encoding="utf-8")
    said = auditor("run", "x.json", "--metadata", "metadata.csv", cwd=tmp_path)
    assert len(said.about("有元数据，没有录音")) == 5
    assert "还有 495 个" in said.err


@pytest.mark.parametrize(
    ("model", "trouble"), [("/no/such", "找不到模型「/no/such」"), ("tiny", "模型 tiny：本机没有")]
)
def test_a_missing_model_is_one_line_that_says_how_to_get_it(tmp_path: Path, model: str, trouble: str) -> None:
    short_recording(tmp_path / "a.wav", 1.0)
    without_network = {**environment(), "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache")}
    said = process("run", "a.wav", "--model", model, "-q", cwd=tmp_path, env=without_network)
    assert (said.code, said.out) == (3, "")
    assert said.err.startswith(trouble)
    assert "--model" in said.err
    assert said.err.count("\n") == 1


@pytest.mark.model
def test_a_recording_is_heard_once_and_judged_again_when_its_metadata_is_corrected(tmp_path: Path) -> None:
    """The correction reaches the audit although the recording is gone by then in all but its name and hash."""
    short_recording(tmp_path / "a.wav", 6.0)
    write_row(tmp_path / "metadata.csv", hour="10")
    asked = ["run", "a.wav", "--metadata", "metadata.csv", "--home", "home", *HEARING]
    assert "本次完成 1 通" in auditor(*asked, cwd=tmp_path).out
    with Store(Home.open(tmp_path / "home", create=False)) as store:
        first = store.call("A")
    assert first.call.transcribed_by.startswith("faster-whisper")

    assert "没有变化 1 通" in auditor(*asked, cwd=tmp_path).out
    canonical = next((tmp_path / "home" / "audio").rglob("*.flac"))
    canonical.unlink()
    write_row(tmp_path / "metadata.csv", hour="23", agent="K2")
    again = auditor(*asked, "--json", cwd=tmp_path)
    assert again.rows[0]["outcome"] == "stored"
    assert "off_hours" in {f["category"] for f in again.rows[0]["findings"]}
    assert not canonical.exists()  # written whenever a recording is heard
    with Store(Home.open(tmp_path / "home", create=False)) as store:
        second = store.call("A")
    assert second.call.metadata.agent_id == "K2"
    assert [u.text for u in second.call.utterances] == [u.text for u in first.call.utterances]


@pytest.mark.model
def test_a_failed_recording_is_left_alone_until_it_is_retried(tmp_path: Path) -> None:
    """Its place was taken by a sound one meanwhile; retrying needs no path, and works from another folder."""
    work = tmp_path / "work"
    work.mkdir()
    short_recording(work / "a.wav")
    damaged = (work / "a.wav").read_bytes()
    (work / "b.wav").write_text("不是录音" * 100, encoding="utf-8")
    home = ["--home", str(tmp_path / "home"), *HEARING]
    assert auditor("run", "a.wav", "b.wav", *home, cwd=work).code == 1

    again = auditor("run", "a.wav", "b.wav", *home, cwd=work)
    assert again.code == 1
    assert "b.wav" in again.err
    assert "要重试请加 --retry" in again.err

    (work / "b.wav").write_bytes(damaged + b"\0\0")
    retried = auditor("run", "--retry", "--json", "-q", *home, cwd=tmp_path)
    assert [(r["outcome"], r["call_id"]) for r in retried.rows] == [("stored", "b")]
    assert (retried.code, retried.err) == (0, "")
    nothing = auditor("run", "--retry", *home, cwd=tmp_path)
    assert (nothing.code, "本次完成 0 通" in nothing.out) == (0, True)


@pytest.mark.model
def test_a_row_that_was_repaired_is_retried_with_its_recording(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    short_recording(tmp_path / "in" / "a.wav", 1.0)
    write_row(tmp_path / "in" / "metadata.csv", hour="77")
    assert auditor("run", "in", "--home", "home", *HEARING, cwd=tmp_path).code == 1
    write_row(tmp_path / "in" / "metadata.csv", hour="11")
    retried = auditor("run", "--retry", "--home", "home", "--json", "-q", *HEARING, cwd=tmp_path)
    assert (retried.code, [r["call_id"] for r in retried.rows]) == (0, ["A"])


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(tmp_path: Path) -> None:
    calls = ROOT / "samples" / "text-calls.jsonl"
    running = started("run", calls, "--home", "home", cwd=tmp_path)
    while running.poll() is None and not list((tmp_path / "home").glob("segments/2*")):
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=120)
    assert running.returncode == 130
    assert "做完的通话已保存；再运行一次会接着做。" in err
    assert err.endswith("已中断。\n")
    assert "Traceback" not in err
    with Store(Home.open(tmp_path / "home", create=False)) as store:
        kept = store.count()
        assert not store.failed_jobs()
    assert 0 < kept < len(calls.read_text(encoding="utf-8").splitlines())


def test_only_what_was_marked_is_tried_again(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text("{", encoding="utf-8")
        assert auditor("run", f"{name}.json", "--home", "home", cwd=tmp_path).code == 1
    home = Home.open(tmp_path / "home", create=False)
    with Store(home) as store:
        chosen = next(job.job_id for job in store.failed_jobs() if job.source == "a.json")
    mark(home, LOCAL, [chosen], datetime.now(UTC))
    said = {"call_id": "A", "utterances": [{"speaker": "agent", "start": 0, "end": 2, "text": "您好"}]}
    for name in ("a", "b"):
        text = json.dumps({**said, "call_id": name.upper()}, ensure_ascii=False)
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    retried = auditor("run", "--retry", "--marked", "--home", "home", "--json", "-q", cwd=tmp_path)
    assert (retried.code, [r["call_id"] for r in retried.rows]) == (0, ["A"])
    with Store(home) as store:
        assert [job.source for job in store.failed_jobs()] == ["b.json"]
    assert auditor("run", "--marked", "a.json", "--home", "home", cwd=tmp_path).code == 2
