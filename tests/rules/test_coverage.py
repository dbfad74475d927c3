"""Clause by clause: what is checked, how, and what no recording can show."""

from __future__ import annotations

from pathlib import Path

from auditor.rules.coverage import coverage, extents, unlocking
from auditor.rules.pack import load_pack
from tests.packs import shipped
from tests.rules.packs import FROZEN, loaded, rule

CLAUSE = "{{norm: 本行规定, article: 第1条, requirement: 一项要求, title: 本行规定, verification: {}}}"
NORMS = f"""norms:
  OWN-1: {CLAUSE.format("V1, unheard: 保存多久要看系统, unlocked_by: [retention_until]")}
  OWN-2: {CLAUSE.format("PK")}
  OWN-3: {CLAUSE.format("V1, unheard: 是否同意要看登记, unlocked_by: [agreed_hours]")}
  OWN-4: {CLAUSE.format("V1")}
  OWN-5: {CLAUSE.format("V1")}
"""


def test_each_clause_says_how_it_is_checked(tmp_path: Path) -> None:
    """By words, by metadata, in part, not at all because it can't be heard, or not yet."""
    examples = "{hit: [无赖], clean: [您好, 再见]}"
    files = {
        "norms.yaml": NORMS,
        **rule("any:\n  - phrase: [无赖]\ncites: [OWN-2]", "rude-word", examples),
        **rule("all:\n  - metadata: {local_time: outside_hours}\ncites: [OWN-3]", "late"),
        **rule("any:\n  - fact: {amount: inflated}\ncites: [OWN-4]", "sum"),
    }
    found = {c.norm.key: c for c in coverage(loaded(tmp_path, files))}
    assert {k: c.extent for k, c in found.items() if k.startswith("OWN")} == {
        "OWN-1": "unheard", "OWN-2": "checked", "OWN-3": "partly", "OWN-4": "checked", "OWN-5": "open",
    }  # fmt: skip
    assert [r.id for r in found["OWN-2"].rules] == ["rude-word"]
    assert (found["OWN-2"].ways, found["OWN-2"].examples) == (("words",), 3)
    assert found["OWN-3"].ways == ("metadata",)
    assert set(found["OWN-4"].ways) == {"words", "metadata"}
    assert ("retention_until", ("OWN-1",)) in unlocking(list(found.values()))
    assert found["OWN-1"].as_json()["unlocked_by"] == ["retention_until"]


def test_every_clause_of_a_pack_is_listed_once() -> None:
    """The small test pack: each clause is cited, so none is open."""
    pack = load_pack(FROZEN)
    found = coverage(pack)
    assert [c.norm.key for c in found] == list(pack.norms)
    assert sum(extents(found).values()) == len(pack.norms)


def test_no_clause_of_the_built_in_pack_is_left_open() -> None:
    """Each is checked, or it is said why a recording can't show it."""
    assert [c.norm.key for c in coverage(shipped()) if c.extent == "open"] == []


def test_a_clause_that_several_calls_together_show_says_so() -> None:
    """Which check it is, and which metadata it takes."""
    found = {c.norm.key: c for c in coverage(shipped())}
    for key in ("GBT45251-frequency", "CBA2026-attempts", "TW-OUT-14-1-2", "TW-OUT-14-3-1"):
        assert "calls" in found[key].ways
        assert found[key].extent == "partly"
    assert found["GBT45251-frequency"].across_calls == ("answered-calls-per-day",)
    assert found["GBT45251-frequency"].as_json()["needs"] == ["answered", "customer_id", "direction", "started_at"]
    assert "agreed_calls_per_day" in found["TW-OUT-14-3-1"].norm.unlocked_by
