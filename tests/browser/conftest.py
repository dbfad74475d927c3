"""A real browser on the real server."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from auditor.store.home import Home
from tests.browser.reading import measured, settle, show
from tests.packs import shipped
from tests.web.homes import filled
from tests.web.hostile import AGENT, CALL, HOSTILE, MARK, hostile
from tests.web.servers import running

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def _missing(what: str) -> NoReturn:
    if os.environ.get("AUDITOR_BROWSER_TESTS") == "1":
        pytest.fail(f"{what} is missing, and AUDITOR_BROWSER_TESTS=1 asks for the browser tests")
    pytest.skip(f"{what} is missing: the browser tests need Chromium and chromedriver")


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on a small home."""
    folder = tmp_path_factory.mktemp("served")
    home = filled(folder / "home")
    with running(home.path, folder / "empty") as address:
        yield address


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One Chromium for all tests."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None) or _missing("Chromium")
    driver = shutil.which("chromedriver") or _missing("chromedriver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,943",
        "--autoplay-policy=no-user-gesture-required", "--mute-audio",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield browser
    finally:
        browser.quit()


VISITS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("queue", {}), ("overview", {}), ("search", {"words": "LaTeX"}), ("mine", {"agent": AGENT, "call": CALL}), ("call", {"id": CALL}),
    ("appeals", {"id": "2"}), ("violations", {"rows": "agent", "columns": "team"}), ("violations", {"part": "completeness"}),
    ("coverage", {}), ("cases", {"case": f"C {HOSTILE}"}), ("log", {}), ("coach", {}), ("agent", {"id": AGENT}), ("tasks", {"task": "1"}),
    ("lab", {"view": "call", "call": CALL}), ("operations", {"view": "recordings"}), ("people", {}),
)  # fmt: skip
"""Every page, where it shows most."""


@dataclass
class Visit:
    """What was found on a page: what became more than text; contrast; how far it sticks out, as it is and at twice the size."""

    title: str
    texts: int
    weak: list[str]
    injected: list[str]
    sideways: list[Any]
    enlarged: list[Any]


@dataclass
class Visits:
    """One look at every page of a home full of hostile content."""

    url: str
    home: Home
    pages: dict[str, Visit] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def visits(chromium: Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visits]:
    """Every page is opened once, at 1280 pixels, then enlarged to 200 %: a window of half the width."""
    folder = tmp_path_factory.mktemp("hostile")
    home = hostile(folder / "home", shipped())
    with running(home.path, folder / "empty") as url:
        found = Visits(url, home)
        requests(chromium)
        for page, query in VISITS:
            show(chromium, url, page, query)
            texts, weak = measured(chromium, "contrast()")
            injected, sideways = measured(chromium, "injected(arguments[0])", MARK), measured(chromium, "sideways()")
            half = {"width": 640, "height": 472, "deviceScaleFactor": 2, "mobile": False}
            chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", half)
            settle(chromium)
            enlarged = measured(chromium, "sideways()")
            chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
            name = "-".join((page, *(query.get(key, "") for key in ("part", "view") if key in query)))
            found.pages[name] = Visit(chromium.title, texts, weak, injected, sideways, enlarged)
        links = "return [...document.querySelectorAll('[data-testid=stSidebarNavLink]')].map((a) => new URL(a.href).pathname.slice(1))"
        found.listed = set(chromium.execute_script(links))
        found.asked = requests(chromium)
        yield found


@pytest.fixture
def chrome(chromium: Chrome, url: str) -> Iterator[Chrome]:
    """The browser on an empty page; at the end, no page may have asked another host for anything."""
    chromium.get("about:blank")
    requests(chromium)
    yield chromium
    asked = requests(chromium)
    assert any(address.startswith(url) for address in asked)
    assert [address for address in asked if address.startswith("http") and not address.startswith(url)] == []


def requests(browser: Chrome) -> list[str]:
    """Every address that pages asked for since this was last called."""
    log = browser.get_log("performance")  # type: ignore[no-untyped-call]
    messages: list[dict[str, Any]] = [json.loads(entry["message"])["message"] for entry in log]
    return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
