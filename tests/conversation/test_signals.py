"""What a call sounded like in numbers: known answers, what does not count, and what can't be measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from auditor.conversation.signals import SIGNALS, SignalCues, backchannels, measure
from auditor.conversation.turns import turns
from auditor.models import (
    Acoustics,
    Call,
    CallWarning,
    ChannelAcoustics,
    Metadata,
    Roles,
    Span,
    Speaker,
    Utterance,
)
from tests.packs import shipped

CUES = shipped().signals
Line = tuple[Speaker, float, float, str]
OTHER: dict[Speaker, Speaker] = {"agent": "customer", "customer": "agent", "unknown": "unknown"}
AGENT_CHANNEL = 1


def call_of(lines: Sequence[Line], **known: Any) -> Call:
    """A call of these lines, the agent on the right channel."""
    channel = {"agent": AGENT_CHANNEL, "customer": 1 - AGENT_CHANNEL, "unknown": None}
    said = tuple(Utterance(who, start, end, text, channel=channel[who]) for who, start, end, text in lines)
    return Call("K1", Metadata(), said, roles=Roles(AGENT_CHANNEL, "已给定"), **known)


def signals(lines: Sequence[Line], cues: SignalCues = CUES, **known: Any) -> dict[str, float]:
    """What is measured of these lines, given in any order."""
    call = call_of(lines, **known)
    return dict(measure(call, turns(call.utterances), cues))


def channel(number: int, speech: Sequence[Span], level: float = -25.0, loud: Sequence[tuple[Span, float]] = ()) -> Any:
    """A channel with a steady voice in these spans, silence elsewhere, and other levels where ``loud`` says so."""
    length = round(max(end for _, end in speech) * 10) if speech else 100
    curve = [-90.0] * length
    for (start, end), at in [*((span, level) for span in speech), *loud]:
        curve[round(start * 10) : round(end * 10)] = [at] * (round(end * 10) - round(start * 10))
    return ChannelAcoustics(number, tuple(speech), tuple(curve), 0.5, 0.0)


def sound(agent: ChannelAcoustics, customer: ChannelAcoustics, duration: float = 60.0) -> Acoustics:
    """A recording with the agent on the right."""
    sides = {AGENT_CHANNEL: agent, 1 - AGENT_CHANNEL: customer}
    return Acoustics(duration, 8000, tuple(replace(sides[n], channel=n) for n in (0, 1)))


TALK: list[Line] = [
    ("agent", 10.0, 14.0, "您好，请问是王先生吗"),
    ("customer", 15.0, 17.0, "我是，什么事情"),
    ("agent", 16.0, 22.0, "您的信用卡这个月还没有还款"),
    ("customer", 26.0, 30.0, "我这个月手头实在紧"),
]


def test_a_short_talk_has_the_numbers_that_one_counts_by_hand() -> None:
    """Twenty seconds from the first word to the last; one interruption; the seconds before the first word are no silence."""
    assert signals(TALK) == {
        "duration": 20.0,
        "turns": 4.0,
        "agent_talk_share": 0.45,
        "customer_talk_share": 0.25,
        "overlap_share": 0.05,
        "silence_share": 0.25,
        "agent_talk_ratio": 0.625,
        "agent_longest_monologue": 6.0,
        "customer_longest_monologue": 4.0,
        "longest_silence": 4.0,
        "dead_air": 4.0,
        "longest_dead_air": 4.0,
        "hold_time": 0.0,
        "customer_lookup_time": 0.0,
        "agent_interruptions": 1.0,
        "customer_interruptions": 0.0,
        "agent_characters_per_minute": 132.0,
        "customer_characters_per_minute": 150.0,
        "agent_peak_characters_per_minute": 132.0,
        "agent_response_latency": 0.0,
        "customer_response_latency": 2.5,
        "agent_spoke_last": 0.0,
    }


def test_a_call_without_times_or_words_has_no_signals() -> None:
    assert signals([("agent", 0.0, 0.0, "您好"), ("customer", 0.0, 0.0, "你好")]) == {}
    assert signals([]) == {}


def test_what_was_probably_never_said_is_no_speech() -> None:
    call = call_of([*TALK, ("customer", 40.0, 90.0, "请不吝点赞订阅")])
    dubious = replace(call.utterances[-1], quarantined=("known_phrase",))
    call = replace(call, utterances=(*call.utterances[:-1], dubious))
    assert dict(measure(call, turns(call.utterances), CUES)) == signals(TALK)


@pytest.mark.parametrize(
    ("second", "interruptions"),
    [
        (("agent", 3.0, 6.0, "您先听我说完这件事"), 1),
        (("agent", 4.6, 8.0, "您先听我说完这件事"), 0),  # overlaps for less than half a second
        (("agent", 0.3, 8.0, "您先听我说完这件事"), 0),  # both began together
        (("agent", 3.0, 4.5, "嗯，对，好的好的"), 0),  # an acknowledgement
        (("agent", 5.0, 8.0, "您先听我说完这件事"), 0),  # the customer had ended
    ],
)
def test_interruptions_have_a_tolerance(second: Line, interruptions: int) -> None:
    """Who joins a speaker for half a second or more interrupts; overlaps at the border of turns and acknowledgements don't."""
    found = signals([("customer", 0.0, 5.0, "我上个月刚换了工作还没有发工资"), second])
    assert (found["agent_interruptions"], found["customer_interruptions"]) == (interruptions, 0)


