"""The work queue as a table that a keyboard can walk: each row says why the call waits, and who has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.review.due import WORKPLACE, due
from auditor.store.queue import QueueRow
from auditor.text.masking import mask_text
from dashboards.components import define, meant, token
from dashboards.formats import clock, number, when
from dashboards.locales import name, t

_worklist = define("worklist")

_TONES = {"knock_out": "critical", "suspected": "major", "cannot_tell": "minor", "sampled": "notice"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was done with a row, by the id of its call: never by its place, which may be another call's by now."""

    act: str
    call_id: str


def worklist(rows: Sequence[QueueRow], names: Mapping[str, str]) -> Chosen | None:
    """Show a page of the queue; returns what was chosen in this run.

    Args:
        rows: the calls in order.
        names: what people are called, by the name that they log in with.
    """
    labels = ("caption", "call", "why", "agent", "score", "waits", "who", "open", "release", "keys")
    result = _worklist(
        key="worklist",
        data={
            "rows": [row_data(row, names) for row in rows],
            "labels": {label: t(f"queue.table_{label}") for label in labels},
        },
        on_chosen_change=lambda: None,
    )
    done = result.chosen or {}
    call_id = meant("worklist", [row.call_id for row in rows], str(done.get("id", "")))
    return None if call_id is None else Chosen(str(done["act"]), call_id)


def row_data(row: QueueRow, names: Mapping[str, str]) -> dict[str, Any]:
    """A row as the browser shows it: texts only."""
    return {
        "id": token(row.call_id),
        "shown": mask_text(row.call_id),
        "tone": _TONES[row.kind],
        "kind": t(f"queue.kind_{row.kind}"),
        "open": row.kind == "suspected",
        "why": _why(row),
        "aside": _aside(row),
        "agent": row.agent_name or row.agent_id or "",
        "team": row.team or "",
        "score": t("app.none") if row.score is None else number(row.score),
        "band": name("band", row.band),
        "waits": _waits(row),
        "overdue": row.overdue,
        "state": row.state,
        "who": _who(row, names),
    }


def _why(row: QueueRow) -> str:
    if not row.category:
        return t(f"queue.why_{row.kind}") if row.kind in ("cannot_tell", "sampled") else ""
    grave = "" if row.kind == "knock_out" else f"{name('severity', row.severity)} · "
    return grave + name("category", row.category)


def _aside(row: QueueRow) -> str:
    parts = [when(row.started_at)] if row.started_at else []
    if row.duration:
        parts.append(clock(row.duration))
    if row.findings:
        parts.append(t("queue.decided", done=row.findings - row.undecided, of=row.findings))
    return " · ".join(parts)


def _waits(row: QueueRow) -> str:
    if row.critical_since is None:
        return ""
    until = f"{due(row.critical_since.astimezone(WORKPLACE)):%m-%d %H:%M}"
    return t("queue.overdue_since", until=until) if row.overdue else t("queue.due", until=until)


def _who(row: QueueRow, names: Mapping[str, str]) -> str:
    if row.state == "signed":
        return t("queue.signed_by", who=names.get(row.signed_by or "", row.signed_by or ""))
    if row.holder is None or row.held_until is None:
        return ""
    until = f"{row.held_until.astimezone(WORKPLACE):%H:%M}"
    if row.state == "mine":
        return t("queue.mine_until", until=until)
    return t("queue.held_by", who=names.get(row.holder, row.holder), until=until)
