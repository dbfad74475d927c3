"""Read by people who see little, enlarged, without colour, or without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from auditor.store import decisions
from auditor.store.ledger import Ledger
from tests.browser.conftest import Visits
from tests.browser.reading import measured, show
from tests.browser.test_pages import until
from tests.browser.test_review import CARDS, press

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DEEPEST = "let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;"


def test_text_has_enough_contrast_on_every_page(visits: Visits) -> None:
    """WCAG 2.2, 1.4.3 (AA), computed of what the browser draws."""
    assert [page for page, visit in visits.pages.items() if visit.texts < 15] == []
    assert {page: visit.weak for page, visit in visits.pages.items() if visit.weak} == {}


def test_no_page_scrolls_to_the_side_or_loses_what_is_there(visits: Visits) -> None:
    """At 1280 pixels, and at 200 % (WCAG 2.2, 1.4.4 and 1.4.10); tables scroll in themselves."""
    for size in ("sideways", "enlarged"):
        assert {
            page: getattr(visit, size) for page, visit in visits.pages.items() if getattr(visit, size) != [0, []]
        } == {}


def tab(chrome: Chrome) -> dict[str, Any] | None:
    from selenium.webdriver.common.keys import Keys

    press(chrome, Keys.TAB)
    found: dict[str, Any] | None = measured(chrome, "focused()")
    return found


def walk(chrome: Chrome, to: str, most: int = 60) -> list[dict[str, Any]]:
    """Press Tab until what has the focus matches a selector, and return what had it on the way."""
    passed = []
    for _ in range(most):
        found = tab(chrome)
        if found is not None:
            passed.append(found)
        if chrome.execute_script(f"{DEEPEST} return e.matches(arguments[0])", to):
            return passed
    raise AssertionError(f"{to} is never reached: {passed}")


def holds(script: str) -> Callable[[Chrome], Any]:
    """What a script says of the page."""
    return lambda chrome: chrome.execute_script(script)


def test_a_call_is_reviewed_from_the_queue_to_its_signature_by_keyboard_alone(chromium: Chrome, visits: Visits) -> None:
    """Queue, open, each finding upheld, signed off; whatever has the focus on the way shows it."""
    from selenium.webdriver.common.keys import Keys

    show(chromium, visits.url, "queue")
    passed = walk(chromium, "tbody tr")
    press(chromium, Keys.ENTER)
    until(chromium, lambda c: "/call" in c.current_url and c.execute_script(CARDS + "return cards.length") > 1)
    call_id = chromium.execute_script("return new URLSearchParams(location.search).get('id')")
    open_cards = chromium.execute_script(CARDS + "return cards.length")
    for place in range(open_cards):
        press(chromium, "n")
        focused = f"{CARDS} return cards[{place}].matches(':focus')"
        until(chromium, holds(focused))
        press(chromium, "u")
        until(chromium, holds(f"{CARDS} return cards[{place}].textContent.includes('维持「')"))
    passed += walk(chromium, ".signoff .acts button")
    press(chromium, Keys.ENTER)
    signed = CARDS + "return shadows.map((s) => s.querySelector('.signoff .badge')).find(Boolean).textContent"
    until(chromium, lambda c: c.execute_script(signed) == "已签核")
    with Ledger(visits.home) as ledger, ledger.reading() as db:
        made = [(d.kind, d.verdict) for d in decisions.history(db, call_id)]
    assert made[-1] == ("call", "signed")
    assert made.count(("finding", "upheld")) == open_cards
    assert [found for found in passed if not found["ringed"]] == []


def test_a_table_is_entered_used_and_left_by_keyboard(chromium: Chrome, visits: Visits) -> None:
    """Streamlit's own table: arrows move, Shift and Space choose a row, Escape and Tab lead out."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    show(chromium, visits.url, "call")
    passed = walk(chromium, "canvas")
    press(chromium, Keys.ESCAPE)
    after = [tab(chromium) for _ in range(3)]
    assert any(found is None or not found["inside"] for found in after)
    show(chromium, visits.url, "call")
    passed += walk(chromium, "canvas")
    press(chromium, Keys.ARROW_DOWN)
    ActionChains(chromium).key_down(Keys.SHIFT).send_keys(Keys.SPACE).key_up(Keys.SHIFT).perform()
    until(chromium, lambda c: "id=" in c.current_url)
    assert [found for found in passed if not found["ringed"]] == []


def test_findings_and_states_are_told_in_words_and_not_by_colour_alone(chromium: Chrome, visits: Visits) -> None:
    show(chromium, visits.url, "call", {"id": "S13"})
    until(chromium, lambda c: c.execute_script(CARDS + "return cards.length") > 1)
    badges = chromium.execute_script(CARDS + "return cards.map((c) => c.querySelector('.badge')?.textContent ?? '')")
    assert all(any(word in badge for word in ("致命", "严重", "一般", "提示")) for badge in badges), badges
    bare = "return root.querySelectorAll('mark:not([title]):not([aria-label])').length"
    marks = chromium.execute_script(CARDS + "return root.querySelectorAll('mark').length")
    assert marks
    assert chromium.execute_script(CARDS + bare) == 0


def test_printed_there_is_what_one_reads_and_not_what_one_clicks(chromium: Chrome, visits: Visits) -> None:
    show(chromium, visits.url, "call", {"id": "S02"})
    drawn = """const shown = (s) => [...document.querySelectorAll(s)].filter((e) => e.checkVisibility()).length;
        const inside = (s) => all.filter((e) => e.getRootNode() !== document && e.matches(s) && e.checkVisibility()).length;
        return [shown("[data-testid=stSidebar]"), shown(".stButton"), inside(".acts button, .tools button"), inside(".line")]"""
    try:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        assert measured(chromium, f"(() => {{ {drawn} }})()")[:3] == [0, 0, 0]
        assert measured(chromium, f"(() => {{ {drawn} }})()")[3] > 5
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
