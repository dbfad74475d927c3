"""Every promise about being right, measured in one run and printed with its goal.

    python benchmarks/judgement.py --data FOLDER [--pack NAME|FOLDER] [--jobs N] [--only SET] [--list] [FILE…]

``--data`` holds ``corpus/*.jsonl`` (labelled lines in families), ``gold/dev`` (whole calls), ``gold/utterances-dev.jsonl``,
``data/cold/dev.csv`` (COLDataset) and ``data/helpdesk/turns.jsonl``; what is not there is left out. Each further FILE is a set
of labelled lines or calls that nobody tuned with, and gets rows of its own. ``--only`` measures the sets whose name holds these
words; ``--list`` also prints every miss and false alarm of theirs.

How it is counted (see docs/scoring.md):

- Precision is of confirmed findings; every finding that the label does not name is false, also on lines that break another rule.
- Recall is the mean over categories, once of what was confirmed, once with what was only suspected.
- Innocent lines are those labelled compliant or near_miss; a critical finding on one counts even if it is only suspected.
- COLDataset's texts are judged as an agent's words to a verified debtor. The rows of ``cold-aimed.txt`` insult the person
  spoken to; the label of the rest is about groups of people, so no recall is taken of them.
- Held back are the families in ``held-back.txt`` (drawn by ``split.py``). Earlier versions of the pack were tuned with sight of
  most of them: for figures that nobody tuned towards, pass unseen files.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from auditor.evaluation.gold import read_cases
from auditor.evaluation.judging import judge_all
from auditor.evaluation.lines import read_line
from auditor.evaluation.metrics import Interval, Judged, agreement, compare, mean, share, wilson
from auditor.evaluation.reference import Case
from auditor.evaluation.result import Result, differences, measure
from auditor.rules.pack import DEFAULT
from auditor.speech.transcripts.node import Node

HERE = Path(__file__).parent
INSULTS = frozenset({"insult", "insult_severe"})


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure and what it has to reach; ``goal`` is ``None`` where it is only for information."""

    part: str
    what: str
    value: float | None
    shown: str
    goal: float | None = None
    at_most: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; ``None`` where there is none, or nothing was measured."""
        if self.goal is None or self.value is None:
            return None
        return self.value <= self.goal if self.at_most else self.value >= self.goal


def rate(part: str, what: str, n: int, of: int, goal: float | None = None, at_most: bool = False) -> Bar:
    """A share, shown with its counts and 95 % interval."""
    value, interval = share(n, of), wilson(n, of)
    shown = "–" if value is None else f"{value:.1%}  ({n}/{of}, {spread(interval)})"
    return Bar(part, what, value, shown, goal, at_most)


def average(part: str, what: str, value: float | None, goal: float | None = None) -> Bar:
    """A mean over categories."""
    return Bar(part, what, value, "–" if value is None else f"{value:.1%}", goal)


def spread(interval: Interval | None) -> str:
    return "–" if interval is None else f"{interval[0]:.1%}–{interval[1]:.1%}"


def on_lines(part: str, judged: Sequence[Judged], pack: str, goals: bool) -> Iterator[Bar]:
    """The bars of labelled lines: the same for tuned, held-back and unseen ones."""
    result = measure(judged, pack)
    total, marked, innocent = result.total, result.marked, result.innocents
    yield rate(
        part, "confirmed precision", total.confirmed, total.confirmed + total.false_confirmed, 0.90 if goals else None
    )
    yield average(part, "recall by category, confirmed", mean(t.recall for t in marked), 0.60 if goals else None)
    yield average(
        part, "recall by category, with suspected", mean(t.recall_any for t in marked), 0.60 if goals else None
    )
    yield rate(
        part, "innocent lines with a critical finding", innocent.critical, innocent.lines, 0.01 if goals else None, True
    )
    yield rate(part, "innocent lines with a confirmed finding", innocent.confirmed, innocent.lines)
    yield rate(part, "innocent lines with any finding", innocent.any, innocent.lines)
    yield from on_customers(part, judged, pack, goals)


def on_customers(part: str, judged: Sequence[Judged], pack: str, goals: bool) -> Iterator[Bar]:
    """Who customers' lines show to be on the line, the reasons and the flags that they show.

    The goal for the party is that of third-parties.jsonl, whose lines show it; in other files it mostly comes from before.
    """
    lines = [j for j in judged if j.case.line is not None and j.case.call.utterances[j.case.line].speaker == "customer"]
    showing = [j for j in lines if Path(j.case.source).name == "third-parties.jsonl"]
    for what, some, goal in (("third-parties.jsonl", showing, 0.90), ("all", lines, None)):
        pairs = measure(some, pack).party.values()
        if pairs:
            yield rate(part, f"party on customers' lines, {what}", *agreement(pairs), goal if goals else None)
    yield from on_facts(part, measure(lines, pack), goals)


def on_facts(part: str, result: Result, goals: bool = False) -> Iterator[Bar]:
    """Delinquency reason, customer flags and promises to pay, which are right where amount and day both are."""
    for facts in result.facts.values():
        yield rate(part, "delinquency reason or none", *facts.reasons, 0.90 if goals else None)
        yield rate(part, "delinquency reason, where given", *facts.reasons_heard)
        yield f1(part, "customer flags", facts.flags, facts.flags_f1, 0.85 if goals else None)
        if any(facts.promised):
            yield f1(part, "promise to pay, amount and day", facts.promised, facts.promised_f1, 0.90 if goals else None)
            yield rate(part, "promise or none", *facts.promises)


def f1(part: str, what: str, counts: tuple[int, int, int], measured: float | None, goal: float | None = None) -> Bar:
    """A harmonic mean of precision and recall, with what was counted: right, wrong, missed."""
    right, wrong, missed = counts
    shown = "–" if measured is None else f"{measured:.1%}  (right {right}, wrong {wrong}, missed {missed})"
    return Bar(part, f"{what}: F1", measured, shown, goal)


def on_calls(part: str, result: Result) -> Iterator[Bar]:
    """The bars of whole calls."""
    total = result.total
    yield rate(part, "violations: confirmed precision", total.confirmed, total.confirmed + total.false_confirmed)
    yield rate(part, "violations: recall, confirmed", total.confirmed, total.marks)
    yield rate(part, "violations: recall, with suspected", total.confirmed + total.suspected, total.marks)
    whole = total.f1
    yield Bar(part, "violations: F1, confirmed", whole, "–" if whole is None else f"{whole:.1%}")
    yield rate(part, "steps", *agreement(result.steps.values()))
    yield rate(part, "party", *agreement(result.party.values()))
    yield from on_facts(part, result)


def on_utterances(part: str, judged: Sequence[Judged], pack: str) -> Iterator[Bar]:
    """The bars of the development utterances: recall over all of them, and no critical finding on an innocent one."""
    result = measure(judged, pack)
    total, innocent = result.total, result.innocents
    yield rate(
        part, "recall of the right category, with suspected", total.confirmed + total.suspected, total.marks, 0.75
    )
    yield rate(part, "recall of the right category, confirmed", total.confirmed, total.marks)
    critical = innocent.critical
    yield Bar(part, "innocent lines with a critical finding", critical, f"{critical} of {innocent.lines}", 0, True)
    yield rate(part, "innocent lines with any finding", innocent.any, innocent.lines)


def on_offence(part: str, judged: Sequence[Judged]) -> Iterator[Bar]:
    """False alarms of the insult rules on texts that nobody finds offensive, and recall on insults aimed at a person."""
    aimed = {int(row) for row in listed("cold-aimed.txt")}
    safe = [j for j in judged if j.case.family == "0"]
    targets = [j for j in judged if int(j.case.call.call_id) in aimed]
    for what, statuses in (("confirmed", {"confirmed"}), ("any", {"confirmed", "suspected"})):
        n = sum(any(f.category in INSULTS and f.status in statuses for f in j.findings) for j in safe)
        value = share(1000 * n, len(safe))
        shown = "–" if value is None else f"{value:.2f}  ({n}/{len(safe)})"
        yield Bar(part, f"insult false alarms per 1,000 safe lines, {what}", value, shown, 5.0, True)
        n = sum(any(f.category in INSULTS and f.status in statuses for f in j.findings) for j in targets)
        yield rate(part, f"recall on insults aimed at a person, {what}", n, len(targets))


def on_helpdesk(part: str, judged: Sequence[Judged]) -> Iterator[Bar]:
    """Polite lines that must stay clean."""
    for what, statuses in (("confirmed", {"confirmed"}), ("any", {"confirmed", "suspected"})):
        n = sum(any(f.status in statuses for f in j.findings) for j in judged)
        yield Bar(part, f"lines with a finding, {what}", n, f"{n} of {len(judged)}", 2, True)


def listed(name: str) -> frozenset[str]:
    """The entries of a committed list."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def innocent_line(text: str, name: str, family: str, source: Path) -> Case:
    """An agent's words that no label speaks about."""
    line: dict[str, Any] = {"id": name, "text": text, "label": "compliant", "family": family}
    return read_line(Node(line, f"{source}:{name}"), str(source), name)


