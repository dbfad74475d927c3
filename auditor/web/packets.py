"""A call's evidence packet over HTTP: only for links that this home has signed, made anew at each fetch, with an entry in the event log."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from auditor.errors import NotFoundError, PackError
from auditor.reports.packet import make_packet
from auditor.reports.signing import home_key
from auditor.review.roles import may, require, scope
from auditor.store import catalog
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import LOCAL, Person
from auditor.web.identity import PERSON
from auditor.web.shared import store_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

PACKET_PATH = "/export/packet.zip"
LIFETIME = 3600
"""Seconds for which a link works: a page may stand open for a while."""


def packet_link(
    key: bytes, who: Person, result: int, *, redacted: bool, language: str, now: float | None = None
) -> str:
    """The path and query under which the person's browser may fetch the packet for the next hour or two.

    ``result`` stands for the call: its id may hold personal data, and addresses are kept in many places.

    Raises:
        NotAllowedError: the person's role does not allow it; a whole packet also takes the right to see personal data.
    """
    require(who, "export")
    if not redacted:
        require(who, "unmask")
    until = str((int(time.time() if now is None else now) // LIFETIME + 2) * LIFETIME)
    told = {"id": str(result), "redacted": str(int(redacted)), "lang": language, "by": who.name, "until": until}
    return f"{PACKET_PATH}?{urlencode({**told, 'sig': _signature(key, told)})}"


def packet_route(home: Home, words: Callable[[str], Mapping[str, str]], *, login: bool = False) -> Route:
    """The route of the packets.

    401 where there is a login and nobody is logged in, 403 without a valid signature or for somebody else's link, 404 where there is no
    such call in what the person may see, or not the pack that judged it.

    Args:
        home: whose calls; its own key signs.
        words: the texts of a language by dotted key.
        login: whether there is one.
    """
    from starlette.background import BackgroundTask
    from starlette.responses import FileResponse, PlainTextResponse
    from starlette.routing import Route

    key = home.secret_key()

    def packet(request: Request) -> Response:
        who: Person | None = request.scope.get(PERSON) if login else LOCAL
        if who is None:
            return PlainTextResponse("请先登录。", status_code=401)
        asked = {name: request.query_params.get(name, "") for name in ("id", "redacted", "lang", "by", "until")}
        redacted = asked["redacted"] == "1"
        allowed = may(who, "export") and (redacted or may(who, "unmask")) and asked["by"] == who.name
        if not is_valid(key, asked, request.query_params.get("sig", "")) or not allowed:
            return PlainTextResponse("链接无效或已过期，请从通话页面重新打开。", status_code=403)
        known, at = words(asked["lang"]), datetime.now(UTC).replace(microsecond=0)

        def name(kind: str, code: str) -> str:
            return known.get(f"{kind}.{code}", code)

        folder = Path(tempfile.mkdtemp(dir=home.path, prefix=".packet."))
        try:
            store = store_of(home.path).within(scope(who))
            with Ledger(home) as ledger, ledger.reading() as db:
                call_id = catalog.call_of(db, int(asked["id"]))
            if call_id is None:
                raise NotFoundError("no such result")
            target = folder / "packet.zip"
            make_packet(store, (call_id,), target, key=home_key(home), at=at, by=who.name, name=name, redacted=redacted)
        except (NotFoundError, PackError):
            shutil.rmtree(folder)
            return PlainTextResponse("这通电话，或当时判它的规则包，不在归档目录里。", status_code=404)
        except BaseException:
            shutil.rmtree(folder)
            raise
        return FileResponse(
            target,
            media_type="application/zip",
            filename=f"packet-{at:%Y%m%d-%H%M%S}.zip",
            headers={"Cache-Control": "private, no-store"},
            background=BackgroundTask(shutil.rmtree, folder),
        )

    return Route(PACKET_PATH, packet, methods=["GET"])


def is_valid(key: bytes, asked: Mapping[str, str], signature: str, now: float | None = None) -> bool:
    """Whether this home made the link and its time has not run out."""
    if not hmac.compare_digest(_signature(key, asked).encode(), signature.encode()):
        return False
    return (time.time() if now is None else now) < int(asked["until"])


def _signature(key: bytes, asked: Mapping[str, str]) -> str:
    return hmac.new(key, f"packet\n{urlencode(sorted(asked.items()))}".encode(), hashlib.sha256).hexdigest()
