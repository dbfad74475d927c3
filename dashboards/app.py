"""The entry: language and navigation only; what there is to see is in ``pages``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from auditor.errors import AuditorError
from dashboards import data
from dashboards.locales import LANGUAGES, t

HERE = Path(__file__).parent


def pages() -> list[st.Page]:
    """The pages that make sense now: without calls, only what to do next."""
    try:
        empty = data.store().count() == 0
    except AuditorError:
        empty = False
    if empty:
        return [st.Page("pages/welcome.py", title=t("app.overview"), default=True)]
    return [
        st.Page("pages/overview.py", title=t("app.overview"), default=True),
        st.Page("pages/call.py", title=t("app.call"), url_path="call"),
    ]


st.set_page_config(page_icon=str(HERE / "icon.png"), layout="wide", initial_sidebar_state=208)
st.html(HERE / "style.css")
with st.sidebar:
    links = st.container(gap="xsmall")
    st.segmented_control(
        t("app.language"), list(LANGUAGES), default="zh", required=True, format_func=LANGUAGES.__getitem__, key="lang",
        bind="query-params", persist_state="session",
    )  # fmt: skip
# Streamlit's own list of pages would show their file names for a moment, before this line is reached.
shown = pages()
page = st.navigation(shown, position="hidden")
st.set_page_config(page_title=f"{page.title} · {t('app.title')}")
links.subheader(t("app.title"), anchor=False)
for link in shown:
    links.page_link(link)
try:
    page.run()
except AuditorError as error:
    st.error(t("app.trouble"))
    st.text(str(error))
