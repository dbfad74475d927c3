"""What the values of a dimension are called, and choosing by them; the choices live in the address."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from auditor.rules.norms import Norm
from auditor.store.answers import Filters
from auditor.store.queries import Store
from auditor.store.violations import DIMENSIONS, STANDINGS, Which, values_of
from auditor.text.masking import mask_text
from dashboards.components import choosing
from dashboards.locales import name, t

_NAMED = {"category", "severity", "standing", "region", "product"}
_FIRST = ("severity", "standing")
_MORE = ("category", "clause", "institution", "agency", "region", "product", "team")


def shown(dimension: str, value: str, norms: Mapping[str, Norm]) -> str:
    """A value as a reader knows it."""
    if not value:
        return (
            t(f"dimension.no_{dimension}") if dimension in ("agency", "clause", "machine") else t("dimension.unknown")
        )
    if dimension == "clause":
        return f"{norms[value].label} [{norms[value].verification}]" if value in norms else value
    if dimension == "machine":
        return name("status", value)
    return name(dimension, value) if dimension in _NAMED else mask_text(value)


def choose(store: Store, norms: Mapping[str, Norm]) -> tuple[Filters, Which]:
    """The choice of days and of values in each dimension, with what a number that was clicked adds to it."""
    since, until, *rest = st.columns([1, 1, 1.4, 1.4])
    filters = Filters(
        since=choosing.day(since, "since", t("dimension.since")),
        until=choosing.day(until, "until", t("dimension.until")),
    )
    at = {}
    for place, dimension in zip(rest, _FIRST, strict=True):
        at[dimension] = _many(place, store, dimension, norms)
    with st.expander(t("dimension.more"), expanded=any(d in st.query_params for d in _MORE)):
        places = st.columns(4)
        for number, dimension in enumerate(_MORE):
            at[dimension] = _many(places[number % 4], store, dimension, norms)
    return filters, Which({dimension: values for dimension, values in at.items() if values})


def drilled(which: Which) -> Which:
    """``which`` narrowed to the number that was clicked, as the address has it."""
    for told in st.query_params.get_all("at"):
        dimension, sign, value = told.partition(":")
        if sign and dimension in DIMENSIONS:
            which = which.narrowed(dimension, value)
    return which


def drill(chosen: Mapping[str, str]) -> None:
    """Put a number that was clicked into the address; none where the choice is empty."""
    if chosen:
        st.query_params["at"] = [f"{dimension}:{value}" for dimension, value in chosen.items()]
    elif "at" in st.query_params:
        del st.query_params["at"]


def _many(place: DeltaGenerator, store: Store, dimension: str, norms: Mapping[str, Norm]) -> tuple[str, ...]:
    key = (str(store.home.path), str(store.scope), store.version(), dimension)
    options = list(STANDINGS) if dimension == "standing" else _options(key, store)
    names = {value: shown(dimension, value, norms) for value in options}
    return choosing.many(
        place,
        dimension,
        t(f"dimension.{dimension}"),
        options,
        lambda value: names.get(value, value),
        t("dimension.all"),
    )


@st.cache_data(show_spinner=False, max_entries=200, ttl=300)
def _options(key: tuple[str, str, int, str], _store: Store) -> list[str]:
    return values_of(_store, key[-1])
