"""What a large model said of a transcript: kept beside the audits, never part of one, and never changed.

Kept row by row in the ledger and not as segments: answers come one at a time, each costs the model's time, and none may be lost or
given twice, whoever else works on the same calls.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from auditor.models import Utterance
from auditor.store.codec import canonical, decode, encode
from auditor.store.ledger import append_event, stamp

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True, order=True)
class Suspicion:
    """What a large model thinks may be a breach, with the agent's own words that it leans on.

    ``quote`` is what stood at ``start`` to ``end`` of the utterance in the text that was sent, personal data masked; the places hold
    in the text as heard. ``basis`` is the id of a rule, a clause or a category, ``category`` empty for a clause. ``why`` is the
    model's own wording, to be shown as plain text and trusted by nobody.
    """

    utterance: int
    start: int
    end: int
    quote: str
    basis: str
    category: str
    why: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """One answer of a large model to one question about one transcript.

    ``transcript`` is ``heard_hash`` of the utterances, ``reader`` the fingerprint of server, model, question and schema. ``asked`` is
    the category that was asked for, or ``all``. ``dropped`` counts what the answer held besides and was not accepted, by reason.
    ``tokens_in`` and ``tokens_out`` are as the server counted them (0 where it does not), ``seconds`` from the first try to the
    answer, ``tries`` how often the server was asked.
    """

    transcript: str
    reader: str
    server: str
    model: str
    asked: str
    pack: str
    answered_at: datetime
    suspicions: tuple[Suspicion, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    tries: int = 1


def heard_hash(utterances: Sequence[Utterance]) -> str:
    """What a reader of text depends on: who said what, without what was probably never said."""
    lines = [(n, u.speaker, u.text) for n, u in enumerate(utterances) if not u.quarantined]
    return hashlib.sha256(canonical(lines)).hexdigest()


def has_annotation(db: sqlite3.Connection, transcript: str, reader: str) -> bool:
    """Whether this reader's answer about this transcript is kept."""
    sql = "SELECT 1 FROM annotations WHERE transcript = ? AND reader = ?"
    return bool(db.execute(sql, (transcript, reader)).fetchall())


def keep_annotation(db: sqlite3.Connection, annotation: Annotation) -> bool:
    """Keep an answer; returns whether it was new. One that is kept already stays as it is."""
    body = encode(annotation)
    row = (annotation.transcript, annotation.reader, stamp(annotation.answered_at), body)
    sql = "INSERT INTO annotations (transcript, reader, answered_at, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    if db.execute(sql, row).rowcount == 0:
        return False
    digest = hashlib.sha256(body.encode()).hexdigest()
    kept = {"transcript": annotation.transcript, "reader": annotation.reader, "sha256": digest}
    append_event(db, annotation.answered_at, "annotation_kept", kept)
    return True


def latest_annotations(db: sqlite3.Connection, transcript: str) -> tuple[Annotation, ...]:
    """The latest answer about a transcript for each server, model and question asked, the oldest first."""
    sql = "SELECT body FROM annotations WHERE transcript = ? ORDER BY answered_at, reader"
    found = [decode(Annotation, body) for (body,) in db.execute(sql, (transcript,)).fetchall()]
    newest = {(a.server, a.model, a.asked): a for a in found}
    return tuple(a for a in found if newest[a.server, a.model, a.asked] is a)
