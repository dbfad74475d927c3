"""``auditor check``: transcripts in, verdicts out, nothing kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.conversation.signals import SIGNALS
from tests.cli.conftest import TRANSCRIPTS
from tests.cli.program import auditor, environment, process

CALL = {"call_id", "pack", "party", "score", "band", "fatal", "findings", "steps", "facts", "signals"}
FINDING = {
    "rule_id",
    "category",
    "severity",
    "status",
    "utterance",
    "start",
    "end",
    "quote",
    "matched_by",
    "why",
    "cites",
}
STEP = {"id", "verdict", "utterance", "quote", "why"}
FACTS = {"promise", "delinquency_reason", "customer_flags"}


def test_json_lines_hold_the_published_keys_in_the_order_given(tmp_path: Path) -> None:
    given = [TRANSCRIPTS / f"{name}.json" for name in ("S12", "S03", "S10")]
    said = process("check", *given, "--format", "jsonl", cwd=tmp_path)
    assert (said.code, said.err) == (0, "")
    assert [row["call_id"] for row in said.rows] == ["S12", "S03", "S10"]
    for row in said.rows:
        assert set(row) >= CALL
        assert set(row["facts"]) >= FACTS
        assert [set(step) >= STEP for step in row["steps"]] == [True] * 12
        assert {"duration", "agent_talk_share", "silence_share"} <= set(row["signals"]) <= set(SIGNALS)
        assert all(isinstance(value, float) for value in row["signals"].values())
    fatal = said.rows[1]
    assert (fatal["fatal"], fatal["score"], fatal["band"]) == (True, 0.0, "fail")
    spoken = json.loads(given[1].read_text(encoding="utf-8"))["utterances"]
    for finding in fatal["findings"]:
        assert set(finding) >= FINDING
        assert finding["utterance"] is None or finding["quote"] in spoken[finding["utterance"]]["text"]
    assert list(tmp_path.iterdir()) == []


def test_what_goes_into_a_file_is_utf_8_whatever_the_terminal_speaks() -> None:
    """An old Chinese Windows speaks GBK."""
    old = {**environment(), "PYTHONUTF8": "0", "PYTHONIOENCODING": "gbk"}
    asked = ["check", str(TRANSCRIPTS / "S03.json"), "--format", "jsonl"]
    assert process(*asked, env=old, encoding="utf-8").out == process(*asked).out


def test_the_table_names_each_call_and_sums_them_up() -> None:
    said = auditor("check", TRANSCRIPTS / "S12.json", TRANSCRIPTS / "S03.json")
    assert (said.code, said.err) == (0, "")
    header, first, second, total = said.out.splitlines()
    assert "得分" in header
    assert first.startswith("S12")
    assert second.startswith("S03")
    assert "不合格" in second
    assert total.startswith("2 通电话")
    assert "致命 1 通" in total


def test_in_english_nothing_on_the_page_is_chinese() -> None:
    said = auditor("check", TRANSCRIPTS / "S12.json", TRANSCRIPTS / "S03.json", "--lang", "en")
    assert said.code == 0
    assert "fatal 1" in said.out
    assert not [c for c in said.out if "\u3000" <= c <= "\uffef"]


def test_a_mixed_folder_is_done_as_far_as_it_goes(folder: Path) -> None:
    said = auditor("check", "in", "--format", "jsonl", cwd=folder.parent)
    assert said.code == 1
    assert [row["call_id"] for row in said.rows] == ["S10", "S12"]
    assert len(said.about("in/broken.json：")) == 1
    assert len(said.about("in/other.json：")) == 1
    assert said.err.count("\n") == 2


def test_a_pattern_is_resolved_by_the_program_too(folder: Path) -> None:
    """Windows shells, and quotes, leave it to the program."""
    said = auditor("check", "in/S*.json", "--format", "jsonl", cwd=folder.parent)
    assert (said.code, said.err) == (0, "")
    assert [row["call_id"] for row in said.rows] == ["S10", "S12"]


@pytest.mark.parametrize("path", ["nowhere.json", "nothing/*.json"])
def test_an_unknown_path_is_named(tmp_path: Path, path: str) -> None:
    said = auditor("check", path, cwd=tmp_path)
    assert (said.code, said.out) == (1, "")
    assert said.err == f"{path}：没有这个文件或文件夹。请检查路径。\n"


def test_an_empty_folder_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    said = auditor("check", "in", cwd=tmp_path)
    assert (said.code, said.out) == (1, "")
    assert "没有找到可检查的转写文件" in said.err


def test_an_unknown_pack_is_refused_with_the_ones_there_are(folder: Path) -> None:
    said = auditor("check", "in", "--pack", "no-such-pack", cwd=folder.parent)
    assert (said.code, said.out) == (3, "")
    assert "自带的规则包：collections-zh" in said.err


def test_a_file_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "bad\x1b[31m.json").write_text("{", encoding="utf-8")
    said = auditor("check", tmp_path)
    assert (said.code, said.out) == (1, "")
    assert "\\x1b" in said.err
    assert "\x1b" not in said.err


def test_metadata_that_a_transcript_lacks_comes_from_a_table(tmp_path: Path) -> None:
    """Another engine's transcript knows no amounts; with --metadata the purpose step can be judged against them."""
    (tmp_path / "a.srt").write_text(
        "1\n00:00:00,000 --> 00:00:03,000\n坐席：您好，这里是青禾银行，我姓周，工号零二一。\n\n"
        "2\n00:00:03,000 --> 00:00:05,000\n坐席：请报一下身份证后四位。\n\n"
        "3\n00:00:05,000 --> 00:00:07,000\n客户：三三零一。\n\n"
        "4\n00:00:07,000 --> 00:00:12,000\n坐席：您的信用卡应还一万二千八百六，逾期四十三天。\n",
        encoding="utf-8",
    )
    table = tmp_path / "list.csv"
    table.write_text("file,institution,amount_due,days_overdue\na.srt,青禾银行,12900,43\n", encoding="utf-8")
    said = auditor("check", tmp_path / "a.srt", "--metadata", table, "--format", "jsonl")
    purpose = next(s for s in said.rows[0]["steps"] if s["id"] == "state_purpose")
    assert (said.code, purpose["verdict"]) == (0, "missed")
    table.write_text("file,institution,amount_due,days_overdue\na.srt,青禾银行,12860,43\n", encoding="utf-8")
    said = auditor("check", tmp_path / "a.srt", "--metadata", table, "--format", "jsonl")
    assert next(s for s in said.rows[0]["steps"] if s["id"] == "state_purpose")["verdict"] == "done"


def test_a_pack_of_ones_own_lies_over_the_built_in_one(tmp_path: Path) -> None:
    """A rule that it disables finds nothing more; the result names the pack."""
    built_in = auditor("check", TRANSCRIPTS / "S03.json", "--format", "jsonl", "--reader", "none")
    broken = sorted({finding["rule_id"] for finding in built_in.rows[0]["findings"]})
    assert broken
    about = "name: qingluan\nversion: 1.0.0\ntitle: 青峦银行\nextends: collections-zh\n"
    (tmp_path / "pack.yaml").write_text(f"{about}disabled: [{', '.join(broken)}]\n", encoding="utf-8")
    said = auditor("check", TRANSCRIPTS / "S03.json", "--format", "jsonl", "--pack", tmp_path, "--reader", "none")
    assert (said.code, said.err) == (0, "")
    assert said.rows[0]["pack"].startswith("qingluan@1.0.0+")
    assert not {finding["rule_id"] for finding in said.rows[0]["findings"]} & set(broken)
