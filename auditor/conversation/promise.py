"""The customer's promise to pay: how much, by when, in which words, and whether it hangs on a condition.

Reference convention 17: the commitment counts even if the agent sneers; its utterance is the customer's turn with the day; a plan
already in force, money already paid, wishes and questions are no promise. Of several payments the first one counts.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from auditor.conversation.commitment import Answer, span_of
from auditor.conversation.reading import PromiseCues, as_heard
from auditor.conversation.turns import Turn
from auditor.models import Flag, Metadata, Party, Promise, Utterance
from auditor.text.cue import Cue
from auditor.text.page import Page

FORGOTTEN = 6  # turns after which a sum that was offered no longer answers 什么时候


def find_promise(
    turns: Sequence[Turn],
    utterances: Sequence[Utterance],
    party: Party,
    metadata: Metadata,
    now: datetime | None,
    cues: PromiseCues | None,
) -> Promise | None:
    """The last word of the debtor on paying, if it commits to anything.

    Args:
        turns: the call's turns; those of third parties promise nothing.
        utterances: the call's utterances, for quotes.
        party: who was on the line.
        metadata: what is due, and whether a plan is in force.
        now: when the call began, as the clock stood where the debtor is.
        cues: what promises sound like; without them none is heard.
    """
    if cues is None or (metadata.agreed_plan and not metadata.plan_breached):
        return None
    found: Promise | None = None
    offered: tuple[int, Decimal] | None = None
    for place, turn in enumerate(turns):
        asked = turns[place - 1] if place and turns[place - 1].speaker == "agent" else None
        if turn.speaker != "customer" or not _may_promise(turn, asked, cues):
            continue
        if party.at(turn.utterances[0]) in ("third_party", "wrong_number", "voicemail"):
            continue
        if offered is not None and place - offered[0] > FORGOTTEN:
            offered = None
        said = Answer(turn, asked, utterances, metadata, now, cues)
        new = said.promise(offered[1] if offered else None)
        if new is not None:
            found = _latest(found, new, said.is_rest)
        elif (value := said.offer()) is not None:
            offered = (place, value)
    return found


def find_refusal(turns: Sequence[Turn], utterances: Sequence[Utterance], cues: PromiseCues | None) -> Flag | None:
    """The customer's first flat refusal to pay."""
    for turn in turns:
        if cues is not None and turn.speaker == "customer" and (hit := cues.refuses.first(turn.text)):
            at, span = turn.utterance_at(hit[0]), span_of(turn, *hit)
            return Flag("refusal", at, utterances[at].text[span[0] : span[1]])
    return None


def _may_promise(turn: Turn, asked: Turn | None, cues: PromiseCues) -> bool:
    """Whether a closer look is worth it: the turn speaks of a day, or says yes to a turn that does."""
    page, number = turn.text.page, turn.text.number
    if page is None:
        return True
    summed = any(n.is_amount for n in turn.numbers)
    before = -1 if asked is None else asked.text.number
    dated = _where(page, cues.when)
    if not summed and number not in dated:
        return before in dated and as_heard(turn) in cues.accepts
    paid = (_where(page, cues.pays), _where(page, cues.moves))
    return (
        summed or any(n in where for n in (number, before) for where in paid) or before in _where(page, cues.asks_when)
    )


def _where(page: Page, cue: Cue) -> Container[int]:
    """The numbers of the texts in which the cue may be said."""
    listed = page.alternatives(cue)
    return page.numbers if listed is None else listed


def _latest(old: Promise | None, new: Promise, rest: bool) -> Promise:
    """What holds after both were said."""
    if old is None:
        return new
    if rest or (new.due is None and old.due is not None):
        return old
    if new.due == old.due and new.amount in (old.amount, None):
        return old
    if new.amount is None and old.amount is not None:
        return replace(new, amount=old.amount, also=tuple(sorted({*new.also, old.utterance})))
    return new
