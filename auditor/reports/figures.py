"""What a violation report counts: the selection, how complete it is, what people said of it, and what judged the calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeAlias, get_args

from auditor.models import SEVERITIES
from auditor.rules.norms import Norm
from auditor.store.answers import EVERY_CALL, Filters
from auditor.store.completeness import Completeness, completeness, failed_by_day
from auditor.store.operations import InForce, in_force, readers
from auditor.store.queries import Store
from auditor.store.violations import Tally, Which, count, tallies, total

Decided: TypeAlias = Literal["upheld", "undecided", "all"]
DECIDED: tuple[Decided, ...] = get_args(Decided)
STANDINGS: Mapping[Decided, tuple[str, ...]] = {
    "upheld": ("upheld", "added"),
    "undecided": ("undecided",),
    "all": ("undecided", "upheld", "added"),
}
"""Which findings a report lists; what people overturned is no violation and only counted."""
COUNTED_BY = ("severity", "category", "clause", "agency", "team", "month")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for.

    Attributes:
        filters: which calls.
        at: which findings, as ``store.violations.Which`` has it: an agency ``""`` is the institution itself.
        decided: which findings by what people said of them.
        made_at: when the report is made, on the clock that its reader keeps.
        made_by: for whom; empty where nobody is named.
        unmask: whether personal data is shown whole.
    """

    made_at: datetime
    filters: Filters = EVERY_CALL
    at: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decided: Decided = "all"
    made_by: str = ""
    unmask: bool = False

    @property
    def which(self) -> Which:
        """The findings that are listed."""
        wanted = self.at.get("standing") or STANDINGS["all"]
        return Which({**self.at, "standing": tuple(each for each in STANDINGS[self.decided] if each in wanted)})

    @property
    def whole(self) -> Which:
        """The same whatever people said of them."""
        return Which({dimension: values for dimension, values in self.at.items() if dimension != "standing"})


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How much of what the machine found people looked at, and how often they agreed.

    ``upheld`` of ``decided`` were right by people's word; ``decided`` of ``found`` had been looked at; ``added`` the machine missed.
    """

    found: int
    decided: int
    upheld: int
    added: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a report.

    Attributes:
        asked: what they are of.
        listed: how many violations the report lists.
        total: those violations, counted.
        reviewed: of all findings of the selection, whatever people said of them.
        complete: what of the dialled was looked at, day spans and agencies summed.
        failed: files that failed and were not settled since; of which days is not known.
        tables: the violations by each of ``COUNTED_BY``.
        packs, models, programs, readers: what judged the calls of the selection, the newest first.
        clauses: every clause that the packs in question know, by key, in their order.
    """

    asked: Asked
    listed: int
    total: Tally
    reviewed: Reviewed
    complete: Completeness
    failed: int
    tables: Mapping[str, tuple[Tally, ...]]
    packs: tuple[InForce, ...]
    models: tuple[InForce, ...]
    programs: tuple[InForce, ...]
    readers: tuple[InForce, ...]
    clauses: Mapping[str, Norm] = field(default_factory=dict)


def figures(store: Store, asked: Asked, clauses: Mapping[str, Norm]) -> Figures:
    """Count, by the functions that the pages count by.

    Args:
        store: within the scope of whoever asks.
        asked: what is to be reported.
        clauses: the clauses of the packs that judged the calls, in the order in which a regulator reads them.
    """
    every = total(store, asked.filters, asked.whole)
    decided = every.upheld + every.overturned
    return Figures(
        asked=asked,
        listed=count(store, asked.filters, asked.which),
        total=total(store, asked.filters, asked.which),
        reviewed=Reviewed(every.undecided + decided, decided, every.upheld, every.added),
        complete=_complete(store, asked),
        failed=sum(failed_by_day(store).values()),
        tables={by: tuple(_counted(store, asked, by, clauses)) for by in COUNTED_BY},
        packs=tuple(in_force(store, "pack", asked.filters)),
        models=tuple(in_force(store, "model", asked.filters)),
        programs=tuple(in_force(store, "code", asked.filters)),
        readers=tuple(readers(store, asked.filters)),
        clauses=clauses,
    )


def _counted(store: Store, asked: Asked, by: str, clauses: Mapping[str, Norm]) -> list[Tally]:
    found = [t for t in tallies(store, asked.filters, asked.which, by) if t.counted]
    if by == "clause":
        order = {key: n for n, key in enumerate(clauses)}
        found.sort(key=lambda t: (order.get(t.one, len(order) + (not t.one)), t.one))
    if by == "severity":
        found.sort(key=lambda t: SEVERITIES.index(t.one))
    return found[::-1] if by == "month" else found


def _complete(store: Store, asked: Asked) -> Completeness:
    summed = Completeness(None, None, 0, 0, 0, 0, 0)
    for each in completeness(store, asked.filters, "month"):
        agencies = asked.at.get("agency")
        if not agencies or (each.agency or "") in agencies:
            summed = replace(
                summed,
                dialled=summed.dialled + each.dialled,
                answered=summed.answered + each.answered,
                recorded=summed.recorded + each.recorded,
                audited=summed.audited + each.audited,
                cannot_tell=summed.cannot_tell + each.cannot_tell,
            )
    return summed
