"""Machine results as immutable Parquet: one folder a segment, one file a table, written whole or not at all.

What a table's rows are about, they name by number: ``result`` (one audit of one call), ``transcript`` (what was heard;
several audits may rest on it) and ``tokens`` (its words). Columns are there to be queried; ``call`` and ``audit`` hold
the exact values.
"""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import HomeError, InputError
from auditor.models import Audit, Call, ChannelAcoustics, Word
from auditor.store import catalog
from auditor.store.catalog import Entry
from auditor.store.codec import encode
from auditor.store.home import Home, new_folder, trouble
from auditor.store.jobs import printable
from auditor.store.keys import Keys
from auditor.store.ledger import Ledger
from auditor.store.tables import files, finding_row, money, schemas

if TYPE_CHECKING:
    import sqlite3

    import pyarrow as pa

ENOUGH_CALLS = 2_000
MERGE_FROM = 16
GRACE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CallResult:
    """One call, done: what was heard and measured in it, its words (one tuple an utterance), its audit, and their keys."""

    call: Call
    audit: Audit
    keys: Keys
    tokens: tuple[tuple[str, ...], ...] = ()


def check_storable(result: CallResult) -> None:
    """Find out whether a call can be written, before it is put among others that it would take down with it.

    Raises:
        InputError: it holds text that can't be kept.
        Exception: a value doesn't fit its column, which is a mistake of the program.
    """
    call = result.call
    words = (word.text for utterance in call.utterances for word in utterance.words)
    check_text(call.source, call.call_id, *(utterance.text for utterance in call.utterances), *words)
    _tables([(result, _fresh(result, "", iter(range(3))))], datetime.min.replace(tzinfo=UTC))


def check_text(source: str, *texts: str) -> None:
    """Raise InputError where a text holds what can't be kept: half of a character pair, or a null."""
    try:
        if b"\0" not in "".join(texts).encode():
            return
    except UnicodeEncodeError:
        pass
    raise InputError(printable(source), "通话编号或文字里有残缺的字符，无法保存", "请改正后再试")


def write(home: Home, ledger: Ledger, results: Sequence[CallResult], at: datetime) -> tuple[str, list[Entry]]:
    """Write results as one new segment. They do not count before ``catalog.add`` says so.

    A transcript or words whose key is already in the catalog are not written again.

    Returns:
        The segment's name and its entries.

    Raises:
        HomeError: the segment can't be written; nothing of it remains.
    """
    segment = _name(at)
    with ledger.writing() as db:
        numbers = iter(catalog.reserve(db, 3 * len(results)))
        entries = [_entry(db, r, segment, numbers) for r in results]
    tables = _tables(zip(results, entries, strict=True), at)
    with new_folder(home.segments / segment) as draft:
        for table, content in tables.items():
            _write_table(draft, content, table)
    return segment, entries


def compact(
    home: Home, ledger: Ledger, now: datetime, *, merge_from: int = MERGE_FROM, enough: int = ENOUGH_CALLS
) -> int:
    """Merge segments of fewer than ``enough`` calls, where there are ``merge_from``, and remove what nobody needs.

    Readers and writers may go on meanwhile: a merged segment stays on disk for an hour after it was replaced, for those
    who still read it. Returns how many segments were merged.
    """
    _sweep(home, ledger, now)
    with ledger.reading() as db:
        small = catalog.small_segments(db, enough)
    if len(small) < merge_from:
        return 0
    return sum(_merge(home, ledger, group, now) for group in _groups(small, enough) if len(group) > 1)


def _groups(small: Sequence[tuple[str, int]], enough: int) -> Iterator[list[str]]:
    group: list[str] = []
    held = 0
    for segment, calls in small:
        group.append(segment)
        held += calls
        if held >= enough:
            yield group
            group, held = [], 0
    yield group


def _merge(home: Home, ledger: Ledger, group: Sequence[str], now: datetime) -> int:
    import pyarrow as pa

    merged = _name(now)
    with new_folder(home.segments / merged) as draft:
        for table, schema in schemas().items():
            parts = [_read(path, schema) for path in files(home, table, group)]
            _write_table(draft, pa.concat_tables(parts).sort_by(schema.names[0]), table)
    with ledger.writing() as db:
        done = catalog.replace(db, group, merged, now)
    if not done:
        shutil.rmtree(home.segments / merged, ignore_errors=True)
    return len(group) if done else 0


