"""Pictures of how agents and teams develop. Every figure stands there as a number too; what rests on few calls is grey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt
import streamlit as st

from auditor.review.periods import Grain
from auditor.review.progress import SCORE, Point
from auditor.review.trends import FEW, FULL_SCORE, Comparison, Figure, Share, interval
from auditor.store.trends import Agent, CategoryShare
from dashboards.components.charts import INK, SEVERITIES
from dashboards.components.figures import figure, measure_name, spread
from dashboards.formats import percent
from dashboards.locales import name, t

OWN = "#1f5fa8"
OTHERS = "#6b7682"
DARK = "#1c2733"
FEW_FILL = "#e4e7eb"
SCHEME = ["#d0823f", "#e0a268", "#f4e4d3", "#d6e4f1", "#79a8da"]
"""From nothing done to all done: orange to blue, which every kind of colour vision tells apart."""
ROW = 40


def score_trend(own: Sequence[Point], others: Sequence[Point], grain: Grain, what: str) -> None:
    """The mean score by period with intervals; the reference dashed."""
    rows = _points({SCORE: own}, {SCORE: others}, grain)
    lowest = 20 * (min((row["low"] for row in rows), default=0.0) // 20)
    _show(_lines((lowest, FULL_SCORE), "d").properties(height=190), rows, what)


def step_trends(
    own: Mapping[str, Sequence[Point]], others: Mapping[str, Sequence[Point]], grain: Grain, what: str
) -> None:
    """Each step's share by period, one small picture a step, all with the same scale."""
    steps = [measure for measure in own if measure != SCORE]
    rows = _points({s: own[s] for s in steps}, {s: others.get(s, ()) for s in steps}, grain)
    facet = alt.Facet(
        "measure:N", title=None, sort=[measure_name(step) for step in steps],
        header=alt.Header(labelFontSize=12, labelFontWeight="bold", labelColor=INK, labelAnchor="start", labelPadding=4),
    )  # fmt: skip
    chart = _lines((0.0, 1.0), "%").properties(width=196, height=84).facet(facet=facet, columns=4, spacing=14)
    _show(chart, rows, what, width="content")


def heatmap(
    agents: Sequence[Agent], steps: Sequence[str], cells: Mapping[tuple[str, str], Comparison], key: str, what: str
) -> str | None:
    """Agents by steps: the share done and of how many calls; returns the id of the agent whose cell was chosen."""
    rows = [
        _cell(agent_label(agent), agent.agent_id, measure_name(step), found)
        for agent in agents
        for step in steps
        if (found := cells.get((agent.agent_id, step))) is not None and found.after.of
    ]
    chosen = alt.selection_point(name="cell", fields=["agent"], on="click", empty=False)
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("step:N", sort=[measure_name(s) for s in steps], title=None,
                axis=_axis(orient="top", labelAngle=0, labelLimit=90, labelOverlap=False)),
        y=alt.Y("who:N", sort=[agent_label(a) for a in agents], title=None, axis=_axis(labelLimit=180, labelOverlap=False)),
    )  # fmt: skip
    colour = alt.Color(
        "share:Q",
        legend=None,
        scale=alt.Scale(domain=[0, 0.3, 0.6, 0.8, 1], range=SCHEME, clamp=True, interpolate="rgb"),
    )
    boxes = base.mark_rect(stroke="#ffffff", strokeWidth=2, cursor="pointer").encode(
        color=alt.condition("datum.few", alt.value(FEW_FILL), colour),
        tooltip=[
            alt.Tooltip("step:N", title=t("coach.step")),
            alt.Tooltip("told:N", title=t("coach.done_of")),
            alt.Tooltip("range:N", title=t("coach.interval")),
            alt.Tooltip("team:N", title=t("coach.rest_of_team")),
            alt.Tooltip("says:N", title=t("coach.against_team")),
        ],
    ).add_params(chosen)  # fmt: skip
    labels = base.mark_text(fontSize=12, lineBreak="\n", lineHeight=14, dy=-6, cursor="pointer", color=DARK).encode(
        text="label:N"
    )
    answer = _show(
        (boxes + labels).properties(height=ROW * len(agents) + 30), rows, what, key=key, on_select="rerun",
        selection_mode="cell",
    )  # fmt: skip
    picked = answer["selection"].get("cell") or []
    return str(picked[0]["agent"]) if picked else None


