"""The packs that a rule can be tried in, compiled once: those of the home's archive that calls rest on, then the built-in ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from auditor.errors import NotFoundError, PackError, PackProblem
from auditor.rules.edited import Edited, edited
from auditor.rules.layers import builtin_folder, builtin_names
from auditor.rules.pack import Pack, load_pack
from auditor.store.operations import in_force
from auditor.store.queries import Store
from dashboards.locales import t

MOST = 20


@dataclass(frozen=True, slots=True)
class Offered:
    """A pack to choose: its id or name, where it lies, and what a reader calls it."""

    code: str
    folder: Path
    label: str


def offered(store: Store) -> list[Offered]:
    """What there is to choose; first the pack in force, which the newest result rests on."""
    found = []
    for each in in_force(store, "pack")[:MOST]:
        try:
            folder = store.home.archived_pack(each.version.rpartition("+")[2])
        except NotFoundError:
            continue
        key = "lab.pack_in_force" if each.newest else "lab.pack_archived"
        found.append(Offered(each.version, folder, t(key, pack=each.version, n=f"{each.calls:,}")))
    return found + [Offered(n, builtin_folder() / n, t("lab.pack_builtin", pack=n)) for n in builtin_names()]


@st.cache_resource(show_spinner=False, max_entries=3)
def loaded(folder: Path) -> Pack:
    """A pack as it lies in the archive or comes with the program; neither changes while the server runs. Raises PackError."""
    return load_pack(folder)


@st.cache_resource(show_spinner=False, max_entries=6)
def tried(folder: Path, text: str) -> Edited | tuple[PackProblem, ...]:
    """The pack with the edited rule in it, or everything that is wrong with it."""
    try:
        return edited(folder, text, t("lab.text"))
    except PackError as error:
        return error.problems
