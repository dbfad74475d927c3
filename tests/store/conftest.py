"""A home of one's own for each test, and a maker of call results that use every field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from auditor.models import (
    Acoustics,
    Audit,
    Call,
    CallWarning,
    ChannelAcoustics,
    Deduction,
    Facts,
    Finding,
    Flag,
    Metadata,
    Party,
    PartyChange,
    Payment,
    Promise,
    Roles,
    Scorecard,
    StepResult,
    Utterance,
    Word,
    finding_id,
)
from auditor.store import catalog, segments
from auditor.store.home import Home
from auditor.store.keys import Keys, audit_key, tokens_key, transcript_key
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from auditor.store.segments import CallResult

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
CHINA = timezone(timedelta(hours=8))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "家 [1]* 'q'")


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with Store(home) as store:
        yield store


@pytest.fixture
def make() -> Callable[..., CallResult]:
    """A maker of call results."""
    return make_result


@pytest.fixture
def save(home: Home) -> Callable[..., None]:
    """Stores results as one segment, as a run does."""

    def save(*results: CallResult, at: datetime = NOON) -> None:
        with Ledger(home) as ledger:
            segment, entries = segments.write(home, ledger, results, at)
            with ledger.writing() as db:
                catalog.add(db, segment, entries, at)

    return save


def make_result(
    call_id: str = "A001",
    *,
    score: str | None = "87.50",
    category: str | None = "insult",
    status: str = "confirmed",
    day: date | None = date(2026, 10, 14),
    team: str | None = "一组",
    agent: str | None = "A017",
    pack: str = "collections-zh@1.0.0+3f9c",
    text: str = "您好，我是示例银行的",
    verdict: str = "missed",
) -> CallResult:
    started = None if day is None else datetime(day.year, day.month, day.day, 10, 32, 5, tzinfo=CHINA)
    metadata = Metadata(
        started_at=started, direction="outbound", agent_id=agent, agent_name="王", team=team,
        product="credit_card", amount_due=Decimal("12860.0"), days_overdue=43, institution="示例银行",
        region="CN", agreed_plan=False, stage="M2",
        payments=(Payment(date(2026, 9, 1), Decimal("100.10")),),
        custom={"渠道": ["甲", 1.5, None], "z": {"b": 1, "a": 2}},
    )  # fmt: skip
    utterances = (
        Utterance("agent", 0.0, 2.4, text, (Word("您好", 0.0, 0.4, 0.9), Word("我", 0.4, 0.5)), 0.83, (), 0),
        Utterance("customer", 2.5, 3.1, "你说 <b>什么</b>", (), None, ("silence", "loop"), 1),
    )
    acoustics = Acoustics(
        63.2, 8000,
        (
            ChannelAcoustics(0, ((0.0, 2.4), (5.0, 6.1)), (-23.1, -60.0), -1.5, 0.001),
            ChannelAcoustics(1, (), (-90.0,), -80.0, 0.0),
        ),
    )  # fmt: skip
    call = Call(
        call_id, metadata, utterances, "Hans", "calls/甲.wav", "ab" * 32, 63.2, Roles(0, "左声道自报身份"),
        "whisper+tiny", (CallWarning("clipped", "左声道削波"),), acoustics,
    )  # fmt: skip
    findings: tuple[Finding, ...] = ()
    if category is not None:
        findings = (
            Finding(
                finding_id(call_id, category, 0, (0, 2)), "rule-1", category, "minor",
                "confirmed" if status == "confirmed" else "suspected", 0, (1,), (0, 2), text[:2], 0.0, 2.4, "phrase",
                "因为", ("X-1",),
            ),
        )  # fmt: skip
    card = Scorecard(
        None if score is None else Decimal(score), "cannot_tell" if score is None else "pass", False,
        (Deduction("finding", "rule-1", Decimal("2.50"), "因为"),),
    )  # fmt: skip
    audit = Audit(
        call_id, pack, "1.0.0", Party("debtor_verified", (PartyChange(1, "debtor_verified", "核身"),)),
        Facts(
            Promise(Decimal("500.00"), "下周五", date(2026, 10, 23), 1), Flag("forgot", 1, "忘了"),
            (Flag("hardship", 1, "没钱"), Flag("complaint_intent", 1, "投诉")),
        ),
        findings,
        (
            StepResult("introduction", "自报身份", 10, "done", 0, (), "我是", 0.0, 2.4, "说了", "", ("S-1",)),
            StepResult("closing", "结束语", 5, verdict, None, (), "", None, None, "没有", "再见"),  # type: ignore[arg-type]
        ),
        card, {"talk_ratio": 0.61, "turns": 2}, (CallWarning("short", "通话很短"),), "whisper+tiny",
    )  # fmt: skip
    heard = transcript_key(call_id + text, {"beam_size": 5}, "tiny", "")
    words = tokens_key(heard, "dict")
    keys = Keys(heard, words, audit_key(words, metadata, pack, "1.0.0"))
    return CallResult(call, audit, keys, (("您好", "我"), ("你", "说")))
