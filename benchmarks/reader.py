"""What the second reader adds to the rules, on lines and calls that it did not learn from.

    python -m benchmarks.reader [--data FOLDER] [--pack NAME|FOLDER] [--jobs N] [--weights FILE]

``--data`` as for ``train_reader.py``; without it, only ``samples/lines/unseen.jsonl`` and the cost are measured.

- Recall: of an agent's violating lines, those with a finding of the right category: confirmed by rules, by rules at all, by rules or
  the reader. Beside it, whatever the category.
- False: of 100 innocent lines (compliant and near-miss), those that rules find something on, and those that the reader adds.
- Calls: an agent's turns that nobody marked, with a suspicion of the reader; and marked turns that it adds.
- Chances: what the reader says and how often it was right, breaches weighed down to the share that chances are stated for.
- Cost: T is what spaCy's Chinese pipeline needs to cut the same calls into words (see ``text_audit.py``).

Goals: 15 points of recall over what rules confirm, at most one false suspicion of rules and reader together in 100 innocent lines
of the held-back families; on helpdesk turns at most 0.5 % suspected; nothing confirmed by the reader; at most 0.5 T.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from auditor.evaluation.gold import read_cases
from auditor.evaluation.judging import judge_all
from auditor.evaluation.metrics import Judged, compare, wilson
from auditor.evaluation.reference import Case
from auditor.models import Finding
from auditor.pipeline import scene_of, with_roles
from auditor.reader.read import rate
from auditor.reader.shipped import open_reader
from auditor.reader.train import PRIOR
from auditor.reader.weights import Weights
from auditor.rules.pack import DEFAULT, Pack, load_pack
from auditor.speech.transcripts import read_calls
from auditor.suspicions import KIND, suspicions
from benchmarks.judgement import helpdesk, offence
from benchmarks.reader_lines import CALLS, LINES, held_back, labelled
from benchmarks.text_audit import seconds

POINTS, FALSE, HELPDESK, COST = 0.15, 0.01, 0.005, 0.5


@dataclass(frozen=True, slots=True)
class Goal:
    """A promise and whether it was kept."""

    what: str
    shown: str
    kept: bool


def by_rules(finding: Finding) -> bool:
    return finding.matched_by != KIND


def confirmed(finding: Finding) -> bool:
    return finding.status == "confirmed"


def everything(_: Finding) -> bool:
    return True


def caught(judged: Sequence[Judged], counts: Callable[[Finding], bool], category: str | None = None) -> tuple[int, int]:
    """(marks met by a finding that counts, marks), of one category or all."""
    met = marks = 0
    for one in judged:
        for mark in one.case.reference.violations:
            if category in (None, mark.category):
                marks += 1
                met += any(f.category == mark.category and counts(f) for f in one.findings)
    return met, marks


def touched(judged: Iterable[Judged], counts: Callable[[Finding], bool]) -> int:
    """Lines with a finding that counts, whatever its category."""
    return sum(any(counts(f) for f in one.findings) for one in judged)


def percent(part: int, whole: int) -> str:
    return "–" if not whole else f"{part / whole:.1%}"


def lines(name: str, judged: Sequence[Judged], console: Console) -> tuple[float, float]:
    """Print a set of labelled lines; (points of recall that the reader adds to what is confirmed, share of false suspicions)."""
    table = Table(name, "lines", "rules confirm", "rules find", "rules + reader", "any finding: rules", "+ reader")
    bad = [j for j in judged if j.case.label == "violation"]
    groups: list[tuple[str, list[Judged], str | None]] = [("all", bad, None)]
    groups += [(s, [j for j in bad if j.case.call.script == s], None) for s in ("Hans", "Hant")]
    names = sorted({m.category for j in bad for m in j.case.reference.violations})
    groups += [(c, [j for j in bad if any(m.category == c for m in j.case.reference.violations)], c) for c in names]
    for label, group, category in groups:
        sure, marks = caught(group, confirmed, category)
        rules, both = caught(group, by_rules, category)[0], caught(group, everything, category)[0]
        shares = [percent(n, marks) for n in (sure, rules, both)]
        table.add_row(
            label, str(len(group)), *shares,
            percent(touched(group, by_rules), len(group)), percent(touched(group, everything), len(group)),
        )  # fmt: skip
        if label == "Hant":
            table.add_section()
    console.print(table)
    false = 0.0
    table = Table(
        f"{name}: innocent lines", "lines", "rules confirm", "rules suspect", "reader adds", "false suspicions"
    )
    for label, kinds in (("compliant + near miss", ("compliant", "near_miss")), ("compliant", ("compliant",))):
        group = [j for j in judged if j.case.label in kinds]
        wrong = [compare(j).alarms for j in group]
        sure = sum(any(confirmed(f) for f in alarms) for alarms in wrong)
        asked = sum(any(by_rules(f) and not confirmed(f) for f in alarms) for alarms in wrong)
        added = sum(bool(alarms) and not any(by_rules(f) for f in alarms) for alarms in wrong)
        total = sum(any(not confirmed(f) for f in alarms) for alarms in wrong)
        interval = wilson(total, len(group)) or (0.0, 1.0)
        share = f"{percent(total, len(group))} ({interval[0]:.1%}–{interval[1]:.1%})"
        table.add_row(label, str(len(group)), *map(str, (sure, asked, added)), share)
        if len(kinds) > 1:
            false = total / max(1, len(group))
    console.print(table)
    met, marks = caught(bad, everything)
    return (met - caught(bad, confirmed)[0]) / max(1, marks), false


def calls(judged: Sequence[Judged], console: Console) -> None:
    """Print what the reader adds in whole calls."""
    quiet = marked = flagged = added = 0
    for one in judged:
        reference = one.case.reference
        marks = {u for m in reference.violations for u in (m.utterance, *m.also)}
        known = marks | {u for m in reference.acceptable for u in (m.utterance, *m.also)}
        rules = {f.utterance for f in one.audit.findings if by_rules(f)}
        own = {f.utterance for f in one.audit.findings if not by_rules(f)}
        agent = {n for n, u in enumerate(one.case.call.utterances) if u.speaker == "agent"}
        quiet += len(agent - known)
        flagged += len(own - known)
        marked += len(agent & marks)
        added += len((own & marks) - rules)
    console.print(
        f"{len(judged)} held-back calls: {flagged} of {quiet} agent's utterances that nobody marked are suspected by the reader; of "
        f"{marked} marked ones it adds {added}"
    )


def elsewhere(name: str, judged: Sequence[Judged], console: Console) -> tuple[int, int]:
    """Print what the reader does to texts that are no collection calls; (confirmed by it, suspected by it)."""
    own = [[f for f in one.findings if not by_rules(f)] for one in judged]
    sure = sum(any(confirmed(f) for f in found) for found in own)
    asked = sum(map(bool, own))
    console.print(
        f"{name}: the reader confirms {sure}, suspects {asked} of {len(judged)} ({percent(asked, len(judged))})"
    )
    return sure, asked


def reliability(paths: Sequence[Path], weights: Weights, console: Console) -> None:
    """Print what the reader says and how often it was right."""
    families = held_back()
    samples = [s for path in paths for s in labelled(path) if path.stem == "unseen" or s.family in families]
    innocent = sum(not s.categories for s in samples)
    weight = PRIOR / (1 - PRIOR) * innocent / max(1, len(samples) - innocent)
    table = Table("chance said", "mean", "lines", f"right, at {PRIOR:.0%} breaches")
    rated = [(weights.chance(rate(s.line, weights)[0]), bool(s.categories)) for s in samples]
    for low, high in ((1, 200), (200, 400), (400, 600), (600, 800), (800, 1000)):
        group = [(chance, breach) for chance, breach in rated if low <= chance < high]
        if group:
            right = sum(breach for _, breach in group)
            expected = right * weight / (right * weight + len(group) - right)
            mean = sum(chance for chance, _ in group) / len(group)
            table.add_row(f"{low / 10:.0f}–{high / 10:.0f} %", f"{mean / 10:.0f} %", str(len(group)), f"{expected:.0%}")
    console.print(table)


def cost(pack: Pack, weights: Weights, console: Console) -> float:
    """Print what reading costs; in T."""
    from spacy.lang.zh import Chinese

    spoken = [with_roles(c, pack) for c in read_calls(CALLS)]
    cut = Chinese.from_config({"nlp": {"tokenizer": {"segmenter": "jieba"}}})
    cut("你好")
    whole = seconds(spoken, lambda call: [cut(u.text) for u in call.utterances])
    scenes = {call.call_id: scene_of(call, pack) for call in spoken}
    own = seconds(spoken, lambda call: suspicions(scenes[call.call_id], (), weights))
    each = 1000 / len(spoken)
    console.print(
        f"{len(spoken)} calls: T {whole * each:.2f} ms a call; the reader costs {own * each:.2f} ms, {own / whole:.2f} T"
    )
    return own / whole


def main() -> int:
    """Print the tables; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(description="What the second reader adds to the rules.")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--pack", default=str(DEFAULT))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    weights = open_reader("builtin")
    assert weights is not None
    sets: dict[str, list[Case]] = {"unseen lines": list(read_cases(LINES / "unseen.jsonl"))}
    paths = [LINES / "unseen.jsonl"]
    if given.data is not None:
        families, names = held_back(), held_back("held-back-calls.txt")
        paths += sorted((given.data / "corpus").glob("*.jsonl"))
        corpus = [c for path in paths[1:] for c in read_cases(path) if c.family in families]
        sets["held-back lines"] = [c for c in corpus if c.call.utterances[c.line or 0].speaker == "agent"]
        sets["calls"] = [c for n in sorted(names) for c in read_cases(given.data / "gold" / "dev" / f"{n}.json")]
        sets["cold/dev"] = offence(given.data / "data" / "cold" / "dev.csv")
        sets["helpdesk, not learnt from"] = helpdesk(given.data / "data" / "helpdesk" / "turns.jsonl")[1::2]
    cases = [case for group in sets.values() for case in group]
    with Progress(console=Console(stderr=True), transient=True) as watched:
        task = watched.add_task("judging", total=len(cases))
        judged = judge_all(cases, given.pack, given.jobs, lambda: watched.advance(task), "builtin")
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(f"pack {judged[0].audit.pack}, reader {weights.fingerprint}")
    goals: list[Goal] = []
    at = 0
    for name, group in sets.items():
        own = judged[at : at + len(group)]
        at += len(group)
        if name == "calls":
            calls(own, console)
        elif name in ("cold/dev", "helpdesk, not learnt from"):
            sure, asked = elsewhere(name, own, console)
            goals.append(Goal(f"{name}: confirmed by the reader", f"{sure} = 0", sure == 0))
            if name != "cold/dev":
                share = asked / max(1, len(own))
                goals.append(Goal(f"{name}: suspected", f"{share:.2%} ≤ {HELPDESK:.1%}", share <= HELPDESK))
        else:
            points, false = lines(name, own, console)
            if name == "held-back lines":
                goals.append(Goal(f"{name}: points over confirmed", f"{points:.1%} ≥ {POINTS:.0%}", points >= POINTS))
                goals.append(Goal(f"{name}: false suspicions", f"{false:.2%} ≤ {FALSE:.0%}", false <= FALSE))
    reliability(paths, weights, console)
    taken = cost(load_pack(given.pack), weights, console)
    goals.append(Goal("cost", f"{taken:.2f} T ≤ {COST} T", taken <= COST))
    for goal in goals:
        console.print(f"{'reached' if goal.kept else 'MISSED '}  {goal.what}: {goal.shown}")
    return 0 if all(goal.kept for goal in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
