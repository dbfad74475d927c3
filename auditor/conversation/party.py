"""Who was on the line, and from which moment on: the debtor (verified or not), a third party, a wrong number, voicemail.

Verified means a name and at least one independent factor, asked for and answered, or said unasked (reference conventions 8
and 9). A factor that the agent reads out is not independent: whoever picked up can agree to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from auditor.conversation.turns import Turn
from auditor.models import Metadata, Party, PartyChange, PartyKind
from auditor.text.cue import Cue
from auditor.text.index import Listener
from auditor.text.numbers import Number
from auditor.text.page import Hit
from auditor.text.pinyin import sound

PATIENCE = 3  # customer turns within which an asked-for factor may still be given
OPENING = 6  # turns in which a machine would answer
GREETING = 4  # characters of 喂, 你好 before somebody says who he is
DEBTOR_HIMSELF = ("debtor", "self", "本人")


@dataclass(frozen=True, slots=True)
class PartyCues:
    """What each kind of person or machine says, and how agents ask for, confirm and reject a factor."""

    voicemail: Cue
    wrong_number: Cue
    related: Cue
    third_party: Cue
    of_debtor: Cue
    spoken_of: Cue
    relation_asked: Cue
    asks_back: Cue
    claimed: Cue
    named: Cue
    own_name: Cue
    handing_over: Cue
    handed_over: Cue
    stays_away: Cue
    passing_on: Cue
    lets_speak: Cue
    new_voice: Cue
    factor_asked: Cue
    factor_given: Cue
    factor_offered: Cue
    factor_stated: Cue
    factor_agreed: Cue
    factor_refused: Cue
    factor_confirmed: Cue
    factor_rejected: Cue

    @property
    def listeners(self) -> list[Listener]:
        """All of them, as a page's index knows them."""
        return [getattr(self, each.name).listener() for each in fields(self)]


def find_party(turns: Sequence[Turn], metadata: Metadata, cues: PartyCues) -> Party:
    """Walk the turns and note each change of who is on the line, with the words that show it."""
    relation = metadata.contact_relation
    if relation and relation not in DEBTOR_HIMSELF:
        first = PartyChange(0, "third_party", f"通话资料写明接听人是 {relation}")
    else:
        first = PartyChange(0, "debtor_unverified", "尚未核实身份")
    walk = _Walk(turns, cues, [first])
    for place, turn in enumerate(turns):
        if turn.speaker == "agent":
            walk.agent(turn)
        else:
            walk.other(turn, place)
    return Party(walk.now, tuple(walk.changes))