def offence(path: Path) -> list[Case]:
    """COLDataset's texts, with the label as the family."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [innocent_line(r["TEXT"], str(n), r["label"], path) for n, r in enumerate(csv.DictReader(file), 1)]


def helpdesk(path: Path) -> list[Case]:
    """Helpdesk turns."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [innocent_line(row["text"], row["id"], "", path) for row in rows]


def all_cases(data: Path, unseen: Sequence[Path]) -> dict[str, list[Case]]:
    """Every set that is there, by name."""
    held = listed("held-back.txt")
    corpus = [case for path in sorted((data / "corpus").glob("*.jsonl")) for case in read_cases(path)]
    sets = {
        "corpus, tuned": [c for c in corpus if c.family not in held],
        "corpus, held back": [c for c in corpus if c.family in held],
        "gold/dev": [case for path in sorted((data / "gold" / "dev").glob("*.json")) for case in read_cases(path)],
    }
    readers = (
        ("utterances-dev", data / "gold" / "utterances-dev.jsonl", lambda path: list(read_cases(path))),
        ("cold/dev", data / "data" / "cold" / "dev.csv", offence),
        ("helpdesk", data / "data" / "helpdesk" / "turns.jsonl", helpdesk),
    )
    sets |= {name: read(path) for name, path, read in readers if path.exists()}
    sets |= {f"unseen: {path.name}": list(read_cases(path)) for path in unseen}
    return {name: cases for name, cases in sets.items() if cases}


