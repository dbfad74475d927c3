"""Who may come in, and from where: the settings of a server's login."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from auditor.errors import UsageError
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import with_password
from auditor.store.sessions import Limits
from auditor.web.oidc import Provider

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Access:
    """How people come in.

    Attributes:
        login: whether they must log in at all; without, whoever reaches the server may do everything.
        url: the address that browsers use, where a proxy stands before the server; ``https`` makes cookies secure.
        proxies: addresses whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed.
        provider: the OpenID Connect provider that may say who somebody is.
        limits: how long a session lasts.
        look_again: seconds after which an open page's session is looked at again.
    """

    login: bool = False
    url: str | None = None
    proxies: tuple[str, ...] = ()
    provider: Provider | None = None
    limits: Limits = field(default_factory=Limits)
    look_again: timedelta = timedelta(seconds=20)

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the server by https, whatever the last step speaks."""
        return self.url is not None and self.url.startswith("https://")

    @property
    def host(self) -> str | None:
        """The host in the address that browsers use."""
        return None if self.url is None else urlsplit(self.url).hostname


OPEN = Access()
"""No login: for one person at their own machine."""


def decide(
    home: Home,
    host: str,
    *,
    login: bool | None = None,
    url: str | None = None,
    proxies: tuple[str, ...] = (),
    provider: Provider | None = None,
) -> Access:
    """Whether this server asks for a login, given what was wished and what is safe.

    It does where it was told to, where anybody but this machine can reach it, where a provider is named, and where the
    home has people with passwords.

    Args:
        home: the home that is served.
        host: the address it listens on.
        login: what was asked for; ``None``: whatever is sensible.
        url: the address that browsers use, with ``https://`` or ``http://``.
        proxies: addresses of the proxies before the server.
        provider: an OpenID Connect provider.

    Raises:
        UsageError: pages would be open to others, nobody could log in, or ``url`` is no address.
    """
    if url is not None:
        url = _checked(url)
    reachable = host not in LOOPBACK or url is not None or bool(proxies)
    with Ledger(home) as ledger, ledger.reading() as db:
        able = with_password(db)
    if login is False and reachable:
        raise UsageError(
            "其他机器能连到的页面必须登录。请去掉 --no-login，或只在本机打开：不写 --host、--url 和 --proxy。"
        )
    if login is False and provider is not None:
        raise UsageError("--oidc 和 --no-login 不能同时使用。请去掉其中一个。")
    wanted = login if login is not None else reachable or provider is not None or bool(able)
    if wanted and not able and provider is None:
        raise UsageError(
            "需要登录，但还没有人能登录。请先登记一位管理员：auditor people add 登录名 --role admin"
            f" --home {home.path}，再启动。"
        )
    if proxies and url is None:
        raise UsageError("使用 --proxy 时请用 --url 写明浏览器访问的地址，例如 --url https://zhijian.example.com。")
    if provider is not None and url is None and host not in LOOPBACK:
        raise UsageError("使用 --oidc 时请用 --url 写明浏览器访问的地址，例如 --url https://zhijian.example.com。")
    return Access(wanted, url, proxies, provider)


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise UsageError(f"--url {url} 不是网站地址。请写成 https://主机名，不带路径。")
    return f"{parts.scheme}://{parts.netloc}"
