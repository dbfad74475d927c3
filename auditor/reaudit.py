"""A call judged again after a person corrected what was heard in it; what the machine heard stays with the decision."""

from __future__ import annotations

from datetime import datetime

import auditor
from auditor.errors import NotFoundError, UsageError
from auditor.pipeline import audit_call, words
from auditor.reader.weights import Weights
from auditor.recount import recount
from auditor.review.decisions import settle
from auditor.review.roles import require
from auditor.rules.pack import Pack
from auditor.store import cases, catalog, decisions, segments
from auditor.store.answers import StoredCall
from auditor.store.corrections import Correction, body, corrected, correction, fingerprint
from auditor.store.decisions import Decision
from auditor.store.keys import Keys, audit_key, dictionary_hash, tokens_key
from auditor.store.ledger import Ledger
from auditor.store.people import Person
from auditor.store.queries import Store
from auditor.store.segments import CallResult

LONGEST = 2_000
"""Characters of a line."""


def correct_line(
    store: Store, who: Person, stored: StoredCall, index: int, text: str | None, *,
    seen: int, at: datetime, pack: Pack, reader: Weights | None,
) -> StoredCall:  # fmt: skip
    """Say what was really said in an utterance, and judge the call again by it.

    Args:
        store, who: whose decision it is, and what they may see.
        stored: the call as the person saw it.
        index: which utterance.
        text: what was said; the text as it is takes a line out of quarantine, ``None`` goes back to what was heard.
        seen: the version of the line that the person had seen, 0 where nobody corrected it yet.
        at: now.
        pack, reader: what the call is judged by: those of its present audit.

    Returns:
        The call as it is stored now.

    Raises:
        ConflictError: a colleague corrected the line meanwhile; nothing is changed.
        UsageError: the line is empty, too long, or stays as it is.
        NotFoundError: no such line or call.
        NotAllowedError: the person's role does not allow it.
    """
    require(who, "review")
    call_id = stored.entry.call_id
    if not store.sees(stored.entry) or not 0 <= index < len(stored.call.utterances):
        raise NotFoundError("没有这一句话。请刷新后再看。")
    with Ledger(store.home) as ledger:
        with ledger.reading() as db:
            made = {d.item: correction(d) for d in decisions.standing(db, call_id).values() if d.kind == "line"}
        before = made.get(str(index))
        heard = before.original if before else stored.call.utterances[index]
        said = heard.text if text is None else " ".join(text.split())
        _check(stored, index, text, said)
        made[str(index)] = Correction(index, heard, None if text is None else said)
        result = _judged(stored, list(made.values()), pack, reader)
        segments.check_storable(result)
        with ledger.reading() as db:
            known = catalog.with_audit_key(db, call_id, result.keys.audit)
        written = None if known else segments.write(store.home, ledger, [result], at)
        verdict = "open" if text is None else "corrected"
        with ledger.writing() as db:
            decisions.record(db, Decision(call_id, "line", str(index), verdict, who.name, at, body(heard, said)), seen)
            if known is not None:
                catalog.make_current(db, known)
            elif written is not None:
                catalog.add(db, *written, at)
    recount(store.home, pack, at)
    now = store.call(call_id)
    with Ledger(store.home) as ledger, ledger.writing() as db:
        settle(db, now, pack.scoring)
        catalog.touch(db, [call_id])
        cases.renewed(db)
    return now


def _check(stored: StoredCall, index: int, text: str | None, said: str) -> None:
    present = stored.call.utterances[index]
    if not said or len(said) > LONGEST:
        raise UsageError(f"一句话要有 1 到 {LONGEST} 个字。")
    if text is not None and said == present.text and not present.quarantined:
        raise UsageError("文字没有变化。")


def _judged(stored: StoredCall, made: list[Correction], pack: Pack, reader: Weights | None) -> CallResult:
    call = corrected(stored.call, made)
    heard = stored.entry.transcript_key
    cut = tokens_key(heard, dictionary_hash(pack.terms), fingerprint(made))
    judged_by = "" if reader is None else reader.fingerprint
    key = audit_key(cut, call.metadata, pack.hash, auditor.__version__, judged_by)
    audit = audit_call(call, pack, reader=reader)
    return CallResult(call, audit, Keys(heard, cut, key), words(call, pack))
