"""The head of a call page: who, when, what the call is worth, and what a reader must know before trusting it."""

from __future__ import annotations

from auditor.models import VERDICTS
from auditor.store.answers import StoredCall
from dashboards.components import define
from dashboards.formats import clock, joined, number, straight, when
from dashboards.locales import name, t
from dashboards.reviewed import Reviewed

_headline = define("headline")

_BAND_TONES = {"excellent": "good", "pass": "good", "weak": "minor", "fail": "critical", "cannot_tell": "notice"}


def headline(seen: Reviewed) -> None:
    """Show the head of a call; its score is the one that counts, with the machine's beside where people changed it."""
    call, audit = seen.call, seen.machine
    card, known = seen.counts.scorecard, call.metadata
    where = (
        when(known.started_at) if known.started_at else "",
        known.team or "",
        _person(known.agent_name, known.agent_id),
        f"{t('call.pack')} {audit.pack.partition('+')[0]}",
    )
    _headline(
        key="headline",
        data={
            "title": call.call_id,
            "where": [part for part in where if part],
            "score": t("app.none") if card.score is None else number(card.score),
            "band": name("band", card.band),
            "tone": _BAND_TONES[card.band],
            "remark": t("call.fatal") if card.fatal else t("call.no_score") if card.score is None else "",
            "machine": _machine(seen),
            "facts": facts(seen.stored),
            "warnings": list(dict.fromkeys(w.message for w in (*call.warnings, *audit.warnings))),
        },
    )


def _machine(seen: Reviewed) -> str:
    """The machine's score and what changed it, where people's decisions changed anything."""
    own = seen.machine.scorecard
    if own == seen.counts.scorecard:
        return ""
    made = [all_[-1].verdict for (kind, _), all_ in seen.made.items() if kind in ("finding", "added", "step")]
    counted = {
        "review.overturned_n": made.count("overturned"),
        "review.upheld_n": made.count("upheld"),
        "review.added_n": made.count("added"),
        "review.steps_n": sum(verdict in VERDICTS for verdict in made),
    }
    what = t("app.comma").join(t(key, n=n) for key, n in counted.items() if n)
    score = t("app.none") if own.score is None else number(own.score)
    return t("call.machine_score", score=score, band=name("band", own.band), what=what)


def facts(stored: StoredCall) -> list[tuple[str, str]]:
    """What is known of the call, as label and value; what is not known is left out."""
    call, audit, own = stored.call, stored.shown, stored.audit.scorecard
    known, said = call.metadata, audit.facts
    rows = {
        "own_score": number(own.score) if own.score is not None and own != audit.scorecard else "",
        "party": name("party", audit.party.kind),
        "case": known.case_id or "",
        "duration": clock(call.duration) if call.duration else "",
        "product": name("product", known.product or "") + (f" ·{known.card_tail}" if known.card_tail else ""),
        "amount": f"{known.amount_due:,.2f}" if known.amount_due is not None else "",
        "overdue": t("call.days", n=known.days_overdue) if known.days_overdue is not None else "",
        "institution": known.institution or "",
        "agency": known.agency or "",
        "region": name("region", known.region or ""),
        "promise": _promise(stored),
        "reason": name("reason", said.delinquency_reason.name) if said.delinquency_reason else "",
        "flags": t("app.comma").join(dict.fromkeys(name("flag", flag.name) for flag in said.customer_flags)),
    }
    return [(t(f"call.{key}"), value) for key, value in rows.items() if value]


def _promise(stored: StoredCall) -> str:
    promise = stored.audit.facts.promise
    if promise is None:
        return ""
    due = promise.due.isoformat() if promise.due else promise.date_text or ""
    parts = [f"{promise.amount:,.2f}" if promise.amount is not None else "", due]
    for each in stored.promises:
        parts.append(t("call.promise_outcome", outcome=name("outcome", each.outcome), paid=f"{each.paid:,.2f}"))
    return joined(*parts)


def _person(full: str | None, number: str | None) -> str:
    return straight(f"{full} {number}" if full and number else full or number or "")
