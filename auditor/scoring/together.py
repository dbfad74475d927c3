"""The checks of calls put together, one function each: calls of one group in order of time → what is seen in which of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Literal, TypeAlias

from auditor.models import Facts, Finding, Metadata, PartyKind, Region, Status
from auditor.rules.cases import Check, CheckName
from auditor.rules.metadata import ZONES
from auditor.rules.scene import Limits

GroupKind: TypeAlias = Literal["debtor", "number", "agent"]
DEBTOR: frozenset[PartyKind] = frozenset({"debtor_verified", "debtor_unverified"})
OTHERS: frozenset[PartyKind] = frozenset({"third_party", "wrong_number"})


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What cases look at in a call: its metadata, who answered, what was said that matters later, and its own findings.

    ``heard`` says whether anything was heard: where the metadata are silent, that tells a call that was answered.
    """

    call_id: str
    metadata: Metadata
    party: PartyKind
    facts: Facts
    findings: tuple[Finding, ...]
    heard: bool = True


@dataclass(frozen=True, slots=True)
class Dated:
    """A record with the moment of its call, and the day and region where the debtor is.

    ``ours``: the call was our own idea, outbound and not asked for by the customer. ``answered``: somebody answered; a voicemail is
    nobody.
    """

    record: CallRecord
    call_id: str
    moment: datetime
    day: date
    region: Region
    ours: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """A breach of ``category`` seen in ``call``, which rests on the calls ``on``; ``told`` is what exactly was seen."""

    call: Dated
    on: tuple[Dated, ...]
    category: str
    status: Status
    told: str


Look: TypeAlias = Callable[[Check, Sequence[Dated], Mapping[Region, Limits]], Iterator[Seen]]


def dated(record: CallRecord, default: Region) -> Dated | None:
    """The record with its time where the debtor is; ``None`` where that is unknown. A time without offset is local."""
    m = record.metadata
    if m.started_at is None:
        return None
    region = m.region or default
    zone = ZONES[region]
    local = m.started_at.replace(tzinfo=zone) if m.started_at.tzinfo is None else m.started_at.astimezone(zone)
    ours = m.direction in (None, "outbound") and not m.callback_requested
    answered = (record.heard if m.answered is None else m.answered) and record.party != "voicemail"
    return Dated(record, record.call_id, local, local.date(), region, ours, answered)


in_order = attrgetter("moment", "call_id")
"""The order of calls in time; of two at one moment, by id."""


def answered_calls(check: Check, calls: Sequence[Dated], limits: Mapping[Region, Limits]) -> Iterator[Seen]:
    """The first call of a day that the debtor answered beyond the limit (GB/T 45251 5.3; reference convention 3).

    Calls that a third party, a wrong number or a voicemail answered are none to the debtor.
    """
    counted = [c for c in calls if c.ours and c.answered and c.record.party in DEBTOR]
    for day in _days(counted):
        yield from _beyond(check, day, limits.get(day[0].region, Limits()).answered_calls, "接通")


def attempts(check: Check, calls: Sequence[Dated], limits: Mapping[Region, Limits]) -> Iterator[Seen]:
    """The first attempt of a day to reach a number in vain beyond the limit (CBA 2026: 不宜)."""
    for day in _days([c for c in calls if c.ours and not c.answered]):
        yield from _beyond(check, day, limits.get(day[0].region, Limits()).attempts, "没有接通的呼叫")


def _days(calls: Sequence[Dated]) -> Iterator[list[Dated]]:
    for _, day in groupby(calls, key=lambda c: (c.day, c.region)):
        yield list(day)


def _beyond(check: Check, day: Sequence[Dated], norm: int | None, what: str) -> Iterator[Seen]:
    """The first call beyond the number that was agreed with the debtor, or else beyond the norm's."""
    agreed = max((c.record.metadata.agreed_calls_per_day or 0 for c in day), default=0)
    limit = agreed or norm
    if limit is None or len(day) <= limit:
        return
    on = tuple(day[: limit + 1])
    known = norm is not None and all(c.record.metadata.direction is not None for c in on)
    bound = f"约定 {limit} 次" if agreed else f"上限 {limit} 次"
    told = f"{on[-1].day} 第 {limit + 1} 次{what}（{bound}）"
    yield Seen(on[-1], on, "excessive_frequency", check.certainty if known else "suspected", told)


