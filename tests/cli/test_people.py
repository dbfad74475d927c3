"""``auditor people``, and what it changes for ``auditor serve``."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from auditor.store.home import Home
from auditor.web.accounts import proven
from tests.cli.program import Said, auditor


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


def people(home: Home, monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> Said:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return auditor("people", *arguments, "--home", home.path)


def test_people_are_registered_listed_changed_and_let_go(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    password = "一句 记得住 的话 2026"
    said = people(home, monkeypatch, "add", "boss", "--shown", "王丽", "--role", "admin", typed=f"{password}\n")
    assert (said.code, said.out, said.err) == (0, "", "已登记 boss。\n")
    said = people(home, monkeypatch, "add", "li.si", "--role", "agent", "--agent", "A001", "--sso")
    assert said.code == 0
    assert proven(home, "boss", password) is not None
    said = people(
        home, monkeypatch, "change", "li.si", "--role", "qa", "--role", "coach", "--team", "一组", "--agent", ""
    )
    assert said.err == "已修改 li.si。\n"
    listed = people(home, monkeypatch, "list").out
    assert password not in listed
    rows = [line.split() for line in listed.splitlines()[1:]]
    assert rows == [
        ["boss", "王丽", "admin", "全部", "有", "在用"],
        ["li.si", "li.si", "qa、coach", "一组", "无", "在用"],
    ]
    assert people(home, monkeypatch, "password", "boss", typed="另外一句 记得住 的话\n").code == 0
    assert proven(home, "boss", password) is None
    assert people(home, monkeypatch, "deactivate", "li.si").code == 0
    assert "停用" in people(home, monkeypatch, "list").out
    assert people(home, monkeypatch, "change", "li.si", "--activate", "--all-teams").code == 0


@pytest.mark.parametrize(
    ("arguments", "typed", "says"),
    [
        (("add", "boss", "--role", "admin"), "short\n", "密码要有 10"),
        (("add", "boss", "--role", "admin"), "", "密码要有 10"),
        (("add", "boss", "--role", "king"), "一句记得住的话 2026\n", "没有角色 king"),
        (("add", "boss"), "一句记得住的话 2026\n", "--role"),
        (("add", "王丽", "--role", "qa"), "一句记得住的话 2026\n", "登录名只能用"),
        (("password", "nobody"), "一句记得住的话 2026\n", "没有用户"),
        (("change", "nobody", "--role", "qa"), "", "没有用户"),
        (("deactivate", "nobody"), "", "没有用户"),
        (("change", "nobody", "--team", "a", "--all-teams"), "", "--all-teams"),
    ],
)
def test_what_cannot_be_is_one_line_with_the_way_out(
    home: Home, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], typed: str, says: str
) -> None:
    said = people(home, monkeypatch, *arguments, typed=typed)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert says in said.err


def test_nobody_is_registered_twice_and_the_last_administrator_stays(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert people(home, monkeypatch, "add", "boss", "--role", "admin", "--sso").code == 0
    assert "已经登记过" in people(home, monkeypatch, "add", "Boss", "--role", "qa", "--sso").err
    assert "最后一位" in people(home, monkeypatch, "deactivate", "boss").err


def test_nothing_is_served_to_others_without_a_login(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for options, says in (
        (("--host", "0.0.0.0"), "auditor people add"), (("--login",), "auditor people add"),
        (("--no-login", "--host", "0.0.0.0"), "必须登录"), (("--oidc", "missing.toml"), "missing.toml"),
    ):  # fmt: skip
        said = auditor("serve", "--home", home.path, "--port", "0", *options)
        assert said.code == 2
        assert says in said.err
