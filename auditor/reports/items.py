"""The violations of a report, one by one: what was said, where, by which clause, who decided, what should have been said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby

from auditor.errors import NotFoundError
from auditor.models import Utterance
from auditor.reports.figures import Asked
from auditor.reports.violations import CLOCK, norms_of
from auditor.rules.norms import Norm
from auditor.rules.words import public_numbers
from auditor.store.decisions import Decision, of_findings
from auditor.store.excerpts import Excerpt, excerpts
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from auditor.store.violations import Violation, by_clause
from auditor.text.masking import mask_id, mask_lines, mask_text

AT_ONCE = 10_000
TURNS = 2
"""Turns before and after the quote."""

_INSTEAD = re.compile(r"可改[说說為为][：:]?\s*(.+)", re.S)
_OUGHT = re.compile(r"(?:^|[。；])([^。；]*(?:应|應|请|請)[^。；]*[。；]?)")


@dataclass(frozen=True, slots=True)
class Said:
    """One turn around a quote: ``quoted`` is the stretch of ``text`` that is the evidence, where it is in this turn."""

    speaker: str
    start: float
    text: str
    quoted: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One decision of the trail; ``at`` is on the reader's clock."""

    at: datetime
    by: str
    verdict: str
    reason: str
    category: str
    severity: str


@dataclass(frozen=True, slots=True)
class Item:
    """One violation as a report shows it: codes as they are stored, texts masked unless asked otherwise.

    Attributes:
        number: its place in the report, from 1.
        clauses: what it cites, the first being the one under which it stands; ``cited`` the same as a reader cites them, each with
            how far its text was verified.
        start: seconds into the recording; ``None`` where the call's metadata are the evidence.
        said: the quote's turn and the turns around it; empty where nothing that was said is the evidence.
        instead: what should have been said or done, by the rule's message; empty where it does not say.
        trail: every decision, the first first.
    """

    number: int
    finding: str
    call: str
    started: datetime | None
    agent: str
    agent_name: str
    team: str
    institution: str
    agency: str
    region: str
    product: str
    case: str
    category: str
    severity: str
    status: str
    decision: str
    clauses: tuple[str, ...]
    cited: tuple[str, ...]
    start: float | None
    utterance: int | None
    quote: str
    said: tuple[Said, ...]
    why: str
    instead: str
    by_machine: bool
    machine_status: str
    machine_category: str
    machine_severity: str
    matched_by: str
    decided_by: str
    decided_at: datetime | None
    trail: tuple[Step, ...]
    rule: str
    pack: str
    code_version: str


@dataclass(frozen=True, slots=True)
class _Pack:
    """What items need of the pack that judged their call: its clauses, and the numbers that are nobody's own."""

    norms: Mapping[str, Norm]
    public: tuple[str, ...]


def items(store: Store, asked: Asked, clauses: Mapping[str, Norm]) -> Iterator[Item]:
    """The violations clause by clause, read piece by piece however many there are."""
    last: Violation | None = None
    done = 0
    packs: dict[str, _Pack] = {}
    while found := by_clause(store, asked.filters, asked.which, list(clauses), limit=AT_ONCE, after=last):
        around = excerpts(store, found)
        with Ledger(store.home) as ledger, ledger.reading() as db:
            trails = of_findings(db, sorted({v.call_id for v in found if v.decision}))
        for number, each in enumerate(found, start=done + 1):
            trail = trails.get((each.call_id, each.finding_id), [])
            if each.pack not in packs:
                packs[each.pack] = _pack(store.home, each.pack)
            pack = packs[each.pack]
            yield _item(number, each, around.get((each.result, each.finding_id)), trail, asked, pack, clauses)
        last = found[-1]
        done += len(found)


def cited_as(key: str, norms: Mapping[str, Norm]) -> str:
    """A clause as a reader cites it, with its verification code."""
    return f"{norms[key].label} [{norms[key].verification}]" if key in norms else key


def instead(why: str) -> str:
    """What a rule's message tells the agent to say, or to do; empty where it tells neither."""
    if found := _INSTEAD.search(why):
        return found[1].strip()
    ought = _OUGHT.findall(why)
    return str(ought[-1]).strip() if ought else ""


