"""What the customer showed: flags such as hardship or a complaint, and the reason for the delinquency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.conversation.turns import Turn
from auditor.models import Facts, Flag, Utterance
from auditor.text.cue import Cue
from auditor.text.index import Listener


@dataclass(frozen=True, slots=True)
class FactCues:
    """Cues by customer flag and by delinquency reason; ``implied`` maps a flag to those that it brings with it."""

    flags: Mapping[str, Cue]
    reasons: Mapping[str, Cue]
    implied: Mapping[str, tuple[str, ...]]

    @property
    def listeners(self) -> list[Listener]:
        """All of them, as a page's index knows them."""
        return [cue.listener("customer") for cue in (*self.flags.values(), *self.reasons.values())]


def find_facts(turns: Sequence[Turn], utterances: Sequence[Utterance], cues: FactCues) -> Facts:
    """Every flag's first showing and the first reason given, in customers' turns."""
    flags: dict[str, Flag] = {}
    reason: Flag | None = None
    for turn in turns:
        if turn.speaker != "customer":
            continue
        for name, cue in cues.flags.items():
            if name not in flags and (hit := cue.first(turn.text)):
                flag = _flag(name, turn, hit, utterances)
                for each in (name, *cues.implied.get(name, ())):
                    flags.setdefault(each, Flag(each, flag.utterance, flag.quote))
        if reason is None:
            found = [(hit, name) for name, cue in cues.reasons.items() if (hit := cue.first(turn.text))]
            if found:
                hit, name = min(found)
                reason = _flag(name, turn, hit, utterances)
    return Facts(
        delinquency_reason=reason, customer_flags=tuple(sorted(flags.values(), key=lambda f: (f.utterance, f.name)))
    )


def _flag(name: str, turn: Turn, hit: tuple[int, int], utterances: Sequence[Utterance]) -> Flag:
    at = turn.utterance_at(hit[0])
    origins = [turn.text.origin[i] for i in range(*hit) if turn.owner[i] == at]
    return Flag(name, at, utterances[at].text[min(origins) : max(origins) + 1])
