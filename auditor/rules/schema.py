"""The shape of every file in a pack, checked strictly: an unknown key, a wrong type or a missing field is a problem with its line."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, field_validator, model_validator

from auditor.conversation.signals import SIGNALS
from auditor.models import CATEGORIES, STEPS
from auditor.rules.condition_file import ConditionFile, SpeakerName, Strict
from auditor.rules.document import nearest
from auditor.text.normalise import normalise

SeverityName = Literal["critical", "major", "minor", "notice"]
PartyName = Literal["debtor_verified", "debtor_unverified", "third_party", "wrong_number", "voicemail"]
RegionName = Literal["CN", "TW", "HK"]
PackName = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]
PackVersion = Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
Points = Annotated[float, Field(ge=0, le=100)]


class WithinFile(Strict):
    """A part of the call."""

    first_turns: int | None = Field(None, ge=1)
    last_turns: int | None = Field(None, ge=1)
    first_seconds: float | None = Field(None, gt=0)
    last_seconds: float | None = Field(None, gt=0)


class AroundFile(Strict):
    """Close to where a step or rule was seen, before or after it."""

    of: list[str] = Field(min_length=1)
    turns: int = Field(2, ge=0, le=20)


class LineFile(Strict):
    """One turn of an example."""

    agent: str | None = None
    customer: str | None = None

    @model_validator(mode="after")
    def _one_speaker(self) -> LineFile:
        if (self.agent is None) == (self.customer is None):
            raise ValueError("每轮只写 agent 或 customer 其中一个")
        return self


class DialogueFile(Strict):
    """An example of several turns, or with a party or metadata that matter."""

    turns: list[LineFile] = Field(default_factory=list)
    party: PartyName | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    signals: dict[str, float] = Field(default_factory=dict)

    @field_validator("signals")
    @classmethod
    def _known(cls, signals: dict[str, float]) -> dict[str, float]:
        for name in signals:
            if name not in SIGNALS:
                raise ValueError(f"没有信号 {name}{nearest(name, list(SIGNALS))}")
        return signals


def _example_shape(given: Any) -> str:
    if isinstance(given, dict):
        return "line" if {"agent", "customer"} & set(given) else "dialogue"
    return "line" if isinstance(given, LineFile) else "dialogue" if isinstance(given, DialogueFile) else "text"


# told apart by shape, so that a mistake is reported once and not for every shape it might have been
ExampleFile = Annotated[
    Annotated[str, Tag("text")] | Annotated[LineFile, Tag("line")] | Annotated[DialogueFile, Tag("dialogue")],
    Discriminator(_example_shape),
]


class ExamplesFile(Strict):
    """What the rule must hit and must leave alone."""

    hit: list[ExampleFile] = Field(default_factory=list)
    clean: list[ExampleFile] = Field(default_factory=list)


class RuleFile(Strict):
    """One rule of banned conduct."""

    id: str = Field(pattern=r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$", max_length=80)
    category: str
    status: Literal["experimental", "stable"]
    severity: SeverityName
    certainty: Literal["confirmed", "suspected"] = "confirmed"
    speaker: SpeakerName = "agent"
    party: list[PartyName] | None = None
    region: list[RegionName] | None = None
    within: WithinFile | None = None
    after: list[str] = Field(default_factory=list)
    before: list[str] = Field(default_factory=list)
    around: AroundFile | None = None
    any: Annotated[list[ConditionFile], Field(min_length=1)] | None = None
    all: Annotated[list[ConditionFile], Field(min_length=1)] | None = None
    not_: list[ConditionFile] = Field(default_factory=list, alias="not")
    unless: list[str] = Field(default_factory=list)
    message: str = Field(min_length=4, max_length=400)
    cites: list[str] = Field(default_factory=list)
    examples: ExamplesFile

    @field_validator("category")
    @classmethod
    def _known(cls, category: str) -> str:
        if category not in CATEGORIES:
            raise ValueError(f"没有类别 {category}{nearest(category, CATEGORIES)}")
        return category

    @model_validator(mode="after")
    def _sound(self) -> RuleFile:
        if (self.any is None) == (self.all is None):
            raise ValueError("顶层条件写 any 或 all 其中一个")
        if self.status == "stable" and min(len(self.examples.hit), len(self.examples.clean)) < 3:
            raise ValueError("status: stable 至少要 3 个 hit 和 3 个 clean 例子；例子不够请写 experimental")
        return self


class AppliesFile(Strict):
    """When a step is asked for at all."""

    parties: list[PartyName]
    min_days_overdue: int | None = None
    needs_flags: list[str] = Field(default_factory=list)
    unless_flags: list[str] = Field(default_factory=list)
    unless_metadata: dict[str, Any] = Field(default_factory=dict)
    after_talk_of: list[ConditionFile] = Field(default_factory=list)
    unless_customer: list[ConditionFile] = Field(default_factory=list)
    unless_customer_last: list[ConditionFile] = Field(default_factory=list)


class PartFile(Strict):
    """One thing that the step must contain."""

    part: str
    any: list[ConditionFile] = Field(min_length=1)
    unless: list[str] = Field(default_factory=list)
    not_: list[ConditionFile] = Field(default_factory=list, alias="not")
    parties: list[PartyName] | None = None
    when: dict[str, Any] = Field(default_factory=dict)


class StepExamplesFile(Strict):
    """Dialogues in which the step is done, and in which it is not."""

    done: list[ExampleFile] = Field(default_factory=list)
    missed: list[ExampleFile] = Field(default_factory=list)


class StepFile(Strict):
    """One required step of the script."""

    id: str
    name: str
    applies: AppliesFile
    needs: list[PartFile] = Field(min_length=1)
    within: WithinFile | None = None
    order_after: list[str] = Field(default_factory=list)
    spoiled_by: list[str] = Field(default_factory=list)
    spoiled_anywhere_by: list[str] = Field(default_factory=list)
    message: str
    say_instead: str
    cites: list[str] = Field(default_factory=list)
    examples: StepExamplesFile

    @model_validator(mode="after")
    def _known(self) -> StepFile:
        if self.id not in STEPS:
            raise ValueError(f"没有步骤 {self.id}{nearest(self.id, STEPS)}")
        return self


class PackFile(Strict):
    """pack.yaml of a pack that stands alone; ``built_on`` names the packs that were laid under it when it was archived."""

    name: PackName
    version: PackVersion
    title: str
    language: str
    regions: list[RegionName] = Field(min_length=1)
    default_region: RegionName
    norms_in_force: dict[RegionName, list[str]] = Field(default_factory=dict)
    built_on: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_of_its_regions(self) -> PackFile:
        if self.default_region not in self.regions:
            raise ValueError(f"default_region {self.default_region} 不在 regions 里")
        return self


class OverlayFile(Strict):
    """pack.yaml of a pack that extends another; what it leaves out is as the base has it."""

    name: PackName
    version: PackVersion
    title: str
    extends: str = Field(min_length=1, max_length=200)
    disabled: list[str] = Field(default_factory=list)
    language: str = ""
    regions: list[RegionName] = Field(default_factory=list, min_length=1)
    default_region: RegionName | None = None
    norms_in_force: dict[RegionName, list[str]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_its_regions(self) -> OverlayFile:
        if bool(self.regions) != bool(self.default_region):
            raise ValueError("regions 和 default_region 要一起写，或都不写（沿用基础规则包）")
        if self.default_region and self.default_region not in self.regions:
            raise ValueError(f"default_region {self.default_region} 不在 regions 里")
        return self


def _long_enough(least: int) -> AfterValidator:
    def check(entry: str) -> str:
        if len(normalise(entry).text) < least:
            raise ValueError(f"{entry!r} 太短，会到处误中；至少写 {least} 个字或数字")
        return entry

    return AfterValidator(check)


class TenantFile(Strict):
    """tenant.yaml: what the institution fills in; rules and steps use each list as ``@institutions``, ``@hotlines`` and so on."""

    institutions: list[Annotated[str, _long_enough(2)]] = Field(default_factory=list)
    agencies: list[Annotated[str, _long_enough(2)]] = Field(default_factory=list)
    hotlines: list[Annotated[str, _long_enough(5)]] = Field(default_factory=list)
    official_accounts: list[Annotated[str, _long_enough(5)]] = Field(default_factory=list)
    recording_notice_required: bool = True


class NormFile(Strict):
    """One clause of a norm, as far as it was verified; ``unheard`` is what of it no recording shows, and what would."""

    norm: str
    article: str
    requirement: str
    title: str
    region: RegionName | None = None
    url: str | None = None
    checked: Any = None
    verification: Literal["V1", "V2", "V3", "PK"]
    unheard: str = ""
    unlocked_by: list[str] = Field(default_factory=list)


class LimitFile(Strict):
    """A region's limits in numbers."""

    hours: list[Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]] | None = Field(
        None, min_length=2, max_length=2
    )
    answered_calls_per_day: Annotated[int, Field(ge=1)] | None = None
    unanswered_attempts_per_number_per_day: Annotated[int, Field(ge=1)] | None = None
    cites: dict[Literal["hours", "answered_calls_per_day", "unanswered_attempts_per_number_per_day"], list[str]] = (
        Field(default_factory=dict)
    )


