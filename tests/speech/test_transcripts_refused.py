"""Transcripts that can't be used: one clear line that names the file, the place in it and the way out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import TranscriptError
from auditor.models import Utterance
from auditor.speech.transcripts import FORMATS, read_calls

FIXTURES = Path(__file__).parents[1] / "fixtures" / "transcripts"
GOOD = {"speaker": "agent", "start": 1.0, "end": 2.0, "text": "您好"}

# The first text that hypothesis draws builds a table of all characters, which a busy machine takes seconds for; the
# folder is shared by all examples on purpose.
relaxed = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], max_examples=80
)


def refusal(path: Path) -> str:
    """The whole message, which must be one line that begins with the file."""
    with pytest.raises(TranscriptError) as caught:
        read_calls(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    assert message.endswith("。")
    assert caught.value.remedy
    assert len(message) < 300 + len(str(path))
    return message


def refused_json(folder: Path, data: Any) -> str:
    path = folder / "call.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return refusal(path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"text": None}, "utterances[1] 缺少 text"),
        ({"speaker": None}, "utterances[1] 缺少 speaker"),
        ({"start": None}, "utterances[1] 缺少 start"),
        ({"end": None}, "utterances[1] 缺少 end"),
        ({"text": 5}, "utterances[1].text 应为文字"),
        ({"text": "字" * 60_000}, "utterances[1].text 超过"),
        ({"text": "\ud800"}, "utterances[1].text 含有无法存储的字符"),
        ({"speaker": "robot"}, "utterances[1].speaker 应为 agent、customer 或 unknown"),
        ({"start": "1.0"}, "utterances[1].start 应为数字"),
        ({"start": True}, "utterances[1].start 应为数字"),
        ({"start": -0.5}, "utterances[1].start 不能为负"),
        ({"start": float("nan")}, "utterances[1].start 不能是 NaN"),
        ({"end": float("inf")}, "utterances[1].end 不能是 NaN 或无穷大"),
        ({"end": 10**400}, "utterances[1].end 超出合理范围"),
        ({"end": 1e9}, "utterances[1].end 超出合理范围"),
        ({"end": 0.5}, "utterances[1] 的 end 0.5 早于 start 1"),
        ({"words": {}}, "utterances[1].words 应为列表"),
        ({"words": [{"text": "您", "start": 1.0}]}, "utterances[1].words[0] 缺少 end"),
        ({"words": [{"text": "您", "start": 2.0, "end": 1.0}]}, "utterances[1].words[0] 的 end"),
        ({"confidence": 1.5}, "utterances[1].confidence 超出合理范围"),
        ({"quarantined": "silence"}, "utterances[1].quarantined 应为列表"),
    ],
)
def test_a_bad_utterance_is_named_by_its_place(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    assert says in refused_json(tmp_path, {"utterances": [GOOD, {**GOOD, **change}]})


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"call_id": "T1", "metadata": {}}, "最外层 缺少 utterances"),
        ({"utterances": {}}, "utterances 应为列表"),
        ({"utterances": ["您好"]}, "utterances[0] 应为对象"),
        ({"utterances": [], "script": "Latin"}, "script 应为 Hans 或 Hant"),
        ({"utterances": [], "call_id": "../../etc/passwd"}, "call_id 只能是"),
        ({"utterances": [], "call_id": "a\nb"}, "call_id 只能是"),
        ({"utterances": [], "call_id": "x" * 200}, "call_id 只能是"),
        ({"utterances": [], "call_id": ["x"]}, "call_id 应为文字"),
        ({"utterances": [], "metadata": []}, "metadata 应为对象"),
        ({"utterances": [], "metadata": {"amount_due": float("nan")}}, "metadata 里 amount_due 不能是 NaN"),
        ({"utterances": [], "metadata": {"started_at": "x", "region": "US"}}, "started_at 「x」不是有效的时间"),
        ({"utterances": [], "metadata": {"x": {"y": float("inf")}}}, "「x」列不是普通的值"),
        ({"hello": "world"}, "看不出是哪种转写格式"),
        ([], "看不出是哪种转写格式"),
        ("今天天气不错", "看不出是哪种转写格式"),
        ('{"utterances": [', "不是有效的 JSON，第 1 行第 17 列"),
        ("", "文件是空的"),
        (" \n\n ", "文件是空的"),
        ("[" * 100_000, "JSON 嵌套过深"),
        ('{"utterances": [' + "9" * 5000 + "]}", "过长的数字"),
    ],
)
def test_a_bad_document_says_what_is_wrong(data: Any, says: str, tmp_path: Path) -> None:
    assert says in refused_json(tmp_path, data)


def test_times_out_of_order_are_refused_and_overlap_is_not(tmp_path: Path) -> None:
    """Starting a little before the other side has ended is a conversation; a jump back is a damaged file."""

    def at(*starts: float) -> dict[str, Any]:
        return {"utterances": [{**GOOD, "start": s, "end": s + 6} for s in starts]}

    path = tmp_path / "fine.json"
    path.write_text(json.dumps(at(0, 10, 8.5, 12)), encoding="utf-8")
    assert [u.start for u in read_calls(path)[0].utterances] == [0, 10, 8.5, 12]
    assert "utterances[2] 时间顺序混乱" in refused_json(tmp_path, at(0, 10, 3, 12))


def test_other_engines_failures_are_named(tmp_path: Path) -> None:
    """Malformed JSON, a failed job's receipt, and a wrong type inside each engine's result."""
    assert "不是有效的 JSON，第 3 行第" in refusal(FIXTURES / "volcengine-broken.json")
    assert "转写失败的回执" in refusal(FIXTURES / "iflytek-failed.json")
    assert "dialogues[0] 缺少 begin" in refused_json(tmp_path, {"dialogues": [{"words": "您好"}]})
    assert "data[0].bg 应为数字" in refused_json(tmp_path, {"ok": 0, "data": '[{"bg":"x","ed":"2","onebest":""}]'})
    assert "data 里面不是有效的 JSON" in refused_json(tmp_path, {"ok": 0, "data": "[{"})
    assert "segments[0] 结束时间 1 早于开始时间 2" in refused_json(
        tmp_path, {"segments": [{"start": 2, "end": 1, "text": "您好"}]}
    )
    assert "timestamp[0] 应为 [开始, 结束]" in refused_json(tmp_path, {"key": "a", "text": "您", "timestamp": [[1]]})


@pytest.mark.parametrize(
    ("timing", "says"),
    [
        ("00:00:03,000 --> 00:00:01,000", "第 2 行结束时间早于开始时间"),
        ("00:00:xx,000 --> 00:00:01,000", "第 2 行的时间格式不对"),
        ("999:00:00,000 --> 999:00:01,000", "第 2 行的时间超出合理范围"),
    ],
)
def test_a_bad_subtitle_time_is_named_by_its_line(timing: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "x.srt"
    path.write_text(f"1\n{timing}\n您好\n", encoding="utf-8")
    assert says in refusal(path)


def test_a_subtitle_without_an_end_is_refused(tmp_path: Path) -> None:
    """Megabytes under one time are no cue."""
    path = tmp_path / "x.srt"
    path.write_text("1\n00:00:00,000 --> 00:00:01,000\n" + "x\n" * 60_000)
    assert "第 2 行的字幕超过" in refusal(path)


def test_files_that_are_no_text(tmp_path: Path) -> None:
    """A recording under a transcript's name, a folder, a file that is not there."""
    binary = tmp_path / "x.json"
    binary.write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt ")
    assert "不是文本文件" in refusal(binary)
    assert "不是普通文件" in refusal(tmp_path)
    assert "不存在" in refusal(tmp_path / "missing.json")


