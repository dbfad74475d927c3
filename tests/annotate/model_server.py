"""A large-model server of ours on the loopback: it speaks the real protocol and answers as each test wants."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auditor.rules.pack import Pack, load_pack

Behaviour: TypeAlias = Callable[[dict[str, Any]], "Response | str"]


@dataclass
class LocalModel:
    """The server as a test sees it: how it answers (the model's text, or a whole response), and what it was asked."""

    answer: Behaviour
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def text(self) -> str:
        """Everything that was ever sent here."""
        return json.dumps(self.asked, ensure_ascii=False)


@cache
def shipped() -> Pack:
    """The pack that comes with the program, loaded once."""
    return load_pack("collections-zh")


def suspicions(*items: object) -> str:
    """A model's answer in the form that is asked for."""
    return json.dumps({"suspicions": items}, ensure_ascii=False)


def suspicion(utterance: object, quote: object, basis: object, why: str = "像是威胁") -> dict[str, object]:
    return {"utterance": utterance, "quote": quote, "basis": basis, "why": why}


def chat(text: object, finish: str = "stop", usage: object = None) -> Response:
    """A whole answer of the chat protocol."""
    message = {"role": "assistant", "content": text}
    counted = {"prompt_tokens": 700, "completion_tokens": 30} if usage is None else usage
    return JSONResponse({"choices": [{"message": message, "finish_reason": finish}], "usage": counted})


def lines(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The transcript's lines as the model got them."""
    text = body["messages"][1]["content"]
    return [json.loads(row) for row in text.split("<对话>\n")[1].split("\n</对话>")[0].splitlines()]


@contextlib.contextmanager
def local_model(answer: Behaviour, certificate: Path | None = None) -> Iterator[LocalModel]:
    """Run the server, encrypted where it has a certificate (with its key in one file); ``url`` is what the program is given."""
    model = LocalModel(answer)

    async def completions(request: Request) -> Response:
        body = await request.json()
        model.asked.append(body)
        model.headers.append(dict(request.headers))
        made = await run_in_threadpool(model.answer, body)
        return made if isinstance(made, Response) else chat(made)

    app = Starlette(routes=[Route("/v1/chat/completions", completions, methods=["POST"])])
    config = uvicorn.Config(
        app, port=0, log_config=None, access_log=False, lifespan="off", ws="none", ssl_certfile=certificate
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            threading.Event().wait(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        model.url = f"openais://localhost:{port}/m" if certificate else f"openai://127.0.0.1:{port}/demo-model"
        yield model
    finally:
        model.closing.set()
        server.should_exit = True
        thread.join(30)
