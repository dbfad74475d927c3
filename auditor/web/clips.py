"""The audio of a call over HTTP: for links that this home has signed and who may see the call, in byte ranges.

Streamlit's own audio element holds whole files in memory and seeks by whole seconds; a file response does neither.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from auditor.errors import NotFoundError
from auditor.review.roles import scope
from auditor.store.home import Home
from auditor.store.people import LOCAL, Person
from auditor.store.recordings import may_hear
from auditor.web.identity import PERSON
from auditor.web.shared import store_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

AUDIO_PATH = "/audio"
PERIOD = 12 * 3600


def audio_link(key: bytes, audio_id: str, now: float | None = None) -> str:
    """The path and query under which a browser may fetch a recording, for the next 12 to 24 hours.

    Links made within 12 hours are the same, so that a page drawn again does not make the player load again.

    Args:
        key: the home's secret key.
        audio_id: the recording, as the home knows it.
        now: seconds since 1970; the clock's where it is not given.
    """
    until = str((int(time.time() if now is None else now) // PERIOD + 2) * PERIOD)
    return f"{AUDIO_PATH}?{urlencode({'id': audio_id, 'until': until, 'sig': _signature(key, audio_id, until)})}"


def is_valid(key: bytes, audio_id: str, until: str, signature: str, now: float | None = None) -> bool:
    """Whether this home made the link and its time has not run out."""
    if not hmac.compare_digest(_signature(key, audio_id, until).encode(), signature.encode()):
        return False
    return (time.time() if now is None else now) < int(until)


def audio_route(home: Home, *, login: bool = False) -> Route:
    """The route of the recordings, always the canonical ones.

    401 where there is a login and nobody is logged in, 403 without a valid signature, 404 where there is no such
    recording in what the person may see, 206 for a range.
    """
    from starlette.responses import FileResponse, PlainTextResponse
    from starlette.routing import Route

    key = home.secret_key()

    def audio(request: Request) -> Response:
        who: Person | None = request.scope.get(PERSON) if login else LOCAL
        if who is None:
            return PlainTextResponse("请先登录。", status_code=401)
        audio_id, until, signature = (request.query_params.get(name, "") for name in ("id", "until", "sig"))
        if not is_valid(key, audio_id, until, signature):
            return PlainTextResponse("链接无效或已过期，请从通话页面重新打开。", status_code=403)
        try:
            path = home.audio_path(audio_id)
        except NotFoundError:
            path = None
        if path is None or not path.is_file() or not may_hear(store_of(home.path).within(scope(who)), audio_id):
            return PlainTextResponse("这段录音不在归档目录里。", status_code=404)
        return FileResponse(path, media_type="audio/flac", headers={"Cache-Control": "private, no-store"})

    return Route(AUDIO_PATH, audio, methods=["GET"])


def _signature(key: bytes, audio_id: str, until: str) -> str:
    return hmac.new(key, f"audio\n{until}\n{audio_id}".encode(), hashlib.sha256).hexdigest()
