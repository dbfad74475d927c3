"""What a person found in a call: the right answers that the program's audit is held against.

What a reference does not say is not measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias, cast

from auditor.models import (
    CATEGORIES,
    CUSTOMER_FLAGS,
    PARTIES,
    STEPS,
    VERDICTS,
    Call,
    PartyKind,
    Promise,
    Verdict,
)
from auditor.speech.transcripts.node import Node

Label: TypeAlias = Literal["violation", "compliant", "near_miss", "borderline"]

LABELS: tuple[Label, ...] = ("violation", "compliant", "near_miss", "borderline")
INNOCENT: tuple[Label, ...] = ("compliant", "near_miss")
REASONS: tuple[str, ...] = (
    "unemployment", "illness", "cash_flow", "business_loss", "forgot", "dispute", "bereavement", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """A breach that a person marked; ``utterance`` is ``None`` where the metadata shows it, ``also`` where it goes on."""

    category: str
    utterance: int | None
    also: tuple[int, ...] = ()
    quote: str = ""


@dataclass(frozen=True, slots=True)
class FactsReference:
    """What the customer showed, as a person heard it."""

    promise: Promise | None
    delinquency_reason: str | None
    customer_flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reference:
    """The right answers for a call. ``None`` = not labelled, and so not measured.

    ``acceptable`` findings are neither asked for nor false alarms. ``step_utterances`` are where each step is said.
    """

    violations: tuple[Mark, ...] = ()
    acceptable: tuple[Mark, ...] = ()
    party: PartyKind | None = None
    steps: Mapping[str, Verdict] | None = None
    step_utterances: Mapping[str, tuple[int, ...]] | None = None
    facts: FactsReference | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A call with its reference. ``line`` is the one utterance that is labelled, ``None`` where the whole call is.

    ``where`` is file and line for messages; ``family`` is shared by paraphrases of one line.
    """

    call: Call
    reference: Reference
    source: str
    where: str
    line: int | None = None
    label: Label | None = None
    family: str = ""


def read_reference(gold: Node, utterances: int) -> Reference:
    """The ``gold`` of a whole call with this many utterances.

    Raises:
        TranscriptError: a value that the format does not know, or an utterance that does not exist; names the place.
    """
    steps, places = gold.get("steps"), gold.get("step_utterances")
    party = gold.get("party")
    return Reference(
        violations=_marks(gold, "violations", utterances),
        acceptable=_marks(gold, "acceptable", utterances),
        party=cast(PartyKind, one_of(party, PARTIES)) if party else None,
        steps={s: cast(Verdict, one_of(v, VERDICTS)) for s, v in _by_step(steps)} if steps else None,
        step_utterances={s: _indexes(v, utterances) for s, v in _by_step(places)} if places else None,
        facts=read_facts(gold, utterances),
    )


def _marks(node: Node, name: str, utterances: int) -> tuple[Mark, ...]:
    found = []
    for mark in node.list_at(name):
        at, also = mark.get("utterance"), mark.get("also")
        found.append(
            Mark(
                category=one_of(mark.need("category"), CATEGORIES),
                utterance=_index(at, utterances) if at else None,
                also=_indexes(also, utterances) if also else (),
                quote=mark.text_at("quote"),
            )
        )
    return tuple(found)


def read_facts(node: Node, utterances: int) -> FactsReference | None:
    """What the customer showed; ``None`` where the reference is silent about it."""
    if not {"promise", "delinquency_reason", "customer_flags"} & set(node.mapping()):
        return None
    reason, promise = node.get("delinquency_reason"), node.get("promise")
    return FactsReference(
        promise=_promise(promise, utterances) if promise else None,
        delinquency_reason=one_of(reason, REASONS) if reason else None,
        customer_flags=frozenset(one_of(flag, CUSTOMER_FLAGS) for flag in node.list_at("customer_flags")),
    )


def one_of(node: Node, allowed: Iterable[str]) -> str:
    """The value, which must be one of these words."""
    text = node.text()
    if text not in (words := tuple(allowed)):
        raise node.refuse(f"的值 {text[:40]} 不认识，应为 {'、'.join(words)} 之一")
    return text


def _promise(node: Node, utterances: int) -> Promise:
    amount, due, at = node.get("amount"), node.get("date"), node.get("utterance")
    return Promise(
        amount=Decimal(str(amount.number(0, 1e12))) if amount else None,
        date_text=node.text_at("date_text") or None,
        due=_date(due) if due else None,
        utterance=_index(at, utterances) if at else utterances - 1,
    )


def _date(node: Node) -> date:
    try:
        return date.fromisoformat(node.text())
    except ValueError:
        raise node.refuse("应为 2026-10-14 这样的日期") from None


def _by_step(node: Node) -> Iterable[tuple[str, Node]]:
    for name in node.mapping():
        if name not in STEPS:
            raise node.refuse(f"里没有叫 {str(name)[:40]} 的步骤，应为 {'、'.join(STEPS)} 之一")
        yield name, node.need(name)


def _indexes(node: Node, utterances: int) -> tuple[int, ...]:
    return tuple(_index(item, utterances) for item in node.items())


def _index(node: Node, utterances: int) -> int:
    if type(node.value) is not int or not 0 <= node.value < utterances:
        raise node.refuse(f"应为话语的序号（0 到 {utterances - 1}）")
    return node.value
