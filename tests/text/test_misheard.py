"""Misheard words put right: what is exchanged, and what never is."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.text.misheard import Misheard
from auditor.text.normalise import join, normalise
from auditor.text.pinyin import sound

WORDS = ("通讯录", "打电话", "曝光", "坐牢", "还钱", "起诉", "逾期还款", "不会", "上门")
MISHEARD = Misheard(
    WORDS,
    ("(抓|拘)(你|您)", "(告诉|通知)[你您]的?(家人|单位)"),
    (("预期", "逾期"), ("服务", "法务")),
    ("预期还款能力",),
)
CHARACTERS = (
    "通讯录同训路打电话大店划曝光暴广坐牢做劳还钱环前起诉气数逾期还款预不会部回布上门赏们抓拘你您告诉家人的一二三\n"
)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("我爆你通讯鹿", "我爆你通讯录"),
        ("挨个打店话", "挨个打电话"),
        ("你等着坐劳吧", "你等着坐牢吧"),
        ("快点环钱", "快点还钱"),
        ("抓逆进去", "抓你进去"),
        ("通之你单位", "通知你单位"),
        ("我们布会上门", "我们不会上门"),
        ("你预期还款了", "你逾期还款了"),
    ],
)
def test_misheard_words_are_put_right(heard: str, meant: str) -> None:
    """One wrong character of a word that is listened for, of a pattern's joint, of a negator; a listed confusion."""
    assert MISHEARD.repair(heard) == meant


@pytest.mark.parametrize(
    "line",
    [
        "预期还款能力不错",  # listed as right
        "我们为您服务",  # a usual word that only sounds a little like another
        "打店",  # not all of a word
        "通讯\n鹿",  # two sentences
        "同训鹿",  # nothing as it should be
        "请预存话费",
        "还有",
        "我八点上班",
        "一千二百四是三期",  # numbers stay as heard
    ],
)
def test_what_is_right_stays(line: str) -> None:
    """Plausible words, words of two sentences, and words with no character as it should be are left alone."""
    assert MISHEARD.repair(line) == line


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("line", ["{}", "我{}了", "你说{}是吧，{}"])
def test_what_is_listened_for_is_never_changed(word: str, line: str) -> None:
    """The words themselves, said as they are."""
    assert MISHEARD.repair(line.format(word, word)) == line.format(word, word)


@given(st.text(alphabet=CHARACTERS, max_size=40))
def test_repair_keeps_places_and_is_done_once(text: str) -> None:
    """As long as it was, lines where they were, the same sounds but for listed confusions, and nothing left to repair."""
    meant = MISHEARD.repair(text)
    assert len(meant) == len(text)
    assert [i for i, c in enumerate(meant) if c == "\n"] == [i for i, c in enumerate(text) if c == "\n"]
    assert MISHEARD.repair(meant) == meant
    changed = [(a, b) for a, b in zip(text, meant, strict=True) if a != b]
    assert all(sound(a) == sound(b) or (a, b) in {("环", "还"), ("预", "逾")} for a, b in changed)


@given(st.lists(st.text(alphabet=CHARACTERS + "，。abc ", max_size=12), max_size=6))
def test_texts_are_repaired_one_by_one(said: list[str]) -> None:
    """A text's neighbours change nothing about it, empty ones included, and its borders and ways back stay."""
    texts = [join([normalise(each)]) for each in said]
    together = MISHEARD.put_right(texts)
    assert together == [MISHEARD.put_right([text])[0] for text in texts]
    for before, after in zip(texts, together, strict=True):
        assert (after.origin, after.clause_ends, after.sentence_ends) == (
            before.origin, before.clause_ends, before.sentence_ends,
        )  # fmt: skip


def test_sent_to_another_process_it_repairs_the_same() -> None:
    """Workers get the pack as bytes."""
    assert pickle.loads(pickle.dumps(MISHEARD)).repair("打店话") == "打电话"


def test_everyday_characters_of_a_dialect_are_no_mistakes() -> None:
    """啲 is rare in a dictionary and common in Cantonese: listed, it stays."""
    assert Misheard(("影帝",)).repair("影啲相") == "影帝相"
    assert Misheard(("影帝",), right=("啲",)).repair("影啲相") == "影啲相"


def test_little_doubt_is_told_from_much() -> None:
    """Much likelier words are certain; words that might as well be right as they were heard are not."""
    assert MISHEARD.certain("挨个打店话", "挨个打电话")
    assert not MISHEARD.certain("预期", "逾期")


def test_with_nothing_to_listen_for_nothing_changes() -> None:
    """A pack may have no words at all."""
    assert Misheard(()).repair("通讯鹿") == "通讯鹿"


def test_a_name_before_a_title_stays_as_heard() -> None:
    """Names are written with rare characters; what sounds like them is no better reading."""
    listening = Misheard(["文胸"])
    assert listening.repair("请问林文雄在吗") != "请问林文雄在吗"
    assert listening.repair("请问林文雄先生在吗") == "请问林文雄先生在吗"
