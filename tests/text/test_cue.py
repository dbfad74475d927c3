"""Cues: words that show something, unless their context says otherwise."""

from __future__ import annotations

from auditor.text.cue import Cue
from auditor.text.find import Phrase, Regex
from auditor.text.normalise import normalise

CUE = Cue((Phrase.of(["投诉", "举报"]), Regex("找.{0,3}领导")), ("negated", "conditional"))


def test_the_leftmost_hit_comes_first() -> None:
    """Of all matchers' hits, the one said first counts."""
    assert CUE.first(normalise("我找你们领导，我要投诉")) == (1, 6)


def test_context_clears_a_cue() -> None:
    """A cue in a clearing context is none; a later one without it still counts."""
    assert normalise("我没有投诉") not in CUE
    assert normalise("如果投诉呢") not in CUE
    assert CUE.first(normalise("我没有投诉。我要举报")) == (7, 9)


def test_nothing_shows_nothing() -> None:
    """No words, no cue; and a cue without matchers shows nothing."""
    assert CUE.first(normalise("")) is None
    assert normalise("投诉") not in Cue(())
    assert "投诉" not in CUE
