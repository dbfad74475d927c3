"""The page on which an administrator registers and changes people."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import LOCAL, Person, people
from auditor.web.accounts import proven, register
from tests.dashboards.conftest import Opened
from tests.web.homes import filled

NOW = datetime(2026, 11, 2, tzinfo=UTC)
PASSWORD = "一句 记得住 的话 2026"
BOSS = Person("boss", "王丽", ("admin",))


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = filled(tmp_path_factory.mktemp("home") / "home")
    register(home, BOSS, None, LOCAL, NOW)
    return home


@pytest.fixture
def page(opened: Opened) -> AppTest:
    return opened("views/people.py")


def registered(home: Home) -> list[Person]:
    with Ledger(home) as ledger, ledger.reading() as db:
        return people(db)


def press(page: AppTest, label: str) -> None:
    (button,) = [each for each in page.button if each.label == label]
    button.click().run()
    assert not page.exception


def said(page: AppTest) -> str:
    return "\n".join(each.value for each in (*page.success, *page.error, *page.text))


def test_an_administrator_registers_somebody_for_a_team(page: AppTest, home: Home) -> None:
    page.text_input("add:name").set_value("zhang.san")
    page.text_input("add:shown").set_value("张三")
    page.multiselect("add:roles").set_value(["qa", "coach"])
    page.checkbox("add:every").uncheck()
    page.multiselect("add:teams").set_value(["一组"])
    page.text_input("add:password").set_value(PASSWORD)
    press(page, "登记")
    assert said(page) == "已登记 zhang.san。"
    assert registered(home) == [BOSS, Person("zhang.san", "张三", ("qa", "coach"), ("一组",))]
    assert proven(home, "zhang.san", PASSWORD) is not None


def test_what_cannot_be_is_said_and_nothing_is_kept(page: AppTest, home: Home) -> None:
    page.text_input("add:name").set_value("张三")
    page.multiselect("add:roles").set_value(["qa"])
    press(page, "登记")
    assert "没有保存" in said(page)
    assert "登录名只能用" in said(page)
    assert page.text_input("add:name").value == "张三"
    (active,) = [each for each in page.checkbox if each.label == "可以登录"]
    active.uncheck()
    press(page, "保存")
    assert "最后一位" in said(page)
    assert registered(home) == [BOSS]


def test_an_administrator_changes_somebody_and_resets_the_password(opened: Opened, home: Home) -> None:
    register(home, Person("li.si", "李四", ("agent",), None, "A001"), None, BOSS, NOW)
    page = opened("views/people.py")
    page.selectbox[0].select("li.si").run()
    page.multiselect("change:li.si:roles").set_value(["coach"])
    page.text_input("change:li.si:agent").set_value("")
    press(page, "保存")
    assert registered(home)[1] == Person("li.si", "李四", ("coach",))
    page.selectbox[0].select("li.si").run()
    (field,) = [each for each in page.text_input if each.label == "新密码"]
    field.set_value(PASSWORD)
    press(page, "重设密码")
    assert proven(home, "li.si", PASSWORD) is not None


def test_the_page_speaks_english_too(opened: Opened) -> None:
    assert opened("views/people.py", lang="en").title[0].value == "People"
