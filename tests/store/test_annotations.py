"""Answers of large models: kept once under their key, never changed, found again by what was said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from auditor.models import Utterance
from auditor.store.annotations import (
    Annotation,
    Suspicion,
    has_annotation,
    heard_hash,
    keep_annotation,
    latest_annotations,
)
from auditor.store.home import Home
from auditor.store.ledger import Ledger, verify_chain

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAID = (Utterance("agent", 0.0, 1.0, "您好"), Utterance("customer", 1.0, 2.0, "你好"))
ANSWER = Annotation(
    heard_hash(SAID), "r1", "http://10.0.0.8:8000", "m", "all", "p@1", NOON,
    (Suspicion(0, 0, 2, "您好", "insult", "insult", "不"),), {"no_quote": 2}, 700, 30, 1.5, 2,
)  # fmt: skip


def test_an_answer_comes_back_as_it_was_kept(home: Home) -> None:
    with Ledger(home) as ledger:
        with ledger.writing() as db:
            assert keep_annotation(db, ANSWER)
        with ledger.reading() as db:
            assert latest_annotations(db, ANSWER.transcript) == (ANSWER,)
            assert has_annotation(db, ANSWER.transcript, "r1")
            assert not has_annotation(db, ANSWER.transcript, "r2")
            assert latest_annotations(db, "another") == ()


def test_what_is_kept_is_never_changed(home: Home) -> None:
    """Two processes that ask the same: the first answer stays, and the log knows one."""
    with Ledger(home) as ledger:
        with ledger.writing() as db:
            assert keep_annotation(db, ANSWER)
            assert not keep_annotation(db, replace(ANSWER, suspicions=()))
        with ledger.reading() as db:
            assert latest_annotations(db, ANSWER.transcript) == (ANSWER,)
            assert verify_chain(db) is None


def test_the_latest_answer_to_each_question_counts(home: Home) -> None:
    """After a change of the pack the same model is asked again; another model and another question stand beside it."""
    later = replace(ANSWER, reader="r2", answered_at=NOON + timedelta(days=1), suspicions=())
    other = replace(later, reader="r3", model="n")
    part = replace(later, reader="r4", asked="insult")
    with Ledger(home) as ledger:
        with ledger.writing() as db:
            for answer in (later, ANSWER, other, part):
                keep_annotation(db, answer)
        with ledger.reading() as db:
            assert latest_annotations(db, ANSWER.transcript) == (later, other, part)


def test_what_was_heard_is_who_said_what_without_what_was_never_said() -> None:
    never = replace(SAID[0], quarantined=("known_phrase",))
    assert heard_hash((*SAID, never)) == ANSWER.transcript
    assert heard_hash((replace(SAID[0], end=9.0, confidence=0.5), SAID[1])) == ANSWER.transcript
    for changed in (replace(SAID[0], text="你好"), replace(SAID[0], speaker="customer")):
        assert heard_hash((changed, SAID[1])) != ANSWER.transcript
    assert heard_hash((never, *SAID)) != ANSWER.transcript
