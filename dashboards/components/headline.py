"""The head of a call page: who, when, what the call is worth, and what a reader must know before trusting it."""

from __future__ import annotations

from auditor.store.answers import StoredCall
from dashboards.components import define
from dashboards.formats import clock, number, when
from dashboards.locales import name, t

_headline = define("headline")

_BAND_TONES = {"excellent": "good", "pass": "good", "weak": "minor", "fail": "critical", "cannot_tell": "notice"}


def headline(stored: StoredCall) -> None:
    """Show the head of a call."""
    call, audit = stored.call, stored.shown
    card, known = audit.scorecard, call.metadata
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
            "facts": facts(stored),
            "warnings": list(dict.fromkeys(w.message for w in (*call.warnings, *audit.warnings))),
        },
    )


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
    return " · ".join(filter(None, parts))


def _person(full: str | None, number: str | None) -> str:
    return f"{full} {number}" if full and number else full or number or ""
