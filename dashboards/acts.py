"""What a person does on the call page: carried out at once, and told what became of it.

An act comes from the browser as plain values. It names the call, the item and the version of the item that were on the screen when it
was done, never a place in a list; so it can't reach another finding than the one that was looked at, nor overwrite what a colleague
decided since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import streamlit as st

from auditor.errors import AuditorError, ConflictError, UsageError
from auditor.models import SEVERITIES, Severity, finding_id
from auditor.reaudit import correct_line
from auditor.replay import reader_of
from auditor.review import decisions as review
from auditor.rules.points import Scoring
from auditor.store.answers import StoredCall
from auditor.store.decisions import VERDICTS, Decision, Kind
from auditor.store.people import Person
from auditor.store.queries import Store
from auditor.text.masking import MASK
from dashboards import data
from dashboards.formats import joined, when
from dashboards.locales import name, t
from dashboards.who import me

TOLD = "told"
"""Where the session keeps what became of its latest acts, the newest last."""
KEPT = 12
DRAWN = "drawn"
"""Where the session keeps which calls it drew, by the names under which the browser knows them."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an act: ``saved`` or not, whether a colleague was first with its ``item``, and a sentence.

    ``undo`` is what could be taken back: an item and its version.
    """

    call_id: str
    nonce: str
    saved: bool
    text: str
    conflict: bool = False
    item: tuple[Kind, str] | None = None
    undo: tuple[Kind, str, int] | None = None


@dataclass(frozen=True, slots=True)
class Doing:
    """An act on its way: who does it, when, on what; ``act`` is what the browser sent."""

    store: Store
    who: Person
    stored: StoredCall
    scoring: Scoring
    at: datetime
    act: Mapping[str, Any]

    def whole(self, key: str) -> int:
        """A whole number that the act holds; raises UsageError."""
        value = self.act.get(key)
        if not isinstance(value, int):
            raise UsageError(t("review.stale"))
        return value

    def words(self, key: str) -> str:
        """A text that the act holds, empty where it holds none."""
        value = self.act.get(key)
        return value if isinstance(value, str) else ""

    def severity(self) -> Severity | None:
        """The severity that the act holds, if any."""
        return next((severity for severity in SEVERITIES if severity == self.act.get("severity")), None)

    @property
    def settings(self) -> dict[str, Any]:
        """What every decision takes besides."""
        return {"at": self.at, "scoring": self.scoring}


def drawn(call_id: str) -> str:
    """The name under which a call that is drawn goes to the browser: its id may hold personal data."""
    alias = hashlib.sha256(call_id.encode()).hexdigest()[:16]
    st.session_state.setdefault(DRAWN, {})[alias] = call_id
    return alias


def told(call_id: str) -> Told | None:
    """What became of the latest act on this call in this session."""
    return next((done for done in reversed(_told()) if done.call_id == call_id), None)


def echoes() -> list[dict[str, object]]:
    """What became of the latest acts, for the components that sent them."""
    return [{"nonce": done.nonce, "saved": done.saved, "text": done.text} for done in _told()]


def acting(key: str) -> Callable[[], None]:
    """What to do when the component of this key sends an act; one that comes twice is done once."""

    def act() -> None:
        sent = st.session_state[key].get("act")
        if isinstance(sent, Mapping) and all(done.nonce != sent.get("nonce") for done in _told()):
            call_id = st.session_state.get(DRAWN, {}).get(sent.get("call"), "")
            done = carry_out(data.store(), me(), call_id, sent, datetime.now(UTC))
            st.session_state[TOLD] = [*_told(), done][-KEPT:]

    return act


def _told() -> list[Told]:
    found: list[Told] = st.session_state.get(TOLD, [])
    return found


def carry_out(store: Store, who: Person, call_id: str, act: Mapping[str, Any], at: datetime) -> Told:
    """Do what a person asked for of a call, and tell what became of it; what could not be done changed nothing."""
    nonce = str(act.get("nonce"))
    try:
        stored = store.call(call_id)
        doing = Doing(store, who, stored, data.scoring(store.home, stored.audit.pack), at, act)
        do = _ACTS.get(str(act.get("do")))
        if do is None:
            raise UsageError(t("review.stale"))
        done = do(doing)
    except AuditorError as error:
        return Told(call_id, nonce, False, str(error), isinstance(error, ConflictError), _item(act))
    text = t("review.saved", what=done.what, at=f"{at.astimezone():%H:%M:%S}")
    return Told(call_id, nonce, True, text, undo=done.undo)


def _item(act: Mapping[str, Any]) -> tuple[Kind, str] | None:
    """Which item of the call an act is about."""
    do, of = act.get("do"), str(act.get("item", ""))
    kinds: dict[object, tuple[Kind, str]] = {
        "rule": ("finding", of), "step": ("step", of), "sign": ("call", ""), "reopen": ("call", ""),
        **dict.fromkeys(("line", "restore", "revert"), ("line", str(act.get("index")))),
    }  # fmt: skip
    if do == "undo" and act.get("kind") in VERDICTS:
        return cast(Kind, act["kind"]), of
    return kinds.get(do)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in a few words, and what could be taken back of it."""

    what: str
    undo: tuple[Kind, str, int] | None = None


