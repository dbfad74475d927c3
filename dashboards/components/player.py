"""The player: a call's audio and its transcript by speaker, with what was found marked; a click plays from there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.models import SEVERITIES, SPEAKERS, Finding, Utterance
from dashboards.acts import acting, drawn, echoes
from dashboards.components import define
from dashboards.components.wave import Lane, Wave, shares, wave
from dashboards.formats import number, when
from dashboards.locales import language, name, t
from dashboards.reviewed import Reviewed

_player = define("player", "element", "wave", "transcript")

_LABELS = (
    "label", "play", "pause", "speed", "timeline", "audio_failed", "no_audio", "empty", "sample", "add", "add_help", "edit",
    "edit_help", "restore", "restore_help", "revert", "revert_help", "veiled", "saving", "saving_line", "save_added", "save_line",
    "cancel", "add_title", "edit_title", "category", "severity", "why", "why_hint", "why_needed",
)  # fmt: skip
_BY_SOUND = "sounds_like"


def player(seen: Reviewed, heard: tuple[Utterance, ...], audio: str | None, start: int | None = None) -> None:
    """Show the player of a call.

    Args:
        seen: the call.
        heard: its utterances with the words that the recogniser heard, also where ``seen`` is masked.
        audio: the signed link to its recording, ``None`` where there is none.
        start: the line to begin at, ``None`` for the beginning.
    """
    shown, timeline = lines(seen, heard), wave(seen.call)
    _player(
        key="player",
        on_act_change=acting("player"),
        data={
            "call": drawn(seen.call_id),
            "audio": audio,
            "start": start,
            "duration": seen.call.duration,
            "english": language() == "en",
            "lines": shown,
            "lanes": [_lane(lane, len(timeline.lanes)) for lane in timeline.lanes],
            "bin": timeline.bin,
            "silences": _silences(timeline, seen),
            "shares": _shares(seen),
            "legend": _legend(seen, shown),
            "keys": _keys(seen, audio is not None),
            "review": _choices(seen) if seen.open_to else None,
            "echoes": echoes(),
            "labels": {
                **{key: t(f"player.{key}") for key in _LABELS},
                "speakers": {code: name("speaker", code) for code in SPEAKERS},
            },
        },
    )


def lines(seen: Reviewed, heard: tuple[Utterance, ...]) -> list[dict[str, Any]]:
    """One entry for each utterance: who, when, what, why it is not judged (if so), its marks, and what people corrected of it.

    A mark is ``{tone, open, gone, sound, span, label}``: a severity or ``good``, whether it waits for a person, whether a person
    overturned it, whether it rests on what words sound like, the characters it covers (``None``: the line as a whole), and its
    name. ``unsure`` are the stretches of which the recogniser was less sure than the pack asks for. ``seen`` is the version of
    the line on the screen.
    """
    trust = seen.scoring.trust_words_from if seen.scoring else 0.0
    shown: list[dict[str, Any]] = [
        {
            "speaker": said.speaker,
            "start": said.start,
            "end": said.end,
            "text": said.text,
            "quarantined": _quarantine(said.quarantined),
            "marks": [],
            "unsure": unsure(whole, trust),
            "corrected": _corrected(seen, index),
            "seen": seen.seen("line", str(index)),
            "veiled": index in seen.veiled,
        }
        for index, (said, whole) in enumerate(zip(seen.call.utterances, heard, strict=True))
    ]
    counted = {f.finding_id: f for f in seen.counts.findings}
    for finding in seen.findings():
        mark = _mark(counted.get(finding.finding_id), finding)
        _put(shown, finding.utterance, {**mark, "span": finding.span})
        for other in finding.also:
            _put(shown, other, {**mark, "span": None})
    for step in seen.counts.steps:
        if step.verdict == "done":
            mark = {"tone": "good", "open": False, "gone": False, "sound": False, "label": f"✓ {name('step', step.id)}"}
            for index in dict.fromkeys((step.utterance, *step.also)):
                _put(shown, index, {**mark, "span": _where(seen, index, step.quote)})
    return shown


def unsure(said: Utterance, trust: float) -> list[dict[str, Any]]:
    """The stretches of an utterance whose words the recogniser gave a probability below ``trust``."""
    found: list[dict[str, Any]] = []
    at = 0
    for word in said.words:
        text = word.text.strip()
        start = said.text.find(text, at) if text else -1
        if start < 0:
            continue
        at = start + len(text)
        if word.probability is not None and word.probability < trust:
            label = t("player.unsure", share=f"{100 * word.probability:.0f}%")
            found.append({"span": (start, at), "label": label})
    return found


def _mark(counts: Finding | None, machine: Finding) -> dict[str, Any]:
    shown = counts or machine
    label = f"{name('severity', shown.severity)} · {name('category', shown.category)}"
    if shown.matched_by == _BY_SOUND:
        label = f"{label} · {t('player.by_sound')}"
    if counts is None:
        label = f"{label} · {name('decided', 'overturned')}"
    return {
        "tone": shown.severity if counts else "notice",
        "open": shown.status == "suspected" and counts is not None,
        "gone": counts is None,
        "sound": shown.matched_by == _BY_SOUND,
        "label": label,
    }


def _quarantine(reasons: tuple[str, ...]) -> str:
    if not reasons:
        return ""
    return t("player.quarantined", reasons=t("app.comma").join(name("quarantine", reason) for reason in reasons))


def _corrected(seen: Reviewed, index: int) -> dict[str, str] | None:
    made = seen.standing("line", str(index))
    if made is None:
        return None
    original = made.body["original"]
    if original["text"] == seen.call.utterances[index].text:
        label, heard = "player.restored_by", _quarantine(tuple(original["quarantined"]))
    else:
        label, heard = "player.corrected_by", str(original["text"])
    return {"label": t(label, by=seen.name(made.decided_by), at=when(made.decided_at.astimezone())), "heard": heard}


def _where(seen: Reviewed, index: int | None, quote: str) -> tuple[int, int] | None:
    """Which characters of an utterance the quote is; ``None`` where it is the whole line or stands elsewhere."""
    if index is None or not 0 <= index < len(seen.call.utterances):
        return None
    text = seen.call.utterances[index].text
    start = text.find(quote) if quote else -1
    return None if start < 0 or len(quote) >= len(text) - 1 else (start, start + len(quote))


def _put(shown: list[dict[str, Any]], index: int | None, mark: dict[str, Any]) -> None:
    if index is not None and 0 <= index < len(shown):
        shown[index]["marks"].append(mark)


def _lane(lane: Lane, of: int) -> dict[str, Any]:
    label = t("player.everybody") if of == 1 else "" if lane.speaker is None else name("speaker", lane.speaker)
    if not label:
        label = t("player.left") if lane.channel == 0 else t("player.right")
    return {"label": label, "levels": lane.levels, "spans": lane.spans}


def _silences(timeline: Wave, seen: Reviewed) -> list[tuple[float, float, str, int]]:
    """Each silence with its name and the line before which it stands."""
    starts = [said.start for said in seen.call.utterances]
    told = []
    for start, end in timeline.silences:
        before = next((n for n, at in enumerate(starts) if at >= start), len(starts))
        told.append((start, end, t("player.silence", n=number(round(end - start, 1))), before))
    return told


def _shares(seen: Reviewed) -> list[tuple[str, str, float]]:
    sides = {"agent_talk_share": "agent", "customer_talk_share": "customer"}
    return [
        (sides.get(signal, ""), f"{t(f'player.{signal}')} {number(round(100 * share, 1))}%", round(100 * share, 1))
        for signal, share in shares(seen.machine.signals)
    ]


def _legend(seen: Reviewed, shown: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What the marks that occur in this transcript mean."""
    marks = [mark for entry in shown for mark in entry["marks"]]
    trust = seen.scoring.trust_words_from if seen.scoring else 0.0
    parts = {
        "suspected": (any(m["open"] for m in marks), t("player.means_suspected")),
        "sound": (any(m["sound"] for m in marks), t("player.means_sound")),
        "unsure": (any(e["unsure"] for e in shown), t("player.means_unsure", share=f"{100 * trust:.0f}%")),
        "struck": (any(e["quarantined"] for e in shown), t("player.means_struck")),
    }
    return [(kind, label) for kind, (occurs, label) in parts.items() if occurs]


def _keys(seen: Reviewed, sound: bool) -> list[tuple[list[str], str]]:
    keys: Iterable[tuple[list[str], str]] = (
        *(((["␣"], t("player.key_play")), (["←", "→"], t("player.key_move")), (["s"], t("player.speed"))) if sound else ()),
        (["n", "p"], t("player.key_next")),
        (["↑", "↓", "⏎"], t("player.key_line")),
        *(((["u"], t("review.uphold")), (["o"], t("review.overturn")), (["e"], t("review.edit")), (["z"], t("review.undo")),
           (["a"], t("player.add")), (["c"], t("player.edit"))) if seen.open_to else ()),
    )  # fmt: skip
    return list(keys)


def _choices(seen: Reviewed) -> dict[str, list[tuple[str, str]]]:
    return {"categories": categories(seen), "severities": severities()}


def categories(seen: Reviewed) -> list[tuple[str, str]]:
    """The categories that the pack knows, with their names."""
    return [(code, name("category", code)) for code in (seen.scoring.penalties if seen.scoring else ())]


def severities() -> list[tuple[str, str]]:
    """The severities with their names."""
    return [(code, name("severity", code)) for code in SEVERITIES]
