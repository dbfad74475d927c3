"""What of a large model's answer is accepted: only what the call itself bears out. Pure, and fit for any answer whatever."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.annotate.prompt import MOST, Line, Question
from auditor.errors import ReaderError
from auditor.store.annotations import Suspicion
from auditor.text.masking import MASK

DROPPED: tuple[str, ...] = (
    "shape", "no_utterance", "not_agent", "unknown_basis", "no_quote", "no_words", "repeated", "too_many",
)  # fmt: skip
"""Why something in an answer was not accepted."""

_LONGEST_WHY = 200
_FEWEST = 2  # characters of a quote that say something
# Models that think aloud, or that pack their answer as for a chat window, were told not to; the answer inside is read all the same.
_THOUGHT = re.compile(r"\s*<think>.*?</think>", re.S)
_PACKED = re.compile(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", re.S)


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer, checked: what was accepted, and how much was dropped for which reason."""

    suspicions: tuple[Suspicion, ...]
    dropped: Mapping[str, int]


def read(answer: str, question: Question, lines: Sequence[Line]) -> Reading:
    """Accept a suspicion only with an utterance number that was sent, of the agent, a quote that stands in it to the letter, and the
    id of a rule, clause or category that was asked for. Everything else is dropped and counted.

    Raises:
        ReaderError: the answer is no JSON object with a list of suspicions.
    """
    items = _items(answer)
    by_number = {line.number: line for line in lines}
    dropped: Counter[str] = Counter()
    accepted: dict[tuple[int, int, int, str], Suspicion] = {}
    for checked in (_checked(item, question, by_number) for item in items[:MOST]):
        if isinstance(checked, str):
            dropped[checked] += 1
        elif (place := (checked.utterance, checked.start, checked.end, checked.basis)) in accepted:
            dropped["repeated"] += 1
        else:
            accepted[place] = checked
    if len(items) > MOST:
        dropped["too_many"] = len(items) - MOST
    return Reading(tuple(sorted(accepted.values())), {r: dropped[r] for r in DROPPED if dropped[r]})


def _items(answer: str) -> list[Any]:
    bare = _THOUGHT.sub("", answer, count=1)
    if packed := _PACKED.fullmatch(bare):
        bare = packed[1]
    try:
        value = json.loads(bare)
    except (ValueError, RecursionError):
        raise ReaderError(
            "not_json", "大模型的回答不是 JSON。请换一个能按格式输出的模型，或检查服务器的设置。"
        ) from None
    items = value.get("suspicions") if isinstance(value, dict) else None
    if not isinstance(items, list):
        raise ReaderError("not_json", "大模型的回答里没有 suspicions 列表。请换一个能按格式输出的模型。")
    return items


def _checked(item: Any, question: Question, lines: Mapping[int, Line]) -> Suspicion | str:
    if not isinstance(item, dict):
        return "shape"
    number, quote, basis, why = (item.get(key) for key in ("utterance", "quote", "basis", "why"))
    if type(number) is not int or not isinstance(quote, str) or not isinstance(basis, str):
        return "shape"
    if number not in lines:
        return "no_utterance"
    line = lines[number]
    if line.speaker != "agent":
        return "not_agent"
    if basis not in question.bases:
        return "unknown_basis"
    start = line.text.find(quote)
    if start < 0:
        return "no_quote"
    if sum(c.isalnum() and c != MASK for c in quote) < _FEWEST:
        return "no_words"
    told = "".join(_shown(why if isinstance(why, str) else ""))
    return Suspicion(number, start, start + len(quote), quote, basis, question.bases[basis], told)


def _shown(why: str) -> Iterator[str]:
    """The beginning of what a model wrote, on one line."""
    for character in why.strip()[:_LONGEST_WHY]:
        yield character if character.isprintable() else " "
