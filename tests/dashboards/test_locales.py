"""Both languages say the same things, and have a name for everything that an audit can hold."""

from __future__ import annotations

import re

import pytest

from auditor.conversation.signals import SIGNALS
from auditor.models import (
    BANDS,
    CATEGORIES,
    CUSTOMER_FLAGS,
    PARTIES,
    REGIONS,
    SEVERITIES,
    SPEAKERS,
    STATUSES,
    STEPS,
    VERDICTS,
)
from auditor.web.app import dashboards_folder
from dashboards.formats import clock, number, percent
from dashboards.locales import LANGUAGES, words

CODES = {
    "band": BANDS, "category": CATEGORIES, "flag": CUSTOMER_FLAGS, "party": PARTIES, "region": REGIONS,
    "severity": SEVERITIES, "signal": SIGNALS, "speaker": SPEAKERS, "status": STATUSES, "step": STEPS, "verdict": VERDICTS,
    "outcome": ("kept", "partly", "broken", "pending"),
}  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", CODES)
def test_every_code_has_a_name(lang: str, kind: str) -> None:
    assert [code for code in CODES[kind] if not words(lang).get(f"{kind}.{code}")] == []


def test_the_languages_have_the_same_texts_with_the_same_places() -> None:
    places = [{key: sorted(re.findall(r"{\w+}", text)) for key, text in words(lang).items()} for lang in LANGUAGES]
    assert places[0] == places[1]


def test_every_text_that_a_page_asks_for_exists() -> None:
    sources = [path.read_text(encoding="utf-8") for path in dashboards_folder().rglob("*.py")]
    asked = {key for source in sources for key in re.findall(r'\bt\("([\w.]+)"', source)}
    assert len(asked) > 50
    assert asked - words("zh").keys() == set()


def test_no_two_categories_or_steps_share_a_name() -> None:
    for lang in LANGUAGES:
        for kind in ("category", "step"):
            names = [words(lang)[f"{kind}.{code}"] for code in CODES[kind]]
            assert len(set(names)) == len(names)


def test_numbers_are_short_and_exact() -> None:
    assert [number(value) for value in (60.0, 58.5, 7.25, 0.0, 100)] == ["60", "58.5", "7.25", "0", "100"]
    assert [percent(part, whole) for part, whole in ((1, 4), (1, 30), (0, 5), (0, 0), (5, 5))] == [
        "25%", "3.3%", "0%", "0%", "100%",
    ]  # fmt: skip
    assert [clock(seconds) for seconds in (0, 59.9, 75.2, 3605)] == ["0:00", "0:59", "1:15", "60:05"]
