"""The entry: language and navigation only; what there is to see is in ``views``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from auditor.errors import AuditorError
from auditor.review.roles import Action, may
from auditor.store.people import Person, Role
from dashboards import data
from dashboards.components.identity import identity
from dashboards.locales import LANGUAGES, t
from dashboards.who import me

HERE = Path(__file__).parent

NAVIGATION: Mapping[str, Mapping[str, tuple[Action, ...]]] = {
    "calls": {
        "overview": ("see_calls",),
        "search": ("see_calls",),
        "call": ("see_calls", "see_own"),
        "mine": ("see_own",),
    },
    "reviewing": {"queue": ("review",), "appeals": ("answer_appeal",)},
    "compliance": {"violations": ("oversee",), "cases": ("oversee",), "coverage": ("oversee",), "log": ("oversee",)},
    "coaching": {"coach": ("coach",), "agent": ("coach",), "tasks": ("coach",)},
    "system": {"lab": ("see_calls",), "operations": ("operate",), "people": ("manage_people",)},
}
"""The pages by section: file and address, and what one must be allowed to do to see it: one of these. Whose calls a page shows is the
store's to say."""

START: Mapping[Role, str] = {
    "qa": "queue", "compliance": "violations", "coach": "coach", "agent": "mine", "admin": "operations",
}  # fmt: skip
"""Where the day's work of each role is; somebody of several roles starts with the overview."""


def pages(who: Person) -> Mapping[str, list[st.Page]]:
    """The pages for this reader by section, with the way in; without calls, only what to do next."""
    try:
        empty = data.everything().count() == 0
    except AuditorError:
        empty = False
    if empty:
        first = [st.Page("views/welcome.py", title=t("app.overview"), default=True)]
        people = st.Page("views/people.py", title=t("app.people"), url_path="people")
        return {"": [*first, people] if may(who, "manage_people") else first}
    shown = {
        section: {
            file: st.Page(f"views/{file}.py", title=t(f"app.{file}"), url_path=file)
            for file, actions in of.items()
            if any(may(who, action) for action in actions)
        }
        for section, of in NAVIGATION.items()
    }
    every = {file: page for of in shown.values() for file, page in of.items()}
    if not every:
        return {"": [st.Page(nothing, title=t("app.title"))]}
    first_page = every.get(START[who.roles[0]] if len(who.roles) == 1 else "overview", next(iter(every.values())))

    def start() -> None:
        # without parameters it would try to clear those that the language is bound to, and fail
        st.switch_page(first_page, query_params={})

    # Streamlit gives its default page no address of its own; links to the first page's would lead nowhere.
    way_in = st.Page(start, title=t("app.title"), default=True, visibility="hidden")
    return {
        "": [way_in],
        **{t(f"app.section_{section}"): list(of.values()) for section, of in shown.items() if of},
    }


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
page = st.navigation(pages(me()), expanded=True)
st.set_page_config(page_title=f"{page.title} · {t('app.title')}")
try:
    page.run()
except AuditorError as error:
    st.error(t("app.trouble"))
    st.text(str(error))
