"""What several calls together show: on the page of the call in which it happened, and in a list of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.models import Finding, Scorecard, finding_id
from auditor.store import cases
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from tests.dashboards.conftest import Opened, component
from tests.web.homes import HOSTILE, filled

CALLS = ("fatal-1", "text 2/甲", "clean-3")


@pytest.fixture(scope="module")
def with_case(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home of the other tests, where clean-3 was one call too many of a day."""
    home = filled(tmp_path_factory.mktemp("cases") / "home")
    found = Finding(
        finding_id("clean-3", "excessive_frequency", None, None), "answered-calls-per-day", "excessive_frequency",
        "major", "confirmed", None, (), None, "", None, None, "metadata", f"第 4 次接通 {HOSTILE}", (), CALLS,
    )  # fmt: skip
    with Store(home) as store:
        own = store.call("clean-3")
    card = Scorecard(own.audit.scorecard.score and own.audit.scorecard.score - 40, "weak", False, ())
    group = ("debtor", "x")
    with Ledger(home) as ledger, ledger.writing() as db:
        cases.regroup(db, [(call_id, result, [group]) for call_id, result in cases.changed(db, 10)])
        assert cases.replace(db, group, "p", cases.members(db, group), [("clean-3", found)], [])
        cases.show(db, "clean-3", own.entry.result, [found], card)
        cases.renewed(db)
    return home


def of(home: Home) -> Path:
    return home.path


def test_the_call_page_names_the_calls_that_a_finding_rests_on(opened: Opened, with_case: Home) -> None:
    page = opened("views/call.py", of=of(with_case), id="clean-3")
    (card,) = component(page, "findings")["cards"]
    assert (card["title"], card["aside"], card["calls"]) == ("过度频繁", "跨通话", list(CALLS))
    assert card["calls_label"] == "依据的通话"
    head = component(page, "headline")
    assert head["score"] == "60"
    assert dict(head["facts"])["只看这一通的得分"] == "100"


def test_other_calls_stay_as_they_are(opened: Opened, with_case: Home) -> None:
    page = opened("views/call.py", of=of(with_case), id="fatal-1")
    assert [card["calls"] for card in component(page, "findings")["cards"]] == [[]]
    assert "只看这一通的得分" not in dict(component(page, "headline")["facts"])


@pytest.mark.parametrize(("lang", "heading"), [("zh", "几通电话合起来看"), ("en", "Seen across calls")])
def test_the_overview_lists_them_in_both_languages(opened: Opened, with_case: Home, lang: str, heading: str) -> None:
    page = opened(lang=lang, of=of(with_case))
    assert heading in [each.value for each in page.subheader]
    table = page.dataframe[1].value
    assert list(table.iloc[0])[3] == "clean-3"
    assert "text 2/甲" in list(table.iloc[0])[-1]


def test_a_home_without_any_has_no_such_list(opened: Opened) -> None:
    assert "几通电话合起来看" not in [each.value for each in opened().subheader]
