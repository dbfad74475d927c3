"""What several calls show together: frequency, refusals, promises and plans, payments, repetition; whatever order they come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.models import Facts, Finding, Flag, Metadata, PartyKind, Payment, Promise
from auditor.published import audit_json
from auditor.scoring.cases import Cases, gaps, groups, judge_cases, judge_group, with_cases
from auditor.scoring.together import CallRecord
from tests.packs import shipped
from tests.store.conftest import make_result

PACK = shipped()
CHINA = timezone(timedelta(hours=8))
NOTHING = Facts()
MORNING = datetime(2026, 11, 17, 9, 0, tzinfo=CHINA)


def called(
    call_id: str,
    hours: float = 0,
    party: PartyKind = "debtor_verified",
    *,
    customer: str | None = "U1",
    number: str | None = None,
    facts: Facts = NOTHING,
    findings: tuple[Finding, ...] = (),
    **metadata: object,
) -> CallRecord:
    """An outbound call so many hours after nine in the morning."""
    known = {
        "started_at": MORNING + timedelta(hours=hours), "direction": "outbound", "institution": "澄湖银行",
        "customer_id": customer, "callee_number_hash": number, **metadata,
    }  # fmt: skip
    return CallRecord(call_id, Metadata(**known), party, facts, findings)  # type: ignore[arg-type]


def told(*records: CallRecord) -> list[tuple[str, str, str, str, str]]:
    """(call, check, category, severity, status) of all that the calls show."""
    found = judge_cases(records, PACK).findings
    return [(c.call_id, c.finding.rule_id, c.finding.category, c.finding.severity, c.finding.status) for c in found]


def day(count: int, **more: object) -> list[CallRecord]:
    return [called(f"A{n}", n, **more) for n in range(1, count + 1)]  # type: ignore[arg-type]


TOO_OFTEN = ("A4", "answered-calls-per-day", "excessive_frequency", "major", "confirmed")


def test_the_first_answered_call_beyond_the_day_limit_is_the_breach() -> None:
    """GB/T 45251: three a day; the fourth is told once, with the calls that it rests on."""
    assert told(*day(3)) == []
    assert told(*day(6)) == [TOO_OFTEN]
    (case,) = judge_cases(day(6), PACK).findings
    assert case.finding.calls == ("A1", "A2", "A3", "A4")
    assert (case.finding.utterance, case.finding.quote, case.finding.cites) == (None, "", ("GBT45251-frequency",))
    assert case.finding.why.startswith("2026-11-17 第 4 次接通（上限 3 次）")


def test_calls_of_lender_and_agencies_add_up() -> None:
    calls = day(4)
    calls[1] = called("A2", 2, agency="安和商务公司", agent_id="X")
    assert told(*calls) == [TOO_OFTEN]


@pytest.mark.parametrize(
    "change",
    [
        {"party": "voicemail"},
        {"party": "third_party"},
        {"party": "wrong_number"},
        {"direction": "inbound"},
        {"answered": False},
        {"callback_requested": True},
        {"customer": "U2"},
        {"institution": "别的银行"},
        {"customer": None},
        {"hours": 24 + 2},
    ],
    ids=str,
)
def test_what_is_no_answered_call_to_the_debtor_that_day_does_not_count(change: dict[str, object]) -> None:
    calls = [called(**{"call_id": "A2", "hours": 2, **change}), *[c for c in day(4) if c.call_id != "A2"]]  # type: ignore[arg-type]
    assert told(*calls) == []


def test_the_day_is_the_debtors() -> None:
    """Four calls within UTC's one day that are two days in China."""
    utc = [called(f"A{n}", started_at=datetime.fromisoformat(f"2026-11-17T{h}:30:00+00:00")) for n, h in
           ((1, "13"), (2, "14"), (3, "15"), (4, "16"))]  # fmt: skip
    assert told(*utc) == []


