"""What the customer showed: flags such as hardship or a complaint, and the reason for the delinquency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.conversation.turns import Turn
from auditor.models import Facts, Flag, Utterance
from auditor.text.cue import Cue
from auditor.text.index import Listener
from auditor.text.page import Hit

NEAR = 10  # characters between 我邻居 and what is said of him
# of anybody else they say nothing of the customer; who else denies, disputes or forbids, does so on the line
ANYBODYS = frozenset({
    "dispute", "dispute_or_paid", "identity_denied", "regulator_complaint", "stop_contact_request", "lawyer_represented",
    "recording_by_customer",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class FactCues:
    """Cues by customer flag and by delinquency reason.

    ``not_own`` finds of whom else a clause speaks; ``implied`` maps a flag or reason to the flags that
    it brings with it.
    """

    flags: Mapping[str, Cue]
    reasons: Mapping[str, Cue]
    not_own: Cue
    implied: Mapping[str, tuple[str, ...]]

    @property
    def listeners(self) -> list[Listener]:
        """All of them, as a page's index knows them."""
        return [cue.listener("customer") for cue in (*self.flags.values(), *self.reasons.values(), self.not_own)]


def find_facts(turns: Sequence[Turn], utterances: Sequence[Utterance], cues: FactCues) -> Facts:
    """Every flag's first showing and the first reason given, in customers' turns."""
    flags: dict[str, Flag] = {}
    reason: Flag | None = None
    showing, giving = _by_turn(cues.flags, turns), _by_turn(cues.reasons, turns)
    for turn in turns:
        if turn.speaker != "customer":
            continue
        for name, cue in showing[turn.number]:
            if name not in flags and (hit := _shown(name, cue, turn, cues.not_own)):
                flag = _flag(name, turn, hit, utterances)
                for each in (name, *cues.implied.get(name, ())):
                    flags.setdefault(each, Flag(each, flag.utterance, flag.quote))
        if reason is None:
            found = [
                (name == "other", hit, name)
                for name, cue in giving[turn.number]
                if (hit := _shown(name, cue, turn, cues.not_own))
            ]
            if found:
                _, hit, name = min(found)
                reason = _flag(name, turn, hit, utterances)
                for each in cues.implied.get(name, ()):
                    flags.setdefault(each, Flag(each, reason.utterance, reason.quote))
    return Facts(
        delinquency_reason=reason, customer_flags=tuple(sorted(flags.values(), key=lambda f: (f.utterance, f.name)))
    )


def _by_turn(cues: Mapping[str, Cue], turns: Sequence[Turn]) -> Mapping[int, list[tuple[str, Cue]]]:
    """For each turn, the cues that may find something there: few of many."""
    found: defaultdict[int, list[tuple[str, Cue]]] = defaultdict(list)
    page = turns[0].text.page if turns else None
    for name, cue in cues.items():
        listed = page.alternatives(cue) if page else None
        for number in range(len(turns)) if listed is None else listed:
            found[number].append((name, cue))
    return found


def _shown(name: str, cue: Cue, turn: Turn, not_own: Cue) -> Hit | None:
    """The cue's first hit that does not speak of somebody else: 我邻居失业了; not 我朋友借钱不还，我失业了."""
    if name in ANYBODYS:
        return cue.first(turn.text)
    others: list[Hit] | None = None
    for start, end in sorted(cue.hits(turn.text)):
        others = list(not_own.hits(turn.text)) if others is None else others
        clause, _ = turn.text.clause_around(start, end)
        said = turn.text.text
        if not any(clause <= a <= start + 1 and start <= b + NEAR and "我" not in said[b:start] for a, b in others):
            return start, end
    return None


def _flag(name: str, turn: Turn, hit: tuple[int, int], utterances: Sequence[Utterance]) -> Flag:
    at = turn.utterance_at(hit[0])
    origins = [turn.text.origin[i] for i in range(*hit) if turn.owner[i] == at]
    return Flag(name, at, utterances[at].text[min(origins) : max(origins) + 1])
