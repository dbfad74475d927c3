"""Links to a call's evidence packet, for those who may take it out of the house."""

from __future__ import annotations

import streamlit as st

from auditor.store.answers import StoredCall
from auditor.store.queries import Store
from auditor.web.packets import packet_link
from dashboards.locales import language, t
from dashboards.who import can, me


def packet_links(store: Store, stored: StoredCall) -> None:
    """A link without personal data and, for those who may see them, one with; nothing for those who may not export."""
    if not can("export"):
        return
    key, result = store.home.secret_key(), stored.entry.result
    row = st.container(horizontal=True, key="packet")
    for redacted in (True, False):
        if redacted or can("unmask"):
            kind = "redacted" if redacted else "whole"
            link = packet_link(key, me(), result, redacted=redacted, language=language())
            row.link_button(t(f"packet.link_{kind}"), link, help=t("packet.link_help"), key=f"packet-{kind}")
