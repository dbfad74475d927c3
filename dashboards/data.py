"""The pages' way to what is known: the home's store, and links to recordings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from auditor.errors import NotFoundError
from auditor.reports.violations import norms_of
from auditor.review.roles import scope
from auditor.rules.norms import Norm, read_norms
from auditor.rules.pack import Pack, load_pack
from auditor.rules.points import Scoring, read_scoring
from auditor.rules.words import public_numbers as read_public_numbers
from auditor.store import decisions
from auditor.store.answers import StoredCall
from auditor.store.decisions import Decision, Kind
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from auditor.store.violations import packs
from auditor.web.clips import audio_link
from auditor.web.shared import store_of
from dashboards.who import me

PACKS = 5
"""Of so many packs, the latest, clauses are named."""


def store() -> Store:
    """The store of the home that this server was started for, within what the reader may see."""
    return everything().within(scope(me()))


def everything() -> Store:
    """The same store without limits, for what concerns no single call."""
    return store_of(Path(st.secrets["auditor"]["home"]))


def recording(home: Home, stored: StoredCall) -> str | None:
    """A signed link to a call's recording; ``None`` for a call that came as text, or whose recording is gone."""
    if stored.call.acoustics is None:
        return None
    audio_id = stored.call.source_hash
    try:
        kept = home.audio_path(audio_id).is_file()
    except NotFoundError:
        return None
    return audio_link(home.secret_key(), audio_id) if kept else None


def clauses(home: Home, pack: str) -> Mapping[str, str]:
    """What the clauses that a pack cites are called; empty where the pack is not in the home's archive."""
    try:
        return _clauses(home.archived_pack(pack.rpartition("+")[2]))
    except NotFoundError:
        return {}


def norms(store: Store) -> Mapping[str, Norm]:
    """The clauses of the packs that judged the calls in scope; where packs differ, as the latest has them."""
    found: dict[str, Norm] = {}
    for pack in reversed(packs(store)[:PACKS]):
        found |= norms_of(store.home, pack)
    return found


def public_numbers(home: Home, pack: str) -> tuple[str, ...]:
    """The hotlines and official accounts of a pack, which are nobody's own; none where it is not in the home's archive."""
    try:
        return _public_numbers(home.archived_pack(pack.rpartition("+")[2]))
    except (NotFoundError, OSError):
        return ()


@st.cache_data(show_spinner=False, max_entries=20)
def _public_numbers(folder: Path) -> tuple[str, ...]:
    return read_public_numbers((folder / "tenant.yaml").read_bytes())


@st.cache_data(show_spinner=False, max_entries=20)
def _clauses(folder: Path) -> Mapping[str, str]:
    return {key: norm.label for key, norm in read_norms(folder).items()}


def scoring(home: Home, pack: str) -> Scoring:
    """What steps and conduct are worth by the pack of an audit; raises NotFoundError where it is not in the home's archive."""
    return _scoring(home.archived_pack(pack.rpartition("+")[2]))


def pack(home: Home, pack_id: str) -> Pack:
    """The pack of an audit, ready to judge by; raises NotFoundError where it is not in the home's archive."""
    return _pack(home.archived_pack(pack_id.rpartition("+")[2]))


def standing(home: Home, call_id: str) -> dict[tuple[Kind, str], Decision]:
    """The newest decision of each item of a call."""
    with Ledger(home) as ledger, ledger.reading() as db:
        return decisions.standing(db, call_id)


@st.cache_data(show_spinner=False, max_entries=20)
def _scoring(folder: Path) -> Scoring:
    return read_scoring(folder)


@st.cache_resource(show_spinner=False, max_entries=4)
def _pack(folder: Path) -> Pack:
    return load_pack(folder)
