"""Text files from Chinese systems, whatever encoding they were saved in."""

from __future__ import annotations

import pytest

from auditor.speech.encoding import decode

SIMPLIFIED = "坐席工号,机构,应还金额\nA017,示例银行,12860.00\n"
TRADITIONAL = "坐席工號,機構,應繳金額\nA017,示例銀行,12860.00\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
def test_simplified_text(encoding: str) -> None:
    assert decode(SIMPLIFIED.encode(encoding)) == SIMPLIFIED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "big5", "big5hkscs", "cp950"])
def test_traditional_text(encoding: str) -> None:
    assert decode(TRADITIONAL.encode(encoding)) == TRADITIONAL


def test_traditional_text_saved_by_a_mainland_system() -> None:
    """Traditional characters in GB18030 are no Big5."""
    assert decode(TRADITIONAL.encode("gb18030")) == TRADITIONAL


@pytest.mark.parametrize("raw", [b"RIFF\x24\0\0\0WAVE", b"\xff\xfe\0", b"\xff\xfe\0\0", b"\x81\x30\xff\xff\xff"])
def test_bytes_that_are_no_text(raw: bytes) -> None:
    """A recording, a torn UTF-16 file, a NUL in one, and bytes that no encoding knows."""
    assert decode(raw) is None


def test_no_bytes_are_no_characters() -> None:
    assert decode(b"") == ""
