"""Words marked where they were said."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.text.highlight import spans


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("个人征信可能会有记录", ["征信"], ["征信"]),
        ("會影響您的徵信", ["征信"], ["徵信"]),
        ("会影响您的征信", ["徵信"], ["征信"]),
        ("上门，再上门", ["上门"], ["上门", "上门"]),
        ("上门催收", ["上门", "门催"], ["上门催"]),
        ("加我 WeChat", ["wechat"], ["WeChat"]),
        ("İstanbul 征信", ["征信"], ["征信"]),
        ("没有", ["征信"], []),
        ("哈哈哈", ["哈哈"], ["哈哈哈"]),
        ("没有", ["", "  "], []),
    ],
)
def test_words_are_found_in_both_scripts_and_cases(text: str, words: list[str], marked: list[str]) -> None:
    assert [text[start:end] for start, end in spans(text, words)] == marked


@given(st.text("征信上门ab"), st.lists(st.text("征信上门ab", min_size=1, max_size=3), max_size=4))
def test_marks_stand_apart_in_order_and_hold_every_place(text: str, words: list[str]) -> None:
    marked = spans(text, words)
    assert all(before[1] < after[0] for before, after in pairwise(marked))
    inside = {n for start, end in marked for n in range(start, end)}
    for word in words:
        for at in range(len(text)):
            if text.startswith(word, at):
                assert set(range(at, at + len(word))) <= inside
