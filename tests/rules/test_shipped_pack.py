"""What must hold of the pack that ships, whatever is said and in whatever order its files are read."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.models import PARTIES, REGIONS, Call, Metadata, PartyKind, Region, Speaker, Utterance
from auditor.pipeline import audit_call
from auditor.published import audit_json
from auditor.rules import pack as packs
from auditor.rules.layers import Layers, lay
from auditor.rules.pack import Pack, load_pack
from auditor.speech.transcripts import read_calls

SAMPLES = Path(__file__).parents[2] / "samples" / "transcripts"
PACK = load_pack()
CALLS = [call for name in ("S03", "S09", "S15") for call in read_calls(SAMPLES / f"{name}.json")]
HITS = [text for rule in PACK.rules for example in rule.hit for _, text in example.turns]

PROGRAM = """
import json, sys
from auditor.pipeline import audit_call
from auditor.rules.pack import load_pack
from auditor.speech.transcripts import read_calls
from auditor.published import audit_json
from pathlib import Path
pack = load_pack()
for name in sys.argv[1:]:
    for call in read_calls(Path(name)):
        print(json.dumps(audit_json(audit_call(call, pack)), ensure_ascii=False))
"""

TURNS = st.lists(
    st.tuples(
        st.sampled_from(("agent", "customer", "unknown")),
        st.lists(st.sampled_from([*HITS, "嗯", "，", "您说", "不是", "😀", "\u200b", "　", "？"]), max_size=4).map(
            "".join
        ),
    ),
    max_size=6,
)


def published(calls: Sequence[Call], pack: Pack) -> list[str]:
    """The audits as the program publishes them."""
    return [json.dumps(audit_json(audit_call(call, pack)), ensure_ascii=False) for call in calls]


@given(TURNS, st.sampled_from(PARTIES), st.sampled_from(REGIONS))
@settings(deadline=None, max_examples=60)
def test_every_quote_is_what_was_heard(turns: list[tuple[Speaker, str]], party: PartyKind, region: Region) -> None:
    """Every finding and step of the shipped rules quotes the exact words at the place that it names."""
    utterances = tuple(Utterance(speaker, 4.0 * i, 4.0 * i + 4, text) for i, (speaker, text) in enumerate(turns))
    audit = audit_call(Call("K1", Metadata(region=region), utterances), PACK, party)
    for found in audit.findings:
        assert 0 <= min(found.also, default=0) <= max(found.also, default=0) < max(1, len(turns))
        if found.utterance is not None and found.span is not None:
            heard = utterances[found.utterance].text
            assert 0 <= found.span[0] < found.span[1] <= len(heard)
            assert heard[found.span[0] : found.span[1]] == found.quote
    for step in audit.steps:
        assert step.utterance is None or step.quote in utterances[step.utterance].text
    for fact in (*audit.facts.customer_flags, *filter(None, [audit.facts.delinquency_reason])):
        assert fact.quote in utterances[fact.utterance].text


def test_the_order_of_files_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder read in another order is the same pack: same hash, same rules, same audits."""

    def shuffled(*given: Any) -> Layers:
        layers = lay(*given)
        names = list(layers.files)
        random.Random(1).shuffle(names)
        return replace(layers, files={name: layers.files[name] for name in names})

    monkeypatch.setattr(packs, "lay", shuffled)
    other = load_pack()
    assert list(other.files) != list(PACK.files)
    assert (other.hash, [r.id for r in other.rules]) == (PACK.hash, [r.id for r in PACK.rules])
    assert published(CALLS, other) == published(CALLS, PACK)


def test_another_process_gives_the_same_bytes() -> None:
    """The hash seed changes nothing."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *(SAMPLES / f"{call.call_id}.json" for call in CALLS)],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "4242", "PYTHONIOENCODING": "utf-8"},
    )
    assert done.stdout.decode().splitlines() == published(CALLS, PACK)
    assert published(CALLS, PACK) == published(CALLS, PACK)
