"""What should this agent work on? Also found under ``/agent?id=…``: trend, steps, words to say, moments to hear, tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from auditor.review import coaching, progress
from auditor.review.periods import Period
from auditor.review.progress import SCORE
from auditor.review.trends import FEW, Comparison, Sample, Share
from auditor.store import moments as heard
from auditor.store import trends as asked
from auditor.store.answers import Filters
from auditor.store.moments import Moment
from auditor.store.queries import Store
from auditor.store.trends import Agent
from auditor.text.masking import mask_text
from dashboards import data
from dashboards.components import moments, tasks, trends
from dashboards.components.choice import choose_grain, choose_period, period_name
from dashboards.components.figures import difference, figure, measure_name, spread
from dashboards.locales import name, t
from dashboards.who import need

WORDS = 3
"""Steps with words to say."""
LATEST = 20
"""Calls offered to link to a task, besides the moments'."""


def choose(store: Store) -> tuple[Agent, Period] | None:
    """The agent and the period, beside the title; ``None`` where there is nobody to show."""
    title, first, second, third = st.columns([1.4, 1.6, 0.8, 1.5], vertical_alignment="bottom")
    title.title(t("agent.title"), anchor=False)
    known = {agent.agent_id: agent for agent in asked.agents(store, Filters())}
    codes, wanted = list(known), st.query_params.get("id")
    chosen = first.selectbox(
        t("coach.agent"), codes, index=codes.index(wanted) if wanted in known else None, key="id",
        format_func=lambda code: trends.agent_label(known[code]), placeholder=t("agent.choose"),
    )  # fmt: skip
    if chosen is None:
        if wanted is not None:
            st.text(t("agent.missing", id=mask_text(wanted)))
        st.info(t("agent.choose_says" if codes else "agent.nobody"))
        return None
    st.query_params["id"] = chosen
    grain = choose_grain(second)
    starts = asked.starts(store, Filters(agents=(chosen,)), grain)
    if not starts:
        st.info(t("agent.no_dates"))
        return None
    return known[chosen], choose_period(third, grain, starts)


def totals(own: Sequence[progress.Point], now: Period, team: Comparison | None, before: Comparison | None) -> None:
    """The agent's mean score, beside the team's and the period before."""
    mean, others, earlier = st.columns(3)
    shown = next((p.figure for p in own if p.start == now.start), Sample(0, None, None))
    value = t("app.none") if shown.value is None else f"{shown.value:.1f}"
    told = t("coach.mean_delta", range=spread(shown)) + t("app.semicolon") + t("coach.scored", n=shown.of)
    mean.metric(t("coach.mean"), value, told, "off", delta_arrow="off", help=t("coach.mean_help"), border=True)
    for place, label, found, words in (
        (others, "coach.rest_of_team", team, "coach.team"),
        (earlier, "coach.before", before, "coach.since"),
    ):
        known = found is not None and found.before.value is not None
        value = f"{found.before.value:.1f}" if found is not None and found.before.value is not None else t("app.none")
        told = t(f"{words}_{found.verdict if found is not None else 'few'}")
        if known and found is not None:
            told += t("app.semicolon") + t("agent.apart", difference=difference(found))
        place.metric(t(label), value, told, "off", delta_arrow="off", border=True)


def steps(found: Mapping[str, Comparison], changes: Sequence[progress.Change], now: Period) -> None:
    """The steps against the team, and what changed since the period before."""
    left, right = st.columns([1.25, 1])
    judged = {measure: each for measure, each in found.items() if measure != SCORE}
    with left.container(border=True, height="stretch"):
        st.subheader(t("agent.steps"), anchor=False)
        low = [measure_name(m) for m, each in judged.items() if each.verdict == "worse"]
        if not judged:
            st.caption(t("agent.steps_none"))
        else:
            st.caption(t("agent.steps_low", steps=t("app.comma").join(low)) if low else t("agent.steps_level", few=FEW))
            trends.against_team(judged, t("agent.steps"))
    with right.container(border=True, height="stretch"):
        st.subheader(t("coach.changed"), anchor=False)
        told = [c for c in changes if c.comparison.verdict in ("better", "worse")]
        few = sum(c.comparison.verdict == "few" for c in changes)
        st.caption(
            t("agent.changed_says", before=period_name(now.previous()), n=len(told), of=len(changes) - few, few=few)
        )
        table = {
            t("coach.measure"): [measure_name(c.measure) for c in changes],
            t("coach.before"): [figure(c.comparison.before) for c in changes],
            t("coach.now"): [figure(c.comparison.after) for c in changes],
            t("coach.since_before"): [t(f"coach.since_{c.comparison.verdict}") for c in changes],
        }
        st.dataframe(table, hide_index=True)