def against_team(found: Mapping[str, Comparison], what: str) -> None:
    """For each step an agent's share with its interval, and the others of the team as a dash."""
    steps = {m: c for m, c in found.items() if m != SCORE and c.after.of}
    rows = [
        {"step": measure_name(step), "who": who, **_figure_row(shown)}
        for step, both in steps.items()
        for who, shown in ((t("coach.agent"), both.after), (t("coach.rest_of_team"), both.before))
        if shown.of
    ]
    colours = alt.Color(
        "who:N", legend=_legend(),
        scale=alt.Scale(domain=[t("coach.agent"), t("coach.rest_of_team")], range=[OWN, OTHERS]),
    )  # fmt: skip
    base = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y("step:N", sort=[measure_name(s) for s in steps], title=None, axis=_axis(labelLimit=150, labelOverlap=False)),
        color=colours,
        tooltip=[alt.Tooltip("step:N", title=t("coach.step")), alt.Tooltip("who:N", title=t("coach.who")),
                 alt.Tooltip("told:N", title=t("coach.done_of")), alt.Tooltip("range:N", title=t("coach.interval"))],
    )  # fmt: skip
    own = f"datum.who === '{t('coach.agent')}'"
    scale, axis = alt.Scale(domain=[0, 1]), _axis(format="%", tickCount=5)
    bars = base.transform_filter(own).mark_rule(strokeWidth=3, opacity=0.45).encode(
        x=alt.X("low:Q", scale=scale, title=None, axis=axis), x2="high:Q"
    )  # fmt: skip
    dots = base.transform_filter(own).mark_point(filled=True, size=90, opacity=1).encode(x="value:Q")
    ticks = base.transform_filter(f"!({own})").mark_tick(thickness=3, size=16).encode(x="value:Q")
    _show((bars + ticks + dots).properties(height=25 * len(steps) + 40), rows, what)


def categories(found: Sequence[CategoryShare], calls: Mapping[date, int], grain: Grain, what: str) -> None:
    """Findings by category and period, as numbers on a ground that darkens with the share of calls that have one."""
    order = list(dict.fromkeys(name("category", each.category) for each in found))
    periods = [f"{_day(start, grain)} · {t('coach.n_calls', n=n)}" for start, n in sorted(calls.items())]
    rows: list[dict[str, Any]] = [
        {
            "category": name("category", each.category),
            "period": f"{_day(each.start, grain)} · {t('coach.n_calls', n=calls[each.start])}",
            "label": f"{each.confirmed}" + (f" +{each.suspected}?" if each.suspected else ""),
            "share": each.calls / calls[each.start],
            "told": t("coach.share_of", done=each.calls, of=calls[each.start], share=percent(each.calls, calls[each.start])),
            "severity": name("severity", each.severity),
        }
        for each in found
        if each.start is not None and calls.get(each.start)
    ]  # fmt: skip
    top = max((row["share"] for row in rows), default=0.1)
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("period:N", sort=periods, title=None, scale=alt.Scale(domain=periods),
                axis=_axis(orient="top", labelAngle=0, labelLimit=110)),
        y=alt.Y("category:N", sort=order, title=None, axis=_axis(labelLimit=150, labelOverlap=False)),
        tooltip=[alt.Tooltip("category:N", title=t("coach.category")), alt.Tooltip("severity:N", title=t("overview.severity")),
                 alt.Tooltip("told:N", title=t("coach.in_calls"))],
    )  # fmt: skip
    ground = alt.Scale(domain=[0, max(top, 0.1)], range=["#f8ece2", SEVERITIES["major"]])
    boxes = base.mark_rect(stroke="#ffffff", strokeWidth=2).encode(
        color=alt.Color("share:Q", legend=None, scale=ground)
    )
    labels = base.mark_text(fontSize=12, color=DARK).encode(text="label:N")
    _show((boxes + labels).properties(height=26 * len(order) + 40), rows, what)


def agent_label(agent: Agent) -> str:
    """An agent's name and id."""
    return f"{agent.name} {agent.agent_id}" if agent.name else agent.agent_id


