"""iFlytek long-form recognition (讯飞语音转写 lfasr): ``onebest`` sentences, bare or in the answer's envelope."""

from __future__ import annotations

from auditor.models import Call
from auditor.speech.transcripts.document import Document
from auditor.speech.transcripts.heard import compose, heard
from auditor.speech.transcripts.node import Node


def recognise(document: Document) -> bool:
    """A list of objects with ``onebest``, or an envelope with ``data`` and ``err_no`` or ``ok``."""
    data = document.data
    if isinstance(data, list):
        return bool(data) and isinstance(data[0], dict) and "onebest" in data[0]
    return isinstance(data, dict) and "data" in data and bool({"err_no", "ok", "failed"} & set(data))


def read(document: Document) -> Call:
    """The call from milliseconds in strings; ``speaker`` is a number, 0 throughout where speakers weren't told apart.

    Raises:
        TranscriptError: also where the envelope carries a failure instead of a result.
    """
    root = Node(document.data, document.where)
    if isinstance(document.data, dict):
        code = root.get("err_no")
        if (code and code.number(-1e9, 1e9) != 0) or root.get("data") is None:
            raise root.refuse("是转写失败的回执，没有结果")
        root = root.need("data").embedded()
    return compose(
        document,
        "iflytek-lfasr",
        [
            heard(
                node,
                node.text_at("speaker"),
                node.need("bg").seconds(1000),
                node.need("ed").seconds(1000),
                node.need("onebest").text(),
            )
            for node in root.items()
        ],
    )
