"""What does someone see who has no calls yet? What to do next."""

from __future__ import annotations

import shlex

import streamlit as st

from auditor.store.queries import Store
from dashboards import data
from dashboards.components.failures import failures
from dashboards.locales import t


def show(store: Store) -> None:
    """The page."""
    home = shlex.quote(str(store.home.path))
    st.title(t("empty.title"), anchor=False)
    st.text(t("empty.lead"))
    for command, purpose in (
        (f"auditor run --home {home} recordings/", "empty.run"),
        ("auditor check transcripts/", "empty.check"),
        ("auditor doctor", "empty.doctor"),
    ):
        st.caption(t(purpose))
        st.code(command, language=None)
    st.text(t("empty.after"))
    failures(store.failed_jobs())


with st.container(width=760):
    show(data.store())
