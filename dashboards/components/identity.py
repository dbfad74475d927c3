"""Who is logged in, at the foot of the sidebar: their roles, their password, the way out."""

from __future__ import annotations

import streamlit as st

from dashboards.components import define
from dashboards.locales import language, name, t
from dashboards.who import me

_identity = define("identity")


def identity() -> None:
    """Show who is logged in; nothing where there is no login. A page whose session has ended goes to the login by itself."""
    if not st.secrets["auditor"].get("login"):
        return
    who = me()
    if who.teams is None:
        sees = t("people.every_team") if set(who.roles) != {"agent"} else t("people.own_calls")
    else:
        sees = t("app.comma").join(who.teams) or t("people.no_team")
    with st.sidebar:
        _identity(
            key="identity",
            data={
                "label": t("people.logged_in"),
                "name": who.shown,
                "login": who.name if who.name != who.shown else "",
                "roles": t("app.comma").join(name("role", role) for role in who.roles),
                "sees": sees,
                "password": t("people.own_password"),
                "logout": t("people.logout"),
                "lang": language(),
            },
        )