def _name(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def _entry(db: sqlite3.Connection, result: CallResult, segment: str, numbers: Iterator[int]) -> Entry:
    entry = _fresh(result, segment, numbers)
    stored = catalog.same_transcript(db, entry.transcript_key, entry.content)
    if stored is None:
        return entry
    entry = dataclasses.replace(entry, transcript=stored.transcript, transcript_segment=stored.transcript_segment)
    if stored.tokens is not None and stored.tokens_key == result.keys.tokens:
        entry = dataclasses.replace(entry, tokens=stored.tokens, tokens_segment=stored.tokens_segment)
    return entry


def _fresh(result: CallResult, segment: str, numbers: Iterator[int]) -> Entry:
    number, transcript, tokens = next(numbers), next(numbers), next(numbers)
    heard = encode(result.call.utterances) + encode(result.call.acoustics)
    return Entry(
        result=number, call_id=result.call.call_id, audit_key=result.keys.audit, segment=segment,
        transcript=transcript, transcript_key=result.keys.transcript, transcript_segment=segment,
        content=hashlib.sha256(heard.encode()).hexdigest(),
        tokens=tokens if result.tokens else None, tokens_key=result.keys.tokens,
        tokens_segment=segment if result.tokens else None,
    )  # fmt: skip


def _rows(result: CallResult, entry: Entry, at: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "calls", _call_row(result, entry, at)
    for table, row in _audit_rows(result.audit):
        yield table, {"result": entry.result, **row}
    if entry.transcript_segment == entry.segment:
        for index, u in enumerate(result.call.utterances):
            words = [_fields(word) for word in u.words]
            row = {"index": index, "speaker": u.speaker, "start": u.start, "end": u.end, "text": u.text, "words": words}
            rest = {"confidence": u.confidence, "quarantined": list(u.quarantined), "channel": u.channel}
            yield "utterances", {"transcript": entry.transcript, **row, **rest}
        acoustics = result.call.acoustics
        if acoustics is not None:
            for c in acoustics.channels:
                whole = {"duration": acoustics.duration, "sample_rate": acoustics.sample_rate}
                yield "acoustics", {"transcript": entry.transcript, **whole, **_fields(c)}
    if entry.tokens_segment == entry.segment:
        for index, tokens in enumerate(result.tokens):
            yield "tokens", {"tokens": entry.tokens, "index": index, "words": list(tokens)}


def _call_row(result: CallResult, entry: Entry, at: datetime) -> dict[str, Any]:
    call, audit, m = result.call, result.audit, result.call.metadata
    as_they_are = (
        "direction", "agent_id", "agent_name", "team", "case_id", "customer_id", "product", "institution", "agency",
        "region", "stage",
    )  # fmt: skip
    return {
        "result": entry.result, "transcript": entry.transcript, "tokens": entry.tokens, "call_id": call.call_id,
        "transcript_key": entry.transcript_key, "tokens_key": entry.tokens_key, "audit_key": entry.audit_key,
        "stored_at": at, "source": printable(call.source), "source_hash": call.source_hash, "script": call.script,
        "duration": call.duration, "utterances": len(call.utterances),
        **{name: None if (value := getattr(m, name)) is None else printable(value) for name in as_they_are},
        "started_at": _instant(m.started_at),
        "started_local": None if m.started_at is None else m.started_at.replace(tzinfo=None),
        "started_on": None if m.started_at is None else m.started_at.date(),
        "attempt": m.answered is False and not call.utterances,
        "amount_due": money(m.amount_due), "days_overdue": _whole(m.days_overdue),
        "agent_channel": None if call.roles is None else call.roles.agent_channel,
        "transcribed_by": call.transcribed_by, "party": audit.party.kind,
        "score": money(audit.scorecard.score), "band": audit.scorecard.band, "fatal": audit.scorecard.fatal,
        "pack": audit.pack, "code_version": audit.code_version,
        "warnings": list(dict.fromkeys(w.code for w in (*call.warnings, *audit.warnings))),
        "call": encode(dataclasses.replace(call, utterances=(), acoustics=None)), "audit": encode(audit),
        "quarantined": sum(bool(u.quarantined) for u in call.utterances), "noted": len(audit.warnings),
    }  # fmt: skip


def _audit_rows(audit: Audit) -> Iterator[tuple[str, dict[str, Any]]]:
    facts = audit.facts
    if facts.promise is not None:
        p = facts.promise
        row = {"utterance": p.utterance, "amount": money(p.amount), "date_text": p.date_text, "due": p.due}
        yield "facts", {"kind": "promise", "name": "promise", "quote": "", **row}
    flags = [("customer_flag", flag) for flag in facts.customer_flags]
    if facts.delinquency_reason is not None:
        flags.append(("delinquency_reason", facts.delinquency_reason))
    for kind, flag in flags:
        yield "facts", {"kind": kind, "name": flag.name, "utterance": flag.utterance, "quote": flag.quote}
    for name, value in audit.signals.items():
        yield "signals", {"name": name, "value": float(value)}
    for f in audit.findings:
        yield "findings", finding_row(f)
    for position, s in enumerate(audit.steps):
        named = {"position": position, "step": s.id, "name": s.name, "weight": s.weight, "verdict": s.verdict}
        yield "steps", {**named, "utterance": s.utterance, "also": list(s.also), "quote": s.quote, "why": s.why}
    for d in audit.scorecard.deductions:
        yield "deductions", {"source": d.source, "id": d.id, "points": money(d.points), "why": d.why}


def _tables(results: Iterable[tuple[CallResult, Entry]], at: datetime) -> dict[str, pa.Table]:
    import pyarrow as pa

    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in schemas()}
    for result, entry in results:
        for table, row in _rows(result, entry, at):
            rows[table].append(row)
    return {table: pa.Table.from_pylist(rows[table], schema=schema) for table, schema in schemas().items()}


def _write_table(folder: Path, content: pa.Table, table: str) -> None:
    import pyarrow.parquet as pq

    with (folder / f"{table}.parquet").open("wb") as file:
        pq.write_table(content, file, compression="zstd", row_group_size=16_384)


def _read(path: str, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path, schema=schema)
    except pa.ArrowException as error:
        raise HomeError(f"{path}：数据文件已损坏。请从备份恢复这个文件。") from error


def _sweep(home: Home, ledger: Ledger, now: datetime) -> None:
    with ledger.writing() as db:
        replaced = catalog.forget_replaced(db, now - GRACE)
        known = catalog.known_segments(db)
    try:
        for folder in home.segments.iterdir():
            # A young folder may belong to a process that is about to enter it in the catalog.
            old = now.timestamp() - folder.stat().st_mtime > GRACE.total_seconds()
            if folder.name in replaced or (old and folder.name not in known):
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise trouble(error, home.segments) from error


def _fields(value: Word | ChannelAcoustics) -> dict[str, Any]:
    """The fields as they are; ``dataclasses.asdict`` copies every number of a loudness curve."""
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _whole(value: int | None) -> int | None:
    return value if value is not None and abs(value) < 2**63 else None


def _instant(moment: datetime | None) -> datetime | None:
    try:
        return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None
