"""Who may do what, and whose calls they may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from auditor.errors import NotAllowedError
from auditor.store.answers import Scope
from auditor.store.people import Person, Role

Action: TypeAlias = Literal[
    "see_own",  # one's own calls, findings and appeals
    "see_calls",  # the calls of one's teams
    "review",  # uphold, overturn, add, correct, sign off, draw samples
    "unmask",  # see personal data as it was said
    "oversee",  # compliance pages, the event log
    "export",
    "coach",  # coaching pages and tasks
    "appeal",
    "answer_appeal",
    "arbitrate",  # the last word on an appeal
    "edit_rules",  # publish rules; everybody with ``see_calls`` may try them
    "operate",  # runs, failures, disk
    "manage_people",
]

MAY: Mapping[Role, frozenset[Action]] = {
    "qa": frozenset({"see_calls", "review", "unmask", "answer_appeal"}),
    "compliance": frozenset({"see_calls", "review", "unmask", "oversee", "export", "answer_appeal", "arbitrate"}),
    "coach": frozenset({"see_calls", "coach"}),
    "agent": frozenset({"see_own", "appeal"}),
    "admin": frozenset({"see_calls", "oversee", "edit_rules", "operate", "manage_people"}),
}


def may(who: Person, action: Action) -> bool:
    """Whether one of the person's roles allows it."""
    return who.active and any(action in MAY[role] for role in who.roles)


def require(who: Person, action: Action) -> None:
    """Raise NotAllowedError where none of the person's roles allows it."""
    if not may(who, action):
        raise NotAllowedError("你的角色不能做这个操作。需要时请联系管理员。")


def scope(who: Person) -> Scope:
    """The calls that the person may see: those of their teams, or, for an agent without another role, their own."""
    if may(who, "see_calls"):
        return Scope(teams=who.teams)
    return Scope(agents=(who.agent_id,) if who.agent_id is not None else ())
