"""How long reports of many violations take, and how much memory: ``python -m benchmarks.reports [--findings 100000]``.

A home of that many made-up violations, five a call, is made in a temporary folder; each report is then written by a
process of its own, held to one core where the system allows it. Figures: seconds, seconds that the core worked on it (the same where the
machine does nothing else), the process's largest memory, the file's size. The workbook's limit is 60 s of one core for 100,000 violations,
the PDF's 10 s for 300.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from auditor.models import CATEGORIES, SEVERITIES, Audit, Call, Facts, Finding, Metadata, Party, Scorecard, Utterance
from auditor.rules.pack import DEFAULT, Pack, load_pack
from auditor.speech.transcripts import read_calls
from auditor.store import catalog, decisions, segments
from auditor.store.decisions import Decision
from auditor.store.home import Home
from auditor.store.keys import Keys
from auditor.store.ledger import Ledger

SAMPLES = Path(__file__).parent.parent / "samples" / "text-calls.jsonl"
BEGIN = datetime(2026, 10, 5, 1, tzinfo=UTC)
A_CALL = 5
A_SEGMENT = 2_000
DECIDED = 20
"""Of so many findings, people ruled on one."""
LIMITS = {"xlsx": 60.0, "pdf": 10.0}


def make(folder: Path, findings: int, seed: int = 7) -> Home:
    """A home of this many violations, five a call, one of twenty decided."""
    home = Home.open(folder)
    pack = load_pack(DEFAULT)
    home.archive_pack(pack.hash, pack.files)
    results = _results(pack, findings // A_CALL, random.Random(seed))
    with Ledger(home) as ledger:
        while some := [result for result, _ in zip(results, range(A_SEGMENT), strict=False)]:
            segment, entries = segments.write(home, ledger, some, BEGIN)
            with ledger.writing() as db:
                catalog.add(db, segment, entries, BEGIN)
                for n, result in enumerate(some):
                    found = result.audit.findings[0]
                    if n % (DECIDED // A_CALL) == 0:
                        body = {"reason": "听过录音", "finding": found}
                        decision = Decision(
                            result.call.call_id, "finding", found.finding_id, "upheld", "qa1", BEGIN, body
                        )
                        decisions.record(db, decision, 0)
    return home


def _results(pack: Pack, calls: int, chance: random.Random) -> Iterator[segments.CallResult]:
    said = [c.utterances for c in read_calls(SAMPLES) if len(c.utterances) > A_CALL]
    clauses = sorted(pack.norms)
    rules = pack.rules
    for number in range(calls):
        heard = said[number % len(said)]
        # no two calls say the same, so that nothing is gained by remembering texts
        heard = tuple(replace(u, text=f"{u.text}{_two(chance)}") for u in heard)
        call_id = f"C{number:07}"
        found = tuple(
            _finding(n, heard, clauses, rules[chance.randrange(len(rules))].message, chance) for n in range(A_CALL)
        )
        metadata = Metadata(
            started_at=BEGIN + timedelta(minutes=number), agent_id=f"A{number % 300:03}", agent_name="坐席", team=f"{number % 12}组",
            case_id=f"D{number:08}", institution="晴川银行", agency=("甲外包", None, "乙外包")[number % 3], region="CN",
        )  # fmt: skip
        call = Call(call_id, metadata, heard, "Hans", f"{call_id}.json", f"{number:064x}", heard[-1].end)
        card = Scorecard(Decimal(50), "fail", False, ())
        audit = Audit(call_id, pack.id, "0.1.0", Party("debtor_verified", ()), Facts(), found, (), card)
        yield segments.CallResult(call, audit, Keys(f"h{number}", f"w{number}", f"a{number}"))


def _two(chance: random.Random) -> str:
    return chr(0x4E00 + chance.randrange(20_000)) + chr(0x4E00 + chance.randrange(20_000))


def _finding(n: int, heard: tuple[Utterance, ...], clauses: list[str], why: str, chance: random.Random) -> Finding:
    place = chance.randrange(len(heard))
    said = heard[place]
    cites = tuple(sorted(chance.sample(clauses, chance.randint(1, 4)), key=clauses.index))
    return Finding(
        f"{chance.getrandbits(64):016x}", f"rule-{n}", chance.choice(CATEGORIES), SEVERITIES[chance.randrange(4)],
        ("confirmed", "suspected")[n % 2], place, (), (0, len(said.text)), said.text, said.start, said.end, "phrase", why, cites,
    )  # fmt: skip


def written(home: Path, form: str, target: Path) -> tuple[float, float, float]:
    """Seconds, seconds of the core, and MiB of memory at most, of the process that writes a report."""
    command = [sys.executable, "-m", "auditor", "report", "violations", "--home", str(home), "--format", form]
    before = time.monotonic()
    process = subprocess.Popen([*command, "-o", str(target)], stdout=subprocess.DEVNULL, preexec_fn=_one_core)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{form}: exit status {status}")
    return time.monotonic() - before, used.ru_utime + used.ru_stime, _mebibytes(used)


def _mebibytes(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def main() -> None:
    """Make the homes, write the reports, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=300, help="violations in the PDF and HTML")
    parser.add_argument("--folder", type=Path, help="where to make the homes, or find them made")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        folder = asked.folder or Path(aside)
        homes = {}
        for findings in (asked.findings // 10, asked.findings, asked.pages):
            homes[findings] = folder / str(findings)
            if not homes[findings].exists():
                make(homes[findings], findings)
        print("format             violations   seconds  of a core      MiB   file MiB")
        for form, findings in (
            ("xlsx", asked.findings // 10), ("xlsx", asked.findings), ("csv", asked.findings), ("json", asked.findings),
            ("html", asked.pages), ("pdf", asked.pages),
        ):  # fmt: skip
            target = folder / f"report-{findings}.{form}"
            target.unlink(missing_ok=True)
            seconds, core, memory = written(homes[findings], form, target)
            size = target.stat().st_size / 2**20
            limit = LIMITS.get(form)
            told = "" if limit is None else f"   limit {limit:g} s: {'kept' if core < limit else 'BROKEN'}"
            print(
                f"{form:<16}{findings:>13,}{seconds:>10.1f}{core:>11.1f}{memory:>9.0f}{size:>11.1f}{told}", flush=True
            )


if __name__ == "__main__":
    main()
