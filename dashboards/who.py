"""Who looks at the page, and what they may do and see."""

from __future__ import annotations

import streamlit as st

from auditor.errors import NotFoundError
from auditor.review.roles import Action, may
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import LOCAL, Person, person
from dashboards.locales import t


def me() -> Person:
    """Who is logged in; where there is no login, whoever sits at this machine. Stops the page for somebody unknown."""
    if not st.secrets["auditor"].get("login"):
        return LOCAL
    try:
        with Ledger(Home.open(st.secrets["auditor"]["home"])) as ledger, ledger.reading() as db:
            who = person(db, str(st.user.get("email") or ""))
    except NotFoundError:
        who = None
    if who is None or not who.active:
        st.error(t("app.unknown_person"))
        st.stop()
    return who


def can(action: Action) -> bool:
    """Whether who looks may do this."""
    return may(me(), action)


def need(action: Action) -> Person:
    """Who looks, if they may do this; otherwise the page says that it is not for them, and stops."""
    who = me()
    if not may(who, action):
        st.error(t("app.not_for_you"))
        st.stop()
    return who
