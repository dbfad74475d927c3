"""cases.yaml: what it takes several calls to see, as the pack words and weighs it; numeric limits are norms.yaml's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import Field, model_validator

from auditor.models import Severity, Status
from auditor.rules.condition_file import Strict

NAME = "cases.yaml"
CheckName: TypeAlias = Literal[
    "answered-calls-per-day",
    "attempts-per-number",
    "contact-after-refusal",
    "contact-after-wrong-number",
    "demand-under-promise",
    "demand-under-plan",
    "repeated-minor",
]
CHECKS: tuple[CheckName, ...] = get_args(CheckName)
READS: Mapping[CheckName, tuple[str, ...]] = {
    "answered-calls-per-day": ("customer_id", "started_at", "direction", "answered"),
    "attempts-per-number": ("callee_number_hash", "started_at", "direction", "answered"),
    "contact-after-refusal": ("callee_number_hash", "started_at", "direction"),
    "contact-after-wrong-number": ("callee_number_hash", "started_at", "direction"),
    "demand-under-promise": ("customer_id", "started_at", "direction"),
    "demand-under-plan": ("customer_id", "started_at", "direction", "agreed_plan"),
    "repeated-minor": ("agent_id", "started_at"),
}
"""The metadata without which a check can't be made."""


class CheckFile(Strict):
    """One check: how grave what it finds is, how sure, what a reader is told, and which clauses it rests on.

    ``times`` and ``days`` belong to ``repeated-minor``: after so many calls within so many days, the next is told.
    """

    severity: Literal["critical", "major", "minor", "notice"]
    certainty: Literal["confirmed", "suspected"]
    message: str = Field(min_length=4, max_length=400)
    cites: list[str] = Field(default_factory=list)
    times: Annotated[int, Field(ge=1, le=1000)] | None = None
    days: Annotated[int, Field(ge=1, le=366)] | None = None


class CasesFile(Strict):
    """The whole file. A check that it leaves out is not made; ``grace_days`` is how long a payment may take to be booked."""

    checks: dict[CheckName, CheckFile] = Field(default_factory=dict)
    grace_days: Annotated[int, Field(ge=0, le=31)] = 1

    @model_validator(mode="after")
    def _counted(self) -> CasesFile:
        for name, check in self.checks.items():
            given = (check.times is not None, check.days is not None)
            if given != (name == "repeated-minor",) * 2:
                raise ValueError("times 和 days 只写在 repeated-minor 里，而且都要写")
        return self


@dataclass(frozen=True, slots=True)
class Check:
    """A check as a value; ``times`` calls within ``days`` days for the one that counts, 0 for the others."""

    name: CheckName
    severity: Severity
    certainty: Status
    message: str
    cites: tuple[str, ...]
    times: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class CaseRules:
    """The checks that a pack makes, and how many days a payment may take to be booked."""

    checks: Mapping[CheckName, Check] = field(default_factory=dict)
    grace_days: int = 1


def case_rules(file: CasesFile) -> CaseRules:
    """A checked cases.yaml as values."""
    checks = {
        name: Check(
            name,
            each.severity,
            each.certainty,
            each.message,
            tuple(each.cites),
            each.times or 0,
            each.days or 0,
        )
        for name, each in file.checks.items()
    }
    return CaseRules(checks, file.grace_days)