def test_the_pack_sets_the_tolerance() -> None:
    lines: list[Line] = [("customer", 0.0, 5.0, "我上个月刚换了工作"), ("agent", 4.0, 8.0, "您先听我说")]
    assert signals(lines)["agent_interruptions"] == 1
    assert signals(lines, replace(CUES, overlap=1.5))["agent_interruptions"] == 0


def test_acknowledgements_do_not_break_off_a_monologue_and_a_long_pause_does() -> None:
    lines: list[Line] = [
        ("agent", 0.0, 6.0, "您这笔账单从八月开始就没有还"),
        ("customer", 6.5, 7.0, "嗯"),
        ("agent", 7.5, 12.0, "到现在一共是三期，利息也在算"),
        ("agent", 20.0, 23.0, "您还在听吗，先生"),
    ]
    assert signals(lines)["agent_longest_monologue"] == 12.0


@pytest.mark.parametrize(
    "words", ["请您稍等一下，我帮您查", "麻烦您等候片刻", "請您稍等一下", "唔好收线，等我睇下", "您不要挂机"]
)
def test_silence_after_an_announced_hold_is_no_dead_air(words: str) -> None:
    """Also when the customer says 好 in between; it is silence all the same."""
    lines: list[Line] = [
        ("agent", 0.0, 3.0, words),
        ("customer", 4.0, 4.5, "好"),
        ("agent", 24.5, 28.0, "让您久等了，查到了"),
        ("customer", 36.0, 38.0, "那是多少钱呢"),
    ]
    found = signals(lines)
    assert (found["hold_time"], found["longest_silence"]) == (20.0, 20.0)
    assert (found["dead_air"], found["longest_dead_air"]) == (8.0, 8.0)


def test_a_hold_ends_when_the_agent_is_back() -> None:
    lines: list[Line] = [
        ("agent", 0.0, 3.0, "请稍等"),
        ("agent", 10.0, 12.0, "查到了，一共三期"),
        ("customer", 20.0, 22.0, "怎么这么多"),
    ]
    assert signals(lines)["dead_air"] == 8.0


def test_a_hold_that_was_denied_or_quoted_excuses_nothing() -> None:
    lines: list[Line] = [
        ("agent", 0.0, 3.0, "您不需要等我查，现在就能看到"),
        ("customer", 15.0, 16.0, "哦这么快"),
    ]
    assert signals(lines)["dead_air"] == 12.0


