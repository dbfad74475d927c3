"""A person logs in, sees the calls of their team, and logs out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from auditor.store.people import LOCAL, Person
from auditor.web.accounts import register, set_password
from tests.browser.test_pages import heading, until
from tests.web.homes import filled
from tests.web.servers import running

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from auditor.store.home import Home

pytestmark = pytest.mark.browser

PASSWORD = "一句 记得住 的话 2026"
NOW = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = filled(tmp_path_factory.mktemp("served") / "home")
    register(home, Person("boss", "王丽", ("admin",)), None, LOCAL, NOW)
    register(home, Person("zhang.san", "张三", ("qa",), ("一组",)), PASSWORD, LOCAL, NOW)
    return home


@pytest.fixture(scope="module")
def url(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(home.path, tmp_path_factory.mktemp("empty") / "empty", login=True) as address:
        yield address


def log_in(chrome: Chrome) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    chrome.find_element(By.ID, "name").send_keys("zhang.san")
    chrome.find_element(By.ID, "password").send_keys(PASSWORD, Keys.ENTER)


def text(chrome: Chrome) -> str:
    """All that the page shows, also within our components."""
    script = """const roots = [document, ...[...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean)];
        return roots.map((r) => r.body?.innerText ?? r.firstElementChild?.parentNode.textContent ?? "").join("\\n")"""
    return str(chrome.execute_script(script))


def test_logging_in_leads_to_the_page_and_logging_out_away_from_it(chrome: Chrome, url: str, home: Home) -> None:
    chrome.get(f"{url}/call?id=fatal-1")
    assert heading(chrome) == "登录"
    log_in(chrome)
    until(chrome, lambda c: "再不还钱" in text(c))
    assert chrome.current_url == f"{url}/call?id=fatal-1"
    until(chrome, lambda c: "张三" in text(c) and "一组" in text(c))

    chrome.get(f"{url}/call?id=clean-3")
    until(chrome, lambda c: "找不到通话「clean-3」" in text(c))
    assert "再不还钱" not in text(chrome)

    leave = """const root = [...document.querySelectorAll("*")].map((e) => e.shadowRoot?.querySelector(".identity")).find(Boolean);
        root?.querySelector("button").click(); return !!root"""
    until(chrome, lambda c: c.execute_script(leave))
    until(chrome, lambda c: "已退出登录" in text(c))
    chrome.get(f"{url}/call?id=fatal-1")
    assert heading(chrome) == "登录"


def test_the_login_works_without_javascript_and_by_keyboard(chrome: Chrome, url: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        chrome.get(f"{url}/call?id=fatal-1")
        ActionChains(chrome).send_keys("zhang.san", Keys.TAB, PASSWORD, Keys.TAB, Keys.ENTER).perform()
        until(chrome, lambda c: "/login" not in c.current_url)
        assert chrome.get_cookie("auditor-session") is not None
    finally:
        chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_an_open_page_goes_to_the_login_when_the_session_ends(chrome: Chrome, url: str, home: Home) -> None:
    chrome.get(f"{url}/login")
    chrome.delete_all_cookies()
    chrome.get(f"{url}/call?id=fatal-1")
    log_in(chrome)
    until(chrome, lambda c: "张三" in text(c))
    set_password(home, "zhang.san", PASSWORD, LOCAL, NOW)
    look = "document.dispatchEvent(new Event('visibilitychange')); return document.querySelector('h1')?.textContent"
    until(chrome, lambda c: c.execute_script(look) == "登录")
    assert "next=%2Fcall%3Fid%3Dfatal-1" in chrome.current_url
