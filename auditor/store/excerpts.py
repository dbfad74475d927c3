"""What was said around findings: for many at once, without reading whole calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.models import Metadata, Utterance
from auditor.store.codec import decode
from auditor.store.queries import Store
from auditor.store.violations import Violation

REACH = 6
"""Utterances before and after the one that holds the quote: enough for two turns even where turns are broken up."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The utterances around a finding, the first being number ``first`` of its call, and what is known of the call."""

    first: int
    utterances: tuple[Utterance, ...]
    metadata: Metadata


def excerpts(store: Store, found: Sequence[Violation], reach: int = REACH) -> dict[tuple[int, str], Excerpt]:
    """The surroundings of findings in calls in scope, by result and finding id; none for those that rest on no utterance.

    Utterances carry speaker, times and text; their words are left out.
    """
    where, scoped = store.where(attempts=True)
    values = {**scoped, "results": [v.result for v in found], "ids": [v.finding_id for v in found]}
    placed = f"""SELECT f.result, f.finding_id, f.utterance, c.transcript FROM findings f JOIN calls c USING (result)
                 WHERE (f.result, f.finding_id) IN (SELECT (unnest($results::BIGINT[]), unnest($ids::VARCHAR[])))
                 AND f.utterance IS NOT NULL AND {where}"""
    said = f"""SELECT p.result, p.finding_id,
                      list(struct_pack(i := u."index", speaker := u.speaker, start := u.start, till := u."end", text := u.text)
                           ORDER BY u."index") AS said
               FROM ({placed}) p JOIN utterances u ON u.transcript = p.transcript
               WHERE u."index" BETWEEN p.utterance - $reach AND p.utterance + $reach GROUP BY ALL"""
    rows = store.ask(said, {**values, "reach": reach})
    known = _metadata(store, sorted({row["result"] for row in rows}))
    return {
        (row["result"], row["finding_id"]): Excerpt(
            row["said"][0]["i"],
            tuple(Utterance(u["speaker"], u["start"], u["till"], u["text"]) for u in row["said"]),
            known.get(row["result"], Metadata()),
        )
        for row in rows
    }


def _metadata(store: Store, results: Sequence[int]) -> dict[int, Metadata]:
    where, values = store.where(attempts=True)
    sql = f"""SELECT d.result, json_extract(d.call, '$.metadata')::VARCHAR AS metadata
              FROM documents d JOIN calls c USING (result)
              WHERE d.result IN (SELECT unnest($results::BIGINT[])) AND {where}"""
    rows = store.ask(sql, {**values, "results": list(results)})
    return {row["result"]: decode(Metadata, row["metadata"]) for row in rows if row["metadata"]}
