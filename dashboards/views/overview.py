"""How are we doing? Totals, scores, violations, missed steps, and the calls to look at first."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from auditor.store.answers import Filters, Overview
from auditor.store.queries import Store
from dashboards import data
from dashboards.components import charts
from dashboards.components.calls import calls_table, cases_table
from dashboards.components.failures import failures
from dashboards.formats import number, percent
from dashboards.locales import name, t

WORST = 50


def choose(store: Store) -> Filters:
    """The choice of team, agent and week, beside the title."""
    every = t("overview.all")

    def shown(option: str | None) -> str:
        return every if option is None else option

    def shown_week(monday: date | None) -> str:
        return every if monday is None else t("overview.week_of", start=monday)

    offered = store.choices()
    weeks = [week.monday for week in reversed(store.trend())]
    title, first, second, third = st.columns([2.4, 1, 1, 1.2], vertical_alignment="bottom")
    title.title(t("overview.title"), anchor=False)
    team = first.selectbox(t("overview.team"), [None, *offered.teams], format_func=shown, key="team")
    agent = second.selectbox(t("overview.agent"), [None, *offered.agents], format_func=shown, key="agent")
    monday = third.selectbox(t("overview.week"), [None, *weeks], format_func=shown_week, key="week")
    return Filters(
        teams=(team,) if team else (),
        agents=(agent,) if agent else (),
        since=monday,
        until=monday + timedelta(days=6) if monday else None,
    )


def totals(sums: Overview) -> None:
    """The five numbers at the top."""
    calls, mean, fatal, suspected, unknown = st.columns(5)
    calls.metric(t("overview.calls"), f"{sums.calls:,}", help=t("overview.calls_help"), border=True)
    score = t("app.none") if sums.average is None else f"{sums.average:.1f}"
    mean.metric(t("overview.mean"), score, help=t("overview.mean_help", n=sums.scored), border=True)
    for place, key, count in (
        (fatal, "fatal", sums.fatal),
        (suspected, "suspected", sums.with_suspected),
        (unknown, "cannot_tell", sums.bands.get("cannot_tell", 0)),
    ):
        value = f"{count:,} · {percent(count, sums.calls)}" if count else "0"
        place.metric(t(f"overview.{key}"), value, help=t(f"overview.{key}_help"), border=True)


def pictures(store: Store, chosen: Filters, sums: Overview) -> None:
    """Three charts, each with the sentence that it shows."""
    left, middle, right = st.columns(3)
    with left.container(border=True, height="stretch"):
        st.subheader(t("overview.scores"), anchor=False)
        if sums.scored:
            good = sums.bands.get("excellent", 0) + sums.bands.get("pass", 0)
            st.caption(t("overview.scores_says", good=good, share=percent(good, sums.scored)))
            charts.score_distribution(store.score_distribution(chosen, width=5))
        else:
            st.caption(t("overview.scores_none"))
    with middle.container(border=True, height="stretch"):
        st.subheader(t("overview.violations"), anchor=False)
        found = sorted(store.violations_by_category(chosen), key=lambda c: -(c.confirmed + c.suspected))
        if found:
            top, every = found[0], sum(c.confirmed + c.suspected for c in found)
            says = {"n": every, "kinds": len(found), "top": name("category", top.category)}
            rest = t("overview.violations_rest", n=charts.TOP) if len(found) > charts.TOP else ""
            st.caption(t("overview.violations_says", **says, count=top.confirmed + top.suspected) + rest)
            charts.violations(found)
        else:
            st.caption(t("overview.violations_none"))
    with right.container(border=True, height="stretch"):
        st.subheader(t("overview.steps"), anchor=False)
        rates = charts.step_rates(store.steps_missed(chosen))
        if rates and rates[0].missed:
            worst = rates[0]
            st.caption(t("overview.steps_says", top=worst.name, missed=worst.missed, of=worst.due))
            charts.steps_missed(rates)
        else:
            st.caption(t("overview.steps_none"))


def show(store: Store) -> None:
    """The page."""
    chosen = choose(store)
    sums = store.overview(chosen)
    if not sums.calls:
        st.info(t("overview.nothing"))
        return
    totals(sums)
    pictures(store, chosen, sums)
    st.subheader(t("overview.worst"), anchor=False)
    rows = store.calls(chosen, order="worst", limit=WORST)
    st.caption(t("overview.worst_says", n=number(len(rows))))
    calls_table(rows, "worst")
    if together := store.cases(chosen):
        st.subheader(t("overview.cases"), anchor=False)
        st.caption(t("overview.cases_says", n=number(len(together))))
        cases_table(together[:WORST], "cases")
    failures(store.failed_jobs())


show(data.store())
