"""Working the queue off: from one call to the next, on the queue's page and on a call's."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from auditor.errors import ConflictError, NotFoundError
from auditor.review.claims import take, take_next
from auditor.review.due import overdue_since
from auditor.store.people import Person
from auditor.store.queries import Store
from auditor.store.queue import Moment, Wanted
from dashboards.components.narrowing import chosen_last, last_looked_at
from dashboards.locales import t

QUEUE, CALL = "views/queue.py", "views/call.py"
_NOTICE = "queue_notice"


def looked_at(now: datetime) -> Moment:
    """The moment for which the queue is asked; ``now`` in the time zone in which people work."""
    return Moment(now, overdue_since(now), now.replace(hour=0, minute=0, second=0, microsecond=0))


def open_next(store: Store, who: Person, wanted: Wanted, now: datetime, after: str | None = None) -> None:
    """Take the next free call and go to it; where there is none left, go to the queue, which says so."""
    call_id = take_next(store, who, wanted, looked_at(now), after)
    if call_id is None:
        st.session_state[_NOTICE] = ("none_free", None)
        st.switch_page(QUEUE, query_params=chosen_last())
    st.switch_page(CALL, query_params={"id": call_id, "from": "queue"})


def open_this(store: Store, who: Person, call_id: str, now: datetime) -> None:
    """Take a call and go to it; where a colleague has it, or it is gone, stay on the queue, which says so."""
    try:
        take(store, who, call_id, now)
    except ConflictError:
        st.session_state[_NOTICE] = ("held", call_id)
        st.rerun()
    except NotFoundError:
        st.session_state[_NOTICE] = ("gone", None)
        st.rerun()
    st.switch_page(CALL, query_params={"id": call_id, "from": "queue"})


def notice() -> None:
    """What came of the last thing done, where it needs saying."""
    said = st.session_state.pop(_NOTICE, None)
    if said is None:
        return
    key, call_id = said
    st.warning(t(f"queue.notice_{key}"))
    if call_id is not None:
        st.page_link(CALL, label=t("queue.only_look"), query_params={"id": call_id, "from": "queue"})


def onward(store: Store, who: Person, call_id: str, now: datetime, *, signed: bool = False) -> None:
    """On the page of a call that came from the queue: keep it until it is ``signed`` off, and lead to the next or back."""
    if not signed:
        try:
            take(store, who, call_id, now)
        except ConflictError:
            st.warning(t("queue.notice_lost"))
    back, forth = st.columns(2)
    if back.button(t("queue.back"), key="back", width="stretch"):
        st.switch_page(QUEUE, query_params=chosen_last())
    if forth.button(t("queue.next"), shortcut="Shift+N", key="next", width="stretch"):
        open_next(store, who, last_looked_at(), now, after=call_id)