@pytest.mark.parametrize("words", ["我看看手机啊", "你等等，我找一下账单", "我拿笔记一下", "等我睇下"])
def test_silence_while_the_customer_looks_something_up_is_not_the_agents(words: str) -> None:
    lines: list[Line] = [("customer", 0.0, 2.0, words), ("customer", 17.0, 19.0, "找到了，是一千二")]
    found = signals(lines)
    assert (found["customer_lookup_time"], found["dead_air"], found["longest_silence"]) == (15.0, 0.0, 15.0)
    agent: list[Line] = [(OTHER[who], *rest) for who, *rest in lines]  # type: ignore[misc]
    assert signals(agent)["customer_lookup_time"] == 0.0


def test_answers_are_timed_and_acknowledgements_are_no_answers() -> None:
    """Medians; who takes over early has answered at once."""
    lines: list[Line] = [
        ("agent", 0.0, 2.0, "您什么时候方便还款"),
        ("customer", 4.0, 6.0, "下周发了工资就还"),
        ("agent", 7.0, 9.0, "下周几能到账呢"),
        ("customer", 9.1, 9.4, "嗯"),
        ("customer", 15.0, 17.0, "应该是礼拜三吧"),
        ("agent", 16.5, 19.0, "那我帮您记下礼拜三"),
    ]
    found = signals(lines)
    assert (found["customer_response_latency"], found["agent_response_latency"]) == (4.0, 0.5)


def test_the_peak_rate_is_that_of_the_fastest_ten_seconds_of_own_speech() -> None:
    """The other side's turns in between do not count as slow speech."""
    lines: list[Line] = [
        ("agent", 0.0, 10.0, "慢" * 20),
        ("customer", 10.0, 40.0, "我说一件很长很长的事情给你听"),
        ("agent", 40.0, 45.0, "快" * 30),
        ("agent", 50.0, 55.0, "快" * 30),
    ]
    found = signals(lines)
    assert (found["agent_characters_per_minute"], found["agent_peak_characters_per_minute"]) == (240.0, 360.0)


def test_where_speakers_are_unknown_only_silence_and_length_are_measured() -> None:
    found = signals([("unknown", start, end, text) for _, start, end, text in TALK])
    assert found == {"duration": 20.0, "silence_share": 0.25, "longest_silence": 4.0}


def test_who_hung_up_is_told_by_the_metadata_or_not_at_all() -> None:
    call = call_of(TALK)
    for known, expected in (("agent", 1.0), ("customer", 0.0), ("线路", None), (None, None)):
        told = replace(call, metadata=Metadata(hung_up_by=known))
        assert measure(told, turns(call.utterances), CUES).get("agent_hung_up") == expected


def test_a_recording_is_measured_by_its_voices() -> None:
    """Speech that was not understood is speech, not silence; the length is the recording's."""
    spans: dict[Speaker, list[Span]] = {"agent": [(10.0, 14.0), (16.0, 22.0)], "customer": [(15.0, 17.0), (24.0, 30.0)]}
    heard = sound(channel(1, spans["agent"]), channel(0, spans["customer"]))
    found = signals(TALK, acoustics=heard, duration=60.0)
    shares = [found[f"{name}_share"] for name in ("agent_talk", "customer_talk", "overlap", "silence")]
    assert shares == [0.45, 0.35, 0.05, 0.15]
    assert (found["duration"], found["longest_silence"], found["agent_interruptions"]) == (60.0, 2.0, 1.0)


def test_noise_without_words_interrupts_nobody() -> None:
    """A cough is voice activity, but no turn."""
    spans = [(10.0, 14.0), (16.0, 22.0), (27.0, 28.0)]
    heard = sound(channel(1, spans), channel(0, [(15.0, 15.9), (26.0, 30.0)]))
    assert signals(TALK, acoustics=heard)["agent_interruptions"] == 0


