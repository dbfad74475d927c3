"""Noise on a pack's examples, rule by rule, in this process or several at once; the result is the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from auditor.evaluation.noise import Survival, run_noise
from auditor.evaluation.processes import pack_here, processes
from auditor.rules.pack import Pack


def noisy_rules(pack: Pack, only: Collection[str] = ()) -> list[str]:
    """The rules with something to mishear, of these ids where given."""
    return [r.id for r in pack.rules if any(e.turns for e in r.hit) and (not only or r.id in only)]


def survivals(pack: Pack, rules: Collection[str], jobs: int = 1) -> Iterator[list[Survival]]:
    """For each of these rules, in order, what survives each kind of noise; with several ``jobs``, as many processes."""
    if jobs <= 1 or len(rules) <= 1:
        yield from (_survival(pack, rule) for rule in rules)
        return
    with processes(pack, jobs) as pool:
        yield from pool.map(_of, rules)


def _of(rule: str) -> list[Survival]:
    return _survival(pack_here(), rule)


def _survival(pack: Pack, wanted: str) -> list[Survival]:
    by_id = {r.id: r for r in pack.rules}
    needed, waiting = {wanted}, [wanted]
    while waiting:
        rule = by_id[waiting.pop()]
        below = (by_id.keys() & {*rule.after, *rule.before, *rule.around}) - needed
        needed |= below
        waiting += below
    some = replace(pack, rules=tuple(r for r in pack.rules if r.id in needed))
    return [s for s in run_noise(some) if s.rule == wanted]
