"""Logging in through an OpenID Connect provider that answers well, and wrongly."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from auditor.errors import UsageError
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import LOCAL, Person
from auditor.web.access import Access, decide
from auditor.web.accounts import deactivate, register
from auditor.web.oidc import Provider, read_provider
from tests.web.provider import CLIENT_ID, CLIENT_SECRET, OwnProvider, provider
from tests.web.test_login import around

NOW = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def running_provider() -> Iterator[OwnProvider]:
    with provider() as own:
        yield own


@pytest.fixture
def own(running_provider: OwnProvider) -> Iterator[OwnProvider]:
    yield running_provider
    running_provider.wrong, running_provider.claims = "", {}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.open(tmp_path / "home")
    register(home, Person("zhang.san", "张三", ("qa",)), None, LOCAL, NOW)
    return home


@pytest.fixture
def browser(home: Home, own: OwnProvider) -> Iterator[TestClient]:
    told = Provider(own.issuer, CLIENT_ID, CLIENT_SECRET, name="行内统一登录")
    with around(home, Access(login=True, provider=told)) as client:
        yield client


def to_provider(browser: TestClient, wanted: str = "/call?id=1") -> str:
    """Begin at the login page, let the provider answer at once; gives the address that it sends the browser back to."""
    assert "行内统一登录" in browser.get("/login").text
    begun = browser.get("/oidc/start", params={"next": wanted})
    assert begun.status_code == 303
    answer = httpx2.get(begun.headers["location"], trust_env=False)
    back = urlsplit(answer.headers["location"])
    assert back.path == "/oidc/callback"
    return f"{back.path}?{back.query}"


def failures(home: Home) -> list[dict[str, Any]]:
    with Ledger(home) as ledger, ledger.reading() as db:
        return [json.loads(body) for (body,) in db.execute("SELECT body FROM events WHERE kind = 'login_failed'")]


def test_who_the_provider_knows_comes_in_and_gets_where_they_wanted(browser: TestClient) -> None:
    done = browser.get(to_provider(browser))
    assert (done.status_code, done.headers["location"]) == (303, "/call?id=1")
    assert "HttpOnly" in done.headers["set-cookie"]
    assert browser.get("/call").json() == ["zhang.san"]


@pytest.mark.parametrize(
    ("wrong", "claims", "reason"),
    [
        ("signature", {}, "BadSignature"),
        ("no signature", {}, "UnsupportedAlgorithm"),
        ("signed with our secret", {}, "UnsupportedAlgorithm"),
        ("no id_token", {}, "KeyError"),
        ("no nonce", {}, "MissingClaim"),
        ("", {"nonce": "of another login"}, "InvalidClaim"),
        ("", {"aud": "another client"}, "InvalidClaim"),
        ("", {"aud": ["auditor", "another client"], "azp": "another client"}, "InvalidClaim"),
        ("", {"iss": "https://another.example"}, "InvalidClaim"),
        ("", {"exp": int(time.time()) - 3600}, "ExpiredToken"),
        ("", {"nbf": int(time.time()) + 3600}, "InvalidClaim"),
        ("", {"preferred_username": ""}, "preferred_username"),
        ("", {"preferred_username": ["zhang.san"]}, "preferred_username"),
    ],
)
def test_a_wrong_answer_lets_nobody_in(
    browser: TestClient, own: OwnProvider, home: Home, wrong: str, claims: dict[str, Any], reason: str
) -> None:
    own.wrong, own.claims = wrong, claims
    done = browser.get(to_provider(browser))
    assert done.status_code == 403
    assert "没有登录成功" in done.text
    assert reason in done.text
    assert browser.get("/").status_code == 302
    assert [failure["means"] for failure in failures(home)] == ["oidc"]


def test_an_answer_is_good_once_and_in_the_browser_that_asked(
    browser: TestClient, home: Home, own: OwnProvider
) -> None:
    callback = to_provider(browser)
    cookies = dict(browser.cookies)
    with around(home, Access(login=True, provider=Provider(own.issuer, CLIENT_ID, CLIENT_SECRET))) as another:
        assert another.get(callback).status_code == 403
    assert browser.get(callback.replace("state=", "state=x")).status_code == 403
    callback = to_provider(browser)
    cookies = dict(browser.cookies)
    assert browser.get(callback).status_code == 303
    browser.cookies.clear()
    browser.cookies.set("auditor-oidc", cookies["auditor-oidc"], path="/oidc")
    assert browser.get(callback).status_code == 403
    assert browser.get("/").status_code == 302


def test_a_refusal_of_the_provider_is_said(browser: TestClient) -> None:
    state = parse_qs(urlsplit(to_provider(browser)).query)["state"][0]
    done = browser.get(
        "/oidc/callback", params={"error": "access_denied", "error_description": "<b>no</b>", "state": state}
    )
    assert done.status_code == 403
    assert "<b>" not in done.text


def test_who_is_not_registered_here_is_told_so(browser: TestClient, own: OwnProvider, home: Home) -> None:
    own.claims = {"preferred_username": "<b>stranger</b>"}
    done = browser.get(to_provider(browser))
    assert done.status_code == 403
    assert "账号未登记" in done.text
    assert "&lt;b&gt;stranger" in done.text
    assert browser.get("/").status_code == 302
    own.claims = {}
    register(home, Person("boss", "王丽", ("admin",)), None, LOCAL, NOW)
    deactivate(home, "zhang.san", LOCAL, NOW)
    assert "账号未登记" in browser.get(to_provider(browser)).text
    assert [failure["name"] for failure in failures(home)] == [None, "zhang.san"]


def test_a_provider_that_is_another_or_away_lets_nobody_begin(own: OwnProvider, home: Home) -> None:
    own.wrong = "issuer of the description"
    for issuer in (own.issuer, "http://127.0.0.1:1"):
        with around(home, Access(login=True, provider=Provider(issuer, CLIENT_ID, CLIENT_SECRET))) as browser:
            done = browser.get("/oidc/start")
            assert done.status_code == 502
            assert "连不上统一登录" in done.text


def test_an_unverified_address_is_nobodys_name(own: OwnProvider, home: Home) -> None:
    register(home, Person("zs@bank.example", "张三", ("qa",)), None, LOCAL, NOW)
    told = Provider(own.issuer, CLIENT_ID, CLIENT_SECRET, claim="email", name="行内统一登录")
    with around(home, Access(login=True, provider=told)) as browser:
        own.claims = {"email": "zs@bank.example", "email_verified": False}
        assert browser.get(to_provider(browser)).status_code == 403
        own.claims = {"email": "zs@bank.example", "email_verified": True}
        assert browser.get(to_provider(browser)).status_code == 303


def write(folder: Path, text: str) -> Path:
    path = folder / "oidc.toml"
    path.write_text(text, encoding="utf-8")
    return path


GOOD = 'issuer = "https://sso.bank.example/qa"\nclient_id = "auditor"\n'


def test_the_settings_come_from_a_file_and_the_secret_from_another_or_the_environment(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n", encoding="utf-8")
    by_file = read_provider(
        write(tmp_path, GOOD + 'client_secret_file = "secret"\nclaim = "email"\nscopes = ["email"]'), {}
    )
    assert by_file == Provider("https://sso.bank.example/qa", "auditor", "s3cret", "email", ("openid", "email"))
    by_name = read_provider(write(tmp_path, GOOD + 'client_secret_env = "SECRET"\nname = "行内"'), {"SECRET": "other"})
    assert (by_name.client_secret, by_name.name) == ("other", "行内")
    assert "s3cret" not in repr(by_file)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("issuer =", "TOML"),
        ('client_id = "auditor"', "issuer"),
        (GOOD, "client_secret_file"),
        (GOOD + 'client_secret = "in plain sight"', "client_secret"),
        (GOOD + 'client_secret_env = "UNSET"', "UNSET"),
        (GOOD + 'client_secret_file = "missing"', "missing"),
        (GOOD.replace("https", "http") + 'client_secret_env = "SECRET"', "https://"),
        (GOOD + 'client_secret_env = "SECRET"\nscopes = "openid"', "scopes"),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_provider(write(tmp_path, text), {"SECRET": "x"})


def test_with_a_provider_there_is_a_login_and_others_need_its_address(home: Home) -> None:
    told = Provider("https://sso.bank.example", CLIENT_ID, CLIENT_SECRET)
    assert decide(home, "127.0.0.1", provider=told).login
    with pytest.raises(UsageError, match="--url"):
        decide(home, "0.0.0.0", provider=told)
    with pytest.raises(UsageError, match="--no-login"):
        decide(home, "127.0.0.1", provider=told, login=False)
