"""Where a text holds the words that somebody looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.text.normalise import simplify, traditional


def spans(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where a text holds the words, in either script and case, as characters from and to; stretches that meet are one."""
    low = _lower(text)
    forms = {_lower(form) for word in words for form in (word, simplify(word), traditional(word)) if form}
    joined: list[tuple[int, int]] = []
    for start, end in sorted(place for form in forms for place in _places(low, form)):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _places(text: str, form: str) -> Iterator[tuple[int, int]]:
    at = text.find(form)
    while at >= 0:
        yield at, at + len(form)
        at = text.find(form, at + 1)


def _lower(text: str) -> str:
    """The text in lower case, but for the few letters that would become two: places must stay where they are."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
