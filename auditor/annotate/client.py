"""One conversation with a large-model server: OpenAI's chat protocol, as vLLM, Ollama, llama.cpp and others speak it.

Nothing that the server says is repeated in an error: it may quote a customer. Proxies of the environment are never used.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from auditor.annotate.prompt import Question
from auditor.annotate.server import Server, address
from auditor.errors import ReaderError, UsageError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPConnectionPool

FORMATS = ("json_schema", "json_object", "plain")
"""How the answer's form is asked for: the next one where a server refuses one."""

_PATH = "/v1/chat/completions"
_LONGEST_ANSWER = 2**20  # bytes
_ANSWER_TOKENS = 2048
_CONNECT = 5.0
_CONNECTIONS = 64  # kept open; as many as questions may be under way
_TRIES_AGAIN = 3
_BACKOFF = 0.5
_LONGEST_WAIT = 30
_AGAIN = frozenset({429, 500, 502, 503, 504})
_REFUSED_FORMAT = (400, 422, 501)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the model's text, tokens as the server counts them (0 where it does not), seconds, how often it was asked."""

    text: str
    tokens_in: int
    tokens_out: int
    seconds: float
    tries: int


class Client:
    """A server as it is asked by any number of threads; a context manager that closes its connections.

    Where the server is busy (429) or fails (5xx), and where no connection comes about, it is asked again, three times at most, later
    and later or when the server says (``Retry-After``, up to 30 s). What takes longer than ``timeout`` is not asked again.

    Args:
        server: whom to ask.
        key: sent as a bearer token; never logged, never part of an error.
        timeout: seconds for an answer.
        per_minute: the most questions that are begun in a minute; 0 is no limit. Tries after the first are not counted.
        outside: see ``server.address``.
    """

    def __init__(
        self, server: Server, *, key: str = "", timeout: float = 60.0, per_minute: int = 0, outside: bool = False
    ) -> None:
        if key and not (key.isascii() and key.isprintable()):
            raise UsageError("环境变量 AUDITOR_READER_KEY 里有不能用在密钥里的字符。请检查是否多了换行或中文。")
        self.server, self.timeout, self.outside = server, timeout, outside
        self._headers = {"Content-Type": "application/json", "Host": server.place}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._pause = 60.0 / per_minute if per_minute else 0.0
        self._next = 0.0
        self._lock = threading.Lock()
        self.format = 0

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if "_pool" in self.__dict__:
            self._pool.close()

    @cached_property
    def _pool(self) -> HTTPConnectionPool:
        from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Retry, Timeout

        where = address(self.server, outside=self.outside)
        again = Retry(
            _TRIES_AGAIN, read=0, redirect=0, other=0, status_forcelist=_AGAIN, allowed_methods=None,
            backoff_factor=_BACKOFF, backoff_max=_LONGEST_WAIT, retry_after_max=_LONGEST_WAIT, raise_on_status=False,
        )  # fmt: skip
        timeout = Timeout(connect=min(_CONNECT, self.timeout), read=self.timeout)
        if self.server.tls:
            return HTTPSConnectionPool(
                where, self.server.port, timeout=timeout, retries=again, maxsize=_CONNECTIONS,
                server_hostname=self.server.host, assert_hostname=self.server.host,
            )  # fmt: skip
        return HTTPConnectionPool(where, self.server.port, timeout=timeout, retries=again, maxsize=_CONNECTIONS)

    def ask(self, question: Question, conversation: str) -> Reply:
        """Ask one question about one call.

        Raises:
            ReaderError: there is no answer, or none that is whole.
            UsageError: the server stands outside the institution's network and may not be asked.
        """
        with self._lock:
            pool = self._pool
            begin = max(time.monotonic(), self._next)
            self._next = begin + self._pause
        time.sleep(max(0.0, begin - time.monotonic()))
        began = time.monotonic()
        tries = 0
        for number in range(self.format, len(FORMATS)):
            response = self._post(pool, self._body(question, conversation, FORMATS[number]))
            tries += 1 + (len(response.retries.history) if response.retries else 0)
            try:
                if response.status in _REFUSED_FORMAT and number + 1 < len(FORMATS):
                    continue
                data = self._data(response, began + self.timeout)
            finally:
                response.close()
                response.release_conn()
            self.format = number
            break
        text, tokens_in, tokens_out = _content(data)
        return Reply(text, tokens_in, tokens_out, time.monotonic() - began, tries)

    def _body(self, question: Question, conversation: str, form: str) -> bytes:
        body: dict[str, Any] = {
            "model": self.server.model,
            "messages": [
                {"role": "system", "content": question.system},
                {"role": "user", "content": conversation},
            ],
            "temperature": 0,
            "seed": 0,
            "max_tokens": _ANSWER_TOKENS,
        }
        if form == "json_schema":
            schema = {"name": "suspicions", "strict": True, "schema": question.schema}
            body["response_format"] = {"type": form, "json_schema": schema}
        elif form == "json_object":
            body["response_format"] = {"type": form}
        return json.dumps(body, ensure_ascii=False).encode()

    def _post(self, pool: HTTPConnectionPool, body: bytes) -> BaseHTTPResponse:
        from urllib3.exceptions import HTTPError

        try:
            return pool.urlopen("POST", _PATH, body, self._headers, redirect=False, preload_content=False)
        except HTTPError as error:
            raise self._trouble(error) from None

    def _data(self, response: BaseHTTPResponse, until: float) -> bytes:
        """The body of a good answer, no longer than it may be, no later than it may come."""
        from urllib3.exceptions import HTTPError

        if response.status != 200:
            raise self._refused(response.status)
        data = bytearray()
        try:
            for part in response.stream(2**16):
                data += part
                if len(data) > _LONGEST_ANSWER:
                    raise ReaderError("too_big", "大模型的回答太大，没有读完。请检查地址是不是大模型服务器。")
                if time.monotonic() > until:
                    raise self._late()
        except HTTPError as error:
            raise self._trouble(error) from None
        return bytes(data)

    def _trouble(self, error: Exception) -> ReaderError:
        from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ReadTimeoutError, SSLError

        cause = getattr(error, "reason", error)
        where = f"大模型服务器 {self.server.place}"
        if isinstance(cause, ReadTimeoutError):
            return self._late()
        if isinstance(cause, ConnectTimeoutError | NewConnectionError):
            return ReaderError("unreachable", f"{where} 连不上。请检查它是否在运行、端口是否写对。", lasting=True)
        if isinstance(cause, SSLError):
            message = f"{where} 的证书通不过验证。请把机构的根证书装进系统，或检查主机名"
            return ReaderError("certificate", f"{message}。", lasting=True)
        return ReaderError("broken", f"{where} 没有答完就断开了。请查看它的日志。")

    def _late(self) -> ReaderError:
        message = f"大模型服务器 {self.server.place} 超过 {self.timeout:g} 秒没有答完。可以用 --reader-timeout 放宽"
        return ReaderError("timeout", f"{message}。")

    def _refused(self, status: int) -> ReaderError:
        where, model = f"大模型服务器 {self.server.place}", self.server.model
        if status in (401, 403):
            message = f"{where} 不接受密钥（{status}）。请检查环境变量 AUDITOR_READER_KEY"
            return ReaderError("key", f"{message}。", lasting=True)
        if status == 404:
            message = f"{where} 没有模型 {model}，或者不支持 {_PATH}（404）。请检查模型名"
            return ReaderError("no_model", f"{message}。", lasting=True)
        if status == 429:
            return ReaderError("busy", f"{where} 一直忙（429）。可以用 --reader-rate 放慢。")
        if 300 <= status < 400:
            message = f"{where} 要转到别的地址（{status}），没有跟去。请直接写最终的地址"
            return ReaderError("redirected", f"{message}。", lasting=True)
        if status >= 500:
            return ReaderError("server_error", f"{where} 出错（{status}）。请查看它的日志。")
        message = f"{where} 拒绝了请求（{status}），多半是上下文长度不够。可以加大它，或用 --reader-ask each"
        return ReaderError("rejected", f"{message}。")


def _content(data: bytes) -> tuple[str, int, int]:
    """The model's text in a server's answer, and the tokens that went in and came out."""
    try:
        whole = json.loads(data)
        choice = whole["choices"][0]
        text = choice["message"]["content"]
    except (ValueError, RecursionError, LookupError, TypeError):
        text = choice = None
    if not isinstance(text, str) or not isinstance(choice, Mapping):
        raise ReaderError("not_chat", "服务器的回答不是 OpenAI 的聊天格式。请检查地址是不是大模型服务器。")
    if choice.get("finish_reason") == "length":
        raise ReaderError("cut_off", "大模型的回答没有写完就到了长度上限。请加大服务器的上下文长度。")
    usage = whole.get("usage")
    return text, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")


def _count(usage: Any, name: str) -> int:
    number = usage.get(name) if isinstance(usage, Mapping) else None
    return number if type(number) is int and 0 <= number < 2**31 else 0