def _item(
    number: int,
    v: Violation,
    around: Excerpt | None,
    trail: Sequence[Decision],
    asked: Asked,
    pack: _Pack,
    clauses: Mapping[str, Norm],
) -> Item:
    def shown(text: str | None) -> str:
        return (text or "") if asked.unmask else _masked(text or "")

    said, quote = _surroundings(v, around, pack.public, asked.unmask)
    return Item(
        number=number,
        finding=v.finding_id,
        call=shown(v.call_id),
        started=v.started_at,
        agent=v.agent_id or "",
        agent_name=v.agent_name or "",
        team=v.team or "",
        institution=v.institution or "",
        agency=v.agency or "",
        region=v.region or "",
        product=v.product or "",
        case=(v.case_id or "") if asked.unmask else mask_id(v.case_id or ""),
        category=v.category,
        severity=v.severity,
        status=v.effective_status,
        decision=v.decision or "undecided",
        clauses=v.cites,
        cited=tuple(cited_as(key, pack.norms if key in pack.norms else clauses) for key in v.cites),
        start=v.start,
        utterance=v.utterance,
        quote=quote,
        said=said,
        why=shown(v.why),
        instead=shown(instead(v.why)),
        by_machine=v.by_machine,
        machine_status=v.status if v.by_machine else "",
        machine_category=v.machine_category if v.by_machine else "",
        machine_severity=v.machine_severity if v.by_machine else "",
        matched_by=v.matched_by,
        decided_by=v.decided_by or "",
        decided_at=None if v.decided_at is None else v.decided_at + CLOCK,
        trail=tuple(_step(d, shown) for d in trail),
        rule=v.rule_id,
        pack=v.pack,
        code_version=v.code_version,
    )


def _step(decision: Decision, shown: Callable[[str | None], str]) -> Step:
    body = decision.body
    at = decision.decided_at.replace(tzinfo=None) - (decision.decided_at.utcoffset() or CLOCK * 0) + CLOCK
    return Step(
        at,
        decision.decided_by,
        decision.verdict,
        shown(str(body.get("reason") or "")),
        str(body.get("category") or ""),
        str(body.get("severity") or ""),
    )


def _surroundings(
    v: Violation, around: Excerpt | None, public: Sequence[str], unmask: bool
) -> tuple[tuple[Said, ...], str]:
    """The turns around the quote, and the quote itself."""
    place = -1 if around is None or v.utterance is None else v.utterance - around.first
    if around is None or not 0 <= place < len(around.utterances):
        return (), v.quote if unmask else mask_text(v.quote)
    # a person may have corrected the line since: then the quote stands in it no more
    at = around.utterances[place].text.find(v.quote) if v.quote else -1
    quoted = None if at < 0 else (at, at + len(v.quote))
    runs = [list(run) for _, run in groupby(enumerate(around.utterances), key=lambda each: each[1].speaker)]
    middle = next(n for n, run in enumerate(runs) if run[-1][0] >= place)
    shown = runs[max(0, middle - TURNS) : middle + TURNS + 1]
    # with a line more on either side: a question outside says what a number inside is
    first, last = max(0, shown[0][0][0] - 1), shown[-1][-1][0] + 2
    heard = around.utterances[first:last]
    texts = [u.text for u in heard] if unmask else mask_lines(heard, around.metadata, public)
    plain = v.quote if unmask or quoted else mask_text(v.quote)
    quote = texts[place - first][slice(*quoted)] if quoted else plain
    return tuple(_turn(run, texts[run[0][0] - first : run[-1][0] - first + 1], place, quoted) for run in shown), quote


def _turn(
    run: Sequence[tuple[int, Utterance]], texts: Sequence[str], place: int, quoted: tuple[int, int] | None
) -> Said:
    """Utterances of one speaker, one after the other, as one turn; the quote is a stretch of the one numbered ``place``."""
    (begin, first), stretch = run[0], None
    if quoted is not None and begin <= place <= run[-1][0]:
        before = sum(len(text) + 1 for text in texts[: place - begin])
        stretch = (before + quoted[0], before + quoted[1])
    return Said(first.speaker, first.start, " ".join(texts), stretch)


@lru_cache(maxsize=20_000)
def _masked(text: str) -> str:
    """Messages of rules and ids of calls come again and again."""
    return mask_text(text)


def _pack(home: Home, pack: str) -> _Pack:
    try:
        tenant = (home.archived_pack(pack.rpartition("+")[2]) / "tenant.yaml").read_bytes()
    except (NotFoundError, OSError):
        return _Pack({}, ())
    return _Pack(norms_of(home, pack), public_numbers(tenant))
