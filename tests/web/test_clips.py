"""Signed links to recordings."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from auditor.web.clips import audio_link, is_valid

KEY = b"k" * 32


def parts(link: str) -> tuple[str, str, str]:
    query = parse_qs(urlsplit(link).query)
    return query["id"][0], query["until"][0], query["sig"][0]


def test_a_link_is_good_for_twelve_hours_and_not_for_a_day_and_a_bit() -> None:
    noon = 1_800_000_000.0
    link = parts(audio_link(KEY, "ab12cd", noon))
    assert is_valid(KEY, *link, now=noon)
    assert is_valid(KEY, *link, now=noon + 12 * 3600 - 1)
    assert not is_valid(KEY, *link, now=noon + 24 * 3600 + 1)


def test_the_link_stays_the_same_when_the_page_is_drawn_again() -> None:
    start = 12 * 3600 * 40_000
    assert audio_link(KEY, "ab12cd", start + 1) == audio_link(KEY, "ab12cd", start + 11 * 3600)


def test_a_link_is_for_one_recording_one_time_and_one_home() -> None:
    number, until, signature = parts(audio_link(KEY, "ab12cd", 0))
    assert is_valid(KEY, number, until, signature, now=0)
    assert not is_valid(KEY, "ab12ce", until, signature, now=0)
    assert not is_valid(KEY, number, str(int(until) + 1), signature, now=0)
    assert not is_valid(b"x" * 32, number, until, signature, now=0)
    assert not is_valid(KEY, number, until, "签名", now=0)
    assert not is_valid(KEY, number, "never", "", now=0)