class NormsFile(Strict):
    """norms.yaml."""

    norms: dict[str, NormFile]
    limits: dict[RegionName, LimitFile]


class PenaltyFile(Strict):
    """Points that a category of conduct costs."""

    points: Points | Annotated[dict[SeverityName, Points], Field(min_length=1)]
    per: Literal["call", "finding"] = "call"
    cap: Points | None = None


class ScorecardFile(Strict):
    """scorecard.yaml."""

    weights: dict[str, Annotated[int, Field(ge=0)]]
    penalties: dict[str, PenaltyFile]
    knock_out: list[SeverityName]
    caps: dict[SeverityName, Points]
    bands: dict[Literal["excellent", "pass", "weak"], Points]
    trust_words_from: Annotated[float, Field(ge=0, le=1)]
    trust_steps_from: Annotated[float, Field(ge=0, le=1)]
    trust_roles_from: Annotated[float, Field(ge=0, le=1)] = 0.8

    @model_validator(mode="after")
    def _complete(self) -> ScorecardFile:
        if set(self.weights) != set(STEPS) or sum(self.weights.values()) != 100:
            raise ValueError("weights 要写全 12 个步骤，合计 100")
        if set(self.bands) != {"excellent", "pass", "weak"}:
            raise ValueError("bands 要写全 excellent、pass、weak")
        missing = sorted(set(CATEGORIES) - set(self.penalties))
        unknown = sorted(set(self.penalties) - set(CATEGORIES))
        if missing or unknown:
            raise ValueError(f"penalties 缺少 {missing}，多出 {unknown}")
        return self


ConditionFile.model_rebuild()