def test_a_raised_voice_stands_out_of_the_speakers_own() -> None:
    """Four seconds shouted in forty: a tenth of the speech; the same on a quieter line; the other side is not affected."""
    long: list[Line] = [("agent", 0.0, 40.0, "说" * 150), ("customer", 41.0, 49.0, "听着呢" * 5)]
    for level in (-25.0, -45.0):
        shouting = channel(1, [(0.0, 40.0)], level, [((20.0, 24.0), level + 14)])
        found = signals(long, acoustics=sound(shouting, channel(0, [(41.0, 49.0)], -20.0)))
        assert found["agent_loudness"] == level
        assert found["agent_longest_raised_voice"] == pytest.approx(4.0, abs=0.8)
        assert found["agent_raised_voice_share"] == pytest.approx(0.1, abs=0.02)
        assert (found["customer_raised_voice_share"], found["customer_longest_raised_voice"]) == (0.0, 0.0)


def test_too_little_speech_has_no_rate_and_no_baseline() -> None:
    short: list[Line] = [("agent", 0.0, 40.0, "说" * 150), ("customer", 41.0, 43.0, "我听着呢你说")]
    found = signals(short, acoustics=sound(channel(1, [(0.0, 40.0)]), channel(0, [(41.0, 43.0)])))
    assert not {name for name in found if (name.startswith("customer") and "rate" in name) or "customer_loud" in name}
    assert "customer_characters_per_minute" not in found


def test_a_side_that_was_not_recorded_leaves_no_sides_to_compare() -> None:
    """The other side may have spoken at any time: no shares, no silence; the agent's own speed and loudness stay."""
    heard = sound(channel(1, [(10.0, 14.0), (16.0, 22.0)]), channel(0, []))
    lines = [line for line in TALK if line[0] == "agent"]
    found = signals(lines, acoustics=heard, duration=60.0, warnings=(CallWarning("dead_channel", "右声道没有声音"),))
    assert set(found) == {
        "duration", "agent_characters_per_minute", "agent_peak_characters_per_minute", "agent_loudness",
        "agent_raised_voice_share", "agent_longest_raised_voice",
    }  # fmt: skip


def test_a_mono_recording_is_measured_by_the_utterances() -> None:
    """Also where somebody told its speakers apart: one channel's loudness is nobody's."""
    mono = Acoustics(60.0, 8000, (channel(0, [(10.0, 30.0)]),))
    assert signals(TALK, acoustics=mono) == signals(TALK)


SECONDS = st.integers(0, 90_000).map(lambda ms: ms / 1000)
TEXTS = st.sampled_from(
    ["嗯", "好的", "我这个月手头紧", "请稍等一下我帮您查", "我看看手机", "您什么时候能还款呢我们登记一下", ""]
)
LINES = st.lists(
    st.builds(
        lambda who, start, length, text: (who, start, start + length, text),
        st.sampled_from(["agent", "customer"]), SECONDS, st.integers(1, 9_000).map(lambda ms: ms / 1000), TEXTS,
    ),
    min_size=1, max_size=14,
)  # fmt: skip


def as_acoustics(lines: Sequence[Line]) -> Acoustics:
    """A recording on which each side's voice is just where its lines are."""
    spans: dict[Speaker, list[Span]] = {"agent": [], "customer": []}
    for who, start, end, _ in sorted(lines):
        own = spans[who]
        if own and start <= own[-1][1]:
            own[-1] = (own[-1][0], max(own[-1][1], end))
        else:
            own.append((start, end))
    sides = [channel(0, own, -25.0, [((own[0][0], own[0][1]), -12.0)] if own else ()) for own in spans.values()]
    return sound(sides[0], sides[1])


@settings(deadline=None, max_examples=60)
@given(LINES, st.booleans())
def test_shares_add_up_and_nothing_is_negative(lines: list[Line], recorded: bool) -> None:
    """The four shares, as written, are exactly 1; every signal is known and in its range."""
    lines = [(who, round(start, 3), round(end, 3), text) for who, start, end, text in lines]
    found = signals(lines, acoustics=as_acoustics(lines) if recorded else None)
    shares = ("agent_talk_share", "customer_talk_share", "overlap_share", "silence_share")
    assert sum(Decimal(repr(found[name])) for name in shares) == 1
    assert list(found) == [name for name in SIGNALS if name in found]
    for name, value in found.items():
        assert value >= 0 or SIGNALS[name] == "dBFS"
        assert value <= 1 or SIGNALS[name] not in ("share", "yes_no")
    assert found["dead_air"] + found["hold_time"] + found["customer_lookup_time"] <= found["duration"] + 0.001
    assert found["longest_dead_air"] <= found["longest_silence"]
    for side in ("agent", "customer"):
        if f"{side}_peak_characters_per_minute" in found:
            assert found[f"{side}_peak_characters_per_minute"] > 0 or found[f"{side}_characters_per_minute"] == 0


