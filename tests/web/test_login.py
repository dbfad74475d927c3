"""The login around an application: who gets in, what it is told, and how it ends."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from auditor.errors import UsageError
from auditor.store import sessions
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import LOCAL, Person
from auditor.web.access import Access, decide
from auditor.web.accounts import deactivate, register, set_password
from auditor.web.identity import HEADER, Identity
from auditor.web.login import login_routes
from auditor.web.throttle import PER_NAME_AND_ADDRESS

PASSWORD = "一句记得住的话 2026"
NOW = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home.open(tmp_path_factory.mktemp("people") / "home")
    register(home, Person("boss", "王丽", ("admin",)), PASSWORD, LOCAL, NOW)
    register(home, Person("zhang.san", "张三", ("qa",), ("一组",)), PASSWORD, LOCAL, NOW)
    return home.path


@pytest.fixture
def home(registered: Path, tmp_path: Path) -> Home:
    return Home.open(shutil.copytree(registered, tmp_path / "home"))


def around(home: Home, access: Access) -> TestClient:
    """A browser before an application that says what it was told, behind the login."""

    def told(request: Request) -> JSONResponse:
        return JSONResponse(request.headers.getlist(HEADER))

    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json(websocket.headers.getlist(HEADER))
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await websocket.send_text(await websocket.receive_text())

    routes = [
        *login_routes(home, access), Route("/_stcore/health", told), WebSocketRoute("/_stcore/stream", echo),
        Route("/audio", told), Route("/static/x.js", told), Route("/{page:path}", told),
    ]  # fmt: skip
    return TestClient(
        Starlette(routes=routes, middleware=[Middleware(Identity, home=home, access=access)]), follow_redirects=False
    )


@pytest.fixture
def browser(home: Home) -> Iterator[TestClient]:
    with around(home, Access(login=True, look_again=timedelta(seconds=0.1))) as client:
        yield client


def log_in(browser: TestClient, name: str = "zhang.san", password: str = PASSWORD, **more: str) -> int:
    """Fill the form in as a browser does; gives the status of the answer."""
    page = browser.get("/login").text
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    form = {"token": token[1], "name": name, "password": password, "next": "/", **more}
    return int(browser.post("/login", data=form).status_code)


def events(home: Home) -> list[tuple[str, dict[str, object]]]:
    with Ledger(home) as ledger, ledger.reading() as db:
        return [(kind, json.loads(body)) for kind, body in db.execute("SELECT kind, body FROM events ORDER BY seq")]


def test_who_is_not_logged_in_is_led_to_the_login_and_back(browser: TestClient) -> None:
    answer = browser.get("/call?id=text 2/甲")
    assert answer.status_code == 302
    where = answer.headers["location"]
    assert where.startswith("/login?next=%2Fcall%3Fid%3D")
    page = browser.get(where)
    assert page.status_code == 200
    wanted = re.search(r'name="next" value="([^"]+)"', page.text)
    assert wanted is not None
    token = browser.cookies["auditor-form"]
    done = browser.post("/login", data={"token": token, "name": "boss", "password": PASSWORD, "next": wanted[1]})
    assert (done.status_code, done.headers["location"]) == (303, wanted[1])
    assert browser.get(wanted[1]).json() == ["boss"]


@pytest.mark.parametrize("path", ["/audio", "/_stcore/host-config", "/static/x.js", "/session", "/_stcore/health/x"])
def test_what_is_no_page_is_refused(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 401
    assert browser.post("/call").status_code == 401


def test_a_health_check_needs_no_login_and_learns_nobody(browser: TestClient) -> None:
    assert browser.get("/_stcore/health", headers={HEADER: "boss"}).json() == []


@pytest.mark.parametrize("forged", [HEADER, HEADER.upper(), HEADER.replace("-", "_")])
def test_nobody_can_say_who_they_are(browser: TestClient, forged: str) -> None:
    assert log_in(browser) == 303
    assert browser.get("/", headers={forged: "boss"}).json() == ["zhang.san"]


def test_without_a_login_nobody_is_anybody(home: Home) -> None:
    browser = around(home, Access())
    assert browser.get("/", headers={HEADER: "boss"}).json() == []
    assert browser.get("/login").json() == []


def test_a_websocket_needs_a_session_and_a_page_of_ours(browser: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect("/_stcore/stream"):
        pass
    log_in(browser)
    with browser.websocket_connect("/_stcore/stream", headers={HEADER: "boss"}) as socket:
        assert socket.receive_json() == ["zhang.san"]
    with (
        pytest.raises(WebSocketDisconnect),
        browser.websocket_connect("/_stcore/stream", headers={"origin": "https://evil.example"}),
    ):
        pass


def test_an_open_websocket_ends_with_its_session(browser: TestClient, home: Home) -> None:
    log_in(browser)
    with browser.websocket_connect("/_stcore/stream") as socket:
        socket.receive_json()
        socket.send_text("one")
        assert socket.receive_text() == "one"
        deactivate(home, "zhang.san", LOCAL, NOW)
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
        assert ended.value.code == 1008


def test_a_message_after_the_end_of_a_session_is_not_heard(home: Home) -> None:
    with around(home, Access(login=True, look_again=timedelta(hours=1))) as browser:
        log_in(browser)
        with browser.websocket_connect("/_stcore/stream") as socket:
            socket.receive_json()
            with Ledger(home) as ledger, ledger.writing() as db:
                sessions.end_all(db, "zhang.san")
            socket.send_text("two")
            with pytest.raises(WebSocketDisconnect):
                socket.receive_text()


@pytest.mark.parametrize(
    ("name", "password"), [("zhang.san", "wrong"), ("nobody", PASSWORD), ("", ""), ("boss", PASSWORD.upper() + "x")]
)
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(browser: TestClient, name: str, password: str) -> None:
    assert log_in(browser, name, password) == 401
    assert browser.get("/").status_code == 302


def test_the_event_log_knows_who_came_and_never_what_was_typed(browser: TestClient, home: Home) -> None:
    log_in(browser, "zhang.san", "my secret guess")
    log_in(browser, "my secret typed as a name", "x")
    log_in(browser)
    browser.post("/logout")
    said = events(home)
    assert [kind for kind, _ in said if kind.startswith("log")] == [
        "login_failed",
        "login_failed",
        "logged_in",
        "logged_out",
    ]
    failures = [body for kind, body in said if kind == "login_failed"]
    assert [failure["name"] for failure in failures] == ["zhang.san", None]
    assert "secret" not in str(said)
    assert PASSWORD not in str(said)


def test_guessing_is_slowed_down(browser: TestClient) -> None:
    answers = [log_in(browser, password=f"guess {n}") for n in range(PER_NAME_AND_ADDRESS + 1)]
    assert answers == [401] * PER_NAME_AND_ADDRESS + [429]
    assert log_in(browser) == 429
    assert log_in(browser, "boss") == 303


def test_a_form_that_another_site_made_is_not_taken(browser: TestClient) -> None:
    form = {"name": "boss", "password": PASSWORD, "next": "/"}
    assert browser.post("/login", data=form).status_code == 400
    assert browser.post("/login", data={**form, "token": ""}).status_code == 400
    browser.get("/login")
    own = {**form, "token": browser.cookies["auditor-form"]}
    assert browser.post("/login", data=own, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
    assert browser.post("/login", data={**own, "token": "x"}).status_code == 400
    assert browser.post("/login", content=b"x" * 100_000).status_code == 400
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "\\/x", "javascript:x", "/a\nb", ""]
)
def test_the_login_leads_nowhere_else(browser: TestClient, wanted: str) -> None:
    browser.get("/login")
    form = {"token": browser.cookies["auditor-form"], "name": "boss", "password": PASSWORD, "next": wanted}
    assert browser.post("/login", data=form).headers["location"] == "/"


def test_every_login_gets_a_new_session_in_a_cookie_that_scripts_cannot_read(browser: TestClient) -> None:
    browser.cookies.set("auditor-session", "chosen-by-somebody-else")
    log_in(browser)
    first = browser.get("/login")
    token = browser.cookies["auditor-form"]
    answer = browser.post("/login", data={"token": token, "name": "boss", "password": PASSWORD, "next": "/"})
    cookie = answer.headers["set-cookie"]
    assert "chosen" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert first.headers["cache-control"] == "no-store"


def test_on_https_the_cookie_is_secure_and_bound_to_the_host(home: Home) -> None:
    with around(home, Access(login=True, url="https://qa.example")) as browser:
        browser.get("/login")
        # the test client speaks http, and so keeps no secure cookies
        form = {"token": "t", "name": "boss", "password": PASSWORD, "next": "/"}
        answer = browser.post("/login", data=form, headers={"Cookie": "auditor-form=t"})
        cookie = answer.headers["set-cookie"]
        assert re.match(r"__Host-auditor-session=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure$", cookie)
        kept = cookie.partition(";")[0]
        assert browser.get("/", headers={"Cookie": kept}).json() == ["boss"]
        assert browser.get("/", headers={"Cookie": kept.removeprefix("__Host-")}).status_code == 302


def test_after_logging_out_the_old_cookie_opens_nothing(browser: TestClient) -> None:
    log_in(browser)
    old = browser.cookies["auditor-session"]
    assert browser.get("/logout").status_code == 200
    answer = browser.post("/logout")
    assert answer.headers["location"].startswith("/login?done=logged_out")
    assert "已退出登录" in browser.get(answer.headers["location"]).text
    browser.cookies.set("auditor-session", old)
    assert browser.get("/").status_code == 302


def test_a_new_password_ends_sessions_and_the_old_one_no_longer_counts(browser: TestClient, home: Home) -> None:
    log_in(browser)
    set_password(home, "zhang.san", "另外一句也记得住的话", LOCAL, NOW)
    assert browser.get("/").status_code == 302
    assert log_in(browser) == 401
    assert log_in(browser, password="另外一句也记得住的话") == 303


def test_people_change_their_own_password_if_they_know_it(browser: TestClient) -> None:
    log_in(browser)
    assert "张三" not in browser.get("/password").text
    token = browser.cookies["auditor-form"]
    new = "另外一句也记得住的话"

    def change(**fields: str) -> int:
        form = {"token": token, "old": PASSWORD, "new": new, "again": new, **fields}
        return int(browser.post("/password", data=form).status_code)

    assert change(token="x") == 400
    assert change(again="other") == 400
    assert change(old="wrong") == 401
    assert change(new="short", again="short") == 400
    assert browser.get("/").status_code == 200
    assert change() == 303
    assert browser.get("/").status_code == 302
    assert log_in(browser, password=new) == 303


@pytest.mark.parametrize(("lang", "word"), [("zh", "登录名"), ("en", "User name"), ("xx", "登录名")])
def test_the_login_is_plain_html_in_both_languages(browser: TestClient, lang: str, word: str) -> None:
    page = browser.get("/login", params={"lang": lang, "next": '/call?id="><script>alert(1)</script>'})
    assert word in page.text
    assert "<script" not in page.text
    assert not re.search(r"(?:src|href)=.?(?:https?:)?//", page.text)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for field in ("name", "password"):
        assert f'<label for="{field}">' in page.text


def test_who_must_log_in_is_decided_by_who_can_reach_the_pages(home: Home, tmp_path: Path) -> None:
    empty = Home.open(tmp_path / "empty")
    assert not decide(empty, "127.0.0.1").login
    assert decide(home, "127.0.0.1").login
    assert not decide(home, "127.0.0.1", login=False).login
    assert decide(home, "0.0.0.0").login
    assert decide(home, "127.0.0.1", url="https://qa.example/").url == "https://qa.example"
    for host, options in (
        ("0.0.0.0", {"login": False}), ("127.0.0.1", {"login": False, "url": "https://qa.example"}),
        ("127.0.0.1", {"url": "qa.example"}), ("127.0.0.1", {"proxies": ("127.0.0.1",)}), ("127.0.0.1", {"url": "https://qa.example/base"}),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            decide(home, host, **options)
    for host in ("0.0.0.0", "::"):
        with pytest.raises(UsageError, match="auditor people add"):
            decide(empty, host)