@pytest.mark.parametrize(("region", "agreed", "expected"), [
    ("TW", None, []), ("HK", None, []), ("CN", 5, []),
    ("CN", 2, [("A3", "answered-calls-per-day", "excessive_frequency", "major", "confirmed")]),
    ("TW", 3, [("A4", "answered-calls-per-day", "excessive_frequency", "major", "suspected")]),
])  # fmt: skip
def test_no_number_is_made_up_and_what_was_agreed_holds(
    region: str, agreed: int | None, expected: list[object]
) -> None:
    """Taiwan and Hong Kong name no number; a number agreed with the debtor takes the norm's place, but is no norm."""
    assert told(*day(5, region=region, agreed_calls_per_day=agreed)) == expected


def test_an_unknown_direction_is_not_held_against_anybody_for_sure() -> None:
    assert told(*day(4, direction=None)) == [(*TOO_OFTEN[:4], "suspected")]


def test_unanswered_attempts_are_counted_by_number_and_only_suspected() -> None:
    """CBA 2026: more than six attempts a day to one number are 不宜; they are no answered calls, and those are no attempts."""
    attempts = [called(f"N{n}", n, number="h1", answered=False) for n in range(8)]
    assert told(*attempts) == [("N6", "attempts-per-number", "excessive_frequency", "minor", "suspected")]
    assert (
        told(*attempts[:3], *[replace(a, metadata=replace(a.metadata, callee_number_hash="h2")) for a in attempts[3:]])
        == []
    )


def test_only_norms_in_force_limit_anything() -> None:
    """A pack that leaves a norm out of norms_in_force does not hold its number against anybody."""
    without = replace(PACK, limits={**PACK.limits, "CN": replace(PACK.limits["CN"], answered_calls=None)})
    assert judge_cases(day(6), without).findings == ()


def refused(call_id: str, hours: float, party: PartyKind = "third_party", number: str = "h9") -> CallRecord:
    stop = Facts(customer_flags=(Flag("stop_contact_request", 3, "别再打了"),))
    return called(call_id, hours, party, number=number, facts=stop)


def test_calling_a_third_party_again_after_a_refusal() -> None:
    """Sure where a third party answers again; where nobody does, a person must look. Before the refusal, or elsewhere: nothing."""
    again = called("R3", 30, "third_party", number="h9")
    attempt = called("R4", 40, "debtor_unverified", number="h9", answered=False)
    elsewhere = called("R5", 50, "third_party", number="h8")
    assert told(called("R1", 0, "third_party", number="h9"), refused("R2", 5), again, attempt, elsewhere) == [
        ("R3", "contact-after-refusal", "contact_after_refusal", "major", "confirmed"),
        ("R4", "contact-after-refusal", "contact_after_refusal", "major", "suspected"),
    ]


def test_a_debtor_who_asks_for_peace_is_no_third_party() -> None:
    """Reference convention 6: third party or wrong number only."""
    assert told(refused("R2", 5, "debtor_verified"), called("R3", 30, number="h9")) == []


def test_a_wrong_number_is_left_alone_until_the_debtor_proves_to_be_there() -> None:
    wrong = called("W1", 0, "wrong_number", number="h9")
    assert told(wrong, called("W2", 3, "wrong_number", number="h9")) == [
        ("W2", "contact-after-wrong-number", "contact_after_refusal", "major", "confirmed")
    ]
    assert told(wrong, called("W2", 3, number="h9"), called("W3", 30, "third_party", number="h9")) == []


def promise(amount: str | None = "500", due: date = date(2026, 11, 20)) -> Facts:
    return Facts(promise=Promise(None if amount is None else Decimal(amount), "二十号", due, 4))


def test_a_demand_before_the_promised_day_is_suspected() -> None:
    first = called("P1", facts=promise())
    assert told(first, called("P2", 30), called("P3", 80)) == [
        ("P2", "demand-under-promise", "false_promise", "major", "suspected")
    ]
    assert told(first, called("P2", 30, "voicemail"), called("P3", 31, direction="inbound")) == []


