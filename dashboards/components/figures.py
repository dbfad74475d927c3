"""Shares, means and differences as a reader writes them, each with what it is of."""

from __future__ import annotations

from auditor.review.progress import SCORE
from auditor.review.trends import Comparison, Figure, Interval, Sample, difference_interval, interval
from dashboards.formats import percent
from dashboards.locales import name, t


def measure_name(measure: str) -> str:
    """What a reader calls the score or a step."""
    return t("coach.score") if measure == SCORE else name("step", measure)


def figure(shown: Figure) -> str:
    """A share as ``12/40（30%）``, a mean as ``82.3（40 通）``, a dash of nothing."""
    if shown.value is None:
        return t("app.none")
    if isinstance(shown, Sample):
        return t("coach.mean_of", mean=f"{shown.value:.1f}", n=shown.of)
    return t("coach.share_of", done=shown.done, of=shown.of, share=percent(shown.done, shown.of))


def spread(shown: Figure) -> str:
    """The interval of a figure; a dash where nothing can be said."""
    found = interval(shown)
    if found is None:
        return t("app.none")
    if isinstance(shown, Sample):
        return t("coach.range", low=f"{found.low:.1f}", high=f"{found.high:.1f}")
    return t("coach.range", low=f"{100 * found.low:.0f}%", high=f"{100 * found.high:.0f}%")


def difference(found: Comparison) -> str:
    """How much more or less it is, with the interval of that: points of the score, or percentage points."""
    between = difference_interval(found.before, found.after)
    if between is None or found.before.value is None or found.after.value is None:
        return t("app.none")
    unit = 1.0 if isinstance(found.after, Sample) else 100.0
    points = unit * (found.after.value - found.before.value)
    return t("coach.difference", points=_signed(points), range=_range(between, unit))


def _range(between: Interval, unit: float) -> str:
    return t("coach.range", low=_signed(unit * between.low), high=_signed(unit * between.high))


def _signed(points: float) -> str:
    return f"{points:+.1f}" if abs(points) < 10 else f"{points:+.0f}"
