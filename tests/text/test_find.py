"""Matchers on words alone: where they hit, where they must not, and that none can be made to hang."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.text.find import Matcher, Near, Phrase, Regex, Tokens, check_regex, check_tokens
from auditor.text.normalise import join, normalise
from auditor.text.page import side_by_side
from auditor.text.segment import segmenter


def words(matcher: Matcher, heard: str) -> list[str]:
    """The words that the matcher hits in what was heard."""
    text = normalise(heard)
    return [text.text[s:e] for s, e in matcher.hits(text, segmenter(()))]


def test_phrase_in_any_script_and_width() -> None:
    """A phrase is found however it was written, in the rule and in the transcript."""
    matcher = Phrase.of(["爆通訊錄", "官方ＡＰＰ"])
    assert words(matcher, "就爆、通讯…录") == []
    assert words(matcher, "就爆，通 訊录！走官方App") == ["爆通讯录", "官方app"]


def test_the_longest_phrase_wins() -> None:
    """Of phrases that begin alike, the longest one is the hit."""
    assert words(Phrase.of(["身份证", "身份证后四位"]), "报一下身份证后四位") == ["身份证后四位"]


def test_a_phrase_of_nothing_hits_nothing() -> None:
    """Punctuation alone is no phrase."""
    assert words(Phrase.of(["。", "嗯"]), "嗯。嗯") == []


def test_phrases_are_no_patterns() -> None:
    """A point in a phrase is a point."""
    assert words(Phrase.of(["3.5"]), "3x5 3.5") == ["3.5"]


def test_hits_stay_in_one_sentence() -> None:
    """A hit may cross a comma, never a sentence end."""
    assert words(Regex("去.{0,4}单位"), "去你，单位") == ["去你单位"]
    assert words(Regex("去.{0,4}单位"), "你去。单位呢") == []
    assert words(Near.of([["去"], ["单位"]], 5, False), "你去！单位呢") == []


def test_line_ends_are_turn_and_sentence_ends() -> None:
    """``$`` and ``^`` mean the ends of what one speaker said, and no class of characters runs past them."""
    texts = side_by_side([normalise("今天能还"), normalise("有多少"), normalise("还。款呢")])
    matcher = Regex("还([^有款]|$)")
    assert [list(matcher.hits(t)) for t in texts] == [[(3, 4)], [], [(0, 1)]]
    assert [list(Regex("^有").hits(t)) for t in texts] == [[], [(0, 1)], []]
    assert [list(Regex(r"[^x]{3}").hits(t)) for t in texts] == [[(0, 3)], [(0, 3)], []]


def test_digits_around_are_checked() -> None:
    """With ``not_inside_digits``, a number is no part of a longer one."""
    assert words(Regex("110", not_inside_digits=True), "工号11023，打110。2110") == ["110"]
    assert words(Regex("110"), "工号11023") == ["110"]


def test_near_counts_what_stands_between() -> None:
    """Only the characters between the words count, in either order or in the given one."""
    assert words(Near.of([["通讯录"], ["打", "群发"]], 2, False), "通讯录挨个打") == ["通讯录挨个打"]
    assert words(Near.of([["通讯录"], ["打", "群发"]], 1, False), "通讯录挨个打") == []
    assert words(Near.of([["通讯录"], ["打"]], 2, False), "打你通讯录") == ["打你通讯录"]
    assert words(Near.of([["通讯录"], ["打"]], 2, True), "打你通讯录") == []


def test_near_needs_words_of_their_own() -> None:
    """One word can't stand for two items."""
    assert words(Near.of([["通讯"], ["讯录"]], 9, False), "通讯录") == []
    assert words(Near.of([["打"], ["打"]], 3, False), "打一打") == ["打一打"]


def test_near_finds_each_group_once() -> None:
    """Groups don't overlap."""
    assert words(Near.of([["还"], ["钱"]], 1, False), "还钱，还了钱，钱还") == ["还钱", "还了钱", "钱还"]


