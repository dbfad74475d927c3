"""How much listening the order of the review queue saves.

    python -m benchmarks.triage [--data FOLDER] [--calls 2000] [--share 0.03] [--seed 20261122]

Calls are composed from lines that nobody trained the reader with: the held-back families of ``--data``'s corpus, or the lines of
``samples/lines/unseen.jsonl``. Each opens like a call of its region and party, goes on with four to eight innocent lines of an
agent, each after the turns that its author put before it, and in three of a hundred calls one to three of them are breaches. The
rules' authors have seen most held-back families (see ``docs/scoring.md``), the reader none.

Printed is the share of the breaches that lie in the first 1, 2, 5 and 10 % of the queue, ordered by risk (with the reader, and with
rules alone), by the number of key words (a list of threats, and COLDataset's kind of insults where ``--data`` has the lists), and by
chance; and the most that any order could reach.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from auditor.evaluation.gold import read_cases
from auditor.evaluation.judging import judge_all
from auditor.evaluation.lines import opening
from auditor.evaluation.metrics import Judged
from auditor.evaluation.reference import INNOCENT, Case, Mark, Reference
from auditor.models import Call, Metadata, PartyKind, Region, Utterance
from auditor.review.triage import queue, risk
from auditor.rules.pack import DEFAULT
from auditor.suspicions import KIND
from benchmarks.reader_lines import LINES, held_back

TOPS = (0.01, 0.02, 0.05, 0.10)
TURNS = (4, 8)
SECONDS = 4.0
KEY_WORDS = (
    "起诉", "法院", "坐牢", "判刑", "抓", "报警", "公安", "警察", "律师", "立案", "查封", "冻结", "拘留", "通缉", "黑名单", "征信",
    "通讯录", "家人", "父母", "老婆", "孩子", "单位", "同事", "邻居", "领导", "上门", "曝光", "朋友圈", "弄死", "打断", "后果",
    "老赖", "骗子", "不要脸", "废物", "垃圾", "滚", "去死", "他妈", "傻", "微信", "支付宝", "转给我", "借",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A labelled line with the turns before it, as it was judged alone."""

    turns: tuple[Utterance, ...]
    case: Case


def pieces(cases: Sequence[Case]) -> list[Piece]:
    """The agent's lines of these cases, without the opening that they were given."""
    found = []
    for case in cases:
        at = case.line
        if at is None or case.call.utterances[at].speaker != "agent" or case.label == "borderline":
            continue
        region: Region = case.call.metadata.region or "CN"
        steps = sorted(case.reference.step_utterances or ())
        began = len(opening(region, case.reference.party or "debtor_verified", steps, "agent"))
        own = case.call.utterances[min(began, at) : at + 1]
        found.append(Piece(own, case))
    return found


def compose(known: Sequence[Piece], number: int, share: float, seed: int) -> list[Case]:
    """So many calls; in ``share`` of them something is wrong."""
    chance = random.Random(seed)
    groups: dict[tuple[Region, PartyKind], list[Piece]] = {}
    for piece in known:
        key = (piece.case.call.metadata.region or "CN", piece.case.reference.party or "debtor_verified")
        groups.setdefault(key, []).append(piece)
    innocent = {key: [p for p in group if p.case.label in INNOCENT] for key, group in groups.items()}
    usable = sorted((key for key, group in innocent.items() if len(group) >= TURNS[1]), key=str)
    bad = [p for key in usable for p in groups[key] if p.case.reference.violations]
    wrong = set(chance.sample(range(number), round(number * share)))
    weights = [len(innocent[key]) for key in usable]
    calls = []
    for n in range(number):
        breaches = chance.sample(bad, 1) if n in wrong else []
        key = chance.choices(usable, weights)[0]
        if breaches:
            first = breaches[0].case
            key = (first.call.metadata.region or "CN", first.reference.party or "debtor_verified")
            others = [p for p in groups[key] if p.case.reference.violations and p is not breaches[0]]
            breaches += chance.sample(others, min(len(others), chance.choice((0, 0, 1, 2))))
        chosen = chance.sample(innocent[key], chance.randint(*TURNS)) + breaches
        chance.shuffle(chosen)
        calls.append(_call(f"T{n:05d}", key, chosen))
    return calls


