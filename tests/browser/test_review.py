"""Reviewing in a real browser: by key, by selecting text, and two people at the same finding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from auditor.store import decisions
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from tests.browser.conftest import requests
from tests.browser.test_pages import PLAYER, until
from tests.packs import shipped
from tests.review.homes import judged
from tests.web.homes import HOSTILE
from tests.web.servers import running

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = pytest.mark.browser

CARDS = (
    PLAYER
    + """
const shadows = [...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean);
const cards = [...(shadows.map((s) => s.querySelector(".cards")).find(Boolean)?.querySelectorAll(".card") ?? [])];
const outcome = shadows.map((s) => s.querySelector(".outcome")).find(Boolean)?.textContent ?? "";
"""
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return judged(tmp_path_factory.mktemp("desk") / "home", shipped(), "S02", "S03", "S05", "S13")


@pytest.fixture(scope="module")
def desk(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(home.path, tmp_path_factory.mktemp("served") / "empty") as address:
        yield address


@pytest.fixture
def browser(chromium: Chrome, desk: str) -> Iterator[Chrome]:
    """The browser on an empty page; at the end, no page may have asked another host for anything."""
    chromium.get("about:blank")
    requests(chromium)
    yield chromium
    asked = requests(chromium)
    assert any(address.startswith(desk) for address in asked)
    assert [address for address in asked if address.startswith("http") and not address.startswith(desk)] == []


def ask(browser: Chrome, script: str) -> Any:
    return browser.execute_script(CARDS + script)


def press(browser: Chrome, *keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).send_keys(*keys).perform()


def save(browser: Chrome) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()


def open_call(browser: Chrome, desk: str, call_id: str) -> None:
    browser.get(f"{desk}/call?id={call_id}")
    until(browser, lambda b: ask(b, "return lines.length > 4 && outcome === '' && shadows.length > 4"))


def made(home: Home, call_id: str) -> list[tuple[str, str, str]]:
    with Ledger(home) as ledger, ledger.reading() as db:
        return [(d.kind, d.verdict, str(d.body.get("reason", ""))) for d in decisions.history(db, call_id)]


def test_findings_are_gone_through_and_decided_by_key(browser: Chrome, desk: str, home: Home) -> None:
    open_call(browser, desk, "S03")
    until(browser, lambda b: ask(b, "return cards.length > 2"))
    press(browser, "n", "n")
    place = "return lines.findIndex((l) => l.classList.contains('target'))"
    second = until(browser, lambda b: ask(b, "return cards[1].matches(':focus') && cards[1].dataset.id"))
    assert ask(browser, place) >= 0
    press(browser, "u")
    until(browser, lambda b: ask(b, "return outcome.startsWith('已保存') && outcome.includes('维持')"))
    assert ask(browser, "return cards[1].matches(':focus') && cards[1].dataset.id") == second
    press(browser, "n", "o")
    until(browser, lambda b: ask(b, "return cards[2].querySelector('textarea')?.matches(':focus')"))
    press(browser, HOSTILE)
    save(browser)
    until(browser, lambda b: ask(b, "return cards[2].classList.contains('gone')"))
    assert HOSTILE.strip() in ask(browser, "return cards[2].querySelector('.decision').textContent")
    assert ask(browser, "return cards[2].querySelectorAll('img, script, form').length") == 0
    press(browser, "z")
    until(browser, lambda b: ask(b, "return outcome.includes('撤销') && !cards[2].classList.contains('gone')"))
    assert [row[:2] for row in made(home, "S03")] == [
        ("finding", "upheld"), ("finding", "overturned"), ("finding", "open"),
    ]  # fmt: skip


def test_the_second_of_two_reviewers_sees_the_firsts_decision_and_decides_anew(
    browser: Chrome, desk: str, home: Home
) -> None:
    first = browser.current_window_handle
    open_call(browser, desk, "S13")
    browser.switch_to.new_window("tab")
    second = browser.current_window_handle
    try:
        open_call(browser, desk, "S13")
        browser.switch_to.window(first)
        press(browser, "n", "u")
        until(browser, lambda b: ask(b, "return outcome.startsWith('已保存')"))
        browser.switch_to.window(second)
        press(browser, "n", "o")
        until(browser, lambda b: ask(b, "return cards[0].querySelector('textarea')?.matches(':focus')"))
        press(browser, "听错了")
        save(browser)
        until(browser, lambda b: ask(b, "return outcome.includes('没有保存') && outcome.includes('维持')"))
        assert ask(browser, "return cards[0].querySelector('textarea').value") == "听错了"
        assert made(home, "S13") == [("finding", "upheld", "")]
        save(browser)
        until(browser, lambda b: ask(b, "return cards[0].classList.contains('gone')"))
        assert made(home, "S13") == [("finding", "upheld", ""), ("finding", "overturned", "听错了")]
    finally:
        browser.switch_to.window(second)
        browser.close()
        browser.switch_to.window(first)


def test_selected_words_become_a_violation_that_the_machine_missed(browser: Chrome, desk: str, home: Home) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    open_call(browser, desk, "S02")
    words = "const text = lines[4].querySelector('.text');"
    ask(browser, "lines[4].scrollIntoView({block: 'center'})")
    box = ask(
        browser, f"{words} const b = text.getBoundingClientRect(); return [b.left, b.top + b.height / 2, b.width]"
    )
    size = len(ask(browser, f"{words} return text.textContent"))
    pointer = ActionChains(browser, duration=50)
    mouse: Any = pointer.w3c_actions.pointer_action
    mouse.move_to_location(round(box[0]) + 1, round(box[1])).pointer_down()
    mouse.move_to_location(round(box[0] + 2 * box[2] / size), round(box[1])).pointer_up()
    pointer.perform()
    until(browser, lambda b: ask(b, "return root.querySelector('.pick').hidden === false"))
    press(browser, "a")
    until(browser, lambda b: ask(b, "return lines[4].querySelector('form select')?.matches(':focus')"))
    quoted = ask(browser, "return lines[4].querySelector('form q').textContent")
    assert 0 < len(quoted) <= 3
    save(browser)
    until(browser, lambda b: ask(b, "return lines[4].querySelector('.told').textContent === '请写明为什么违规。'"))
    press(browser, "冒充银行")
    save(browser)
    until(browser, lambda b: ask(b, "return cards.length === 1 && !lines[4].querySelector('form')"))
    assert ask(browser, "return lines[4].querySelector('mark').textContent") == quoted
    assert [row[:2] for row in made(home, "S02")] == [("added", "added")]


def test_a_line_is_corrected_by_key_and_what_was_heard_can_be_shown(browser: Chrome, desk: str, home: Home) -> None:
    open_call(browser, desk, "S05")
    heard = ask(browser, "lines[5].focus(); return lines[5].querySelector('.text').textContent")
    press(browser, "c")
    until(browser, lambda b: ask(b, "return lines[5].querySelector('textarea')?.matches(':focus')"))
    press(browser, "，我在听")
    save(browser)
    until(browser, lambda b: ask(b, "return !!lines[5].querySelector('.original')"))
    assert ask(browser, "return lines[5].querySelector('.text').textContent") == f"{heard}，我在听"
    ask(browser, "lines[5].querySelector('summary').click()")
    assert ask(browser, "return lines[5].querySelector('.heard').textContent") == heard
    assert [row[:2] for row in made(home, "S05")] == [("line", "corrected")]


def test_a_step_is_judged_anew_and_the_tab_stays(browser: Chrome, desk: str, home: Home) -> None:
    open_call(browser, desk, "S02")
    tabs = "const tabs = [...document.querySelectorAll('[data-testid=stTab]')];"
    ask(browser, f"{tabs} tabs.find((tab) => tab.textContent === '步骤').click()")
    shown = "const list = shadows.map((s) => s.querySelector('.cards')).find((c) => c?.offsetParent);"
    until(browser, lambda b: ask(b, f"{shown} return list?.textContent.includes('改判')"))
    ask(browser, f"{shown} list.querySelector('.acts button').click()")
    ask(browser, f"{shown} list.querySelector('.ready button').click()")
    save(browser)
    until(browser, lambda b: ask(b, "return outcome.startsWith('已保存')"))
    assert ask(browser, f"{tabs} return tabs.find((tab) => tab.ariaSelected === 'true').textContent") == "步骤"
    assert made(home, "S02")[-1][0] == "step"


def test_signing_off_with_findings_left_asks_first(browser: Chrome, desk: str, home: Home) -> None:
    open_call(browser, desk, "S05")
    sign = "const bar = shadows.map((s) => s.querySelector('.signoff')).find(Boolean);"
    until(browser, lambda b: ask(b, f"{sign} return bar.querySelector('.acts button')?.textContent === '签核'"))
    ask(browser, f"{sign} bar.querySelector('.acts button').click()")
    assert "没有处理" in ask(browser, f"{sign} return bar.querySelector('.warning').textContent")
    ask(browser, f"{sign} bar.querySelector('.warning button').click()")
    until(browser, lambda b: ask(b, f"{sign} return bar.querySelector('.badge').textContent === '已签核'"))
    assert made(home, "S05")[-1][:2] == ("call", "signed")
