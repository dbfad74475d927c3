"""The shape of a condition as rule files write it: exactly one kind each, every key known."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

KINDS = (
    "phrase", "sounds_like", "similar", "regex", "near", "tokens", "repeated", "metadata", "signal", "fact", "previous",
    "answers", "any", "all", "not",
)  # fmt: skip

SpeakerName = Literal["agent", "customer", "unknown"]
Phrases = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=2000)]


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class RegexFile(Strict):
    """A regular expression with its options."""

    pattern: str = Field(max_length=2000)
    not_inside_digits: bool = False


class NearFile(Strict):
    """Words close together: within so many characters of one sentence, or anywhere in so many of the speaker's turns."""

    all: list[str | Phrases] = Field(min_length=2, max_length=6)
    within: int | None = Field(None, ge=0, le=80)
    within_turns: int | None = Field(None, ge=1, le=6)
    ordered: bool = False

    @model_validator(mode="after")
    def _one_measure(self) -> NearFile:
        if self.within is not None and self.within_turns is not None:
            raise ValueError("within（字数）和 within_turns（轮数）只写其中一个")
        return self


class SimilarFile(Strict):
    """Sentences that a clause may come close to; the rule's own hit examples unless others are given."""

    to: Phrases = Field(default_factory=lambda: ["@examples"])
    at_least: float = Field(0.7, ge=0.5, le=1)


class RepeatedFile(Strict):
    """The same thing said so many times, by the turn's speaker unless another is named."""

    times: int = Field(ge=2, le=20)
    any: Annotated[list[ConditionFile], Field(min_length=1)]
    speaker: SpeakerName | None = None
    within_turns: int | None = Field(None, ge=2, le=100)


class AnswersFile(Strict):
    """The other side's question, at most so many turns back, and the words with which this turn answers it."""

    question: ConditionFile
    with_: Phrases = Field(alias="with")
    turns: int = Field(1, ge=1, le=4)


class ConditionFile(Strict):
    """One condition: exactly one kind."""

    phrase: Phrases | None = None
    sounds_like: Phrases | None = None
    similar: SimilarFile | None = None
    regex: str | RegexFile | None = None
    near: NearFile | None = None
    tokens: list[list[dict[str, Any]]] | None = None
    repeated: RepeatedFile | None = None
    metadata: dict[str, Any] | None = None
    signal: dict[str, Any] | None = None
    fact: dict[str, Any] | None = None
    previous: PreviousFile | None = None
    answers: AnswersFile | None = None
    any: Annotated[list[ConditionFile], Field(min_length=1)] | None = None
    all: Annotated[list[ConditionFile], Field(min_length=1)] | None = None
    not_: ConditionFile | None = Field(None, alias="not")

    @model_validator(mode="after")
    def _one_kind(self) -> ConditionFile:
        given = [k for k in KINDS if getattr(self, "not_" if k == "not" else k) is not None]
        if len(given) != 1:
            raise ValueError(f"一个条件只写一种：{'、'.join(KINDS)}；这里写了 {'、'.join(given) or '空'}")
        return self


class PreviousFile(ConditionFile):
    """A condition on the turn just before."""

    speaker: SpeakerName | None = None