def words(found: Mapping[str, Comparison], instead: Mapping[str, str], most: Sequence[str]) -> None:
    """The steps that were missed most often, with what to say."""
    st.subheader(t("agent.words"), anchor=False)
    st.caption(t("agent.words_says", n=len(most)) if most else t("agent.words_none"))
    shown = []
    for step in most:
        each = found[step]
        missed = Share(each.after.of - _done(each.after), each.after.of)
        notes = ((t("call.say_instead"), instead[step]),) if step in instead else ()
        aside = t("agent.missed", figure=figure(missed), team=figure(each.before))
        shown.append(moments.Card(name("step", step), "major", "", aside, notes=notes))
    if shown:
        moments.cards(shown, "words", "")


def listening(
    store: Store, agent: Agent, near: Sequence[Moment], worst: Sequence[Moment], good: Sequence[Moment],
    instead: Mapping[str, str],
) -> None:  # fmt: skip
    """The moments worth listening to, each a link to its line."""
    st.subheader(t("agent.moments"), anchor=False)
    st.caption(t("agent.moments_says"))
    covers = moments.veils(store, [*near, *worst, *good])
    groups = (
        ("near", [moments.missed(m, covers[m.call_id], instead.get(m.item, "")) for m in near if m.call_id in covers]),
        ("worst", [moments.finding(m, covers[m.call_id]) for m in worst if m.call_id in covers]),
        (
            "good",
            [moments.example(m, covers[m.call_id], m.agent_id == agent.agent_id) for m in good if m.call_id in covers],
        ),
    )
    for place, (kind, shown) in zip(st.columns(3), groups, strict=True):
        with place:
            st.text(t(f"agent.{kind}"))
            moments.cards(shown, kind, t(f"agent.{kind}_none"))


def findings(store: Store, filters: Filters, now: Period) -> None:
    """Findings by category over time."""
    chosen = progress.within(filters, now.previous(progress.SHOWN - 1), now)
    found = asked.category_shares(store, chosen, grain=now.grain)
    st.subheader(t("agent.findings"), anchor=False)
    if not found:
        st.caption(t("agent.findings_none"))
        return
    calls = {s.start: s.calls for s in asked.scores(store, chosen, grain=now.grain) if s.start is not None}
    most = found[0].category
    n = sum(each.confirmed for each in found if each.category == most)
    st.caption(t("agent.findings_says", top=name("category", most), n=n))
    trends.categories(found, calls, now.grain, t("agent.findings"))


def show(store: Store) -> None:
    """The page."""
    chosen = choose(store)
    if chosen is None:
        return
    agent, now = chosen
    own, team = Filters(agents=(agent.agent_id,)), Filters(teams=(agent.team,) if agent.team is not None else ())
    inside = progress.within(own, now)
    found = progress.against_team(store, agent, now)
    changes = progress.changes(store, own, now, groups=("all",))
    mine, others = progress.trend(store, own, now), progress.trend(store, team, now, apart=agent.agent_id)
    missed = {m: each.after.of - _done(each.after) for m, each in found.items() if m != SCORE}
    most = [step for step, n in sorted(missed.items(), key=lambda item: -item[1]) if n][:WORDS]
    near, worst = heard.nearest_misses(store, inside), heard.gravest(store, inside)
    good = heard.examples(store, team, most, agent.agent_id)
    instead = heard.wording(store, own, list(dict.fromkeys([*most, *(m.item for m in near)])))
    totals(
        mine.get(SCORE, ()), now, found.get(SCORE), next((c.comparison for c in changes if c.measure == SCORE), None)
    )
    steps(found, changes, now)
    words(found, instead, most)
    listening(store, agent, near, worst, good, instead)
    st.subheader(t("coach.trend"), anchor=False)
    st.caption(t("agent.trend_says", few=FEW))
    trends.score_trend(mine.get(SCORE, ()), others.get(SCORE, ()), now.grain, t("coach.trend"))
    trends.step_trends(mine, others, now.grain, t("coach.trend"))
    findings(store, own, now)
    latest = [row.call_id for row in store.calls(inside, order="newest", limit=LATEST)]
    calls = list(dict.fromkeys([*(m.call_id for m in (*near, *worst, *good)), *latest]))
    given(store, agent, most, calls)


def given(store: Store, agent: Agent, most: Sequence[str], calls: Sequence[str]) -> None:
    """The agent's tasks, and the form for another."""
    st.subheader(t("agent.tasks"), anchor=False)
    tasks.say()
    known = [task for task in coaching.tasks(store) if task.agent_id == agent.agent_id]
    st.caption(t("agent.tasks_says", n=len(known)) if known else t("agent.tasks_none"))
    if known:
        names = {agent.agent_id: trends.agent_label(agent)}
        picked = tasks.tasks_table(known, names, coaching.effects(store, known), "agent_tasks")
        if picked is not None:
            st.switch_page("views/tasks.py", query_params={"task": str(picked.task)})
    tasks.assign_form(store, who, agent.agent_id, most, calls)


def _done(of: object) -> int:
    return of.done if isinstance(of, Share) else 0


who = need("coach")
show(data.store())
