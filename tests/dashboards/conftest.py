"""The pages, run by Streamlit's own test runner on a real home."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from streamlit.testing.v1 import AppTest

from auditor.store.home import Home
from auditor.web.app import dashboards_folder
from tests.web.homes import filled

Opened: TypeAlias = Callable[..., AppTest]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return filled(tmp_path_factory.mktemp("home") / "home")


@pytest.fixture
def opened(home: Home) -> Opened:
    """Open the overview, another page or the app (``app.py``), in a language, with query parameters, of a home."""

    def open_page(page: str = "views/overview.py", lang: str = "zh", of: Path | None = None, **query: str) -> AppTest:
        app = AppTest.from_file(str(dashboards_folder() / page), default_timeout=30)
        app.secrets["auditor"] = {"home": str(of or home.path)}
        app.session_state["lang"] = lang
        for key, value in query.items():
            app.query_params[key] = value
        app.run()
        assert not app.exception
        return app

    return open_page


def component(app: AppTest, key: str) -> dict[str, Any]:
    """What a component of ours was given to show."""
    (found,) = [element for element in app.get("bidi_component") if element.key == key]
    data: dict[str, Any] = json.loads(found.proto.json)
    return data


def act(app: AppTest, key: str, do: str, **what: Any) -> AppTest:
    """Send an act from a component of ours, as the browser does: on the call that it shows."""
    (found,) = [element for element in app.get("bidi_component") if element.key == key]
    value = {"do": do, "call": component(app, key)["call"], "nonce": secrets.token_hex(8), **what}
    states = app._tree.get_widget_states()
    states.widgets.add(
        id=f"$$STREAMLIT_INTERNAL_KEY_{found.proto.id}__events",
        json_trigger_value=json.dumps([{"event": "act", "value": value}]),
    )
    app._run(states)
    assert not app.exception
    return app


PLAIN = {
    "ArrowData.data", "BidiComponent.json", "Code.code_text", "MultiSelect.default", "MultiSelect.options", "MultiSelect.raw_values",
    "Selectbox.options", "Selectbox.raw_value", "Text.body", "TextArea.default", "TextArea.value", "TextInput.default",
    "TextInput.value", "VegaLiteChart.spec",
}  # fmt: skip
"""The fields of Streamlit's messages that the browser shows as text. Every other counts as markdown or HTML, also ones not yet known."""


def markup(app: AppTest) -> str:
    """Everything on the page that Streamlit does not surely show as plain text: labels, help, options, titles, notices."""
    return "\n".join(text for message in _messages(app._tree) for field, text in _texts(message) if field not in PLAIN)


def _messages(node: Any) -> Iterator[Any]:
    if hasattr(getattr(node, "proto", None), "ListFields"):
        yield node.proto
    for child in getattr(node, "children", {}).values():
        yield from _messages(child)


def _texts(message: Any) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        name, many = f"{message.DESCRIPTOR.name}.{field.name}", value if field.is_repeated else (value,)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            many = [*value.values()]
            yield from ((name, str(key)) for key in value)
        for each in many:
            if isinstance(each, str):
                yield name, each
            elif isinstance(each, bytes):
                yield name, each.decode("utf-8", "replace")
            elif hasattr(each, "ListFields"):
                yield from _texts(each)


@pytest.fixture(autouse=True)
def _main_stays() -> Iterator[None]:
    """AppTest puts the page in the place of ``__main__``; processes that a later test starts would run it."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before
