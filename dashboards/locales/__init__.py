"""The words of the pages, Chinese first, in the language the reader chose."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import streamlit as st

from dashboards.formats import straight

LANGUAGES = {"zh": "中文", "en": "English"}


def language() -> str:
    """The language chosen in this browser session."""
    chosen = st.session_state.get("lang")
    return chosen if chosen in LANGUAGES else "zh"


def t(key: str, **values: object) -> str:
    """The text for a key such as ``overview.title``, with ``values`` put in its places."""
    return words(language())[key].format(**{k: straight(v) if isinstance(v, str) else v for k, v in values.items()})


def name(kind: str, code: str) -> str:
    """What a reader calls a category, step, band …; a code that no locale knows (a pack's own) is shown as it is."""
    return words(language()).get(f"{kind}.{code}") or straight(code)


@cache
def words(lang: str) -> dict[str, str]:
    """All texts of a language, by dotted key, from the files of its folder: what pages share, and a file for each page."""
    texts: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / lang).glob("*.json")):
        tree = json.loads(path.read_text(encoding="utf-8"))
        texts |= {f"{group}.{key}": text for group, own in tree.items() for key, text in own.items()}
    return texts
