"""Triage: what is worth listening to stands first, and nothing sinks for ever."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from auditor.models import Audit, CallWarning, Facts, Finding, Party, Scorecard, Severity, Status
from auditor.review.triage import queue, risk


def finding(severity: Severity, status: Status = "confirmed", chance: int = 0, name: str = "f") -> Finding:
    return Finding(
        name, "r", "insult", severity, status, 0, (), None, "", None, None, "phrase", "", (), chance=chance
    )  # fmt: skip


def audit(*findings: Finding, call_id: str = "K") -> Audit:
    return Audit(
        call_id,
        "p",
        "1",
        Party("debtor_verified", ()),
        Facts(),
        findings,
        (),
        Scorecard(None, "cannot_tell", False, ()),
    )


def first(*audits: Audit) -> list[str]:
    return [r.call_id for r in queue(map(risk, audits))]


def test_the_graver_and_the_surer_breach_goes_first() -> None:
    calls = [
        audit(finding("minor"), call_id="minor"),
        audit(finding("critical", "suspected", 200), call_id="hardly critical"),
        audit(finding("critical"), call_id="critical"),
        audit(finding("critical", "suspected"), call_id="suspected critical"),
        audit(call_id="nothing"),
    ]
    assert first(*calls) == ["critical", "suspected critical", "hardly critical", "minor", "nothing"]


def test_what_could_not_be_judged_lifts_a_call_but_not_over_a_breach() -> None:
    warned = replace(audit(call_id="warned"), warnings=(CallWarning("dead_channel", ""),) * 20)
    assert first(audit(call_id="a"), warned, audit(finding("minor"), call_id="b")) == ["b", "warned", "a"]
    assert risk(audit(), quarantined=3).score > risk(audit()).score


def test_a_raised_voice_lifts_a_call() -> None:
    loud = replace(audit(call_id="loud"), signals={"agent_raised_voice_share": 0.5})
    assert first(audit(call_id="calm"), loud) == ["loud", "calm"]


def test_the_reasons_add_up_and_name_the_findings() -> None:
    told = risk(audit(finding("major", name="one"), finding("critical", "suspected", 500, "two")), quarantined=2)
    assert sum(r.points for r in told.reasons) == told.score
    assert [r.source for r in told.reasons] == ["two", "one", "unjudged"]


@given(st.lists(st.sampled_from(["critical", "major", "minor", "notice"]), max_size=6), st.randoms())
def test_the_order_does_not_depend_on_the_order_given(severities: list[Severity], chance: object) -> None:
    calls = [audit(finding(s), call_id=f"K{n}") for n, s in enumerate(severities)]
    mixed = list(calls)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert first(*mixed) == first(*calls)