def test_tokens_look_at_whole_words() -> None:
    """A token pattern matches words, not parts of them, and stays in the sentence."""
    matcher = Tokens((({"TEXT": "老婆"}, {"OP": "*"}, {"TEXT": {"IN": ["想想"]}}),))
    assert words(matcher, "替你老婆也想想") == ["老婆也想想"]
    assert words(matcher, "你老婆。想想") == []


@given(st.text("还钱上门有单位，。 1", max_size=30))
@settings(deadline=None, max_examples=60)
def test_what_can_not_hit_does_not(heard: str) -> None:
    """Where none of its ways to hit is said, a matcher has no hit; hits rise and lie in the text."""
    text = normalise(heard)
    for matcher in (Phrase.of(["还钱"]), Regex("上.?门"), Near.of([["还"], ["门"]], 3, False)):
        hits = list(matcher.hits(text, None))
        assert not hits or any(all(any(w in text.text for w in words) for words in way) for way in matcher.ways())
        assert hits == sorted(hits)
        assert all(0 <= s < e <= len(text.text) and text.one_sentence(s, e) for s, e in hits)


@given(st.lists(st.text("还钱上门，。", max_size=8), min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_neighbours_change_nothing(heard: list[str]) -> None:
    """A text has the same hits alone as among others."""
    for matcher in (Phrase.of(["还钱", "钱"]), Regex("上[^门]|还$"), Near.of([["还"], ["门"]], 3, False)):
        alone = [list(matcher.hits(normalise(t), None)) for t in heard]
        assert [list(matcher.hits(t, None)) for t in side_by_side([normalise(t) for t in heard])] == alone


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x$", "([a-z]+)*1", "(a?){60}a{60}"])
def test_catastrophic_patterns_are_linear(pattern: str) -> None:
    """Patterns that hang a backtracking engine come to an end here."""
    list(Regex(pattern).hits(normalise("a" * 20_000 + "b")))


@pytest.mark.parametrize(
    "pattern", ["(?=还)钱", "(?<!不)还", r"(还)\1", "还(", "[", "(a{1000}){1000}", "a*", "^", "还?"]
)
def test_unusable_patterns_are_refused_with_a_reason(pattern: str) -> None:
    """Lookaround, back references, broken or boundless patterns and those that match nothing are refused."""
    assert check_regex(pattern)


def test_usable_patterns_pass() -> None:
    """A linear pattern is taken."""
    assert check_regex("(还|缴).{0,4}钱$") is None


@pytest.mark.parametrize(
    "pattern",
    [
        [[{"TEXT": {"REGEX": "(a+)+$"}}]],
        [[{"POS": "NOUN"}]],
        [[{"TEXT": "还", "OP": "{100000}"}]],
        [[{"TXT": "还"}]],
        [[]],
    ],
)
def test_token_patterns_that_could_hang_or_fail_are_refused(pattern: list[list[dict[str, object]]]) -> None:
    """Tags (nothing tags words here), a token's own regular expressions and boundless repeats are refused."""
    assert check_tokens(pattern)


@pytest.mark.parametrize(
    "matcher",
    [
        Phrase.of(["还钱", "钱"]),
        Regex("还.{0,9}钱"),
        Near.of([["还"], ["钱"], ["上门"]], 5, False),
        Tokens((({"TEXT": "还钱"}, {"OP": "*"}, {"TEXT": "上门"}),)),
    ],
    ids=lambda m: m.kind,
)
def test_endless_utterances_come_to_an_end(matcher: Matcher) -> None:
    """A hundred thousand characters full of near hits, with no sentence end, don't hang any kind."""
    (text,) = side_by_side([join([normalise("还钱" * 25_000), normalise("还" * 50_000)])])
    for start, end in matcher.hits(text, segmenter(())):
        assert start < end
