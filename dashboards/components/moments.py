"""Moments to listen to and sentences to say, each as a card that leads to the line in its call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from auditor.store.moments import Moment
from auditor.text.masking import mask_text
from dashboards.components import define
from dashboards.formats import number, when
from dashboards.locales import language, name, t

_moments = define("moments")


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to read or listen to; ``call`` and ``line`` are where its link leads, if anywhere. Texts come masked."""

    title: str
    tone: str
    badge: str = ""
    aside: str = ""
    quote: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    call: str = ""
    line: int | None = None
    link: str = ""


def cards(shown: Sequence[Card], key: str, empty: str) -> None:
    """Show cards; choosing a link opens the call at that line."""
    chosen = _moments(
        key=key,
        data={"english": language() == "en", "empty": empty, "moments": [asdict(card) for card in shown]},
        on_open_change=lambda: None,
    )
    if chosen.open:
        where = {"id": str(chosen.open["call"])}
        if chosen.open["line"] is not None:
            where["line"] = str(chosen.open["line"])
        st.switch_page("views/call.py", query_params=where)


def missed(moment: Moment, instead: str) -> Card:
    """A step that was nearly done, with what would have made it whole."""
    notes = [(t("call.why"), mask_text(moment.why))] if moment.why else []
    if instead:
        notes.append((t("call.say_instead"), instead))
    return _card(moment, name("step", moment.item), "major", "", tuple(notes))


def finding(moment: Moment) -> Card:
    """A finding with its reason."""
    badge = f"{name('severity', moment.severity)} · {name('status', moment.status)}"
    return _card(moment, name("category", moment.item), moment.severity, badge, ((t("call.why"), mask_text(moment.why)),))


def example(moment: Moment, own: bool) -> Card:
    """A step well done, by the agent or by a colleague."""
    return _card(moment, name("step", moment.item), "good", t("agent.own" if own else "agent.colleague"), ())


def _card(moment: Moment, title: str, tone: str, badge: str, notes: tuple[tuple[str, str], ...]) -> Card:
    aside = (
        moment.agent_name or moment.agent_id or "",
        when(moment.started_at) if moment.started_at else "",
        "" if moment.score is None else t("agent.points", n=number(moment.score)),
    )
    return Card(
        title, tone, badge, " · ".join(filter(None, aside)), mask_text(moment.quote), notes, moment.call_id,
        moment.line, t("agent.listen", call=mask_text(moment.call_id)),
    )  # fmt: skip
