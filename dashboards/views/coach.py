"""Whom should I coach on what? Agents and teams: where they stand, how they develop, and what changed beyond chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import streamlit as st

from auditor.review import coaching, progress
from auditor.review.periods import Period
from auditor.review.progress import SCORE, Change
from auditor.review.trends import FEW, Comparison, Figure, Sample
from auditor.store import trends as asked
from auditor.store.answers import Filters
from auditor.store.queries import Store
from auditor.store.trends import Agent
from dashboards import data
from dashboards.components import trends
from dashboards.components.choice import choice, choose_grain, choose_period, period_name
from dashboards.components.figures import difference, figure, measure_name, spread
from dashboards.components.tables import pick
from dashboards.locales import t
from dashboards.who import need

ROWS = 20
"""Agents on one page of the heatmap."""
MOST_CHANGES = 60


def open_agent(agent_id: str, now: Period) -> None:
    """Go to an agent's page, in the same period."""
    st.switch_page("views/agent.py", query_params={"id": agent_id, "by": now.grain, "period": now.start.isoformat()})


def choose(store: Store) -> tuple[Filters, Period] | None:
    """The choice of team and period, beside the title; ``None`` where no call has a date."""
    every = t("overview.all")
    title, first, second, third = st.columns([2.4, 1, 0.8, 1.5], vertical_alignment="bottom")
    title.title(t("coach.title"), anchor=False)
    teams = ["", *store.choices().teams]
    team = choice(first, t("overview.team"), "team", teams, lambda code: code or every)
    filters = Filters(teams=(team,) if team else ())
    grain = choose_grain(second)
    starts = asked.starts(store, filters, grain)
    return (filters, choose_period(third, grain, starts)) if starts else None


def totals(store: Store, mean: Figure, before: Comparison | None, agents: Sequence[Agent]) -> None:
    """The four numbers at the top."""
    score, calls, people, tasks = st.columns(4)
    value = t("app.none") if mean.value is None else f"{mean.value:.1f}"
    told = t("coach.mean_delta", range=spread(mean))
    if before is not None:
        told += t("app.semicolon") + t(f"coach.since_{before.verdict}")
    score.metric(t("coach.mean"), value, told, "off", delta_arrow="off", help=t("coach.mean_help"), border=True)
    known = sum(agent.calls for agent in agents)
    calls.metric(t("overview.calls"), f"{known:,}", t("coach.scored", n=mean.of), "off", delta_arrow="off", border=True)
    least = min((agent.calls for agent in agents), default=0)
    people.metric(t("coach.agents"), len(agents), t("coach.least", n=least), "off", delta_arrow="off", border=True)
    today = date.today()
    due = [task for task in coaching.tasks(store) if task.state == "open"]
    late = sum(coaching.overdue(task, today) > 0 for task in due)
    tasks.metric(t("coach.open_tasks"), len(due), t("coach.late_tasks", n=late), "off", delta_arrow="off", border=True)


def changed(found: Sequence[Change], agents: Sequence[Agent], now: Period) -> None:
    """What improved and what slipped since the period before, only where chance would hardly do it."""
    tested = [change for change in found if change.comparison.verdict != "few"]
    standing = [change for change in tested if change.comparison.verdict != "same"]
    st.subheader(t("coach.changed"), anchor=False)
    before = period_name(now.previous())
    if not tested:
        st.caption(t("coach.changed_untold", before=before, few=FEW))
        return
    st.caption(
        t("coach.changed_says", before=before, tested=len(tested), n=len(standing), few=len(found) - len(tested))
    )
    names = {agent.agent_id: trends.agent_label(agent) for agent in agents}
    for place, verdict in zip(st.columns(2), ("worse", "better"), strict=True):
        with place:
            rows = sorted(
                (change for change in standing if change.comparison.verdict == verdict),
                key=lambda change: change.comparison.chance or 0.0,
            )[:MOST_CHANGES]
            st.text(t(f"coach.{verdict}", n=len(rows)))
            if rows:
                changes_table(rows, names, now, verdict)


def changes_table(rows: Sequence[Change], names: Mapping[str, str], now: Period, key: str) -> None:
    """Changes, one a row; choosing an agent's leads to their page."""
    everybody = t("coach.everybody")
    table: dict[str, Sequence[object]] = {
        t("coach.who"): [names.get(r.group, r.group) if r.group is not None else everybody for r in rows],
        t("coach.measure"): [measure_name(r.measure) for r in rows],
        t("coach.before"): [figure(r.comparison.before) for r in rows],
        t("coach.now"): [figure(r.comparison.after) for r in rows],
        t("coach.change"): [difference(r.comparison) for r in rows],
    }
    picked = pick(table, key, [f"{r.by}:{r.group}:{r.measure}" for r in rows])
    if picked is not None and rows[picked].by == "agent" and rows[picked].group is not None:
        open_agent(str(rows[picked].group), now)


