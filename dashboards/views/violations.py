"""What was breached, how often and of how many calls; what waits for a person; and how much of it all was looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import streamlit as st

from auditor.reports.violations import cited
from auditor.rules.norms import Norm
from auditor.store.answers import Filters
from auditor.store.firsts import first_found
from auditor.store.queries import Store
from auditor.store.violations import DIMENSIONS, Tally, Violation, Which, audited, count, tallies, total, violations
from auditor.text.masking import mask_text
from auditor.web.exports import Export, export_link
from dashboards import data
from dashboards.components import choosing, pivot
from dashboards.components.completeness import completeness
from dashboards.components.dimensions import choose, drill, drilled, shown
from dashboards.components.evidence import evidence
from dashboards.components.open_appeals import open_appeals
from dashboards.components.waiting import waiting
from dashboards.formats import clock, percent, when
from dashboards.locales import language, name, t
from dashboards.who import can, me, need

PARTS = ("counts", "due", "appeals", "completeness")
PAGE = 200


def counts(store: Store) -> None:
    """Violations by any two dimensions, the list behind a number, the evidence behind a row."""
    norms = data.norms(store)
    filters, which = choose(store, norms)
    sums = total(store, filters, which)
    _totals(sums)
    if not (sums.counted or sums.overturned):
        st.info(t("violations.none" if sums.of_calls else "violations.no_calls"))
        return
    first, second, _ = st.columns([1, 1, 2])
    one = choosing.one(first, "rows", t("violations.rows"), DIMENSIONS, _dimension)
    two = choosing.one(second, "columns", t("violations.columns"), ("", *DIMENSIONS), _dimension)
    found = tallies(store, filters, which, one, two if two and two != one else None)
    if two and two != one:
        pivot.by_two(found, audited(store, filters, which, one, two), one, two, norms)
    else:
        pivot.by_one(found, one, norms)
    _listed(store, filters, drilled(which), norms)


def _dimension(dimension: str) -> str:
    return t(f"dimension.{dimension}") if dimension else t("violations.no_columns")


def _totals(sums: Tally) -> None:
    places = st.columns(5)
    told: tuple[tuple[str, str, dict[str, int]], ...] = (
        ("audited", f"{sums.of_calls:,}", {}),
        ("counted", f"{sums.counted:,}", {"confirmed": sums.confirmed, "suspected": sums.suspected}),
        ("with_any", f"{sums.calls:,} · {percent(sums.calls, sums.of_calls)}", {"of": sums.of_calls}),
        ("undecided", f"{sums.undecided:,}", {"of": sums.counted + sums.overturned}),
        ("decided", f"{sums.upheld:,} / {sums.overturned:,} / {sums.added:,}", {}),
    )
    for place, (key, value, values) in zip(places, told, strict=True):
        place.metric(t(f"violations.total_{key}"), value, help=t(f"violations.total_{key}_help", **values), border=True)


def _listed(store: Store, filters: Filters, which: Which, norms: Mapping[str, Norm]) -> None:
    every = count(store, filters, which)
    st.subheader(t("violations.list"), anchor=False)
    if st.query_params.get_all("at"):
        told = [shown(d, v, norms) for d, _, v in (each.partition(":") for each in st.query_params.get_all("at"))]
        text, button = st.columns([5, 1], vertical_alignment="center")
        text.text(t("violations.only", what=" × ".join(told), n=every))
        if button.button(t("violations.not_only"), key="not_only"):
            drill({})
            st.rerun()
    pages = max(1, -(-every // PAGE))
    page = st.pagination(pages, key=f"page:{pages}") if pages > 1 else 1
    found = violations(store, filters, which, limit=PAGE, offset=(page - 1) * PAGE)
    st.text(t("violations.list_says", n=len(found), every=every))
    if not found:
        return
    picked = _table(found, norms)
    _export(store, filters, which, picked, every)
    if len(picked) == 1:
        evidence(picked[0], first_found(store, picked)[picked[0].finding_id], norms, "evidence")


def _table(found: list[Violation], norms: Mapping[str, Norm]) -> list[Violation]:
    table = {
        t("dimension.severity"): [name("severity", v.severity) for v in found],
        t("dimension.category"): [name("category", v.category) for v in found],
        t("violations.quote"): [mask_text(v.quote) for v in found],
        t("violations.counts_as"): [name("effective_status", v.effective_status) for v in found],
        t("dimension.standing"): [name("standing", v.decision or "undecided") for v in found],
        t("violations.machine"): [name("status", v.status) if v.by_machine else "" for v in found],
        t("table.call"): [mask_text(v.call_id) for v in found],
        t("table.started"): [when(v.started_at) if v.started_at else "" for v in found],
        t("violations.at"): ["" if v.start is None else clock(v.start) for v in found],
        t("table.agent"): [v.agent_name or v.agent_id or "" for v in found],
        t("table.team"): [v.team or "" for v in found],
        t("dimension.institution"): [v.institution or "" for v in found],
        t("dimension.agency"): [v.agency or "" for v in found],
        t("dimension.clause"): [cited(v.cites, norms) for v in found],
        t("violations.decided_by"): [v.decided_by or "" for v in found],
    }
    revision = hashlib.sha256("\n".join(v.finding_id for v in found).encode()).hexdigest()[:12]
    choice = st.dataframe(
        table, key=f"found:{revision}", hide_index=True, on_select="rerun", selection_mode="multi-row",
        height=min(38 + 35 * len(found), 420),
    )  # fmt: skip
    return [found[row] for row in choice["selection"]["rows"]]


def _export(store: Store, filters: Filters, which: Which, picked: list[Violation], every: int) -> None:
    if not can("export"):
        return
    ids = tuple(v.finding_id for v in picked)
    link = export_link(store.home.secret_key(), me(), Export(filters, which.at, ids or None, language()))
    label = t("violations.export_picked", n=len(ids)) if ids else t("violations.export_all", n=every)
    places = st.columns([2, 1.2, 1.2, 4])
    places[0].link_button(label, link, help=t("violations.export_help"), key="export")
    for place, form in zip(places[1:], ("xlsx", "pdf"), strict=False):
        wanted = Export(filters, which.at, None, language(), form=form)
        link = export_link(store.home.secret_key(), me(), wanted)
        place.link_button(t(f"violations.report_{form}"), link, help=t("violations.report_help"), key=f"report_{form}")


def page(store: Store) -> None:
    """The page."""
    st.title(t("violations.title"), anchor=False)
    shown_part = choosing.part("part", t("violations.parts"), PARTS, lambda part: t(f"violations.part_{part}"))
    if shown_part == "due":
        waiting(store, data.norms(store))
    elif shown_part == "appeals":
        open_appeals(store)
    elif shown_part == "completeness":
        completeness(store)
    else:
        counts(store)


need("oversee")
page(data.store())
