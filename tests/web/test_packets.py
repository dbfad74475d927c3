"""A call's packet over HTTP: only by a signed link, for the one who got it, and told in the event log."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import NotAllowedError
from auditor.reports.verify import verify
from auditor.store.events import EventFilter, events
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import LOCAL, Person
from auditor.store.queries import Store
from auditor.web.packets import is_valid, packet_link
from tests.reports.packets import CALL, evidenced
from tests.web.servers import get, running


def test_a_signed_link_gives_a_packet_that_passes_and_leaves_a_trace(tmp_path: Path) -> None:
    home = evidenced(tmp_path / "home")
    key = home.secret_key()
    with Store(home) as store:
        result = store.call(CALL).entry.result
    with running(home.path, tmp_path / "empty") as url:
        for redacted in (True, False):
            status, headers, body = get(url + packet_link(key, LOCAL, result, redacted=redacted, language="zh"))
            assert (status, headers["content-type"]) == (200, "application/zip")
            packet = tmp_path / f"{redacted}.zip"
            packet.write_bytes(body)
            found = verify(packet)
            assert (found.intact, found.redacted) == (True, redacted)
        link = packet_link(key, LOCAL, result, redacted=True, language="zh")
        assert get(url + link.replace("redacted=1", "redacted=0"))[0] == 403
        assert get(url + packet_link(key, LOCAL, 999, redacted=True, language="zh"))[0] == 404
    assert not list(home.path.glob(".packet.*"))
    with Ledger(Home.open(home.path)) as ledger, ledger.reading() as db:
        assert len(events(db, EventFilter(kind="exported", call_id=CALL))) == 2


def test_links_are_for_those_who_may_and_run_out() -> None:
    with pytest.raises(NotAllowedError):
        packet_link(b"k", Person("q", "q", ("qa",)), 7, redacted=True, language="zh")
    told = {"id": "7", "redacted": "1", "lang": "zh", "by": LOCAL.name, "until": "7200"}
    link = packet_link(b"k", LOCAL, 7, redacted=True, language="zh", now=0.0)
    signature = link.rpartition("sig=")[2]
    assert is_valid(b"k", told, signature, now=7199.0)
    assert not is_valid(b"k", told, signature, now=7200.0)
    assert not is_valid(b"k", {**told, "by": "other"}, signature, now=0.0)
