"""Logging in through an OpenID Connect provider: authorization code with PKCE, state and nonce; what it says is checked."""

from __future__ import annotations

import secrets
import tomllib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from auditor.errors import NotAllowedError, UsageError

if TYPE_CHECKING:
    from starlette.requests import Request

START_PATH, CALLBACK_PATH = "/oidc/start", "/oidc/callback"
LIFETIME = 600
_WAITING = 10_000
_SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_KEYS = {
    "issuer", "client_id", "client_secret_file", "client_secret_env", "claim", "scopes", "ca_file", "name",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID Connect provider, and who we are to it.

    Attributes:
        issuer: its address, exactly as its discovery document names it.
        client_id: our name there.
        client_secret: our secret there.
        claim: the claim of the id_token that is a person's name in the home.
        scopes: what we ask for; ``openid`` is always among them.
        ca_file: certificates that vouch for it, where the system's own do not.
        name: what the login page calls it.
    """

    issuer: str
    client_id: str
    client_secret: str
    claim: str = "preferred_username"
    scopes: tuple[str, ...] = ("openid", "profile")
    ca_file: Path | None = None
    name: str = ""

    def __repr__(self) -> str:
        return f"Provider({self.issuer!r}, {self.client_id!r})"


def read_provider(path: Path, environment: Mapping[str, str]) -> Provider:
    """The provider that a TOML file describes; file names in it are relative to it.

    Args:
        path: the file.
        environment: where ``client_secret_env`` is looked up.

    Raises:
        UsageError: the file can't be read, or lacks something.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}：读不出来。请检查 --oidc 后面的文件。") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}：不是 TOML 格式（{error}）。写法见 docs/security.md。") from error
    unknown = sorted(found.keys() - _KEYS)
    if unknown:
        raise UsageError(f"{path}：没有设置项 {'、'.join(unknown)}。可用的有 {'、'.join(sorted(_KEYS))}。")
    texts = {key: value for key, value in found.items() if isinstance(value, str) and value.strip()}
    for key in ("issuer", "client_id"):
        if key not in texts:
            raise UsageError(f"{path}：缺少 {key}。写法见 docs/security.md。")
    issuer = texts["issuer"]
    where = urlsplit(issuer)
    if where.scheme != "https" and not (where.scheme == "http" and where.hostname in ("127.0.0.1", "localhost", "::1")):
        raise UsageError(f"{path}：issuer 必须以 https:// 开头。")
    scopes = found.get("scopes", ["openid", "profile"])
    if not isinstance(scopes, list) or not all(isinstance(each, str) for each in scopes):
        raise UsageError(f'{path}：scopes 要写成列表，例如 ["openid", "profile"]。')
    return Provider(
        issuer=issuer,
        client_id=texts["client_id"],
        client_secret=_secret(path, texts, environment),
        claim=texts.get("claim", "preferred_username"),
        scopes=tuple(dict.fromkeys(("openid", *scopes))),
        ca_file=path.parent / texts["ca_file"] if "ca_file" in texts else None,
        name=texts.get("name", ""),
    )


def _secret(path: Path, texts: Mapping[str, str], environment: Mapping[str, str]) -> str:
    if "client_secret_env" in texts:
        name = texts["client_secret_env"]
        if not environment.get(name):
            raise UsageError(f"{path}：环境变量 {name} 没有值。请先设置它，再启动。")
        return environment[name]
    if "client_secret_file" not in texts:
        raise UsageError(f"{path}：缺少 client_secret_file 或 client_secret_env。写法见 docs/security.md。")
    file = path.parent / texts["client_secret_file"]
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}：读不出来。请检查 client_secret_file。") from error
    if not secret:
        raise UsageError(f"{file}：是空的。请把密钥写在里面。")
    return secret


