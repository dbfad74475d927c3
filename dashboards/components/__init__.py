"""Pieces of page that Streamlit has no widget for, each an HTML, CSS and JavaScript file beside its Python.

All text reaches the browser as data and is put in with ``textContent``: what was said in a call, a file name or an
agent's name can hold markup, and must stay text.

A component's function in the browser is called again whenever its data change, without being told that the call before is
over; ``element.js`` holds what all of them do about that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer


def define(name: str, *parts: str) -> ComponentRenderer:
    """Register the component of the files ``name.html``, ``name.css`` and ``name.js`` in this folder.

    ``parts`` are further scripts that it needs, by name; they stand before its own.
    """
    folder = Path(__file__).parent
    html, tokens, css = (
        (folder / file).read_text(encoding="utf-8") for file in (f"{name}.html", "tokens.css", f"{name}.css")
    )
    js = "\n".join((folder / f"{part}.js").read_text(encoding="utf-8") for part in (*parts, name))
    return st.components.v2.component(f"auditor_{name}", html=html, css=tokens + css, js=js)


def token(call_id: str) -> str:
    """What the browser calls a call where it must not see the id, which can hold a customer's number."""
    return hashlib.sha256(call_id.encode(errors="surrogatepass")).hexdigest()[:16]


def meant(key: str, shown: Iterable[str], chosen: str) -> str | None:
    """Which call a token stands for: one of those shown now, or in this session's last run, which the reader may have clicked on."""
    now = {token(call_id): call_id for call_id in shown}
    before: dict[str, str] = st.session_state.get(f"{key}:tokens", {})
    st.session_state[f"{key}:tokens"] = now
    return (before | now).get(chosen)
