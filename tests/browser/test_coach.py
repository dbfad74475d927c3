"""What a coach does: from a weak cell of the heatmap to the agent, from there to the line in the call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_pages import ask, heading, until
from tests.web.coached import call_id, coached
from tests.web.servers import running

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINKS = """return [...document.querySelectorAll("*")].flatMap((e) => [...(e.shadowRoot?.querySelectorAll(".moments a") ?? [])])"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("coached")
    with running(coached(folder / "home").path, folder / "empty") as address:
        yield address


def test_a_weak_cell_leads_to_the_agent_and_on_to_the_line(chrome: Chrome, url: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    chrome.get(f"{url}/coach?team=一组")
    until(chrome, lambda c: heading(c) == "辅导")
    cell = until(
        chrome,
        lambda c: c.execute_script(
            """return [...document.querySelectorAll("[data-testid=stVegaLiteChart] [aria-label]")]
                      .find((e) => e.getAttribute("aria-label").includes("5/20")) ?? null"""
        ),
    )
    chrome.execute_script("arguments[0].scrollIntoView({block: 'center'})", cell)
    ActionChains(chrome).move_to_element(cell).click().perform()
    until(chrome, lambda c: heading(c) == "坐席")
    assert "id=A002" in chrome.current_url
    link = until(
        chrome, lambda c: next((a for a in c.execute_script(LINKS) if call_id("A002", 10, 19) in a.text), None)
    )
    assert str(link.get_attribute("href")).endswith(f"/call?id={call_id('A002', 10, 19)}&line=1")
    chrome.execute_script("arguments[0].click()", link)
    until(chrome, lambda c: "/call?" in c.current_url and f"id={call_id('A002', 10, 19)}" in c.current_url)
    assert "line=" in chrome.current_url
    until(chrome, lambda c: ask(c, "return lines.length") == 3)
