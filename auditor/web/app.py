"""The web server: our routes and protections around the dashboard, and its start.

The dashboard itself (all that knows Streamlit) lives in the ``dashboards`` folder: beside the package in a source tree,
inside it in an installed wheel. It is loaded from there under one name, so that its pages find each other either way.
"""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import UsageError
from auditor.store.home import Home
from auditor.web.access import LOOPBACK, OPEN, Access
from auditor.web.clips import audio_route
from auditor.web.exports import report_route, violations_route
from auditor.web.identity import HEADER, Identity
from auditor.web.login import login_routes
from auditor.web.packets import packet_route

if TYPE_CHECKING:
    from starlette.middleware import Middleware
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Inline scripts and eval are what Streamlit's own front end needs; what matters is that nothing leads to another host.
_SECURITY_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def serve(
    home: Path,
    host: str = "127.0.0.1",
    port: int = 8501,
    *,
    access: Access = OPEN,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the dashboard of a home until the process is told to stop.

    Args:
        home: the home folder; an empty one shows what to do next.
        host: the address to listen on.
        port: the port; 0 takes any free one.
        access: who may come in; without a login, nobody but this machine.
        on_ready: called once with the page's address, when the port is ours.

    Raises:
        UsageError: the address or port can't be used, or pages without a login would be open to other machines.
        HomeError: the home can't be opened.
    """
    import uvicorn

    if not access.login and host not in LOOPBACK:
        raise UsageError("其他机器能连到的页面必须登录。请打开登录，或只在 127.0.0.1 上监听。")
    opened = Home.open(home)
    with listen(host, port) as sock:
        app = build(opened, host, access)
        if on_ready is not None:
            on_ready(f"http://{_in_url(host)}:{sock.getsockname()[1]}/")
        # Browsers keep their connections open; a stop must not wait for them to leave.
        config = uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            ws="websockets-sansio",
            timeout_graceful_shutdown=2,
            proxy_headers=bool(access.proxies),
            forwarded_allow_ips=list(access.proxies),
            server_header=False,
        )
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[sock])


def listen(host: str, port: int) -> socket.socket:
    """A socket listening on the address.

    Raises:
        UsageError: the port is taken or not allowed, or the address is not one of this machine's.
    """
    if not 0 <= port <= 65_535:
        raise UsageError(f"没有端口 {port}。请用 --port 指定 0 到 65535 之间的数，0 为自动选择。")
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageError(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"端口 {port} 已被占用。请换一个端口，例如 --port {port + 1}，或用 --port 0 自动选择。"
    if error.errno == errno.EACCES:
        return f"没有权限使用端口 {port}。请换一个大于 1023 的端口，例如 --port 8501。"
    return f"无法在地址 {host} 上监听。请用 --host 指定本机的地址，例如 127.0.0.1。"


def build(home: Home, host: str = "127.0.0.1", access: Access = OPEN) -> ASGIApp:
    """The whole web application for a home: the dashboard, the signed audio, the login, the protections."""
    dashboards = _dashboards()
    routes = [
        audio_route(home, login=access.login),
        violations_route(home, dashboards.locales.words, login=access.login),
        packet_route(home, dashboards.locales.words, login=access.login),
        report_route(home, dashboards.locales.words, login=access.login),
        *login_routes(home, access),
    ]
    app: ASGIApp = dashboards.server.build(
        home=home.path,
        routes=routes,
        middleware=protections(home, host, access),
        identity_header=HEADER if access.login else None,
    )
    return app


def protections(home: Home, host: str, access: Access) -> list[Middleware]:
    """What every request passes before any page or audio, outermost first."""
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    # A page on the internet could rename itself to 127.0.0.1 (DNS rebinding) and read what is open to this machine.
    hosts = [*LOOPBACK, "[::1]"] if host in LOOPBACK or access.host else ["*"]
    if access.host is not None:
        hosts += [access.host, host]
    return [
        Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
        Middleware(SecurityHeaders),
        Middleware(Identity, home=home, access=access),
    ]


class SecurityHeaders:
    """ASGI middleware that puts the security headers on every HTTP response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add to the response the headers that it does not have."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.lower().encode(), value.encode())
                        for name, value in _SECURITY_HEADERS.items()
                        if name.lower().encode() not in present
                    ),
                ]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def dashboards_folder() -> Path:
    """Where the dashboard's pages are: inside the installed package, or beside it in a source tree."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "dashboards"
    return inside if inside.is_dir() else package.parent / "dashboards"


def _dashboards() -> Any:
    """The dashboards package, loaded from its folder whatever that folder's place on the import path."""
    loaded = sys.modules.get("dashboards")
    if loaded is None:
        folder = dashboards_folder()
        spec = importlib.util.spec_from_file_location(
            "dashboards", folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if spec is None or spec.loader is None:
            raise UsageError(f"{folder}：找不到看板页面。请重新安装 collections-auditor。")
        loaded = importlib.util.module_from_spec(spec)
        sys.modules["dashboards"] = loaded
        spec.loader.exec_module(loaded)
    importlib.import_module("dashboards.server")
    return loaded


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
