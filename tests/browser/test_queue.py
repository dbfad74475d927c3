"""A reviewer's day in a real browser: take a call from the queue, open it, go on to the next; find what was said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from auditor.store import catalog, claims, decisions
from auditor.store.decisions import Decision
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from tests.browser.conftest import requests
from tests.browser.test_pages import heading, until
from tests.web.homes import HOSTILE, filled
from tests.web.servers import running

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = pytest.mark.browser

PIECE = """
const root = [...document.querySelectorAll("*")].map((e) => e.shadowRoot?.querySelector("%s")).find(Boolean);
const rows = [...(root?.querySelectorAll("%s") ?? [])];
"""
TABLE, HITS = PIECE % (".worklist", "tbody tr"), PIECE % (".hits", ".line")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, str]]:
    """A home of its own, since what reviewers do changes it."""
    folder = tmp_path_factory.mktemp("queue")
    home = filled(folder / "home")
    with running(home.path, folder / "empty") as address:
        yield home, address


def shown(chrome: Chrome) -> list[str]:
    found: list[str] = chrome.execute_script(TABLE + "return rows.map((r) => r.querySelector('.id').textContent)")
    return found


def queue(chrome: Chrome, url: str, calls: list[str]) -> None:
    chrome.get(f"{url}/queue")
    until(chrome, lambda c: shown(c) == calls)


def opened(chrome: Chrome) -> dict[str, Any]:
    """What the address says once a call's page is there."""
    until(chrome, lambda c: urlsplit(c.current_url).path == "/call")
    return {key: value[0] for key, value in parse_qs(urlsplit(chrome.current_url).query).items()}


def test_queue_claim_call_next(chromium: Chrome, served: tuple[Home, str]) -> None:
    """By keyboard alone; a call that leaves the list while it is on screen never makes another open."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    home, url = served
    requests(chromium)
    queue(chromium, url, ["fatal-1", "text 2/甲", "mute-4"])
    assert "evil.example" in chromium.execute_script(TABLE + "return rows[2].textContent")
    assert chromium.execute_script(TABLE + "return root.querySelectorAll('img, a').length") == 0

    now = datetime.now(UTC)
    with Ledger(home) as ledger, ledger.writing() as db:
        entry = catalog.current(db, "fatal-1")
        assert entry is not None
        signed = Decision("fatal-1", "call", "", "signed", "li", now, {"result": entry.result})
        decisions.record(db, signed, 0)
    chromium.execute_script(TABLE + "rows[0].focus()")
    ActionChains(chromium).send_keys(Keys.ARROW_DOWN, Keys.ENTER).perform()
    assert opened(chromium) == {"id": "text 2/甲", "from": "queue"}
    with Ledger(home) as ledger, ledger.reading() as db:
        assert [(c.call_id, c.claimed_by) for c in claims.running(db, now)] == [("text 2/甲", "local")]

    queue(chromium, url, ["text 2/甲", "mute-4"])
    assert chromium.execute_script(TABLE + "return rows.map((r) => r.classList.contains('mine'))") == [True, False]
    ActionChains(chromium).send_keys("n").perform()
    assert opened(chromium)["id"] == "mute-4"

    queue(chromium, url, ["text 2/甲", "mute-4"])
    chromium.execute_script(TABLE + "rows[0].querySelector('button').click()")
    until(chromium, lambda c: c.execute_script(TABLE + "return !rows[0].classList.contains('mine')"))
    with Ledger(home) as ledger, ledger.writing() as db:
        claims.claim(db, "text 2/甲", "li", now)
    chromium.execute_script(TABLE + "rows[0].click()")
    until(chromium, lambda c: "别人领取" in c.find_element("css selector", "[data-testid=stAlert]").text)
    assert heading(chromium) == "复核队列"
    assert [a for a in requests(chromium) if a.startswith("http") and not a.startswith(url)] == []


def test_a_line_that_was_found_opens_its_call_there(chrome: Chrome, url: str) -> None:
    chrome.get(f"{url}/search?words=LaTeX")
    until(chrome, lambda c: c.execute_script(HITS + "return rows.length") == 4)
    assert chrome.execute_script(HITS + "return rows[0].querySelector('mark').textContent") == "LaTeX"
    text = chrome.execute_script(HITS + "return rows[0].querySelector('.said').textContent")
    assert text == HOSTILE, json.dumps(text)
    assert chrome.execute_script(HITS + "return root.querySelectorAll('img, a').length") == 0
    chrome.execute_script(HITS + "rows[0].click()")
    assert opened(chrome)["line"] == "3"
