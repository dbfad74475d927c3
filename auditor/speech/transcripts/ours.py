"""The project's own call format: one JSON object with metadata and utterances in seconds."""

from __future__ import annotations

from auditor.errors import MetadataError, TranscriptError
from auditor.models import Call, CallWarning, Metadata, Utterance, Word
from auditor.speech.metadata import parse_metadata
from auditor.speech.transcripts.document import Document
from auditor.speech.transcripts.heard import empty_warning
from auditor.speech.transcripts.node import REMEDY, Node
from auditor.speech.transcripts.script import script_of
from auditor.speech.transcripts.speakers import ROLES

_BACKWARDS = 5.0
"""Seconds that an utterance may start before the one above it: people do talk over each other."""

_LONGEST_ID = 128


def recognise(document: Document) -> bool:
    """An object with ``utterances``, or at least ``call_id`` and ``metadata``."""
    data = document.data
    return isinstance(data, dict) and ("utterances" in data or {"call_id", "metadata"} <= set(data))


def read(document: Document) -> Call:
    """The call, its utterances in the order of the file: their indexes are what findings refer to.

    Keys that the format does not know, and ``gold``, are not read.
    """
    root = Node(document.data, document.where)
    metadata, warnings = _metadata(root)
    if metadata.answered is False and root.get("utterances") is None:
        utterances: tuple[Utterance, ...] = ()
    else:
        utterances = tuple(_utterance(node) for node in root.need("utterances").items())
    _check_order(root, utterances)
    script, duration, engine = root.get("script"), root.get("duration"), root.get("transcribed_by")
    if script is not None and script.text() not in ("Hans", "Hant"):
        raise script.refuse("应为 Hans 或 Hant")
    return Call(
        call_id=_call_id(root) or document.name,
        metadata=metadata,
        utterances=utterances,
        script=script.value if script else script_of(u.text for u in utterances),
        source=document.path,
        source_hash=document.sha256,
        duration=duration.seconds() if duration else None,
        transcribed_by=engine.text() if engine else "",
        warnings=(*warnings, *(() if metadata.answered is False else empty_warning(len(utterances)))),
    )


def _call_id(root: Node) -> str:
    call_id = root.text_at("call_id").strip()
    if len(call_id) > _LONGEST_ID or call_id in (".", "..") or not call_id.isprintable() or set(call_id) & set("/\\"):
        raise root.need("call_id").refuse(f"只能是 {_LONGEST_ID} 字以内、不含斜杠和控制字符的编号")
    return call_id


def _metadata(root: Node) -> tuple[Metadata, tuple[CallWarning, ...]]:
    node = root.get("metadata")
    if node is None:
        return Metadata(), ()
    try:
        return parse_metadata(node.mapping(), root.where)
    except MetadataError as error:
        raise TranscriptError(root.where, f"metadata 里 {error.trouble}", error.remedy) from error


def _utterance(node: Node) -> Utterance:
    start, end = _times(node)
    speaker = node.need("speaker")
    label = speaker.text().strip().lower()
    if label not in ROLES:
        raise speaker.refuse("应为 agent、customer 或 unknown")
    confidence, channel = node.get("confidence"), node.get("channel")
    return Utterance(
        speaker=ROLES[label],
        start=start,
        end=end,
        text=node.need("text").text(),
        words=tuple(_word(w) for w in node.list_at("words")),
        confidence=confidence.share() if confidence else None,
        quarantined=tuple(reason.text() for reason in node.list_at("quarantined")),
        channel=int(channel.number(0, 99)) if channel else None,
    )


def _word(node: Node) -> Word:
    start, end = _times(node)
    probability = node.get("probability")
    return Word(node.need("text").text(), start, end, probability.share() if probability else None)


def _times(node: Node) -> tuple[float, float]:
    start, end = _seconds(node, "start"), _seconds(node, "end")
    if end < start:
        raise node.refuse(f"的 end {end:g} 早于 start {start:g}")
    return start, end


def _seconds(node: Node, name: str) -> float:
    found = node.need(name)
    if isinstance(found.value, str):
        raise found.refuse("应为数字")
    return found.seconds()


def _check_order(root: Node, utterances: tuple[Utterance, ...]) -> None:
    latest = 0.0
    for index, utterance in enumerate(utterances):
        if utterance.start < latest - _BACKWARDS:
            trouble = f"时间顺序混乱：start {utterance.start:g} 比前面的 {latest:g} 早了超过 {_BACKWARDS:g} 秒"
            raise TranscriptError(root.where, f"utterances[{index}] {trouble}", REMEDY)
        latest = max(latest, utterance.start)