def after_refusal(check: Check, calls: Sequence[Dated], _: Mapping[Region, Limits]) -> Iterator[Seen]:
    """Each call to a number after a third party there asked not to be called (GB/T 45251 5.3)."""
    return _again(
        check, calls, lambda c: c.record.party == "third_party" and c.record.facts.has("stop_contact_request")
    )


def after_wrong_number(check: Check, calls: Sequence[Dated], _: Mapping[Region, Limits]) -> Iterator[Seen]:
    """Each call to a number after somebody there said that it is the wrong one."""
    return _again(check, calls, lambda c: c.record.party == "wrong_number")


def _again(check: Check, calls: Sequence[Dated], closes: Callable[[Dated], bool]) -> Iterator[Seen]:
    """Our calls to a number after it was closed to us. It is open again when the debtor proves to be there.

    Sure is only a call that a third party or a wrong number answered again: who else picks up, or nobody, a person must judge.
    """
    closed: Dated | None = None
    for call in calls:
        if closed is not None and call.answered and call.record.party == "debtor_verified":
            closed = None
        elif closed is not None and call.ours:
            sure = call.answered and call.record.party in OTHERS and call.record.metadata.direction is not None
            told = f"{closed.day} {closed.call_id} 之后又拨打"
            status = check.certainty if sure else "suspected"
            yield Seen(call, (closed, call), "contact_after_refusal", status, told)
        if call.answered and closes(call):
            closed = call


def under_promise(check: Check, calls: Sequence[Dated], _: Mapping[Region, Limits]) -> Iterator[Seen]:
    """Each call to the debtor before the day that he promised to pay on, in the latest earlier call with a promise."""
    promised: tuple[Dated, date] | None = None
    for call in calls:
        if promised is not None and call.day < promised[1] and _demand(call):
            earlier, due = promised
            told = f"{earlier.day} 承诺 {due} 还款（{earlier.call_id}）"
            yield Seen(call, (earlier, call), "false_promise", check.certainty, told)
        promise = call.record.facts.promise
        if promise is not None and promise.due is not None:
            promised = call, promise.due


def under_plan(check: Check, calls: Sequence[Dated], _: Mapping[Region, Limits]) -> Iterator[Seen]:
    """Each call to the debtor that is silent about the plan that an earlier call's metadata told of (card rules 2011, art. 70).

    Where the call's own metadata tell of the plan, the call's own audit judges.
    """
    plan: Dated | None = None
    for call in calls:
        metadata = call.record.metadata
        if metadata.plan_breached or metadata.agreed_plan is not None:
            plan = call if metadata.agreed_plan and not metadata.plan_breached else None
        elif plan is not None and _demand(call):
            told = f"{plan.day} 的电话（{plan.call_id}）登记有还款协议"
            yield Seen(call, (plan, call), "false_promise", check.certainty, told)


def _demand(call: Dated) -> bool:
    return call.ours and call.answered and call.record.party in DEBTOR


def repeated(check: Check, calls: Sequence[Dated], _: Mapping[Region, Limits]) -> Iterator[Seen]:
    """The agent's call with a minor finding that has just ``times`` others of its category before it within ``days``."""
    window = timedelta(days=check.days)
    by_category: dict[str, list[Dated]] = {}
    for call in calls:
        for category in sorted(minor(call.record.findings)):
            by_category.setdefault(category, []).append(call)
    for category, its in by_category.items():
        first = 0
        for number, call in enumerate(its):
            while call.moment - its[first].moment > window:
                first += 1
            if number - first == check.times:
                told = f"{check.days} 天内第 {check.times + 1} 通"
                yield Seen(call, tuple(its[first : number + 1]), category, check.certainty, told)


def minor(findings: Sequence[Finding]) -> set[str]:
    """The categories of findings that count towards repetition."""
    return {f.category for f in findings if (f.severity, f.status) == ("minor", "confirmed")}


LOOKS: Mapping[CheckName, tuple[GroupKind, Look]] = {
    "answered-calls-per-day": ("debtor", answered_calls),
    "attempts-per-number": ("number", attempts),
    "contact-after-refusal": ("number", after_refusal),
    "contact-after-wrong-number": ("number", after_wrong_number),
    "demand-under-promise": ("debtor", under_promise),
    "demand-under-plan": ("debtor", under_plan),
    "repeated-minor": ("agent", repeated),
}
"""Each check: which calls are put together for it, and what looks at them."""
