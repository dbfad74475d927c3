"""A real browser on the real server."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tests.web.homes import filled
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
