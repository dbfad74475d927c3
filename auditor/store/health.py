"""Whether a home is sound: what ``doctor`` asks."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import HomeError
from auditor.store import catalog
from auditor.store.home import MINIMUM_FREE, Home
from auditor.store.ledger import Ledger, verify_chain
from auditor.store.tables import files, schemas


def problems(home: Home) -> list[str]:
    """Everything that is wrong with a home, each in one sentence with the way out; empty where all is well."""
    found: list[str] = []
    if home.free_bytes < MINIMUM_FREE:
        found.append(f"{home.path}：磁盘只剩 {home.free_bytes / 2**20:.0f} MB。请清理磁盘。")
    try:
        with Ledger(home) as ledger, ledger.reading() as db:
            damage = [str(line) for (line,) in db.execute("PRAGMA quick_check").fetchall() if line != "ok"]
            broken = verify_chain(db)
            segments = catalog.segments_in_use(db)
    except HomeError as error:
        return [*found, str(error)]
    if damage:
        found.append(f"{home.ledger}：账本已损坏（{damage[0]}）。请从备份恢复这个文件。")
    if broken is not None:
        found.append(f"{home.ledger}：事件日志从第 {broken} 条起被改动过。请与备份比对，并查明是谁改的。")
    missing = [path for table in schemas() for path in files(home, table, segments) if not Path(path).is_file()]
    if missing:
        found.append(f"{missing[0]}：数据文件不见了（共 {len(missing)} 个）。请从备份恢复归档目录。")
    return found
