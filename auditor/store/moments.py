"""Moments of calls that are worth listening to, each with the line where it stands. What people decided counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from auditor.models import SEVERITIES, Audit, Call
from auditor.store.answers import Filters
from auditor.store.codec import decode
from auditor.store.queries import Store
from auditor.store.rows import utterance

LEAST_EXAMPLE = 90
"""The effective score from which on a call's well-done steps are examples."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment: ``item`` is its step or category, ``line`` the index of its utterance, ``started_at`` the debtor's wall clock.

    Quotes are as they were said: not masked; ``said`` gives the calls that masking needs.
    """

    call_id: str
    item: str
    line: int | None
    quote: str
    why: str
    agent_id: str | None
    agent_name: str | None
    started_at: datetime | None
    score: Decimal | None
    pack: str
    severity: str = ""
    status: str = ""


_OF_CALL = """c.call_id, c.agent_id, c.agent_name, c.started_local AS started_at, c.effective_score AS score, c.pack"""


def nearest_misses(store: Store, filters: Filters, *, limit: int = 3) -> list[Moment]:
    """Missed steps of which the agent said a part, of each step the one that lacked least, the latest of equals.

    The line is the first of what was said; it stands in the step's reason (``scoring.steps``), for a missed step rests on no line.
    """
    where, values = store.where(filters)
    sql = f"""
        WITH near AS (
            SELECT {_OF_CALL}, c.transcript, s.step AS item, s.why, s.weight,
                   len(string_split(split_part(s.why, '；缺：', 2), '、')) AS lacking,
                   regexp_extract(split_part(s.why, '（已说：', 2), '“([^”]*)”', 1) AS quote
            FROM steps s JOIN calls c USING (result)
            WHERE s.effective_verdict = 'missed' AND contains(s.why, '（已说：') AND {where}
            QUALIFY row_number() OVER (PARTITION BY s.step ORDER BY lacking, c.started_on DESC NULLS LAST, c.call_id) = 1
            ORDER BY lacking, s.weight DESC, item LIMIT $limit)
        SELECT n.* EXCLUDE (transcript, weight, lacking),
               (SELECT min(u.index) FROM utterances u
                WHERE u.transcript = n.transcript AND n.quote <> '' AND contains(u.text, n.quote)) AS line
        FROM near n ORDER BY n.lacking, n.weight DESC, n.item"""
    return [Moment(**row) for row in store.ask(sql, {**values, "limit": limit})]


def gravest(store: Store, filters: Filters, *, limit: int = 3) -> list[Moment]:
    """The gravest findings that stand, confirmed before suspected, of each category the latest."""
    where, values = store.where(filters)
    sql = f"""
        SELECT {_OF_CALL}, f.effective_category AS item, f.utterance AS line, f.quote, f.why,
               f.effective_severity AS severity, f.effective_status AS status
        FROM findings f JOIN calls c USING (result)
        WHERE f.effective_status <> 'overturned' AND {where}
        QUALIFY row_number() OVER (
            PARTITION BY f.effective_category
            ORDER BY list_position($severities, f.effective_severity), f.effective_status,
                     c.started_on DESC NULLS LAST, c.call_id, f.finding_id) = 1
        ORDER BY list_position($severities, severity), status, c.started_on DESC NULLS LAST, item LIMIT $limit"""
    values |= {"severities": list(SEVERITIES), "limit": limit}
    return [Moment(**row) for row in store.ask(sql, values)]


def examples(store: Store, filters: Filters, steps: Sequence[str], agent: str) -> list[Moment]:
    """For each of these steps, in their order, one well-done example out of a call with a high score.

    The agent's own come first, then colleagues'; of these the one with the highest score, then the latest.
    """
    where, values = store.where(filters)
    sql = f"""
        SELECT {_OF_CALL}, s.step AS item, s.utterance AS line, s.quote, '' AS why
        FROM steps s JOIN calls c USING (result)
        WHERE s.effective_verdict = 'done' AND s.utterance IS NOT NULL AND s.step IN (SELECT unnest($steps))
          AND c.effective_score >= $least AND {where}
        QUALIFY row_number() OVER (
            PARTITION BY s.step ORDER BY c.agent_id IS NOT DISTINCT FROM $own DESC, c.effective_score DESC,
                                         c.started_on DESC NULLS LAST, c.call_id) = 1
        ORDER BY list_position($steps, item)"""
    values |= {"steps": list(steps), "own": agent, "least": LEAST_EXAMPLE}
    return [Moment(**row) for row in store.ask(sql, values)] if steps else []


def wording(store: Store, filters: Filters, steps: Sequence[str]) -> Mapping[str, str]:
    """What should have been said, for each of these steps that was missed in these calls, as the latest audit of one has it."""
    where, values = store.where(filters)
    sql = f"""
        WITH latest AS (SELECT s.step, max(s.result) AS result FROM steps s JOIN calls c USING (result)
                        WHERE s.verdict = 'missed' AND s.step IN (SELECT unnest($steps)) AND {where} GROUP BY s.step)
        SELECT l.step, d.audit FROM latest l JOIN documents d USING (result)"""
    rows = store.ask(sql, {**values, "steps": list(steps)}) if steps else []
    said = {row["step"]: {s.id: s.say_instead for s in decode(Audit, row["audit"]).steps} for row in rows}
    return {step: said[step][step] for step in steps if said.get(step, {}).get(step)}


def said(store: Store, call_ids: Sequence[str]) -> Mapping[str, Call]:
    """What was said in these calls, by their ids; without what was measured of the recording."""
    where, values = store.where()
    sql = f"""WITH chosen AS (SELECT c.result, c.call_id, c.transcript FROM calls c
                              WHERE c.call_id IN (SELECT unnest($chosen)) AND {where})
              SELECT n.*, d.call FROM chosen n JOIN documents d USING (result)"""
    calls = store.ask(sql, {**values, "chosen": list(call_ids)}) if call_ids else []
    lines: dict[int, list[dict[str, object]]] = {row["transcript"]: [] for row in calls}
    sql = 'SELECT * FROM utterances WHERE transcript IN (SELECT unnest($chosen)) ORDER BY transcript, "index"'
    for row in store.ask(sql, {"chosen": list(lines)}) if lines else []:
        lines[row["transcript"]].append(row)
    return {
        row["call_id"]: replace(
            decode(Call, row["call"]), utterances=tuple(utterance(line) for line in lines[row["transcript"]])
        )
        for row in calls
    }
