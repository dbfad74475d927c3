"""Every read of what we know, on an in-memory DuckDB over the segments that count. Plain values come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from auditor.errors import NotFoundError
from auditor.models import (
    SEVERITIES,
    VERDICTS,
    Audit,
    Call,
)
from auditor.store import cases, catalog, decisions, jobs
from auditor.store.annotations import Annotation, heard_hash, latest_annotations
from auditor.store.answers import (
    EVERY_CALL,
    EVERYBODYS,
    CallRow,
    CaseRow,
    CategoryCount,
    Choices,
    Filters,
    Overview,
    Scope,
    ScoreBin,
    StepCount,
    StoredCall,
    Week,
)
from auditor.store.catalog import Entry
from auditor.store.codec import decode
from auditor.store.database import Database
from auditor.store.home import Home
from auditor.store.jobs import FailedJob
from auditor.store.ledger import Ledger
from auditor.store.rows import acoustics, utterance, with_cases

Order = Literal["newest", "oldest", "worst", "best", "most_findings", "riskiest"]


_ORDERS: dict[str, str] = {
    "newest": "c.started_at DESC NULLS LAST",
    "oldest": "c.started_at ASC NULLS LAST",
    "worst": "c.effective_fatal DESC, c.effective_score ASC NULLS LAST, confirmed DESC",
    "best": "c.effective_score DESC NULLS LAST",
    "most_findings": "confirmed DESC, suspected DESC",
    "riskiest": "c.risk DESC",
}


class Store:
    """Reads a home, from any number of threads; always sees what is stored now. A context manager that closes it.

    Each method raises HomeError where the home can't be read.
    """

    def __init__(self, home: Home, scope: Scope = EVERYBODYS, database: Database | None = None) -> None:
        self.home = home
        self.scope = scope
        self._database = database or Database(home)

    def within(self, scope: Scope) -> Store:
        """The same store for somebody who may see only these calls; what they may not see is as if it were not there."""
        return Store(self.home, scope, self._database)

    def ask(self, sql: str, values: Mapping[str, Any] | None = None, *, spoken: bool = False) -> list[dict[str, Any]]:
        """All rows of a query; for the modules of this room, which put ``where`` into it. ``spoken``: see ``Database.rows``."""
        return self._database.rows(sql, dict(values or {}), spoken=spoken)

    def where(self, filters: Filters = EVERY_CALL, *, attempts: bool = False) -> tuple[str, dict[str, Any]]:
        """The condition on ``calls c`` that holds for the chosen calls in scope, and the values that it names."""
        return _where(filters, self.scope, attempts=attempts)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database; the next question opens it again."""
        self._database.close()

    def version(self) -> int:
        """A number that grows whenever what is stored changes: the key to cache by."""
        with Ledger(self.home) as ledger, ledger.reading() as db:
            return catalog.version(db) + decisions.newest(db)

    def overview(self, filters: Filters = EVERY_CALL) -> Overview:
        """Totals, average score and calls by band, as people left them."""
        where, values = self.where(filters)
        sql = f"""
            WITH c AS (SELECT * FROM calls c WHERE {where}),
                 f AS (SELECT result, effective_status AS status FROM findings SEMI JOIN c USING (result))
            SELECT count(*) AS calls, count(effective_score) AS scored,
                   round(avg(effective_score), 2)::DECIMAL(18, 2) AS average, count(*) FILTER (effective_fatal) AS fatal,
                   (SELECT count(DISTINCT result) FROM f WHERE status = 'confirmed') AS with_confirmed,
                   (SELECT count(DISTINCT result) FROM f WHERE status = 'suspected') AS with_suspected,
                   coalesce(sum(duration), 0) AS seconds, min(started_on) AS first_day, max(started_on) AS last_day,
                   histogram(effective_band) AS bands
            FROM c"""
        (totals,) = self._database.rows(sql, values)
        return Overview(**{**totals, "bands": totals["bands"] or {}})

    def score_distribution(self, filters: Filters = EVERY_CALL, *, width: int = 10) -> list[ScoreBin]:
        """Scored calls by score, in bins of ``width`` points, empty bins included."""
        where, values = self.where(filters)
        last = (100 - 1) // width
        sql = f"""SELECT least(floor(effective_score / $width), $last)::INTEGER AS bin, count(*) AS calls
                  FROM calls c WHERE effective_score IS NOT NULL AND {where} GROUP BY bin"""
        found = {row["bin"]: row["calls"] for row in self._database.rows(sql, {**values, "width": width, "last": last})}
        return [ScoreBin(b * width, min((b + 1) * width, 100), found.get(b, 0)) for b in range(last + 1)]

    def violations_by_category(self, filters: Filters = EVERY_CALL) -> list[CategoryCount]:
        """Findings by category, the most frequent first; those that people overturned are none."""
        where, values = self.where(filters)
        sql = f"""SELECT f.effective_category AS category, count(*) FILTER (f.effective_status = 'confirmed') AS confirmed,
                         count(*) FILTER (f.effective_status = 'suspected') AS suspected,
                         count(DISTINCT f.result) AS calls,
                         arg_min(f.effective_severity, list_position($severities, f.effective_severity)) AS severity
                  FROM findings f JOIN calls c USING (result) WHERE f.effective_status <> 'overturned' AND {where}
                  GROUP BY f.effective_category ORDER BY confirmed DESC, suspected DESC, f.effective_category"""
        values = {**values, "severities": list(SEVERITIES)}
        return [CategoryCount(**row) for row in self._database.rows(sql, values)]

    def steps_missed(self, filters: Filters = EVERY_CALL) -> list[StepCount]:
        """Each required step's verdicts, in the order of the script."""
        where, values = self.where(filters)
        verdicts = ", ".join(
            f"count(*) FILTER (s.effective_verdict = '{verdict}') AS {verdict}" for verdict in VERDICTS
        )
        sql = f"""SELECT s.step, arg_max(s.name, s.result) AS name, {verdicts}
                  FROM steps s JOIN calls c USING (result) WHERE {where}
                  GROUP BY s.step ORDER BY min(s.position), s.step"""
        return [StepCount(**row) for row in self._database.rows(sql, values)]

    def trend(self, filters: Filters = EVERY_CALL) -> list[Week]:
        """Week by week, the earliest first; calls without a date are left out."""
        where, values = self.where(filters)
        sql = f"""
            WITH c AS (SELECT * FROM calls c WHERE started_on IS NOT NULL AND {where}),
                 f AS (SELECT result, count(*) FILTER (effective_status = 'confirmed') AS confirmed,
                              count(*) FILTER (effective_status = 'suspected') AS suspected
                       FROM findings SEMI JOIN c USING (result) GROUP BY result)
            SELECT date_trunc('week', started_on)::DATE AS monday, count(*) AS calls, count(effective_score) AS scored,
                   round(avg(effective_score), 2)::DECIMAL(18, 2) AS average, count(*) FILTER (effective_fatal) AS fatal,
                   coalesce(sum(confirmed), 0)::BIGINT AS confirmed, coalesce(sum(suspected), 0)::BIGINT AS suspected
            FROM c LEFT JOIN f USING (result) GROUP BY monday ORDER BY monday"""
        return [Week(**row) for row in self._database.rows(sql, values)]

    def count(self, filters: Filters = EVERY_CALL) -> int:
        """How many calls there are."""
        where, values = self.where(filters)
        return int(self._database.rows(f"SELECT count(*) AS calls FROM calls c WHERE {where}", values)[0]["calls"])

    def calls(
        self, filters: Filters = EVERY_CALL, *, order: Order = "newest", limit: int = 100, offset: int = 0
    ) -> list[CallRow]:
        """A page of the list of calls; calls that are equal in ``order`` stand by their id."""
        where, values = self.where(filters)
        sql = f"""
            SELECT c.call_id, c.started_local AS started_at, c.agent_id, c.agent_name, c.team, c.product, c.region,
                   c.case_id, c.duration, c.party, c.effective_score AS score, c.effective_band AS band,
                   c.effective_fatal AS fatal, coalesce(f.confirmed, 0) AS confirmed,
                   coalesce(f.suspected, 0) AS suspected, coalesce(s.missed, 0) AS missed, c.warnings
            FROM calls c
            LEFT JOIN (SELECT result, count(*) FILTER (effective_status = 'confirmed') AS confirmed,
                              count(*) FILTER (effective_status = 'suspected') AS suspected
                       FROM findings GROUP BY result) f USING (result)
            LEFT JOIN (SELECT result, count(*) AS missed FROM steps WHERE effective_verdict = 'missed' GROUP BY result) s
                      USING (result)
            WHERE {where} ORDER BY {_ORDERS[order]}, c.call_id LIMIT $limit OFFSET $offset"""
        rows = self._database.rows(sql, {**values, "limit": limit, "offset": offset})
        return [CallRow(**{**row, "warnings": tuple(row["warnings"])}) for row in rows]

    def choices(self) -> Choices:
        """What there is to filter by."""
        columns = {
            "teams": "team", "agents": "agent_id", "products": "product", "regions": "region", "parties": "party",
        }  # fmt: skip
        where, values = self.where()
        distinct = f"SELECT DISTINCT {{0}} AS x FROM calls c WHERE {{0}} IS NOT NULL AND {where} ORDER BY x"
        found = {field: self.ask(distinct.format(column), values) for field, column in columns.items()}
        kinds = f"SELECT DISTINCT effective_category AS x FROM findings SEMI JOIN (FROM calls c WHERE {where}) USING (result)"
        found["categories"] = self.ask(f"{kinds} ORDER BY x", values)
        return Choices(**{field: tuple(row["x"] for row in rows) for field, rows in found.items()})

    def call(self, call_id: str) -> StoredCall:
        """Everything kept of one call; raises NotFoundError."""
        with Ledger(self.home) as ledger, ledger.reading() as db:
            entry = catalog.current(db, call_id)
        if entry is None or not self.sees(entry):
            raise NotFoundError(f"归档目录里没有通话 {jobs.printable(call_id)[:200]}。请核对编号。")
        return self.stored(entry)

    def sees(self, entry: Entry) -> bool:
        """Whether the result is of a call in scope."""
        if self.scope == EVERYBODYS:
            return True
        where, values = self.where(attempts=True)
        sql = f"SELECT 1 AS there FROM calls c WHERE c.result = $result AND {where}"
        return bool(self.ask(sql, {**values, "result": entry.result}))

    def stored_call(self, call_id: str) -> Call:
        """The call as it entered its audit; raises NotFoundError."""
        return self.call(call_id).call

    def stored(self, entry: Entry) -> StoredCall:
        """Everything kept under one entry of the catalog, also one that no longer counts."""
        read = self._database.rows_of
        (row,) = read(entry.segment, "calls", "result", entry.result)
        utterances = read(entry.transcript_segment, "utterances", "transcript", entry.transcript)
        channels = read(entry.transcript_segment, "acoustics", "transcript", entry.transcript)
        with Ledger(self.home) as ledger, ledger.reading() as db:
            found = [s.finding for s in cases.shown(db, entry.call_id) if s.result == entry.result]
            card = cases.scores(db, entry.call_id).get(entry.result)
            promises = cases.promises(db, entry.call_id)
        audit = decode(Audit, row["audit"])
        words: list[dict[str, Any]] = []
        if entry.tokens is not None and entry.tokens_segment is not None:
            words = read(entry.tokens_segment, "tokens", "tokens", entry.tokens)
        return StoredCall(
            call=replace(
                decode(Call, row["call"]),
                utterances=tuple(utterance(u) for u in utterances),
                acoustics=acoustics(channels),
            ),
            audit=audit,
            tokens=tuple(tuple(w["words"]) for w in words),
            entry=entry,
            shown=with_cases(audit, found, card),
            promises=tuple(promises),
        )

    def cases(self, filters: Filters = EVERY_CALL) -> list[CaseRow]:
        """Findings that rest on several calls, the gravest first; also those in unanswered attempts."""
        where, values = self.where(filters, attempts=True)
        with Ledger(self.home) as ledger, ledger.reading() as db:
            found = cases.shown(db)
        sql = f"""SELECT c.result, c.call_id, c.started_local AS started_at, c.agent_id, c.agent_name, c.team, c.attempt
                  FROM calls c WHERE c.result IN (SELECT unnest($found)) AND {where}"""
        rows = {r.pop("result"): r for r in self._database.rows(sql, {**values, "found": [s.result for s in found]})}
        listed = [CaseRow(**rows[s.result], finding=s.finding) for s in found if s.result in rows]
        return sorted(
            listed,
            key=lambda c: (
                c.finding.status,
                SEVERITIES.index(c.finding.severity),
                c.started_at or datetime.max,
                c.call_id,
            ),
        )

    def annotations(self, call: Call) -> tuple[Annotation, ...]:
        """What large models said of what was heard in this call, the oldest first; no part of its audit."""
        with Ledger(self.home) as ledger, ledger.reading() as db:
            return latest_annotations(db, heard_hash(call.utterances))

    def find_call(self, prefix: str, *, limit: int = 20) -> list[str]:
        """Ids of stored calls that begin with ``prefix``, an exact match first."""
        with Ledger(self.home) as ledger, ledger.reading() as db:
            found = catalog.find(db, prefix, limit)
        if self.scope == EVERYBODYS:
            return found
        where, values = self.where(attempts=True)
        sql = f"SELECT call_id FROM calls c WHERE call_id IN (SELECT unnest($found)) AND {where}"
        seen = {row["call_id"] for row in self.ask(sql, {**values, "found": found})}
        return [call_id for call_id in found if call_id in seen]

    def failed_jobs(self) -> list[FailedJob]:
        """What failed in the runs so far and was not settled since, the latest first."""
        with Ledger(self.home) as ledger, ledger.reading() as db:
            return jobs.failed(db)


