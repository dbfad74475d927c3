"""What one customer's turn commits to: which payment, which of the days and sums that are said belong to it.

Of several payments in a turn the first one counts; what was taken back (周三，不对，周四) does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from auditor.conversation.reading import PromiseCues, Reading, Sum
from auditor.conversation.turns import Turn
from auditor.models import Metadata, Promise, Utterance
from auditor.text.dates import Day
from auditor.text.numbers import value_of
from auditor.text.page import Hit

_LIGHT = re.compile("[先再就还给你们打我吧嘛呢咯那是个的之前付缴转蚊]*")  # what may stand between a day and its sum
_TERMS = re.compile("(?:分成?|连?还|拆成?|共)([0-9一二两三四五六七八九十]{1,3})(?:期|个月|次|回|笔)")
_EACH = re.compile("每期|一期|每个?月|月月|按月|一个月还")
_ON = re.compile("[要得先就还需]{0,2}")
TEXT_AFTER = 2  # clauses behind the payment in which its sum may still be named


def span_of(turn: Turn, start: int, end: int) -> tuple[int, int]:
    """These characters as a span of the utterance that holds the first of them."""
    at = turn.utterance_at(start)
    origins = [turn.text.origin[i] for i in range(start, end) if turn.owner[i] == at]
    return min(origins), max(origins) + 1


class Answer:
    """One customer's turn, with the agent's turn that it answers."""

    def __init__(
        self,
        turn: Turn,
        asked: Turn | None,
        utterances: Sequence[Utterance],
        metadata: Metadata,
        now: datetime | None,
        cues: PromiseCues,
    ) -> None:
        self.said = Reading(turn, now, cues)
        self.utterances, self.metadata, self.cues = utterances, metadata, cues
        self.today = now.date() if now else None
        # what the agent said before
        self.told = Reading(asked, now, cues) if asked is not None else None

    @cached_property
    def asked(self) -> Reading | None:
        """What the agent said before, where that asks for a payment or for its day."""
        return self.told if self.told is not None and self._asks(self.told) else None

    @property
    def is_rest(self) -> bool:
        """Whether it speaks of what remains after an earlier payment."""
        return bool(self.said.later) and all(self.said.is_later(d.start) for d in self.said.days)

    def _asks(self, agent: Reading) -> bool:
        """Whether the agent's turn asks for a payment, or for its day."""
        if agent.says(self.cues.asks_when):
            return True
        return bool(agent.pays or agent.moves or agent.sums) and bool(agent.text.asks or agent.says(self.cues.offers))

    def offer(self) -> Decimal | None:
        """The sum that it offers without a day."""
        said = self.said
        if not said.sums or said.days or not (said.pays or self.asked) or said.says(self.cues.void):
            return None
        fit = [s.value for s in said.sums if said.clause(s.start) not in said.barred and s.value is not None]
        return fit[0] if fit else None

    def promise(self, offered: Decimal | None) -> Promise | None:
        """What the turn commits to."""
        said, cues = self.said, self.cues
        if not (said.pays or said.moves or said.days or said.sums or said.says(cues.accepts)):
            return None
        if not (said.pays or said.moves or (said.days and said.sums) or self.asked):
            return None
        if said.says(cues.void) or (said.supposed and said.unsettled):
            return None
        at = self._commits()
        if at is None:
            return self._accepted() or self._countered(0)
        day = self._day(at)
        time = None
        also: set[int] = set()
        if day is None:
            time = cues.payday.first(said.text) or self._at_once()
            if time is None and (taken := self._countered(at) or self._accepted()) is not None:
                return taken
            if time is None and not said.says(cues.condition):
                return None
        amount, source = self._amount(at, offered)
        if source is not None:
            also.add(source)
        conditional = said.says(cues.condition)
        if (
            day is None
            and time is None
            and amount is None
            and not (said.says(cues.all) or said.text.text[at - 1] == "就")
        ):
            return None
        return self._made(at, day, time, amount, also, conditional)

    def _commits(self) -> int | None:
        """Where the turn commits: at words of paying, at a day with a sum, or at a day that answers the agent."""
        said = self.said
        free = [s for s, _ in said.pays if said.clause(s) not in said.barred]
        paid = [s for s in free if not said.is_later(s)] or free
        costs = list(self.cues.elsewhere.hits(said.text))
        moved = [
            s
            for s, e in said.moves
            if said.clause(s) not in said.barred and not said.is_later(s) and not self._spent(s, e, costs)
        ]
        pairs = [at for day in self._open_days() if (at := self._paired(day)) is not None]
        means = (
            self.asked is not None
            or bool(said.sums)
            or any(map(said.says, (self.cues.all, self.cues.least, self.cues.that)))
        )
        for places in (
            [s for s in paid if self._in_clause(said.clause(s))],
            sorted([s for s in moved if self._in_clause(said.clause(s)) and said.sums] + pairs),
            paid,
            moved if means else [],
            [d.start for d in self._open_days() if self._answers(d)],
        ):
            if places:
                return places[0]
        return None

    def _answers(self, day: Day) -> bool:
        """Whether a day alone answers the agent's question; 这个月活少 does not."""
        if self.asked is None:
            return False
        return day.due is not None or self.asked.says(self.cues.asks_when)

    def _spent(self, start: int, end: int, costs: Sequence[Hit]) -> bool:
        """Whether the money goes on something else: 押金交五千, 给三千房租."""
        text = self.said.text.text
        return any(
            (c_end <= start and _ON.fullmatch(text, c_end, start)) or (0 <= c_start - end <= 4)
            for c_start, c_end in costs
        )

    def _in_clause(self, clause: int) -> bool:
        said = self.said
        return clause in {said.clause(d.start) for d in said.days} | {said.clause(s.start) for s in said.sums}

    def _open_days(self) -> list[Day]:
        said = self.said
        return [d for d in said.days if not d.past and said.clause(d.start) not in said.barred]

    def _paired(self, day: Day) -> int | None:
        """Where a day and a sum stand side by side: 十号一千; 九月十五号，八百."""
        said = self.said
        elsewhere = {said.clause(s) for s, _ in self.cues.elsewhere.hits(said.text)}
        for sum_ in said.sums:
            first, second = sorted([(day.start, day.end), (sum_.start, sum_.end)])
            clauses = {said.clause(first[0]), said.clause(second[0])}
            near = second[0] - first[1] <= 4 and _LIGHT.fullmatch(said.text.text, first[1], second[0])
            if near and not said.is_later(sum_.start) and not clauses & (said.barred | elsewhere):
                return second[0]
        return None

    def _day(self, at: int) -> Day | None:
        """The day that goes with the payment: in its clause, else the last before, else the first behind."""
        said, clause = self.said, self.said.clause(at)
        gone = {d.due for d in said.days if said.clause(d.start) in said.denied and d.due}
        fit = [
            d
            for d in said.days
            if not d.past
            and d.due not in gone
            and (said.clause(d.start) not in said.barred or self._conditional(said.clause(d.start)))
            and (not said.is_later(d.start) or said.clause(d.start) == clause)
        ]
        if not fit:
            return None
        same = [d for d in fit if said.clause(d.start) == clause]
        before = [d for d in fit if d.start <= at]
        own = [d for d in same if d.start <= at] or same or before or fit
        chosen = own[-1] if own[-1].start <= at else own[0]
        if chosen.due is None:
            dated = [d for d in fit if d.due is not None]
            chosen = min(dated, key=lambda d: abs(d.start - at), default=chosen)
        for later in fit:
            mended = any(chosen.end <= c <= later.start for c in said.corrections)
            if later.start > chosen.start and later.due not in (None, chosen.due):
                chosen = later if mended or self._specified(chosen, later) else chosen
        return chosen

    def _specified(self, one: Day, other: Day) -> bool:
        """十月底缴，三十号: the second tells the first more exactly."""
        text, limit = self.said.text.text, min(one.start + 4, one.end)
        behind = other.start - one.end <= 4 and self.said.clause(other.start) == self.said.clause(one.start) + 1
        return behind and any(c in text[one.start : limit] for c in "底末尾") and not self.said.is_later(other.start)

    def _conditional(self, clause: int) -> bool:
        said = self.said
        return (
            any(said.clause(s) == clause for s, _ in self.cues.condition.hits(said.text))
            and clause not in said.unsettled
        )

    def _at_once(self) -> tuple[int, int] | None:
        said = self.said
        hits = [h for h in self.cues.at_once.hits(said.text) if said.clause(h[0]) not in said.barred]
        return min(hits, default=None)

    def _fit_sums(self) -> list[Sum]:
        said = self.said
        gone = {s.value for s in said.sums if said.clause(s.start) in said.denied}
        return [
            s for s in said.sums if said.clause(s.start) not in said.denied and (s.value is None or s.value not in gone)
        ]

    def _own_sum(self, at: int) -> Sum | None:
        """The sum that goes with the payment: in its clause, else close behind, else the last before, else any."""
        said, clause = self.said, self.said.clause(at)
        fit = self._fit_sums()
        kept = [s for s in fit if not said.is_later(s.start)] or fit
        if not kept:
            return None
        totals = [h[1] for h in self.cues.total.hits(said.text)]
        if whole := [s for s in kept if any(0 <= s.start - t <= 3 for t in totals)]:
            return whole[-1]
        same = [s for s in kept if said.clause(s.start) == clause]
        ahead = [s for s in same if s.start >= at]
        behind = [s for s in kept if clause < said.clause(s.start) <= clause + TEXT_AFTER and self._free(s)]
        before = [s for s in kept if said.clause(s.start) < clause and said.clause(s.start) not in said.unsettled]
        chosen = (ahead[:1] or same[-1:] or behind[:1] or before[-1:] or kept[:1])[0]
        for later in kept:
            if later.start > chosen.start and any(chosen.end <= c <= later.start for c in said.corrections):
                chosen = later
        return chosen

    def _free(self, sum_: Sum) -> bool:
        """Whether no other payment or day claims the sum."""
        said, clause = self.said, self.said.clause(sum_.start)
        return clause not in said.barred and not any(said.clause(d.start) == clause for d in said.days if not d.past)

    def _amount(self, at: int, offered: Decimal | None) -> tuple[Decimal | None, int | None]:
        """The sum promised, and the agent's utterance that names it."""
        said, cues = self.said, self.cues
        if (own := self._own_sum(at)) is not None:
            return own.value, None
        named = self._named(self.told, cues)
        if said.says(cues.half):
            whole = named[0] if named else self.metadata.amount_due
            return (None if whole is None else whole / 2), named[1] if named else None
        if said.says(cues.least):
            lowest = self._named(self.told, cues) if self.told and self.told.says(cues.least) else None
            return lowest or (None, None)
        if said.says(cues.all) and not (named and self.told):
            return self.metadata.amount_due, None
        if named and (self.asked is not None or said.says(cues.all) or said.says(cues.that)):
            return named
        return offered, None

    def _named(self, agent: Reading | None, cues: PromiseCues) -> tuple[Decimal, int] | None:
        """The one sum that the agent's turn names; the lowest one where the customer speaks of that."""
        if agent is None:
            return None
        sums = [s for s in agent.sums if s.value is not None]
        least = [h[1] for h in cues.least.hits(agent.text)] if self.said.says(cues.least) else []
        close = [s for s in sums if any(0 <= s.start - t <= 6 for t in least)] or sums
        if len({s.value for s in close}) != 1 or close[0].value is None:
            return None
        return close[0].value, agent.turn.utterance_at(close[0].start)

    def _accepted(self) -> Promise | None:
        """A yes to the agent's 周五还三千可以吗."""
        said, cues, asked = self.said, self.cues, self.asked
        if asked is None or not said.says(cues.accepts) or said.says(cues.hedged) or said.days:
            return None
        if said.denied | said.supposed | said.unsettled:
            return None
        day = self._proposed(asked)
        if day is None or not (asked.pays or asked.moves or asked.sums):
            return None
        named = self._named(asked, cues)
        amount = named[0] if named else self.metadata.amount_due if asked.says(cues.all) else None
        return self._taken_over(asked, day, amount)

    def _countered(self, at: int) -> Promise | None:
        """Another sum on the agent's day: 三千没有，两千可以."""
        asked, own = self.asked, self._own_sum(at)
        if asked is None or own is None or own.value is None or self.said.clause(own.start) in self.said.barred:
            return None
        day = self._proposed(asked)
        return None if day is None else self._taken_over(asked, day, own.value)

    def _proposed(self, agent: Reading) -> Day | None:
        """The one day that the agent asks for."""
        dated = [d for d in agent.days if not d.past and (d.due or d.between)]
        return dated[-1] if dated and len({d.due for d in dated}) == 1 else None

    def _taken_over(self, agent: Reading, day: Day, amount: Decimal | None) -> Promise:
        turn, asked = self.said.turn, agent.turn
        at = turn.utterances[0]
        span = span_of(turn, 0, len(turn.text.text))
        from_, to = span_of(asked, day.start, day.end)
        source = asked.utterance_at(day.start)
        return Promise(
            amount=amount,
            date_text=self.utterances[source].text[from_:to],
            due=day.due,
            utterance=at,
            between=day.between,
            also=(source,),
            span=span,
            quote=self.utterances[at].text[span[0] : span[1]],
            conditional=self.said.says(self.cues.condition),
            channel=self._channel(),
        )

    def _made(
        self, at: int, day: Day | None, time: tuple[int, int] | None, amount: Decimal | None, also: set[int], if_: bool
    ) -> Promise:
        said, turn = self.said, self.said.turn
        place = (day.start, day.end) if day is not None else time
        utterance = turn.utterance_at(place[0] if place else at)
        inside = [p for p in (place, (at, at + 1), *((s.start, s.end) for s in said.sums)) if p]
        own = [p for p in inside if turn.utterance_at(p[0]) == utterance]
        span = span_of(turn, min(p[0] for p in own), max(p[1] for p in own))
        text = None
        if place is not None:
            from_, to = span_of(turn, *place)
            text = self.utterances[utterance].text[from_:to]
        today = time is not None and self._at_once() == time and said.text not in self.cues.payday
        terms = _TERMS.search(turn.heard)
        count = value_of(terms[1]) if terms else None
        return Promise(
            amount=amount,
            date_text=text,
            due=day.due if day is not None else self.today if today else None,
            utterance=utterance,
            between=day.between if day is not None else None,
            also=tuple(sorted(also)),
            span=span,
            quote=self.utterances[utterance].text[span[0] : span[1]],
            conditional=if_,
            instalments=None if count is None or count < 2 else int(count),
            monthly=bool(_EACH.search(turn.heard)),
            channel=self._channel(),
        )

    def _channel(self) -> str | None:
        hits = [(hit, name) for name, cue in self.cues.channels.items() if (hit := cue.first(self.said.text))]
        return min(hits)[1] if hits else None
