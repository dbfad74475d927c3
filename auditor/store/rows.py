"""Rows of the store as values again, and what cases across calls look at in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from auditor.models import (
    Acoustics,
    Audit,
    ChannelAcoustics,
    Facts,
    Finding,
    Metadata,
    PartyKind,
    Scorecard,
    Utterance,
    Word,
)
from auditor.store import catalog
from auditor.store.codec import decode
from auditor.store.database import Database
from auditor.store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """What cases across calls look at in a stored call."""

    call_id: str
    result: int
    metadata: Metadata
    party: PartyKind
    facts: Facts
    findings: tuple[Finding, ...]
    heard: bool


# a call stored before this field was there has an empty list also where nobody knew what was paid
_PAYMENTS_TOLD = '"callback_requested":'


def records(database: Database, results: Sequence[int]) -> list[StoredRecord]:
    """What cases look at in the calls with these results; those that no longer count are left out."""
    found = []
    for row in sorted(_calls(database, results), key=lambda row: str(row["call_id"])):
        own = decode(_Judged, row["audit"])
        known, heard = decode(_Known, row["call"]).metadata, row["utterances"] > 0
        if known.payments == () and _PAYMENTS_TOLD not in row["call"]:
            known = replace(known, payments=None)
        found.append(StoredRecord(row["call_id"], row["result"], known, row["party"], own.facts, own.findings, heard))
    return found


def audits(database: Database, results: Sequence[int]) -> dict[int, Audit]:
    """The calls' own audits, by result; those that no longer count are left out."""
    return {row["result"]: decode(Audit, row["audit"]) for row in _calls(database, results)}


def _calls(database: Database, results: Sequence[int]) -> list[dict[str, Any]]:
    """The rows of ``calls`` of these results, where they count, as segments have them."""
    with Ledger(database.home) as ledger, ledger.reading() as db:
        counting = catalog.segments_of(db, results)
    segments = sorted(set(counting.values()))
    return database.rows_in(segments, "calls", "result", list(counting)) if segments else []


@dataclass(frozen=True, slots=True)
class _Known:
    """Of a stored call, its metadata."""

    metadata: Metadata


@dataclass(frozen=True, slots=True)
class _Judged:
    """Of a stored audit, what cases look at."""

    facts: Facts
    findings: tuple[Finding, ...]


def with_cases(audit: Audit, found: Sequence[Finding], card: Scorecard | None) -> Audit:
    """The audit with what was found across calls; a category that is told of several calls is not told of this one's metadata too."""
    if not found:
        return audit
    told = {f.category for f in found}
    own = [f for f in audit.findings if f.utterance is not None or f.category not in told]
    every = sorted([*found, *own], key=lambda f: (-1 if f.utterance is None else f.utterance, f.category))
    return replace(audit, findings=tuple(every), scorecard=card or audit.scorecard)


def utterance(row: dict[str, Any]) -> Utterance:
    """A row of ``utterances``."""
    return Utterance(
        speaker=row["speaker"],
        start=row["start"],
        end=row["end"],
        text=row["text"],
        words=tuple(Word(**word) for word in row["words"]),
        confidence=row["confidence"],
        quarantined=tuple(row["quarantined"]),
        channel=row["channel"],
    )


def acoustics(rows: list[dict[str, Any]]) -> Acoustics | None:
    """The rows of ``acoustics`` of one call; ``None`` for a call that came as text."""
    if not rows:
        return None
    channels = tuple(
        ChannelAcoustics(
            channel=row["channel"],
            speech=tuple((start, end) for start, end in row["speech"]),
            loudness=tuple(row["loudness"]),
            peak=row["peak"],
            clipped_share=row["clipped_share"],
        )
        for row in sorted(rows, key=lambda row: int(row["channel"]))
    )
    return Acoustics(rows[0]["duration"], rows[0]["sample_rate"], channels)
