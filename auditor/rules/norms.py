"""The clauses that rules cite, each no more certain than it was verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.models import Region
from auditor.rules.compile import hours
from auditor.rules.document import check, parse_yaml
from auditor.rules.scene import Limits
from auditor.rules.schema import NormFile, NormsFile

UNVERIFIED = ("V3", "PK")


@dataclass(frozen=True, slots=True)
class Norm:
    """A clause that findings cite, where it is in force (``region`` ``None``: everywhere).

    ``verification`` says how far its text was checked: V1 primary text read, V2 reported by the press or a bar, V3 weak source, PK
    not verified. ``unheard`` says what of the clause no recording can show, ``unlocked_by`` names the metadata that would.
    """

    key: str
    norm: str
    article: str
    requirement: str
    title: str
    url: str | None
    verification: str
    region: Region | None = None
    unheard: str = ""
    unlocked_by: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Norm and article, as a reader cites them; 待核 where nobody has read the text."""
        doubt = "（待核）" if self.verification in UNVERIFIED else ""
        return f"{self.norm} {self.article}{doubt}"


def norm(key: str, file: NormFile) -> Norm:
    """A checked entry of norms.yaml as a value."""
    return Norm(
        key,
        file.norm,
        file.article,
        file.requirement,
        file.title,
        file.url,
        file.verification,
        file.region,
        file.unheard,
        tuple(file.unlocked_by),
    )


def read_norms(folder: Path) -> Mapping[str, Norm]:
    """The clauses of a pack, e.g. one archived in a home; empty where its norms.yaml can't be read."""
    try:
        file, _ = check(NormsFile, parse_yaml((folder / "norms.yaml").read_text(encoding="utf-8")), "norms.yaml")
    except (OSError, ValueError):
        return {}
    return {} if file is None else {key: norm(key, each) for key, each in file.norms.items()}


def limits(file: NormsFile, in_force: Mapping[Region, Sequence[str]]) -> Mapping[Region, Limits]:
    """Each region's numbers. One that rests on clauses counts where a norm of theirs is in force (by its name or title)."""

    def counts(region: Region, keys: Sequence[str] | None) -> bool:
        named = in_force.get(region)
        if not keys or not named:
            return True
        norms = [file.norms[key] for key in keys]
        return any(each == n.norm or each in n.title for each in named for n in norms)

    def of(region: Region) -> Limits:
        limit = file.limits[region]
        cites = limit.cites
        return Limits(
            hours(limit.hours) if limit.hours and counts(region, cites.get("hours")) else None,
            limit.answered_calls_per_day if counts(region, cites.get("answered_calls_per_day")) else None,
            limit.unanswered_attempts_per_number_per_day
            if counts(region, cites.get("unanswered_attempts_per_number_per_day"))
            else None,
        )

    return {region: of(region) for region in file.limits}
