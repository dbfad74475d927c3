"""Open pages and measure what a reader meets there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
READY = """
const app = document.querySelector("[data-testid=stApp]");
const ready = app?.dataset.testScriptState === "notRunning" && document.querySelector("[data-testid=stMain] [data-testid=stElementContainer]")
  && !document.querySelector("[data-testid=stSkeleton], [data-testid=stSpinner]");
return ready ? document.querySelectorAll("*").length + document.documentElement.scrollHeight : null;
"""


def show(chrome: Chrome, url: str, page: str, query: Mapping[str, str] | None = None) -> None:
    """Open a page and wait until all of it is there and stands still."""
    chrome.get(f"{url}/{page}?{urlencode(query or {})}")
    settle(chrome)


def settle(chrome: Chrome) -> None:
    """Wait until the page stands still."""
    from selenium.webdriver.support.ui import WebDriverWait

    seen: list[Any] = []

    def still(c: Chrome) -> bool:
        seen.append(c.execute_script(READY))
        return seen[-1] is not None and seen[-2:] == [seen[-1]] * 2

    WebDriverWait(chrome, 60, poll_frequency=0.15).until(still)


def measured(chrome: Chrome, call: str, *values: object) -> Any:
    """The answer of a function of the script, such as ``contrast()``; it may use ``arguments``."""
    return chrome.execute_script(f"{SCRIPT}\nreturn {call};", *values)
