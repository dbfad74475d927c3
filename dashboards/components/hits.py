"""Lines in which the words were said, each a way into its call at that moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.models import Call
from auditor.store.search import Hit
from auditor.text.highlight import spans
from auditor.text.masking import mask_text
from dashboards.components import define, meant, token
from dashboards.formats import clock, when
from dashboards.locales import name, t

_hits = define("hits")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a call that was chosen."""

    call_id: str
    line: int


def hits(found: Sequence[Hit], words: Sequence[str], shown: Mapping[str, Call]) -> Line | None:
    """Show the lines by call, the words marked in them; returns the line that was chosen in this run.

    Args:
        found: the lines.
        words: what was looked for.
        shown: the calls that they are of, as they may be shown.
    """
    result = _hits(
        key="hits",
        data={
            "calls": calls(found, words, shown),
            "labels": {key: t(f"search.{key}") for key in ("open", "doubtful", "keys")},
        },
        on_chosen_change=lambda: None,
    )
    done = result.chosen or {}
    call_id = meant("hits", dict.fromkeys(hit.call_id for hit in found), str(done.get("id", "")))
    return None if call_id is None else Line(call_id, int(done["line"]))


def calls(found: Sequence[Hit], words: Sequence[str], shown: Mapping[str, Call]) -> list[dict[str, Any]]:
    """Hits by call, in their order, as the browser shows them: texts only."""
    listed: dict[str, dict[str, Any]] = {}
    for hit in found:
        where = (
            when(hit.started_at) if hit.started_at else "", hit.agent_name or hit.agent_id or "", hit.team or "",
        )  # fmt: skip
        head = {
            "id": token(hit.call_id),
            "shown": mask_text(hit.call_id),
            "where": [part for part in where if part],
            "lines": [],
        }
        listed.setdefault(hit.call_id, head)["lines"].append(
            {
                "line": hit.utterance,
                "time": clock(hit.start),
                "speaker": hit.speaker,
                "name": name("speaker", hit.speaker),
                "doubtful": hit.doubtful,
                "text": pieces(hit.text, shown[hit.call_id].utterances[hit.utterance].text, words),
            }
        )
    return list(listed.values())


def pieces(text: str, shown: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """The text as it may be shown, cut where the words begin and end, each piece with whether it is one of them."""
    at = 0
    cut: list[tuple[str, bool]] = []
    for start, end in spans(text, words):
        cut += [(shown[at:start], False), (shown[start:end], True)]
        at = end
    return [piece for piece in (*cut, (shown[at:], False)) if piece[0]]
