"""What could not be processed, and why."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from auditor.store.jobs import FailedJob
from auditor.text.masking import mask_text
from dashboards.locales import t


def failures(jobs: Sequence[FailedJob]) -> None:
    """List the files that failed with their reasons; nothing where none did."""
    if not jobs:
        return
    with st.expander(t("failures.title", n=len(jobs))):
        st.caption(t("failures.says"))
        st.dataframe(
            {
                t("failures.source"): [mask_text(job.source) for job in jobs],
                t("failures.reason"): [mask_text(job.reason) for job in jobs],
                t("failures.attempts"): [job.attempts for job in jobs],
            },
            hide_index=True,
        )
