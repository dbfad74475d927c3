"""Week by week, in which share of the calls something was wrong with the recording."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import streamlit as st

from auditor.store.operations import Share
from dashboards.formats import percent
from dashboards.locales import name, t

TOP = 5
HEIGHT = 280
INK = "#3c4856"
# Okabe and Ito's palette with the colour of the text, told apart by the colour-blind; each line has its own shape besides
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#1c2733")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")


def warning_trend(shares: Sequence[Share]) -> None:
    """The most frequent warnings as lines, with a sentence, and all of them with their denominators."""
    if not shares:
        st.info(t("operations.no_warnings"))
        return
    totals: dict[str, int] = {}
    for each in shares:
        totals[each.code] = totals.get(each.code, 0) + each.warned
    codes = sorted(totals, key=lambda code: (-totals[code], code))
    weeks = sorted({(each.monday, each.calls) for each in shares})
    calls = sum(count for _, count in weeks)
    st.text(_sentence(shares, codes[0], weeks[-1][0]))
    _chart(shares, codes[:TOP])
    latest = {each.code: each for each in shares if each.monday == weeks[-1][0]}
    st.dataframe(
        {
            t("operations.warning"): [name("warning", code) for code in codes],
            t("operations.latest_week", monday=weeks[-1][0]): [_part(latest[c].warned, latest[c].calls) for c in codes],
            t("operations.all_weeks", n=len(weeks)): [_part(totals[code], calls) for code in codes],
            t("operations.what_to_do"): [_help(code) for code in codes],
        },
        hide_index=True,
        key="warnings",
    )


def _sentence(shares: Sequence[Share], code: str, monday: object) -> str:
    of_code = [each for each in shares if each.code == code]
    last = of_code[-1]
    said = t(
        "operations.warnings_say", warning=name("warning", code), monday=monday, share=_part(last.warned, last.calls)
    )
    if len(of_code) < 2:
        return said
    return said + t("operations.week_before", share=_part(of_code[-2].warned, of_code[-2].calls))


def _part(warned: int, calls: int) -> str:
    return f"{warned:,} / {calls:,}（{percent(warned, calls)}）"


def _help(code: str) -> str:
    told = name("warning_help", code)
    return "" if told == code else told


def _chart(shares: Sequence[Share], codes: Sequence[str]) -> None:
    names = [name("warning", code) for code in codes]
    rows: list[dict[str, Any]] = [
        {
            "week": each.monday.isoformat(),
            "warning": name("warning", each.code),
            "share": each.warned / each.calls,
            "told": _part(each.warned, each.calls),
        }
        for each in shares
        if each.code in codes
    ]
    most = max(row["share"] for row in rows)
    legend = alt.Legend(title=None, orient="top", direction="horizontal", labelFontSize=12, labelColor=INK)
    colours = alt.Scale(domain=names, range=list(COLOURS[: len(names)]))
    shapes = alt.Scale(domain=names, range=list(SHAPES[: len(names)]))
    weeks, share = _axis(grid=False, labelAngle=0, labelOverlap=True), _axis(format="%", tickCount=4)
    chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(point={"size": 55, "filled": True})
        .encode(
            x=alt.X("week:O", title=None, axis=weeks),
            y=alt.Y("share:Q", title=None, axis=share, scale=alt.Scale(domain=[0, 1.1 * most])),
            color=alt.Color("warning:N", sort=names, scale=colours, legend=legend),
            shape=alt.Shape("warning:N", sort=names, scale=shapes, legend=legend),
            tooltip=[
                alt.Tooltip("warning:N", title=t("operations.warning")),
                alt.Tooltip("week:O", title=t("overview.week")),
                alt.Tooltip("told:N", title=t("operations.share")),
            ],
        )
    )
    st.altair_chart(chart.properties(height=HEIGHT), width="stretch", alt=t("operations.recordings"))


def _axis(**options: Any) -> alt.Axis:
    return alt.Axis(domain=False, ticks=False, labelColor=INK, labelFontSize=12, **options)