_SIGNS = {"better": " ▲", "worse": " ▼", "same": "", "few": ""}


def _cell(who: str, agent: str, step: str, found: Comparison) -> dict[str, Any]:
    own = found.after
    assert isinstance(own, Share)
    few = own.of < FEW
    share = t("coach.few") if few else percent(own.done, own.of) + _SIGNS[found.verdict]
    return {
        "who": who, "agent": agent, "step": step, "share": own.value, "few": few, "label": f"{share}\n{own.done}/{own.of}", "told": figure(own),
        "range": spread(own), "team": figure(found.before), "says": t(f"coach.team_{found.verdict}"),
    }  # fmt: skip


def _points(
    own: Mapping[str, Sequence[Point]], others: Mapping[str, Sequence[Point]], grain: Grain
) -> list[dict[str, Any]]:
    return [
        {"measure": measure_name(measure), "own": side is own, "period": _day(point.start, grain),
         "at": point.start.isoformat(), "who": t("coach.shown_here") if side is own else t("coach.for_comparison"),
         **_figure_row(point.figure)}
        for side in (others, own)
        for measure, points in side.items()
        for point in points
        if point.figure.of
    ]  # fmt: skip


def _figure_row(shown: Figure) -> dict[str, Any]:
    found = interval(shown)
    return {
        "value": shown.value, "low": found.low if found else shown.value, "high": found.high if found else shown.value,
        "told": figure(shown), "range": spread(shown), "few": shown.of < FEW,
    }  # fmt: skip


def _lines(ends: Sequence[float], form: Any) -> alt.LayerChart | alt.FacetChart:
    tips = [
        alt.Tooltip("measure:N", title=t("coach.measure")), alt.Tooltip("period:N", title=t("coach.period")),
        alt.Tooltip("who:N", title=t("coach.who")), alt.Tooltip("told:N", title=t("coach.figure")),
        alt.Tooltip("range:N", title=t("coach.interval")),
    ]  # fmt: skip
    margin = 0.05 * (ends[1] - ends[0])  # a point on the edge is shown whole
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("period:O", sort=alt.SortField("at"), title=None, axis=_axis(labelAngle=0, labelOverlap=True, grid=False)),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(domain=[ends[0] - margin, ends[1] + margin], nice=False),
                axis=_axis(format=form, values=[ends[0], sum(ends) / 2, ends[1]])),
        tooltip=tips,
    )  # fmt: skip
    own, others = base.transform_filter("datum.own"), base.transform_filter("!datum.own")
    hollow = alt.condition("datum.few", alt.value("#ffffff"), alt.value(OWN))
    return alt.layer(
        others.mark_line(color=OTHERS, strokeDash=[4, 3], strokeWidth=1.5),
        own.mark_rule(color=OWN, opacity=0.35, strokeWidth=4).encode(y=alt.Y("low:Q", title=None), y2="high:Q"),
        own.mark_line(color=OWN, strokeWidth=1.8),
        own.mark_point(size=40, strokeWidth=1.5, opacity=1, stroke=OWN, filled=True).encode(fill=hollow),
    )


def _day(start: date | None, grain: Grain) -> str:
    if start is None:
        return ""
    return f"{start:%Y-%m}" if grain == "month" else f"{start:%m-%d}"


def _axis(**options: Any) -> alt.Axis:
    return alt.Axis(
        domain=False, ticks=False, labelFlush=False, labelPadding=6, labelFontSize=12, labelColor=INK, **options
    )  # fmt: skip


def _legend() -> alt.Legend:
    return alt.Legend(title=None, orient="top", direction="horizontal", labelFontSize=12, labelColor=INK, offset=4)


def _show(chart: alt.TopLevelMixin, rows: list[dict[str, Any]], what: str, **options: Any) -> Any:
    """Draw a chart of rows.

    They join the finished specification, for Altair copies its data with every part; its check against the schema is for authors. Both
    would take longer than everything else on a page.
    """
    spec = {**chart.to_dict(validate=False), "datasets": {"rows": rows}}
    return st.vega_lite_chart(spec, **{"width": "stretch", "alt": what, **options})
