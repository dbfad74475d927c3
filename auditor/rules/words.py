"""The word lists of a pack: its files in words/, and one for each list of names and numbers in tenant.yaml."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.rules.schema import TenantFile

TENANT_LISTS = ("institutions", "agencies", "hotlines", "official-accounts")
# 1 is read 一 or, in numbers of lines and cards, 幺
_READ_ALOUD = tuple(str.maketrans("0123456789", f"零{one}二三四五六七八九") for one in "一幺")


def listed(text: str) -> tuple[str, ...]:
    """The entries of a word list: one a line, ``#`` begins a comment."""
    lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


def tenant_lists(tenant: TenantFile | None) -> dict[str, tuple[str, ...]]:
    """The lists that an institution filled in, by the name under which conditions ask for them; empty where it wrote nothing."""
    return {name: _as_heard(getattr(tenant, name.replace("-", "_"), ())) for name in TENANT_LISTS}


def _as_heard(entries: Sequence[str]) -> tuple[str, ...]:
    """Each entry as written and with its digits read out one by one: 400-820 is also 四零零八二零."""
    return tuple(dict.fromkeys(form for e in entries for form in (e, *(e.translate(t) for t in _READ_ALOUD))))
