"""Bytes of a text file from an unknown Chinese system → text."""

from __future__ import annotations

import codecs

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_RARE_SHARE = 0.1


def decode(raw: bytes) -> str | None:
    """The text, in whichever of UTF-8, UTF-16 (with its mark), GB18030 and Big5 fits; ``None`` where none does."""
    for mark, name in _BOMS:
        if raw.startswith(mark):
            text = _strictly(raw, name)
            return None if text is None or "\0" in text else text
    if b"\0" in raw:
        return None
    utf8 = _strictly(raw, "utf-8")
    if utf8 is not None:
        return utf8
    simplified, traditional = _strictly(raw, "gb18030"), _strictly(raw, "big5hkscs")
    if simplified is None or traditional is None:
        return traditional if simplified is None else simplified
    return traditional if _rare_share(simplified) > _RARE_SHARE else simplified


def _strictly(raw: bytes, name: str) -> str | None:
    try:
        return raw.decode(name)
    except UnicodeDecodeError:
        return None


def _rare_share(text: str) -> float:
    """The share of wide characters outside GB2312: near 0 for simplified text, high for Big5 read as GB18030."""
    wide = [c for c in text if not c.isascii()][:5000]
    return sum(not c.encode("gb2312", "ignore") for c in wide) / len(wide) if wide else 0.0
