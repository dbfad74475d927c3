"""Texts read side by side: the same hits as each text searched by itself with plain patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.text.find import Matcher, Phrase, Regex, SoundsLike
from auditor.text.index import Alternative, Index, Listener
from auditor.text.normalise import Comparable, normalise
from auditor.text.page import Hit, side_by_side
from auditor.text.pinyin import sound

PHRASES = ["还", "还钱", "钱还", "上门", "门", "上门还钱", "通讯录"]
WORDS = st.lists(st.sampled_from([*PHRASES, "通信鹿", "不", "，", "。", "嗯", "環錢", "3"]), max_size=8).map("".join)
MATCHERS: tuple[Matcher, ...] = (
    Phrase.of(PHRASES[:4]),
    Phrase.of(PHRASES),
    Regex("(还|上)[^钱]|门$"),
    Regex("不.{0,3}(钱|门)"),
    SoundsLike.of(["还钱", "通讯录"]),
)


def plainly(matcher: Matcher, text: Comparable) -> list[Hit]:
    """What the matcher should hit, searched sentence by sentence with Python's own patterns."""
    heard = text.text
    if isinstance(matcher, Regex):
        pattern = matcher.pattern
    else:
        assert isinstance(matcher, Phrase | SoundsLike)
        words = matcher.phrases if isinstance(matcher, Phrase) else matcher.sounds
        pattern = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        heard = heard if isinstance(matcher, Phrase) else sound(heard)
    return [(s + m.start(), s + m.end()) for s, e in text.sentences() for m in re.finditer(pattern, heard[s:e])]


def hits(matcher: Matcher, texts: Sequence[Comparable]) -> list[list[Hit]]:
    """The matcher's hits, text by text."""
    return [list(matcher.hits(text, None)) for text in texts]


@given(st.lists(WORDS, min_size=1, max_size=5))
@settings(deadline=None, max_examples=150)
def test_reading_once_finds_what_searching_finds(heard: list[str]) -> None:
    """With the words in the index, without them, or on no page at all: the hits are those of a plain search."""
    alone = [normalise(text) for text in heard]
    index = Index([Listener(matcher, (Alternative(tuple(matcher.ways())),)) for matcher in MATCHERS])
    listed, unlisted = side_by_side(alone, index), side_by_side(alone)
    for matcher in MATCHERS:
        expected = [plainly(matcher, text) for text in alone]
        assert hits(matcher, listed) == hits(matcher, unlisted) == hits(matcher, alone) == expected
        page = listed[0].page
        assert page is not None
        assert {n for n, found in enumerate(expected) if found} <= (page.alternatives(matcher) or {}).keys()


def test_only_who_needs_what_is_said_listens() -> None:
    """An alternative wakes where all words of one of its ways are said by whom it listens to, if what it needs besides is said in
    the call."""
    visit, shame, anything, nothing = "visit", "shame", "anything", "nothing"
    leave = Alternative(((frozenset({"走"}),),))
    come = Alternative(((frozenset({"上门", "过去"}), frozenset({"你", "您"})),))
    index = Index(
        [
            Listener(visit, (leave, come), "agent"),
            Listener(shame, (Alternative(((frozenset({"丢人"}),),), (frozenset({"还钱"}),)),)),
            Listener(anything, (Alternative(((),)),), "customer"),
            Listener(nothing, ()),
        ]
    )
    lines = {
        "我上门。": "agent",
        "您等着，我过去": "agent",
        "你过去": "customer",
        "丢人": "agent",
        "你走，你过去": "unknown",
    }
    page = side_by_side([normalise(line) for line in lines], index, [*lines.values()])[0].page
    assert page is not None
    assert [page.alternatives(who) for who in (visit, shame, anything, nothing)] == [
        {1: [1], 4: [0, 1]},
        {},
        {2: [0], 4: [0]},
        {},
    ]
    assert list(page.listening()) == [visit, anything]
    assert page.alternatives("a stranger") is None
