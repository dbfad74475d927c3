"""Which part of the queue to look at: filters that live in the address, so that a link shows a colleague the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import streamlit as st

from auditor.models import SEVERITIES
from auditor.store.answers import Choices, Filters, Scope
from auditor.store.queries import Store
from auditor.store.queue import KINDS, State, Wanted
from dashboards.locales import name, t

STATES: Mapping[str, tuple[State, ...]] = {
    "waiting": ("open", "mine", "others"),
    "open": ("open",),
    "mine": ("mine",),
    "others": ("others",),
    "signed": ("signed",),
    "all": (),
}
FIELDS = ("kind", "state", "team", "agent", "category", "severity", "product", "region", "week", "sample")
_KEPT = "queue_filters"
_TURN = "queue_filters_turn"


def chosen() -> dict[str, str]:
    """The filters of the address by field; without any there, those last looked at in this session."""
    found = {field: st.query_params[field] for field in FIELDS if st.query_params.get(field)}
    return found or chosen_last()


def choose(params: Mapping[str, str]) -> None:
    """Look at this part of the queue from the next run on, whatever the widgets show now."""
    st.session_state[_KEPT] = dict(params)
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    for field in FIELDS:
        st.query_params.pop(field, None)


def wanted(params: Mapping[str, str]) -> Wanted:
    """The part of the queue that these filters name; what makes no sense does not limit."""
    week = _day(params.get("week", ""))
    sample = params.get("sample", "")

    def one(field: str) -> tuple[str, ...]:
        return (params[field],) if params.get(field) else ()

    return Wanted(
        Filters(
            teams=one("team"), agents=one("agent"), products=one("product"), regions=one("region"),
            categories=one("category"), since=week, until=week + timedelta(days=6) if week else None,
        ),
        kinds=tuple(kind for kind in KINDS if kind == params.get("kind")),
        states=STATES.get(params.get("state", "waiting"), STATES["waiting"]),
        severities=one("severity"),
        sample=int(sample) if sample.isascii() and sample.isdigit() else None,
    )  # fmt: skip


def chosen_last() -> dict[str, str]:
    """The filters with which this session looked at the queue last."""
    return dict(st.session_state.get(_KEPT, {}))


def last_looked_at() -> Wanted:
    """The part of the queue that this session looked at last: where the next call comes from."""
    return wanted(chosen_last())


def narrowing(store: Store, samples: Sequence[int]) -> Wanted:
    """Show the filters; returns what they choose, which the address then says too."""
    before, (offered, weeks) = chosen(), offers(store)
    picked: dict[str, str | None] = {}
    picked["kind"] = st.segmented_control(
        t("queue.kind"), KINDS, default=before.get("kind") if before.get("kind") in KINDS else None,
        format_func=lambda kind: t(f"queue.kind_{kind}"), key=_key("kind"),
    )  # fmt: skip
    *first, more = st.columns([1, 1, 1, 1, 1, 0.8], vertical_alignment="bottom")
    options = _options(offered, weeks, samples)
    for place, field in zip(first, ("state", "team", "agent", "category", "severity"), strict=True):
        with place:
            picked[field] = _select(field, options[field], before)
    rest = ("product", "region", "week", "sample")
    also = sum(field in before for field in rest)
    with more.popover(t("queue.more_chosen", n=also) if also else t("queue.more"), width="stretch"):
        for field in rest:
            picked[field] = _select(field, options[field], before)
        st.button(t("queue.clear"), on_click=choose, args=({},), key="clear")
    params = {field: value for field, value in picked.items() if value}
    st.session_state[_KEPT] = params
    for field in FIELDS:
        if field in params:
            st.query_params[field] = params[field]
        else:
            st.query_params.pop(field, None)
    return wanted(params)


def offers(store: Store) -> tuple[Choices, list[str]]:
    """What there is to filter by, and the weeks with calls, the latest first; asked again once something is stored."""
    return _offers(str(store.home.path), store.scope, store.version(), _store=store)


@st.cache_data(show_spinner=False, max_entries=50)
def _offers(home: str, scope: Scope, version: int, _store: Store) -> tuple[Choices, list[str]]:  # noqa: ARG001
    return _store.choices(), [week.monday.isoformat() for week in reversed(_store.trend())]


def _options(offered: Choices, weeks: Sequence[str], samples: Sequence[int]) -> dict[str, Sequence[str]]:
    return {
        "state": [state for state in STATES if state != "waiting"], "team": offered.teams, "agent": offered.agents,
        "category": offered.categories, "severity": SEVERITIES, "product": offered.products,
        "region": offered.regions, "week": weeks, "sample": [str(number) for number in samples],
    }  # fmt: skip


def _select(field: str, options: Sequence[str], before: Mapping[str, str]) -> str | None:
    every: list[str | None] = [None, *options]
    here = before.get(field)
    return st.selectbox(
        t(f"queue.{field}"), every, index=every.index(here) if here in every else 0,
        format_func=lambda option: _shown(field, option), key=_key(field),
    )  # fmt: skip


def _shown(field: str, option: str | None) -> str:
    if option is None:
        return t("queue.state_waiting") if field == "state" else t("queue.all")
    if field == "state":
        return t(f"queue.state_{option}")
    if field == "week":
        return t("queue.week_of", start=option)
    if field == "sample":
        return t("queue.sample_number", n=option)
    return name(field, option)


def _key(field: str) -> str:
    return f"{field}:{st.session_state.get(_TURN, 0)}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
