"""When a finding was first made: a call that was audited again keeps the day on which its breach came to light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from auditor.store.tables import files
from auditor.store.violations import Clocked, Violation


@dataclass(frozen=True, slots=True)
class First:
    """The earliest result that holds a finding: when it was stored (UTC, without an offset), and what had judged the call."""

    result: int
    stored_at: datetime
    pack: str
    code_version: str


def first_found(store: Store, found: Sequence[Violation | Clocked]) -> dict[str, First]:
    """For each finding, by its id, the earliest stored result of its call that already had it."""
    firsts = {v.finding_id: First(v.result, v.stored_at, v.pack, v.code_version) for v in found}
    calls = {v.call_id for v in found}
    earlier: dict[str, list[int]] = {}
    with Ledger(store.home) as ledger, ledger.reading() as db:
        for result, call_id, segment in db.execute(
            "SELECT result, call_id, segment FROM results WHERE superseded = 1 ORDER BY result DESC"
        ):
            if call_id in calls:
                earlier.setdefault(str(segment), []).append(int(result))
    sql = """SELECT f.result, f.finding_id, epoch_us(c.stored_at) AS stored_at, c.pack, c.code_version
             FROM read_parquet($findings) f JOIN read_parquet($calls) c USING (result)
             WHERE f.result IN (SELECT unnest($results)) AND f.finding_id IN (SELECT unnest($ids))"""
    for segment, results in earlier.items():
        values = {"results": results, "ids": sorted(firsts)}
        paths = {table: files(store.home, table, [segment]) for table in ("findings", "calls")}
        for row in store.ask(sql, {**values, **paths}):
            at = datetime.fromtimestamp(row["stored_at"] / 1e6, UTC).replace(tzinfo=None)
            if at < firsts[row["finding_id"]].stored_at:
                firsts[row["finding_id"]] = First(row["result"], at, row["pack"], row["code_version"])
    return firsts
