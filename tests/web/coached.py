"""A home with enough calls of a few agents that something can be said of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from auditor.models import (
    Audit,
    Call,
    Deduction,
    Facts,
    Finding,
    Metadata,
    Party,
    Scorecard,
    StepResult,
    Utterance,
    finding_id,
)
from auditor.store import catalog, segments
from auditor.store.home import Home
from auditor.store.keys import Keys
from auditor.store.ledger import Ledger
from tests.web.homes import HOSTILE

CST = timezone(timedelta(hours=8))
EACH = 20
"""Calls of an agent in a month."""
AGENTS = {
    # id: team, name, calls with an introduction in September and in October, calls a month
    "A001": ("一组", "王一", 4, 17, EACH),
    "A002": ("一组", "李二", 18, 5, EACH),
    "A003": ("一组", "张三", 18, 18, EACH),
    "B001": ("二组", HOSTILE, 2, 1, 3),
}
SAY_INSTEAD = "您好，我是示例银行信用卡中心的，工号是……"
HALF = "我是示例银行的，我的电话是13812345678"


def coached(path: Path) -> Home:
    """Four agents over two months: one improved, one slipped, one steady, one with hardly a call."""
    home = Home.open(path)
    results = [
        _result(agent, team, name, month, n, n < introduced)
        for agent, (team, name, *done, each) in AGENTS.items()
        for month, introduced in zip((9, 10), done, strict=True)
        for n in range(each)
    ]
    with Ledger(home) as ledger:
        at = datetime(2026, 11, 1, tzinfo=UTC)
        segment, entries = segments.write(home, ledger, results, at)
        with ledger.writing() as db:
            catalog.add(db, segment, entries, at)
    return home


def call_id(agent: str, month: int, n: int) -> str:
    """The id of an agent's call."""
    return f"{agent}-{month:02}-{n:02}"


def _result(agent: str, team: str, name: str, month: int, n: int, introduced: bool) -> segments.CallResult:
    own = call_id(agent, month, n)
    key = hashlib.sha256(own.encode()).hexdigest()
    known = Metadata(
        started_at=datetime(2026, month, 1 + n, 10, 30, tzinfo=CST),
        agent_id=agent,
        agent_name=name,
        team=team,
        region="CN",
    )
    said = (
        Utterance("customer", 0.0, 1.0, "喂？"),
        Utterance("agent", 1.0, 4.0, "您好，我是示例银行的小王，工号零一七。" if introduced else f"您好，{HALF}。"),
        Utterance("agent", 5.0, 9.0, "你这个人脸皮真厚。"),
    )
    return segments.CallResult(
        Call(own, known, said, "Hans", f"{own}.json", key, 9.0), _audit(own, introduced, agent == "A002" and month == 10),
        Keys(key, key, key),
    )  # fmt: skip


def _audit(own: str, introduced: bool, rude: bool) -> Audit:
    lost: tuple[Deduction, ...] = (
        () if introduced else (Deduction("step", "introduction", Decimal(30), "没有自报身份"),)
    )
    score = Decimal(100 if introduced else 70)
    if introduced:
        step = StepResult("introduction", "", 12, "done", 1, (), "我是示例银行的小王", 1.0, 4.0, "", "")
    else:
        why = f"开场没有完整自报身份。（已说：机构名称“{HALF}”（00:01）；缺：姓氏或工号）"
        step = StepResult("introduction", "", 12, "missed", None, (), "", None, None, why, SAY_INSTEAD)
    return Audit(
        call_id=own,
        pack="collections-zh@1.0.0+3f9c",
        code_version="0.1.0",
        party=Party("debtor_verified", ()),
        facts=Facts(),
        findings=(_insult(own),) if rude else (),
        steps=(step, StepResult("closing", "", 8, "done", 1, (), "您好", 1.0, 2.0, "", "")),
        scorecard=Scorecard(score, "excellent" if introduced else "weak", False, lost),
    )


def _insult(own: str) -> Finding:
    return Finding(
        finding_id=finding_id(own, "insult", 2, (0, 9)), rule_id="insult-face", category="insult", severity="major",
        status="confirmed", utterance=2, also=(), span=(0, 9), quote="你这个人脸皮真厚。", start=5.0, end=9.0,
        matched_by="phrase", why="辱骂客户", cites=(),
    )  # fmt: skip
