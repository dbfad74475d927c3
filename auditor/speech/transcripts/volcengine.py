"""Volcengine (火山引擎) speech recognition: utterances in milliseconds inside ``result``."""

from __future__ import annotations

from auditor.models import Call
from auditor.speech.transcripts.document import Document
from auditor.speech.transcripts.heard import Heard, compose, heard, word
from auditor.speech.transcripts.node import Node


def recognise(document: Document) -> bool:
    """An object whose ``result`` (or ``resp``) is a result or a list of candidates with a text."""
    found = _result(document)
    return found is not None and isinstance(found.value, dict) and bool({"utterances", "text"} & set(found.value))


def read(document: Document) -> Call:
    """The call of the first, best candidate; speaker and channel come from each utterance's ``additions``."""
    root = Node(document.data, document.where)
    result = _result(document) or root
    utterances = result.list_at("utterances")
    sentences = [_sentence(node) for node in utterances]
    if not utterances:
        sentences = [heard(result, "", 0.0, None, result.need("text").text())]
    audio = root.get("audio_info")
    duration = audio.get("duration") if audio else None
    return compose(document, "volcengine", sentences, duration.seconds(1000) if duration else None)


def _sentence(node: Node) -> Heard:
    additions = node.get("additions")
    words = tuple(
        word(w.need("text").text(), w.need("start_time").seconds(1000), w.need("end_time").seconds(1000))
        for w in node.list_at("words")
    )
    return heard(
        node,
        additions.text_at("speaker", "channel_id") if additions else "",
        node.need("start_time").seconds(1000),
        node.need("end_time").seconds(1000),
        node.need("text").text(),
        words,
    )


def _result(document: Document) -> Node | None:
    if not isinstance(document.data, dict):
        return None
    result = Node(document.data, document.where).get("result", "resp")
    if result is not None and isinstance(result.value, list):
        return result.items()[0] if result.value else None
    return result
