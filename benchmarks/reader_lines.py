"""What the second reader learns from, and what it must not see.

Inside the project: ``samples/lines/tuned.jsonl`` and ``reader.jsonl``, the calls of ``samples/text-calls.jsonl``, and the pack's own
examples. With ``--data FOLDER`` also the development data: ``corpus/*.jsonl``, ``gold/utterances-dev.jsonl``, the calls of
``gold/dev``, ``data/cold/train.csv`` (COLDataset, only texts that nobody finds offensive) and every second line of
``data/helpdesk/turns.jsonl``.

Never: ``samples/lines/unseen.jsonl``, the families in ``held-back.txt``, the calls in ``held-back-calls.txt``, and any example of the
pack that is close to one of those.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from auditor.evaluation.gold import read_cases
from auditor.lessons import turns_of
from auditor.models import PartyKind, Severity
from auditor.pipeline import with_roles
from auditor.reader.grams import Line
from auditor.reader.train import Sample, line_of
from auditor.rules.conditions import Example
from auditor.rules.pack import Pack

HERE = Path(__file__).parent
LINES = HERE.parent / "samples" / "lines"
CALLS = HERE.parent / "samples" / "text-calls.jsonl"
CLOSE = 0.5  # share of an example's runs of three characters that a held-back line has too
OTHER_FIELD = 0.1  # how much a line from outside collection calls counts
EXAMPLE = 0.5  # how much an example of the pack counts
COLD = 3000  # texts of COLDataset, the first ones of at most 60 characters


@dataclass(frozen=True, slots=True)
class Gathered:
    """Samples, and how many came from where."""

    samples: tuple[Sample, ...]
    sources: dict[str, int]


def held_back(name: str = "held-back.txt") -> frozenset[str]:
    """The entries of a committed list."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def gather(pack: Pack, data: Path | None) -> Gathered:
    """All samples to train with; without ``data``, those that the project itself holds."""
    sources: dict[str, list[Sample]] = {}
    held: list[Sample] = list(labelled(LINES / "unseen.jsonl"))
    for name in ("tuned", "reader"):
        sources[f"samples/lines/{name}.jsonl"] = list(labelled(LINES / f"{name}.jsonl"))
    sources["samples/text-calls.jsonl"] = list(once(spoken(CALLS, pack, judges=False)))
    if data is not None:
        families, calls = held_back(), held_back("held-back-calls.txt")
        corpus = [s for path in sorted((data / "corpus").glob("*.jsonl")) for s in labelled(path)]
        held += [s for s in corpus if s.family in families]
        sources["corpus"] = [s for s in corpus if s.family not in families]
        sources["gold/utterances-dev.jsonl"] = list(labelled(data / "gold" / "utterances-dev.jsonl"))
        paths = [p for p in sorted((data / "gold" / "dev").glob("*.json")) if p.stem not in calls]
        sources["gold/dev"] = [s for path in paths for s in spoken(path, pack)]
        sources["data/cold/train.csv"] = list(inoffensive(data / "data" / "cold" / "train.csv"))
        sources["data/helpdesk"] = list(polite(data / "data" / "helpdesk" / "turns.jsonl"))
    sources["pack examples"] = list(apart(examples(pack), held))
    return Gathered(tuple(s for name in sources for s in sources[name]), {n: len(s) for n, s in sources.items()})


def labelled(path: Path) -> Iterator[Sample]:
    """An agent's labelled lines; borderline ones are left out, and none is where the file is not."""
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else ()):
        row = json.loads(text)
        if row.get("speaker", row.get("role")) == "agent" and row["label"] != "borderline":
            yield _sample(row, f"{path.stem}-{number}")


def _sample(row: dict[str, Any], name: str) -> Sample:
    named = row.get("categories") or [row.get("category", "")]
    categories = tuple(named) if row["label"] == "violation" else ()
    asks_third = row.get("category", "") in ("third_party_disclosure", "third_party_pressure", "contact_after_refusal")
    party = row.get("party") or ("third_party" if asks_third else "debtor_verified")
    severity = cast("Severity | None", row.get("severity") if row.get("party") else None) or None
    line = line_of(row["text"], before_of(row), cast(PartyKind, party))
    return Sample(line, categories, row.get("family") or name, severity)


def before_of(row: dict[str, Any]) -> str:
    """The last turn before the line, where its author wrote one: ``C:…A:…``, or what a note on the context quotes."""
    turns = [part[2:].strip() for part in re.split(r"(?=[CA][:：])", row.get("before") or "") if part.strip()]
    quoted = re.search("“(.+?)”", row.get("context") or "")
    return turns[-1] if turns else quoted[1] if quoted else ""


def spoken(path: Path, pack: Pack, judges: bool = True) -> Iterator[Sample]:
    """Every agent's turn of the calls in a file, with what people marked in it."""
    for case in read_cases(path):
        for line, places in turns_of(with_roles(case.call, pack), pack):
            marks = [m for m in case.reference.violations if places & {m.utterance, *m.also}]
            if not any(places & {m.utterance, *m.also} for m in case.reference.acceptable):
                categories = tuple(sorted({m.category for m in marks}))
                yield Sample(line, categories, case.call.call_id, None, 1.0, judges)


def once(samples: Iterator[Sample]) -> Iterator[Sample]:
    """Each line once: composed calls repeat their wordings."""
    seen: set[str] = set()
    for sample in samples:
        if sample.line.text not in seen:
            seen.add(sample.line.text)
            yield sample


def examples(pack: Pack) -> Iterator[Sample]:
    """The agent's last line of each example that is one call: hits are breaches, clean ones are not."""
    for rule in pack.rules:
        for group, categories in ((rule.hit, (rule.category,)), (rule.clean, ())):
            for number, example in enumerate(group):
                if line := _line(example):
                    family = f"{rule.id}-{number}-{len(categories)}"
                    yield Sample(line, categories, family, rule.severity, EXAMPLE, False)


def _line(example: Example) -> Line | None:
    if not example.turns or example.turns[-1][0] != "agent":
        return None
    before = example.turns[-2][1] if len(example.turns) > 1 else ""
    return line_of(example.turns[-1][1], before, example.party or "debtor_verified")


def inoffensive(path: Path) -> Iterator[Sample]:
    """Texts from social media that nobody finds offensive, as an agent's innocent words."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["label"] == "0" and len(r["TEXT"]) <= 60]
    for row in rows[:COLD]:
        yield Sample(line_of(row["TEXT"]), (), f"cold-{row['']}", None, OTHER_FIELD, False)


def polite(path: Path) -> Iterator[Sample]:
    """Every second helpdesk turn; the others are left to measure with."""
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()[::2]):
        yield Sample(line_of(row["text"]), (), f"helpdesk-{row['id']}", None, OTHER_FIELD, False)


def apart(samples: Iterator[Sample], held: Sequence[Sample]) -> Iterator[Sample]:
    """The samples that are not close to a held-back line."""
    where: dict[str, list[int]] = {}
    for number, other in enumerate(held):
        for run in _runs(other.line.text):
            where.setdefault(run, []).append(number)
    for sample in samples:
        runs = _runs(sample.line.text)
        shared = Counter(number for run in runs for number in where.get(run, ()))
        if not runs or max(shared.values(), default=0) < CLOSE * len(runs):
            yield sample


def _runs(text: str) -> set[str]:
    return {text[n : n + 3] for n in range(len(text) - 2)}