@dataclass(slots=True)
class _Walk:
    """What is known by the turn that was heard last."""

    turns: Sequence[Turn]
    cues: PartyCues
    changes: list[PartyChange]
    agents: list[Turn] = field(default_factory=list)
    asked: Turn | None = None  # the agent's turn that asks for a factor, while an answer is awaited
    answer: Turn | None = None  # the last words since then that may be one
    patience: int = 0
    claimed: bool = False  # whoever is on the line says to be the debtor
    verified: bool = False  # the debtor was verified earlier in the call
    awaited: PartyKind | None = None  # who is being called to the phone

    @property
    def now(self) -> PartyKind:
        return self.changes[-1].party

    def agent(self, turn: Turn) -> None:
        """The agent asks for a factor, or says that the answer was right."""
        if self.now == "debtor_unverified" and turn.text in self.cues.factor_confirmed:
            if self.answer is not None:
                self._verified(self.answer, "坐席询问核身要素，并确认对方所答一致")
            elif not self.agents:
                self._verified(turn, "坐席接起时说身份已核对")
        if turn.text in self.cues.factor_asked or turn.text in self.cues.factor_stated:
            self.asked, self.answer, self.patience = turn, None, PATIENCE
        self.agents.append(turn)

    def other(self, turn: Turn, place: int) -> None:
        """Words of whoever is on the line; of somebody unknown, only a machine's are understood."""
        cues = self.cues
        if place < OPENING and self.now != "debtor_verified" and (hit := cues.voicemail.first(turn.text)):
            self._change(turn, hit, "voicemail", _said(turn, hit))
        elif turn.speaker == "customer":
            if self.now in ("third_party", "wrong_number"):
                self._debtor_comes(turn, 0)
            elif self.now == "debtor_verified" or self.claimed:
                self._another_comes(turn)
            elif self.now == "voicemail" and (
                hit := cues.claimed.first(turn.text) or cues.handed_over.first(turn.text)
            ):
                self._change(turn, hit, "debtor_unverified", f"语音之后有人接听，{_said(turn, hit)}")
            if self.now == "debtor_unverified" or (self.now == "voicemail" and turn.text not in cues.voicemail):
                self._listen(turn)
            self._factor(turn, place)

    def _debtor_comes(self, turn: Turn, after: int) -> None:
        """The debtor takes the phone: says so, or is called and somebody new says hello."""
        cues = self.cues
        calls = cues.handing_over.first(turn.text)
        comes = next((hit for hit in sorted(cues.handed_over.hits(turn.text)) if hit[0] >= after), None)
        if comes is None and (calls or self.awaited) and turn.text not in cues.stays_away:
            comes = _opening(cues.new_voice, turn, calls[1] if calls else after)
        self.awaited = "debtor_unverified" if calls and not comes else None
        if comes:
            known: PartyKind = "debtor_verified" if self.verified else "debtor_unverified"
            self._change(turn, comes, known, f"换了本人接听，{_said(turn, comes)}")
            self.claimed = True

    def _another_comes(self, turn: Turn) -> None:
        """The debtor passes the phone to somebody else; one whom the debtor lets speak for him changes nothing."""
        cues = self.cues
        comes = _opening(cues.related, turn, reach=GREETING)
        if comes is None and self.awaited == "third_party":
            comes = _opening(cues.new_voice, turn)
        if comes:
            self._change(turn, comes, "third_party", f"换了别人接听，{_said(turn, comes)}")
        passes = not comes and turn.text in cues.passing_on and turn.text not in cues.lets_speak
        self.awaited = "third_party" if passes else None

    def _listen(self, turn: Turn) -> None:
        """Whether somebody of whom nothing is known yet shows that the debtor is not on the line."""
        cues = self.cues
        wrong = cues.wrong_number.first(turn.text)
        third = min(filter(None, (cues.related.first(turn.text), cues.third_party.first(turn.text))), default=None)
        if wrong and not (third and third < wrong):
            self._change(turn, wrong, "wrong_number", _said(turn, wrong))
        elif third:
            self._change(turn, third, "third_party", _said(turn, third))
            self._debtor_comes(turn, third[1])
        elif self.now == "debtor_unverified" and not self.claimed:
            self._hints(turn)

    def _hints(self, turn: Turn) -> None:
        """What shows it only as long as nobody has said to be the debtor."""
        cues = self.cues
        last = self.agents[-1].text if self.agents else None
        if (hit := cues.own_name.first(turn.text)) and self._other_name(turn.text.text[hit[1] - 1]):
            self._change(turn, hit, "wrong_number", f"所报姓名与坐席要找的人不同，{_said(turn, hit)}")
        elif hit := cues.of_debtor.first(turn.text):
            self._change(turn, hit, "third_party", f"把债务人当作别人说起，{_said(turn, hit)}")
            self._debtor_comes(turn, hit[1])
        elif last is not None and last in cues.relation_asked and turn.text in cues.factor_agreed:
            self._change(turn, None, "third_party", "坐席问是否债务人的亲友，对方称是")
        elif turn.text in cues.claimed:
            self.claimed = True
        elif last is not None and last in cues.spoken_of and turn.text not in cues.asks_back:
            self._change(turn, None, "third_party", "坐席向对方问起债务人，对方没有说自己就是")

    def _other_name(self, name: str) -> bool:
        """Whether the agents asked for somebody, and for nobody of this name."""
        asked = "".join(each.text.text for each in self.agents if each.text in self.cues.named)
        return bool(asked) and sound(name) not in sound(asked)

    def _factor(self, turn: Turn, place: int) -> None:
        """Whether a factor is given, as asked or unasked."""
        if self.now not in ("debtor_unverified", "third_party"):
            self.asked = None
            return
        if self.now == "third_party" and (self.changes[-1].utterance == turn.utterances[0] or self.awaited):
            return
        given = self.asked is not None and _answers(turn, self.asked, self.cues)
        offered = self.now == "debtor_unverified" and turn.text in self.cues.factor_offered
        if (given or offered) and not _rejected(self.turns[place + 1 :], self.cues):
            why = "坐席询问核身要素，对方答出" if given else "对方主动报出核身要素"
            self._verified(turn, why)
        elif self.asked is not None:
            if self.asked.text in self.cues.factor_asked and not self._evades(turn):
                self.answer = turn
            self.patience -= 1
            if self.patience == 0:
                self.asked = None

    def _evades(self, turn: Turn) -> bool:
        return turn.text in self.cues.factor_refused or turn.text in self.cues.asks_back

    def _verified(self, turn: Turn, reason: str) -> None:
        self._change(turn, None, "debtor_verified", reason)
        self.verified = self.claimed = True
        self.asked = self.answer = None

    def _change(self, turn: Turn, hit: Hit | None, party: PartyKind, reason: str) -> None:
        at = turn.utterance_at(hit[0]) if hit else turn.utterances[0]
        if party != self.now:
            self.changes.append(PartyChange(max(at, self.changes[-1].utterance), party, reason))


def _opening(cue: Cue, turn: Turn, after: int = 0, reach: int = 0) -> Hit | None:
    """The cue's first hit at the beginning of an utterance, or so close to it that only a greeting goes before."""
    for start, end in sorted(cue.hits(turn.text)):
        begin = turn.owner.index(turn.owner[start])
        if begin >= after and start - begin <= reach:
            return start, end
    return None


def _said(turn: Turn, hit: Hit) -> str:
    return f"对方说“{turn.heard[hit[0] : hit[1]]}”"


def _answers(turn: Turn, asked: Turn, cues: PartyCues) -> bool:
    """Whether the turn gives the factor asked for, and not merely what the agent has just read out."""
    if turn.text in cues.factor_refused or asked.text not in cues.factor_asked:
        return False
    told = {_as_digits(n) for n in asked.numbers}
    digits = {_as_digits(n) for n in turn.numbers if _read_out(n, turn.heard[n.start : n.end])}
    if digits or asked.text in cues.factor_stated:
        return bool(digits - told)
    return turn.text in cues.factor_given


def _as_digits(number: Number) -> str:
    return number.digits if number.digits is not None else str(number.value)


def _read_out(number: Number, said: str) -> bool:
    """Three digits or more: 三七二一, or 3721 as recognisers write it; a round sum such as 3000 is money."""
    if number.digits is not None:
        return len(number.digits) >= 3
    return number.unit == "bare" and said.isascii() and said.isdecimal() and len(said) >= 3 and not said.endswith("00")


def _rejected(following: Sequence[Turn], cues: PartyCues) -> bool:
    agent = next((t for t in following if t.speaker == "agent"), None)
    return agent is not None and agent.text in cues.factor_rejected