def _call(name: str, key: tuple[Region, PartyKind], chosen: Sequence[Piece]) -> Case:
    region, party = key
    said = [Utterance(speaker, 0, 0, text) for speaker, text in opening(region, party, [], "agent")]
    marks = []
    for piece in chosen:
        if said and said[-1].speaker == piece.turns[0].speaker == "agent":
            said.append(Utterance("customer", 0, 0, "嗯。"))
        said += piece.turns
        marks += [Mark(m.category, len(said) - 1) for m in piece.case.reference.violations]
    timed = tuple(replace(u, start=n * SECONDS, end=(n + 1) * SECONDS, words=()) for n, u in enumerate(said))
    call = Call(name, Metadata(region=region), timed)
    return Case(call, Reference(violations=tuple(marks)), "composed", name)


def found_in(order: Sequence[int], breaches: Sequence[int]) -> list[float]:
    """The share of breaches in the first 1, 2, 5, 10 % of the calls in this order."""
    total = sum(breaches)
    return [sum(breaches[n] for n in order[: round(top * len(order))]) / max(1, total) for top in TOPS]


def by_words(judged: Sequence[Judged], words: Sequence[str]) -> list[int]:
    """Calls by how many key words the agent says, most first; of equals as they come."""

    def said(one: Judged) -> int:
        text = "".join(u.text for u in one.case.call.utterances if u.speaker == "agent")
        return sum(text.count(word) for word in words)

    return sorted(range(len(judged)), key=lambda n: (-said(judged[n]), n))


def by_risk(judged: Sequence[Judged], counts: Callable[[str], bool]) -> list[int]:
    """Calls by risk, of the findings whose way of matching counts."""
    number = {one.audit.call_id: n for n, one in enumerate(judged)}
    kept = [replace(j.audit, findings=tuple(f for f in j.audit.findings if counts(f.matched_by))) for j in judged]
    return [number[r.call_id] for r in queue(map(risk, kept))]


def insults(data: Path) -> list[str]:
    """The words of both insult lists."""
    words: set[str] = set()
    for name in ("ldnoobw-zh.txt", "SexHateLex.txt"):
        words |= set((data / "data" / "insult-lists" / name).read_text(encoding="utf-8").split())
    return sorted(words)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How much listening the order of the review queue saves.")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--pack", default=str(DEFAULT))
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--share", type=float, default=0.03)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    if given.data is None:
        lines = list(read_cases(LINES / "unseen.jsonl"))
    else:
        families = held_back()
        paths = sorted((given.data / "corpus").glob("*.jsonl"))
        lines = [case for path in paths for case in read_cases(path) if case.family in families]
    cases = compose(pieces(lines), given.calls, given.share, given.seed)
    with Progress(console=Console(stderr=True), transient=True) as watched:
        task = watched.add_task("judging", total=len(cases))
        judged = judge_all(cases, given.pack, given.jobs, lambda: watched.advance(task), "builtin")
    breaches = [len(j.case.reference.violations) for j in judged]
    orders = {
        "risk, with the reader": by_risk(judged, lambda _: True),
        "risk, rules alone": by_risk(judged, lambda kind: kind != KIND),
        "number of key words": by_words(judged, KEY_WORDS),
    }
    if given.data is not None:
        orders["number of words of the insult lists"] = by_words(judged, insults(given.data))
    orders["the best possible"] = sorted(range(len(judged)), key=lambda n: -breaches[n])
    console = Console()
    wrong = sum(map(bool, breaches))
    table = Table(f"{len(judged)} calls, {wrong} with {sum(breaches)} breaches", *(f"first {top:.0%}" for top in TOPS))
    for name, order in orders.items():
        table.add_row(name, *(f"{value:.0%}" for value in found_in(order, breaches)))
    table.add_row("by chance", *(f"{top:.0%}" for top in TOPS))
    console.print(table)


if __name__ == "__main__":
    main()
