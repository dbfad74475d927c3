"""Passwords, and what is done against guessing them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import UsageError
from auditor.web.passwords import hash_password, is_outdated, is_password
from auditor.web.throttle import PER_ADDRESS, PER_NAME, PER_NAME_AND_ADDRESS, PERIOD, Throttle


def test_only_the_password_itself_is_accepted() -> None:
    hashed = hash_password("床前明月光疑是地上霜", "li.bai")
    assert hashed.startswith("$argon2id$")
    assert "床前" not in hashed
    assert is_password(hashed, "床前明月光疑是地上霜")
    assert not is_password(hashed, "床前明月光疑是地上雪")
    assert not is_password(hashed, "")
    assert not is_outdated(hashed)
    assert hash_password("床前明月光疑是地上霜") != hashed


def test_the_same_characters_typed_another_way_are_the_same_password() -> None:
    assert is_password(hash_password("cafe\u0301 ＡＢＣ１２３"), "caf\u00e9 ABC123")


def test_nobodys_password_is_right_for_nobody() -> None:
    assert not is_password(None, "")
    assert not is_password(None, "anything at all")
    assert not is_password("no hash", "anything at all")


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaa", "x" * 129, "zhang.san1", "Zhang.San-2026"])
def test_a_password_that_is_easily_guessed_is_refused(password: str) -> None:
    with pytest.raises(UsageError, match="密码"):
        hash_password(password, "zhang.san")


def test_after_some_failures_one_waits_and_another_does_not() -> None:
    throttle = Throttle()
    for n in range(PER_NAME_AND_ADDRESS):
        assert throttle.wait("a", "10.0.0.1", n) == 0
    assert throttle.wait("a", "10.0.0.1", 10) == pytest.approx(PERIOD - 10)
    assert throttle.wait("a", "10.0.0.2", 10) == 0
    assert throttle.wait("b", "10.0.0.1", 10) == 0
    assert throttle.wait("a", "10.0.0.1", PERIOD) == 0


def test_many_names_from_one_address_and_many_addresses_for_one_name_wait_too() -> None:
    one_address, one_name = Throttle(), Throttle()
    assert [bool(one_address.wait(f"n{n}", "10.0.0.1", 0)) for n in range(PER_ADDRESS + 1)] == [False] * PER_ADDRESS + [
        True
    ]
    assert [bool(one_name.wait("a", f"10.0.0.{n}", 0)) for n in range(PER_NAME + 1)] == [False] * PER_NAME + [True]


def test_who_knows_the_password_is_not_held_up_by_earlier_slips() -> None:
    throttle = Throttle()
    for n in range(50):
        assert throttle.wait("a", "10.0.0.1", n * 1.0) == 0
        throttle.forgive("a", "10.0.0.1")


@settings(max_examples=30)
@given(st.lists(st.floats(0, 3000), min_size=1, max_size=60))
def test_no_period_ever_sees_more_tries_than_allowed(gaps: list[float]) -> None:
    throttle, now, let_through = Throttle(), 0.0, list[float]()
    for gap in gaps:
        now += gap / 10
        if not throttle.wait("a", "10.0.0.1", now):
            let_through.append(now)
    for start in let_through:
        assert sum(start <= at < start + PERIOD for at in let_through) <= PER_NAME_AND_ADDRESS
