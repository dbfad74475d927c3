"""Quarantine: invented text is marked with its reason, and what people really say on calls stays."""

from __future__ import annotations

import pytest

from auditor.models import Acoustics, ChannelAcoustics, Span, Utterance
from auditor.speech.quarantine import quarantine
from auditor.speech.transcribe import Guess


def sounding(*speech: Span, seconds: float = 60.0, level: float = -25.0) -> Acoustics:
    """A channel that is loud where somebody speaks and silent elsewhere."""
    loudness = tuple(
        level if any(start <= step / 10 < end for start, end in speech) else -80.0 for step in range(int(seconds * 10))
    )
    return Acoustics(seconds, 8000, (ChannelAcoustics(0, speech, loudness, 0.5, 0.0),))


def guess(
    text: str, start: float = 1.0, end: float = 5.0, *, sure: float = 0.9, logprob: float = -0.3, unspoken: float = 0.01
) -> Guess:
    return Guess(Utterance("unknown", start, end, text, confidence=sure, channel=0), logprob, unspoken)


def reasons(
    *guesses: Guess, acoustics: Acoustics | None = None, hotwords: tuple[str, ...] = ()
) -> list[tuple[str, ...]]:
    return [u.quarantined for u in quarantine(guesses, acoustics or sounding((0.0, 60.0)), hotwords)]


@pytest.mark.parametrize(
    "text",
    ["谢谢。", "谢谢", "再见", "谢谢，再见！", "谢谢大家的配合", "点赞", "大家点赞关注，我们一起学技术", "小助手，请你介绍一下自己",
     "嗯", "嗯嗯", "好的", "好的好的好的", "拜拜", "下次再见", "谢谢大家", "对对对对对", "喂喂喂喂", "哈哈哈哈哈哈",
     "六六二零六六二零", "不好意思不好意思", "字幕", "我是做字幕组工作的，这个月没发工资"],
)  # fmt: skip
def test_what_people_say_stays(text: str) -> None:
    """Thanks, farewells and back-channels are spoken, however often a model also invents them."""
    assert reasons(guess(text)) == [()]


@pytest.mark.parametrize(
    "text",
    ["字幕由Amara.org社区提供", "小編字幕由 Amara.org 社群提供", "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", "谢谢观看！", "感謝觀看",
     "优优独播剧场——YoYo Television Series Exclusive", "字幕志愿者 某某某", "字幕by某某", "Thank you for watching.",
     "未经许可，不得翻唱或使用", "请订阅。", "谢谢观看 谢谢观看", "欢迎订阅 字幕组", "ご視聴ありがとうございました"],
)  # fmt: skip
def test_known_inventions_are_marked(text: str) -> None:
    """Whole utterances only, whatever the punctuation, script or repetition."""
    assert reasons(guess(text)) == [("known_phrase",)]


def test_text_over_silence_is_marked() -> None:
    """No voice under it, or a voice far too short for so many words; also a real word needs its sound."""
    assert reasons(guess("谢谢"), acoustics=sounding((10.0, 12.0))) == [("silence_under_text",)]
    assert reasons(guess("谢谢", 10.0, 11.0), acoustics=sounding((10.0, 12.0))) == [()]
    rushed = guess("我们这边会把您的情况全部如实登记下来请您放心", 10.0, 12.0)
    assert reasons(rushed, acoustics=sounding((10.0, 10.4))) == [("silence_under_text",)]
    assert reasons(guess("谢谢"), acoustics=sounding((0.0, 60.0), level=-70.0)) == [("silence_under_text",)]


def test_a_loop_within_an_utterance_is_marked() -> None:
    """A phrase over and over, also with a beginning of its own."""
    assert reasons(guess("请您尽快处理" * 6, 1.0, 20.0)) == [("repeat_loop",)]
    assert reasons(guess("好，我们的价格" + "是三百六十美元" * 9, 1.0, 28.0)) == [("repeat_loop",)]
    assert reasons(guess("啊" * 40, 1.0, 28.0)) == [("repeat_loop",)]


def test_a_loop_over_utterances_is_marked_unless_surely_heard() -> None:
    """Two lines in turn, four times, as recognisers stuck on a phone line wrote them."""
    lines = ["我们的价格是三百六十美元", "啊，太贵了"] * 4
    stuck = [guess(text, n * 5.0, n * 5 + 4.0, sure=0.4) for n, text in enumerate(lines)]
    assert reasons(*stuck) == [("repeat_loop",)] * 8
    said = [guess(text, n * 5.0, n * 5 + 4.0, sure=0.9) for n, text in enumerate(lines)]
    assert reasons(*said) == [()] * 8


def test_asking_again_and_agreeing_again_are_no_loop() -> None:
    """On a bad line people say the same thing three times, and back-channels repeat all call long."""
    again = [guess("喂，你好，听得到吗", n * 5.0, n * 5 + 4.0, sure=0.5) for n in range(3)]
    assert reasons(*again) == [()] * 3
    agreeing = [guess("好的", n * 5.0, n * 5 + 1.0, sure=0.5) for n in range(6)]
    assert reasons(*agreeing) == [()] * 6


def test_unsure_of_words_and_of_speech_is_marked() -> None:
    """Either alone is not enough."""
    assert reasons(guess("您说什么", logprob=-1.4, unspoken=0.8)) == [("low_confidence",)]
    assert reasons(guess("您说什么", logprob=-1.4, unspoken=0.1)) == [()]
    assert reasons(guess("您说什么", logprob=-0.3, unspoken=0.8)) == [()]


def test_a_prompt_given_back_is_marked() -> None:
    """The expected words in their order; one of them alone is what the agent says all day."""
    hotwords = ("逾期", "最低还款", "征信", "协商分期", "青峦银行信用卡中心")
    assert reasons(guess("逾期 最低还款 征信 协商分期"), hotwords=hotwords) == [("prompt_echo",)]
    assert reasons(guess("最低还款、征信、协商分"), hotwords=hotwords) == [("prompt_echo",)]
    assert reasons(guess("青峦银行信用卡中心"), guess("征信"), guess("逾期会影响征信"), hotwords=hotwords) == [
        (),
        (),
        (),
    ]


def test_marks_are_added_and_nothing_is_rewritten() -> None:
    """The text stays as heard, in its place."""
    (marked,) = quarantine([guess("谢谢观看")], sounding((10.0, 12.0)))
    assert marked.text == "谢谢观看"
    assert marked.quarantined == ("silence_under_text", "known_phrase")
