"""Logging in and out over HTTP: by password, or through an OpenID Connect provider; and one's own password."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import math
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qs

from auditor.errors import NotAllowedError, UsageError
from auditor.store import sessions
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import Person, password_hash
from auditor.web import accounts
from auditor.web.access import Access
from auditor.web.identity import (
    LOGIN_PATH,
    LOGOUT_PATH,
    PASSWORD_PATH,
    PERSON,
    SESSION_PATH,
    cookie,
    is_secure,
    session_cookie,
    session_token,
)
from auditor.web.oidc import CALLBACK_PATH, LIFETIME, START_PATH, Exchange
from auditor.web.pages import TEXTS, Lang, login_page, logout_page, message_page, password_page
from auditor.web.passwords import is_password
from auditor.web.throttle import Throttle

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

T = TypeVar("T")
_FORM_COOKIE, _OIDC_COOKIE = "auditor-form", "auditor-oidc"
_LONGEST_FORM = 16_384
_AT_ONCE = 2
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
}


def login_routes(home: Home, access: Access) -> list[Route]:
    """The routes of the login of a home; none where there is no login."""
    from starlette.routing import Route

    if not access.login:
        return []
    doors = _Doors(home, access)
    routes = [
        Route(LOGIN_PATH, doors.ask, methods=["GET"]),
        Route(LOGIN_PATH, doors.enter, methods=["POST"]),
        Route(LOGOUT_PATH, doors.ask_leave, methods=["GET"]),
        Route(LOGOUT_PATH, doors.leave, methods=["POST"]),
        Route(PASSWORD_PATH, doors.ask_password, methods=["GET"]),
        Route(PASSWORD_PATH, doors.change_password, methods=["POST"]),
        Route(SESSION_PATH, doors.still_there, methods=["GET"]),
    ]
    if access.provider is not None:
        routes.append(Route(START_PATH, doors.start, methods=["GET"]))
        routes.append(Route(CALLBACK_PATH, doors.finish, methods=["GET"]))
    return routes


class _Doors:
    def __init__(self, home: Home, access: Access) -> None:
        self.home, self.access = home, access
        self._throttle = Throttle()
        self._exchange = None if access.provider is None else Exchange(access.provider)
        # Each hash takes 64 MB while it is made.
        self._hashing = asyncio.Semaphore(_AT_ONCE)
        # What strangers' passwords are held against is made now, so that the first of them is answered as fast as others.
        is_password(None, "")

    async def ask(self, request: Request) -> Response:
        """The login form."""
        lang = _lang(request.query_params.get("lang"))
        done = request.query_params.get("done", "")
        status = TEXTS[lang][done] if done in ("logged_out", "changed") else ""
        return self._form(request, lang, _local(request.query_params.get("next", "")), status=status)

    async def enter(self, request: Request) -> Response:
        """What the login form brings."""
        form = await _fields(request)
        lang, wanted, name = _lang(form.get("lang")), _local(form.get("next", "")), form.get("name", "").strip()[:80]
        if not _is_ours(request, form):
            return self._form(request, lang, wanted, name=name, alert=TEXTS[lang]["stale"], status_code=400)
        address = _address(request)
        wait = self._throttle.wait(name, address, time.monotonic())
        if wait:
            alert = TEXTS[lang]["wait"].format(minutes=math.ceil(wait / 60))
            answer = self._form(request, lang, wanted, name=name, alert=alert, status_code=429)
            answer.headers["Retry-After"] = str(math.ceil(wait))
            return answer
        who = await self._in_thread(accounts.proven, self.home, name, form.get("password", ""), hashing=True)
        if who is None:
            await self._in_thread(accounts.failed, self.home, name, "password", address, datetime.now(UTC))
            return self._form(request, lang, wanted, name=name, alert=TEXTS[lang]["wrong"], status_code=401)
        self._throttle.forgive(name, address)
        return await self._begin(request, who, "password", wanted, lang)

    async def ask_leave(self, request: Request) -> Response:
        """Whether to log out."""
        return _page(logout_page(_lang(request.query_params.get("lang"))))

    async def leave(self, request: Request) -> Response:
        """Log out; a page of another site can't do this, for its browser sends no cookie along."""
        form = await _fields(request)
        token = session_token(request.scope, self.access)
        if token:
            await self._in_thread(self._end, token)
        answer = _to(f"{LOGIN_PATH}?done=logged_out&lang={_lang(form.get('lang'))}")
        answer.delete_cookie(
            session_cookie(request.scope, self.access), httponly=True, samesite="lax", secure=self._secure(request)
        )
        return answer

    async def ask_password(self, request: Request) -> Response:
        """The form by which somebody changes their own password."""
        return await self._password_form(request, _lang(request.query_params.get("lang")))

    async def change_password(self, request: Request) -> Response:
        """What that form brings."""
        form = await _fields(request)
        lang, who, address = _lang(form.get("lang")), _person(request), _address(request)
        says = TEXTS[lang]
        if not _is_ours(request, form):
            return await self._password_form(request, lang, says["stale"], 400)
        if form.get("new", "") != form.get("again", ""):
            return await self._password_form(request, lang, says["differ"], 400)
        wait = self._throttle.wait(who.name, address, time.monotonic())
        if wait:
            return await self._password_form(request, lang, says["wait"].format(minutes=math.ceil(wait / 60)), 429)
        if await self._in_thread(accounts.proven, self.home, who.name, form.get("old", ""), hashing=True) is None:
            return await self._password_form(request, lang, says["old_wrong"], 401)
        self._throttle.forgive(who.name, address)
        try:
            now = datetime.now(UTC)
            await self._in_thread(
                accounts.set_password, self.home, who.name, form.get("new", ""), who, now, hashing=True
            )
        except UsageError as error:
            return await self._password_form(request, lang, str(error) if lang == "zh" else says["rule"], 400)
        return _to(f"{LOGIN_PATH}?done=changed&lang={lang}")

    async def still_there(self, _: Request) -> Response:
        """For open pages to learn whether their session has ended: 204, or 401 from ``Identity``."""
        from starlette.responses import Response

        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    async def start(self, request: Request) -> Response:
        """To the provider."""
        assert self._exchange is not None
        lang, wanted = _lang(request.query_params.get("lang")), _local(request.query_params.get("next", ""))
        own = self.access.url or f"{request.url.scheme}://{request.url.netloc}"
        try:
            address, token = await self._exchange.begin(request, own + CALLBACK_PATH, wanted, time.time())
        except NotAllowedError as error:
            return _page(message_page(lang, "failed", str(error)), 502)
        answer = _to(address)
        answer.set_cookie(
            _OIDC_COOKIE, token, max_age=LIFETIME, path="/oidc", httponly=True, samesite="lax", secure=self._secure(request)
        )  # fmt: skip
        return answer

    async def finish(self, request: Request) -> Response:
        """Back from the provider."""
        assert self._exchange is not None
        lang = _lang(request.query_params.get("lang"))
        try:
            token = cookie(request.scope, _OIDC_COOKIE)
            name, wanted = await self._exchange.finish(request, token, time.time())
        except NotAllowedError as error:
            await self._in_thread(accounts.failed, self.home, "", "oidc", _address(request), datetime.now(UTC))
            return _page(message_page(lang, "failed", str(error)), 403)
        who = await self._in_thread(accounts.known, self.home, name)
        if who is None:
            await self._in_thread(accounts.failed, self.home, name, "oidc", _address(request), datetime.now(UTC))
            says = TEXTS[lang]["unregistered_says"].format(name=name[:80])
            return _page(message_page(lang, "unregistered", says), 403)
        answer = await self._begin(request, who, "oidc", wanted, lang)
        answer.delete_cookie(_OIDC_COOKIE, path="/oidc", httponly=True, samesite="lax", secure=self._secure(request))
        return answer

    async def _begin(self, request: Request, who: Person, means: str, wanted: str, lang: Lang) -> Response:
        """A new session in a new token, whatever the browser brought; the one that it had ends."""
        before = session_token(request.scope, self.access)
        token = await self._in_thread(self._new_session, who.name, means, _address(request), before)
        if lang == "en" and "lang=" not in wanted:
            wanted += ("&" if "?" in wanted else "?") + "lang=en"
        answer = _to(wanted)
        answer.set_cookie(
            session_cookie(request.scope, self.access), token, path="/", httponly=True, samesite="lax",
            secure=self._secure(request),
        )  # fmt: skip
        return answer

    def _new_session(self, name: str, means: str, address: str, before: str) -> str:
        now = datetime.now(UTC)
        with Ledger(self.home) as ledger, ledger.writing() as db:
            if before:
                sessions.end(db, before, now)
            return sessions.begin(db, name, now, means=means, address=address, limits=self.access.limits)

    def _end(self, token: str) -> None:
        with Ledger(self.home) as ledger, ledger.writing() as db:
            sessions.end(db, token, datetime.now(UTC))

    def _has_password(self, name: str) -> bool:
        with Ledger(self.home) as ledger, ledger.reading() as db:
            return password_hash(db, name) is not None

    def _form(
        self, request: Request, lang: Lang, wanted: str, *, name: str = "", alert: str = "", status: str = "",
        status_code: int = 200,
    ) -> Response:  # fmt: skip
        provider = None if self.access.provider is None else self.access.provider.name
        token = _form_token(request)
        page = login_page(lang, token, wanted, name=name, provider=provider, alert=alert, status=status)
        return self._with_token(request, page, token, status_code)

    async def _password_form(
        self, request: Request, lang: Lang, alert: str = "", status_code: int = 200
    ) -> Response:  # fmt: skip
        who = _person(request)
        if not await self._in_thread(self._has_password, who.name):
            return _page(message_page(lang, "change", TEXTS[lang]["no_password"], away=False))
        token = _form_token(request)
        return self._with_token(request, password_page(lang, token, who.name, alert=alert), token, status_code)

    def _with_token(self, request: Request, page: str, token: str, status_code: int) -> Response:
        answer = _page(page, status_code)
        answer.set_cookie(_FORM_COOKIE, token, path="/", httponly=True, samesite="strict", secure=self._secure(request))
        return answer

    def _secure(self, request: Request) -> bool:
        return is_secure(request.scope, self.access)

    async def _in_thread(self, work: Callable[..., T], *values: object, hashing: bool = False) -> T:
        async with self._hashing if hashing else contextlib.nullcontext():
            return await asyncio.to_thread(work, *values)


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form; none where it is too long, or has too many, to be one of ours."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            return {}
    try:
        found = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    return {key: values[0] for key, values in found.items()}


def _is_ours(request: Request, form: dict[str, str]) -> bool:
    """Whether a form was made by us for this browser: another site can neither read nor set its cookie."""
    kept = cookie(request.scope, _FORM_COOKIE)
    foreign = request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    return bool(kept) and not foreign and hmac.compare_digest(kept.encode(), form.get("token", "").encode())


def _form_token(request: Request) -> str:
    """The browser's form token, so that two open forms are both good; a new one where it has none."""
    return cookie(request.scope, _FORM_COOKIE) or secrets.token_urlsafe(24)


def _local(wanted: str) -> str:
    """The page to show afterwards: one of this server's, never an address that leads away."""
    plain = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return wanted if plain and wanted.isprintable() and len(wanted) <= 2000 else "/"


def _lang(wanted: str | None) -> Lang:
    return "en" if wanted == "en" else "zh"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _person(request: Request) -> Person:
    who = request.scope[PERSON]
    assert isinstance(who, Person)
    return who


def _page(html: str, status_code: int = 200) -> Response:
    from starlette.responses import HTMLResponse

    return HTMLResponse(html, status_code, _HEADERS)


def _to(address: str) -> Response:
    from starlette.responses import RedirectResponse

    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
