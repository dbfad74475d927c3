"""FunASR: results of its runtime (websocket, command line) and of ``AutoModel.generate``; times in milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.models import Call, Word
from auditor.speech.transcripts.document import Document
from auditor.speech.transcripts.heard import Heard, compose, heard
from auditor.speech.transcripts.node import Node
from auditor.speech.transcripts.sentences import cut, spoken_tokens, tidy, timed

_SENTENCES = ("sentence_info", "stamp_sents", "sentences")


def recognise(document: Document) -> bool:
    """An object (or a list of them) with a text and character times or sentences, but no tokens of its own."""
    first = _first(document.data)
    return (
        isinstance(first, dict)
        and "text" in first
        and not {"tokens", "segments"} & set(first)
        and bool({"timestamp", "key", "wav_name", *_SENTENCES} & set(first))
    )


def read(document: Document) -> Call:
    """The call; speaker clusters (``spk``) become channels, texts without sentences are cut by us."""
    root = Node(document.data, document.where)
    parts = root.items() if isinstance(document.data, list) else [root]
    return compose(document, "funasr", [s for part in parts for s in _sentences(part)])


def _first(data: Any) -> Any:
    return data[0] if isinstance(data, list) and data else data


def _sentences(part: Node) -> Iterator[Heard]:
    given = part.get(*(name for name in _SENTENCES if part.mapping().get(name)))
    if given is None:
        text = tidy(part.need("text").text())
        yield from cut(part, text, _words(part, text))
        return
    for node in given.items():
        text = tidy(node.need("text", "text_seg", "sentence").text()) + node.text_at("punc")
        words = _words(node, text)
        # Some releases give a sentence the start of its last character; its first character's time is right.
        start = words[0].start if words else node.need("start").seconds(1000)
        yield heard(node, node.text_at("spk"), start, node.need("end").seconds(1000), text, words)


def _words(node: Node, text: str) -> tuple[Word, ...]:
    stamps = node.get("timestamp", "ts_list")
    if stamps is None or stamps.value == "":
        return ()
    starts, ends = [], []
    for pair in stamps.embedded().items():
        times = pair.items()
        if len(times) != 2:
            raise pair.refuse("应为 [开始, 结束]")
        starts.append(times[0].seconds(1000))
        ends.append(times[1].seconds(1000))
    return timed(spoken_tokens(text), starts, ends)
