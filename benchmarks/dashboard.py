"""How long the store keeps a page waiting, alone and with ten reviewers at once, over a home of many calls.

    python -m benchmarks.dashboard FOLDER [--calls 200000] [--decided 20000] [--seed 1]

The home is made in FOLDER where it is not there yet (some minutes). Each read is timed several times after a first one, over all
calls and over filters. Then ten threads read and decide, each after two to six seconds of thought; what one decides the next reads
of all have to see. A click is two lists, a call and a decision.
Pages themselves are not timed here.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from auditor.store import decisions
from auditor.store.answers import EVERY_CALL, Filters
from auditor.store.decisions import Decision
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from auditor.store.search import search
from benchmarks.synthetic_home import BEGIN, DAYS, make

TIMES, REVIEWERS, CLICKS, THINKING = 5, 10, 8, (2.0, 6.0)
CHOSEN = {
    "all": EVERY_CALL,
    "a team": Filters(teams=("01组",)),
    "a week": Filters(since=date(2026, 3, 2), until=date(2026, 3, 8)),
    "a category": Filters(categories=("insult",)),
    "a band": Filters(bands=("fail",)),
}


def reads(store: Store) -> dict[str, Callable[[Filters], object]]:
    """What pages ask."""
    return {
        "overview": store.overview,
        "scores": store.score_distribution,
        "violations": store.violations_by_category,
        "steps": store.steps_missed,
        "trend": store.trend,
        "worst 50": lambda f: store.calls(f, order="worst", limit=50),
        "riskiest 50": lambda f: store.calls(f, order="riskiest", limit=50),
        "choices": lambda _: store.choices(),
        "cases": store.cases,
        "search, two characters": lambda f: search(store, ["起诉"], f),
        "search, nothing found": lambda f: search(store, ["不存在的词"], f),
    }


def timed(job: Callable[[], object]) -> float:
    """Seconds that it takes."""
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def together(store: Store, seed: int) -> list[float]:
    """Seconds of each click of ten reviewers at once: the lists, a call and a decision."""
    listed = [row.call_id for row in store.calls(order="riskiest", limit=REVIEWERS * CLICKS)]
    taken: list[float] = []

    def review(number: int) -> None:
        chance = random.Random(seed + number)
        with Ledger(store.home) as ledger:
            for n, call_id in enumerate(listed[number::REVIEWERS]):
                chosen = chance.choice(list(CHOSEN.values()))
                at = BEGIN + timedelta(days=DAYS + 1, seconds=n)

                def click(call_id: str = call_id, chosen: Filters = chosen, at: object = at) -> None:
                    store.overview(chosen)
                    store.calls(chosen, order="riskiest", limit=50)
                    store.call(call_id)
                    with ledger.writing() as db:
                        seen = decisions.history(db, call_id, "step", "closing")
                        step = Decision(call_id, "step", "closing", "done", f"qa{number}", at, {"reason": ""})  # type: ignore[arg-type]
                        decisions.record(db, step, seen[-1].version if seen else 0)

                time.sleep(chance.uniform(*THINKING))
                taken.append(timed(click))

    threads = [threading.Thread(target=review, args=(n,)) for n in range(REVIEWERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def quantile(values: list[float], share: float) -> str:
    """In milliseconds."""
    return f"{1000 * sorted(values)[min(len(values) - 1, int(share * len(values)))]:,.0f}"


def memory() -> int:
    """MiB that this process holds."""
    (line,) = [x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("VmRSS")]
    return int(line.split()[1]) // 1024


def main() -> None:
    """Time and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--calls", type=int, default=200_000)
    parser.add_argument("--decided", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    console = Console()
    with Store(make(asked.folder, asked.calls, asked.decided, asked.seed)) as store:
        console.print(f"first read {timed(store.count):.1f} s, {memory():,} MiB")
        console.print(f"first search {timed(lambda: search(store, ['起诉'])):.1f} s, {memory():,} MiB")
        table = Table("read", *(f"{name}: p50 / p95 ms" for name in CHOSEN))
        for name, read in reads(store).items():
            cells = []
            for chosen in CHOSEN.values():
                read(chosen)
                taken = [timed(lambda: read(chosen)) for _ in range(TIMES)]  # noqa: B023
                cells.append(f"{quantile(taken, 0.5)} / {quantile(taken, 0.95)}")
            table.add_row(name, *cells)
        console.print(table)
        taken = together(store, asked.seed)
        console.print(
            f"{REVIEWERS} at once, {len(taken)} clicks: p50 {quantile(taken, 0.5)}, p95 {quantile(taken, 0.95)} ms"
        )
        console.print(f"{memory():,} MiB")


if __name__ == "__main__":
    main()
