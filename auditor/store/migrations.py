"""The tables of the ledger, in the order in which they came; each step is taken once in a home and never changed afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


def _m001_catalog(db: sqlite3.Connection) -> None:
    for statement in (
        "CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
        """CREATE TABLE segments (
             segment TEXT PRIMARY KEY, calls INTEGER NOT NULL, created_at TEXT NOT NULL, replaced_at TEXT)""",
        """CREATE TABLE transcripts (
             transcript BIGINT PRIMARY KEY, transcript_key TEXT NOT NULL, segment TEXT NOT NULL REFERENCES segments,
             content TEXT NOT NULL)""",
        "CREATE INDEX transcripts_by_key ON transcripts (transcript_key)",
        """CREATE TABLE tokens (
             tokens BIGINT PRIMARY KEY, tokens_key TEXT NOT NULL, segment TEXT NOT NULL REFERENCES segments)""",
        "CREATE INDEX tokens_by_key ON tokens (tokens_key)",
        """CREATE TABLE results (
             result BIGINT PRIMARY KEY, call_id TEXT NOT NULL, audit_key TEXT NOT NULL,
             transcript BIGINT NOT NULL REFERENCES transcripts, tokens BIGINT REFERENCES tokens,
             segment TEXT NOT NULL REFERENCES segments, superseded INTEGER NOT NULL, stored_at TEXT NOT NULL)""",
        "CREATE INDEX results_by_call ON results (call_id, superseded)",
        "CREATE INDEX results_by_segment ON results (superseded, segment)",
        "CREATE INDEX results_by_transcript ON results (transcript)",
    ):
        db.execute(statement)


def _m002_jobs(db: sqlite3.Connection) -> None:
    for statement in (
        """CREATE TABLE runs (
             run BIGINT PRIMARY KEY, options TEXT NOT NULL, state TEXT NOT NULL, started_at TEXT NOT NULL,
             ended_at TEXT, stored INTEGER, unchanged INTEGER, failed INTEGER)""",
        """CREATE TABLE jobs (
             job_id TEXT PRIMARY KEY, call_id TEXT NOT NULL, source TEXT NOT NULL, payload TEXT NOT NULL,
             state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')), reason TEXT,
             attempts INTEGER NOT NULL, lease_until TEXT, worker TEXT, run BIGINT NOT NULL REFERENCES runs,
             changed_at TEXT NOT NULL)""",
        "CREATE INDEX jobs_by_state ON jobs (state)",
        "CREATE INDEX jobs_by_source ON jobs (source)",
    ):
        db.execute(statement)


def _m003_events(db: sqlite3.Connection) -> None:
    db.execute(
        """CREATE TABLE events (
             seq BIGINT PRIMARY KEY, happened_at TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
             prev_hash TEXT NOT NULL, hash TEXT NOT NULL)"""
    )


def _m004_cases(db: sqlite3.Connection) -> None:
    for statement in (
        "CREATE TABLE case_calls (call_id TEXT PRIMARY KEY, result BIGINT NOT NULL)",
        """CREATE TABLE case_members (
             call_id TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (kind, key, call_id))""",
        "CREATE INDEX case_members_by_call ON case_members (call_id)",
        """CREATE TABLE case_groups (
             kind TEXT NOT NULL, key TEXT NOT NULL, pack TEXT NOT NULL, members TEXT NOT NULL, stale INTEGER NOT NULL,
             PRIMARY KEY (kind, key))""",
        "CREATE INDEX case_groups_stale ON case_groups (stale)",
        """CREATE TABLE case_findings (
             kind TEXT NOT NULL, key TEXT NOT NULL, call_id TEXT NOT NULL, rule_id TEXT NOT NULL,
             category TEXT NOT NULL, shown INTEGER NOT NULL, finding TEXT NOT NULL,
             PRIMARY KEY (kind, key, call_id, rule_id, category))""",
        "CREATE INDEX case_findings_by_call ON case_findings (call_id)",
        """CREATE TABLE case_promises (
             kind TEXT NOT NULL, key TEXT NOT NULL, call_id TEXT NOT NULL, promise TEXT NOT NULL)""",
        "CREATE INDEX case_promises_by_group ON case_promises (kind, key)",
        "CREATE INDEX case_promises_by_call ON case_promises (call_id)",
        "CREATE TABLE case_scores (call_id TEXT PRIMARY KEY, result BIGINT NOT NULL, card TEXT NOT NULL)",
    ):
        db.execute(statement)


def _m005_annotations(db: sqlite3.Connection) -> None:
    db.execute(
        """CREATE TABLE annotations (
             transcript TEXT NOT NULL, reader TEXT NOT NULL, answered_at TEXT NOT NULL, body TEXT NOT NULL,
             PRIMARY KEY (transcript, reader))"""
    )


def _m006_decisions(db: sqlite3.Connection) -> None:
    for statement in (
        """CREATE TABLE decisions (
             seq BIGINT PRIMARY KEY, call_id TEXT NOT NULL, kind TEXT NOT NULL, item TEXT NOT NULL,
             version INTEGER NOT NULL, verdict TEXT NOT NULL, body TEXT NOT NULL, decided_by TEXT NOT NULL,
             decided_at TEXT NOT NULL, UNIQUE (call_id, kind, item, version))""",
        """CREATE TABLE effective (
             call_id TEXT PRIMARY KEY, result BIGINT NOT NULL, seq BIGINT NOT NULL, card TEXT NOT NULL)""",
        "CREATE INDEX effective_by_seq ON effective (seq)",
        """CREATE TABLE claims (
             call_id TEXT PRIMARY KEY, claimed_by TEXT NOT NULL, claimed_at TEXT NOT NULL, claimed_until TEXT NOT NULL)""",
        """CREATE TABLE samples (
             sample BIGINT PRIMARY KEY, drawn_at TEXT NOT NULL, drawn_by TEXT NOT NULL, seed TEXT NOT NULL,
             frame TEXT NOT NULL, population INTEGER NOT NULL, size INTEGER NOT NULL)""",
        """CREATE TABLE sampled_calls (
             sample BIGINT NOT NULL REFERENCES samples, position INTEGER NOT NULL, call_id TEXT NOT NULL,
             PRIMARY KEY (sample, position))""",
        "CREATE INDEX sampled_calls_by_call ON sampled_calls (call_id)",
    ):
        db.execute(statement)


def _m007_people(db: sqlite3.Connection) -> None:
    for statement in (
        """CREATE TABLE people (
             name TEXT PRIMARY KEY, shown TEXT NOT NULL, password TEXT, roles TEXT NOT NULL, teams TEXT,
             agent_id TEXT, active INTEGER NOT NULL, changed_at TEXT NOT NULL)""",
        """CREATE TABLE sessions (
             token TEXT PRIMARY KEY, name TEXT NOT NULL, begun_at TEXT NOT NULL, seen_at TEXT NOT NULL,
             ends_at TEXT NOT NULL)""",
        "CREATE INDEX sessions_by_name ON sessions (name)",
    ):
        db.execute(statement)


def _m008_appeals(db: sqlite3.Connection) -> None:
    for statement in (
        """CREATE TABLE appeals (
             appeal BIGINT PRIMARY KEY, call_id TEXT NOT NULL, kind TEXT NOT NULL, item TEXT NOT NULL,
             agent_id TEXT, opened_by TEXT NOT NULL, opened_at TEXT NOT NULL, topic TEXT NOT NULL, about TEXT NOT NULL)""",
        "CREATE INDEX appeals_by_call ON appeals (call_id)",
        "CREATE INDEX appeals_by_topic ON appeals (kind, topic)",
        """CREATE TABLE appeal_steps (
             appeal BIGINT NOT NULL REFERENCES appeals, version INTEGER NOT NULL, state TEXT NOT NULL,
             text TEXT NOT NULL, taken_by TEXT NOT NULL, taken_at TEXT NOT NULL, changes TEXT NOT NULL,
             PRIMARY KEY (appeal, version))""",
    ):
        db.execute(statement)


def _m009_coaching(db: sqlite3.Connection) -> None:
    for statement in (
        """CREATE TABLE coaching (
             task BIGINT NOT NULL, version INTEGER NOT NULL, agent_id TEXT NOT NULL, kind TEXT NOT NULL,
             item TEXT NOT NULL, text TEXT NOT NULL, due TEXT, state TEXT NOT NULL, calls TEXT NOT NULL,
             changed_by TEXT NOT NULL, changed_at TEXT NOT NULL, PRIMARY KEY (task, version))""",
        "CREATE INDEX coaching_by_agent ON coaching (agent_id)",
    ):
        db.execute(statement)


def _m010_changes(db: sqlite3.Connection) -> None:
    for statement in (
        # the version of the catalog with which what counts of a call last changed
        "CREATE TABLE changes (call_id TEXT PRIMARY KEY, version BIGINT NOT NULL)",
        "CREATE INDEX changes_by_version ON changes (version)",
    ):
        db.execute(statement)


def _m011_retries(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE retries (job_id TEXT PRIMARY KEY, marked_by TEXT NOT NULL, marked_at TEXT NOT NULL)")


def _m012_salts(db: sqlite3.Connection) -> None:
    # events from before this keep the hash that they have, which covers them without a salt
    db.execute("ALTER TABLE events ADD COLUMN salt TEXT NOT NULL DEFAULT ''")


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _m001_catalog,
    _m002_jobs,
    _m003_events,
    _m004_cases,
    _m005_annotations,
    _m006_decisions,
    _m007_people,
    _m008_appeals,
    _m009_coaching,
    _m010_changes,
    _m011_retries,
    _m012_salts,
)