def test_a_call_that_is_silent_about_the_plan_of_an_earlier_one_is_suspected() -> None:
    """Where its own metadata speak of the plan, the call's own audit judges; a breach or the plan's end lifts it."""
    first = called("P1", agreed_plan=True)
    suspected = [("P2", "demand-under-plan", "false_promise", "major", "suspected")]
    assert told(first, called("P2", 30)) == suspected
    assert told(first, called("P2", 30, agreed_plan=True)) == []
    assert told(called("P1", agreed_plan=True, plan_breached=True), called("P2", 30)) == []
    assert told(first, called("P2", 30, agreed_plan=False), called("P3", 60)) == []


def outcome(*records: CallRecord) -> list[tuple[str, str, str]]:
    return [(p.call_id, str(p.paid), p.outcome) for p in judge_cases(records, PACK).promises]


def pay(*sums: tuple[int, str]) -> tuple[Payment, ...]:
    return tuple(Payment(date(2026, 11, d), Decimal(amount)) for d, amount in sums)


@pytest.mark.parametrize(
    ("payments", "later", "expected"),
    [
        (pay((20, "500")), 0, "kept"),
        (pay((18, "200"), (21, "300")), 0, "kept"),
        (pay((18, "200")), 30, "partly"),
        (pay((18, "200")), 2, "pending"),
        (pay((16, "500"), (25, "500")), 30, "broken"),
        ((), 30, "broken"),
        ((), 2, "pending"),
    ],
    ids=str,
)
def test_promises_are_held_against_payments(payments: tuple[Payment, ...], later: int, expected: str) -> None:
    """Made on the 17th, due on the 20th, a day of grace; payments before the promise or after its time do not keep it."""
    found = outcome(called("P1", facts=promise()), called("P2", 24 * later + 1, payments=payments))
    assert [(call, state) for call, _, state in found] == [("P1", expected)]


def test_without_payments_nothing_is_said_of_a_promise() -> None:
    """That nobody told is not that nobody paid."""
    assert outcome(called("P1", facts=promise()), called("P2", 24 * 30)) == []


def test_a_payment_that_every_later_call_lists_again_counts_once() -> None:
    paid = pay((18, "200"), (18, "200"))
    calls = [called("P1", facts=promise()), called("P2", 48, payments=paid), called("P3", 24 * 9, payments=paid)]
    assert outcome(*calls) == [("P1", "400", "partly")]


def slip(category: str = "service_attitude") -> tuple[Finding, ...]:
    return (Finding("f", "r", category, "minor", "confirmed", 1, (), (0, 1), "哼", 0.0, 1.0, "phrase", "因为", ()),)


def test_the_fourth_minor_finding_of_an_agent_within_a_month_is_a_notice() -> None:
    def slips(*days: int, agency: str = "") -> list[CallRecord]:
        return [
            called(f"M{n}", 24 * d, customer=f"U{n}", findings=slip(), agent_id="K1", agency=agency)
            for n, d in enumerate(days)
        ]

    assert told(*slips(0, 5, 9, 12, 13)) == [("M3", "repeated-minor", "service_attitude", "notice", "suspected")]
    assert told(*slips(0, 15, 29, 40)) == []
    assert (
        told(*slips(0, 1, 2), called("X", 80, customer="U9", findings=slip("insult"), agent_id="K1", agency="")) == []
    )
    assert told(*slips(0, 1, 2), called("X", 80, customer="U9", findings=slip(), agent_id="K2", agency="")) == []


def test_metadata_that_calls_lack_is_named_once_and_never_guessed() -> None:
    calls = [called("A", started_at=None), called("B", customer=None), *day(2), called("C", 9, customer="U7")]
    assert [(g.field, g.calls) for g in gaps(calls)] == [
        ("started_at", 1),
        ("customer_id", 1),
        ("callee_number_hash", 2),
    ]
    assert gaps(calls[:1]) == ()
    assert told(*[replace(c, metadata=replace(c.metadata, started_at=None)) for c in day(9)]) == []


def test_a_case_stands_in_where_there_is_no_customer() -> None:
    assert told(*day(4, customer=None, case_id="C1")) == [TOO_OFTEN]


