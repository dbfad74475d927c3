"""A pack's examples as a recogniser might have misheard them: which of its rules still come out as their authors said.

Four kinds of noise, each by itself: characters replaced by others of the same sound, characters dropped, fillers put in, and
traditional script. The noise is made from a seed: the same pack and seed give the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from auditor.evaluation.examples import findings_of, run_one
from auditor.rules.conditions import Example, Rule
from auditor.rules.pack import Pack
from auditor.text.normalise import FILLERS, simplify, traditional
from auditor.text.pinyin import sound

RATE = 0.08  # of characters replaced, dropped, or followed by a filler
COPIES = 5  # noisy copies of an example, so that one unlucky character does not decide


@dataclass(frozen=True, slots=True)
class Survival:
    """One rule or step under one kind of noise: of its right examples, how many noisy copies were tried and stayed right.

    Of a step, ``hits`` are the examples in which it is done, ``cleans`` those in which it is missed. ``confirmed`` counts the
    hits kept whose finding is confirmed, ``was_confirmed`` the hits tried that are confirmed without noise.
    """

    rule: str
    noise: str
    hits: int
    hits_kept: int
    cleans: int
    cleans_kept: int
    confirmed: int = 0
    was_confirmed: int = 0


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
        hits = [(e, verdict) for e in rule.hit if e.turns and (verdict := _verdict(pack, rule, e)) != "quiet"]
        cleans = [e for e in rule.clean if e.turns and _verdict(pack, rule, e) == "quiet"]
        for noise in NOISES if hits else ():
            copies = _copies(noise)
            # a rule's noise must not change when another rule is added
            random = Random(f"{seed} {rule.id} {noise}")
            kept = [_verdict(pack, rule, _noisy(e, noise, random)) for e, _ in hits for _ in range(copies)]
            quiet = [_verdict(pack, rule, _noisy(e, noise, random)) for e in cleans for _ in range(copies)]
            yield Survival(
                rule.id,
                noise,
                len(kept),
                len(kept) - kept.count("quiet"),
                len(quiet),
                quiet.count("quiet"),
                kept.count("confirmed"),
                copies * sum(verdict == "confirmed" for _, verdict in hits),
            )


def run_noise_on_steps(pack: Pack, seed: int = 0) -> Iterator[Survival]:
    """Each step of the pack under each kind of noise; whatever its example's lines are, all of them are misheard."""
    for step in pack.steps:
        right = {
            expected: [e for e in group if e.turns and run_one(pack, step, e, expected).right]
            for expected, group in (("done", step.done), ("missed", step.missed))
        }
        for noise in NOISES if right["done"] else ():
            random = Random(f"{seed} {step.id} {noise}")
            stayed = {
                expected: [
                    run_one(pack, step, _noisy(e, noise, random), expected).right
                    for e in group
                    for _ in range(_copies(noise))
                ]
                for expected, group in right.items()
            }
            done, missed = stayed["done"], stayed["missed"]
            yield Survival(step.id, noise, len(done), sum(done), len(missed), sum(missed))


def _verdict(pack: Pack, rule: Rule, example: Example) -> str:
    """``confirmed``, ``suspected`` or ``quiet``."""
    return min((f.status for f in findings_of(pack, rule, example)), default="quiet")


def _copies(noise: str) -> int:
    return 1 if noise == "script" else COPIES


def _noisy(example: Example, noise: str, random: Random) -> Example:
    return replace(example, turns=tuple((speaker, NOISES[noise](text, random)) for speaker, text in example.turns))


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
