"""Equal inputs give equal keys, any other input another one."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from auditor.models import Metadata
from auditor.store.keys import audit_key, tokens_key, transcript_key

SOME = Metadata(amount_due=Decimal("12860.0"), custom={"a": 1, "b": [1, 2]})


def test_a_key_is_the_same_in_every_process() -> None:
    """A key is a published hash: changing how it is made would redo every call of every home."""
    assert transcript_key("ab", {"beam_size": 5}, "tiny", "h") == (
        "b1256ce81a60a3aa016f92da731080a7e39a865037f108ef979de08d153628f1"
    )


def test_order_and_trailing_zeros_do_not_matter() -> None:
    """12860.0 is 12860.00, and an option is where it is."""
    same = Metadata(amount_due=Decimal("12860.00"), custom={"b": [1, 2], "a": 1})
    assert audit_key("t", SOME, "p", "1") == audit_key("t", same, "p", "1")
    assert transcript_key("a", {"x": 1, "y": 2}, "", "") == transcript_key("a", {"y": 2, "x": 1}, "", "")


def test_everything_a_result_depends_on_changes_its_key() -> None:
    """No two of these share a key; text that is only shifted between parts doesn't either."""
    heard = [
        transcript_key("a", {"beam_size": 5}, "m", "h"),
        transcript_key("b", {"beam_size": 5}, "m", "h"),
        transcript_key("a", {"beam_size": 1}, "m", "h"),
        transcript_key("a", {"beam_size": 5}, "n", "h"),
        transcript_key("a", {"beam_size": 5}, "m", "i"),
        transcript_key("a", {"beam_size": 5}, "mh", ""),
    ]
    words = [tokens_key("t", "d"), tokens_key("t", "e"), tokens_key("td", "")]
    audits = [
        audit_key("t", SOME, "p", "1"),
        audit_key("u", SOME, "p", "1"),
        audit_key("t", Metadata(), "p", "1"),
        audit_key("t", Metadata(started_at=datetime.fromisoformat("2026-10-14T10:32:05+08:00")), "p", "1"),
        audit_key("t", SOME, "q", "1"),
        audit_key("t", SOME, "p", "2"),
    ]
    assert len({*heard, *words, *audits}) == len(heard) + len(words) + len(audits)
