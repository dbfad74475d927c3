"""A home with two recorded calls, judged by the real pack, and people's rulings on them, for tests of evidence packets."""

from __future__ import annotations

import functools
import hashlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from auditor.models import Acoustics, Call, ChannelAcoustics, Metadata, Utterance
from auditor.pipeline import audit_call
from auditor.review.decisions import judge_step, rule_on
from auditor.review.unmasking import unmask
from auditor.rules.pack import Pack
from auditor.speech.audio import Sound, write_canonical
from auditor.store import catalog, segments
from auditor.store.home import Home
from auditor.store.keys import Keys
from auditor.store.ledger import Ledger, append_event
from auditor.store.people import LOCAL
from auditor.store.queries import Store
from tests.packs import shipped
from tests.web.homes import HOSTILE

RATE = 4000
SECONDS = 30.0
PHONE, CUSTOMER = "13812345678", "欧阳青云"
CALL, OTHER = f"../../{PHONE}\u202e<b>", "other-call-2"
NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
THREAT, SECRET = "再不还钱，我就把你通讯录挨个打一遍。", f"我的手机号是{PHONE}，你打这个。"


@functools.cache
def the_pack() -> Pack:
    return shipped()


def name(kind: str, code: str) -> str:
    """Words as the command line has them."""
    from auditor.cli.terminal import named

    return named(kind, code, "zh")


def sound() -> NDArray[np.float32]:
    """Noise of known samples, another on each channel, never zero for long."""
    return (np.random.default_rng(7).uniform(-0.3, 0.3, (2, int(SECONDS * RATE)))).astype(np.float32)


def evidenced(path: Path) -> Home:
    """The home: a call of hostile names with a threat and personal data, ruled on, and another call that was ruled on in between."""
    home = Home.open(path)
    pack = the_pack()
    home.archive_pack(pack.hash, pack.files)
    results = [_result(home, pack, CALL), _result(home, pack, OTHER)]
    with Ledger(home) as ledger:
        segment, entries = segments.write(home, ledger, results, NOON)
        with ledger.writing() as db:
            catalog.add(db, segment, entries, NOON)
            body = {"run": 1, "segment": segment, "results": [e.result for e in entries]}
            append_event(db, NOON, "results_stored", body)
    with Store(home) as store:
        for n, call_id in enumerate((CALL, OTHER, CALL, OTHER)):
            stored, at = store.call(call_id), NOON + timedelta(minutes=n)
            found = stored.shown.findings[0].finding_id
            verdict: Literal["upheld", "overturned"] = "upheld" if n < 2 else "overturned"
            rule_on(store, LOCAL, stored, found, verdict, seen=n // 2, at=at, scoring=pack.scoring,
                    reason=f"{call_id} {CUSTOMER} {HOSTILE}")  # fmt: skip
        unmask(store, LOCAL, store.call(OTHER), NOON)
        judge_step(
            store, LOCAL, store.call(CALL), "closing", "done", seen=0, at=NOON, scoring=pack.scoring, reason="听到了"
        )
    return home


def _result(home: Home, pack: Pack, call_id: str) -> segments.CallResult:
    metadata = Metadata(
        started_at=datetime(2026, 10, 12, 10, 30, tzinfo=timezone(timedelta(hours=8))), agent_id="A1", agent_name=HOSTILE, team=HOSTILE,
        case_id="C2610009876543", customer_id="U778899001122", institution="示例银行", region="CN", callee_number_hash="ab" * 32,
        custom={"customer_name": CUSTOMER, "备注": f"{CUSTOMER} {PHONE}"},
    )  # fmt: skip
    said = (
        Utterance("agent", 1.0, 4.0, "您好，我是示例银行信用卡中心，工号零一七。", channel=0),
        Utterance("customer", 4.5, 9.0, SECRET, channel=1),
        Utterance("agent", 10.0, 14.0, THREAT, channel=0),
        Utterance("customer", 15.0, 17.0, HOSTILE, channel=1),
        Utterance("agent", 25.0, 28.0, f"{CUSTOMER}，你要不要脸。", channel=0),
    )
    number = hashlib.sha256(call_id.encode()).hexdigest()
    write_canonical(Sound(sound(), RATE), home.audio_path(number))
    acoustics = Acoustics(SECONDS, RATE, tuple(ChannelAcoustics(n, ((1.0, 9.0),), (-20.0,), -3.0, 0.0) for n in (0, 1)))
    call = Call(call_id, metadata, said, "Hans", f"{CUSTOMER}-{PHONE}.wav", number, SECONDS, acoustics=acoustics)
    return segments.CallResult(call, audit_call(call, pack), Keys(number, number, number))
