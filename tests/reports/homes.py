"""Homes for reports: one call that says what a test wants, and many findings in many calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from auditor.models import SEVERITIES, Metadata, Speaker, Utterance
from auditor.store.home import Home
from tests.overseen import CASE, _pack, finding, result, store

ODD = "=1+1 \a 䶮𠮷 _x0041_ \u202e倒"
"""A formula, a control character, rare characters, what looks like Excel's own escape, and a change of direction."""
LONG = "长𠮷" * 30_000
"""90,000 characters as Excel counts them."""


def told(path: Path, said: Sequence[tuple[Speaker, str]], quote: str, metadata: Metadata | None = None) -> Home:
    """A home of one call in which this was said, with a finding in the line that is the quote, else in the first."""
    home = Home.open(path)
    pack = _pack()
    home.archive_pack(pack.hash, pack.files)
    one = result(pack, "R1", 9, found=[("threat_exposure", "critical", "confirmed", quote)])
    lines = tuple(Utterance(speaker, n + 1.0, n + 1.9, text) for n, (speaker, text) in enumerate(said))
    place = next((n for n, (_, text) in enumerate(said) if text == quote), 0)
    found = tuple(replace(f, utterance=place, start=place + 1.0) for f in one.audit.findings)
    known = one.call.metadata if metadata is None else replace(metadata, case_id=CASE)
    call = replace(one.call, utterances=lines, metadata=known)
    store(home, [replace(one, call=call, audit=replace(one.audit, findings=found))])
    return home


def many(path: Path, findings: int, each: int = 5) -> Home:
    """A home of this many findings, ``each`` a call, of all severities."""
    home = Home.open(path)
    pack = _pack()
    home.archive_pack(pack.hash, pack.files)
    results = []
    for number in range(findings // each):
        one = result(pack, f"M{number}", 9)
        found = tuple(
            replace(
                finding(f"M{number}", "insult", SEVERITIES[(number + n) % 4], "confirmed", "你要不要脸"),
                finding_id=f"{number:08x}{n:08x}",
            )
            for n in range(each)
        )
        results.append(replace(one, audit=replace(one.audit, findings=found)))
    store(home, results)
    return home
