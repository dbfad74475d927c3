"""A small home with a few calls, for the tests of the web server and the pages."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from auditor.models import (
    Acoustics,
    Audit,
    Band,
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
    Promise,
    Scorecard,
    Severity,
    Speaker,
    Status,
    StepResult,
    Utterance,
    Verdict,
    finding_id,
)  # fmt: skip
from auditor.store import catalog, segments
from auditor.store.home import Home
from auditor.store.keys import Keys
from auditor.store.ledger import Ledger

HOSTILE = '<img src=x onerror="document.title=1"> ![](http://evil.example/x.png) $\\LaTeX$ :red[x] \u202eabc =1+1'
CONFIRMED: tuple[Severity, Status] = ("critical", "confirmed")
SUSPECTED: tuple[Severity, Status] = ("major", "suspected")
CST = timezone(timedelta(hours=8))
SIGNALS = {
    "duration": 24.0, "turns": 4.0, "agent_talk_share": 0.412, "customer_talk_share": 0.388, "overlap_share": 0.0,
    "silence_share": 0.2, "longest_dead_air": 12.5, "agent_characters_per_minute": 242.6, "agent_spoke_last": 0.0,
}  # fmt: skip
SAID: tuple[tuple[Speaker, float, float, str], ...] = (
    ("agent", 1.0, 4.0, "您好，我是示例银行信用卡中心，工号零一七。"),
    ("customer", 4.5, 6.0, "什么事？"),
    ("agent", 6.5, 11.0, "再不还钱，我就把你通讯录挨个打一遍。"),
    ("customer", 12.0, 15.0, HOSTILE),
)


def filled(path: Path) -> Home:
    """A home with four calls: one fatal with a recording, one text call, one clean, one that can't be judged."""
    home = Home.open(path)
    results = [
        _result(
            home,
            "fatal-1",
            agent="A001",
            team="一组",
            score="0",
            band="fail",
            finding=("critical", "confirmed"),
            sound=True,
        ),
        _result(home, "text 2/甲", agent="A001", team="一组", score="84", band="pass", finding=SUSPECTED),
        _result(home, "clean-3", agent="A002", team="二组", score="100", band="excellent", day=20),
        _result(home, "mute-4", agent=HOSTILE, team=HOSTILE, score=None, band="cannot_tell", day=20),
    ]
    with Ledger(home) as ledger:
        at = datetime(2026, 11, 1, tzinfo=UTC)
        segment, entries = segments.write(home, ledger, results, at)
        with ledger.writing() as db:
            catalog.add(db, segment, entries, at)
    return home


def audio_id(call_id: str) -> str:
    """The id that a call's recording has in the home."""
    return hashlib.sha256(call_id.encode()).hexdigest()


def _result(
    home: Home, call_id: str, *, agent: str, team: str, score: str | None, band: Band,
    finding: tuple[Severity, Status] | None = None, sound: bool = False, day: int = 12,
) -> segments.CallResult:  # fmt: skip
    number = audio_id(call_id)
    metadata = Metadata(
        started_at=datetime(2026, 10, day, 10, 30, tzinfo=CST), agent_id=agent, team=team, product="credit_card",
        amount_due=Decimal("12860.00"), days_overdue=43, institution="示例银行", region="CN",
    )  # fmt: skip
    said = [Utterance(speaker, start, end, text) for speaker, start, end, text in SAID]
    said.append(Utterance("customer", 18.0, 20.0, "请不吝点赞订阅", quarantined=("known_phrase",)))
    acoustics = None
    if sound:
        acoustics = Acoustics(24.0, 8000, (ChannelAcoustics(0, ((1.0, 4.0),), (-20.0,), -3.0, 0.0),))
        _tone(home.audio_path(number))
    call = Call(call_id, metadata, tuple(said), "Hans", f"{call_id}.json", number, 24.0, acoustics=acoustics)
    audit = _audit(call_id, None if score is None else Decimal(score), band, finding)
    return segments.CallResult(call, audit, Keys(number, number, number))


def _audit(call_id: str, score: Decimal | None, band: Band, found: tuple[Severity, Status] | None) -> Audit:
    verdict: Verdict = "cannot_tell" if score is None else "done" if score == 100 else "missed"
    findings: tuple[Finding, ...] = (_finding(call_id, *found),) if found else ()
    lost = [Deduction("step", "identity_verification", Decimal(16), "没有核实身份")] if verdict == "missed" else []
    if score == 0:
        lost.append(Deduction("knock_out", findings[0].finding_id, Decimal(84), "有致命违规，记 0 分"))
    return Audit(
        call_id=call_id,
        pack="collections-zh@1.0.0+3f9c",
        code_version="0.1.0",
        party=Party("debtor_verified", (PartyChange(1, "debtor_verified", "应答"),)),
        facts=Facts(Promise(Decimal(500), "月底", None, 1), Flag("cash_flow", 1, ""), (Flag("hardship", 1, ""),)),
        findings=findings,
        steps=(
            StepResult("introduction", "", 12, "done", 0, (), "我是示例银行信用卡中心", 1.0, 4.0, "", ""),
            StepResult(
                "identity_verification", "", 16, verdict, None, (), "", None, None, "没有核实身份", "请报末四位"
            ),
            StepResult("empathy", "", 4, "na", None, (), "", None, None, "", ""),
        ),
        scorecard=Scorecard(score, band, score == 0, tuple(lost)),
        signals=SIGNALS,
        warnings=(CallWarning("dead_channel", f"右声道没有声音 {HOSTILE}"),) if score is None else (),
    )


def _finding(call_id: str, severity: Severity, status: Status) -> Finding:
    text, quote = SAID[2][3], "我就把你通讯录挨个打一遍"
    span = (text.index(quote), text.index(quote) + len(quote))
    return Finding(
        finding_id=finding_id(call_id, "threat_exposure", 2, span),
        rule_id="exposure-contacts-everyone",
        category="threat_exposure",
        severity=severity,
        status=status,
        utterance=2,
        also=(),
        span=span,
        quote=quote,
        start=6.5,
        end=11.0,
        matched_by="phrase",
        why=f"以联系通讯录好友相威胁 {HOSTILE}",
        cites=("CBA2026-ban-2",),
    )


def _tone(path: Path) -> None:
    import numpy as np
    import soundfile

    wave = 0.1 * np.sin(2 * np.pi * 220 * np.arange(8000 * 24) / 8000)
    soundfile.write(path, np.column_stack([wave, wave]).astype("float32"), 8000, format="FLAC")
