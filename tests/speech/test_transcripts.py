"""Each transcript format that the importers know, read from a small file of its own."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from pathlib import Path

import pytest

from auditor.models import Call, Word
from auditor.speech.transcripts import FORMATS, format_of, read_calls

FIXTURES = Path(__file__).parents[1] / "fixtures" / "transcripts"
GREETING, QUESTION, OVERDUE = "您好，这里是示例银行信用卡中心。", "嗯，什么事？", "您的账单已经逾期三天了。"

Line = tuple[str, float, float, str]


def read(name: str) -> Call:
    (call,) = read_calls(FIXTURES / name)
    return call


def lines(call: Call) -> list[Line]:
    return [(u.speaker, u.start, u.end, u.text) for u in call.utterances]


def codes(call: Call) -> list[str]:
    return [w.code for w in call.warnings]


def test_our_format_keeps_every_optional_field() -> None:
    """Words, confidence, quarantine, channel, metadata and script arrive as written, in the order of the file."""
    call = read("ours.json")
    assert (call.call_id, call.script, call.warnings) == ("T001", "Hans", ())
    assert call.metadata.amount_due == Decimal("12860.5")
    assert call.metadata.custom == {"批次": "十月"}
    assert lines(call)[:2] == [("agent", 0.4, 2.9, GREETING), ("customer", 2.6, 3.5, QUESTION)]
    first, _, invented, last = call.utterances
    assert first.words == (Word("您好", 0.4, 0.8, 0.98), Word("这里", 0.9, 1.2, 0.7))
    assert (first.confidence, first.channel) == (0.84, 0)
    assert invented.quarantined == ("silence", "known_phrase")
    assert (last.speaker, last.confidence, last.channel, last.words) == ("unknown", None, None, ())


def test_source_and_hash_name_the_bytes_that_were_read() -> None:
    path = FIXTURES / "ours.json"
    call = read("ours.json")
    assert call.source == str(path)
    assert call.source_hash == hashlib.sha256(path.read_bytes()).hexdigest()


def test_json_lines_hold_one_call_a_line() -> None:
    """Each line is its own call with its own hash and place."""
    calls = read_calls(FIXTURES / "ours.jsonl")
    assert [c.call_id for c in calls] == ["L001", "L002"]
    assert [lines(c) for c in calls] == [[("agent", 0.0, 2.0, GREETING)], [("agent", 0.0, 2.0, OVERDUE)]]
    assert {c.source for c in calls} == {str(FIXTURES / "ours.jsonl")}
    assert calls[0].source_hash != calls[1].source_hash


def test_json_lines_are_recognised_under_any_name(tmp_path: Path) -> None:
    path = tmp_path / "calls.json"
    path.write_bytes((FIXTURES / "ours.jsonl").read_bytes())
    assert len(read_calls(path)) == 2


def test_a_call_on_one_line_is_not_taken_for_a_collection(tmp_path: Path) -> None:
    path = tmp_path / "B7.json"
    path.write_text(
        '{"utterances": [{"speaker": "agent", "start": 0, "end": 1, "text": "您好"}]}\n\n\n', encoding="utf-8"
    )
    (call,) = read_calls(path)
    assert (call.call_id, call.source) == ("B7", str(path))


def test_srt_speakers_stand_before_the_words() -> None:
    """A cue with both sides is divided by length; a colon in ordinary speech names nobody."""
    call = read("call.srt")
    assert call.transcribed_by == "srt"
    assert lines(call) == [
        ("agent", 0.4, 2.9, GREETING),
        ("customer", 2.6, 3.5, QUESTION),
        ("agent", 4.0, 6.087, OVERDUE),
        ("customer", 6.087, 8.0, "我知道了，这两天就还。"),
        ("unknown", 8.5, 9.0, "还有一件事："),
    ]


@pytest.mark.parametrize(
    ("prefix", "speaker", "channel"),
    [
        ("坐席：", "agent", None),
        ("客服02: ", "agent", None),
        ("【客戶】", "customer", None),
        ("- Customer: ", "customer", None),
        ("说话人2：", "unknown", 1),
        ("SPEAKER_07: ", "unknown", 1),
    ],
)
def test_labels_before_the_words(prefix: str, speaker: str, channel: int | None, tmp_path: Path) -> None:
    """Role words name the speaker, numbered speakers become channels; the label is no speech either way."""
    path = tmp_path / "x.srt"
    path.write_text(
        f"1\n00:00:00,0 --> 00:00:01,0\n{prefix}请讲\n\n2\n00:00:02,0 --> 00:00:03,0\nspk 0: 您好\n", encoding="utf-8"
    )
    first, second = read_calls(path)[0].utterances
    assert (first.speaker, first.channel, first.text) == (speaker, channel, "请讲")
    assert second.channel == (None if channel is None else 0)


@pytest.mark.parametrize("text", ["还有一件事：明天联系", "12：30 我打给您", "[PII] 您好", "地址：上海"])
def test_a_colon_in_speech_names_nobody(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.srt"
    path.write_text(f"1\n00:00:00,0 --> 00:00:01,0\n{text}\n", encoding="utf-8")
    (utterance,) = read_calls(path)[0].utterances
    assert (utterance.speaker, utterance.text) == ("unknown", text)


def test_vtt_voices_entities_and_markup() -> None:
    """Voice tags name the speaker; notes, styles, cue names and markup are no speech; entities are decoded."""
    call = read("call.vtt")
    assert call.transcribed_by == "webvtt"
    assert lines(call) == [
        ("agent", 0.4, 2.9, GREETING),
        ("customer", 2.6, 3.5, QUESTION),
        ("agent", 3.9, 5.1, "您的 <账单> 已经逾期三天了。"),
    ]


def test_srt_without_blank_lines_between_cues(tmp_path: Path) -> None:
    """The next cue's number is not part of what was said."""
    path = tmp_path / "x.srt"
    path.write_text("1\n00:00:00,0 --> 00:00:01,0\n您好\n2\n00:00:01,0 --> 00:00:02,0\n请讲\n", encoding="utf-8-sig")
    assert [u.text for u in read_calls(path)[0].utterances] == ["您好", "请讲"]


