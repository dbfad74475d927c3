"""Who may use these pages, what may they do, and whose calls do they see? For administrators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import streamlit as st

from auditor.errors import AuditorError
from auditor.store.home import Home
from auditor.store.people import ROLES, Person, Role
from auditor.web.accounts import Account, accounts, change, register, set_password
from dashboards import data
from dashboards.locales import name, t
from dashboards.who import need


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form says of a person."""

    shown: str
    roles: tuple[Role, ...]
    teams: tuple[str, ...] | None
    agent_id: str | None


def show(home: Home, by: Person) -> None:
    """The page."""
    st.title(t("people.title"), anchor=False)
    st.caption(t("people.lead"))
    found = accounts(home, by)
    if said := st.session_state.pop("people:said", None):
        st.success(said)
    _table(found)
    teams = data.everything().choices().teams
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("people.change"), anchor=False)
        if found:
            _change(home, found, teams, by)
        else:
            st.caption(t("people.nobody"))
    with right:
        st.subheader(t("people.add"), anchor=False)
        _add(home, teams, by)


def _table(found: Sequence[Account]) -> None:
    if not found:
        st.info(t("people.nobody_says"))
        return
    people = [each.person for each in found]
    active = sum(who.active for who in people)
    st.caption(t("people.counts", n=len(people), active=active))
    st.dataframe(
        {
            t("people.name"): [who.name for who in people],
            t("people.shown"): [who.shown for who in people],
            t("people.roles"): [t("app.comma").join(name("role", role) for role in who.roles) for who in people],
            t("people.teams"): [_teams(who) for who in people],
            t("people.agent_id"): [who.agent_id or "" for who in people],
            t("people.login_by"): [t("people.by_password" if e.has_password else "people.by_provider") for e in found],
            t("people.state"): [t("people.active" if who.active else "people.inactive") for who in people],
        },
        hide_index=True,
    )


def _teams(who: Person) -> str:
    return t("people.every_team") if who.teams is None else t("app.comma").join(who.teams)


def _change(home: Home, found: Sequence[Account], teams: Sequence[str], by: Person) -> None:
    by_name = {each.person.name: each.person for each in found}
    chosen = st.selectbox(t("people.whom"), list(by_name), format_func=lambda key: f"{by_name[key].shown}（{key}）")
    who = by_name[chosen]
    with st.form(f"people:change:{who.name}", enter_to_submit=False):
        filled = _fields(f"change:{who.name}", teams, who)
        active = st.checkbox(t("people.may_log_in"), value=who.active, help=t("people.may_log_in_help"))
        if st.form_submit_button(t("people.save"), type="primary"):
            after = replace(
                who, shown=filled.shown or who.name, roles=filled.roles, teams=filled.teams, agent_id=filled.agent_id,
                active=active,
            )  # fmt: skip
            _do(lambda: change(home, after, by, _now()), t("people.changed", name=who.name))
    with st.form(f"people:password:{who.name}", clear_on_submit=True, enter_to_submit=False):
        password = st.text_input(t("people.new_password"), type="password", help=t("people.password_help"))
        if st.form_submit_button(t("people.reset")):
            _do(lambda: set_password(home, who.name, password, by, _now()), t("people.was_reset", name=who.name))


def _add(home: Home, teams: Sequence[str], by: Person) -> None:
    with st.form("people:add", enter_to_submit=False):
        login = st.text_input(t("people.name"), max_chars=80, help=t("people.name_help"), key="add:name").strip()
        filled = _fields("add", teams, None)
        password = st.text_input(
            t("people.password"), type="password", help=t("people.password_optional"), key="add:password"
        )
        if st.form_submit_button(t("people.register"), type="primary"):
            who = Person(login, filled.shown or login, filled.roles, filled.teams, filled.agent_id)
            _do(lambda: register(home, who, password or None, by, _now()), t("people.registered", name=login))


def _fields(key: str, teams: Sequence[str], who: Person | None) -> Filled:
    shown = st.text_input(t("people.shown"), value=who.shown if who else "", max_chars=40, key=f"{key}:shown")
    roles = st.multiselect(
        t("people.roles"), ROLES, default=who.roles if who else (), format_func=lambda role: name("role", role),
        placeholder=t("people.choose"), key=f"{key}:roles", help=t("people.roles_help"),
    )  # fmt: skip
    own = who.teams or () if who else ()
    every = st.checkbox(t("people.every_team"), value=who is None or who.teams is None, key=f"{key}:every")
    some = st.multiselect(
        t("people.teams"), sorted({*teams, *own}), default=own, placeholder=t("people.choose"), key=f"{key}:teams",
        help=t("people.teams_help"),
    )  # fmt: skip
    agent = st.text_input(
        t("people.agent_id"), value=(who.agent_id or "") if who else "", max_chars=80, key=f"{key}:agent",
        help=t("people.agent_help"),
    )  # fmt: skip
    return Filled(shown.strip(), tuple(roles), None if every else tuple(some), agent.strip() or None)


def _do(work: Callable[[], None], said: str) -> None:
    """Do it, and show the page anew with what was done; where it can't be done, say why and keep what was typed."""
    try:
        work()
    except AuditorError as error:
        st.error(t("people.not_done"))
        st.text(str(error))
        return
    st.session_state["people:said"] = said
    st.rerun()


def _now() -> datetime:
    return datetime.now(UTC)


person = need("manage_people")
show(Home.open(st.secrets["auditor"]["home"]), person)