@settings(deadline=None, max_examples=60)
@given(LINES, st.integers(-5_000, 600_000), st.booleans())
def test_a_later_start_changes_nothing(lines: list[Line], later: int, recorded: bool) -> None:
    """All times moved by the same span give the same signals."""
    lines = [(who, round(start + 5, 3), round(end + 5, 3), text) for who, start, end, text in lines]
    moved: list[Line] = [
        (who, round(s + later / 1000, 3), round(e + later / 1000, 3), text) for who, s, e, text in lines
    ]
    if not recorded:
        assert signals(moved) == signals(lines)
    else:
        # loudness comes in steps of a tenth of a second: a voice must move by whole steps
        whole: list[Line] = [(who, s + 10 * abs(later), e + 10 * abs(later), text) for who, s, e, text in lines]
        timed = {name for name, unit in SIGNALS.items() if unit != "dBFS" and "raised" not in name}
        before, after = (signals(each, acoustics=as_acoustics(each)) for each in (lines, whole))
        assert {n: v for n, v in after.items() if n in timed} == {n: v for n, v in before.items() if n in timed}


def swapped(found: dict[str, float]) -> dict[str, float]:
    """The same signals with the sides' names exchanged."""
    other = {"agent": "customer", "customer": "agent"}
    named: dict[str, Any] = {}
    for name, value in found.items():
        side, _, measured = name.partition("_")
        if side in other and f"{other[side]}_{measured}" in SIGNALS:
            named[f"{other[side]}_{measured}"] = value
        elif name == "agent_spoke_last":
            named[name] = 1 - value
        elif name == "agent_talk_ratio":
            named[name] = pytest.approx(1 - value, abs=0.0011)
        else:
            named[name] = value
    return named


@settings(deadline=None, max_examples=60)
@given(LINES, st.booleans())
@example([("agent", 0.0, 0.001, "我这个月手头紧"), ("customer", 0.0, 0.001, "我这个月手头紧")], False)
def test_swapped_channels_swap_the_sides(lines: list[Line], recorded: bool) -> None:
    """Nothing in the measuring favours a side; only whose announcements excuse a silence differs, so there are none here.

    Of several lines that begin in the same thousandth of a second, one has to come first, and that may be either side's.
    """
    assume(len(lines) <= 2 or len({start for _, start, _, _ in lines}) == len(lines))
    cues = replace(CUES, hold=SignalCues().hold, lookup=SignalCues().lookup)
    crossed: list[Line] = [(OTHER[who], s, e, text) for who, s, e, text in lines]
    one, other = (signals(each, cues, acoustics=as_acoustics(each) if recorded else None) for each in (lines, crossed))
    shares = ("agent_talk_share", "customer_talk_share", "overlap_share", "silence_share")
    expected = swapped(one)
    for name in shares:  # the last thousandth goes to the first of equal remainders
        assert other[name] == pytest.approx(expected[name], abs=0.0011)
    assert {n: v for n, v in other.items() if n not in shares} == {n: v for n, v in expected.items() if n not in shares}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(["嗯", "对", "对对", "好的"]), max_size=40))
def test_a_pattern_of_acknowledgements_takes_any_number_of_them(words: list[str]) -> None:
    pattern = backchannels(["对", "对对", "好的", "嗯"])
    folded = "".join(words).replace("嗯", "")
    assert pattern.fullmatch(folded)
    assert not pattern.fullmatch(folded + "不")
