"""The word lists of a pack: its files in words/, and one for each list of names and numbers in tenant.yaml.

``name.TW.txt`` holds what a list has besides where a call is judged by Taiwan's norms; the same for CN and HK.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from auditor.models import REGIONS, Region
from auditor.rules.document import check, nearest, parse_yaml
from auditor.rules.schema import TenantFile

# read by name, not through @name: what they serve knows no regions
WHOLE_PACK_LISTS = ("dictionary", "hotwords", "misheard")
TENANT_LISTS = ("institutions", "agencies", "hotlines", "official-accounts")
# 1 is read 一 or, in numbers of lines and cards, 幺
_READ_ALOUD = tuple(str.maketrans("0123456789", f"零{one}二三四五六七八九") for one in "一幺")


def named(path: str) -> tuple[str, Region | None] | None:
    """The list that a file of a pack belongs to, and the region that it is for (``None``: all); ``None`` for no word list."""
    if not (path.startswith("words/") and path.endswith(".txt")):
        return None
    name = path.removeprefix("words/").removesuffix(".txt")
    region = next((r for r in REGIONS if name.endswith(f".{r}")), None)
    return (name.removesuffix(f".{region}"), region) if region else (name, None)


def read_lists(
    texts: Mapping[str, str], tenant: TenantFile | None, region: Region | None, trouble: Callable[[str, int, str], None]
) -> dict[str, tuple[str, ...]]:
    """Every list by the name under which conditions ask for it, with what it has besides for the region.

    Args:
        texts: the pack's word lists, path → content.
        tenant: what the institution filled in.
        region: the region; ``None`` leaves out what is for one region only.
        trouble: is given path, line and message of each list that can't be used.
    """
    lists = tenant_lists(tenant)
    besides = []
    for path, text in texts.items():
        name, own = named(path) or ("", None)
        if own is not None:
            besides.append((path, name, own, text))
            continue
        if name in TENANT_LISTS:
            trouble(path, 0, f"词表 @{name} 由 tenant.yaml 生成，请给这个词表换一个名字")
        lists[name] = listed(text)
    for path, name, own, text in besides:
        if name in WHOLE_PACK_LISTS:
            trouble(path, 0, f"词表 {name} 不分地区，请写进 words/{name}.txt")
        elif name not in lists:
            trouble(path, 0, f"没有可以按地区补充的词表 words/{name}.txt{nearest(name, list(lists))}")
        elif own == region:
            lists[name] = (*lists[name], *listed(text))
    return lists


def listed(text: str) -> tuple[str, ...]:
    """The entries of a word list: one a line, ``#`` begins a comment."""
    lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


def tenant_lists(tenant: TenantFile | None) -> dict[str, tuple[str, ...]]:
    """The lists that an institution filled in, by the name under which conditions ask for them; empty where it wrote nothing."""
    return {name: _as_heard(getattr(tenant, name.replace("-", "_"), ())) for name in TENANT_LISTS}


def public_numbers(tenant: bytes) -> tuple[str, ...]:
    """The hotlines and official accounts of a tenant.yaml, as written there: nobody's own, so they are never masked.

    Empty where the file can't be read, e.g. that of a pack archived by another version.
    """
    try:
        file, _ = check(TenantFile, parse_yaml(tenant.decode()), "tenant.yaml")
    except ValueError:
        return ()
    return () if file is None else (*file.hotlines, *file.official_accounts)


def _as_heard(entries: Sequence[str]) -> tuple[str, ...]:
    """Each entry as written and with its digits read out one by one: 400-820 is also 四零零八二零."""
    return tuple(dict.fromkeys(form for e in entries for form in (e, *(e.translate(t) for t in _READ_ALOUD))))
