"""Which call do I listen to next? The work queue, and samples of calls in which the machine found nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from auditor.review.claims import give_back
from auditor.review.due import WORKPLACE
from auditor.store import queue, samples
from auditor.store.ledger import Ledger
from auditor.store.people import Person, people
from auditor.store.queries import Store
from auditor.store.queue import Count
from dashboards import data
from dashboards.components.narrowing import narrowing
from dashboards.components.sampling import sampling_panel
from dashboards.components.working import looked_at, notice, open_next, open_this
from dashboards.components.worklist import Chosen, worklist
from dashboards.locales import t
from dashboards.who import need

PAGE = 50


def totals(counts: Sequence[Count], done: int) -> None:
    """The four numbers of the day."""
    waiting, mine, today, late = st.columns(4)
    total, left = sum(c.all for c in counts), sum(c.waiting for c in counts)
    waiting.metric(t("queue.waiting"), f"{left:,} / {total:,}", help=t("queue.waiting_help"), border=True)
    mine.metric(t("queue.mine"), f"{sum(c.mine for c in counts):,}", help=t("queue.mine_help"), border=True)
    today.metric(t("queue.done"), f"{done:,}", help=t("queue.done_help"), border=True)
    overdue = sum(c.overdue for c in counts)
    late.metric(t("queue.overdue"), f"{overdue:,} / {left:,}", help=t("queue.overdue_help"), border=True)


def says(counts: Sequence[Count]) -> str:
    """How much of each kind waits, with how much there is."""
    parts = [f"{t(f'queue.kind_{c.kind}')} {c.waiting:,}/{c.all:,}" for c in counts]
    return t("queue.says", parts=" · ".join(parts))


def act(store: Store, who: Person, done: Chosen, now: datetime) -> None:
    """Do what was chosen in the table: give a call back, or take it and go to it."""
    if done.act == "release":
        give_back(store, who, done.call_id, now)
        st.rerun()
    open_this(store, who, done.call_id, now)


def show(store: Store, who: Person, now: datetime) -> None:
    """The page."""
    moment = looked_at(now)
    title, button = st.columns([4, 1.2], vertical_alignment="bottom")
    title.title(t("queue.title"), anchor=False)
    progress = samples.progress(store)
    place = st.container()
    wanted = narrowing(store, [p.sample.sample for p in progress])
    counts = queue.counts(store, wanted, who.name, moment)
    with place:
        totals(counts, queue.signed_off(store, who.name, moment))
    notice()
    free = sum(c.open for c in counts if not wanted.kinds or c.kind in wanted.kinds)
    if button.button(t("queue.next"), type="primary", shortcut="N", disabled=not free, key="next", width="stretch"):
        open_next(store, who, wanted, now)
    st.caption(says(counts))
    found = sum(
        getattr(c, state)
        for c in counts
        if not wanted.kinds or c.kind in wanted.kinds
        for state in wanted.states or queue.STATES
    )
    if found:
        number = 1
        if found > PAGE:
            number = st.pagination(-(-found // PAGE), key=f"page:{wanted!r}")
        rows = queue.listed(store, wanted, who.name, moment, limit=PAGE, offset=(number - 1) * PAGE)
        if done := worklist(rows, _names(store)):
            act(store, who, done, now)
    elif any(c.waiting for c in queue.counts(store, queue.EVERYTHING, who.name, moment)):
        st.info(t("queue.nothing_here"))
    else:
        st.success(t("queue.empty"))
    sampling_panel(store, who, wanted, progress, _names(store), now)


def _names(store: Store) -> dict[str, str]:
    with Ledger(store.home) as ledger, ledger.reading() as db:
        return {"local": t("queue.local"), **{p.name: p.shown for p in people(db)}}


show(data.store(), need("review"), datetime.now(WORKPLACE))
