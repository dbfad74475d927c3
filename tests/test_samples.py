"""The samples are what their guide says: complete, small, reproducible, and labelled by the published names."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from auditor.models import CATEGORIES, CUSTOMER_FLAGS, PARTIES, STEPS
from auditor.speech.ingest import find
from samples.compose_calls import compose

ROOT = Path(__file__).parent.parent / "samples"
TEXT_CALLS = [json.loads(line) for line in (ROOT / "text-calls.jsonl").read_text(encoding="utf-8").splitlines()]
REFERENCES = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in sorted((ROOT / "transcripts").glob("*.json"))}


def test_text_calls_come_out_of_their_parts_byte_for_byte() -> None:
    """The committed text calls are what the composer makes of the parts today."""
    assert compose(ROOT / "parts") == TEXT_CALLS


def test_there_is_something_to_show() -> None:
    """Enough calls, agents, weeks and breaches for trends, cases and queues."""
    assert len(TEXT_CALLS) >= 300
    assert len({c["metadata"]["agent_id"] for c in TEXT_CALLS}) == 8
    assert len({c["metadata"]["team"] for c in TEXT_CALLS}) == 2
    assert all(c["metadata"]["synthetic"] for c in TEXT_CALLS)
    assert {c["script"] for c in TEXT_CALLS} == {"Hans", "Hant"}
    assert 0.02 < sum(bool(c["gold"]["violations"]) for c in TEXT_CALLS) / len(TEXT_CALLS) < 0.15
    assert max(Counter(c["metadata"]["case_id"] for c in TEXT_CALLS).values()) > 1


def test_every_recording_has_its_reference_and_its_row() -> None:
    """Recordings, reference transcripts and metadata rows belong together; all recordings together stay small."""
    intake = find([ROOT / "calls"], ROOT / "metadata.csv")
    assert intake.problems == ()
    assert intake.recordings_without_row == ()
    assert intake.unmatched(()) == ()
    assert len(intake.attempts) == 2
    assert {r.call_id for r in intake.recordings} == set(REFERENCES)
    assert sum(p.stat().st_size for p in (ROOT / "calls").iterdir()) <= 8_000_000


@pytest.mark.parametrize("call", [*REFERENCES.values(), *TEXT_CALLS[::30]], ids=lambda c: c["call_id"])
def test_references_use_the_published_names(call: dict[str, dict[str, object]]) -> None:
    """Reference answers name parties, categories, steps and flags as the program does."""
    gold = call["gold"]
    assert gold["party"] in PARTIES
    assert set(gold["steps"]) == set(STEPS)  # type: ignore[call-overload]
    assert set(gold["customer_flags"]) <= set(CUSTOMER_FLAGS)  # type: ignore[call-overload]
    assert {v["category"] for v in gold["violations"]} <= set(CATEGORIES)  # type: ignore[attr-defined]
