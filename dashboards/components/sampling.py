"""Samples of calls in which the machine found nothing: drawing one, and what those so far say of what the rules miss."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from auditor.errors import NotFoundError
from auditor.review.drawing import draw_sample
from auditor.review.due import WORKPLACE
from auditor.review.sampling import estimate
from auditor.store import samples
from auditor.store.people import Person
from auditor.store.queries import Store
from auditor.store.queue import Wanted
from auditor.store.samples import EACH, Each, Progress
from dashboards.components.narrowing import choose
from dashboards.formats import when
from dashboards.locales import t

SHOWN = 5
DEFAULT_SIZE = 60
MOST = 10_000


def sampling_panel(
    store: Store, who: Person, wanted: Wanted, progress: Sequence[Progress], names: Mapping[str, str], now: datetime
) -> None:
    """Show what samples there are and what they say, and offer to draw another from the calls that the filters leave."""
    st.subheader(t("queue.samples"), anchor=False)
    st.text(t("queue.samples_says"))
    for each in progress[:SHOWN]:
        _one(each, names)
    if not progress:
        st.text(t("queue.samples_none"))
    panel = st.expander(t("queue.draw_title"), key="draw_panel", on_change="rerun")
    if panel.open:  # counting what could be drawn takes a look at every call
        with panel:
            _draw(store, who, wanted, now, turn=max((each.sample.sample for each in progress), default=0))


def _one(progress: Progress, names: Mapping[str, str]) -> None:
    sample = progress.sample
    says, button = st.columns([5, 1], vertical_alignment="center")
    of = t(f"queue.each_{sample.each}", n=sample.count)
    head = t(
        "queue.sample_head", n=sample.sample, when=when(sample.drawn_at.astimezone(WORKPLACE)),
        who=names.get(sample.drawn_by, sample.drawn_by), of=of, size=sample.size,
        population=f"{sample.population:,}", seed=sample.seed,
    )  # fmt: skip
    says.text(f"{head}\n{sentence(progress)}")
    button.button(
        t("queue.only_sample"), key=f"only:{sample.sample}", width="stretch", on_click=choose,
        args=({"sample": str(sample.sample), "state": "all"},),
    )  # fmt: skip


def sentence(progress: Progress) -> str:
    """How far people are, and what that says of what the rules miss, in one sentence."""
    found = estimate(progress.strata)
    if not progress.whole:
        return t("queue.sample_partly", reviewed=progress.reviewed, drawn=progress.drawn)
    if found is None:
        return t("queue.sample_unheard", drawn=progress.drawn)
    left = progress.drawn - progress.reviewed
    share = {"rate": f"{found.rate:.1%}", "low": f"{found.low:.1%}", "high": f"{found.high:.1%}"}
    said = t("queue.sample_found", reviewed=found.reviewed, found=found.found, **share)
    return said + (t("queue.sample_left", n=left) if left else "")


def _draw(store: Store, who: Person, wanted: Wanted, now: datetime, turn: int) -> None:
    first, second, third, fourth = st.columns([1, 1.6, 1, 1], vertical_alignment="bottom")
    options: list[Each] = list(EACH)
    with second:
        each = st.segmented_control(
            t("queue.each"), options, default="all", required=True, format_func=lambda e: t(f"queue.by_{e}"), key="each"
        )
    sizes = samples.frame_sizes(store, wanted.calls, each)
    population = sum(sizes.values())
    if not population:
        st.text(t("queue.draw_none"))
        return
    with first:
        label = t("queue.count") if each == "all" else t("queue.count_each")
        default = DEFAULT_SIZE if each == "all" else 3
        count = st.number_input(label, 1, MOST, default, key=f"count_{each}")
    seed = third.text_input(
        t("queue.seed"), st.session_state.setdefault(f"seed_offered:{turn}", secrets.token_hex(4)), max_chars=64,
        key=f"seed:{turn}",        help=t("queue.seed_help"),
    )  # fmt: skip
    size = sum(min(count, n) for n in sizes.values())
    st.text(t("queue.draw_says", population=f"{population:,}", size=f"{size:,}"))
    if fourth.button(t("queue.draw"), key="draw", disabled=not seed.strip(), width="stretch"):
        try:
            draw_sample(store, who, count=count, seed=seed.strip(), at=now, each=each, filters=wanted.calls)
        except NotFoundError as error:
            st.text(str(error))
            return
        st.rerun()
