"""Clause by clause: what checks it, what no recording can show, what would unlock it, and how often it was breached."""

from __future__ import annotations

import hashlib

import streamlit as st

from auditor.errors import AuditorError
from auditor.rules.coverage import Coverage, coverage, extents, unlocking
from auditor.rules.norms import UNVERIFIED
from auditor.rules.pack import Pack
from auditor.rules.prose import FIELDS
from auditor.store.answers import Filters
from auditor.store.queries import Store
from auditor.store.violations import Tally, packs, tallies
from dashboards import data
from dashboards.components import choosing
from dashboards.locales import name, t
from dashboards.who import need

EXTENTS = ("checked", "partly", "unheard", "open")


def chosen_pack(store: Store) -> Pack | None:
    """The pack to look at: of those that judged calls, the latest unless another is chosen; none where it can't be read."""
    known = packs(store)
    if not known:
        return None
    if len(known) > 1:
        picked = choosing.one(st.columns([1, 1])[0], "pack", t("coverage.pack"), known, str)
    else:
        picked = known[0]
        st.text(t("coverage.in_force", pack=picked))
    try:
        return data.pack(store.home, picked)
    except (AuditorError, OSError):
        st.error(t("coverage.unreadable"))
        return None


def show(store: Store) -> None:
    """The page."""
    st.title(t("coverage.title"), anchor=False)
    pack = chosen_pack(store)
    if pack is None:
        st.info(t("coverage.none"))
        return
    since, until, region, extent = st.columns(4)
    filters = Filters(
        since=choosing.day(since, "since", t("dimension.since")),
        until=choosing.day(until, "until", t("dimension.until")),
    )
    regions = ("", *pack.regions)
    place = choosing.one(
        region, "region", t("dimension.region"), regions, lambda r: name("region", r) if r else t("dimension.all")
    )
    extent_chosen = choosing.many(
        extent, "extent", t("coverage.extent"), EXTENTS, lambda e: t(f"coverage.{e}"), t("dimension.all")
    )
    every = [c for c in coverage(pack) if not place or c.norm.region in (None, place)]
    _totals(every)
    covered = [c for c in every if not extent_chosen or c.extent in extent_chosen]
    if not covered:
        st.info(t("coverage.nothing"))
        return
    found = {each.one: each for each in tallies(store, filters, one="clause")}
    breached = sum(1 for c in every if c.norm.key in found and found[c.norm.key].counted)
    st.text(
        t("coverage.says", n=len(every), breached=breached, calls=next(iter(found.values())).of_calls if found else 0)
    )
    _clauses(covered, found)
    _unlocking(every)


def _totals(every: list[Coverage]) -> None:
    counts = extents(every)
    for place, extent in zip(st.columns(5), (*EXTENTS, "doubtful"), strict=True):
        doubtful = sum(c.norm.verification in UNVERIFIED for c in every)
        value = doubtful if extent == "doubtful" else counts[extent]  # type: ignore[index]
        place.metric(t(f"coverage.{extent}"), f"{value} / {len(every)}", help=t(f"coverage.{extent}_help"), border=True)


def _clauses(covered: list[Coverage], found: dict[str, Tally]) -> None:
    empty = Tally("", "", *(0,) * 11)
    tally = [found.get(c.norm.key, empty) for c in covered]
    table = {
        t("dimension.clause"): [c.norm.label for c in covered],
        t("coverage.verification"): [c.norm.verification for c in covered],
        t("coverage.extent"): [t(f"coverage.{c.extent}") for c in covered],
        t("violations.counted"): [each.counted for each in tally],
        t("violations.calls"): [each.calls for each in tally],
        t("violations.overturned"): [each.overturned for each in tally],
        t("coverage.requirement"): [c.norm.requirement for c in covered],
        t("coverage.ways"): [t("app.comma").join(t(f"coverage.way_{way}") for way in c.ways) for c in covered],
        t("coverage.rules"): [len(c.rules) + len(c.across_calls) for c in covered],
        t("coverage.examples"): [c.examples for c in covered],
        t("coverage.unheard_what"): [c.norm.unheard for c in covered],
        t("coverage.unlocked_by"): [t("app.comma").join(map(_field, c.norm.unlocked_by)) for c in covered],
        t("dimension.region"): [
            name("region", c.norm.region) if c.norm.region else t("coverage.everywhere") for c in covered
        ],
    }
    revision = hashlib.sha256("\n".join(c.norm.key for c in covered).encode()).hexdigest()[:12]
    choice = st.dataframe(
        table, key=f"clauses:{revision}", hide_index=True, on_select="rerun", selection_mode="single-row", height=460
    )
    for row in choice["selection"]["rows"]:
        _clause(covered[row], tally[row])


def _clause(chosen: Coverage, tally: Tally) -> None:
    with st.container(border=True):
        st.text(chosen.norm.title)
        st.text(chosen.norm.requirement)
        checks = [*(f"{rule.id}" for rule in chosen.rules), *chosen.across_calls]
        st.text(t("coverage.checked_by", n=len(checks), rules=t("app.comma").join(checks) or t("app.none")))
        if st.button(
            t("coverage.show", n=tally.counted), key="open_clause", disabled=not (tally.counted or tally.overturned)
        ):
            days = {key: st.query_params[key] for key in ("since", "until") if key in st.query_params}
            st.switch_page("views/violations.py", query_params={**days, "clause": chosen.norm.key})


def _unlocking(every: list[Coverage]) -> None:
    fields = unlocking(every)
    st.subheader(t("coverage.unlocking"), anchor=False)
    if not fields:
        st.text(t("coverage.unlocking_none"))
        return
    labels = {c.norm.key: c.norm.label for c in every}
    st.text(t("coverage.unlocking_says", n=len(fields), top=_field(fields[0][0]), clauses=len(fields[0][1])))
    st.dataframe(
        {
            t("coverage.field"): [_field(field) for field, _ in fields],
            t("coverage.column"): [field for field, _ in fields],
            t("coverage.clauses"): [len(keys) for _, keys in fields],
            t("coverage.which"): [t("app.semicolon").join(labels[key] for key in keys) for _, keys in fields],
        },
        hide_index=True,
        key="unlocking",
    )


def _field(field: str) -> str:
    return FIELDS.get(field, field)


need("oversee")
show(data.store())
