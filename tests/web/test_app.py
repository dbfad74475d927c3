"""The server around the dashboard: its start, its refusals, its protections, its audio."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from auditor.errors import HomeError, UsageError
from auditor.store.home import Home
from auditor.web.app import dashboards_folder, listen, serve
from auditor.web.clips import audio_link
from tests.web.homes import audio_id, filled
from tests.web.servers import get, running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return filled(tmp_path_factory.mktemp("home") / "home")


@pytest.fixture(scope="module")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served") / "empty"


@pytest.fixture(scope="module")
def url(home: Home, empty_folder: Path) -> Iterator[str]:
    with running(home.path, empty_folder) as address:
        yield address


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"端口 {port} 已被占用。.*--port"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_no_machine_has_is_refused(port: int) -> None:
    with pytest.raises(UsageError, match="--port"):
        listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match="--host"):
        listen(host, 0)


def test_a_folder_of_something_else_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "photos.zip").write_bytes(b"PK")
    with pytest.raises(HomeError, match="--home"):
        serve(tmp_path, port=0)


def test_the_pages_are_found_in_the_source_tree() -> None:
    assert (dashboards_folder() / "app.py").is_file()


def test_it_starts_from_an_empty_folder_and_leaves_nothing_there(url: str, empty_folder: Path) -> None:
    assert get(url)[0] == 200
    assert get(f"{url}/_stcore/health")[2] == b"ok"
    assert list(empty_folder.iterdir()) == []


@pytest.mark.parametrize("path", ["/", "/call", "/audio", "/_stcore/health"])
def test_every_answer_forbids_other_hosts_and_frames(url: str, path: str) -> None:
    _, headers, _ = get(url + path)
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_a_page_that_renames_itself_to_this_machine_is_refused(url: str) -> None:
    """DNS rebinding: the browser still names the foreign host."""
    assert get(url, {"Host": "evil.example"})[0] == 400


def test_it_listens_on_this_machines_own_address_only(url: str) -> None:
    """127.0.0.2 reaches whatever listens on all addresses, and nothing that listens on 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(2)
        assert probe.connect_ex(("127.0.0.2", urlsplit(url).port)) != 0


def test_unsigned_audio_is_refused(url: str) -> None:
    number = audio_id("fatal-1")
    for query in ("", f"id={number}", f"id={number}&until=9999999999&sig={'0' * 64}", f"id={number}&until=x&sig=%E7"):
        assert get(f"{url}/audio?{query}")[0] == 403


def test_the_whole_recording_comes_as_flac(url: str, home: Home) -> None:
    number = audio_id("fatal-1")
    status, headers, body = get(url + audio_link(home.secret_key(), number))
    assert (status, headers["content-type"]) == (200, "audio/flac")
    assert "no-store" in headers["cache-control"]
    assert body == home.audio_path(number).read_bytes()


def test_a_range_comes_as_that_range_also_to_a_browser_that_likes_gzip(url: str, home: Home) -> None:
    number = audio_id("fatal-1")
    whole = home.audio_path(number).read_bytes()
    asked = {"Range": "bytes=1000-1999", "Accept-Encoding": "gzip"}
    status, headers, body = get(url + audio_link(home.secret_key(), number), asked)
    assert (status, headers["content-range"]) == (206, f"bytes 1000-1999/{len(whole)}")
    assert body == whole[1000:2000]


@pytest.mark.parametrize("number", ["ab" * 32, "../../secret.key", "/etc/passwd", ""])
def test_what_the_home_does_not_keep_is_not_found_even_when_signed(url: str, home: Home, number: str) -> None:
    assert get(url + audio_link(home.secret_key(), number))[0] == 404


def test_a_link_of_another_home_opens_nothing(url: str, tmp_path: Path) -> None:
    other = Home.open(tmp_path / "other")
    assert get(url + audio_link(other.secret_key(), audio_id("fatal-1")))[0] == 403
