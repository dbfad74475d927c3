"""Who was on the line, and from which moment on: the debtor (verified or not), a third party, a wrong number, voicemail.

Verified means a name and at least one independent factor, asked for and answered (reference conventions 8 and 9).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from auditor.conversation.turns import Turn
from auditor.models import Metadata, Party, PartyChange, PartyKind
from auditor.text.cue import Cue
from auditor.text.index import Listener
from auditor.text.numbers import Number

PATIENCE = 3  # customer turns within which an asked-for factor may still be given
OPENING = 6  # turns in which a machine would answer


@dataclass(frozen=True, slots=True)
class PartyCues:
    """What each kind of person or machine says, and how agents ask for, confirm and reject a factor."""

    voicemail: Cue
    wrong_number: Cue
    third_party: Cue
    relation_asked: Cue
    handed_over: Cue
    factor_asked: Cue
    factor_given: Cue
    factor_stated: Cue
    factor_agreed: Cue
    factor_refused: Cue
    factor_rejected: Cue

    @property
    def listeners(self) -> list[Listener]:
        """All of them, as a page's index knows them."""
        return [getattr(self, each.name).listener() for each in fields(self)]


def find_party(turns: Sequence[Turn], metadata: Metadata, cues: PartyCues) -> Party:
    """Walk the turns and note each change of who is on the line, with the words that show it."""
    changes: list[PartyChange] = []
    relation = metadata.contact_relation
    if relation and relation not in ("debtor", "self", "本人"):
        changes.append(PartyChange(0, "third_party", f"元数据：接听人是 {relation}"))
    else:
        changes.append(PartyChange(0, "debtor_unverified", "尚未核实身份"))
    asked_before: Turn | None = None
    last_agent: Turn | None = None
    patience = 0
    for place, turn in enumerate(turns):
        now = changes[-1].party
        if turn.speaker == "agent":
            if turn.text in cues.factor_asked or turn.text in cues.factor_stated:
                asked_before, patience = turn, PATIENCE
            last_agent = turn
            continue
        new, reason = _heard(turn, now, cues, place)
        if (
            new is None
            and now == "debtor_unverified"
            and last_agent is not None
            and last_agent.text in cues.relation_asked
            and turn.text in cues.factor_agreed
        ):
            new, reason = "third_party", "坐席问是否债务人的亲友，对方称是"
        if new is None and now in ("debtor_unverified", "third_party") and asked_before is not None:
            if _answered(turn, asked_before, cues) and not _rejected(turns[place + 1 :], cues):
                new, reason = "debtor_verified", "坐席询问核身要素，对方答出"
            else:
                patience -= 1
                if patience == 0:
                    asked_before = None
        if new is not None and new != now:
            changes.append(PartyChange(turn.utterances[0], new, reason))
            asked_before = None
    return Party(changes[-1].party, tuple(changes))


def _heard(turn: Turn, now: PartyKind, cues: PartyCues, place: int) -> tuple[PartyKind | None, str]:
    if place < OPENING and now != "debtor_verified" and (hit := cues.voicemail.first(turn.text)):
        return "voicemail", _said(turn, hit)
    if turn.speaker != "customer":
        return None, ""
    if now in ("third_party", "wrong_number") and (hit := cues.handed_over.first(turn.text)):
        return "debtor_unverified", _said(turn, hit)
    if now == "debtor_verified":
        return None, ""
    if now != "third_party" and (hit := cues.wrong_number.first(turn.text)):
        return "wrong_number", _said(turn, hit)
    if now != "wrong_number" and (hit := cues.third_party.first(turn.text)):
        return "third_party", _said(turn, hit)
    return None, ""


def _said(turn: Turn, hit: tuple[int, int]) -> str:
    return f"对方说“{turn.heard[hit[0] : hit[1]]}”"


def _answered(turn: Turn, asked: Turn, cues: PartyCues) -> bool:
    if turn.text in cues.factor_refused:
        return False
    digits = any(_read_out(n, turn.heard[n.start : n.end]) for n in turn.numbers)
    if asked.text in cues.factor_asked and (digits or turn.text in cues.factor_given):
        return True
    return asked.text in cues.factor_stated and turn.text in cues.factor_agreed


def _read_out(number: Number, said: str) -> bool:
    """Three digits or more: 三七二一, or 3721 as recognisers write it; a round sum such as 3000 is money."""
    if number.digits is not None:
        return len(number.digits) >= 3
    return number.unit == "bare" and said.isascii() and said.isdecimal() and len(said) >= 3 and not said.endswith("00")


def _rejected(following: Sequence[Turn], cues: PartyCues) -> bool:
    agent = next((t for t in following if t.speaker == "agent"), None)
    return agent is not None and agent.text in cues.factor_rejected
