"""Runs a pack over cases, in this process or several at once; the result is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from auditor.evaluation.metrics import Judged
from auditor.evaluation.processes import pack_here, processes
from auditor.evaluation.reference import Case
from auditor.pipeline import audit_call, audit_together, scene_of, with_roles
from auditor.rules.pack import Pack, load_pack

CASES_A_TASK = 50


def judge(case: Case, pack: Pack) -> Judged:
    """The program's word on one case. It sees the call, never the reference."""
    call = with_roles(case.call, pack)
    audit = audit_call(call, pack)
    said: frozenset[str] = frozenset()
    if case.line is not None and case.reference.step_utterances:
        seen = scene_of(call, pack).seen
        said = frozenset(name for name in case.reference.step_utterances if case.line in seen.get(name, ()))
    return Judged(case, audit, said)


def judge_all(
    cases: Sequence[Case], pack: str | Path, jobs: int = 1, advance: Callable[[], None] = lambda: None
) -> list[Judged]:
    """Every case, in order; the whole calls among them are judged together. ``pack`` is what ``load_pack`` takes.

    ``advance`` is called after each case.

    Raises:
        PackError: the pack can't be used.
    """
    rules = load_pack(pack)
    judged: list[Judged] = []
    for one in _each(cases, rules, jobs):
        judged.append(one)
        advance()
    return together(judged, rules)


def _each(cases: Sequence[Case], rules: Pack, jobs: int) -> Iterator[Judged]:
    if jobs <= 1 or len(cases) <= CASES_A_TASK:
        yield from (judge(case, rules) for case in cases)
        return
    with processes(rules, jobs) as pool:
        yield from pool.map(_judge, cases, chunksize=CASES_A_TASK)


def together(judged: Sequence[Judged], pack: Pack) -> list[Judged]:
    """The same, with what whole calls show together; labelled lines are no calls of a day."""
    whole = [j for j in judged if j.case.line is None]
    audits = iter(audit_together([(j.case.call, j.audit) for j in whole], pack))
    return [replace(j, audit=next(audits)) if j.case.line is None else j for j in judged]


def _judge(case: Case) -> Judged:
    return judge(case, pack_here())
