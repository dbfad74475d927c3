"""Comparable text: what compares equal, where its borders are, and that every character leads back to what was heard."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.text.normalise import Comparable, join, normalise, simplify

PIECES = st.one_of(
    st.sampled_from("我们不会上门還錢嗎您說威脅讯录千万别转戶口臺灣裡麵著乾坤隻隻髮發"),
    st.sampled_from("嗯呃啊哦，。？！、；：…“”（）《》—.,:;!? \t\n\u3000"),
    st.sampled_from("ＡｂＣ１２３４５６７８９０ﬁ㈱½①²İẞǅ％＠"),
    st.sampled_from("😀👨\u200d👩\u200d👧🇨🇳\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u202e\u0301\u0e31\ufe0f\u20dd"),
    st.characters(codec="utf-8"),
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


@given(TEXTS)
@settings(deadline=None, max_examples=60)
def test_every_character_leads_back(text: str) -> None:
    """The origin map has an entry for each character, in range, never going back; borders only rise."""
    folded = normalise(text)
    assert len(folded.origin) == len(folded.text)
    assert all(0 <= i < len(text) for i in folded.origin)
    assert list(folded.origin) == sorted(folded.origin)
    for ends in (folded.clause_ends, folded.sentence_ends):
        assert list(ends) == sorted({*ends} - {0})
        assert list(ends[-1:]) == ([len(folded.text)] if folded.text else [])
    assert set(folded.sentence_ends) <= set(folded.clause_ends)
    assert folded.asks <= set(range(len(folded.sentence_ends)))


@given(TEXTS)
@settings(deadline=None, max_examples=60)
def test_folding_twice_changes_nothing(text: str) -> None:
    """What is folded already stays as it is."""
    once = normalise(text).text
    assert normalise(once).text == once


@given(TEXTS)
@settings(deadline=None, max_examples=60)
def test_nothing_unheard_is_left(text: str) -> None:
    """Only letters and digits are left, and the point or colon inside a number."""
    folded = normalise(text).text
    for at, c in enumerate(folded):
        assert c.isalnum() or (c in ".:" and folded[at - 1].isdigit() and folded[at + 1].isdigit())


@given(st.lists(TEXTS, max_size=5))
@settings(deadline=None, max_examples=60)
def test_joining_equals_the_parts(texts: list[str]) -> None:
    """Parts joined are the parts' characters, origins and borders, one after the other."""
    parts = [normalise(t) for t in texts]
    whole = join(parts)
    assert whole.text == "".join(p.text for p in parts)
    assert whole.origin == tuple(i for p in parts for i in p.origin)
    at = 0
    for part in parts:
        assert {at + end for end in part.clause_ends} <= set(whole.clause_ends)
        for i in range(len(part.text)):
            assert (whole.one_sentence(at, at + i + 1)) == part.one_sentence(0, i + 1)
        at += len(part.text)


def test_one_text_joined_is_itself() -> None:
    """Joining a single text gives it back."""
    text = normalise("您好，我是青禾银行的。您方便吗？")
    assert join([text]) == text


@pytest.mark.parametrize(
    ("heard", "folded"),
    [
        ("我們不會上門", "我们不会上门"),
        ("我们，呃，那个，不会上门啊", "我们那个不会上门"),
        ("ＡＢＣ１２３", "abc123"),
        ("官方App", "官方app"),
        ("12,860.00元", "12860.00元"),
        ("下午3:30", "下午3:30"),
        ("爆你\u200b通\u200d讯\ufeff录", "爆你通讯录"),
        ("爆 你 通 讯 录", "爆你通讯录"),
        ("😀还钱😀", "还钱"),
        ("", ""),
        ("。，？", ""),
        ("嗯", ""),
    ],
)
def test_same_words_compare_equal(heard: str, folded: str) -> None:
    """Script, width, fillers, punctuation, white space and invisible characters make no difference."""
    assert normalise(heard).text == folded


@pytest.mark.parametrize("mark", ["\u200b", "\u200d", "\u2060", "\u00ad", "\u200e", "\ufe0f", "\u0301", " ", "\n"])
def test_what_nobody_hears_is_no_border(mark: str) -> None:
    """A hidden character can't cut a clause in two (it would hide a negation from its verb, or a threat)."""
    folded = normalise(f"我们不{mark}会上门")
    assert folded.text == "我们不会上门"
    assert folded.clause_ends == (len(folded.text),)


def test_half_a_surrogate_pair_is_dropped() -> None:
    """Broken transcripts carry lone surrogates; the rest of the line is still judged."""
    folded = normalise("爆你\ud83d通讯录")
    assert folded.text == "爆你通讯录"
    assert folded.origin == (0, 1, 3, 4, 5)


@pytest.mark.parametrize("end", [*"。！？；…!?;", "……", "。。", "⁉"])
def test_sentence_ends_are_remembered(end: str) -> None:
    """What ends a sentence cuts one; the clause changes with it."""
    folded = normalise(f"上门{end}还款")
    assert folded.sentence_ends == (2, 4)
    assert folded.clause_ends == (2, 4)
    assert not folded.one_sentence(0, 4)


def test_a_comma_cuts_a_clause_only() -> None:
    """A comma leaves the sentence whole."""
    folded = normalise("不是我要爆你通讯录，是你逼我的")
    assert folded.one_sentence(0, len(folded.text))
    assert folded.clause_around(4, 5) == (0, 9)
    assert folded.sentence_around(4, 5) == (0, len(folded.text))


def test_questions_are_remembered() -> None:
    """A question mark marks its sentence and no other."""
    folded = normalise("您好。您方便吗？好的。")
    assert folded.asks == {folded.sentence_at(folded.text.index("吗"))}


def test_a_sentence_runs_on_over_a_pause() -> None:
    """Without a sentence end, the next utterance goes on with the sentence, in a new clause."""
    whole = join([normalise("再不还我就把你"), normalise("通讯录打一遍"), normalise("听见没。"), normalise("好")])
    assert whole.sentence_ends == (16, 17)
    assert whole.clause_ends == (7, 13, 16, 17)


def test_an_empty_part_joins_nothing() -> None:
    """Silence between two parts is no border of its own."""
    assert join([normalise("你好"), normalise("嗯"), normalise("在吗")]) == join([normalise("你好"), normalise("在吗")])
    assert join([]) == Comparable("", (), (), (), frozenset(), closed=True)


def test_simplify_takes_any_text() -> None:
    """Latin text passes, traditional text is simplified."""
    assert simplify("abc") == "abc"
    assert simplify("遲繳") == "迟缴"


def test_a_very_long_text_is_folded() -> None:
    """A hundred thousand characters without a single comma come through, with their borders found."""
    folded = normalise("我們不會上門" * 17_000)
    assert len(folded.text) == 102_000
    assert folded.clause_around(50_000, 50_001) == (0, 102_000)
