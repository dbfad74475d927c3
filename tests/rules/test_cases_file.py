"""cases.yaml and the numeric limits: checked at load, switched by norms in force."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import PackError
from auditor.rules.cases import CHECKS
from auditor.rules.pack import load_pack
from auditor.scoring.together import LOOKS
from tests.packs import shipped
from tests.rules.packs import ABOUT, FROZEN, bank, loaded

CHECK = "severity: major, certainty: confirmed, message: 当天打得太多。"
LIMITS = """limits:
  CN:
    answered_calls_per_day: 3
    unanswered_attempts_per_number_per_day: 6
    cites: {answered_calls_per_day: [OWN-1], unanswered_attempts_per_number_per_day: [OWN-2]}
norms:
  OWN-1: {norm: 甲规范, article: 一, requirement: 少打, title: 关于少打的甲规范, verification: V1}
  OWN-2: {norm: 乙规范, article: 一, requirement: 少打, title: 乙规范, verification: V1}
"""


def test_the_built_in_pack_makes_every_check_there_is() -> None:
    pack = shipped()
    assert set(pack.cases.checks) == set(CHECKS) == set(LOOKS)
    assert (pack.limits["CN"].answered_calls, pack.limits["CN"].attempts) == (3, 6)
    assert {(pack.limits[r].answered_calls, pack.limits[r].attempts) for r in ("TW", "HK")} == {(None, None)}


def test_a_pack_without_the_file_makes_none() -> None:
    assert load_pack(FROZEN).cases.checks == {}


@pytest.mark.parametrize(("in_force", "expected"), [
    ("", (3, 6)), ("norms_in_force: {CN: [甲规范]}\n", (3, None)), ("norms_in_force: {CN: [乙规范]}\n", (None, 6)),
    ("norms_in_force: {CN: [关于少打的甲规范, 乙规范]}\n", (3, 6)), ("norms_in_force: {TW: [甲规范]}\n", (3, 6)),
])  # fmt: skip
def test_the_numbers_of_norms_in_force_count(
    tmp_path: Path, in_force: str, expected: tuple[int | None, int | None]
) -> None:
    """By their name or title; where a region names none, all of its norms are in force."""
    limits = loaded(tmp_path, {"pack.yaml": ABOUT + in_force, "norms.yaml": LIMITS}).limits["CN"]
    assert (limits.answered_calls, limits.attempts) == expected


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        (f"checks: {{answered-calls-per-dya: {{{CHECK}}}}}", "answered-calls-per-dya"),
        (f"checks: {{answered-calls-per-day: {{{CHECK}, cites: [NO-1]}}}}", "norms.yaml 里没有 NO-1"),
        (f"checks: {{answered-calls-per-day: {{{CHECK}, times: 3, days: 3}}}}", "times 和 days"),
        (f"checks: {{repeated-minor: {{{CHECK}}}}}", "times 和 days"),
        ("checks: {answered-calls-per-day: {severity: grave, certainty: confirmed, message: 打得太多。}}", "severity"),
        ("cheks: {}", "cheks"),
        ("grace_days: -1", "grace_days"),
    ],
    ids=str,
)
def test_a_mistake_is_named_with_its_file(tmp_path: Path, text: str, trouble: str) -> None:
    with pytest.raises(PackError) as raised:
        load_pack(bank(tmp_path, {"cases.yaml": text + "\n"}))
    (problem,) = raised.value.problems
    assert problem.file == "cases.yaml"
    assert trouble in problem.message


def test_a_limit_rests_on_clauses_of_the_pack(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"norms\.yaml 里没有 OWN-3"):
        loaded(tmp_path, {"norms.yaml": LIMITS.replace("[OWN-2]", "[OWN-3]")})


def test_an_institution_changes_one_check_and_keeps_the_rest(tmp_path: Path) -> None:
    about = ABOUT.replace("../base", "collections-zh")
    own = loaded(
        tmp_path, {"pack.yaml": about, "cases.yaml": "checks:\n  attempts-per-number:\n    certainty: confirmed\n"}
    )
    built_in = shipped().cases.checks
    assert own.cases.checks["attempts-per-number"].certainty == "confirmed"
    assert own.cases.checks["attempts-per-number"].message == built_in["attempts-per-number"].message
    assert own.cases.checks["answered-calls-per-day"] == built_in["answered-calls-per-day"]
