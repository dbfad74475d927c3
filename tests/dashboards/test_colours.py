"""The colours of the charts are told apart also by those who do not see red or green."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import pytest

from dashboards.components import charts, warning_trend

# Machado, Oliveira and Fernandes 2009, table 1, severity 1.0: what linear red, green and blue become for the eye
SEEN = {
    "everybody": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}
PALETTES = {
    "bands": [colour for _, colour in charts.BANDS.values()],
    "severities": [*charts.SEVERITIES.values()],
    "lines": [*warning_trend.COLOURS],
}
LEAST = 15
"""In CIELAB; two is what a trained eye just sees side by side."""


def linear(colour: str) -> list[float]:
    values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]


def lab(rgb: Sequence[float]) -> tuple[float, float, float]:
    rows = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
    white = (0.95047, 1.0, 1.08883)
    x, y, z = (_root(sum(a * b for a, b in zip(row, rgb, strict=True)) / w) for row, w in zip(rows, white, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(value: float) -> float:
    return float(value ** (1 / 3)) if value > 0.008856 else 7.787 * value + 16 / 116


def seen(colour: str, by: str) -> list[float]:
    return [min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear(colour), strict=True)))) for row in SEEN[by]]


@pytest.mark.parametrize("by", SEEN)
@pytest.mark.parametrize("palette", PALETTES)
def test_no_two_colours_of_a_chart_look_alike(palette: str, by: str) -> None:
    pairs = itertools.combinations(PALETTES[palette], 2)
    apart = {(a, b): math.dist(lab(seen(a, by)), lab(seen(b, by))) for a, b in pairs}
    assert {pair: round(d, 1) for pair, d in apart.items() if d < LEAST} == {}


def test_the_measure_knows_colours_that_the_colour_blind_confuse() -> None:
    red, green = "#b36b3f", "#7f8a3f"
    assert math.dist(lab(seen(red, "everybody")), lab(seen(green, "everybody"))) > 30
    assert math.dist(lab(seen(red, "deuteranopia")), lab(seen(green, "deuteranopia"))) < LEAST
