"""The tables of a segment and their columns."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from auditor.models import Finding
from auditor.store.home import Home

if TYPE_CHECKING:
    import pyarrow as pa

AUDIT_TABLES = ("calls", "facts", "signals", "findings", "steps", "deductions")
TRANSCRIPT_TABLES = ("utterances", "acoustics")


@functools.cache
def schemas() -> dict[str, pa.Schema]:
    """The tables and their columns."""
    import pyarrow as pa

    text, number, real = pa.string(), pa.int64(), pa.float64()
    money, moment = pa.decimal128(18, 2), pa.timestamp("us", tz="UTC")
    numbers = pa.list_(number)
    columns: dict[str, dict[str, pa.DataType]] = {
        "calls": {
            "result": number, "transcript": number, "tokens": number, "call_id": text,
            "transcript_key": text, "tokens_key": text, "audit_key": text, "stored_at": moment,
            "source": text, "source_hash": text, "script": text, "duration": real, "utterances": number,
            "started_at": moment, "started_local": pa.timestamp("us"), "started_on": pa.date32(), "direction": text,
            "attempt": pa.bool_(),
            "agent_id": text, "agent_name": text, "team": text, "case_id": text, "customer_id": text, "product": text,
            "amount_due": money, "days_overdue": number, "institution": text, "agency": text, "region": text,
            "stage": text, "agent_channel": number, "transcribed_by": text, "party": text, "score": money, "band": text,
            "fatal": pa.bool_(), "pack": text, "code_version": text, "warnings": pa.list_(text), "call": text,
            "audit": text, "quarantined": number, "noted": number,
        },
        "facts": {
            "result": number, "kind": text, "name": text, "utterance": number, "quote": text, "amount": money,
            "date_text": text, "due": pa.date32(),
        },
        "signals": {"result": number, "name": text, "value": real},
        "findings": {
            "result": number, "finding_id": text, "rule_id": text, "category": text, "severity": text, "status": text,
            "utterance": number, "also": numbers, "quote": text, "start": real, "end": real, "matched_by": text,
            "why": text, "cites": pa.list_(text), "chance": number,
        },
        "steps": {
            "result": number, "position": number, "step": text, "name": text, "weight": number, "verdict": text,
            "utterance": number, "also": numbers, "quote": text, "why": text,
        },
        "deductions": {"result": number, "source": text, "id": text, "points": money, "why": text},
        "utterances": {
            "transcript": number, "index": number, "speaker": text, "start": real, "end": real, "text": text,
            "words": pa.list_(pa.struct({"text": text, "start": real, "end": real, "probability": real})),
            "confidence": real, "quarantined": pa.list_(text), "channel": number,
        },
        "acoustics": {
            "transcript": number, "duration": real, "sample_rate": number, "channel": number,
            "speech": pa.list_(pa.list_(real)), "loudness": pa.list_(real), "peak": real, "clipped_share": real,
        },
        "tokens": {"tokens": number, "index": number, "words": pa.list_(text)},
    }  # fmt: skip
    return {table: pa.schema(list(fields.items())) for table, fields in columns.items()}


def files(home: Home, table: str, segments: Iterable[str]) -> list[str]:
    """The Parquet files of a table in these segments."""
    return [str(home.segments / segment / f"{table}.parquet") for segment in segments]


def finding_row(finding: Finding) -> dict[str, Any]:
    """A finding as its table has it, but for the result that it belongs to."""
    row = {field: getattr(finding, field) for field in schemas()["findings"].names[1:]}
    return {**row, "also": list(finding.also), "cites": list(finding.cites)}


def money(value: Decimal | None) -> Decimal | None:
    """The amount as the column holds it; none where it can't, the exact value stands in ``call`` and ``audit``."""
    if value is None or not value.is_finite() or abs(value) >= Decimal(10) ** 16:
        return None
    return value.quantize(Decimal("0.01"))