def bars(name: str, judged: Sequence[Judged], pack: str) -> Iterator[Bar]:
    """The bars of one set."""
    if name == "cold/dev":
        yield from on_offence(name, judged)
    elif name == "helpdesk":
        yield from on_helpdesk(name, judged)
    elif name == "utterances-dev":
        yield from on_utterances(name, judged, pack)
    elif judged[0].case.line is None:
        yield from on_calls(name, measure(judged, pack))
    else:
        yield from on_lines(name, judged, pack, goals=name != "corpus, tuned")


def main() -> int:
    """Print the table; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(description="How right the machine is, against every goal.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pack", default=str(DEFAULT))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", metavar="SET")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("unseen", type=Path, nargs="*", metavar="FILE")
    given = parser.parse_args()
    sets = {name: cases for name, cases in all_cases(given.data, given.unseen).items() if given.only in name}
    if not sets:
        parser.error(f"nothing to measure in {given.data}")
    cases = [case for group in sets.values() for case in group]
    progress = Console(stderr=True)
    with Progress(console=progress, transient=True) as watched:
        task = watched.add_task("judging", total=len(cases))
        judged = judge_all(cases, given.pack, given.jobs, lambda: watched.advance(task))
    table = Table("set", "figure", "measured", "goal", "")
    missed = start = 0
    for name, group in sets.items():
        for bar in bars(name, judged[start : start + len(group)], judged[0].audit.pack):
            goal = "" if bar.goal is None else f"{'≤' if bar.at_most else '≥'} {bar.goal:g}"
            missed += bar.reached is False
            table.add_row(
                bar.part, bar.what, bar.shown, goal, {True: "reached", False: "MISSED", None: ""}[bar.reached]
            )
        table.add_section()
        start += len(group)
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(f"pack {judged[0].audit.pack}, {len(cases)} calls and lines")
    if given.list:
        for one in judged:
            for d in differences(compare(one)):
                print(d.outcome, d.category, f"{d.rule_id}/{d.severity}", d.call_id, f"“{d.quote}” | {d.said}")
    console.print(table)
    console.print(f"{missed} goals missed" if missed else "every goal reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
