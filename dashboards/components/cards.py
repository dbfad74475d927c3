"""Judgements as cards: the findings, the steps and the points lost of a call, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from auditor.models import VERDICTS, Audit, Call, Deduction, Finding, StepResult
from auditor.review.effective import PERSON
from auditor.store.annotations import Annotation, Suspicion
from auditor.store.decisions import Kind
from dashboards.acts import about, acting, drawn, echoes
from dashboards.components import define
from dashboards.components.player import categories, severities
from dashboards.formats import clock, number
from dashboards.locales import language, name, t
from dashboards.reviewed import Change, Reviewed, changes

_cards = define("cards", "element")

_VERDICT_TONES = {"done": "good", "missed": "critical", "na": "notice", "cannot_tell": "minor"}
_VERDICT_ORDER = {"missed": 0, "cannot_tell": 1, "done": 2, "na": 3}
_SEVERITY_ORDER = {"critical": 0, "major": 1, "minor": 2, "notice": 3}


READY: Mapping[str, tuple[str, ...]] = {
    "finding": ("misheard", "meaning", "other_side", "allowed", "quoted", "twice"),
    "step": ("was_said", "was_not_said", "not_due", "inaudible"),
}
"""Reasons that reviewers give most, ready to choose; ``ready.<code>`` names them."""


@dataclass(frozen=True, slots=True)
class Item:
    """What people may decide, or decided, of a card: which item of the call, in the version that is on the screen.

    ``verdict`` is the decision that stands, empty where none does; ``told`` says it in a line, ``history`` all that was decided
    before; ``category`` and ``severity`` are those that count now.
    """

    kind: Kind
    item: str
    seen: int
    verdict: str = ""
    told: str = ""
    history: tuple[str, ...] = ()
    category: str = ""
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One judgement as shown: ``open`` waits for a person, ``quiet`` needs no attention, ``gone`` no longer counts.

    ``line`` is its utterance. ``quote`` comes in pieces, each with whether the judgement leans on it most; ``calls`` are ids of the
    calls that it rests on, each a link to its page.
    """

    title: str
    tone: str
    badge: str = ""
    open: bool = False
    quiet: bool = False
    gone: bool = False
    aside: str = ""
    lost: bool = False
    quote: tuple[tuple[str, bool], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    line: int | None = None
    calls: tuple[str, ...] = ()
    calls_label: str = ""
    item: Item | None = None


def findings(seen: Reviewed, clauses: Mapping[str, str], like: Mapping[str, str]) -> None:
    """Show what was found, worst first, confirmed before suspected, each with what people decided of it.

    ``like`` says by finding how people decided on words like its own.
    """
    ranked = sorted(seen.findings(), key=lambda f: (_SEVERITY_ORDER[f.severity], f.status, f.start or 0.0))
    counted = {f.finding_id: f for f in seen.counts.findings}
    cards = [_decided(finding_card(f, clauses), f, counted.get(f.finding_id), seen) for f in ranked]
    cards = [
        replace(card, notes=(*card.notes, (t("like.title"), like[f.finding_id]))) if f.finding_id in like else card
        for card, f in zip(cards, ranked, strict=True)
    ]
    verdicts = [card.item.verdict for card in cards if card.item]
    says = t(
        "review.says_findings", n=len(cards), left=verdicts.count(""),
        **{verdict: verdicts.count(verdict) for verdict in ("upheld", "overturned", "added")},
    )  # fmt: skip
    empty = "call.no_findings_untold" if seen.machine.scorecard.band == "cannot_tell" else "call.no_findings"
    _show("findings", cards, t(empty), says, seen=seen)


def steps(seen: Reviewed, clauses: Mapping[str, str]) -> None:
    """Show the required steps, those that need attention first; the order is the machine's, so that a decision moves nothing."""
    counted = {s.id: s for s in seen.counts.steps}
    ranked = sorted(seen.machine.steps, key=lambda s: _VERDICT_ORDER[s.verdict])
    cards = [_judged(step_card(counted[s.id], clauses), s, seen) for s in ranked]
    due = [step.verdict for step in seen.counts.steps if step.verdict != "na"]
    judged = sum(bool(card.item and card.item.verdict) for card in cards)
    says = t("review.says_steps", of=len(due), done=due.count("done"), judged=judged)
    _show("steps", cards, t("call.no_steps"), says, seen=seen)


def deductions(seen: Reviewed) -> None:
    """Show every point lost and what lost it, the sum that gives the score, and what people's decisions changed of it."""
    card = seen.counts.scorecard
    lost = sum((d.points for d in card.deductions), Decimal(0))
    total = ""
    if card.score is not None:
        total = t("call.arithmetic", full=100, lost=number(lost), score=number(card.score))
    cards = [deduction_card(d, seen.counts) for d in card.deductions]
    cards += [change_card(change, seen) for change in changes(seen.machine, seen.counts)]
    says = t("review.says_deductions", n=len(card.deductions), lost=number(lost))
    _show("deductions", cards, t("call.no_deductions"), says, total)


def item(seen: Reviewed, kind: Kind, of: str, *, category: str = "", severity: str = "") -> Item:
    """What people decided of an item of the call."""
    stands = seen.standing(kind, of)
    made = [about(d, seen.name(d.decided_by)) for d in reversed(seen.made.get((kind, of), ()))]
    return Item(
        kind=kind,
        item=of,
        seen=seen.seen(kind, of),
        verdict=stands.verdict if stands else "",
        told=made[0] if stands else "",
        history=tuple(made),
        category=category,
        severity=severity,
    )


def _decided(card: Card, machine: Finding, counts: Finding | None, seen: Reviewed) -> Card:
    """The card of a finding with what people decided of it; what the machine said stays beside."""
    kind: Literal["added", "finding"] = "added" if machine.matched_by == PERSON else "finding"
    now = counts or machine
    own = item(seen, kind, machine.finding_id, category=now.category, severity=now.severity)
    if kind == "added":
        card = replace(card, badge=f"{name('severity', now.severity)} · {name('decided', 'added')}")
    elif own.verdict:
        card = replace(card, open=False, notes=((t("review.machine"), card.badge), *card.notes))
        badge = name("decided", own.verdict)
        if own.verdict == "upheld":
            badge = f"{name('severity', now.severity)} · {badge}"
        card = replace(
            card, badge=badge, title=name("category", now.category), tone=now.severity if counts else "notice"
        )
    return replace(card, item=own, gone=counts is None)


def _judged(card: Card, machine: StepResult, seen: Reviewed) -> Card:
    own = item(seen, "step", machine.id)
    if own.verdict and own.verdict != machine.verdict:
        card = replace(card, notes=((t("review.machine"), name("verdict", machine.verdict)), *card.notes))
    return replace(card, item=own)


def change_card(change: Change, seen: Reviewed) -> Card:
    """Points that people's decisions gave back or took."""
    title, _, line = _source(change.source, change.id, seen.machine.steps, seen.findings())
    back = change.points > 0
    badge = t("review.given_back") if back else t("review.taken")
    return Card(
        title=title,
        tone="good" if back else "critical",
        badge=badge,
        open=True,
        quiet=True,
        aside=f"{'+' if back else '−'}{number(abs(change.points))}",
        line=line,
    )


def suspected(annotations: Sequence[Annotation]) -> list[tuple[Suspicion, Annotation]]:
    """What large models suspect, by place in the call; what one model says in several answers stands there once."""
    once = {(s, a.server, a.model): (s, a) for a in annotations for s in a.suspicions}
    return [once[key] for key in sorted(once)]


def hints(found: Sequence[tuple[Suspicion, Annotation]], call: Call) -> None:
    """Show what large models suspect: for a person to look at, worth no points."""
    says = t("review.says_hints", n=len(found))
    _show("hints", [hint_card(s, a, call) for s, a in found], t("call.no_hints"), says, t("call.hints_says"))


def hint_card(suspicion: Suspicion, annotation: Annotation, call: Call) -> Card:
    """A suspicion with the words it leans on, the model's reason and which model it was."""
    notes = [(t("call.why"), suspicion.why)] if suspicion.why else []
    notes += [(t("call.rule"), suspicion.basis), (t("call.model"), f"{annotation.model} · {annotation.server}")]
    return Card(
        title=name("category", suspicion.category or suspicion.basis),
        tone="notice",
        badge=t("call.hint"),
        open=True,
        aside=clock(call.utterances[suspicion.utterance].start),
        quote=_pieces(suspicion.quote),
        notes=tuple(notes),
        line=suspicion.utterance,
    )


def finding_card(finding: Finding, clauses: Mapping[str, str]) -> Card:
    """A finding with its quote, reason and clauses."""
    notes = [(t("call.why"), finding.why)]
    if finding.cites:
        notes.append((t("call.cites"), _cited(finding.cites, clauses)))
    if finding.matched_by != PERSON:
        notes.append((t("call.rule"), f"{finding.rule_id} · {name('matched_by', finding.matched_by)}"))
    return Card(
        title=name("category", finding.category),
        tone=finding.severity,
        badge=f"{name('severity', finding.severity)} · {name('status', finding.status)}",
        open=finding.status == "suspected",
        aside=t("call.across_calls")
        if finding.calls
        else t("call.metadata_level")
        if finding.start is None
        else clock(finding.start),
        quote=_pieces(finding.quote, finding.highlights, finding.span[0] if finding.span else 0),
        notes=tuple(notes),
        line=finding.utterance,
        calls=finding.calls,
        calls_label=t("call.calls"),
    )


def _pieces(quote: str, leaned: Sequence[tuple[int, int]] = (), start: int = 0) -> tuple[tuple[str, bool], ...]:
    """The quote cut where stretches that carried the judgement begin and end; ``start`` is where it stands in its utterance."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for first, last in leaned:
        pieces += [(quote[at : first - start], False), (quote[first - start : last - start], True)]
        at = last - start
    return tuple(piece for piece in (*pieces, (quote[at:], False)) if piece[0])


def step_card(step: StepResult, clauses: Mapping[str, str]) -> Card:
    """A step with its verdict; one that was missed says what to say instead."""
    wanting = step.verdict in ("missed", "cannot_tell")
    notes = [(t("call.why"), step.why)] if wanting and step.why else []
    if wanting and step.say_instead:
        notes.append((t("call.say_instead"), step.say_instead))
    if wanting and step.cites:
        notes.append((t("call.cites"), _cited(step.cites, clauses)))
    aside = t("call.weight", n=step.weight)
    return Card(
        title=name("step", step.id),
        tone=_VERDICT_TONES[step.verdict],
        badge=name("verdict", step.verdict),
        quiet=step.verdict == "na",
        aside=aside if step.start is None else f"{clock(step.start)}　{aside}",
        quote=_pieces(step.quote),
        notes=tuple(notes),
        line=step.utterance,
    )


def _cited(keys: tuple[str, ...], clauses: Mapping[str, str]) -> str:
    return t("app.semicolon").join(clauses.get(key, key) for key in keys)


def deduction_card(deduction: Deduction, audit: Audit) -> Card:
    """Points lost, named after the step or finding that lost them and leading to its place in the call."""
    title, tone, line = _source(deduction.source, deduction.id, audit.steps, audit.findings)
    return Card(
        title=title,
        tone=tone,
        badge=name("source", deduction.source),
        aside=f"−{number(deduction.points)}",
        lost=True,
        notes=((t("call.why"), deduction.why),) if deduction.why else (),
        line=line,
    )


def _source(
    source: str, of: str, steps: Sequence[StepResult], findings: Sequence[Finding]
) -> tuple[str, str, int | None]:
    step = next((s for s in steps if s.id == of), None)
    finding = next((f for f in findings if f.finding_id == of), None)
    if source == "step" and step is not None:
        return name("step", step.id), "major", step.utterance
    if finding is not None:
        return name("category", finding.category), finding.severity, finding.utterance
    return of, "critical", None


def _show(key: str, cards: list[Card], empty: str, says: str, total: str = "", seen: Reviewed | None = None) -> None:
    shown = [asdict(card) for card in cards]
    data: dict[str, Any] = {
        "english": language() == "en",
        "empty": empty,
        "says": says if cards else "",
        "sum": total,
        "cards": shown,
    }
    if seen is None:
        _cards(key=key, data=data)
        return
    data["call"] = drawn(seen.call_id)
    data["echoes"] = echoes()
    data["labels"] = {label: t(f"review.{label}") for label in _LABELS}
    data["review"] = _choices(key, seen) if seen.open_to else None
    data["leads"] = key == "findings"
    _cards(key=key, on_act_change=acting(key), data=data)


def _choices(key: str, seen: Reviewed) -> dict[str, Any]:
    if key == "steps":
        verdicts = [(code, name("verdict", code)) for code in VERDICTS]
        return {"verdicts": verdicts, "ready": [name("ready", code) for code in READY["step"]]}
    ready = [name("ready", code) for code in READY["finding"]]
    return {"categories": categories(seen), "severities": severities(), "ready": ready}


_LABELS = (
    "uphold", "overturn", "edit", "undo", "judge", "history", "reason", "reason_hint", "reason_needed", "verdict", "category",
    "severity", "save", "cancel", "saving", "overturn_title", "edit_title", "judge_title",
)  # fmt: skip