def _rule(doing: Doing) -> Done:
    verdict = doing.words("verdict")
    if verdict not in ("upheld", "overturned"):
        raise UsageError(t("review.stale"))
    made = review.rule_on(
        doing.store, doing.who, doing.stored, doing.words("item"), verdict,  # type: ignore[arg-type]
        seen=doing.whole("seen"), reason=doing.words("reason"), category=doing.words("category") or None,
        severity=doing.severity(), **doing.settings,
    )  # fmt: skip
    return _done(made)


def _add(doing: Doing) -> Done:
    span, severity = doing.act.get("span"), doing.severity()
    if not isinstance(span, list) or len(span) != 2 or severity is None:
        raise UsageError(t("review.stale"))
    place = (int(span[0]), int(span[1]))
    category, utterance = doing.words("category"), doing.whole("utterance")
    made_id = finding_id(doing.stored.entry.call_id, category, utterance, place)
    before = data.standing(doing.store.home, doing.stored.entry.call_id).get(("added", made_id))
    if before is not None and before.verdict == "added":
        raise ConflictError(t("review.added_already"))
    made = review.add_finding(
        doing.store, doing.who, doing.stored, category=category, severity=severity, utterance=utterance, span=place,
        why=doing.words("why"), seen=before.version if before else 0, **doing.settings,
    )  # fmt: skip
    return _done(made)


def _step(doing: Doing) -> Done:
    verdict = doing.words("verdict")
    if verdict not in VERDICTS["step"]:
        raise UsageError(t("review.stale"))
    made = review.judge_step(
        doing.store, doing.who, doing.stored, doing.words("item"), verdict,  # type: ignore[arg-type]
        seen=doing.whole("seen"), reason=doing.words("reason"), **doing.settings,
    )  # fmt: skip
    return _done(made)


def _undo(doing: Doing) -> Done:
    kind = doing.words("kind")
    if kind not in VERDICTS:
        raise UsageError(t("review.stale"))
    made = review.undo(
        doing.store, doing.who, doing.stored, cast(Kind, kind), doing.words("item"), seen=doing.whole("seen"), **doing.settings
    )  # fmt: skip
    return Done(t("review.undone", what=called(made)))


def _line(doing: Doing) -> Done:
    text = doing.words("text")
    index = doing.whole("index")
    lines = doing.stored.call.utterances
    if MASK in text and 0 <= index < len(lines) and MASK not in lines[index].text:
        raise UsageError(t("player.veiled"))
    _say(doing, index, text)
    return Done(t("review.corrected", n=index + 1))


def _restore(doing: Doing) -> Done:
    index = doing.whole("index")
    if not 0 <= index < len(doing.stored.call.utterances):
        raise UsageError(t("review.stale"))
    _say(doing, index, doing.stored.call.utterances[index].text)
    return Done(t("review.restored", n=index + 1))


def _revert(doing: Doing) -> Done:
    index = doing.whole("index")
    _say(doing, index, None)
    return Done(t("review.reverted", n=index + 1))


def _say(doing: Doing, index: int, text: str | None) -> None:
    audit = doing.stored.audit
    correct_line(
        doing.store, doing.who, doing.stored, index, text, seen=doing.whole("seen"), at=doing.at,
        pack=data.pack(doing.store.home, audit.pack), reader=reader_of(doing.store.home, audit.reader),
    )  # fmt: skip


def _sign(doing: Doing) -> Done:
    review.sign_off(doing.store, doing.who, doing.stored, seen=doing.whole("seen"), **doing.settings)
    return Done(t("review.signed_now"))


def _reopen(doing: Doing) -> Done:
    review.reopen(doing.store, doing.who, doing.stored, seen=doing.whole("seen"), **doing.settings)
    return Done(t("review.reopened"))


def _done(made: Decision) -> Done:
    return Done(called(made), (made.kind, made.item, made.version))


def called(made: Decision) -> str:
    """A decision in a few words: what was decided, and of what."""
    verdict = name("verdict" if made.kind == "step" else "decided", made.verdict)
    if made.kind == "step":
        return t("review.of", verdict=verdict, what=name("step", made.item))
    if made.kind == "line":
        return t("review.of", verdict=verdict, what=t("review.line", n=int(made.item) + 1))
    if made.kind == "call":
        return verdict
    finding = made.body.get("finding", {})
    return t("review.of", verdict=verdict, what=name("category", str(finding.get("category"))))


def about(made: Decision, by: str) -> str:
    """A decision in a line: who, what, when, and why; ``by`` is what the person is called."""
    parts = [by, called(made)]
    body = made.body
    if body.get("category") and body["category"] != body.get("finding", {}).get("category"):
        parts.append(t("review.now_category", what=name("category", str(body["category"]))))
    if body.get("severity") and body["severity"] != body.get("finding", {}).get("severity"):
        parts.append(t("review.now_severity", what=name("severity", str(body["severity"]))))
    reason = str(body.get("reason") or "")
    line = joined(*parts, when(made.decided_at.astimezone()))
    return f"{line} · {reason}" if reason else line


_ACTS: Mapping[str, Callable[[Doing], Done]] = {
    "rule": _rule, "add": _add, "step": _step, "undo": _undo, "line": _line, "restore": _restore, "revert": _revert,
    "sign": _sign, "reopen": _reopen,
}  # fmt: skip
