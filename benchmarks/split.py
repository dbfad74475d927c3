"""Draws the families of labelled lines that are held back from tuning: a fifth, a family never split.

    python benchmarks/split.py --data FOLDER > benchmarks/held-back.txt

Families are drawn with a fixed seed within each file and each kind of conduct (the first category of the family, or its label
where it has none), so that both parts hold every kind. ``benchmarks/held-back.txt`` is what this prints.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

SEED = 20261122
SHARE = 0.2


def families(corpus: Path) -> dict[tuple[str, str], list[str]]:
    """Families by file and kind of conduct, in order of name."""
    strata: dict[tuple[str, str], set[str]] = {}
    known: dict[str, tuple[str, str]] = {}
    for path in sorted(corpus.glob("*.jsonl")):
        for text in path.read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            kind = known.setdefault(line["family"], (path.stem, (line["categories"] or [line["label"]])[0]))
            strata.setdefault(kind, set()).add(line["family"])
    return {kind: sorted(strata[kind]) for kind in sorted(strata)}


def draw(strata: dict[tuple[str, str], list[str]], seed: int = SEED) -> list[str]:
    """A fifth of the families of each stratum; what rounding leaves over goes on to the next one."""
    chance = random.Random(seed)
    chosen: list[str] = []
    passed = 0
    for members in strata.values():
        passed += len(members)
        chosen += chance.sample(members, min(len(members), round(passed * SHARE) - len(chosen)))
    return sorted(chosen)


def main() -> None:
    """Print the list."""
    parser = argparse.ArgumentParser(description="Draw the families to hold back.")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds corpus/")
    strata = families(parser.parse_args().data / "corpus")
    chosen = draw(strata)
    print(
        f"# {len(chosen)} of {sum(map(len, strata.values()))} families, drawn by benchmarks/split.py with seed {SEED}"
    )
    print("\n".join(chosen))


if __name__ == "__main__":
    main()
