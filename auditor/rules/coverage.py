"""Clause by clause: which rules and steps check it, how, with how many examples, and what of it no recording can show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from auditor.rules.cases import READS, CheckName
from auditor.rules.conditions import (
    AllOf,
    AnyOf,
    Condition,
    FactTest,
    MetadataTest,
    Not,
    Previous,
    Repeated,
    Rule,
    SignalTest,
    Step,
)
from auditor.rules.norms import Norm
from auditor.rules.pack import Pack

Way: TypeAlias = Literal["words", "metadata", "signal", "calls"]
Extent: TypeAlias = Literal["checked", "partly", "unheard", "open"]
WAYS: tuple[Way, ...] = ("words", "signal", "metadata", "calls")
HELD_AGAINST_METADATA = frozenset({"matches", "differs", "inflated", "misread"})


@dataclass(frozen=True, slots=True)
class Coverage:
    """One clause. ``extent``: checked, partly (some of it can't be heard), unheard (none of it can), open (no rule yet).

    ``across_calls`` are the checks of several calls together that rest on it.
    """

    norm: Norm
    rules: tuple[Rule | Step, ...]
    across_calls: tuple[CheckName, ...]
    ways: tuple[Way, ...]
    examples: int
    extent: Extent

    def as_json(self) -> dict[str, Any]:
        """Plain values, for other programs."""
        return {
            "clause": self.norm.key,
            "norm": self.norm.norm,
            "article": self.norm.article,
            "requirement": self.norm.requirement,
            "region": self.norm.region,
            "verification": self.norm.verification,
            "extent": self.extent,
            "ways": list(self.ways),
            "rules": [r.id for r in self.rules],
            "across_calls": list(self.across_calls),
            "needs": sorted({field for name in self.across_calls for field in READS[name]}),
            "examples": self.examples,
            "unheard": self.norm.unheard,
            "unlocked_by": list(self.norm.unlocked_by),
        }


def coverage(pack: Pack) -> tuple[Coverage, ...]:
    """Every clause of the pack, in its order."""
    owners: list[Rule | Step] = [*pack.rules, *pack.steps]
    checks = pack.cases.checks.values()
    return tuple(
        _covered(norm, [o for o in owners if norm.key in o.cites], tuple(c.name for c in checks if norm.key in c.cites))
        for norm in pack.norms.values()
    )


def unlocking(covered: Sequence[Coverage]) -> list[tuple[str, tuple[str, ...]]]:
    """Each field of metadata that would let more be checked, with the clauses it belongs to; the most useful first."""
    clauses: dict[str, list[str]] = {}
    for each in covered:
        for field in each.norm.unlocked_by:
            clauses.setdefault(field, []).append(each.norm.key)
    return sorted(((f, tuple(keys)) for f, keys in clauses.items()), key=lambda pair: (-len(pair[1]), pair[0]))


def extents(covered: Sequence[Coverage]) -> Counter[Extent]:
    """How many clauses of each extent."""
    return Counter(each.extent for each in covered)


def _covered(norm: Norm, owners: Sequence[Rule | Step], across_calls: tuple[CheckName, ...]) -> Coverage:
    ways: dict[Way, None] = {}
    for owner in owners:
        conditions = (owner.condition,) if isinstance(owner, Rule) else tuple(p.condition for p in owner.parts)
        ways |= dict.fromkeys(way for condition in conditions for way in _ways(condition))
    if across_calls:
        ways["calls"] = None
    examples = sum(len(o.hit) + len(o.clean) if isinstance(o, Rule) else len(o.done) + len(o.missed) for o in owners)
    judged = bool(owners or across_calls)
    extent: Extent = ("partly" if norm.unheard else "checked") if judged else "unheard" if norm.unheard else "open"
    return Coverage(norm, tuple(owners), across_calls, tuple(sorted(ways, key=WAYS.index)), examples, extent)


def _ways(condition: Condition) -> list[Way]:
    match condition:
        case MetadataTest():
            return ["metadata"]
        case SignalTest():
            return ["signal"]
        case FactTest(tests):
            held = any(value in HELD_AGAINST_METADATA for value in tests.values())
            return ["words", "metadata"] if held else ["words"]
        case AnyOf(options) | AllOf(options):
            return [way for option in options for way in _ways(option)]
        case Not(option) | Previous(_, option) | Repeated(option):
            return _ways(option)
        case _:
            return ["words"]