# hypothesis: any calls of few debtors, numbers and agents
moments = st.integers(0, 24 * 6).map(lambda h: MORNING + timedelta(hours=h / 3))
records = st.lists(
    st.builds(
        lambda m, party, c, n, a, ans, p, f, pay: CallRecord(
            "", Metadata(started_at=m, direction="outbound", customer_id=c, callee_number_hash=n, agent_id=a, answered=ans,
                         institution="甲", payments=pay), party, p, f,
        ),
        st.none() | moments,
        st.sampled_from(["debtor_verified", "debtor_unverified", "third_party", "wrong_number", "voicemail"]),
        st.sampled_from(["U1", "U2", None]),
        st.sampled_from(["h1", "h2", None]),
        st.sampled_from(["K1", "K2"]),
        st.sampled_from([True, False, None]),
        st.sampled_from([Facts(), promise(), promise(None), Facts(customer_flags=(Flag("stop_contact_request", 0, "别打"),))]),
        st.sampled_from([(), slip()]),
        st.sampled_from([None, (), pay((18, "500"))]),
    ),
    max_size=40,
).map(lambda made: [replace(r, call_id=f"C{n:02}") for n, r in enumerate(made)])  # fmt: skip


@given(records, st.randoms(use_true_random=False))
def test_the_order_of_the_calls_is_without_meaning(calls: list[CallRecord], chance: object) -> None:
    shuffled = list(calls)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert judge_cases(shuffled, PACK) == judge_cases(calls, PACK)


@given(records, records)
def test_calls_of_others_change_nothing(calls: list[CallRecord], others: list[CallRecord]) -> None:
    """Another institution's calls share no debtor, number or agent with these."""
    strangers = [replace(r, call_id=f"X{r.call_id}", metadata=replace(r.metadata, institution="乙")) for r in others]
    both = judge_cases([*strangers, *calls], PACK)
    assert only(both, calls) == judge_cases(calls, PACK)
    assert only(both, strangers) == judge_cases(strangers, PACK)


def only(cases: Cases, calls: Sequence[CallRecord]) -> Cases:
    ids = {c.call_id for c in calls}
    return Cases(
        tuple(f for f in cases.findings if f.call_id in ids), tuple(p for p in cases.promises if p.call_id in ids)
    )


@given(records)
def test_every_finding_rests_on_calls_of_its_group_in_order_of_time(calls: list[CallRecord]) -> None:
    by_id = {c.call_id: c for c in calls}
    for case in judge_cases(calls, PACK).findings:
        on = [by_id[call_id] for call_id in case.finding.calls]
        assert case.call_id == on[-1].call_id
        assert len(on) > 1
        times = [r.metadata.started_at for r in on]
        assert times == sorted(times)  # type: ignore[type-var]
        assert set.intersection(*[set(groups(r)) for r in on])


def test_a_call_keeps_its_own_audit_and_is_shown_with_what_others_add() -> None:
    """A confirmed major finding caps the score at 60; the call's own audit and score stay as they are."""
    own = make_result("A4", score="100.00", category=None).audit
    (case,) = judge_cases(day(4), PACK).findings
    shown = with_cases(own, [case.finding], PACK.scoring)
    assert [f.category for f in shown.findings] == ["excessive_frequency"]
    assert shown.scorecard.score is not None
    assert shown.scorecard.score <= 60
    assert (own.findings, own.scorecard.score) == ((), Decimal("100.00"))
    assert audit_json(shown)["findings"][0]["calls"] == ["A1", "A2", "A3", "A4"]
    assert with_cases(own, [], PACK.scoring) is own


def test_a_breach_that_the_calls_own_metadata_show_is_not_told_twice() -> None:
    (case,) = judge_cases(day(4), PACK).findings
    own = make_result("A4", category=None).audit
    alone = replace(case.finding, rule_id="own", calls=())
    assert with_cases(replace(own, findings=(alone,)), [case.finding], PACK.scoring).findings == (alone,)
    doubtful = replace(alone, status="suspected")
    assert with_cases(replace(own, findings=(doubtful,)), [case.finding], PACK.scoring).findings == (case.finding,)


def test_a_group_is_judged_by_its_own_calls_alone() -> None:
    calls = day(5)
    (group,) = groups(calls[0])
    assert judge_group(group, calls, PACK) == judge_cases(calls, PACK)
