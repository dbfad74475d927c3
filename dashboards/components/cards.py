"""Judgements as cards: the findings, the steps and the points lost of a call, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from auditor.models import Audit, Call, Deduction, Finding, StepResult
from auditor.store.annotations import Annotation, Suspicion
from dashboards.components import define
from dashboards.formats import clock, number
from dashboards.locales import language, name, t

_cards = define("cards")

_VERDICT_TONES = {"done": "good", "missed": "critical", "na": "notice", "cannot_tell": "minor"}
_VERDICT_ORDER = {"missed": 0, "cannot_tell": 1, "done": 2, "na": 3}
_SEVERITY_ORDER = {"critical": 0, "major": 1, "minor": 2, "notice": 3}


@dataclass(frozen=True, slots=True)
class Card:
    """One judgement as shown: ``open`` waits for a person, ``quiet`` needs no attention, ``line`` is its utterance.

    ``quote`` comes in pieces, each with whether the judgement leans on it most; ``calls`` are ids of the calls that it rests on, each
    a link to its page.
    """

    title: str
    tone: str
    badge: str = ""
    open: bool = False
    quiet: bool = False
    aside: str = ""
    lost: bool = False
    quote: tuple[tuple[str, bool], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    line: int | None = None
    calls: tuple[str, ...] = ()
    calls_label: str = ""


def findings(audit: Audit, clauses: Mapping[str, str]) -> None:
    """Show what was found, worst first, confirmed before suspected."""
    ranked = sorted(audit.findings, key=lambda f: (_SEVERITY_ORDER[f.severity], f.status, f.start or 0.0))
    empty = "call.no_findings_untold" if audit.scorecard.band == "cannot_tell" else "call.no_findings"
    _show("findings", [finding_card(f, clauses) for f in ranked], t(empty))


def steps(audit: Audit, clauses: Mapping[str, str]) -> None:
    """Show the required steps, those that need attention first."""
    ranked = sorted(audit.steps, key=lambda s: _VERDICT_ORDER[s.verdict])
    _show("steps", [step_card(s, clauses) for s in ranked], t("call.no_steps"))


def deductions(audit: Audit) -> None:
    """Show every point lost and what lost it, and the sum that gives the score."""
    card = audit.scorecard
    lost = sum((d.points for d in card.deductions), Decimal(0))
    total = ""
    if card.score is not None:
        total = t("call.arithmetic", full=100, lost=number(lost), score=number(card.score))
    _show("deductions", [deduction_card(d, audit) for d in card.deductions], t("call.no_deductions"), total)


def suspected(annotations: Sequence[Annotation]) -> list[tuple[Suspicion, Annotation]]:
    """What large models suspect, by place in the call; what one model says in several answers stands there once."""
    once = {(s, a.server, a.model): (s, a) for a in annotations for s in a.suspicions}
    return [once[key] for key in sorted(once)]


def hints(found: Sequence[tuple[Suspicion, Annotation]], call: Call) -> None:
    """Show what large models suspect: for a person to look at, worth no points."""
    _show("hints", [hint_card(s, a, call) for s, a in found], t("call.no_hints"), t("call.hints_says"))


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
    step = next((s for s in audit.steps if s.id == deduction.id), None)
    finding = next((f for f in audit.findings if f.finding_id == deduction.id), None)
    title, line, tone = deduction.id, None, "critical"
    if deduction.source == "step" and step is not None:
        title, line, tone = name("step", step.id), step.utterance, "major"
    elif finding is not None:
        title, line, tone = name("category", finding.category), finding.utterance, finding.severity
    return Card(
        title=title,
        tone=tone,
        badge=name("source", deduction.source),
        aside=f"−{number(deduction.points)}",
        lost=True,
        notes=((t("call.why"), deduction.why),) if deduction.why else (),
        line=line,
    )


def _show(key: str, cards: list[Card], empty: str, total: str = "") -> None:
    shown = [asdict(card) for card in cards]
    _cards(key=key, data={"english": language() == "en", "empty": empty, "sum": total, "cards": shown})
