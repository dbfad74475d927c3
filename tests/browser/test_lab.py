"""Somebody who writes rules: a phrase is edited, a sentence is typed, and the rule fires."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.test_pages import heading, until

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULE = """id: visit-agent-coming
category: visit_threat
status: experimental
severity: major
any:
  - phrase: [牵着狗来]
message: 坐席扬言上门。
examples: {hit: [我们牵着狗来], clean: []}
"""
SAYS = "return [...document.querySelectorAll('[data-testid=stText]')].map((e) => e.textContent).join('\\n')"


def test_an_edited_phrase_fires_on_typed_words(chrome: Chrome, url: str) -> None:
    chrome.get(f"{url}/lab?rule=visit-agent-coming")
    until(chrome, lambda c: heading(c) == "规则试验")
    until(chrome, lambda c: "凭：“今晚我带几个人去你家”" in c.execute_script(SAYS), 90)
    type_into(chrome, "st-key-lines-", "我们牵着狗来")
    until(chrome, lambda c: "这条规则没有命中。" in c.execute_script(SAYS), 90)
    type_into(chrome, "st-key-yaml-", RULE)
    until(chrome, lambda c: "这条规则命中 1 处，凭：“牵着狗来”" in c.execute_script(SAYS), 90)
    type_into(chrome, "st-key-yaml-", RULE.replace("major", "heavy"))
    until(chrome, lambda c: "编辑框:4: severity" in c.execute_script(SAYS), 90)


def type_into(chrome: Chrome, key: str, text: str) -> None:
    """Replace what stands in a text area and send it off, as with the keyboard."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    selector = f"[class*='{key}'] textarea"
    box = until(chrome, lambda c: next(iter(c.find_elements(By.CSS_SELECTOR, selector)), None))
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(text)
    box.send_keys(Keys.CONTROL, Keys.ENTER)
