"""What one turn says of paying, clause by clause: days, sums, and which clauses promise nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from auditor.conversation.turns import Turn
from auditor.text.cue import Cue
from auditor.text.dates import Day, days
from auditor.text.index import Listener
from auditor.text.normalise import Comparable
from auditor.text.page import Hit, side_by_side

# 两三千, 几百, 千把块 name no sum
_VAGUE = re.compile(
    "(?:一[两二]|两三|二三|三四|三五|四五|五六|六七|七八|八九|几|好几|数|上)[百千万]|(?:块儿?|百)(?:八百|八十)|[百千万]把"
)
_BETWEEN = re.compile("(?:元|块钱?|蚊)?(?:到|至|还是|或者?|或是)")
_DENIES_ALONE = ("不是", "唔系", "不")  # 明天，啊不是，后天
AGENTS_TOO = ("when", "pays", "moves", "all", "least", "offers", "asks_when")  # looked for in what the agent says, too
SMALLEST = 10  # a bare number below is no sum to pay


@dataclass(frozen=True, slots=True)
class PromiseCues:
    """What is said when payment is promised, and when it only looks so; the pack's ``promise.yaml`` tells what each is for."""

    when: Cue
    pays: Cue
    moves: Cue
    cannot: Cue
    tries: Cue
    reported: Cue
    done: Cue
    elsewhere: Cue
    supposed: Cue
    void: Cue
    condition: Cue
    ifs: Cue
    corrects: Cue
    later: Cue
    total: Cue
    all: Cue
    least: Cue
    that: Cue
    half: Cue
    payday: Cue
    at_once: Cue
    accepts: Cue
    hedged: Cue
    offers: Cue
    asks_when: Cue
    refuses: Cue
    channels: Mapping[str, Cue]

    @property
    def listeners(self) -> list[Listener]:
        """All of them, as a page's index knows them."""
        single = [each.name for each in fields(self) if each.name != "channels"]
        said = [getattr(self, name).listener(None if name in AGENTS_TOO else "customer") for name in single]
        return said + [cue.listener("customer") for cue in self.channels.values()]


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount of money in a turn; ``value`` is ``None`` where a range was named (两三千, 八千到一万)."""

    start: int
    end: int
    value: Decimal | None


class Reading:
    """One turn, read for what it says of paying; each thing is looked for when it is first asked for."""

    def __init__(self, turn: Turn, now: datetime | None, cues: PromiseCues) -> None:
        self.turn, self.text, self.cues, self._now = turn, as_heard(turn), cues, now

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """The days it names, in order."""
        return days(self.text, self._now)

    @cached_property
    def pays(self) -> list[Hit]:
        """Where it speaks of paying."""
        return sorted(self.cues.pays.hits(self.text))

    @cached_property
    def moves(self) -> list[Hit]:
        """Where it speaks of money on its way, which may be another's."""
        return sorted(self.cues.moves.hits(self.text))

    @cached_property
    def later(self) -> list[Hit]:
        """Where it comes to what is paid after the first payment."""
        return sorted(self.cues.later.hits(self.text))

    @cached_property
    def denied(self) -> set[int]:
        """Clauses that say no."""
        return self._clauses(self.cues.cannot)

    @cached_property
    def supposed(self) -> set[int]:
        """Clauses that only suppose a payment."""
        return self._clauses(self.cues.supposed) | self._only_if()

    @cached_property
    def unsettled(self) -> set[int]:
        """Clauses that leave it open: wishes and questions."""
        return self._tries() | self._asked()

    @cached_property
    def barred(self) -> set[int]:
        """Clauses that promise nothing: those above, reports, and what was paid before."""
        told = self._clauses(self.cues.reported) | self._clauses(self.cues.done)
        return self.denied | self.supposed | self.unsettled | told | self._past()

    @cached_property
    def corrections(self) -> list[int]:
        """Where something said before is taken back."""
        alone = [s for s, e in self.text.clauses() if self.text.text[s:e] in _DENIES_ALONE]
        return sorted([s for s, _ in self.cues.corrects.hits(self.text)] + alone)

    def clause(self, at: int) -> int:
        """The number of the clause that holds this character."""
        return bisect_right(self.text.clause_ends, at)

    def says(self, cue: Cue) -> bool:
        """Whether the turn says this anywhere."""
        return self.text in cue

    def is_later(self, at: int) -> bool:
        """Whether this belongs to what is paid after the first payment: 剩下的月底还."""
        return any(s <= at and self.clause(s) == self.clause(at) for s, _ in self.later)

    def _clauses(self, cue: Cue) -> set[int]:
        return {n for s, e in cue.hits(self.text) if (n := self._own_clause(s, e)) is not None}

    def _own_clause(self, start: int, end: int) -> int | None:
        """The clause that a hit is about; a pattern may look at one character beyond. None where two clauses only look joined."""
        first, last = self.clause(start), self.clause(end - 1)
        if first == last or end - self.text.clause_ends[first] <= 1:
            return first
        return last if self.text.clause_ends[last - 1] - start <= 1 else None

    def _tries(self) -> set[int]:
        """Clauses that leave things open, unless only the rest is left open: 先还两千，剩下的再说."""
        hits = [h for h in self.cues.tries.hits(self.text) if not any(0 <= h[0] - e <= 6 for _, e in self.later)]
        return {n for s, e in hits if (n := self._own_clause(s, e)) is not None}

    def _past(self) -> set[int]:
        future = {self.clause(d.start) for d in self.days if not d.past}
        return {self.clause(d.start) for d in self.days if d.past} - future

    def _asked(self) -> set[int]:
        """Clauses of questions that offer nothing: 周五？三千？ asks, 周五还三千行吗 offers."""
        offered = {self.text.sentence_at(s) for s, _ in self.cues.offers.hits(self.text)}
        ends = (0, *self.text.sentence_ends)
        paid = {self.clause(s) for s, _ in self.pays}
        found: set[int] = set()
        for n in self.text.asks - offered:
            last = self.clause(ends[n + 1] - 1)
            found.add(last)
            found.update(c for c in range(self.clause(ends[n]), last) if c not in paid)
        return found

    def _only_if(self) -> set[int]:
        """Clauses that only suppose a payment: 要是我三十一号才还; not 要是免了利息我就还."""
        found = set()
        for start, end in self.cues.ifs.hits(self.text):
            border = self.text.clause_around(start, end)[1]
            paid = next((s for s, _ in self.pays if end <= s < border), None)
            if paid is not None and not re.search("就|那我", self.text.text[end:paid]):
                found.add(self.clause(start))
        return found

    @cached_property
    def sums(self) -> tuple[Sum, ...]:
        """The amounts it names, in order."""
        text, dated = self.text.text, [(d.start, d.end) for d in self.days]
        paid = {at for _, end in (*self.pays, *self.moves) for at in (end, end - 1)}
        found = [Sum(m.start(), m.end(), None) for m in _VAGUE.finditer(text)]
        vague = [(s.start, s.end) for s in found]
        for n in self.turn.numbers:
            if _touches(n.start, n.end, (*dated, *vague)):
                continue
            if n.is_amount or (n.unit == "bare" and n.digits is None and n.value >= SMALLEST and n.start in paid):
                found.append(Sum(n.start, n.end, n.value))
        found.sort(key=lambda s: s.start)
        ranges: set[int] = set()
        for i, (one, two) in enumerate(pairwise(found)):
            if (m := _BETWEEN.match(text, one.end)) and m.end() == two.start:
                ranges |= {i, i + 1}
        return tuple(Sum(s.start, s.end, None) if i in ranges else s for i, s in enumerate(found))


def as_heard(turn: Turn) -> Comparable:
    """The turn's text before misheard words were put right: repair knows the words of rules, and bends those of payment."""
    if turn.text.text == turn.heard or not turn.heard:
        return turn.text
    index = turn.text.page.index if turn.text.page else None
    return side_by_side([replace(turn.text, text=turn.heard)], index, [turn.speaker])[0]


def _touches(start: int, end: int, places: Iterable[Hit]) -> bool:
    return any(s < end and start < e for s, e in places)
