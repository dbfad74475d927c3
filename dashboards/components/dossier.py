"""An appeal as shown: what it is about, what it would change, its course, and how others like it were answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from auditor.errors import NotFoundError
from auditor.models import Band, Finding, Scorecard, StepResult
from auditor.review.appeals import would_be
from auditor.review.precedent import precedent, wording
from auditor.store import appeals
from auditor.store.appeals import Appeal, Change, State
from auditor.store.codec import decode
from auditor.store.decisions import Kind
from auditor.store.ledger import Ledger
from auditor.text.masking import mask_text, veil
from dashboards import data
from dashboards.components import define
from dashboards.components.cards import Card, finding_card, step_card
from dashboards.formats import number, percent, when
from dashboards.judged import Judged
from dashboards.locales import language, name, t

_dossier = define("dossier")

STATE_TONES: Mapping[State, str] = {
    "open": "notice", "withdrawn": "notice", "accepted": "good", "rejected": "minor", "escalated": "notice",
    "final_accepted": "good", "final_rejected": "minor",
}  # fmt: skip
_BAND_TONES: Mapping[Band, str] = {
    "excellent": "good", "pass": "good", "weak": "minor", "fail": "critical", "cannot_tell": "notice",
}  # fmt: skip
_TAKEN_BY: Mapping[State, str] = {
    "open": "agent", "withdrawn": "agent", "escalated": "agent", "accepted": "reviewer", "rejected": "reviewer",
    "final_accepted": "arbiter", "final_rejected": "arbiter",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Cards under a heading, with a sentence of what they show."""

    heading: str
    cards: Sequence[Card]
    says: str = ""


def show(key: str, groups: Sequence[Group], worth: Sequence[tuple[str, str]] = ()) -> None:
    """Show groups of cards, and above them pieces of a sentence on the score, each with the tone of its number or none."""
    shown = {"english": language() == "en", "worth": worth, "groups": [asdict(g) for g in groups]}
    _dossier(key=key, data=shown)


def subject_name(kind: Kind, topic: str) -> str:
    """What an appeal is about, in a few words."""
    if kind == "call":
        return t("appeal.score")
    return name("step" if kind == "step" else "category", topic)


def about_card(appeal: Appeal, case: Judged) -> Card | None:
    """The finding or step as it stood when the appeal was lodged, masked; ``None`` where the score is what it is about."""
    clauses = data.clauses(data.everything().home, case.stored.audit.pack)
    if "finding" in appeal.about:
        return finding_evidence(decode(Finding, json.dumps(appeal.about["finding"])), case, clauses)
    if "step" in appeal.about:
        return step_evidence(decode(StepResult, json.dumps(appeal.about["step"])), case, clauses)
    return None


def finding_evidence(finding: Finding, case: Judged, clauses: Mapping[str, str]) -> Card:
    """A finding with its evidence, masked."""
    quote = case.cover.quote(finding.quote, finding.utterance, finding.span and finding.span[0])
    return finding_card(replace(finding, quote=quote, why=case.cover.text(finding.why), highlights=()), clauses)


def step_evidence(step: StepResult, case: Judged, clauses: Mapping[str, str]) -> Card:
    """A step with what to say instead, masked."""
    quote = case.cover.quote(step.quote, step.utterance)
    return step_card(replace(step, quote=quote, why=case.cover.text(step.why)), clauses)


def course(appeal: Appeal, case: Judged, people: Mapping[str, str]) -> Group:
    """Each step of an appeal: who, when, with what words, and what it changed.

    Args:
        people: what those who took steps are called, by name; nobody else's name is shown, only their part.
    """
    cards = []
    for step in appeal.steps:
        part = t(f"appeal.by_{_TAKEN_BY[step.state]}")
        notes = [(t("appeal.words"), case.cover.text(step.text))] if step.text else []
        if step.changes:
            changed = t("app.semicolon").join(change_name(change, case) for change in step.changes)
            notes.append((t("appeal.changed"), changed))
        cards.append(
            Card(
                title=f"{part} {people[step.taken_by]}" if step.taken_by in people else part,
                tone=STATE_TONES[step.state],
                badge=name("appeal_state", step.state),
                open=step.state in ("open", "escalated"),
                aside=when(step.taken_at.astimezone()),
                notes=tuple(notes),
            )
        )
    return Group(t("appeal.course"), cards)


def change_name(change: Change, case: Judged) -> str:
    """What becomes of an item, in a few words."""
    if change.kind == "step":
        return t("appeal.change_step", step=name("step", change.item), verdict=name("verdict", change.verdict))
    found = case.finding(change.item)
    category = change.item if found is None else name("category", found.category)
    return t("appeal.change_finding", category=category)


def worth(case: Judged, changes: Sequence[Change]) -> list[tuple[str, str]]:
    """What the call is worth now, and what it would be worth with these changes."""
    if case.scoring is None or not changes:
        return []
    now = case.audit.scorecard
    then = would_be(case.stored.shown, case.standing.values(), changes, case.scoring).scorecard
    if (now.score, now.band) == (then.score, then.band):
        return [(t("appeal.worth_same"), ""), (_score(now), _BAND_TONES[now.band])]
    return [
        (t("appeal.worth_now"), ""), (_score(now), _BAND_TONES[now.band]), (name("band", now.band), ""),
        (t("appeal.worth_then"), ""), (_score(then), _BAND_TONES[then.band]), (name("band", then.band), ""),
    ]  # fmt: skip


def _score(card: Scorecard) -> str:
    return t("app.none") if card.score is None else number(card.score)


def precedents(kind: Kind, topic: str, said: str, but: int | None = None) -> Group:
    """How appeals on the same topic were answered in the whole home, with the most similar ones, masked and without names.

    Args:
        said, but: as ``precedent`` has them.
    """
    home = data.everything().home
    with Ledger(home) as ledger, ledger.reading() as db:
        past = appeals.on_topic(db, kind, topic)
    found = precedent(said, past, but=but)
    ruled = found.accepted + found.rejected
    if not ruled:
        return Group(t("appeal.precedent"), (), t("appeal.precedent_none"))
    says = t(
        "appeal.precedent_says" if said else "appeal.precedent_latest",
        n=ruled,
        accepted=found.accepted,
        rejected=found.rejected,
    )
    cards = []
    for ruling in found.nearest:
        quote, answer = _masked(ruling.appeal)
        cards.append(
            Card(
                title=t("appeal.alike", share=percent(ruling.likeness, 1)) if said else "",
                tone="good" if ruling.accepted else "minor",
                badge=name("appeal_state", "accepted" if ruling.accepted else "rejected"),
                aside=f"{ruling.appeal.last.taken_at.astimezone():%Y-%m-%d}",
                quote=((quote, False),) if quote else (),
                notes=((t("appeal.answer"), answer),),
            )
        )
    return Group(t("appeal.precedent"), cards, says)


def _masked(appeal: Appeal) -> tuple[str, str]:
    """The words of an appeal's evidence and of its answer, without personal data of the call that it is about."""
    store = data.everything()
    said, answer = wording(appeal), appeal.last.text
    try:
        stored = store.call(appeal.call_id)
    except NotFoundError:
        return mask_text(said), mask_text(answer)
    cover = veil(stored.call, data.public_numbers(store.home, stored.audit.pack))
    return cover.text(said), cover.text(answer)
