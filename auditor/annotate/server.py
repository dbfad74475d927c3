"""Which large-model server is asked, and whether what was said in a call may go there at all."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from auditor.errors import ReaderError, UsageError

# vLLM's own port; https has the usual one
_PORTS = {"openai": 8000, "openais": 443}
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,252})|[0-9a-f:.]*:[0-9a-f:.]*")
_LONGEST_MODEL = 200
# A list and not ``is_private``, which holds documentation, link-local (cloud metadata) and mapped addresses for private too.
_OWN = tuple(
    ip_network(network)
    for network in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""Loopback, and the addresses set aside for private networks: RFC 1918 and RFC 4193."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that speaks OpenAI's chat protocol, and the model to ask there."""

    host: str
    port: int
    tls: bool
    model: str

    @property
    def place(self) -> str:
        """Host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Scheme, host and port, the same for all ways to write them."""
        return f"http{'s' if self.tls else ''}://{self.place}"


def parse(text: str, *, outside: bool = False) -> Server:
    """Read ``openai://host[:port]/model`` (``openais://`` for TLS).

    Args:
        text: as the user wrote it; the model's name may hold slashes.
        outside: whether the server may stand outside the institution's network; then only with TLS.

    Raises:
        UsageError: it is no such address, holds a password, or would send calls outside unencrypted.
    """
    form = "请写成 openai://主机:端口/模型名（加密的写 openais://）"
    if not text.isprintable() or " " in text:
        raise UsageError(f"--reader 的地址里有空格或不能显示的字符。{form}。")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError(f"--reader 的地址不对。{form}。") from None
    if "@" in parts.netloc:
        raise UsageError("--reader 的地址里不能写密码；密钥请放在环境变量 AUDITOR_READER_KEY 里。")
    model = parts.path.strip("/")
    wrong = parts.scheme not in _PORTS or not _HOST.fullmatch(host) or parts.query or parts.fragment or port == 0
    if wrong or not model or len(model) > _LONGEST_MODEL:
        raise UsageError(f"--reader {text[:_LONGEST_MODEL]} 不是大模型的地址。{form}。")
    tls = parts.scheme == "openais"
    if outside and not tls:
        raise UsageError("--reader-outside 只能配加密的地址：请把 openai:// 改成 openais://，通话内容不会明文出网。")
    return Server(host, port or _PORTS[parts.scheme], tls, model)


def address(server: Server, *, outside: bool = False) -> str:
    """The address to connect to. It is looked up once and then kept, so that no later answer of the name service leads elsewhere.

    Raises:
        UsageError: one of the host's addresses is not on the institution's own network, and ``outside`` does not allow it.
        ReaderError: the host has no address.
    """
    try:
        found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        message = f"大模型服务器 {server.place} 的主机名查不到地址。请检查主机名和本机网络"
        raise ReaderError("unreachable", f"{message}。", lasting=True) from None
    addresses = sorted({str(where[0]) for *_, where in found}, key=lambda a: (":" in a, a))
    abroad = [a for a in addresses if not _own(a)]
    if abroad and not outside:
        raise UsageError(
            f"大模型服务器 {server.place} 的地址 {abroad[0]} 不在本机或内网"
            "（10.*、172.16–31.*、192.168.*、fc00::/7），通话内容不会发出去。"
            "确实获准发到那里，请加 --reader-outside，并用 openais://。"
        )
    return addresses[0]


def _own(address: str) -> bool:
    try:
        number = ip_address(address)
    except ValueError:
        return False  # a link-local address with its zone
    return any(number in network for network in _OWN)
