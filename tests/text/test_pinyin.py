"""What characters sound like to a recogniser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.text.pinyin import sound, sounds, sounds_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("爆通讯录", "抱同训路"),
        ("知", "资"),
        ("吃", "此"),
        ("是", "四"),
        ("你", "里"),
        ("今", "经"),
        ("跟", "更"),
        ("但", "当"),
        ("专", "装"),
        ("与", "以"),
        ("女", "里"),
        ("逾期", "预期"),
    ],
)
def test_confused_characters_sound_alike(one: str, other: str) -> None:
    """Tone aside, the confusions that recognisers make are folded."""
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("one", "other"), [("录", "入"), ("户", "付"), ("一", "因"), ("爆", "跑"), ("鸡", "七"), ("爱", "按")]
)
def test_rare_confusions_are_kept_apart(one: str, other: str) -> None:
    """What recognisers seldom confuse stays different."""
    assert sound(one) != sound(other)


def test_a_phrase_has_the_reading_of_its_words() -> None:
    """A character of several readings is also taken as read in its phrase."""
    assert sound("环钱") in sounds("还钱")
    assert sound("还钱") in sounds("还钱")
    assert sound("环钱") not in sounds("还是")


def test_many_phrases_sound_as_each_by_itself() -> None:
    """Asked for together, phrases have the readings that they have alone."""
    phrases = ["还钱", "还是", "重新", "爆通讯录", "加v信12", "行长"]
    assert [frozenset(both) for both in sounds_of(phrases)] == [sounds(phrase) for phrase in phrases]
    assert list(sounds_of([])) == []


def test_letters_digits_and_line_ends_stay() -> None:
    """What is no Chinese character sounds like itself only."""
    assert sound("a1\nvip") == "a1\nvip"
    assert sounds("加v信12") == {sound("加v信12")}


@given(st.text())
def test_a_sound_for_each_character(text: str) -> None:
    """Sounds keep every character's place, for any text."""
    assert len(sound(text)) == len(text)
    assert sound(text).split("\n") == [sound(line) for line in text.split("\n")]
    assert sound(text) in sounds(text)
