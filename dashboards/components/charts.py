"""The charts of the overview. A colour means the same everywhere and never stands alone: every bar has its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt
import streamlit as st

from auditor.store.answers import CategoryCount, ScoreBin, StepCount
from dashboards.locales import name, t

BANDS = {"excellent": (90, "#0f766e"), "pass": (75, "#67b3a4"), "weak": (60, "#e6c75a"), "fail": (0, "#a61b1b")}
SEVERITIES = {"critical": "#a61b1b", "major": "#cc6a1f", "minor": "#e6c75a", "notice": "#8a97a6"}
STEP = "#4c78a8"
INK = "#3c4856"
TOP = 12
HEIGHT = 264
BAR = 12


@dataclass(frozen=True, slots=True)
class StepRate:
    """A step by its shown name: in how many calls it was due, and in how many of those it was missed."""

    name: str
    due: int
    missed: int
    rate: float


def score_distribution(bins: Sequence[ScoreBin]) -> None:
    """How many calls have which score, coloured by band."""
    rows = [{"low": b.low, "high": b.high, "calls": b.calls, "band": name("band", _band(b.low))} for b in bins]
    marks = [0, 20, 40, *sorted(low for low, _ in BANDS.values() if low)]
    chart = _chart(rows).mark_bar(binSpacing=1)
    _show(
        chart.encode(
            x=alt.X("low:Q", bin="binned", title=None, scale=_from_zero(100), axis=_axis(values=marks, grid=False)),
            x2="high:Q",
            y=alt.Y("calls:Q", title=None, axis=_axis(tickMinStep=1, tickCount=4)),
            color=_colours("band", {name("band", band): colour for band, (_, colour) in BANDS.items()}),
            tooltip=[
                _tip("low:Q", t("overview.score")),
                _tip("band:N", t("table.band")),
                _tip("calls:Q", t("overview.calls")),
            ],
        ),
        t("overview.scores"),
    )


def violations(found: Sequence[CategoryCount]) -> None:
    """The most frequent categories, in the order given, coloured by severity; what still waits for a person is light."""
    statuses = {name("status", "confirmed"): 1.0, name("status", "suspected"): 0.4}
    rows = [
        {
            "category": name("category", row.category),
            "severity": name("severity", row.severity),
            "status": status,
            "place": place,
            "count": count,
            "in": row.calls,
        }
        for row in found[:TOP]
        for place, (status, count) in enumerate(zip(statuses, (row.confirmed, row.suspected), strict=True))
        if count
    ]
    order = [name("category", row.category) for row in found[:TOP]]
    codes = {row.severity for row in found[:TOP]}
    colours = {name("severity", code): colour for code, colour in SEVERITIES.items() if code in codes}
    most = max(row.confirmed + row.suspected for row in found)
    _show(
        _chart(rows)
        .mark_bar(size=BAR)
        .encode(
            x=alt.X("count:Q", title=None, scale=_from_zero(1.06 * most), axis=_axis(tickMinStep=1, tickCount=4)),
            y=alt.Y("category:N", title=None, sort=order, axis=_names()),
            color=_colours("severity", colours),
            opacity=alt.Opacity(
                "status:N", scale=alt.Scale(domain=list(statuses), range=list(statuses.values())), legend=None
            ),
            order=alt.Order("place:Q"),
            tooltip=[
                _tip("category:N", t("overview.violations")),
                _tip("severity:N", t("overview.severity")),
                _tip("status:N", t("overview.status")),
                _tip("count:Q", t("overview.count")),
                _tip("in:Q", t("overview.calls")),
            ],
        ),
        t("overview.violations"),
    )


def step_rates(counts: Sequence[StepCount]) -> list[StepRate]:
    """The steps that were due and could be judged in any call, most often missed first."""
    due = [(row, row.done + row.missed) for row in counts]
    rates = [StepRate(name("step", row.step), of, row.missed, row.missed / of) for row, of in due if of]
    return sorted(rates, key=lambda rate: -rate.rate)


def steps_missed(rates: Sequence[StepRate]) -> None:
    """For each step, the share of the calls it was due in that missed it."""
    widest = max(0.1, *(rate.rate for rate in rates))
    base = _chart([asdict(rate) for rate in rates]).encode(
        x=alt.X("rate:Q", title=None, scale=_from_zero(1.15 * widest), axis=_axis(format="%", tickCount=4)),
        y=alt.Y("name:N", title=None, sort=[rate.name for rate in rates], axis=_names()),
        tooltip=[
            _tip("name:N", t("overview.steps")),
            _tip("rate:Q", t("overview.rate"), format=".1%"),
            _tip("missed:Q", t("overview.missed")),
            _tip("due:Q", t("overview.applicable")),
        ],
    )
    labels = base.mark_text(align="left", dx=4, color=INK).encode(text=alt.Text("rate:Q", format=".0%"))
    _show(base.mark_bar(color=STEP, size=BAR) + labels, t("overview.steps"))


def _band(score: int) -> str:
    return next(band for band, (low, _) in BANDS.items() if score >= low)


def _chart(rows: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows))


def _from_zero(top: float) -> alt.Scale:
    return alt.Scale(domain=[0, top])


def _axis(flush: bool = True, **options: Any) -> alt.Axis:
    return alt.Axis(
        domain=False, ticks=False, labelFlush=flush, labelPadding=6, labelFontSize=12, labelColor=INK, **options
    )


def _names() -> alt.Axis:
    return _axis(flush=False, labelLimit=170, labelOverlap=False, grid=False)


def _tip(field: str, title: str, **options: Any) -> alt.Tooltip:
    return alt.Tooltip(field, title=title, **options)


def _colours(field: str, colours: dict[str, str]) -> alt.Color:
    legend = alt.Legend(
        title=None, orient="top", direction="horizontal", symbolType="square", symbolSize=70, labelFontSize=12,
        labelColor=INK, columnPadding=10, offset=4, padding=0,
    )  # fmt: skip
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=list(colours), range=list(colours.values())), legend=legend)


def _show(chart: alt.Chart | alt.LayerChart, what: str) -> None:
    st.altair_chart(chart.properties(height=HEIGHT), width="stretch", alt=what)
