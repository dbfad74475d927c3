"""What judging calls across calls costs beside grouping them.

    python benchmarks/cases.py [--calls 100000] [--home CALLS]

One run, one core, made-up call records (fixed seed): customers with one to a few dozen calls over thirty days, attempts, numbers shared by
several, refusals, promises, payments, minor findings. The baseline is the least that any such count needs: one pass that puts the
calls of each debtor and day together in a plain dictionary and counts them. Both are timed several times, in turn, and the best counts. The
second table judges a quarter, a half and all of the calls: the time for a call should stay as it is.

``--home`` also stores so many calls in a new home, recounts all of it, and then again after one more call came in.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from time import perf_counter, thread_time

from rich.console import Console
from rich.table import Table

from auditor.models import (
    Audit,
    Call,
    Facts,
    Finding,
    Flag,
    Metadata,
    Party,
    PartyKind,
    Payment,
    Promise,
    Scorecard,
    Utterance,
)
from auditor.recount import recount
from auditor.rules.pack import load_pack
from auditor.scoring.cases import judge_cases
from auditor.scoring.together import CallRecord
from auditor.store import catalog, segments
from auditor.store.home import Home
from auditor.store.keys import Keys
from auditor.store.ledger import Ledger

CHINA = timezone(timedelta(hours=8))
FIRST = datetime(2026, 10, 1, 8, 0, tzinfo=CHINA)
PARTIES: tuple[tuple[PartyKind, int], ...] = (
    ("debtor_verified", 60), ("debtor_unverified", 15), ("third_party", 12), ("wrong_number", 5), ("voicemail", 8),
)  # fmt: skip
TIMES = 5


def made(count: int) -> list[CallRecord]:
    """So many calls in no order; about seven for a customer."""
    chance = random.Random(20261101)
    parties = [party for party, weight in PARTIES for _ in range(weight)]
    slip = (
        Finding("f", "r", "service_attitude", "minor", "confirmed", 1, (), (0, 1), "哼", 0.0, 1.0, "phrase", "", ()),
    )
    calls = []
    for n in range(count):
        customer = int(chance.paretovariate(1.2) * count / 40) % max(count // 7, 1)
        at = FIRST + timedelta(days=chance.randrange(30), seconds=chance.randrange(14 * 3600))
        metadata = Metadata(
            started_at=at, direction="outbound", agent_id=f"K{chance.randrange(200)}", customer_id=f"U{customer}",
            callee_number_hash=f"h{customer}-{chance.randrange(3)}", institution="晴川银行", region="CN",
            answered=chance.random() < 0.7, payments=(Payment(at.date(), Decimal(100)),) if chance.random() < 0.1 else None,
        )  # fmt: skip
        facts = Facts()
        if chance.random() < 0.1:
            facts = Facts(promise=Promise(Decimal(500), None, at.date() + timedelta(days=3), 4))
        elif chance.random() < 0.05:
            facts = Facts(customer_flags=(Flag("stop_contact_request", 3, "别再打了"),))
        found = slip if chance.random() < 0.05 else ()
        calls.append(CallRecord(f"C{n}", metadata, chance.choice(parties), facts, found))
    return calls


def counted(calls: Sequence[CallRecord]) -> int:
    """The baseline: how many debtor-days have more than three answered calls."""
    days: defaultdict[tuple[str | None, date], int] = defaultdict(int)
    for call in calls:
        started = call.metadata.started_at
        if call.metadata.answered and started is not None:
            days[call.metadata.customer_id, started.astimezone(CHINA).date()] += 1
    return sum(n > 3 for n in days.values())


def best(*work: Callable[[], object]) -> list[float]:
    """The best processor time of each, in seconds."""
    times: list[list[float]] = [[] for _ in work]
    for _ in range(TIMES):
        for each, do in zip(times, work, strict=True):
            began = thread_time()
            do()
            each.append(thread_time() - began)
    return [min(each) for each in times]


def at_home(calls: Sequence[CallRecord]) -> tuple[float, float]:
    """Seconds to recount a whole home of these calls, and to recount it after one more came in."""
    pack = load_pack()
    *before, late = calls
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        home = Home.open(Path(folder, "home"))
        seconds = []
        for portion in (before, [late]):
            with Ledger(home) as ledger:
                for start in range(0, len(portion), 2000):
                    results = [stored(each) for each in portion[start : start + 2000]]
                    segment, entries = segments.write(home, ledger, results, datetime.now(UTC))
                    with ledger.writing() as db:
                        catalog.add(db, segment, entries, datetime.now(UTC))
            began = perf_counter()
            recount(home, pack, datetime.now(UTC))
            seconds.append(perf_counter() - began)
    return seconds[0], seconds[1]


def stored(record: CallRecord) -> segments.CallResult:
    """The record as a run stores a call; an attempt says nothing."""
    said = () if record.metadata.answered is False else (Utterance("agent", 0.0, 1.0, "您好"),)
    call = Call(record.call_id, record.metadata, said, source=record.call_id, source_hash=record.call_id)
    card = Scorecard(Decimal(100), "excellent", False, ())
    audit = Audit(record.call_id, "made", "0", Party(record.party, ()), record.facts, record.findings, (), card)
    return segments.CallResult(call, audit, Keys(record.call_id, record.call_id, record.call_id))


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--home", type=int, default=0, metavar="CALLS")
    given = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 120)
    pack, calls = load_pack(), made(given.calls)
    found = judge_cases(calls, pack)
    grouped, judged = best(lambda: counted(calls), lambda: judge_cases(calls, pack))
    console.print(
        f"{len(calls):,} calls, {len(found.findings):,} findings, {len(found.promises):,} promises, pack {pack.id}"
    )
    table = Table("", "seconds", "µs a call", "ratio")
    table.add_row("count by debtor and day (baseline)", f"{grouped:.3f}", f"{grouped / len(calls) * 1e6:.1f}", "1.0")
    table.add_row(
        "all checks across calls", f"{judged:.3f}", f"{judged / len(calls) * 1e6:.1f}", f"{judged / grouped:.1f}"
    )
    console.print(table)
    growth = Table("calls", "seconds", "µs a call")
    for share in (4, 2, 1):
        some = made(given.calls // share)
        (seconds,) = best(lambda some=some: judge_cases(some, pack))  # type: ignore[misc]
        growth.add_row(f"{len(some):,}", f"{seconds:.3f}", f"{seconds / len(some) * 1e6:.1f}")
    console.print(growth)
    if given.home:
        whole, late = at_home(made(given.home))
        console.print(f"home of {given.home:,} calls: recounted in {whole:.1f} s; after one more call in {late:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
