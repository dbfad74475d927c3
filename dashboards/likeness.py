"""How people decided on words like those of a finding, for the reviewer who sees it now; masked, and never part of an audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from auditor.models import Finding
from auditor.review.similar import Likeness, nearest
from auditor.store.answers import Scope
from auditor.store.decisions import newest
from auditor.store.heard import heard
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from auditor.store.rulings import Ruled, ruled
from auditor.text.masking import Veil, mask_text, veil
from dashboards import data
from dashboards.locales import name, t

LOOKED_AT = 1_000
"""Newest rulings of a category."""


def likenesses(store: Store, findings: Sequence[Finding]) -> Mapping[str, str]:
    """By finding: how people decided on the closest words, in a line; findings without any like them are left out."""
    with Ledger(store.home) as ledger, ledger.reading() as db:
        seq = newest(db)
    if not seq:
        return {}
    found = {
        f.finding_id: _nearest(str(store.home.path), store.scope, f.category, f.quote, f.finding_id, seq)
        for f in findings
        if f.quote
    }
    covers = {
        c: veil(call) for c, call in heard(store, {n.ruling.call_id for near in found.values() for n in near}).items()
    }
    return {finding_id: _told(near, covers) for finding_id, near in found.items() if near}


def _told(near: Sequence[Likeness], covers: Mapping[str, Veil]) -> str:
    verdicts = Counter(n.ruling.verdict for n in near)
    counted = t("app.comma").join(
        t("like.counted", verdict=name("decided", verdict), n=n) for verdict, n in sorted(verdicts.items())
    )
    quotes = (
        t(
            "like.one",
            quote=covers[n.ruling.call_id].text(n.ruling.quote),
            verdict=name("decided", n.ruling.verdict),
            call=mask_text(n.ruling.call_id),
        )
        for n in near
        if n.ruling.call_id in covers
    )
    return t("like.says", counted=counted, quotes=t("app.semicolon").join(quotes))


@st.cache_data(show_spinner=False, max_entries=500)
def _nearest(home: str, scope: Scope, category: str, quote: str, finding_id: str, seq: int) -> list[Likeness]:
    return nearest(quote, _ruled(home, scope, category, seq), but=finding_id)


@st.cache_data(show_spinner=False, max_entries=60)
def _ruled(home: str, scope: Scope, category: str, seq: int) -> list[Ruled]:
    # another home, or a decision made since, is another question
    del home, seq
    return ruled(data.everything().within(scope), category, LOOKED_AT)
