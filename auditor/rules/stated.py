"""Tests of what the conversation states: flags and reasons shown, amounts and days said, names given."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from auditor.conversation.turns import Turn
from auditor.rules.scene import Evidence, Scene
from auditor.text.normalise import normalise
from auditor.text.page import Hit
from auditor.text.pinyin import SURE_BY_SOUND_FROM, sound

# what follows the name proper, from the outside in
TAILS = (
    "股份有限公司", "有限公司", "公司", "事务所", "服务", "信息", "咨询", "顾问", "商务", "科技",
    "商业银行", "银行", "消费金融", "金融", "信贷", "财务", "资产管理", "资产",
)  # fmt: skip


def facts_hold(tests: Mapping[str, Any], turn: Turn, scene: Scene) -> list[Evidence]:
    """Where the turn states all of these; the whole turn for what was shown earlier, nothing where one fails."""
    places: list[Evidence] = []
    for name, wanted in tests.items():
        if name == "flag":
            if not any(f.name == wanted and f.utterance <= turn.utterances[-1] for f in scene.facts.customer_flags):
                return []
        elif name == "reason":
            reason = scene.facts.delinquency_reason
            if reason is None or reason.name != wanted:
                return []
        else:
            found = _stated(name, str(wanted), turn, scene)
            if not found:
                return []
            places += [Evidence(s, e, "fact") for s, e in found]
    return places or [Evidence(0, 0, "fact")]


def _stated(name: str, wanted: str, turn: Turn, scene: Scene) -> list[Hit]:
    metadata = scene.call.metadata
    said = turn.numbers
    if name == "agent":
        return _names(metadata.agent_name, turn.heard) if metadata.agent_name else []
    if name in ("institution", "agency"):
        known = scene.institutions if name == "institution" else scene.agencies
        own = metadata.institution if name == "institution" else metadata.agency
        return [h for n in (own, *known) if n for h in _names(n, turn.heard)]
    if name == "card_tail":
        tail = metadata.card_tail or ""
        return [(n.start, n.end) for n in said if tail and (n.digits or str(n.value)).endswith(tail)]
    if name == "days":
        days = [n for n in said if n.unit == "days"]
        due: Decimal | None = None if metadata.days_overdue is None else Decimal(metadata.days_overdue)
    else:
        days = [n for n in said if n.is_amount]
        due = metadata.amount_due
    right = [n for n in days if due is not None and abs(n.value - due) < 1]
    if wanted == "stated" or (wanted == "matches" and due is None):
        chosen = days
    elif wanted == "matches":
        chosen = right
    elif due is None or right:
        chosen = []
    elif wanted == "misread":
        chosen = [n for n in days if misread(n.value, due)]
    else:
        chosen = [n for n in days if wanted == "differs" or n.value - due >= 1]
    return [(n.start, n.end) for n in chosen]


def misread(said: Decimal, right: Decimal) -> bool:
    """Whether two whole numbers differ as figures read out wrongly or misheard do: 12,680 for 12,860, 34 days for 43.

    Either two figures changed places, or one figure is another; of numbers below 1,000 only the former, which chance rarely makes.
    """
    one, two = str(int(said)), str(int(right))
    apart = [i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b]
    if len(one) != len(two) or int(said) == int(right):
        return False
    if len(apart) == 2:
        i, j = apart
        return (one[i], one[j]) == (two[j], two[i])
    return len(apart) == 1 and len(two) >= 4


def _names(name: str, text: str) -> list[Hit]:
    """An institution's name, whole or without its tail: 青峦 alone also names 青峦银行; a long one may be misheard."""
    for form, sounds in _forms(name):
        at = text.find(form)
        if at < 0 and len(form) >= SURE_BY_SOUND_FROM:
            at = _sound_of(text).find(sounds)
        if form and at >= 0:
            return [(at, at + len(form))]
    return []


@lru_cache(maxsize=1024)
def _forms(name: str) -> tuple[tuple[str, str], ...]:
    folded = normalise(name).text
    short = folded
    for tail in TAILS:
        short = short.removesuffix(tail) if len(short) - len(tail) >= 2 else short
    return (folded, sound(folded)), (short, sound(short))


@lru_cache(maxsize=64)
def _sound_of(text: str) -> str:
    return sound(text)
