"""What became of promises to pay, where the payments are known: a record for each, no breach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from auditor.models import Payment
from auditor.scoring.together import Dated

Outcome: TypeAlias = Literal["kept", "partly", "broken", "pending"]


@dataclass(frozen=True, slots=True)
class PromiseOutcome:
    """A promise made in a call (money in the account's currency unit) and what became of it.

    ``paid`` is what came in from the day of the call to the day due and the days of grace. A payment counts for every promise
    whose days it falls in: who says the same again promises nothing more.
    """

    call_id: str
    utterance: int
    amount: Decimal | None
    due: date
    paid: Decimal
    outcome: Outcome


def outcomes(calls: Sequence[Dated], grace_days: int) -> Iterator[PromiseOutcome]:
    """The promises in a debtor's calls, in their order; none where no call says what was paid.

    What is known reaches to the latest call that lists payments, or the latest payment. Until the time for a promise is over, one
    that is not kept yet is pending.
    """
    lists = [c for c in calls if c.record.metadata.payments is not None]
    if not lists:
        return
    payments = _all(lists)
    known_to = max([c.day for c in lists] + [p.paid_on for p in payments])
    for call in calls:
        promise = call.record.facts.promise
        if promise is None or promise.due is None:
            continue
        last = promise.due + timedelta(days=grace_days)
        paid = sum((p.amount for p in payments if call.day <= p.paid_on <= last), Decimal(0))
        outcome = _outcome(promise.amount, paid, over=known_to > last)
        yield PromiseOutcome(call.call_id, promise.utterance, promise.amount, promise.due, paid, outcome)


def _outcome(amount: Decimal | None, paid: Decimal, *, over: bool) -> Outcome:
    if paid > 0 and (amount is None or paid >= amount):
        return "kept"
    if not over:
        return "pending"
    return "partly" if paid > 0 else "broken"


def _all(calls: Sequence[Dated]) -> list[Payment]:
    """Each payment once, though every call's list repeats the earlier ones; as often as one list has it."""
    often: Counter[Payment] = Counter()
    for call in calls:
        often |= Counter(call.record.metadata.payments)
    return sorted(often.elements(), key=lambda p: (p.paid_on, p.amount))
