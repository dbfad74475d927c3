"""Full text: which calls hold these words, and where in them each was said. Words may be as short as one character.

Whole texts are searched, without an index: a Chinese word has no borders that one could rest on, and reading the texts of 200,000
calls in memory takes a fraction of a second. Both scripts find each other; Latin words are found in
small letters, capitals or with a capital first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditor.store.answers import EVERY_CALL, Filters
from auditor.store.queries import Store
from auditor.text.normalise import simplify, traditional

MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """A line in which a word was said. ``started_at`` is the debtor's wall clock, ``start`` seconds into the call.

    ``doubtful``: it was put aside because it was probably never said.
    """

    call_id: str
    started_at: datetime | None
    agent_id: str | None
    agent_name: str | None
    team: str | None
    case_id: str | None
    utterance: int
    speaker: str
    start: float
    text: str
    doubtful: bool


def search(
    store: Store, words: Sequence[str], filters: Filters = EVERY_CALL, limit: int = 100, offset: int = 0
) -> list[Hit]:
    """Lines that hold one of the words, of calls that hold them all; the newest calls first, lines as they were said."""
    holds, values = _holds(words)
    if not values:
        return []
    where, more = store.where(filters)
    every = " AND ".join(word.format(text="s.text") for word in holds)
    # each of these calls has a line to show, so that no more of them can be needed
    calls = f"""SELECT c.transcript FROM calls c JOIN spoken s USING (transcript) WHERE {where} AND {every}
                ORDER BY c.started_local DESC NULLS LAST, c.call_id LIMIT $most"""
    most = {**values, **more, "most": offset + limit}
    held = [row["transcript"] for row in store.ask(calls, most, spoken=True)]
    if not held:
        return []
    some = " OR ".join(word.format(text="u.text") for word in holds)
    sql = f"""
        WITH u AS MATERIALIZED (SELECT transcript, "index", speaker, start, text, quarantined FROM utterances
                                WHERE transcript IN (SELECT unnest($held::BIGINT[])))
        SELECT c.call_id, c.started_local AS started_at, c.agent_id, c.agent_name, c.team, c.case_id,
               u."index" AS utterance, u.speaker, u.start, u.text, len(u.quarantined) > 0 AS doubtful
        FROM u JOIN calls c USING (transcript) WHERE {where} AND ({some})
        ORDER BY c.started_local DESC NULLS LAST, c.call_id, u."index" LIMIT $limit OFFSET $offset"""
    rows = store.ask(sql, {**values, **more, "held": held, "limit": limit, "offset": offset})
    return [Hit(**row) for row in rows]


def count(store: Store, words: Sequence[str], filters: Filters = EVERY_CALL) -> int:
    """How many calls hold all the words."""
    holds, values = _holds(words)
    if not values:
        return 0
    where, more = store.where(filters)
    every = " AND ".join(word.format(text="s.text") for word in holds)
    sql = f"SELECT count(*) AS calls FROM calls c JOIN spoken s USING (transcript) WHERE {where} AND {every}"
    return int(store.ask(sql, {**values, **more}, spoken=True)[0]["calls"])


def _holds(words: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    """For each word the condition that ``{text}`` holds it in either script, and the values that they name."""
    values: dict[str, Any] = {}
    holds = []
    for word in list(dict.fromkeys(w for word in words if (w := word.strip())))[:MOST_WORDS]:
        tests = []
        # spelling a word out in each case is faster than folding every text
        for form in sorted({word, word.lower(), word.upper(), word.title(), simplify(word), traditional(word)}):
            name = f"word{len(values)}"
            values[name] = form
            tests.append(f"contains({{text}}, ${name})")
        holds.append(f"({' OR '.join(tests)})")
    return holds, values
