"""What a person does with the pages: listen from a line, jump to a finding, open a call, change the language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.web.homes import HOSTILE

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = pytest.mark.browser

PLAYER = """
const root = [...document.querySelectorAll("*")].map((e) => e.shadowRoot?.querySelector(".player")).find(Boolean);
const audio = root?.querySelector("audio"), lines = [...(root?.querySelectorAll(".line") ?? [])];
"""


def until(chrome: Chrome, holds: Callable[[Chrome], Any], seconds: float = 30) -> Any:
    from selenium.common.exceptions import ElementNotInteractableException, StaleElementReferenceException
    from selenium.webdriver.support.ui import WebDriverWait

    moving = (StaleElementReferenceException, ElementNotInteractableException)
    return WebDriverWait(chrome, seconds, ignored_exceptions=moving).until(holds)


def click(chrome: Chrome, selector: str, text: str = "") -> None:
    """Click the first element under the selector that shows this text (any, where none is given), once it is there."""
    from selenium.webdriver.common.by import By

    def act(browser: Chrome) -> bool:
        found = [e for e in browser.find_elements(By.CSS_SELECTOR, selector) if not text or e.text.strip() == text]
        if found:
            found[0].click()
        return bool(found)

    until(chrome, act)


def ask(chrome: Chrome, script: str) -> Any:
    """Run a script that may use ``root``, ``audio`` and ``lines`` of the player."""
    return chrome.execute_script(PLAYER + script)


def open_call(chrome: Chrome, url: str, call_id: str) -> None:
    chrome.get(f"{url}/call?id={quote(call_id)}")
    until(chrome, lambda c: ask(c, "return lines.length") == 5)
    assert ask(chrome, "return document.querySelectorAll('[data-testid=stSidebarNav] a').length") > 1


def heading(chrome: Chrome) -> str:
    return str(chrome.execute_script("return document.querySelector('h1')?.textContent ?? ''"))


def card(kind: str) -> str:
    """A script that finds the first card with this in its text."""
    return f"""[...document.querySelectorAll("*")].flatMap((e) => [...(e.shadowRoot?.querySelectorAll(".card") ?? [])])
               .find((c) => c.textContent.includes("{kind}"))"""


def test_a_click_on_a_line_plays_from_there(chrome: Chrome, url: str) -> None:
    open_call(chrome, url, "fatal-1")
    until(chrome, lambda c: ask(c, "return audio.readyState >= 1"))
    assert ask(chrome, "return Math.round(audio.duration)") == 24
    ask(chrome, "lines[2].click()")
    until(chrome, lambda c: ask(c, "return audio.currentTime >= 6.5 && audio.currentTime < 11"))
    until(chrome, lambda c: ask(c, "return !audio.paused && lines[2].classList.contains('now')"))
    ask(chrome, "audio.currentTime = 12.5")
    until(chrome, lambda c: ask(c, "return lines[3].classList.contains('now')"))


def test_the_timeline_is_drawn_and_an_address_may_name_a_line(chrome: Chrome, url: str) -> None:
    chrome.get(f"{url}/call?id=fatal-1&line=3")
    until(chrome, lambda c: ask(c, "return lines[3]?.classList.contains('target')"))
    drawn = """const canvas = root.querySelector('canvas'), pen = canvas.getContext('2d');
               return pen.getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0)"""
    until(chrome, lambda c: ask(c, drawn))
    until(chrome, lambda c: ask(c, "return audio.currentTime >= 12"))


def test_a_click_on_a_finding_leads_to_what_was_said(chrome: Chrome, url: str) -> None:
    open_call(chrome, url, "fatal-1")
    until(chrome, lambda c: c.execute_script(f"return !!({card('致命 · 已确认')})"))
    chrome.execute_script(f"({card('致命 · 已确认')}).click()")
    until(chrome, lambda c: ask(c, "return lines[2].classList.contains('target') && audio.currentTime >= 6.5"))


def test_the_space_key_plays_and_pauses_and_arrows_move(chrome: Chrome, url: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    open_call(chrome, url, "fatal-1")
    until(chrome, lambda c: ask(c, "return audio.readyState >= 1"))
    ActionChains(chrome).send_keys(Keys.SPACE).perform()
    until(chrome, lambda c: ask(c, "return !audio.paused"))
    ActionChains(chrome).send_keys(Keys.SPACE).perform()
    until(chrome, lambda c: ask(c, "return audio.paused"))
    ask(chrome, "audio.currentTime = 10")
    ActionChains(chrome).send_keys(Keys.ARROW_RIGHT).perform()
    until(chrome, lambda c: ask(c, "return audio.currentTime === 15"))
    ActionChains(chrome).send_keys(Keys.ARROW_LEFT).perform()
    until(chrome, lambda c: ask(c, "return audio.currentTime === 10"))


def test_findings_are_highlighted_and_quarantined_text_is_struck(chrome: Chrome, url: str) -> None:
    open_call(chrome, url, "fatal-1")
    assert ask(chrome, "return lines[2].querySelector('mark').textContent") == "我就把你通讯录挨个打一遍"
    assert ask(chrome, "return lines[2].querySelector('mark').className") == "tone-critical"
    assert ask(chrome, "return getComputedStyle(lines[4].querySelector('.text')).textDecorationLine") == "line-through"
    assert "常见幻听语句" in ask(chrome, "return lines[4].textContent")


def test_the_signals_tab_shows_a_table_whose_rows_explain_themselves(chrome: Chrome, url: str) -> None:
    open_call(chrome, url, "fatal-1")
    click(chrome, '[data-testid="stTab"]', "信号")
    rows = """return [...document.querySelectorAll("*")]
        .flatMap((e) => [...(e.shadowRoot?.querySelectorAll(".signals tr") ?? [])])
        .map((r) => [...r.children].map((c) => c.textContent).join("|"))"""
    until(chrome, lambda c: "说话占比|41.2%|38.8%" in c.execute_script(rows))
    shown = chrome.execute_script(rows)
    assert {"|坐席|客户", "响度|测不出|测不出", "最长冷场|12.5 秒"} <= set(shown)


@pytest.mark.parametrize("call_id", ["fatal-1", "mute-4"])
def test_markup_in_a_call_stays_text_and_asks_nobody_for_anything(chrome: Chrome, url: str, call_id: str) -> None:
    """That no other host was asked is what the ``chrome`` fixture asserts for every test."""
    open_call(chrome, url, call_id)
    assert ask(chrome, "return lines[3].querySelector('.text').textContent") == HOSTILE
    assert ask(chrome, "return root.querySelectorAll('img, script, a').length") == 0
    assert ask(chrome, "return document.title") != "1"


def test_hostile_names_in_filters_and_tables_stay_text(chrome: Chrome, url: str) -> None:
    from selenium.webdriver.common.by import By

    chrome.get(f"{url}/overview")
    until(chrome, lambda c: heading(c) == "总览")
    click(chrome, ".st-key-team input")
    options = until(chrome, lambda c: c.find_elements(By.CSS_SELECTOR, "[role=option]"))
    assert any("evil.example" in option.text for option in options)
    assert chrome.find_elements(By.CSS_SELECTOR, "[role=option] img") == []


def test_a_text_call_is_read_without_a_player(chrome: Chrome, url: str) -> None:
    open_call(chrome, url, "text 2/甲")
    assert "没有录音" in ask(chrome, "return root.querySelector('.note').textContent")
    assert ask(chrome, "return getComputedStyle(root.querySelector('.play')).display") == "none"
    ask(chrome, "lines[2].click()")
    until(chrome, lambda c: ask(c, "return lines[2].classList.contains('target')"))


def test_a_chosen_row_opens_that_call(chrome: Chrome, url: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By

    chrome.get(f"{url}/overview")
    until(chrome, lambda c: heading(c) == "总览")
    table = until(chrome, lambda c: c.find_elements(By.CSS_SELECTOR, "[data-testid=stDataFrame]"))[0]
    until(chrome, lambda c: c.find_elements(By.CSS_SELECTOR, "[data-testid=stDataFrame] canvas"))
    chrome.execute_script("arguments[0].scrollIntoView({block: 'center'})", table)
    box = table.size
    second = 35 + 35 + 17 - box["height"] // 2
    ActionChains(chrome).move_to_element_with_offset(table, 17 - box["width"] // 2, second).click().perform()
    until(chrome, lambda c: ask(c, "return lines.length") == 5)
    assert quote("text 2/甲", safe="") in chrome.current_url.replace("+", "%20")


def test_the_language_switch_turns_pages_and_stays(chrome: Chrome, url: str) -> None:
    chrome.get(f"{url}/overview")
    until(chrome, lambda c: heading(c) == "总览")
    click(chrome, "[data-testid=stSidebar] button", "English")
    until(chrome, lambda c: heading(c) == "Overview")
    click(chrome, "[data-testid=stSidebarNav] a", "Call")
    until(chrome, lambda c: heading(c) == "Choose a call")
    chrome.refresh()
    until(chrome, lambda c: heading(c) == "Choose a call")
