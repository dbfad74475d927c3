"""The Streamlit application as an ASGI app: settings, theme, and the routes and protections handed in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from streamlit import config

from dashboards.locales import t

FONT = "'Source Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"

# Downloads stay off: Streamlit's own CSV export writes cells such as =HYPERLINK(…) as they are.
SETTINGS: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "client.disableDataExport": True,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "runner.magicEnabled": False,
    "theme.base": "light",
    "theme.primaryColor": "#1f5fa8",
    "theme.textColor": "#1c2733",
    "theme.backgroundColor": "#ffffff",
    "theme.secondaryBackgroundColor": "#f4f6f9",
    "theme.borderColor": "#dde3ea",
    "theme.font": FONT,
    "theme.headingFont": FONT,
    "theme.baseFontSize": 15,
    "theme.baseRadius": "6px",
    "theme.paddingTop": "0.8rem",
    "theme.paddingBottom": "2rem",
    "theme.metricValueFontSize": "1.7rem",
    "theme.headingFontSizes": ["1.5rem", "1.25rem", "1.05rem", "1rem", "1rem", "1rem"],
    "theme.sidebar.backgroundColor": "#f4f6f9",
}


def apologise(_: Exception) -> bool:
    """Say in the reader's language that a page failed; what failed is in the server's own output."""
    st.error(t("app.broken"))
    return True


def build(
    home: Path, routes: Sequence[BaseRoute], middleware: Sequence[Middleware], identity_header: str | None = None
) -> st.App:
    """The dashboard of a home as an ASGI app.

    Args:
        home: the home folder; pages read it through ``st.secrets``, the one value Streamlit hands to every script run.
        routes: further routes, before Streamlit's own.
        middleware: what each request passes first.
        identity_header: the request header in which the middleware says who is logged in; ``None``: there is no login.
    """
    for name, value in SETTINGS.items():
        config.set_option(name, value)
    config.set_option("server.trustedUserHeaders", {identity_header: "email"} if identity_header else {})
    return st.App(
        Path(__file__).parent / "app.py",
        on_script_error=apologise,
        secrets={"auditor": {"home": str(home), "login": identity_header is not None}},
        routes=routes,
        middleware=middleware,
    )
