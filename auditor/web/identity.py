"""One identity for pages, audio, websocket and API: every request passes here, and nothing else says who asks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from auditor.errors import NotFoundError
from auditor.store import sessions
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import Person, person
from auditor.web.access import Access

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-auditor-person"
"""The request header by which the pages learn who asks; one that a client sends is thrown away."""

PERSON = "auditor.person"
"""Where the person stands in the ASGI scope."""

LOGIN_PATH, LOGOUT_PATH, PASSWORD_PATH, SESSION_PATH = "/login", "/logout", "/password", "/session"
_OPEN = frozenset({LOGIN_PATH, LOGOUT_PATH, "/oidc/start", "/oidc/callback", "/_stcore/health"})
_NO_PAGES = ("/audio", "/api/", "/_stcore/", "/static/", "/media/", "/component/", "/export/", SESSION_PATH)
_SECURE_COOKIE, _COOKIE = "__Host-auditor-session", "auditor-session"
_POLICY_VIOLATION = 1008


class Identity:
    """ASGI middleware: lets in who is logged in, and tells what is inside who that is.

    Without a login everybody comes in, and nobody is told to be anybody. A page is answered with the way to the login,
    anything else with 401, a websocket with a refusal; an open websocket ends with its session. A websocket of another
    site's page is refused either way.
    """

    def __init__(self, app: ASGIApp, home: Home, access: Access) -> None:
        self.app, self.home, self.access = app, home, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        scope = {**scope, "headers": [(k, v) for k, v in scope["headers"] if not _names_a_person(k)]}
        if scope["type"] == "websocket" and not _is_own_page(scope):
            await _refuse_websocket(receive, send)
            return
        if not self.access.login or scope["path"] in _OPEN:
            await self.app(scope, receive, send)
            return
        token = session_token(scope, self.access)
        found = await self.look(token, counts=scope["path"] != SESSION_PATH)
        if found is None:
            await (_refuse_websocket(receive, send) if scope["type"] == "websocket" else _refuse(scope, receive, send))
            return
        scope = {**scope, PERSON: found, "headers": [*scope["headers"], (HEADER.encode(), found.name.encode())]}
        if scope["type"] == "websocket":
            watch = _Watch(self, token, receive, send)
            try:
                await self.app(scope, watch.receive, watch.send)
            finally:
                watch.close()
        else:
            await self.app(scope, receive, send)

    async def look(self, token: str, *, counts: bool = True) -> Person | None:
        """Who has this session; ``counts``: whether this shows that they are still there."""
        return await asyncio.to_thread(self._look, token, counts) if token else None

    def _look(self, token: str, counts: bool) -> Person | None:
        now, limits = datetime.now(UTC), self.access.limits
        with Ledger(self.home) as ledger:
            with ledger.reading() as db:
                session = sessions.session(db, token, now, limits)
                try:
                    who = None if session is None else person(db, session.name)
                except NotFoundError:
                    who = None
            if session is None or who is None or not who.active:
                return None
            # Written down now and then only: each write waits for the disk.
            if counts and now - session.seen_at > limits.idle / 20:
                with ledger.writing() as db:
                    sessions.use(db, token, now)
        return who


class _Watch:
    """The two ends of a websocket while its session lasts."""

    def __init__(self, identity: Identity, token: str, receive: Receive, send: Send) -> None:
        self._identity, self._token, self._receive, self._send = identity, token, receive, send
        self._next: asyncio.Future[Message] | None = None
        self._ended = False

    async def receive(self) -> Message:
        """The browser's next message; a disconnect as soon as the session is seen to have ended."""
        if self._ended:
            return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}
        pause = self._identity.access.look_again.total_seconds()
        while True:
            if self._next is None:
                self._next = asyncio.ensure_future(self._receive())
            done, _ = await asyncio.wait({self._next}, timeout=pause)
            message = self._next.result() if done else None
            if done:
                self._next = None
            if message is not None and message["type"] != "websocket.receive":
                return message
            if await self._identity.look(self._token, counts=message is not None) is None:
                return await self._end()
            if message is not None:
                return message

    async def send(self, message: Message) -> None:
        """Pass a message on to the browser, unless its session has ended."""
        if not self._ended:
            await self._send(message)

    def close(self) -> None:
        """Wait for nothing any more."""
        if self._next is not None:
            self._next.cancel()

    async def _end(self) -> Message:
        self._ended = True
        self.close()
        await self._send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "session ended"})
        return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}


def session_token(scope: Scope, access: Access) -> str:
    """The session token that a request brings, empty where there is none."""
    return cookie(scope, session_cookie(scope, access))


def session_cookie(scope: Scope, access: Access) -> str:
    """What the session's cookie is called: on https, a name that browsers take from this very host only."""
    return _SECURE_COOKIE if is_secure(scope, access) else _COOKIE


def is_secure(scope: Scope, access: Access) -> bool:
    """Whether the browser speaks https."""
    return access.is_https or scope["scheme"] in ("https", "wss")


def cookie(scope: Scope, name: str) -> str:
    """A cookie of a request, empty where there is none."""
    from starlette.requests import HTTPConnection

    return HTTPConnection(scope).cookies.get(name, "")


def _names_a_person(header: bytes) -> bool:
    return header.lower().replace(b"_", b"-") == HEADER.encode()


def _is_own_page(scope: Scope) -> bool:
    """Whether a websocket is asked for by a page of this server, or by no page at all."""
    headers = dict(reversed(scope["headers"]))
    origin = headers.get(b"origin")
    return origin is None or urlsplit(origin.decode("latin-1")).netloc == headers.get(b"host", b"").decode("latin-1")


async def _refuse_websocket(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": _POLICY_VIOLATION})


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    from starlette.responses import PlainTextResponse, RedirectResponse, Response

    path = scope["path"]
    answer: Response
    if scope["method"] in ("GET", "HEAD") and not path.startswith(_NO_PAGES):
        query = scope["query_string"].decode("latin-1")
        wanted = quote(f"{quote(path)}?{query}" if query else quote(path), safe="")
        answer = RedirectResponse(f"{LOGIN_PATH}?next={wanted}", status_code=302)
    else:
        answer = PlainTextResponse("请先登录。", status_code=401)
    answer.headers["Cache-Control"] = "no-store"
    await answer(scope, receive, send)