def _where(filters: Filters, scope: Scope, *, attempts: bool = False) -> tuple[str, dict[str, Any]]:
    columns = {
        "team": filters.teams, "agent_id": filters.agents, "product": filters.products, "region": filters.regions,
        "party": filters.parties, "effective_band": filters.bands,
    }  # fmt: skip
    values: dict[str, Any] = {column: list(wanted) for column, wanted in columns.items() if wanted}
    # unanswered attempts count towards frequency limits; nothing was said in them that could be judged
    parts = [
        "true" if attempts else "NOT c.attempt",
        *(f"c.{column} IN (SELECT unnest(${column}))" for column in values),
    ]
    if filters.categories:
        values["categories"] = list(filters.categories)
        parts.append(
            """c.result IN (SELECT result FROM findings WHERE effective_status <> 'overturned'
                            AND effective_category IN (SELECT unnest($categories)))"""
        )
    for name, day, test in (("since", filters.since, ">="), ("until", filters.until, "<=")):
        if day is not None:
            values[name] = day
            parts.append(f"c.started_on {test} ${name}")
    for name, column, allowed in (("in_teams", "team", scope.teams), ("of_agents", "agent_id", scope.agents)):
        if allowed is not None:
            values[name] = list(allowed)
            parts.append(f"c.{column} IN (SELECT unnest(${name}::VARCHAR[]))")
    if not filters.include_unscored:
        parts.append("c.effective_score IS NOT NULL")
    return " AND ".join(parts), values