class Exchange:
    """The conversation with a provider, for one server.

    What a login that has begun must show at its end (state, nonce, PKCE verifier) is kept here, under a token that only
    the browser has which began it, and is given out once.
    """

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._client: Any = None
        self._begun: OrderedDict[str, tuple[float, dict[str, Any], str]] = OrderedDict()

    async def begin(self, request: Request, callback: str, wanted: str, now: float) -> tuple[str, str]:
        """Begin a login.

        Args:
            request: the request that asks for it.
            callback: the address that the provider sends the browser back to.
            wanted: the page to show afterwards.
            now: seconds since 1970.

        Returns:
            The provider's address to send the browser to, and the token for its cookie.

        Raises:
            NotAllowedError: the provider can't be reached, or is not the one that it should be.
        """
        session: dict[str, Any] = {}
        try:
            client = await self._ready()
            answer = await client.authorize_redirect(_with_session(request, session), callback)
        except Exception as error:
            raise _unreachable(error) from error
        token = secrets.token_urlsafe(32)
        self._begun[token] = (now + LIFETIME, session, wanted)
        while len(self._begun) > _WAITING or (self._begun and next(iter(self._begun.values()))[0] < now):
            self._begun.popitem(last=False)
        return answer.headers["location"], token

    async def finish(self, request: Request, token: str, now: float) -> tuple[str, str]:
        """End a login that began in the same browser.

        Args:
            request: the provider's answer, brought by the browser.
            token: the browser's cookie.
            now: seconds since 1970.

        Returns:
            The person's name as the provider says it, and the page to show.

        Raises:
            NotAllowedError: this browser began no login, or the answer is not what it should be.
        """
        until, session, wanted = self._begun.pop(token, (0.0, {}, "/"))
        if until < now:
            raise NotAllowedError("这次登录已经过期，或不是在这个浏览器里开始的。请重新登录。")
        provider = self.provider
        expected = {
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
            "exp": {"essential": True},
        }
        try:
            client = await self._ready()
            answer = await client.authorize_access_token(
                _with_session(request, session), claims_options=expected, leeway=60
            )
            claims = answer["userinfo"]
        except Exception as error:
            raise _refused(error) from error
        name = claims.get(provider.claim)
        if not isinstance(name, str) or not name:
            raise NotAllowedError(f"统一登录没有给出 {provider.claim}。请联系管理员核对统一登录的设置。")
        if provider.claim == "email" and claims.get("email_verified") is False:
            raise NotAllowedError("统一登录里的这个邮箱还没有验证。请先验证邮箱。")
        return name, wanted

    async def _ready(self) -> Any:
        """The client, once the provider's own description has been read and is what it should be."""
        if self._client is None:
            client = _client(self.provider)
            described = await client.load_server_metadata()
            if described.get("issuer") != self.provider.issuer:
                raise ValueError("the discovery document names another issuer")
            # What has no signature, or one that who knows our secret could make, says nothing about who made it.
            offered = described.get("id_token_signing_alg_values_supported") or ["RS256"]
            described["id_token_signing_alg_values_supported"] = [a for a in offered if a in _SIGNED_BY]
            if not described["id_token_signing_alg_values_supported"]:
                raise ValueError("no way of signing that can be trusted")
            self._client = client
        return self._client


def _client(provider: Provider) -> Any:
    import ssl

    from authlib.integrations.starlette_client import OAuth

    oauth = OAuth()
    return oauth.register(
        "provider",
        server_metadata_url=provider.issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        client_kwargs={
            "scope": " ".join(provider.scopes),
            "code_challenge_method": "S256",
            "timeout": 10.0,
            "trust_env": False,
            "verify": ssl.create_default_context(cafile=None if provider.ca_file is None else str(provider.ca_file)),
        },
    )


def _with_session(request: Request, session: dict[str, Any]) -> Request:
    """The request with this session, and no other that may have come along."""
    from starlette.requests import Request as Plain

    return Plain({**request.scope, "session": session}, request.receive)


def _unreachable(error: Exception) -> NotAllowedError:
    return NotAllowedError(
        f"连不上统一登录（{type(error).__name__}）。请稍后再试；一直不行时请管理员核对 issuer 地址和网络。"
    )


def _refused(error: Exception) -> NotAllowedError:
    return NotAllowedError(
        f"统一登录的答复没有通过核验（{type(error).__name__}）。请重新登录；一直不行时请联系管理员。"
    )
