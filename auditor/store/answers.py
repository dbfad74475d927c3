"""What is asked of the store, and what it answers: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from auditor.models import Audit, Call, Finding
from auditor.store.cases import KeptPromise
from auditor.store.catalog import Entry


@dataclass(frozen=True, slots=True)
class Filters:
    """Which calls to look at; an empty field does not limit. Days are the debtor's, ends included.

    Unanswered attempts are no calls to look at; ``Store.call`` finds them by their id.
    """

    teams: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    include_unscored: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calls may be seen at all; ``None`` does not limit, an empty tuple lets none through."""

    teams: tuple[str, ...] | None = None
    agents: tuple[str, ...] | None = None


EVERY_CALL = Filters()
EVERYBODYS = Scope()


@dataclass(frozen=True, slots=True)
class Overview:
    """Totals over calls. ``average`` is over scored calls, ``seconds`` the length of all; ``bands`` counts calls."""

    calls: int
    scored: int
    average: Decimal | None
    fatal: int
    with_confirmed: int
    with_suspected: int
    seconds: float
    first_day: date | None
    last_day: date | None
    bands: dict[str, int]


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """Calls with ``low`` ≤ score < ``high``; the last bin includes 100."""

    low: int
    high: int
    calls: int


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """Findings of a category, in how many calls they are, and the gravest severity among them."""

    category: str
    confirmed: int
    suspected: int
    calls: int
    severity: str


@dataclass(frozen=True, slots=True)
class StepCount:
    """In how many calls a step was done, missed, not due, or could not be told."""

    step: str
    name: str
    done: int
    missed: int
    na: int
    cannot_tell: int


@dataclass(frozen=True, slots=True)
class Week:
    """One week's calls, by its Monday."""

    monday: date
    calls: int
    scored: int
    average: Decimal | None
    fatal: int
    confirmed: int
    suspected: int


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in a list. ``started_at`` is the debtor's wall clock."""

    call_id: str
    started_at: datetime | None
    agent_id: str | None
    agent_name: str | None
    team: str | None
    product: str | None
    region: str | None
    case_id: str | None
    duration: float | None
    party: str
    score: Decimal | None
    band: str
    fatal: bool
    confirmed: int
    suspected: int
    missed: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredCall:
    """Everything kept of one call; ``tokens`` has one tuple of words an utterance, or is empty.

    ``audit`` is the call's own; ``shown`` is it with the findings that rest on several calls, and the score that they leave.
    """

    call: Call
    audit: Audit
    tokens: tuple[tuple[str, ...], ...]
    entry: Entry
    shown: Audit
    promises: tuple[KeptPromise, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A finding that rests on several calls, in a list. ``started_at`` is the debtor's wall clock."""

    call_id: str
    started_at: datetime | None
    agent_id: str | None
    agent_name: str | None
    team: str | None
    attempt: bool
    finding: Finding


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to filter by, each sorted."""

    teams: tuple[str, ...]
    agents: tuple[str, ...]
    products: tuple[str, ...]
    regions: tuple[str, ...]
    parties: tuple[str, ...]
    categories: tuple[str, ...]
