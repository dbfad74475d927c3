"""Like what was decided before: the closest words first, each once, never the finding itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from auditor.review.similar import nearest
from auditor.store.rulings import Ruled

NOON = datetime(2026, 11, 2, 12)


def ruling(quote: str, number: int = 0, verdict: str = "upheld") -> Ruled:
    return Ruled(f"K{number}", f"f{number}", "threat_exposure", quote, verdict, "甲", NOON + timedelta(minutes=number))


def quotes(quote: str, *past: Ruled, but: str = "") -> list[str]:
    return [n.ruling.quote for n in nearest(quote, past, but=but)]


def test_the_closest_words_come_first_in_either_script() -> None:
    past = [ruling("给你通讯录里每个人打电话", 1), ruling("給你通訊錄的人打電話", 2), ruling("请问方便还款吗", 3)]
    assert quotes("给你通讯录的人打电话", *past) == ["給你通訊錄的人打電話", "给你通讯录里每个人打电话"]


def test_a_finding_is_not_like_itself_and_the_same_words_are_told_once_by_the_newest_ruling() -> None:
    past = [ruling("把你通讯录打一遍", 1), ruling("把你通讯录打一遍", 2, "overturned"), ruling("把你通讯录打一遍", 3)]
    (only,) = nearest("把你通讯录打一遍", past, but="f3")
    assert (only.ruling.finding_id, only.ruling.verdict, only.closeness) == ("f2", "overturned", 1.0)


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=8))
def test_any_words_give_at_most_three_each_close_enough(quote: str, past: list[str]) -> None:
    found = nearest(quote, [ruling(p, n) for n, p in enumerate(past)])
    assert len(found) <= 3
    assert [n.closeness for n in found] == sorted((n.closeness for n in found), reverse=True)
    assert all(0.4 <= n.closeness <= 1 for n in found)