def test_aliyun_roles_milliseconds_and_missing_ends() -> None:
    """A sentence without an end stops at the next one, or where its length says; the call is warned."""
    call = read("aliyun.json")
    assert lines(call) == [
        ("agent", 0.4, 2.9, GREETING),
        ("customer", 2.6, 4.0, QUESTION),
        ("agent", 4.0, 6.2, OVERDUE),
    ]
    assert codes(call) == ["estimated_times"]
    assert lines(read("aliyun-api.json")) == [("agent", 0.4, 2.9, GREETING), ("customer", 2.6, 3.5, QUESTION)]


def test_aws_call_analytics() -> None:
    """Participant roles, milliseconds, word confidence; sentences of one channel after the other are put in order."""
    call = read("aws-call-analytics.json")
    assert lines(call) == [("agent", 0.4, 2.9, "您好。"), ("customer", 2.6, 3.5, QUESTION)]
    assert call.duration == 15.2
    assert call.utterances[0].words == (Word("您好", 0.4, 0.9, 0.9),)
    assert call.utterances[0].confidence == 0.9


def test_aws_post_call_analytics() -> None:
    """The display names say which speaker label is the agent."""
    call = read("aws-post-call.json")
    assert lines(call) == [("agent", 0.4, 2.9, "您好。"), ("customer", 3.0, 3.5, QUESTION)]
    assert call.utterances[0].confidence == 0.75
    assert call.duration == 6.2


def test_funasr_text_with_character_times_is_cut_into_sentences() -> None:
    call = read("funasr-websocket.json")
    assert lines(call) == [("unknown", 0.1, 1.1, "您好，请讲。"), ("unknown", 1.5, 1.98, "好的")]
    assert call.utterances[0].words[2] == Word("请", 0.7, 0.9)


def test_funasr_sentences_start_with_their_first_character() -> None:
    """Speaker clusters become channels; the engine's own sentence start is that of the last character."""
    call = read("funasr-sentences.json")
    assert lines(call) == [("unknown", 0.1, 1.1, "您好，请讲。"), ("unknown", 1.5, 1.98, "好的")]
    assert [u.channel for u in call.utterances] == [1, 0]


def test_funasr_runtime_sentences() -> None:
    assert lines(read("funasr-stamps.json")) == [("unknown", 0.1, 0.52, "您好，"), ("unknown", 0.7, 1.1, "请讲。")]


def test_iflytek_speakers_become_channels() -> None:
    """Speakers 1 and 2 are channels 0 and 1: who is the agent is for a later room to say."""
    call = read("iflytek-onebest.json")
    assert lines(call) == [("unknown", 0.4, 2.9, GREETING), ("unknown", 2.6, 3.5, QUESTION)]
    assert [u.channel for u in call.utterances] == [0, 1]


def test_iflytek_envelope_without_speaker_separation() -> None:
    """Speaker 0 throughout means that nobody was told apart."""
    call = read("iflytek-envelope.json")
    assert lines(call) == [("unknown", 0.4, 2.9, GREETING), ("unknown", 2.6, 3.5, QUESTION)]
    assert [u.channel for u in call.utterances] == [None, None]


