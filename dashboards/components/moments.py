"""Moments to listen to and sentences to say, each as a card that leads to the line in its call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from auditor.store.moments import Moment, said
from auditor.store.queries import Store
from auditor.text.masking import Veil, mask_text, veil
from dashboards import data
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


def veils(store: Store, shown: Sequence[Moment]) -> Mapping[str, Veil]:
    """What must not be shown of each moment's call, by its id."""
    packs = {moment.call_id: moment.pack for moment in shown}
    calls = said(store, list(packs))
    return {call_id: veil(call, data.public_numbers(store.home, packs[call_id])) for call_id, call in calls.items()}


def missed(moment: Moment, cover: Veil, instead: str) -> Card:
    """A step that was nearly done, with what would have made it whole."""
    notes = [(t("call.why"), cover.text(moment.why))] if moment.why else []
    if instead:
        notes.append((t("call.say_instead"), instead))
    return _card(moment, cover, name("step", moment.item), "major", "", tuple(notes))


def finding(moment: Moment, cover: Veil) -> Card:
    """A finding with its reason."""
    badge = f"{name('severity', moment.severity)} · {name('status', moment.status)}"
    notes = ((t("call.why"), cover.text(moment.why)),)
    return _card(moment, cover, name("category", moment.item), moment.severity, badge, notes)


def example(moment: Moment, cover: Veil, own: bool) -> Card:
    """A step well done, by the agent or by a colleague."""
    return _card(moment, cover, name("step", moment.item), "good", t("agent.own" if own else "agent.colleague"), ())


def _card(moment: Moment, cover: Veil, title: str, tone: str, badge: str, notes: tuple[tuple[str, str], ...]) -> Card:
    aside = (
        moment.agent_name or moment.agent_id or "",
        when(moment.started_at) if moment.started_at else "",
        "" if moment.score is None else t("agent.points", n=number(moment.score)),
    )
    return Card(
        title, tone, badge, " · ".join(filter(None, aside)), cover.quote(moment.quote, moment.line), notes,
        moment.call_id, moment.line, t("agent.listen", call=mask_text(moment.call_id)),
    )  # fmt: skip
