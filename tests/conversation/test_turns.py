"""Turns: what one speaker says in a row, and whose utterance each character is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.conversation.turns import turns
from auditor.models import Speaker, Utterance
from auditor.text.normalise import normalise


def said(*lines: tuple[Speaker, str], quarantined: tuple[int, ...] = ()) -> tuple[Utterance, ...]:
    """Utterances of two seconds each."""
    return tuple(
        Utterance(speaker, 2.0 * i, 2.0 * i + 2, text, quarantined=("repeated",) if i in quarantined else ())
        for i, (speaker, text) in enumerate(lines)
    )


def test_one_speaker_in_a_row_is_one_turn() -> None:
    """Utterances of one speaker are joined, with their time from the first start to the last end."""
    first, second = turns(said(("agent", "再不还我就把你"), ("agent", "通讯录打一遍"), ("customer", "你敢")))
    assert (first.text.text, first.utterances, first.start, first.end) == (
        "再不还我就把你通讯录打一遍",
        (0, 1),
        0.0,
        4.0,
    )
    assert (second.speaker, second.number) == ("customer", 1)


def test_quarantined_utterances_belong_to_no_turn() -> None:
    """What was probably never said is not read, and does not cut the turn around it."""
    (turn,) = turns(said(("agent", "您好"), ("customer", "谢谢观看"), ("agent", "我姓周"), quarantined=(1,)))
    assert turn.utterances == (0, 2)
    assert turn.text.text == "您好我姓周"


def test_channels_are_kept_apart() -> None:
    """Two unknown speakers on two channels are two turns."""
    left = Utterance("unknown", 0, 1, "您好", channel=0)
    right = Utterance("unknown", 1, 2, "您好", channel=1)
    assert len(turns((left, right))) == 2


def test_a_turn_without_words_still_has_an_utterance() -> None:
    """A turn of fillers and marks points to its first utterance."""
    (turn,) = turns(said(("agent", "嗯……"), ("agent", "。")))
    assert turn.utterance_at(0) == 0


def test_places_are_counted_by_speaker() -> None:
    """Each speaker's turns are counted from both ends."""
    spoken = turns(said(("agent", "甲"), ("customer", "乙"), ("agent", "丙"), ("customer", "丁"), ("agent", "戊")))
    assert [(t.place, t.rest) for t in spoken] == [(0, 2), (0, 1), (1, 1), (1, 0), (2, 0)]


def test_no_utterances_no_turns() -> None:
    """Silence has no turns."""
    assert turns(()) == ()


SPEAKERS: list[Speaker] = ["agent", "customer", "unknown"]


@given(st.lists(st.tuples(st.sampled_from(SPEAKERS), st.text("还钱嗯。，😀１ﬁ\u200b遲 ", max_size=8)), max_size=8))
@settings(deadline=None, max_examples=80)
def test_each_character_is_its_owners(lines: list[tuple[Speaker, str]]) -> None:
    """Each character of a turn is found, at its origin, in the utterance that owns it."""
    utterances = said(*lines)
    for turn in turns(utterances):
        assert len(turn.owner) == len(turn.text.text)
        assert list(turn.owner) == sorted(turn.owner)
        for i, c in enumerate(turn.text.text):
            heard = utterances[turn.owner[i]].text
            assert c in normalise(heard[turn.text.origin[i]]).text
            assert turn.utterance_at(i) == turn.owner[i]
