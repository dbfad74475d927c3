"""Whisper's family (openai-whisper, whisperX, faster-whisper dumps): ``segments`` in seconds, words where asked for."""

from __future__ import annotations

import math

from auditor.models import Call, Word
from auditor.speech.transcripts.document import Document
from auditor.speech.transcripts.heard import Heard, compose, heard, mean_probability, word
from auditor.speech.transcripts.node import Node


def recognise(document: Document) -> bool:
    """An object with ``segments``."""
    return isinstance(document.data, dict) and "segments" in document.data


def read(document: Document) -> Call:
    """The call; whisperX's ``SPEAKER_00`` … become channels, a role word given to ``speaker`` is kept."""
    root = Node(document.data, document.where)
    return compose(document, "whisper", [_sentence(node) for node in root.need("segments").items()])


def _sentence(node: Node) -> Heard:
    # whisperX leaves words that it could not align (digits, mostly) without times.
    words = tuple(_word(w) for w in node.list_at("words") if w.get("start") and w.get("end"))
    log_probability = node.get("avg_logprob")
    confidence = mean_probability(words)
    if confidence is None and log_probability is not None:
        confidence = math.exp(log_probability.number(-1000, 0))
    return heard(
        node,
        node.text_at("speaker"),
        node.need("start").seconds(),
        node.need("end").seconds(),
        node.need("text").text(),
        words,
        confidence,
    )


def _word(node: Node) -> Word:
    probability = node.get("probability", "score")
    return word(
        node.need("word", "text").text(),
        node.need("start").seconds(),
        node.need("end").seconds(),
        probability.share() if probability else None,
    )
