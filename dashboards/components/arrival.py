"""The way to a line of a call from elsewhere: ``/call?id=…&line=12`` opens the call and asks its player for that line."""

from __future__ import annotations

import streamlit as st

from dashboards.components import define

_arrival = define("arrival")


def arrive() -> None:
    """Ask the page's player for the line that the address names, once; nothing where it names none."""
    line = st.query_params.get("line", "")
    if line.isascii() and line.isdecimal() and len(line) < 8:
        _arrival(key="arrival", data={"call": st.query_params.get("id", ""), "line": int(line)}, height=1)
