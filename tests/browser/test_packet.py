"""A packet's page in a real browser, opened from a disk: it plays, and asks nobody for anything."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from auditor.reports.packet import PAGE, make_packet
from auditor.reports.signing import home_key
from auditor.store.queries import Store
from tests.browser.conftest import requests
from tests.reports.packets import CALL, NOON, THREAT, evidenced, name

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLAY = """
const done = arguments[0], audio = document.querySelector('audio');
audio.addEventListener('timeupdate', () => { if (audio.currentTime > 0.05) { audio.pause(); done([audio.duration, audio.currentTime]); } });
audio.play().catch(error => done([0, String(error)]));
"""


def test_the_page_plays_its_clips_and_asks_no_other_host(chromium: Chrome, tmp_path: Path) -> None:
    home = evidenced(tmp_path / "home")
    with Store(home) as store:
        make_packet(store, (CALL,), tmp_path / "packet", key=home_key(home), at=NOON, by="", name=name)
    chromium.get("about:blank")
    # what the page before still asks for comes a little later
    while requests(chromium):
        time.sleep(0.5)
    chromium.get((tmp_path / "packet" / PAGE).as_uri())
    seconds, at = chromium.execute_async_script(PLAY)
    assert seconds == pytest.approx(14.0)
    assert at > 0
    assert THREAT in chromium.find_element("tag name", "body").text
    assert chromium.title == "通话证据包"
    asked = requests(chromium)
    assert any(address.endswith(".wav") for address in asked)
    assert [a for a in asked if not a.startswith((tmp_path.as_uri(), "data:", "about:"))] == []
