"""A call as its page shows it: what the machine said, what people decided, and what counts; personal data masked, or all of it whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from auditor.errors import NotFoundError
from auditor.models import Audit, Call, Finding
from auditor.review.effective import effective
from auditor.rules.points import Scoring
from auditor.store import decisions
from auditor.store.answers import StoredCall
from auditor.store.decisions import Decision, Kind
from auditor.store.ledger import Ledger
from auditor.store.people import LOCAL, people
from auditor.store.queries import Store
from auditor.text.masking import Veil, veil
from dashboards import data


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A call under review.

    Attributes:
        call_id: its real id; everything else may be masked.
        stored: the call and the machine's audit, as they may be shown.
        counts: what counts after people decided.
        made: every decision on each item, the oldest first; what people wrote in them is masked like the call.
        names: what people who decided are called.
        scoring: what steps and conduct are worth; ``None`` where the pack is not in the archive, and nothing can be decided.
        open_to: whether who looks may decide.
        veiled: the lines of which a part is masked.
    """

    call_id: str
    stored: StoredCall
    counts: Audit
    made: Mapping[tuple[Kind, str], tuple[Decision, ...]]
    names: Mapping[str, str]
    scoring: Scoring | None
    open_to: bool
    veiled: frozenset[int]

    @property
    def call(self) -> Call:
        """What was said, as it may be shown."""
        return self.stored.call

    @property
    def machine(self) -> Audit:
        """What the machine says, with what several calls show together."""
        return self.stored.shown

    def seen(self, kind: Kind, item: str) -> int:
        """The version of an item that whoever looks sees now; 0 where nobody decided."""
        return max((d.version for d in self.made.get((kind, item), ())), default=0)

    def standing(self, kind: Kind, item: str) -> Decision | None:
        """What was decided of an item, if it was not taken back."""
        newest = self.made.get((kind, item), ())[-1:]
        return newest[0] if newest and newest[0].verdict != "open" else None

    def ruling(self, finding_id: str) -> Decision | None:
        """What was decided of a finding, the machine's or a person's."""
        return self.standing("finding", finding_id) or self.standing("added", finding_id)

    def findings(self) -> list[Finding]:
        """The machine's findings, and those that count besides: added by people, or upheld and since no longer found."""
        own = {f.finding_id for f in self.machine.findings}
        return [*self.machine.findings, *(f for f in self.counts.findings if f.finding_id not in own)]

    def undecided(self) -> list[Finding]:
        """The findings of the machine that wait for a person."""
        return [f for f in self.machine.findings if self.ruling(f.finding_id) is None]

    def signature(self) -> Decision | None:
        """The newest signing-off that was not taken back, also where it lapsed."""
        return self.standing("call", "")

    def signed(self) -> bool:
        """Whether the call is signed off as it is now: no decision and no other result came after."""
        made = self.signature()
        if made is None:
            return False
        later = max((d.seq for (kind, _), all_ in self.made.items() if kind != "call" for d in all_), default=0)
        return bool(made.body["result"] == self.stored.entry.result and later <= made.body["seq"])

    def name(self, who: str) -> str:
        """What somebody is called; the name they log in with where nobody knows."""
        return self.names.get(who, who)


def reviewed(store: Store, stored: StoredCall, *, may_review: bool, whole: bool) -> Reviewed:
    """A stored call as it stands now; ``whole`` shows personal data too."""
    with Ledger(store.home) as ledger, ledger.reading() as db:
        every = decisions.history(db, stored.entry.call_id)
        names = {person.name: person.shown for person in (LOCAL, *(people(db) if every else ()))}
    try:
        scoring = data.scoring(store.home, stored.audit.pack)
    except NotFoundError:
        scoring = None
    newest = {(d.kind, d.item): d for d in every}
    counts = stored.shown if scoring is None else effective(stored.shown, newest.values(), scoring)
    veiled: frozenset[int] = frozenset()
    if not whole:
        cover = veil(stored.call, data.public_numbers(store.home, stored.audit.pack))
        pairs = zip(stored.call.utterances, cover.call.utterances, strict=True)
        veiled = frozenset(n for n, (heard, shown) in enumerate(pairs) if heard.text != shown.text)
        every, counts = [_covered(cover, d) for d in every], cover.audit(counts)
        stored = replace(stored, call=cover.call, audit=cover.audit(stored.audit), shown=cover.audit(stored.shown))
    made: dict[tuple[Kind, str], list[Decision]] = {}
    for decision in every:
        made.setdefault((decision.kind, decision.item), []).append(decision)
    frozen = {key: tuple(of) for key, of in made.items()}
    open_to = may_review and scoring is not None
    return Reviewed(stored.entry.call_id, stored, counts, frozen, names, scoring, open_to, veiled)


def _covered(cover: Veil, decision: Decision) -> Decision:
    body = dict(decision.body)
    for key in ("reason", "text"):
        if isinstance(body.get(key), str):
            body[key] = cover.text(body[key])
    for key, part in (("original", "text"), ("finding", "why")):
        if isinstance(body.get(key), Mapping):
            body[key] = {**body[key], part: cover.text(str(body[key].get(part, "")))}
    return replace(decision, body=body)


@dataclass(frozen=True, slots=True)
class Change:
    """Points that people's decisions gave back (or took, below 0), and what had cost (or costs) them."""

    source: str
    id: str
    points: Decimal


def changes(machine: Audit, counts: Audit) -> list[Change]:
    """How the machine's score becomes the score that counts: the points add up to the difference."""
    before, after = _lost(machine), _lost(counts)
    every = [*before, *(key for key in after if key not in before)]
    moved = [Change(*key, before.get(key, Decimal(0)) - after.get(key, Decimal(0))) for key in every]
    return [change for change in moved if change.points]


def _lost(audit: Audit) -> dict[tuple[str, str], Decimal]:
    lost: dict[tuple[str, str], Decimal] = {}
    for each in audit.scorecard.deductions:
        lost[each.source, each.id] = lost.get((each.source, each.id), Decimal(0)) + each.points
    return lost
