"""A home of many calls, the same for the same seed: audits of the sample texts, told over and over with other names, days and words."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from auditor.models import Call, Finding
from auditor.pipeline import audit_call, with_roles, words
from auditor.rules.pack import DEFAULT, Pack, load_pack
from auditor.speech.transcripts import read_calls
from auditor.store import catalog, decisions, segments
from auditor.store.codec import decode, encode
from auditor.store.decisions import Decision
from auditor.store.home import Home
from auditor.store.keys import Keys
from auditor.store.ledger import Ledger, count_up, stamp
from auditor.store.queries import Store
from auditor.store.segments import CallResult

SAMPLES = Path(__file__).parent.parent / "samples" / "text-calls.jsonl"
BEGIN = datetime(2026, 1, 5, 1, tzinfo=UTC)
A_SEGMENT = 2_000
TEMPLATES = 120
DAYS, AGENTS, TEAMS, CASES = 300, 400, 20, 60_000
TABLES = ("calls", "facts", "signals", "findings", "steps", "deductions", "utterances", "acoustics", "tokens")

_VARIED = {
    "calls": """t.* REPLACE (n.result AS result, n.result + 1 AS transcript, n.result + 2 AS tokens, n.call_id AS call_id,
                  n.started AS started_at, n.local AS started_local, n.local::DATE AS started_on,
                  n.agent AS agent_id, '坐席' || n.agent AS agent_name, n.team AS team, n.case_id AS case_id,
                  ['credit_card', 'personal_loan', 'car_loan'][1 + n.h % 3] AS product,
                  ['CN', 'CN', 'CN', 'TW', 'HK'][1 + n.h // 7 % 5] AS region,
                  ['青禾银行', '晴川银行'][1 + n.h // 11 % 2] AS institution,
                  [NULL, '甲外包', '乙外包', '丙外包'][1 + n.h // 13 % 4] AS agency,
                  replace(t.call, t.call_id, n.call_id) AS call, replace(t.audit, t.call_id, n.call_id) AS audit)""",
    "facts": "t.* REPLACE (n.result AS result)",
    "signals": "t.* REPLACE (n.result AS result, t.value * (0.5 + n.h % 100 / 100) AS value)",
    "steps": """t.* REPLACE (n.result AS result,
                  CASE WHEN hash(n.h, t.step) % 10 = 0 THEN 'cannot_tell' WHEN hash(n.h, t.step) % 10 = 1 THEN 'missed'
                       ELSE t.verdict END AS verdict)""",
    "deductions": "t.* REPLACE (n.result AS result)",
    "utterances": """t.* REPLACE (n.result + 1 AS transcript, t.text ||
                       chr((19968 + hash(n.h, t."index") % 20000)::INTEGER) ||
                       chr((19968 + hash(t."index", n.h) % 20000)::INTEGER) || hash(n.h, t."index", 1) % 100000 AS text)""",
    "acoustics": "t.* REPLACE (n.result + 1 AS transcript)",
    "tokens": "t.* REPLACE (n.result + 2 AS tokens)",
}


def make(folder: Path, calls: int, decided: int, seed: int) -> Home:
    """The home in this folder, made where it is not there yet."""
    home = Home.open(folder)
    done = folder / "made.json"
    wanted = json.dumps({"calls": calls, "decided": decided, "seed": seed})
    if done.is_file() and done.read_text() == wanted:
        return home
    pack = load_pack(DEFAULT)
    home.archive_pack(pack.hash, pack.files)
    with tempfile.TemporaryDirectory() as aside:
        template = Home.open(Path(aside) / "home")
        with Ledger(template) as ledger:
            name, _ = segments.write(template, ledger, list(_templates(pack, seed)), BEGIN)
        for start in range(0, calls, A_SEGMENT):
            _segment(home, template.segments / name, start, min(A_SEGMENT, calls - start), seed)
    _decide(home, decided, seed)
    done.write_text(wanted)
    return home


def _templates(pack: Pack, seed: int) -> Iterator[CallResult]:
    """Each sample text with another one after it, so that calls are about thirty turns long, judged by the pack."""
    samples = [c for c in read_calls(SAMPLES) if c.utterances]
    samples = samples[:: max(1, len(samples) // TEMPLATES)]
    others = random.Random(seed).sample(samples, len(samples))
    for n, (first, second) in enumerate(zip(samples, others, strict=True)):
        call = with_roles(_joined(first, second, f"T{n:05}"), pack)
        yield CallResult(call, audit_call(call, pack), Keys(f"h{n}", f"w{n}", f"a{n}"), words(call, pack))


def _joined(first: Call, second: Call, call_id: str) -> Call:
    after = first.utterances[-1].end
    later = tuple(replace(u, start=u.start + after, end=u.end + after) for u in second.utterances)
    return replace(first, call_id=call_id, utterances=first.utterances + later, duration=later[-1].end)


def _segment(home: Home, template: Path, start: int, size: int, seed: int) -> None:
    """Write one segment of calls, each a template under another name, and enter it in the ledger."""
    name = f"20260105T000000-{start:08x}"
    folder = home.segments / name
    folder.mkdir(exist_ok=True)
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        for table in TABLES:
            db.execute(f"CREATE VIEW t_{table} AS FROM '{template / table}.parquet'")
        db.execute(
            f"""CREATE TABLE n AS
                WITH numbered AS (SELECT i + {start} AS i, (hash(i + {start}, {seed}) >> 2)::BIGINT AS h FROM range({size}) r(i)),
                     k AS (SELECT count(*) AS k FROM t_calls),
                     named AS (SELECT *, row_number() OVER (ORDER BY result) - 1 AS place FROM t_calls)
                SELECT 1 + 3 * i AS result, h, printf('C%08d', i) AS call_id, t.result AS like_result,
                       t.transcript AS like_transcript, t.tokens AS like_tokens, printf('A%04d', h % {AGENTS}) AS agent,
                       printf('%02d组', h % {AGENTS} % {TEAMS}) AS team, printf('D%07d', hash(h, 2) % {CASES}) AS case_id,
                       TIMESTAMP '{BEGIN:%Y-%m-%d %H:%M:%S}' + to_days((i * {DAYS} // 200000 + h % 5)::INTEGER)
                         + to_seconds(hash(h, 3) % 36000) AS local, (local - INTERVAL 8 HOUR)::TIMESTAMPTZ AS started
                FROM numbered, k JOIN named t ON t.place = h % k.k ORDER BY result"""
        )
        for table in TABLES:
            if table == "findings":
                rows = """SELECT t.* REPLACE (n.result AS result, substr(md5(n.call_id || t.finding_id || d), 1, 16)
                                              AS finding_id, coalesce(nullif(t.chance, 0), 400 + n.h % 500) AS chance,
                                              CASE WHEN hash(n.h, d) % 3 = 0 THEN 'suspected' ELSE 'confirmed' END AS status)
                          FROM (SELECT *, unnest(range((h // 17 % 5)::BIGINT)) AS d FROM n) n
                          JOIN (SELECT *, row_number() OVER () - 1 AS place, count(*) OVER () AS k FROM t_findings) t
                            ON t.place = hash(n.h, d, 5) % t.k ORDER BY n.result"""
            else:
                key = (
                    "transcript"
                    if table in ("utterances", "acoustics")
                    else "tokens"
                    if table == "tokens"
                    else "result"
                )
                columns = _VARIED[table]
                order = f", {'n.result'}" + (', t."index"' if table in ("utterances", "tokens") else "")
                rows = f"SELECT {columns} FROM n JOIN t_{table} t ON t.{key} = n.like_{key} ORDER BY {order[2:]}"
            target = f"'{folder / table}.parquet'"
            db.execute(f"COPY ({rows}) TO {target} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 16384)")
        entered = db.execute("SELECT result, call_id, h FROM n ORDER BY result").fetchall()
    with Ledger(home) as ledger, ledger.writing() as sql:
        count_up(sql, "row", 3 * size)
        at = stamp(BEGIN)
        sql.execute("INSERT INTO segments (segment, calls, created_at) VALUES (?, ?, ?)", (name, size, at))
        sql.executemany(
            "INSERT INTO transcripts VALUES (?, ?, ?, ?)", [(r + 1, f"h{r}", name, str(h)) for r, _, h in entered]
        )
        sql.executemany("INSERT INTO tokens VALUES (?, ?, ?)", [(r + 2, f"w{r}", name) for r, _, _ in entered])
        sql.executemany(
            "INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, 0, ?)",
            [(r, call_id, f"a{r}", r + 1, r + 2, name, at) for r, call_id, _ in entered],
        )
        catalog.touch(sql, ())
        count_up(sql, "catalog")


def _decide(home: Home, decided: int, seed: int) -> None:
    """Rule on some findings, two of three upheld."""
    with Store(home) as store:
        listed = store.ask(
            f"""SELECT c.call_id, c.result, f.* EXCLUDE result, c.score FROM findings f JOIN calls c USING (result)
                USING SAMPLE reservoir({decided} ROWS) REPEATABLE ({seed})"""
        )
    with Ledger(home) as ledger, ledger.writing() as db:
        for n, row in enumerate(listed):
            at = BEGIN + timedelta(days=DAYS, seconds=n)
            finding = decode(Finding, encode({**row, "span": None, "calls": (), "highlights": ()}))
            body = {"finding": finding, "reason": "", "category": None, "severity": None}
            verdict = "overturned" if n % 3 == 0 else "upheld"
            decisions.record(
                db, Decision(row["call_id"], "finding", row["finding_id"], verdict, f"qa{n % 10}", at, body), 0
            )
