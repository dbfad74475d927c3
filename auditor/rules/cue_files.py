"""The shape of the files that say what shows who is on the line, and what the customer and the call show."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from auditor.models import CUSTOMER_FLAGS
from auditor.rules.condition_file import NearFile, Strict
from auditor.rules.document import nearest


class CueFile(Strict):
    """Words that show something, unless their context says otherwise."""

    phrase: list[str] = Field(default_factory=list)
    regex: list[str] = Field(default_factory=list)
    near: list[NearFile] = Field(default_factory=list)
    unless: list[str] = Field(default_factory=list)


class PartyFile(Strict):
    """party.yaml: who answered."""

    voicemail: CueFile
    wrong_number: CueFile
    related: CueFile = CueFile()
    third_party: CueFile
    of_debtor: CueFile = CueFile()
    spoken_of: CueFile = CueFile()
    relation_asked: CueFile
    asks_back: CueFile = CueFile()
    claimed: CueFile = CueFile()
    named: CueFile = CueFile()
    own_name: CueFile = CueFile()
    handing_over: CueFile = CueFile()
    handed_over: CueFile
    stays_away: CueFile = CueFile()
    passing_on: CueFile = CueFile()
    lets_speak: CueFile = CueFile()
    new_voice: CueFile = CueFile()
    factor_asked: CueFile
    factor_given: CueFile
    factor_offered: CueFile = CueFile()
    factor_stated: CueFile
    factor_agreed: CueFile
    factor_refused: CueFile
    factor_confirmed: CueFile = CueFile()
    factor_rejected: CueFile


class RolesFile(Strict):
    """roles.yaml: what each side says."""

    agent: CueFile
    customer: CueFile


class FactsFile(Strict):
    """facts.yaml: customer flags and delinquency reasons."""

    flags: dict[str, CueFile]
    reasons: dict[str, CueFile]
    not_own: CueFile = CueFile()
    implied: dict[str, list[str]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> FactsFile:
        brings = (name for name in self.implied if name not in self.reasons)
        for name in (*self.flags, *brings, *(n for names in self.implied.values() for n in names)):
            if name not in CUSTOMER_FLAGS:
                raise ValueError(f"没有客户标记 {name}{nearest(name, CUSTOMER_FLAGS)}")
        return self


class PromiseFile(Strict):
    """promise.yaml: how customers promise to pay, and what only looks like it."""

    when: CueFile
    pays: CueFile
    moves: CueFile
    cannot: CueFile
    tries: CueFile
    reported: CueFile
    done: CueFile
    elsewhere: CueFile
    supposed: CueFile
    void: CueFile
    condition: CueFile
    ifs: CueFile
    corrects: CueFile
    later: CueFile
    total: CueFile
    all: CueFile
    least: CueFile
    that: CueFile
    half: CueFile
    payday: CueFile
    at_once: CueFile
    accepts: CueFile
    hedged: CueFile
    offers: CueFile
    asks_when: CueFile
    refuses: CueFile
    channels: dict[str, CueFile] = Field(default_factory=dict)


class SignalsFile(Strict):
    """signals.yaml: how a call's signals are measured; a pack may do without it."""

    hold: CueFile = Field(default_factory=CueFile)
    lookup: CueFile = Field(default_factory=CueFile)
    backchannels: list[Annotated[str, Field(min_length=1, max_length=10)]] = Field(default_factory=list, max_length=200)
    overlap_seconds: float = Field(default=0.5, ge=0, le=10)
    dead_air_seconds: float = Field(default=3.0, gt=0, le=60)
    rate_window_seconds: float = Field(default=10.0, ge=1, le=120)
    raised_voice_db: float = Field(default=9.0, ge=3, le=40)
