"""The entry: language and navigation only; what there is to see is in ``views``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from auditor.errors import AuditorError
from auditor.review.roles import Action, may
from dashboards import data
from dashboards.components.identity import identity
from dashboards.locales import LANGUAGES, t
from dashboards.who import me

HERE = Path(__file__).parent


NAVIGATION: tuple[tuple[str, str, str, Action], ...] = (
    ("overview", "overview", "", "see_calls"),
    ("call", "call", "call", "see_calls"),
    ("people", "people", "people", "manage_people"),
)
"""The pages: file, title, address, and what one must be allowed to do to see it."""


def pages() -> list[st.Page]:
    """The pages for this reader, the first as the way in; without calls, only what to do next."""
    who = me()
    try:
        empty = data.everything().count() == 0
    except AuditorError:
        empty = False
    if empty:
        first = [st.Page("views/welcome.py", title=t("app.overview"), default=True)]
        people = st.Page("views/people.py", title=t("app.people"), url_path="people")
        return [*first, people] if may(who, "manage_people") else first
    shown = [row for row in NAVIGATION if may(who, row[3])]
    if not shown:
        return [st.Page(nothing, title=t("app.title"))]
    return [
        st.Page(f"views/{file}.py", title=t(f"app.{title}"), url_path=address, default=n == 0)
        for n, (file, title, address, _) in enumerate(shown)
    ]


def nothing() -> None:
    """What somebody sees whose roles open no page."""
    st.info(t("people.no_pages"))


st.set_page_config(page_icon=str(HERE / "icon.png"), layout="wide", initial_sidebar_state=208)
st.logo(HERE / "icon.png", size="large")
st.html(HERE / "style.css")
st.sidebar.segmented_control(
    t("app.language"), list(LANGUAGES), default="zh", required=True, format_func=LANGUAGES.__getitem__, key="lang",
    bind="query-params", persist_state="session",
)  # fmt: skip
identity()
page = st.navigation(pages())
st.set_page_config(page_title=f"{page.title} · {t('app.title')}")
try:
    page.run()
except AuditorError as error:
    st.error(t("app.trouble"))
    st.text(str(error))
