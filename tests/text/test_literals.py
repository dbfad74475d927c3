"""What every match of a pattern holds, held against what RE2 really matches."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.text.find import Regex, check_regex
from auditor.text.literals import ways
from auditor.text.normalise import normalise

LEAF = st.sampled_from(["还", "钱", "缴费", ".", "[还缴]", "[^钱]", "[一-三]", r"\\d", "^", "$", r"\.", "你"])
PATTERNS = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda options: f"({'|'.join(options)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{0,3}", "{1,}", "+?"])).map(
            lambda p: f"(?:{p[0]}){p[1]}"
        ),
    ),
    max_leaves=8,
)


@given(PATTERNS, st.text("还钱缴费一二三你1 。", max_size=12))
@settings(deadline=None, max_examples=400)
def test_each_match_holds_the_words_of_a_way(pattern: str, heard: str) -> None:
    """Whatever the pattern: where it matches, a word of each set of one of its ways stands in the text."""
    if check_regex(pattern):
        return
    text = normalise(heard)
    if list(Regex(pattern).hits(text)):
        assert any(all(any(word in text.text for word in words) for words in way) for way in ways(pattern))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("(还|缴).{0,4}钱$", [[{"还", "缴"}, {"钱"}]]),
        ("上门|起诉", [[{"上门"}], [{"起诉"}]]),
        ("爆(你|您)?通讯录", [[{"爆通讯录", "爆你通讯录", "爆您通讯录"}]]),
        ("还+款", [[{"还"}, {"款"}]]),
        (".{4,}", [[]]),
        ("(?i)app", [[]]),
        (r"\d{3}", [[]]),
    ],
)
def test_words_are_named_where_there_are_any(pattern: str, expected: list[list[set[str]]]) -> None:
    """What can be spelled out is; what can't, needs nothing."""
    assert [[set(words) for words in way] for way in ways(pattern)] == expected
