"""What judging a call's text costs beside cutting it into words.

    python benchmarks/text_audit.py [--pack FOLDER] [--calls FILE] [--every 1]

One run, one core. T is the processor time that spaCy's Chinese pipeline with jieba needs to cut the same calls into words. The
audit goes from the text as heard to the scorecard, with the whole pack and nothing remembered from other calls; the re-audit has
each utterance in comparable form already, as a store keeps it, and is otherwise the same. Each call is timed several times and its
best time counts, so that what else the machine does matters little.

The second table judges the same calls with 100, 1,000 and 5,000 rules. Up to the pack's own number they are rules of the pack;
beyond it, copies of them in which each word of two characters or more is another word as long, taken from jieba's dictionary with a
fixed seed. The third judges a quarter, a half and all of the calls.

The room table says where an audit's time goes, each room's best of several runs over all calls; the words are looked for when the
first room asks, which is "facts".

Two goals: an audit in at most 1.5 T, a re-audit in at most 0.3 T.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from time import thread_time
from typing import Any

from rich.console import Console
from rich.table import Table

from auditor import pipeline
from auditor.models import Call
from auditor.pipeline import audit_call, with_roles
from auditor.rules.needs import choosing, index
from auditor.rules.pack import DEFAULT, Pack, load_pack
from auditor.speech.transcripts import read_calls
from auditor.text.normalise import normalise, simplify
from auditor.text.segment import segmenter

SAMPLES = Path(__file__).parent.parent / "samples" / "text-calls.jsonl"
MOST_AUDIT, MOST_AGAIN = 1.5, 0.3  # T
TIMES = 5
RULES = (100, 1_000, 5_000)
ROOMS = {
    "turns: comparable text, misheard words": ("turns", "as_heard"),
    "facts: reasons and flags; all words looked for": ("find_facts",),
    "party": ("find_party",),
    "promises": ("find_promise", "find_refusal"),
    "signals": ("measure",),
    "steps": ("candidates", "seen", "judge"),
    "rules": ("every_finding",),
    "scorecard": ("score",),
}
RUN = re.compile("[一-龥]{2,}")


def forget() -> None:
    """Nothing is known of earlier calls."""
    normalise.cache_clear()
    simplify.cache_clear()


def seconds(calls: Sequence[Call], work: Callable[[Call], object], before: Callable[[], None] = lambda: None) -> float:
    """The processor time of the work on all calls: for each, the best of several."""
    total = 0.0
    for call in calls:
        best = float("inf")
        for _ in range(TIMES):
            before()
            start = thread_time()
            work(call)
            best = min(best, thread_time() - start)
        total += best
    return total


def rooms(calls: Sequence[Call], pack: Pack) -> dict[str, float]:
    """Seconds that all calls spend in each room of the audit."""
    best: dict[str, float] = {}
    spent: defaultdict[str, float] = defaultdict(float)
    own = {name: getattr(pipeline, name) for names in ROOMS.values() for name in names}

    def timed(room: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            start = thread_time()
            try:
                return work(*given, **named)
            finally:
                spent[room] += thread_time() - start

        return run

    try:
        for room, names in ROOMS.items():
            for name in names:
                setattr(pipeline, name, timed(room, own[name]))
        for _ in range(TIMES):
            spent.clear()
            for call in calls:
                forget()
                audit_call(call, pack)
            best = {room: min(best.get(room, spent[room]), spent[room]) for room in ROOMS}
    finally:
        for name, work in own.items():
            setattr(pipeline, name, work)
    return best


def with_rules(pack: Pack, number: int) -> Pack:
    """The pack with so many rules."""
    others = _Others()
    rules = list(pack.rules[:number])
    while len(rules) < number:
        model = pack.rules[len(rules) % len(pack.rules)]
        made = others.of(replace(model, after=(), before=(), around=(), hit=(), clean=(), condition=model.condition))
        rules.append(replace(made, id=f"{model.id}-{len(rules)}", condition=choosing(made.condition)))
    cues = [*pack.party.listeners, *pack.facts.listeners, *pack.signals.listeners]
    cues += pack.promise.listeners if pack.promise else ()
    return replace(pack, rules=tuple(rules), index=index(rules, pack.steps, cues), regional={})


class _Others:
    """Puts other words of the dictionary, as long, for those in a compiled value."""

    def __init__(self) -> None:
        self.chance = random.Random(0)
        self.words: defaultdict[int, list[str]] = defaultdict(list)
        segmenter(()).words(normalise("词典"))
        import jieba

        jieba.setLogLevel("WARNING")
        jieba.initialize()
        for word in jieba.dt.FREQ:
            if RUN.fullmatch(word):
                self.words[len(word)].append(word)

    def word(self, word: str) -> str:
        """Another word for each run of Chinese characters."""
        return RUN.sub(lambda run: self.chance.choice(self.words.get(len(run[0]), [run[0]])), word)

    def of(self, value: Any) -> Any:
        """The same value with other words in its phrases and patterns."""
        if isinstance(value, frozenset):
            return frozenset(map(self.word, sorted(value))) if all(isinstance(v, str) for v in value) else value
        if isinstance(value, tuple):
            return tuple(map(self.of, value))
        if not is_dataclass(value) or isinstance(value, type):
            return value
        changed: Mapping[str, Any] = {
            field.name: self.word(old) if field.name == "pattern" else self.of(old)
            for field in fields(value)
            if field.name in ("condition", "excluded", "options", "option", "question", "answer", "matcher", "items")
            or field.name in ("phrases", "pattern", "needs")
            if not isinstance(old := getattr(value, field.name), Mapping)
        }
        return replace(value, **{k: () if k == "needs" else v for k, v in changed.items()})


def main() -> int:
    """Print the figures; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(description="What judging a call's text costs beside cutting it into words.")
    parser.add_argument("--pack", type=Path, default=DEFAULT)
    parser.add_argument("--calls", type=Path, action="append", help="transcripts; the sample calls by default")
    parser.add_argument("--every", type=int, default=1, help="take every n-th call only")
    given = parser.parse_args()
    pack = load_pack(given.pack)
    calls = [with_roles(c, pack) for path in given.calls or [SAMPLES] for c in read_calls(path)][:: given.every]
    audit_call(calls[0], pack)

    from spacy.lang.zh import Chinese

    cut = Chinese.from_config({"nlp": {"tokenizer": {"segmenter": "jieba"}}})
    cut("你好")
    whole = seconds(calls, lambda call: [cut(u.text) for u in call.utterances])
    audit = seconds(calls, lambda call: audit_call(call, pack), forget)
    again = seconds(calls, lambda call: audit_call(call, pack))

    console = Console()
    size = sum(len(u.text) for c in calls for u in c.utterances)
    table = Table(f"{len(calls)} calls, {size:,} characters, {len(pack.rules)} rules", "s", "ms a call", "T", "goal")
    for name, taken, goal in (("T", whole, None), ("audit", audit, MOST_AUDIT), ("re-audit", again, MOST_AGAIN)):
        wanted = "" if goal is None else f"≤ {goal}"
        table.add_row(name, f"{taken:.2f}", f"{taken / len(calls) * 1000:.2f}", f"{taken / whole:.2f}", wanted)
    console.print(table)

    table = Table("room", "ms a call", "T")
    for room, taken in rooms(calls, pack).items():
        table.add_row(room, f"{taken / len(calls) * 1000:.3f}", f"{taken / whole:.2f}")
    console.print(table)

    few = calls[:: max(1, len(calls) // 50)]
    table = Table("rules", "ms a call", "× the first")
    first = None
    for number in RULES:
        larger = with_rules(pack, number)
        taken = seconds(few, lambda call, larger=larger: audit_call(call, larger)) / len(few) * 1000  # type: ignore[misc]
        first = first or taken
        table.add_row(f"{number:,}", f"{taken:.2f}", f"{taken / first:.1f}")
    console.print(table)

    table = Table("calls", "s", "ms a call")
    for share in (4, 2, 1):
        some = calls[: len(calls) // share]
        taken = seconds(some, lambda call: audit_call(call, pack), forget)
        table.add_row(f"{len(some):,}", f"{taken:.2f}", f"{taken / len(some) * 1000:.2f}")
    console.print(table)
    return 0 if audit <= MOST_AUDIT * whole and again <= MOST_AGAIN * whole else 1


if __name__ == "__main__":
    sys.exit(main())