@pytest.mark.parametrize("start", [b"x", b'{"utterances": ['])
def test_fifty_megabytes_of_junk_are_refused_by_size(start: bytes, tmp_path: Path) -> None:
    """Nothing of such a file is parsed, whatever it begins with."""
    path = tmp_path / "junk.json"
    with path.open("wb") as file:
        file.write(start)
        file.truncate(50 * 2**20)
    message = refusal(path)
    assert "50 MB" in message
    assert "20 MB" in message


def test_one_bad_line_does_not_lose_the_others(tmp_path: Path) -> None:
    """Given a place to report to, a collection's good calls are all read; each bad line is named."""
    path = tmp_path / "calls.jsonl"
    good = [json.dumps({"call_id": f"T{i}", "utterances": [GOOD]}) for i in range(2)]
    path.write_text("\n".join([good[0], "{broken", "", good[1], good[0], '{"call_id": "T9", "metadata": {}}']))
    errors: list[TranscriptError] = []
    assert [c.call_id for c in read_calls(path, errors.append)] == ["T0", "T1"]
    assert [(e.path.split()[-2], e.trouble.split("，")[0]) for e in errors] == [
        ("2", "不是有效的 JSON"),
        ("5", f"call_id 与 {path} 第 1 行 重复"),
        ("6", "最外层 缺少 utterances"),
    ]
    assert "第 2 行：不是有效的 JSON" in refusal(path)


