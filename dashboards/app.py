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


NAVIGATION: tuple[tuple[str, str, str, tuple[Action, ...]], ...] = (
    ("queue", "queue", "queue", ("review",)),
    ("overview", "overview", "overview", ("see_calls",)),
    ("search", "search", "search", ("see_calls",)),
    ("mine", "mine", "mine", ("see_own",)),
    ("call", "call", "call", ("see_calls", "see_own")),
    ("appeals", "appeals", "appeals", ("answer_appeal",)),
    ("coach", "coach", "coach", ("coach",)),
    ("agent", "agent", "agent", ("coach",)),
    ("tasks", "tasks", "tasks", ("coach",)),
    ("violations", "violations", "violations", ("oversee",)),
    ("coverage", "coverage", "coverage", ("oversee",)),
    ("cases", "cases", "cases", ("oversee",)),
    ("log", "log", "log", ("oversee",)),
    ("lab", "lab", "lab", ("see_calls",)),
    ("operations", "operations", "operations", ("operate",)),
    ("people", "people", "people", ("manage_people",)),
)
"""The pages: file, title, address, and what one must be allowed to do to see it: one of these. Whose calls it shows is the store's to say."""


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
    shown = [
        st.Page(f"views/{file}.py", title=t(f"app.{title}"), url_path=address)
        for file, title, address, actions in NAVIGATION
        if any(may(who, action) for action in actions)
    ]

    def start() -> None:
        # without parameters it would try to clear those that the language is bound to, and fail
        st.switch_page(shown[0], query_params={})

    # Streamlit gives its default page no address of its own; links to the first page's would lead nowhere.
    return [*shown, st.Page(start, title=t("app.title"), default=True, visibility="hidden")]


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
