"""What failed and why, and the way to have it tried again."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from auditor.review import retries
from auditor.store.jobs import FailedJob
from auditor.store.queries import Store
from auditor.text.masking import mask_text
from dashboards.formats import when
from dashboards.locales import t
from dashboards.who import me

MOST = 500


def failed(store: Store, jobs: Sequence[FailedJob]) -> None:
    """List the failures; who operates chooses some, or all, marks them, and is told what to run."""
    if not jobs:
        st.success(t("operations.none_failed"))
        return
    marked = sum(bool(job.marked_by) for job in jobs)
    st.text(t("operations.failed_says", n=len(jobs), marked=marked))
    if len(jobs) > MOST:
        st.caption(t("operations.failed_cut", n=MOST))
    shown = jobs[:MOST]
    # the key names what is listed, so that a choice never slips to another failure (streamlit #17026)
    revision = hashlib.sha256("\n".join(f"{j.job_id}{j.failed_at}" for j in shown).encode()).hexdigest()[:12]
    choice = st.dataframe(
        {
            t("operations.failed_at"): [when(job.failed_at.astimezone()) for job in shown],
            t("operations.source"): [mask_text(job.source) for job in shown],
            t("operations.reason"): [mask_text(job.reason) for job in shown],
            t("operations.attempts"): [job.attempts for job in shown],
            t("operations.marked"): [job.marked_by for job in shown],
        },
        key=f"failed:{revision}",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        height=min(38 + 35 * len(shown), 420),
    )
    chosen = [shown[n].job_id for n in choice["selection"]["rows"]]
    left, right, _ = st.columns([1, 1, 2])
    if left.button(t("operations.mark_chosen", n=len(chosen)), key="mark", disabled=not chosen):
        _mark(store, chosen)
    if right.button(t("operations.mark_all", n=len(jobs)), key="mark_all"):
        _mark(store, [job.job_id for job in jobs])
    if marked:
        st.caption(t("operations.retry_how"))
        home = shlex.quote(str(store.home.path))
        st.code(
            f"auditor run --retry --marked --home {home} --model {t('operations.model_folder')}",
            language=None,
            wrap_lines=True,
        )


def _mark(store: Store, job_ids: Sequence[str]) -> None:
    retries.mark(store.home, me(), job_ids, datetime.now(UTC))
    st.rerun()
