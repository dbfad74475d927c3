"""Which of the stored calls a changed rule would flip: each judged before and after, as many as the time allows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from statistics import fmean
from typing import Any

import streamlit as st

from auditor.evaluation.impact import Impact, impacts
from auditor.models import Call, Finding
from auditor.rules.edited import Edited
from auditor.rules.pack import Pack
from auditor.store.answers import Filters
from auditor.store.queries import Store
from auditor.text.masking import mask_text
from dashboards.components.calls import open_chosen
from dashboards.formats import number
from dashboards.locales import name, t

SIZES = (50, 200, 500, 1000)
SECONDS = 60
"""One that tries rules must not keep the server from those who review calls."""


def impact(store: Store, edited: Edited, base: Pack) -> None:
    """Choose calls, judge them both ways with a bar, show what flips; the last answer stays until text or choice change."""
    st.caption(t("lab.impact_says", seconds=SECONDS))
    first, second, third, fourth = st.columns([1, 1, 1, 0.8], vertical_alignment="bottom")
    size = first.selectbox(t("lab.how_many"), SIZES, index=1, format_func=lambda n: t("lab.latest", n=n), key="size")
    offered = store.choices()
    team = second.selectbox(t("overview.team"), [None, *offered.teams], format_func=_every, key="impact_team")
    kind = third.selectbox(t("lab.with_finding"), [None, *offered.categories], format_func=_category, key="impact_kind")
    filters = Filters(teams=(team,) if team else (), categories=(kind,) if kind else ())
    slot = (base.hash, edited.pack.hash, size, team, kind, store.version())
    if fourth.button(t("lab.compute"), key="compute", type="primary", disabled=edited.pack.hash == base.hash):
        st.session_state["lab_impact"] = (slot, _compute(store, edited, base, filters, size))
    known = st.session_state.get("lab_impact")
    if edited.pack.hash == base.hash:
        st.info(t("lab.nothing_changed"))
    elif known is not None and known[0] == slot:
        _show(*known[1])
    elif known is not None:
        st.info(t("lab.compute_again"))


def _every(option: str | None) -> str:
    return t("overview.all") if option is None else option


def _category(code: str | None) -> str:
    return t("overview.all") if code is None else name("category", code)


def _compute(store: Store, edited: Edited, base: Pack, filters: Filters, size: int) -> tuple[list[Impact], int]:
    """What became of the calls that there was time for, and how many there were to try."""
    rows = store.calls(filters, order="newest", limit=size)
    bar, until = st.progress(0.0, t("lab.computing", done=0, of=len(rows))), time.monotonic() + SECONDS

    def calls() -> Iterator[Call]:
        for row in rows:
            if time.monotonic() > until:
                return
            yield store.call(row.call_id).call

    found = []
    for each in impacts(calls(), base, edited.pack):
        found.append(each)
        bar.progress(len(found) / len(rows), t("lab.computing", done=len(found), of=len(rows)))
    bar.empty()
    return found, len(rows)


def _show(found: Sequence[Impact], of: int) -> None:
    flips = [each for each in found if each.flips]
    if len(found) < of:
        st.warning(t("lab.out_of_time", done=len(found), of=of, seconds=SECONDS))
    if not found:
        st.info(t("overview.nothing"))
        return
    gained, lost = sum(len(each.gained) for each in flips), sum(len(each.lost) for each in flips)
    both = [(e.before, e.after) for e in found if e.before is not None and e.after is not None]
    means = [number(fmean(float(score) for score in side)) for side in zip(*both, strict=True)] or [t("app.none")] * 2
    st.text(
        t("lab.impact_sum", flips=len(flips), of=len(found), gained=gained, lost=lost)
        + t("lab.impact_mean", before=means[0], after=means[1], n=len(both))
    )
    if flips:
        _table(flips)


def _table(flips: Sequence[Impact]) -> None:
    st.caption(t("lab.open_call"))
    table: dict[str, Any] = {
        t("table.call"): [mask_text(each.call_id) for each in flips],
        t("lab.score"): [_change(_score(each.before), _score(each.after)) for each in flips],
        t("table.band"): [_change(name("band", each.band_before), name("band", each.band_after)) for each in flips],
        t("lab.gained"): [_told(each.gained) for each in flips],
        t("lab.lost"): [_told(each.lost) for each in flips],
        t("lab.steps"): [
            t("app.semicolon").join(
                f"{name('step', s.step)} {_change(name('verdict', s.before), name('verdict', s.after))}"
                for s in each.steps
            )
            for each in flips
        ],
    }
    ids = [each.call_id for each in flips]
    open_chosen(table, "flips", ids, ids)


def _told(found: Sequence[Finding]) -> str:
    told = (
        f"{name('category', f.category)}（{name('severity', f.severity)}·{name('status', f.status)}）“{mask_text(f.quote)}”"
        for f in found
    )
    return t("app.semicolon").join(told)


def _change(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _score(score: Decimal | None) -> str:
    return t("app.none") if score is None else number(score)
