"""sherpa-onnx: one recognised text with its tokens and, where the model tells them, their times in seconds."""

from __future__ import annotations

from itertools import pairwise

from auditor.models import Call, Word
from auditor.speech.transcripts.document import Document
from auditor.speech.transcripts.heard import compose
from auditor.speech.transcripts.node import LARGEST_TIME, Node
from auditor.speech.transcripts.sentences import cut, tidy, timed

_SYLLABLE = 0.4


def recognise(document: Document) -> bool:
    """An object with ``text``, ``tokens`` and ``timestamps``."""
    return isinstance(document.data, dict) and {"text", "tokens", "timestamps"} <= set(document.data)


def read(document: Document) -> Call:
    """The call, cut into sentences at full stops and pauses; who speaks is unknown."""
    root = Node(document.data, document.where)
    text = tidy(root.need("text").text())
    return compose(document, "sherpa-onnx", cut(root, text, _words(root)))


def _words(root: Node) -> tuple[Word, ...]:
    # Word pieces carry the mark of a word's beginning (▁) or continuation (@@).
    tokens = [tidy(t.text()).replace("▁", " ").removesuffix("@@").strip() for t in root.list_at("tokens")]
    starts = [t.seconds() for t in root.list_at("timestamps")]
    lengths = [t.seconds() for t in root.list_at("durations")]
    # Without durations a token lasts until the next one, but no longer than a slowly spoken syllable.
    if len(lengths) != len(starts):
        lengths = [min(_SYLLABLE, max(0.0, b - a)) for a, b in pairwise([*starts, LARGEST_TIME])]
    ends = [round(start + length, 3) for start, length in zip(starts, lengths, strict=True)]
    return timed(tokens, starts, ends)
