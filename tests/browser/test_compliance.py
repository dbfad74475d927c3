"""What compliance does with the pages: from a number to the words in the call."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_pages import ask, click, heading, until

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def still(chrome: Chrome) -> bool:
    """Whether the page is as it will stay: two looks, a moment apart, find no script at work."""
    idle = "return document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
    quiet = bool(chrome.execute_script(idle))
    time.sleep(0.4)
    return quiet and bool(chrome.execute_script(idle))


def tick(chrome: Chrome, table: int) -> None:
    """Tick the first row of a table of the page."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By

    until(chrome, still)
    until(chrome, lambda c: len(c.find_elements(By.CSS_SELECTOR, "[data-testid=stDataFrame] canvas")) > table)
    shown = chrome.find_elements(By.CSS_SELECTOR, "[data-testid=stDataFrame]")[table]
    chrome.execute_script("arguments[0].scrollIntoView({block: 'center'})", shown)
    box = shown.size
    ActionChains(chrome).move_to_element_with_offset(
        shown, 17 - box["width"] // 2, 35 + 17 - box["height"] // 2
    ).click().perform()


def test_a_number_leads_to_the_findings_and_they_to_the_words_in_the_call(chrome: Chrome, url: str) -> None:
    chrome.get(f"{url}/violations")
    until(chrome, lambda c: heading(c) == "违规")
    tick(chrome, 0)
    until(chrome, lambda c: "只看：曝光威胁（2 处）" in c.execute_script("return document.body.innerText"))
    assert "at=category" in chrome.current_url
    tick(chrome, 1)
    until(chrome, lambda c: "我就把你通讯录挨个打一遍" in c.execute_script(
        """return [...document.querySelectorAll("*")].map((e) => e.shadowRoot?.querySelector(".evidence")?.textContent ?? "").join()"""
    ))  # fmt: skip
    click(chrome, ".st-key-evidence_open button")
    until(chrome, lambda c: ask(c, "return lines.length") == 5)
    until(chrome, lambda c: ask(c, "return lines[2].classList.contains('target') && audio.currentTime >= 6.5"))
