"""Amazon Transcribe Call Analytics, and Post Call Analytics built on it."""

from __future__ import annotations

from auditor.models import Call, Word
from auditor.speech.transcripts.document import Document
from auditor.speech.transcripts.heard import compose, heard, mean_probability, word
from auditor.speech.transcripts.node import Node


def recognise_call_analytics(document: Document) -> bool:
    """An object with a list ``Transcript`` and the ``Participants`` of the call or its job."""
    data = document.data
    return isinstance(data, dict) and "Transcript" in data and bool({"Participants", "JobName", "Channel"} & set(data))


def read_call_analytics(document: Document) -> Call:
    """The call from milliseconds and ``AGENT`` / ``CUSTOMER``."""
    root = Node(document.data, document.where)
    sentences = []
    for node in root.need("Transcript").items():
        words = tuple(_item(item) for item in node.list_at("Items") if item.get("BeginOffsetMillis"))
        sentences.append(
            heard(
                node,
                node.text_at("ParticipantRole"),
                node.need("BeginOffsetMillis").seconds(1000),
                node.need("EndOffsetMillis").seconds(1000),
                node.need("Content").text(),
                words,
                mean_probability(words),
            )
        )
    characteristics = root.get("ConversationCharacteristics")
    total = characteristics.get("TotalConversationDurationMillis") if characteristics else None
    return compose(document, "aws-call-analytics", sentences, total.seconds(1000) if total else None)


def _item(node: Node) -> Word:
    confidence = node.get("Confidence")
    return word(
        node.need("Content").text(),
        node.need("BeginOffsetMillis").seconds(1000),
        node.need("EndOffsetMillis").seconds(1000),
        confidence.share() if confidence else None,
    )


def recognise_post_call(document: Document) -> bool:
    """An object with ``SpeechSegments``."""
    return isinstance(document.data, dict) and "SpeechSegments" in document.data


def read_post_call(document: Document) -> Call:
    """The call from seconds; ``SpeakerLabels`` says which of ``spk_0``, ``spk_1`` … is the agent."""
    root = Node(document.data, document.where)
    analytics = root.get("ConversationAnalytics")
    labels = {
        label.text_at("Speaker"): label.text_at("DisplayText")
        for label in (analytics.list_at("SpeakerLabels") if analytics else [])
    }
    sentences = []
    for node in root.need("SpeechSegments").items():
        speaker = node.text_at("SegmentSpeaker")
        words = tuple(
            word(
                w.need("Text").text(),
                w.need("StartTime").seconds(),
                w.need("EndTime").seconds(),
                w.need("Confidence").share(),
            )
            for w in node.list_at("WordConfidence")
        )
        sentences.append(
            heard(
                node,
                labels.get(speaker, speaker),
                node.need("SegmentStartTime").seconds(),
                node.need("SegmentEndTime").seconds(),
                node.need("DisplayText", "OriginalText").text(),
                words,
                mean_probability(words),
            )
        )
    duration = analytics.get("Duration") if analytics else None
    return compose(document, "aws-post-call-analytics", sentences, duration.seconds() if duration else None)
