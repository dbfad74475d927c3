"""Runs a pack over cases, in this process or several at once; the result is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from auditor.evaluation.metrics import Judged
from auditor.evaluation.processes import pack_here, processes
from auditor.evaluation.reference import Case
from auditor.pipeline import audit_call, audit_together, scene_of, with_roles
from auditor.reader.shipped import open_reader
from auditor.reader.weights import Weights
from auditor.rules.pack import Pack, load_pack

CASES_A_TASK = 50


def judge(case: Case, pack: Pack, reader: Weights | None = None) -> Judged:
    """The program's word on one case. It sees the call, never the reference."""
    call = with_roles(case.call, pack)
    audit = audit_call(call, pack, reader=reader)
    said: frozenset[str] = frozenset()
    if case.line is not None and case.reference.step_utterances:
        seen = scene_of(call, pack).seen
        said = frozenset(name for name in case.reference.step_utterances if case.line in seen.get(name, ()))
    return Judged(case, audit, said)


def judge_all(
    cases: Sequence[Case],
    pack: str | Path,
    jobs: int = 1,
    advance: Callable[[], None] = lambda: None,
    reader: str = "none",
) -> list[Judged]:
    """Every case, in order; the whole calls among them are judged together.

    ``pack`` is what ``load_pack`` takes, ``reader`` what ``open_reader`` takes; ``advance`` is called after each case.

    Raises:
        PackError: the pack can't be used.
        UsageError: there is no such reader.
        ModelError: the reader's weights can't be used.
    """
    rules = load_pack(pack)
    judged: list[Judged] = []
    for one in _each(cases, rules, jobs, reader):
        judged.append(one)
        advance()
    return together(judged, rules)


def _each(cases: Sequence[Case], rules: Pack, jobs: int, reader: str) -> Iterator[Judged]:
    weights = open_reader(reader)
    if jobs <= 1 or len(cases) <= CASES_A_TASK:
        yield from (judge(case, rules, weights) for case in cases)
        return
    with processes(rules, jobs) as pool:
        yield from pool.map(partial(_judge, reader), cases, chunksize=CASES_A_TASK)


def together(judged: Sequence[Judged], pack: Pack) -> list[Judged]:
    """The same, with what whole calls show together; labelled lines are no calls of a day."""
    whole = [j for j in judged if j.case.line is None]
    audits = iter(audit_together([(j.case.call, j.audit) for j in whole], pack))
    return [replace(j, audit=next(audits)) if j.case.line is None else j for j in judged]


def _judge(reader: str, case: Case) -> Judged:
    return judge(case, pack_here(), open_reader(reader))
