"""The customer's name in what was said, where the metadata gives it: written as there, or spelt as a recogniser heard it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.models import Metadata
from auditor.text.spoken import plain

COLUMNS = frozenset({
    "customer", "customer_name", "name", "client", "client_name", "debtor", "debtor_name", "borrower", "borrower_name", "cardholder",
    "cardholder_name", "contact", "contact_name", "客户", "客户名", "客户姓名", "客户名称", "姓名", "名字", "户名", "持卡人", "持卡人姓名", "债务人",
    "债务人姓名", "借款人", "借款人姓名", "联系人", "联系人姓名", "联络人", "紧急联系人", "担保人", "共借人", "配偶",
})  # fmt: skip
"""Columns of the metadata, beside those that the program knows, which hold a customer's or a relative's name."""

_TITLE = r"(?:先生|女士|小姐|太太|老师|师傅|阿姨|大哥|大姐|同学|生(?=[，,。.？?！! 呀啊你您]|$))"
_TWO_CHARACTERS = (
    "欧阳", "太史", "上官", "端木", "司马", "东方", "独孤", "南宫", "夏侯", "诸葛", "尉迟", "皇甫", "公孙", "慕容", "令狐", "司徒", "长孙",
    "宇文", "轩辕", "百里", "呼延", "东郭", "张简", "范姜",
)  # fmt: skip
_HAN = "一-鿿"
_SEPARATORS = re.compile(r"[、,，/;；|]")
_NO_NAME = frozenset({"本人", "客户", "不详", "未知", "匿名", "先生", "女士", "小姐", "无"})


def names_of(metadata: Metadata) -> tuple[str, ...]:
    """The names of customers and relatives that the metadata gives, in plain text; the agent's own is not among them."""
    names: dict[str, None] = {}
    for column, value in metadata.custom.items():
        if isinstance(value, str) and plain(str(column)).strip().replace(" ", "_") in COLUMNS:
            for name in _SEPARATORS.split(plain(value)[:200]):
                bare = re.sub(f"{_TITLE}$", "", name.strip())
                if _is_name(bare) and bare != plain(metadata.agent_name or ""):
                    names[bare] = None
    return tuple(names)


def _is_name(text: str) -> bool:
    if text in _NO_NAME:
        return False
    return bool(re.fullmatch(f"[{_HAN}]{{2,4}}|[{_HAN}]+[·•][{_HAN}·•]+|[a-z][a-z .'-]{{2,39}}", text))


def names_said(text: str, metadata: Metadata) -> Iterator[tuple[int, int]]:
    """(start, end) of each place in a plain text that names a customer: the name, what sounds like it, or surname and title."""
    names = names_of(metadata)
    if not names:
        return
    kept = [m.span() for m in re.finditer(re.escape(plain(metadata.agent_name or "\f")), text)]
    for start, end in (*_written(text, names), *_heard(text, names)):
        if not any(s <= start and end <= e for s, e in kept):
            yield start, end


def _surname(name: str) -> str:
    return name[:2] if name.startswith(_TWO_CHARACTERS) and len(name) > 2 else name[:1]


def _written(text: str, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    for name in names:
        whole = re.escape(name) if not name.isascii() else rf"(?<![a-z]){re.escape(name)}(?![a-z])"
        yield from (m.span() for m in re.finditer(whole, text))
        if name.isascii() or "·" in name:
            continue
        surname, given = _surname(name), name[len(_surname(name)) :]
        yield from (m.span() for m in re.finditer(f"{surname}(?={_TITLE})", text))
        if len(given) > 1:
            yield from (m.span() for m in re.finditer(given, text))


def _heard(text: str, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """What sounds like a name of three characters and more, or like a shorter one before a title."""
    from auditor.text.pinyin import SURE_BY_SOUND_FROM, sound

    sounds = sound(text)
    for name in names:
        if name.isascii():
            continue
        for found in re.finditer(re.escape(sound(name)), sounds):
            if len(name) >= SURE_BY_SOUND_FROM or re.match(_TITLE, text[found.end() :]):
                yield found.span()
