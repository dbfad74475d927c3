"""The entry: language and navigation only; what there is to see is in ``views``."""

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
        return [st.Page("views/welcome.py", title=t("app.overview"), default=True)]
    return [
        st.Page("views/overview.py", title=t("app.overview"), default=True),
        st.Page("views/call.py", title=t("app.call"), url_path="call"),
    ]


st.set_page_config(page_icon=str(HERE / "icon.png"), layout="wide", initial_sidebar_state=208)
st.logo(HERE / "icon.png", size="large")
st.html(HERE / "style.css")
st.sidebar.segmented_control(
    t("app.language"), list(LANGUAGES), default="zh", required=True, format_func=LANGUAGES.__getitem__, key="lang",
    bind="query-params", persist_state="session",
)  # fmt: skip
page = st.navigation(pages())
st.set_page_config(page_title=f"{page.title} · {t('app.title')}")
try:
    page.run()
except AuditorError as error:
    st.error(t("app.trouble"))
    st.text(str(error))
