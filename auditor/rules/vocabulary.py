"""What a pack listens for, so that misheard words of it can be put right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from auditor.text import wording
from auditor.text.find import Near, Phrase, Regex, SoundsLike
from auditor.text.misheard import Misheard
from auditor.text.normalise import normalise


def misheard(
    compiled: Any, names: Sequence[str], listed: Sequence[str], problem: Callable[[str, str], None]
) -> Misheard:
    """What puts right the words that these compiled values look for, those of the contexts that all packs share, and names.

    Args:
        compiled: rules, steps and cues, as deep inside tuples and mappings as they may be.
        names: institutions and agencies.
        listed: the lines of words/misheard.txt: ``heard meant`` for words that recognisers confuse; one word alone is right as
            it is written, although it may look misheard; a single character is an everyday word of some dialect.
        problem: is told what is wrong with a line, and the line.
    """
    found = list(_looked_for(compiled))
    words = {word for word, is_pattern in found if not is_pattern}
    words.update(normalise(name).text for name in names)
    words.update(word for each in vars(wording).values() if isinstance(each, tuple) for word in each)
    entries = [tuple(normalise(word).text for word in line.split()) for line in listed]
    for line, entry in zip(listed, entries, strict=True):
        if len(entry) > 2 or len({len(word) for word in entry}) != 1:
            problem("每行写两个字数相同的词：听到的、本来的；或只写一个词，表示照原样", line)
    return Misheard(
        sorted(words),
        sorted({pattern for pattern, is_pattern in found if is_pattern}),
        tuple((entry[0], entry[1]) for entry in entries if len(entry) == 2),
        tuple(entry[0] for entry in entries if len(entry) == 1),
    )


def _looked_for(value: Any) -> Iterator[tuple[str, bool]]:
    """Each word and pattern in the value, and whether it is a pattern."""
    match value:
        case Regex(pattern):
            yield pattern, True
        case Phrase(phrases) | SoundsLike(phrases=phrases):
            yield from ((phrase, False) for phrase in phrases)
        case Near(items):
            yield from ((word, False) for item in items for word in item)
        case Mapping():
            yield from (found for each in value.values() for found in _looked_for(each))
        case list() | tuple():
            yield from (found for each in value for found in _looked_for(each))
        case _ if is_dataclass(value):
            yield from (found for field in fields(value) for found in _looked_for(getattr(value, field.name)))
