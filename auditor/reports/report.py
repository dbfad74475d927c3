"""A violation report: its figures, its violations one by one, and the language it is told in, ready for any writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.reports.figures import Asked, Figures, figures
from auditor.reports.items import Item, items
from auditor.reports.violations import norms_of
from auditor.reports.wording import Wording
from auditor.rules.norms import Norm
from auditor.store.operations import in_force
from auditor.store.queries import Store


@dataclass(frozen=True, slots=True)
class Report:
    """What writers write. ``items`` reads the violations anew each time it is called, piece by piece."""

    figures: Figures
    wording: Wording
    items: Callable[[], Iterator[Item]]
    language: str = "zh"


def violation_report(store: Store, asked: Asked, texts: Mapping[str, str], language: str = "zh") -> Report:
    """The report that is asked for.

    Args:
        store: within the scope of whoever asks; open while the report is written.
        asked: what is to be reported.
        texts: the texts of the language by dotted key.
        language: its code.
    """
    clauses: dict[str, Norm] = {}
    for pack in in_force(store, "pack", asked.filters):
        for key, norm in norms_of(store.home, pack.version).items():
            clauses.setdefault(key, norm)
    return Report(
        figures(store, asked, clauses),
        Wording(texts, clauses),
        lambda: items(store, asked, clauses),
        language,
    )


def event_of(report: Report, form: str) -> dict[str, Any]:
    """What the event log says of a report that left the house."""
    f = report.figures
    asked = f.asked
    told = {
        "teams": asked.filters.teams, "regions": asked.filters.regions, "since": asked.filters.since,
        "until": asked.filters.until, "chosen": asked.at, "decided": asked.decided,
    }  # fmt: skip
    return {
        "by": asked.made_by,
        "what": "violation_report",
        "format": form,
        "filters": {name: value for name, value in told.items() if value},
        "unmasked": asked.unmask,
        "rows": f.listed,
    }
