"""A choice that stands in the page's address by its code, so that a link shows the same in either language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from auditor.review.periods import GRAINS, Grain, Period, period
from dashboards.locales import t

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


def choice(place: DeltaGenerator, label: str, name: str, codes: Sequence[str], shown: Callable[[str], str]) -> str:
    """One of the codes, the first where the address names none; ``name`` is the parameter and the widget's key."""
    wanted = st.query_params.get(name)
    index = codes.index(wanted) if wanted in codes else 0
    chosen = place.selectbox(label, codes, index=index, format_func=shown, key=name)
    if chosen == codes[0]:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = chosen
    return chosen


def choose_grain(place: DeltaGenerator) -> Grain:
    """Whether weeks or months are looked at."""
    found = choice(place, t("coach.grain"), "by", GRAINS, lambda code: t(f"coach.{code}"))
    return "week" if found == "week" else "month"


def choose_period(place: DeltaGenerator, grain: Grain, starts: Sequence[date]) -> Period:
    """One of the periods that begin on these days, which there is at least one of."""
    found = choice(
        place, t("coach.period"), "period", [day.isoformat() for day in starts],
        lambda code: period_name(Period(grain, date.fromisoformat(code))),
    )  # fmt: skip
    return period(grain, date.fromisoformat(found))


def period_name(of: Period) -> str:
    """What a reader calls a period."""
    if of.grain == "month":
        return t("coach.month_of", year=of.start.year, month=of.start.month)
    return t("coach.week_of", start=of.start, end=of.start + timedelta(days=6))