def test_sherpa_without_times_is_one_sentence_with_a_warning() -> None:
    call = read("sherpa-paraformer.json")
    assert lines(call) == [("unknown", 0.0, 1.0, "您好请讲")]
    assert codes(call) == ["estimated_times"]


def test_sherpa_is_cut_at_pauses_and_full_stops() -> None:
    """Tags are no speech; a long pause or a full stop ends a sentence."""
    assert lines(read("sherpa-sensevoice.json")) == [("unknown", 0.6, 1.24, "您好"), ("unknown", 3.0, 3.7, "请讲")]
    nano = read("sherpa-nano.json")
    assert lines(nano) == [("unknown", 0.0, 1.2, "您好，请讲。"), ("unknown", 1.5, 1.9, "好的。")]
    assert [w.text for w in nano.utterances[0].words] == ["您", "好", "请", "讲"]


def test_volcengine_utterances() -> None:
    call = read("volcengine.json")
    assert lines(call) == [("unknown", 0.4, 2.9, GREETING), ("unknown", 2.6, 3.5, QUESTION)]
    assert [u.channel for u in call.utterances] == [0, 1]
    assert call.utterances[0].words == (Word("您好", 0.4, 0.9),)
    assert call.duration == 15.2
    assert [u.text for u in read("volcengine-text.json").utterances] == ["您好请讲"]


def test_whisperx_words_and_speakers() -> None:
    """Words that could not be aligned have no times and are left out of the words, not of the text."""
    call = read("whisperx.json")
    assert lines(call) == [("unknown", 0.4, 2.9, "您好 12"), ("unknown", 3.0, 3.5, QUESTION)]
    assert [u.channel for u in call.utterances] == [1, 0]
    assert [w.text for w in call.utterances[0].words] == ["您", "好"]
    assert call.utterances[0].confidence == pytest.approx(0.8)


def test_whisper_confidence_comes_from_the_log_probability() -> None:
    assert read("whisper.json").utterances[0].confidence == pytest.approx(0.7788, abs=1e-4)


@pytest.mark.parametrize("path", sorted(p for p in FIXTURES.iterdir() if "broken" not in p.name), ids=lambda p: p.name)
def test_every_fixture_is_recognised_by_content_alone(path: Path, tmp_path: Path) -> None:
    """The same format whatever the file is called."""
    renamed = tmp_path / "call.dat"
    renamed.write_bytes(path.read_bytes())
    assert format_of(renamed) == format_of(path)
    assert format_of(path) in FORMATS


def test_other_json_is_no_transcript(tmp_path: Path) -> None:
    """A metadata file beside the recordings is told from a transcript."""
    path = tmp_path / "metadata.json"
    path.write_text('[{"call_id": "T001", "agent_id": "A1"}]', encoding="utf-8")
    assert format_of(path) is None


@pytest.mark.parametrize(("text", "script"), [("請問您什麼時候繳款？", "Hant"), (OVERDUE, "Hans"), ("好的。", None)])
def test_script_is_told_from_the_characters(text: str, script: str | None, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(
        json.dumps({"utterances": [{"speaker": "agent", "start": 0, "end": 1, "text": text}]}), encoding="utf-8"
    )
    assert read_calls(path)[0].script == script


@pytest.mark.parametrize(
    ("encoding", "text"), [("gb18030", OVERDUE), ("big5", "請問您什麼時候繳款？"), ("utf-16", OVERDUE)]
)
def test_subtitles_in_the_encodings_of_chinese_systems(encoding: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.srt"
    path.write_bytes(f"1\r\n00:00:01,000 --> 00:00:03,000\r\n坐席：{text}\r\n".encode(encoding))
    assert lines(read_calls(path)[0]) == [("agent", 1.0, 3.0, text)]


def test_an_attempt_needs_no_utterances_and_an_empty_call_is_warned(tmp_path: Path) -> None:
    attempt, empty = tmp_path / "attempt.json", tmp_path / "empty.json"
    attempt.write_text('{"call_id": "T1", "metadata": {"answered": false}}', encoding="utf-8")
    empty.write_text('{"call_id": "T2", "utterances": []}', encoding="utf-8")
    assert codes(read_calls(attempt)[0]) == []
    assert codes(read_calls(empty)[0]) == ["empty_transcript"]


def test_metadata_warnings_travel_with_the_call(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"metadata": {"started_at": "2026-10-14T10:00:00"}, "utterances": []}', encoding="utf-8")
    assert codes(read_calls(path)[0]) == ["naive_time", "empty_transcript"]
