"""An OpenID Connect provider of our own, with real keys: it knows one person, and can be told to answer wrongly."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "auditor", "client-secret"


class OwnProvider:
    """The provider; ``wrong`` names what it does wrongly, ``claims`` are put over what it says of the person."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.wrong = ""
        self.claims: dict[str, Any] = {}
        self._key = RSAKey.generate_key(2048, {"kid": "one"})
        self._other_key = RSAKey.generate_key(2048, {"kid": "one"})
        self._codes: dict[str, dict[str, str]] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _discovery(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": "https://another.example" if self.wrong == "issuer of the description" else self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _keys(self, _: Request) -> Response:
        return JSONResponse(KeySet([self._key]).as_dict(private=False))

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["nonce"]) >= 20
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}", 302)

    async def _token(self, request: Request) -> Response:
        async with request.form() as form:
            asked = self._codes.pop(str(form["code"]))
            assert _base64(hashlib.sha256(str(form["code_verifier"]).encode()).digest()) == asked["code_challenge"]
            assert form["redirect_uri"] == asked["redirect_uri"]
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        assert request.headers["authorization"] == f"Basic {basic}"
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 300}
        if self.wrong != "no id_token":
            answer["id_token"] = self._id_token(asked)
        return JSONResponse(answer)

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": "0001", "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "preferred_username": "zhang.san", **self.claims,
        }  # fmt: skip
        if self.wrong == "no nonce":
            del claims["nonce"]
        if self.wrong == "no signature":
            return f"{_part({'alg': 'none'})}.{_part(claims)}."
        if self.wrong == "signed with our secret":
            signed = f"{_part({'alg': 'HS256'})}.{_part(claims)}"
            return f"{signed}.{_base64(hmac.digest(CLIENT_SECRET.encode(), signed.encode(), 'sha256'))}"
        key = self._other_key if self.wrong == "signature" else self._key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


def _part(content: dict[str, Any]) -> str:
    return _base64(json.dumps(content).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@contextlib.contextmanager
def provider() -> Iterator[OwnProvider]:
    """The provider, listening on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        own = OwnProvider(f"http://127.0.0.1:{sock.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(own.app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        try:
            yield own
        finally:
            server.should_exit = True
            thread.join(30)
