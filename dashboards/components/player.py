"""The player: a call's audio and its transcript by speaker, with what was found marked; a click plays from there."""

from __future__ import annotations

from typing import Any

from auditor.models import SPEAKERS, Audit, Call
from dashboards.components import define
from dashboards.locales import language, name, t

_player = define("player")


def player(call: Call, audit: Audit, audio: str | None) -> None:
    """Show the player of a call; ``audio`` is the signed link to its recording, ``None`` where there is none."""
    labels = {
        key: t(f"player.{key}")
        for key in (
            "label",
            "play",
            "pause",
            "speed",
            "timeline",
            "audio_failed",
            "keys",
            "keys_text",
            "no_audio",
            "empty",
        )
    }
    _player(
        key="player",
        data={
            "audio": audio,
            "duration": call.duration,
            "english": language() == "en",
            "lines": lines(call, audit),
            "labels": {**labels, "speakers": {code: name("speaker", code) for code in SPEAKERS}},
        },
    )


def lines(call: Call, audit: Audit) -> list[dict[str, Any]]:
    """One entry for each utterance: who, when, what, why it is not judged (if so), and its marks.

    A mark is ``{tone, open, span, label}``: a severity or ``good``, whether it waits for a person, the characters it
    covers (``None``: the line as a whole), and its name.
    """
    shown: list[dict[str, Any]] = [
        {
            "speaker": said.speaker,
            "start": said.start,
            "end": said.end,
            "text": said.text,
            "quarantined": _quarantine(said.quarantined),
            "marks": [],
        }
        for said in call.utterances
    ]
    for finding in audit.findings:
        label = f"{name('severity', finding.severity)} · {name('category', finding.category)}"
        mark = {"tone": finding.severity, "open": finding.status == "suspected", "label": label}
        _put(shown, finding.utterance, {**mark, "span": finding.span})
        for other in finding.also:
            _put(shown, other, {**mark, "span": None})
    for step in audit.steps:
        if step.verdict == "done":
            mark = {"tone": "good", "open": False, "label": f"✓ {name('step', step.id)}"}
            for index in dict.fromkeys((step.utterance, *step.also)):
                _put(shown, index, {**mark, "span": _where(call, index, step.quote)})
    return shown


def _quarantine(reasons: tuple[str, ...]) -> str:
    if not reasons:
        return ""
    return t("player.quarantined", reasons=t("app.comma").join(name("quarantine", reason) for reason in reasons))


def _where(call: Call, index: int | None, quote: str) -> tuple[int, int] | None:
    """Which characters of an utterance the quote is; ``None`` where it is the whole line or stands elsewhere."""
    if index is None or not 0 <= index < len(call.utterances):
        return None
    text = call.utterances[index].text
    start = text.find(quote) if quote else -1
    return None if start < 0 or len(quote) >= len(text) - 1 else (start, start + len(quote))


def _put(shown: list[dict[str, Any]], index: int | None, mark: dict[str, Any]) -> None:
    if index is not None and 0 <= index < len(shown):
        shown[index]["marks"].append(mark)
