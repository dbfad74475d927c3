"""Words: one jieba tokenizer for each dictionary, wrapped as the tokenizer of a spaCy pipeline.

spaCy's own Chinese tokenizer uses the process-wide jieba, so two packs with different dictionaries in one process would
contaminate each other; this one never does.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING, Any

from auditor.text.normalise import Comparable

if TYPE_CHECKING:
    from spacy.tokens import Doc

SELDOM = 4  # of 60 million words
_DICTIONARY_LINE = re.compile(r"(?m)^(\S{1,4}) (\d+)")


class Segmenter:
    """Cuts comparable text into words, with a dictionary of the pack's own terms on top of jieba's.

    Args:
        terms: words that must stay whole, in comparable form (simplified, lower case).
    """

    def __init__(self, terms: Sequence[str] = ()) -> None:
        import jieba
        import spacy

        jieba.setLogLevel(logging.WARNING)
        self._jieba: Any = jieba.Tokenizer()
        for term in terms:
            self._jieba.add_word(term)
        self.language = spacy.blank("xx")
        self.vocab = self.language.vocab

    def doc(self, text: Comparable) -> Doc:
        """The words as a spaCy ``Doc`` without spaces, so that character offsets stay those of ``text``.

        Clauses are cut one by one: no word crosses a comma that was heard.
        """
        from spacy.tokens import Doc

        words: list[str] = []
        for start, end in text.clauses():
            words.extend(self._jieba.cut(text.text[start:end], HMM=False))
        return Doc(self.vocab, words=words, spaces=[False] * len(words))

    def words(self, text: Comparable) -> tuple[str, ...]:
        """The words alone."""
        return tuple(token.text for token in self.doc(text))


@lru_cache(maxsize=1)
def usual_words() -> Mapping[str, float]:
    """How unusual each word of jieba's dictionary is, as the negative logarithm of its share; rare and long words left out."""
    import jieba

    with jieba.Tokenizer().get_dict_file() as file:
        lines = _DICTIONARY_LINE.findall(file.read().decode())
    counts = {word: int(count) for word, count in lines}
    total = sum(counts.values())
    return {w: log(total / n) for w, n in counts.items() if n >= SELDOM or (n and len(w) == 1)}


@lru_cache(maxsize=4)
def segmenter(terms: tuple[str, ...]) -> Segmenter:
    """The segmenter of this dictionary; made once in a process (jieba's dictionary takes about a second to load)."""
    return Segmenter(terms)
