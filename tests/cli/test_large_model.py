"""``auditor run --reader``: hints of a large model beside the audits, whatever the model does."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from starlette.responses import Response

from tests.annotate.model_server import lines, local_model, suspicion, suspicions
from tests.cli.conftest import TRANSCRIPTS
from tests.cli.program import Said, auditor

CALL = {
    "call_id": "X",
    "utterances": [
        {"speaker": "agent", "start": 0, "end": 2, "text": "您好，我是示例银行的，工号零一七"},
        {"speaker": "customer", "start": 2, "end": 4, "text": "我的电话是13912345678，你说"},
        {"speaker": "agent", "start": 4, "end": 6, "text": "您自己掂量掂量，后面的事我可不好说"},
    ],
}
QUOTE = "后面的事我可不好说"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "x.json").write_text(json.dumps(CALL, ensure_ascii=False), encoding="utf-8")
    return tmp_path


def run(folder: Path, url: str, *options: str) -> Said:
    return auditor("run", "x.json", "--home", "home", "--reader", url, *options, cwd=folder)


def flag(body: dict[str, Any]) -> str:
    """A good model: it quotes the line that it was sent."""
    (line,) = [line for line in lines(body) if QUOTE in line["text"]]
    return suspicions(suspicion(line["utterance"], QUOTE, "pressure-vague-consequence", "含糊的后果"))


def test_hints_are_asked_for_counted_and_shown_apart_from_the_findings(folder: Path) -> None:
    with local_model(flag) as model:
        said = run(folder, model.url)
    assert said.code == 0
    assert "大模型提示（仅供复核，不影响得分）：1 通，新问 1 次，已问过 0 次，疑点 1 处。" in said.out
    assert "输入 700 token，输出 30 token" in said.out
    shown = auditor("show", "X", "--home", "home", cwd=folder).out
    below = shown.split("大模型提示（仅供复核，不影响得分）")[1]
    assert f"含糊施压  0:04.0  {QUOTE}" in below
    assert "含糊的后果  [pressure-vague-consequence]" in below
    assert "13912345678" not in model.text


def test_the_audit_is_the_same_with_and_without(folder: Path) -> None:
    audits = []
    for home, options in (("without", []), ("with", ["--reader", "?"])):
        with local_model(flag) as model:
            given = [model.url if o == "?" else o for o in options]
            auditor("run", "x.json", "--home", home, *given, cwd=folder)
        (row,) = auditor("show", "X", "--home", home, "--json", cwd=folder).rows
        hints = row.pop("annotations", None)
        audits.append(row)
    assert audits[0] == audits[1]
    assert hints is not None
    assert hints[0]["suspicions"][0]["quote"] == QUOTE


def test_the_second_run_says_that_it_was_asked_before(folder: Path) -> None:
    with local_model(flag) as model:
        run(folder, model.url)
        said = run(folder, model.url)
    assert "新问 0 次，已问过 1 次" in said.out
    assert len(model.asked) == 1


def test_without_the_option_nobody_is_asked(folder: Path) -> None:
    with local_model(flag) as model:
        said = auditor("run", "x.json", "--home", "home", cwd=folder)
    assert "大模型" not in said.out + said.err
    assert model.asked == []


def test_a_server_that_is_away_costs_one_line_and_no_audit(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        said = auditor("run", TRANSCRIPTS, "--home", "home", "--reader", f"openai://{place}/m", cwd=tmp_path)
    assert said.code == 0
    calls = len(list(TRANSCRIPTS.glob("*.json")))
    assert f"本次完成 {calls} 通" in said.out
    (line,) = said.about("大模型服务器")
    assert line.startswith(f"大模型服务器 {place} 连不上。请检查它是否在运行、端口是否写对。大模型还有 ")
    assert line.endswith(" 个问题没有问，质检结果不受影响；再运行一次会补上。")


def test_a_wrong_answer_is_counted_by_reason(folder: Path) -> None:
    answer = suspicions(suspicion(2, "我要打你", "insult"), suspicion(1, "你说", "insult"), "x")
    with local_model(lambda _: answer) as model:
        said = run(folder, model.url)
    assert "大模型的回答里有 3 处没有采纳：格式不对 1，不是坐席的话 1，原话对不上 1。" in said.out


def test_no_answer_is_named_and_mended_by_the_next_run(folder: Path) -> None:
    with local_model(lambda _: "没有违规") as model:
        said = run(folder, model.url, "-q")
        assert said.err == (
            "大模型有 1 个问题没有答成：不是要求的 JSON 1。大模型的回答不是 JSON。请换一个能按格式输出的模型，或检查服务器的设置。"
            "再运行一次会再问。\n"
        )
        model.answer = flag
        assert "新问 1 次，已问过 0 次" in run(folder, model.url).out


def test_the_counts_as_json(folder: Path) -> None:
    with local_model(flag) as model:
        rows = run(folder, model.url, "--json", "-q").rows
    assert [row["outcome"] for row in rows] == ["stored", "reader"]
    assert (rows[1]["answered"], rows[1]["suspicions"], rows[1]["tokens_in"]) == (1, 1, 700)


def test_english(folder: Path) -> None:
    with local_model(flag) as model:
        said = run(folder, model.url, "--lang", "en", "--reader-ask", "each", "--reader-at-once", "4")
    assert "Large-model hints (for review only, never scored): 1 calls, 28 asked" in said.out
    assert not [c for c in said.out if "\u3000" <= c <= "\uffef"]


def test_the_answers_of_one_model_are_shown_together(folder: Path) -> None:
    """Asked for each category, it still stands there once, and each suspicion once."""
    with local_model(flag) as model:
        for ask in ("each", "all"):
            run(folder, model.url, "--reader-ask", ask, "--reader-at-once", "4")
    below = auditor("show", "X", "--home", "home", cwd=folder).out.split("大模型提示")[1]
    assert (below.count("demo-model"), below.count(QUOTE)) == (1, 1)


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("openai://8.8.8.8/m", "--reader-outside"),
        ("http://10.0.0.8/m", "openai://"),
        ("openai://u:p@10.0.0.8/m", "密码"),
    ],
)
def test_a_wrong_address_stops_the_run_before_it_begins(folder: Path, url: str, part: str) -> None:
    said = run(folder, url)
    assert (said.code, (folder / "home").exists()) == (2, False)
    assert part in said.err


def test_the_key_comes_from_the_environment_and_is_shown_nowhere(folder: Path) -> None:
    """Not in what is said, not in the home."""
    with local_model(lambda _: Response(status_code=401)) as model:
        with mock.patch("tests.cli.program.environment", return_value={**os.environ, "AUDITOR_READER_KEY": "sk-hush"}):
            said = run(folder, model.url)
        assert model.headers[0]["authorization"] == "Bearer sk-hush"
    assert "AUDITOR_READER_KEY" in said.err
    assert "sk-hush" not in said.out + said.err
    kept = [file for file in (folder / "home").rglob("*") if file.is_file()]
    assert [file for file in kept if b"sk-hush" in file.read_bytes()] == []


def test_doctor_asks_once_without_any_call(tmp_path: Path) -> None:
    with local_model(lambda _: suspicions()) as model:
        said = auditor("doctor", "--reader", model.url, cwd=tmp_path)
    assert said.code == 0
    assert "✓ 大模型 demo-model（http://127.0.0.1:" in said.out
    assert "按 JSON Schema 输出" in said.out
    assert "服务器计为 700 token" in said.out
    assert len(model.asked) == 1


def test_doctor_says_what_is_wrong_with_a_server(tmp_path: Path) -> None:
    with local_model(lambda _: Response(status_code=404)) as model:
        said = auditor("doctor", "--reader", model.url, cwd=tmp_path)
    assert said.code == 3
    assert "没有模型 demo-model" in said.out
