"""Hostile content in every place that is not the auditor's own: nothing of it is more than text, on any page."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visits

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_every_page_is_visited(visits: Visits) -> None:
    assert len(visits.listed) > 10
    assert visits.listed - {name.partition("-")[0] for name in visits.pages} == set()


def test_no_element_no_script_and_no_dialog_comes_of_it(visits: Visits) -> None:
    """An open dialog would have ended the visit."""
    assert {page: visit.injected for page, visit in visits.pages.items() if visit.injected} == {}
    assert [visit.title for visit in visits.pages.values() if not visit.title.endswith(" · 催收通话质检")] == []


def test_no_other_host_is_asked_for_anything(visits: Visits) -> None:
    assert len(visits.asked) > 10 * len(visits.pages)
    assert {a for a in visits.asked if not a.startswith((visits.url, "data:", "blob:", "chrome"))} == set()
