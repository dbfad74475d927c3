"""Judging many cases: what a pack can't do is said at once, and the reference is out of reach."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.errors import PackError
from auditor.evaluation.gold import read_cases
from auditor.evaluation.judging import CASES_A_TASK, judge, judge_all
from auditor.evaluation.reference import Reference
from tests.evaluation.golden import PACK, a_call, a_line, written


def test_a_broken_pack_is_named_whatever_the_number_of_processes(tmp_path: Path) -> None:
    rows = [a_line(f"L{n}", "好", "compliant") for n in range(CASES_A_TASK + 1)]
    cases = read_cases(written(tmp_path / "a.jsonl", *rows))
    (tmp_path / "pack.yaml").write_text("name: x\n", encoding="utf-8")
    with pytest.raises(PackError):
        list(judge_all(cases, tmp_path, 2))


def test_the_audit_does_not_see_the_reference(tmp_path: Path) -> None:
    mark = {"utterance": 1, "category": "threat_violence", "quote": "弄死你"}
    (case,) = read_cases(written(tmp_path / "a.json", a_call("K1", ("C:喂", "A:我弄死你"), violations=[mark])))
    assert judge(case, PACK).audit == judge(replace(case, reference=Reference()), PACK).audit
