"""The pages' way to what is known: the home's store, and links to recordings."""

from __future__ import annotations

import streamlit as st

from auditor.errors import NotFoundError
from auditor.store.home import Home
from auditor.store.queries import Store, StoredCall
from auditor.web.clips import audio_link


def store() -> Store:
    """The store of the home that this server was started for."""
    return _store(st.secrets["auditor"]["home"])


@st.cache_resource(show_spinner=False)
def _store(home: str) -> Store:
    return Store(Home.open(home))


def recording(home: Home, stored: StoredCall) -> str | None:
    """A signed link to a call's recording; ``None`` for a call that came as text, or whose recording is gone."""
    if stored.acoustics is None:
        return None
    audio_id = stored.call.source_hash
    try:
        kept = home.audio_path(audio_id).is_file()
    except NotFoundError:
        return None
    return audio_link(home.secret_key(), audio_id) if kept else None
