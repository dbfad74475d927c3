"""``auditor show``: one call with its evidence."""

from __future__ import annotations

import json
from pathlib import Path

from auditor.cli.terminal import named
from auditor.store.home import Home
from tests.cli.program import auditor


def test_a_call_is_shown_with_score_findings_steps_and_words(home: Home) -> None:
    said = auditor("show", "fatal-1", "--home", home.path)
    assert (said.code, said.err) == (0, "")
    step = named("step", "introduction", "zh")
    for part in ("fatal-1", "得分 0.0", "我就把你通讯录挨个打一遍", "exposure-contacts-everyone", step, "0:06.5"):
        assert part in said.out


def test_signals_are_told_with_units_and_what_is_missing(home: Home) -> None:
    """In the reader's language."""
    said = auditor("show", "fatal-1", "--home", home.path).out
    assert "坐席说话占比  41.2%" in said
    assert "最长冷场  12.5 秒" in said
    assert "坐席语速  243 字/分" in said
    assert "坐席最后说话  否" in said
    assert "测不出：" in said
    assert "坐席响度" in said.partition("测不出：")[2].splitlines()[0]
    assert "Agent talk share  41.2%" in auditor("show", "fatal-1", "--home", home.path, "--lang", "en").out


def test_a_transcript_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """Escape sequences, markup and letters that turn the line around are shown, not obeyed."""
    said_on_call = {"speaker": "agent", "start": 0, "end": 2, "text": "您好\x1b[2J\u202e[bold]再见"}
    call = {"call_id": "[red]X", "utterances": [said_on_call]}
    (tmp_path / "call.json").write_text(json.dumps(call), encoding="utf-8")
    kept = auditor("run", "call.json", "--home", "home", cwd=tmp_path)
    said = auditor("show", "[red]X", "--home", "home", cwd=tmp_path)
    assert (kept.code, said.code) == (0, 0)
    assert "[red]X" in kept.out
    assert "您好�[2J�[bold]再见" in said.out
    assert "\x1b" not in kept.out + kept.err + said.out


def test_a_beginning_that_fits_one_call_is_enough(home: Home) -> None:
    assert auditor("show", "fatal", "--home", home.path).out.startswith("fatal-1")


def test_json_is_one_line_of_the_audit(home: Home) -> None:
    said = auditor("show", "clean-3", "--home", home.path, "--json")
    (row,) = said.rows
    assert (said.err, row["call_id"], row["band"]) == ("", "clean-3", "excellent")


def test_english_is_shown_in_english(home: Home) -> None:
    said = auditor("show", "fatal-1", "--home", home.path, "--lang", "en")
    assert "findings" in said.out
    assert "发现" not in said.out


def test_a_call_that_is_not_there_is_said_so(home: Home) -> None:
    said = auditor("show", "nobody", "--home", home.path)
    assert (said.code, said.out) == (2, "")
    assert "没有编号以 nobody 开头的通话" in said.err


def test_an_ambiguous_beginning_lists_the_choices(tmp_path: Path) -> None:
    calls = [json.dumps({"call_id": name, "utterances": []}) for name in ("D1", "D10", "D11")]
    (tmp_path / "calls.jsonl").write_text("\n".join(calls), encoding="utf-8")
    assert auditor("run", "calls.jsonl", "--home", "home", "-q", cwd=tmp_path).code == 0
    said = auditor("show", "D", "--home", "home", cwd=tmp_path)
    assert (said.code, said.out) == (2, "")
    assert "D1、D10、D11" in said.err
    assert auditor("show", "D1", "--home", "home", "--json", cwd=tmp_path).rows[0]["call_id"] == "D1"


def test_no_home_is_said_so_and_none_is_made(tmp_path: Path) -> None:
    said = auditor("show", "x", cwd=tmp_path)
    assert (said.code, said.out) == (3, "")
    assert "请先运行 auditor run" in said.err
    assert list(tmp_path.iterdir()) == []
