"""Who sees whose calls: on the real server, by address, by audio link and by websocket."""

from __future__ import annotations

import json
import re
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from auditor.store import sessions
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import LOCAL, Person
from auditor.web.accounts import change, register
from auditor.web.clips import audio_link
from auditor.web.exports import Export, export_link
from tests.web.homes import audio_id, filled
from tests.web.servers import get, running

NOW = datetime(2026, 11, 2, tzinfo=UTC)
PEOPLE = (
    Person("boss", "王丽", ("admin", "qa")),
    Person("one", "一组质检", ("qa",), ("一组",)),
    Person("two", "二组质检", ("qa",), ("二组",)),
    Person("a001", "坐席甲", ("agent",), None, "A001"),
    Person("a002", "坐席乙", ("agent",), None, "A002"),
    Person("law", "一组合规", ("compliance",), ("一组",)),
    Person("lost", "没有工号的坐席", ("agent",)),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The small home, where the clean call of team 二组 has a recording too; with people of every scope."""
    home = filled(tmp_path_factory.mktemp("home") / "home")
    shutil.copy(home.audio_path(audio_id("fatal-1")), home.audio_path(audio_id("clean-3")))
    for each in PEOPLE:
        register(home, each, None, LOCAL, NOW)
    return home


@pytest.fixture(scope="module")
def url(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(home.path, tmp_path_factory.mktemp("served") / "empty", login=True) as address:
        yield address


def logged_in(home: Home, name: str) -> dict[str, str]:
    """The headers of a browser in which this person is logged in."""
    with Ledger(home) as ledger, ledger.writing() as db:
        token = sessions.begin(db, name, datetime.now(UTC), means="password", address="127.0.0.1")
    return {"Cookie": f"auditor-session={token}"}


def page(url: str, headers: dict[str, str]) -> ClientConnection:
    """The websocket that the page opens."""
    return connect(f"ws{url.removeprefix('http')}/_stcore/stream", additional_headers=headers, max_size=None)


def shown(url: str, headers: dict[str, str], address: str) -> str:
    """All that the server sends for a page, until its script has run: texts, with what is written as JSON's escapes undone."""
    path, _, query = address.partition("?")
    with page(url, headers) as socket:
        ask = BackMsg()
        ask.rerun_script.query_string = query
        ask.rerun_script.page_name = path
        socket.send(ask.SerializeToString())
        texts = []
        while True:
            message = ForwardMsg()
            received = socket.recv(timeout=60)
            assert isinstance(received, bytes)
            message.ParseFromString(received)
            texts.append(str(message))
            if message.WhichOneof("type") == "script_finished":
                break
    said = re.sub(r"(?:\\\d{3})+", lambda m: _octal(m[0]), "".join(texts))
    return re.sub(r"\\+u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), said)


def _octal(text: str) -> str:
    return bytes(int(digits, 8) for digits in text.split("\\")[1:]).decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("name", "hears"),
    [
        ("boss", {"fatal-1", "clean-3"}),
        ("one", {"fatal-1"}),
        ("two", {"clean-3"}),
        ("a001", {"fatal-1"}),
        ("a002", {"clean-3"}),
        ("lost", set()),
    ],
)
def test_a_recording_is_played_to_those_who_may_see_its_call(url: str, home: Home, name: str, hears: set[str]) -> None:
    headers = logged_in(home, name)
    links = {call: url + audio_link(home.secret_key(), audio_id(call)) for call in ("fatal-1", "clean-3")}
    answers = {call: get(link, headers) for call, link in links.items()}
    assert {call for call, (status, _, _) in answers.items() if status == 200} == hears
    for call, (status, _, body) in answers.items():
        assert status == 200 or (status == 404 and b"fLaC" not in body), call


def test_a_signed_link_alone_opens_nothing(url: str, home: Home) -> None:
    link = url + audio_link(home.secret_key(), audio_id("fatal-1"))
    assert get(link)[0] == 401
    assert get(link, {"Cookie": "auditor-session=stolen", "X-Auditor-Person": "boss"})[0] == 401


def test_the_websocket_shows_a_call_to_those_who_may_see_it(url: str, home: Home) -> None:
    address = f"call?id={urllib.parse.quote('clean-3')}"
    seen = {name: "再不还钱" in shown(url, logged_in(home, name), address) for name in ("two", "one")}
    assert seen == {"two": True, "one": False}


def test_the_list_of_calls_holds_only_those_in_scope(url: str, home: Home) -> None:
    mine, theirs = shown(url, logged_in(home, "one"), "overview"), shown(url, logged_in(home, "two"), "overview")
    assert ("fatal-1" in mine, "clean-3" in mine) == (True, False)
    assert ("fatal-1" in theirs, "clean-3" in theirs) == (False, True)


def test_the_page_says_who_is_logged_in_and_never_believes_the_client(url: str, home: Home) -> None:
    said = shown(url, {**logged_in(home, "one"), "X-Auditor-Person": "boss"}, "")
    assert "一组质检" in said
    assert "王丽" not in said


def test_an_exported_file_is_for_whom_its_link_was_made_with_what_they_may_see_now(url: str, home: Home) -> None:
    law = next(each for each in PEOPLE if each.name == "law")
    link = url + export_link(home.secret_key(), replace(law, teams=None), Export())
    assert get(link)[0] == 401
    assert get(link, logged_in(home, "boss"))[0] == 403
    status, _, body = get(link, logged_in(home, "law"))
    assert (status, b"fatal-1" in body) == (200, True)
    change(home, replace(law, teams=("二组",)), LOCAL, NOW)
    assert b"fatal-1" not in get(link, logged_in(home, "law"))[2]
    change(home, replace(law, roles=("qa",)), LOCAL, NOW)
    assert get(link, logged_in(home, "law"))[0] == 403


def test_no_page_opens_without_a_login(url: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        page(url, {})
    assert refused.value.response.status_code == 403
    status, headers, _ = get(f"{url}/call?id=clean-3")
    assert (status, headers["location"]) == (302, "/login?next=%2Fcall%3Fid%3Dclean-3")
    assert "default-src 'self'" in headers["content-security-policy"]


def test_an_open_page_is_cut_off_when_the_session_ends(url: str, home: Home) -> None:
    with page(url, logged_in(home, "a002")) as socket:
        with Ledger(home) as ledger, ledger.writing() as db:
            sessions.end_all(db, "a002")
        with pytest.raises(ConnectionClosed):
            _read_on(socket)


@pytest.mark.parametrize(("proxies", "believed"), [((), False), (("127.0.0.1",), True)])
def test_an_address_is_believed_from_a_known_proxy_only(
    home: Home, tmp_path: Path, proxies: tuple[str, ...], believed: bool
) -> None:
    with running(home.path, tmp_path / "empty", login=True, proxies=proxies) as address:
        _, headers, body = get(f"{address}/login", {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"})
        assert ("Secure" in headers["set-cookie"]) is believed
        token = re.search(r'name="token" value="([^"]+)"', body.decode())
        assert token is not None
        form = urllib.parse.urlencode({"token": token[1], "name": "boss", "password": "wrong"}).encode()
        asked = urllib.request.Request(
            f"{address}/login", form, {"Cookie": f"auditor-form={token[1]}", "X-Forwarded-For": "203.0.113.7"}
        )
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(asked, timeout=60)
    with Ledger(home) as ledger, ledger.reading() as db:
        failures = db.execute(
            "SELECT body FROM events WHERE kind = 'login_failed' ORDER BY seq DESC LIMIT 1"
        ).fetchall()
    assert json.loads(failures[0][0])["address"] == ("203.0.113.7" if believed else "127.0.0.1")


def _read_on(socket: ClientConnection) -> None:
    while True:
        socket.recv(timeout=60)