def test_a_log_with_one_json_object_a_line_is_given_up_early(tmp_path: Path) -> None:
    """Thousands of lines of something else are one error for the file, not thousands."""
    path = tmp_path / "events.jsonl"
    path.write_text('{"event": "x"}\n' * 5000)
    errors: list[TranscriptError] = []
    with pytest.raises(TranscriptError, match="不像转写文件"):
        read_calls(path, errors.append)
    assert len(errors) == 20


def test_an_empty_collection_is_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_bytes(b"\n\n")
    assert "文件是空的" in refusal(path)


def keys_of(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {k for v in value.values() for k in keys_of(v)}
    return {k for v in value for k in keys_of(v)} if isinstance(value, list) else set()


def places_in(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every value inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [p for key, inner in items for p in ((*here, key), *places_in(inner, (*here, key)))]


GENUINE = {
    p.name: json.loads(p.read_text(encoding="utf-8")) for p in sorted(FIXTURES.glob("*.json")) if "broken" not in p.name
}
KEYS = sorted({k for value in GENUINE.values() for k in keys_of(value)})
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(["[[1,2]]", "1"])
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=15,
)


def check_read_or_refused(path: Path, value: Any) -> None:
    """Reading gives calls whose times make sense, or a TranscriptError; any other exception fails the test."""
    path.write_text(json.dumps(value), encoding="utf-8")
    try:
        calls = read_calls(path)
    except TranscriptError as error:
        calls, message = (), str(error)
    else:
        message = str(path)
    assert message.startswith(str(path))
    for call in calls:
        assert all(0 <= u.start <= u.end < 1e6 for u in call.utterances)


@relaxed
@given(value=ANY_JSON)
def test_any_json_is_read_or_refused(value: Any, tmp_path: Path) -> None:
    check_read_or_refused(tmp_path / "fuzz.json", value)


@relaxed
@given(data=st.data())
def test_a_damaged_result_of_any_engine_is_read_or_refused(data: st.DataObject, tmp_path: Path) -> None:
    """A genuine result with one value, anywhere in it, replaced by something else."""
    value = json.loads(json.dumps(GENUINE[data.draw(st.sampled_from(sorted(GENUINE)))]))
    place = data.draw(st.sampled_from(places_in(value)))
    holder = value
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = data.draw(ANY_JSON)
    check_read_or_refused(tmp_path / "fuzz.json", value)


@relaxed
@given(raw=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "fuzz.srt"
    path.write_bytes(b"1\n00:00:00,000 --> 00:00:01,000\n" + raw)
    try:
        calls = read_calls(path)
    except TranscriptError as error:
        calls, message = (), str(error)
    else:
        message = str(path)
    assert message.startswith(str(path))
    assert all(u.start <= u.end for call in calls for u in call.utterances)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
SHARES = st.none() | st.floats(0, 1)


@st.composite
def our_utterances(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows, clock = [], 0.0
    for _ in range(draw(st.integers(0, 5))):
        clock += draw(st.floats(0, 30))
        row = {
            "speaker": draw(st.sampled_from(["agent", "customer", "unknown"])),
            "start": clock,
            "end": clock + draw(st.floats(0, 30)),
            "text": draw(TEXT),
            "confidence": draw(SHARES),
            "quarantined": draw(st.lists(TEXT, max_size=2)),
            "channel": draw(st.none() | st.integers(0, 1)),
        }
        rows.append({k: v for k, v in row.items() if v is not None})
    return rows


@relaxed
@given(rows=our_utterances())
def test_our_format_loses_nothing(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    """Every utterance of a valid file arrives exactly as it was written: text, times to the last bit, order."""
    path = tmp_path / "call.json"
    path.write_text(json.dumps({"call_id": "T1", "utterances": rows}), encoding="utf-8")
    (call,) = read_calls(path)
    assert call.utterances == tuple(Utterance(**{**r, "quarantined": tuple(r["quarantined"])}) for r in rows)


def test_formats_are_listed_when_none_fits(tmp_path: Path) -> None:
    message = refused_json(tmp_path, {"hello": "world"})
    assert all(name in message for name in FORMATS)
