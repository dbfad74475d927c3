"""A pack's examples as a recogniser might have misheard them: which of its rules still come out as their authors said.

Four kinds of noise, each by itself: characters replaced by others of the same sound, characters dropped, fillers put in, and
traditional script. The noise is made from a seed: the same pack and seed give the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from auditor.evaluation.examples import run_one
from auditor.rules.conditions import Example, Rule
from auditor.rules.pack import Pack
from auditor.text.normalise import FILLERS, simplify, traditional
from auditor.text.pinyin import sound

RATE = 0.08  # of characters replaced, dropped, or followed by a filler
COPIES = 5  # noisy copies of an example, so that one unlucky character does not decide


@dataclass(frozen=True, slots=True)
class Survival:
    """One rule under one kind of noise: of its right examples, how many noisy copies were tried and stayed right."""

    rule: str
    noise: str
    hits: int
    hits_kept: int
    cleans: int
    cleans_kept: int


def homophones(text: str, random: Random, rate: float = RATE) -> str:
    """Each Chinese character, with the probability ``rate``, replaced by another common one of the same sound."""
    return "".join(random.choice(_alike(c)) if random.random() < rate else c for c in text)


def dropped(text: str, random: Random, rate: float = RATE) -> str:
    """Each Chinese character, with the probability ``rate``, left out; never all of them."""
    return "".join(c for c in text if c not in _common() or random.random() >= rate) or text


def fillers(text: str, random: Random, rate: float = RATE) -> str:
    """After each character, with the probability ``rate``, a filler."""
    return "".join(c + random.choice(sorted(FILLERS)) if random.random() < rate else c for c in text)


NOISES: Mapping[str, Callable[[str, Random], str]] = {
    "homophones": homophones,
    "dropped": dropped,
    "fillers": fillers,
    "script": lambda text, _: traditional(text),
}


def run_noise(pack: Pack, seed: int = 0) -> Iterator[Survival]:
    """Each rule of the pack under each kind of noise; rules made of metadata alone have nothing to mishear."""
    for rule in pack.rules:
        hits = [e for e in rule.hit if e.turns and run_one(pack, rule, e, "hit").right]
        cleans = [e for e in rule.clean if e.turns and run_one(pack, rule, e, "clean").right]
        for noise in NOISES if hits else ():
            copies = 1 if noise == "script" else COPIES
            # a rule's noise must not change when another rule is added
            random = Random(f"{seed} {rule.id} {noise}")
            kept, quiet = (
                sum(_stays(pack, rule, e, expected, noise, random) for e in group for _ in range(copies))
                for group, expected in ((hits, "hit"), (cleans, "clean"))
            )
            yield Survival(rule.id, noise, len(hits) * copies, kept, len(cleans) * copies, quiet)


def _stays(pack: Pack, rule: Rule, example: Example, expected: str, noise: str, random: Random) -> bool:
    turns = tuple((speaker, NOISES[noise](text, random)) for speaker, text in example.turns)
    return run_one(pack, rule, replace(example, turns=turns), expected).right


@lru_cache(maxsize=1)
def _common() -> Mapping[str, tuple[str, ...]]:
    """The 3,755 common characters (GB 2312, level 1), each with those of the same sound, itself left out."""
    rows = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    characters = [c for c in (pair.decode("gb2312", errors="ignore") for pair in rows) if c]
    alike: dict[str, list[str]] = {}
    for c in characters:
        alike.setdefault(sound(c), []).append(c)
    return {c: tuple(other for other in alike[sound(c)] if other != c) for c in characters}


def _alike(character: str) -> tuple[str, ...]:
    # an example in traditional script is misheard like any other
    return _common().get(simplify(character)) or (character,)
