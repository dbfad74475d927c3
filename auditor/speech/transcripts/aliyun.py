"""Alibaba Cloud Smart Conversation Analysis (智能对话分析): dialogues with roles, begin and end in milliseconds."""

from __future__ import annotations

from auditor.models import Call
from auditor.speech.transcripts.document import Document
from auditor.speech.transcripts.heard import compose, heard
from auditor.speech.transcripts.node import Node


def recognise(document: Document) -> bool:
    """An object with a list of dialogues, on top or in ``data``, spelled as in the JSON or as in the API's answer."""
    return _dialogues(document) is not None


def read(document: Document) -> Call:
    """The call; a sentence without an end gets an estimated one."""
    dialogues = _dialogues(document)
    sentences = []
    for node in dialogues.items() if dialogues else []:
        end = node.get("end", "End")
        sentences.append(
            heard(
                node,
                node.text_at("role", "Role", "identity", "Identity"),
                node.need("begin", "Begin").seconds(1000),
                end.seconds(1000) if end else None,
                node.need("words", "Words").text(),
            )
        )
    return compose(document, "aliyun-sca", sentences)


def _dialogues(document: Document) -> Node | None:
    if not isinstance(document.data, dict):
        return None
    root = Node(document.data, document.where)
    data = root.get("data", "Data")
    found = (data if data and isinstance(data.value, dict) else root).get("dialogues", "Dialogues")
    if found and isinstance(found.value, dict):
        found = found.get("dialogue", "Dialogue")
    return found if found and isinstance(found.value, list) else None
