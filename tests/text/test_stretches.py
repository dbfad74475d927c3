"""What patterns say in so many words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.text.find import check_regex
from auditor.text.stretches import stretches


@pytest.mark.parametrize(
    ("pattern", "runs", "pairs"),
    [
        ("通讯录", {"通讯录"}, {"通讯", "讯录"}),
        ("家里人?", {"家里", "家里人"}, {"家里", "里人"}),
        ("(抓|拘)(你|您)?去", set(), {"抓你", "抓您", "拘你", "拘您", "抓去", "拘去", "你去", "您去"}),
        ("(?:打给|找)[你您]", {"打给"}, {"打给", "给你", "给您", "找你", "找您"}),
        ("打.{0,4}电话", {"电话"}, {"打电", "电话"}),
        ("打.{2,4}电话", {"电话"}, {"电话"}),
        (r"\d+天内", {"天内"}, {"天内"}),
        (r"\.(上)?门", set(), {".上", ".门", "上门"}),
        ("^不是(我)*$", {"不是"}, {"不是", "是我", "我我"}),
        ("[^甲乙]丙丁[一-十]", {"丙丁"}, {"丙丁"}),
        ("两{2}三{0,1}四", set(), {"两两", "两三", "两四", "三四"}),
    ],
)
def test_what_a_pattern_says(pattern: str, runs: set[str], pairs: set[str]) -> None:
    """Stretches of letters, and the characters that may stand side by side; nothing about what may be anything."""
    said = stretches([pattern])
    assert (set(said.runs), set(said.pairs)) == (runs, pairs)


def test_a_joint_of_too_many_says_nothing() -> None:
    """Where any of nine may meet any of nine, that two do is no sign of anything."""
    nine = "一二三四五六七八九"
    assert not stretches([f"[{nine}][{nine}]"]).pairs


@given(st.text(alphabet="ab|()[]^-?*+{}1,.\\$:P<>", max_size=24))
def test_every_pattern_is_read(pattern: str) -> None:
    """Whatever RE2 takes, this takes too."""
    if check_regex(pattern) is None:
        assert all(len(pair) == 2 for pair in stretches([pattern]).pairs)
