"""Who speaks, by the words and numbers that transcripts use for it."""

from __future__ import annotations

import re

from auditor.models import Speaker

ROLES: dict[str, Speaker] = {
    **dict.fromkeys(
        (
            "agent", "representative", "operator", "staff", "坐席", "座席", "坐席员", "客服", "客服人员", "客服專員",
            "客服专员", "催收员", "催收員", "催收专员", "催收專員", "专员", "專員", "员工", "員工", "行员", "行員",
        ),
        "agent",
    ),
    **dict.fromkeys(
        (
            "customer", "client", "user", "debtor", "客户", "客戶", "用户", "用戶", "顾客", "顧客", "债务人", "債務人",
            "持卡人", "借款人", "对方", "對方",
        ),
        "customer",
    ),
    **dict.fromkeys(("unknown", "未知"), "unknown"),
}  # fmt: skip
"""Words for a role, in lower case → the role."""

_NUMBERED = re.compile(
    r"(?:(?:speaker|spk|channel|ch|说话人|說話人|发言人|發言人|角色)[\s_-]*)?(\d{1,3})", re.IGNORECASE
)
_PREFIX = re.compile(r"(?:[-–]\s*)?(?:[\[【(（]\s*([^\]】)）:：]{1,16})[\]】)）]\s*[:：]?|([^:：]{1,16})[:：])\s*")
_LONGEST_PREFIX = 60


def role_of(label: str) -> Speaker:
    """The role that a label such as ``客服`` or ``Agent 2`` names; ``unknown`` where it names none."""
    return ROLES.get(_role_word(label), "unknown")


def _role_word(label: str) -> str:
    return label.lower().rstrip("0123456789").strip(" _-")


def number_of(label: str) -> int | None:
    """The number in a label such as ``SPEAKER_01``, ``spk 1``, ``说话人1`` or ``1``."""
    found = _NUMBERED.fullmatch(label.strip())
    return int(found[1]) if found else None


def split_prefix(line: str) -> tuple[str, str]:
    """A line such as ``坐席：您好`` or ``[客户] 你说`` → its speaker's label and what was said.

    The label is empty where the line does not begin with one that is known: ``还有一件事：…`` is speech.
    """
    line = line.strip()
    found = _PREFIX.match(line[:_LONGEST_PREFIX])
    if found:
        label = (found[1] or found[2]).strip()
        if _role_word(label) in ROLES or (number_of(label) is not None and not label.isdigit()):
            return label, line[found.end() :].strip()
    return "", line
