"""A single line becomes a call in which the program finds out by itself who is on the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.evaluation.gold import read_cases
from auditor.evaluation.lines import OPENINGS
from auditor.evaluation.reference import Case
from auditor.models import PARTIES, REGIONS, PartyKind, Region
from auditor.pipeline import audit_call
from tests.evaluation.golden import a_line, written
from tests.packs import shipped

SHIPPED = shipped()


def one(tmp_path: Path, **line: Any) -> Case:
    """The line as a case."""
    (case,) = read_cases(written(tmp_path / "a.jsonl", a_line("L1", **line)))
    return case


def said(case: Case) -> list[str]:
    """The turns of the call, with their speakers."""
    return [f"{u.speaker[0].upper()}:{u.text}" for u in case.call.utterances]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("party", PARTIES)
@pytest.mark.parametrize("before", ["", "C:你再说一遍"])
def test_the_shipped_pack_hears_who_is_on_the_line(
    tmp_path: Path, region: Region, party: PartyKind, before: str
) -> None:
    """In every region the opening makes the party plain, and nothing in it is found fault with."""
    case = one(tmp_path, text="好的", label="compliant", party=party, region=region, before=before)
    audit = audit_call(case.call, SHIPPED)
    assert case.line == len(case.call.utterances) - 1
    assert audit.party.at(case.line) == party
    assert audit.findings == ()


@pytest.mark.parametrize("party", PARTIES)
@pytest.mark.parametrize("speaker", ["agent", "customer"])
@pytest.mark.parametrize("before", ["", "C:你再说一遍", "A:您好\nC:你再说一遍 A:好", "A：您好"])
def test_nothing_runs_into_the_line(tmp_path: Path, party: PartyKind, speaker: str, before: str) -> None:
    """What the opening says never joins the labelled words, or the author's own turns, into one turn."""
    case = one(tmp_path, text="好的", label="compliant", party=party, speaker=speaker, before=before)
    opening = len(case.call.utterances) - 1 - before.count("C:") - before.count("A:") - before.count("A：")
    assert case.call.utterances[opening - 1].speaker != case.call.utterances[opening].speaker
    assert case.call.utterances[-1].text == "好的"


@pytest.mark.parametrize("party", [p for p in PARTIES if p != "debtor_verified"])
def test_nothing_tells_before_a_customers_line_who_is_on_the_line(tmp_path: Path, party: PartyKind) -> None:
    """The line must show it, or what its author put before it."""
    case = one(tmp_path, text="好的", label="compliant", party=party, speaker="customer")
    assert said(case)[:-1] == [f"A:{OPENINGS['CN']['introduction']}"]
    asked = one(tmp_path, text="好的", label="compliant", party=party, speaker="customer", before="A:请问是您吗？")
    assert said(asked) == ["A:请问是您吗？", "C:好的"]


def test_a_customer_who_is_being_verified_was_not_verified_before(tmp_path: Path) -> None:
    known = {"label": "compliant", "party": "debtor_verified", "speaker": "customer"}
    asked = one(tmp_path, text="三三零一", before="A:请报一下身份证后四位", **known)
    assert said(asked) == ["A:请报一下身份证后四位", "C:三三零一"]
    talking = audit_call(one(tmp_path, text="好的", before="A:您看呢", **known).call, SHIPPED)
    assert talking.party.kind == "debtor_verified"


def test_turns_before_the_line_keep_their_speakers(tmp_path: Path) -> None:
    case = one(tmp_path, text="那就没办法了", label="violation", categories=["insult"], before="A：您说 C:我没钱")
    assert said(case)[-3:] == ["A:您说", "C:我没钱", "A:那就没办法了"]
    assert [m.utterance for m in case.reference.violations] == [case.line]


def test_what_a_note_quotes_is_said_before_the_line(tmp_path: Path) -> None:
    case = one(tmp_path, text="我还会打", label="violation", category="contact_after_refusal", context="已说“别再打了”")
    assert said(case)[-2:] == ["C:别再打了", "A:我还会打"]
    assert case.reference.party == "third_party"


def test_a_line_does_itself_what_it_is_labelled_with(tmp_path: Path) -> None:
    """Before an introduction nobody has introduced himself; before a verification nothing was asked."""
    first = said(one(tmp_path, text="我是青禾银行的", label="compliant", category="introduction"))
    assert "银行" not in "".join(first[:-1])
    second = said(one(tmp_path, text="证件后四位报一下", label="compliant", steps=["identity_verification"]))
    assert "证" not in "".join(second[:-1])


def test_empathy_follows_a_trouble(tmp_path: Path) -> None:
    case = one(tmp_path, text="您先别急", label="compliant", category="empathy")
    assert case.call.utterances[-2].speaker == "customer"
    assert "失业" in case.call.utterances[-2].text
    assert case.reference.step_utterances == {"empathy": (case.line,)}


def test_a_borderline_line_may_be_found_or_not(tmp_path: Path) -> None:
    case = one(tmp_path, text="您再想想", label="borderline", categories=["ambiguous_pressure"])
    assert case.reference.violations == ()
    assert [m.category for m in case.reference.acceptable] == ["ambiguous_pressure"]


def test_metadata_date_and_region_come_with_the_line(tmp_path: Path) -> None:
    facts = {"metadata": {"litigation": "filed"}, "call_date": "2026-02-28"}
    metadata = one(tmp_path, text="好", label="compliant", facts=facts, region="HK").call.metadata
    assert (metadata.litigation, metadata.region) == ("filed", "HK")
    assert str(metadata.started_at) == "2026-02-28 10:00:00+08:00"
    assert one(tmp_path, text="好", label="compliant", script="Hant").call.metadata.region == "TW"
    assert one(tmp_path, text="好", label="compliant").call.metadata.region == "CN"


def test_facts_are_measured_on_customers_lines_only(tmp_path: Path) -> None:
    told = {"promise": None, "delinquency_reason": "illness", "customer_flags": ["hardship"]}
    facts = one(tmp_path, text="住院了", label="compliant", speaker="customer", facts=told).reference.facts
    assert facts is not None
    assert facts.delinquency_reason == "illness"
    assert one(tmp_path, text="住院了", label="compliant", facts=told).reference.facts is None
