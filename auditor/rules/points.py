"""What steps and conduct are worth: scorecard.yaml as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from auditor.errors import NotFoundError
from auditor.models import Band, Severity
from auditor.rules.document import check, parse_yaml
from auditor.rules.schema import ScorecardFile


@dataclass(frozen=True, slots=True)
class Penalty:
    """Points that a category costs, by severity; ``per`` call or per finding, at most ``cap``."""

    points: Mapping[Severity, Decimal]
    per_finding: bool
    cap: Decimal | None


@dataclass(frozen=True, slots=True)
class Scoring:
    """How a call is scored (regulations: weights, penalties, knock-outs, caps, bands)."""

    penalties: Mapping[str, Penalty]
    knock_out: frozenset[Severity]
    caps: Mapping[Severity, Decimal]
    bands: Mapping[Band, Decimal]
    trust_words_from: float
    trust_steps_from: float
    trust_roles_from: float


def scoring(file: ScorecardFile) -> Scoring:
    """A checked scorecard.yaml as values."""
    severities: tuple[Severity, ...] = ("critical", "major", "minor", "notice")
    penalties = {
        name: Penalty(
            {s: _points(p.points[s] if s in p.points else max(p.points.values())) for s in severities}
            if isinstance(p.points, dict)
            else {s: _points(p.points) for s in severities},
            p.per == "finding",
            None if p.cap is None else _points(p.cap),
        )
        for name, p in file.penalties.items()
    }
    bands: tuple[Band, ...] = ("excellent", "pass", "weak")
    return Scoring(
        penalties,
        frozenset(file.knock_out),
        {severity: _points(p) for severity, p in file.caps.items()},
        {band: _points(file.bands[band]) for band in bands},  # type: ignore[index]
        file.trust_words_from,
        file.trust_steps_from,
        file.trust_roles_from,
    )


def read_scoring(folder: Path) -> Scoring:
    """What a pack's steps and conduct are worth, e.g. one archived in a home; raises NotFoundError where it can't be read."""
    try:
        file, _ = check(
            ScorecardFile, parse_yaml((folder / "scorecard.yaml").read_text(encoding="utf-8")), "scorecard.yaml"
        )
    except (OSError, ValueError):
        file = None
    if file is None:
        raise NotFoundError(f"{folder}：读不出评分表 scorecard.yaml。请从备份恢复归档目录。")
    return scoring(file)


def _points(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))