def show(store: Store) -> None:
    """The page."""
    chosen = choose(store)
    if chosen is None:
        st.info(t("coach.nothing"))
        return
    filters, now = chosen
    inside = progress.within(filters, now)
    agents = asked.agents(store, inside)
    shares = asked.step_shares(store, inside, by="agent")
    cells = progress.standing(agents, shares)
    found = progress.changes(store, filters, now)
    lines = progress.trend(store, filters, now)
    mean = next((p.figure for p in lines.get(SCORE, ()) if p.start == now.start), Sample(0, None, None))
    whole = next((c.comparison for c in found if c.by == "all" and c.measure == SCORE), None)
    totals(store, mean, whole, agents)
    changed(found, agents, now)
    picture(agents, cells, found, now)
    developing(store, filters, now, lines)


def picture(
    agents: Sequence[Agent], cells: Mapping[tuple[str, str], Comparison], found: Sequence[Change], now: Period
) -> None:
    """The heatmap and the same agents as a table, those with the lowest score first."""
    scores = {c.group: c.comparison for c in found if c.by == "agent" and c.measure == SCORE and c.group is not None}
    ranked = sorted(agents, key=lambda a: _low(scores.get(a.agent_id)))
    steps = list(dict.fromkeys(step for _, step in cells))
    st.subheader(t("coach.heatmap"), anchor=False)
    if not cells:
        st.caption(t("coach.heatmap_none"))
        return
    below = sum(cell.verdict == "worse" for cell in cells.values())
    told = sum(cell.verdict != "few" for cell in cells.values())
    st.caption(t("coach.heatmap_says", n=below, tested=told, few=FEW))
    page = st.pagination(-(-len(ranked) // ROWS), key="page", bind="query-params") if len(ranked) > ROWS else 1
    shown = ranked[(page - 1) * ROWS : page * ROWS]
    picked = trends.heatmap(shown, steps, cells, f"heatmap:{now.grain}:{now.start}", t("coach.heatmap"))
    if picked in {agent.agent_id for agent in shown}:
        open_agent(str(picked), now)
    st.caption(t("coach.agents_says"))
    low = {
        agent.agent_id: [measure_name(s) for s in steps if _verdict(cells.get((agent.agent_id, s))) == "worse"]
        for agent in ranked
    }
    table: dict[str, Sequence[object]] = {
        t("coach.agent"): [trends.agent_label(agent) for agent in ranked],
        t("overview.team"): [agent.team or "" for agent in ranked],
        t("overview.calls"): [agent.calls for agent in ranked],
        t("coach.mean"): [_figure(scores.get(agent.agent_id), figure) for agent in ranked],
        t("coach.interval"): [_figure(scores.get(agent.agent_id), spread) for agent in ranked],
        t("coach.since_before"): [t(f"coach.since_{_verdict(scores.get(agent.agent_id))}") for agent in ranked],
        t("coach.below_team"): [t("app.comma").join(low[agent.agent_id]) for agent in ranked],
    }
    chosen = pick(table, "agents", [agent.agent_id for agent in ranked])
    if chosen is not None:
        open_agent(ranked[chosen].agent_id, now)


def developing(store: Store, filters: Filters, now: Period, own: Mapping[str, Sequence[progress.Point]]) -> None:
    """The trend of the score and of each step; with a team chosen, all teams beside it."""
    others = progress.trend(store, Filters(), now) if filters.teams else {}
    st.subheader(t("coach.trend"), anchor=False)
    st.caption(t("coach.trend_says" if filters.teams else "coach.trend_says_all", few=FEW))
    trends.score_trend(own.get(SCORE, ()), others.get(SCORE, ()), now.grain, t("coach.trend"))
    trends.step_trends(own, others, now.grain, t("coach.trend"))


def _verdict(found: Comparison | None) -> str:
    return "few" if found is None else found.verdict


def _low(found: Comparison | None) -> float:
    return 101.0 if found is None or found.after.value is None else found.after.value


def _figure(found: Comparison | None, told: Callable[[Figure], str]) -> str:
    return t("app.none") if found is None else told(found.after)


need("coach")
show(data.store())
