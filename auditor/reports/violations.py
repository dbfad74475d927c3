"""The table of violations: one finding a row, with its call, its evidence, its clauses and what people decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from auditor.errors import NotFoundError
from auditor.reports.tables import Cell
from auditor.rules.norms import Norm, read_norms
from auditor.store.answers import Filters
from auditor.store.home import Home
from auditor.store.queries import Store
from auditor.store.violations import Violation, Which, violations
from auditor.text.masking import mask_id, mask_text

COLUMNS: tuple[str, ...] = (
    "call", "started", "agent", "agent_name", "team", "institution", "agency", "region", "product", "case",
    "category", "severity", "clauses", "quote", "at", "machine", "machine_category", "decision", "decided_by",
    "decided_at", "counts_as", "rule", "pack", "code_version", "finding",
)  # fmt: skip
ROWS_AT_ONCE = 5000
CLOCK = timedelta(hours=8)
"""All regions keep the same clock; stored moments are UTC."""

Name = Callable[[str, str], str]
"""What a reader calls a code of a kind (``category``, ``severity`` …)."""


def norms_of(home: Home, pack: str) -> Mapping[str, Norm]:
    """The clauses of the pack that an audit names; empty where the home no longer has it."""
    try:
        return _norms(home.archived_pack(pack.rpartition("+")[2]))
    except NotFoundError:
        return {}


@lru_cache(maxsize=20)
def _norms(folder: Path) -> Mapping[str, Norm]:
    return read_norms(folder)


def cited(keys: Iterable[str], norms: Mapping[str, Norm]) -> str:
    """Clauses as a reader cites them, each with how far its text was verified: ``… 第 41 条 [V2]``."""
    return "；".join(f"{norms[key].label} [{norms[key].verification}]" if key in norms else key for key in keys)


def rows(
    store: Store, filters: Filters, which: Which, name: Name, ids: tuple[str, ...] | None = None
) -> Iterator[tuple[Cell, ...]]:
    """The rows of the table, in the order in which findings were stored; personal data masked. Read piece by piece."""
    after = (-1, "")
    while found := violations(store, filters, which, ids=ids, limit=ROWS_AT_ONCE, after=after):
        for each in found:
            yield _row(each, norms_of(store.home, each.pack), name)
        after = (found[-1].result, found[-1].finding_id)


def _row(v: Violation, norms: Mapping[str, Norm], name: Name) -> tuple[Cell, ...]:
    cells: dict[str, Cell] = {
        "call": v.call_id,
        "started": moment(v.started_at),
        "agent": v.agent_id,
        "agent_name": v.agent_name,
        "team": v.team,
        "institution": v.institution,
        "agency": v.agency,
        "region": name("region", v.region or ""),
        "product": name("product", v.product or ""),
        "case": mask_id(v.case_id or ""),
        "category": name("category", v.category),
        "severity": name("severity", v.severity),
        "clauses": cited(v.cites, norms),
        "quote": mask_text(v.quote),
        "at": "" if v.start is None else f"{int(v.start) // 60}:{int(v.start) % 60:02d}",
        "machine": name("status", v.status) if v.by_machine else "",
        "machine_category": name("category", v.machine_category) if v.by_machine else "",
        "decision": name("standing", v.decision or "undecided"),
        "decided_by": v.decided_by,
        "decided_at": moment(None if v.decided_at is None else v.decided_at + CLOCK),
        "counts_as": name("effective_status", v.effective_status),
        "rule": v.rule_id,
        "pack": v.pack,
        "code_version": v.code_version,
        "finding": v.finding_id,
    }
    return tuple(cells[column] for column in COLUMNS)


def moment(at: datetime | None) -> str:
    """A moment as spreadsheets read it; nothing where it is unknown."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S}"
