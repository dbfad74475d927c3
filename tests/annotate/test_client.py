"""The conversation with a server, over real HTTP: what is sent, what is asked again, and what every kind of trouble is called."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from auditor.annotate.client import Client
from auditor.annotate.prompt import Line, Question, conversation, questions
from auditor.annotate.server import parse
from auditor.errors import ReaderError, UsageError
from tests.annotate.model_server import LocalModel, chat, local_model, shipped, suspicions

LINES = (Line(0, "agent", "您好"), Line(1, "customer", "你好"))
NOTHING = suspicions()


@cache
def question() -> Question:
    return questions(shipped(), "CN", "each")[0]


def asked(model: LocalModel, **options: float) -> str:
    with Client(parse(model.url), timeout=options.get("timeout", 20.0)) as client:
        return client.ask(question(), conversation(LINES)).text


def in_turn(*answers: Response) -> Callable[[object], Response]:
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def test_the_question_goes_out_with_model_schema_and_fenced_lines() -> None:
    with local_model(lambda _: NOTHING) as model:
        assert asked(model) == NOTHING
    (body,) = model.asked
    assert (body["model"], body["temperature"]) == ("demo-model", 0)
    form = body["response_format"]
    assert (form["type"], form["json_schema"]["schema"]) == ("json_schema", question().schema)
    assert [m["role"] for m in body["messages"]] == ["system", "user"]
    assert '<对话>\n{"utterance": 0, "who": "坐席", "text": "您好"}\n' in body["messages"][1]["content"]


def test_what_the_server_counts_is_told() -> None:
    with local_model(lambda _: NOTHING) as model, Client(parse(model.url)) as client:
        reply = client.ask(question(), conversation(LINES))
    assert (reply.tokens_in, reply.tokens_out, reply.tries) == (700, 30, 1)


@pytest.mark.parametrize("usage", [{}, [], {"prompt_tokens": "many", "completion_tokens": -1}, {"prompt_tokens": True}])
def test_a_count_that_is_none_is_zero(usage: object) -> None:
    with local_model(lambda _: chat(NOTHING, usage=usage)) as model, Client(parse(model.url)) as client:
        reply = client.ask(question(), conversation(LINES))
    assert (reply.tokens_in, reply.tokens_out) == (0, 0)


def test_busy_and_broken_servers_are_asked_again() -> None:
    answers = in_turn(Response(status_code=429, headers={"Retry-After": "0"}), Response(status_code=500), chat(NOTHING))
    with local_model(answers) as model, Client(parse(model.url)) as client:
        assert client.ask(question(), conversation(LINES)).tries == 3
    assert len(model.asked) == 3


@pytest.mark.parametrize(("status", "reason"), [(429, "busy"), (503, "server_error")])
def test_a_server_that_stays_so_is_given_up(status: int, reason: str) -> None:
    answer = Response(status_code=status, headers={"Retry-After": "0"})
    with local_model(lambda _: answer) as model, pytest.raises(ReaderError) as trouble:
        asked(model)
    assert (trouble.value.reason, trouble.value.lasting, len(model.asked)) == (reason, False, 4)


@pytest.mark.parametrize(
    ("answer", "reason", "lasting"),
    [
        (Response(status_code=401), "key", True),
        (Response(status_code=404), "no_model", True),
        (Response("上下文 13800000000", status_code=413), "rejected", False),
        (RedirectResponse("http://127.0.0.1:1/elsewhere"), "redirected", True),
        (Response("<html>router</html>"), "not_chat", False),
        (JSONResponse({"choices": []}), "not_chat", False),
        (JSONResponse([1]), "not_chat", False),
        (chat(None), "not_chat", False),
        (chat(NOTHING, finish="length"), "cut_off", False),
        (Response("[" * 100_000), "not_chat", False),
        (Response("x" * 2**21), "too_big", False),
    ],
    ids=lambda v: v if isinstance(v, str) else None,
)
def test_every_other_trouble_has_its_name_and_repeats_nothing(answer: Response, reason: str, lasting: bool) -> None:
    with local_model(lambda _: answer) as model, pytest.raises(ReaderError) as trouble:
        asked(model)
    assert (trouble.value.reason, trouble.value.lasting) == (reason, lasting)
    assert "13800000000" not in str(trouble.value)
    assert len(model.asked) == 1


def test_a_server_that_knows_no_schema_is_asked_in_a_simpler_form_from_then_on() -> None:
    """400 to a form that the server does not know: the next one, and what worked stays."""

    def answer(body: dict[str, object]) -> Response:
        form = body.get("response_format", {"type": "plain"})
        return chat(NOTHING) if form == {"type": "plain"} else Response(status_code=400)

    with local_model(answer) as model, Client(parse(model.url)) as client:
        tries = [client.ask(question(), conversation(LINES)).tries for _ in range(2)]
    assert tries == [3, 1]
    assert [body.get("response_format", {}).get("type") for body in model.asked] == [
        "json_schema", "json_object", None, None,
    ]  # fmt: skip


def test_a_server_that_refuses_every_form_is_no_matter_of_form() -> None:
    with (
        local_model(lambda _: Response(status_code=400)) as model,
        pytest.raises(ReaderError, match="上下文") as trouble,
    ):
        asked(model)
    assert (trouble.value.reason, len(model.asked)) == ("rejected", 3)


def test_a_slow_server_is_not_asked_again() -> None:
    with local_model(lambda _: "") as model:
        model.answer = lambda _: str(model.closing.wait(20))
        with pytest.raises(ReaderError, match="--reader-timeout") as trouble:
            asked(model, timeout=0.3)
        model.closing.set()
    assert (trouble.value.reason, len(model.asked)) == ("timeout", 1)


def test_a_server_that_drips_is_not_waited_for_beyond_the_timeout() -> None:
    """Each part comes in time, the whole never does."""

    with local_model(lambda _: "") as model:

        async def drops() -> object:
            import asyncio

            while not model.closing.is_set():
                yield b" "
                await asyncio.sleep(0.05)

        model.answer = lambda _: StreamingResponse(drops())  # type: ignore[arg-type]
        with pytest.raises(ReaderError) as trouble:
            asked(model, timeout=0.5)
        model.closing.set()
    assert trouble.value.reason == "timeout"


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = parse(f"openai://127.0.0.1:{taken.getsockname()[1]}/m")
        with Client(server) as client, pytest.raises(ReaderError, match="连不上") as trouble:
            client.ask(question(), conversation(LINES))
    assert (trouble.value.reason, trouble.value.lasting) == ("unreachable", True)


def test_a_plain_server_is_no_encrypted_one() -> None:
    with local_model(lambda _: NOTHING) as model:
        server = parse(model.url.replace("openai://", "openais://"))
        with Client(server) as client, pytest.raises(ReaderError) as trouble:
            client.ask(question(), conversation(LINES))
    assert trouble.value.lasting
    assert model.asked == []


def certificate(folder: Path, name: str) -> Path:
    """A server's certificate for this name, signed by itself, and its key, in one file."""
    made, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext",
         f"subjectAltName=DNS:{name}", "-keyout", key, "-out", made],
        check=True, capture_output=True,
    )  # fmt: skip
    made.write_bytes(made.read_bytes() + key.read_bytes())
    return made


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")
def test_an_encrypted_server_is_asked_under_its_name_and_only_with_a_certificate_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to the address that was looked up; name and certificate are still those of the host."""
    right, wrong = certificate(tmp_path, "localhost"), certificate(tmp_path, "other.example")
    for trusted, served, reason in ((right, right, ""), (wrong, right, "certificate"), (wrong, wrong, "certificate")):
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        with local_model(lambda _: NOTHING, served) as model:
            if reason:
                with pytest.raises(ReaderError) as trouble:
                    asked(model)
                assert (trouble.value.reason, trouble.value.lasting, model.asked) == (reason, True, [])
            else:
                assert asked(model) == NOTHING
                assert model.headers[0]["host"] == parse(model.url).place


def test_the_key_goes_into_the_header_only() -> None:
    with local_model(lambda _: Response(status_code=403)) as model:
        with Client(parse(model.url), key="sk-secret") as client, pytest.raises(ReaderError) as trouble:
            client.ask(question(), conversation(LINES))
        assert model.headers[0]["authorization"] == "Bearer sk-secret"
        assert "sk-secret" not in f"{trouble.value}{client!r}{model.text}"
    with pytest.raises(UsageError) as wrong:
        Client(parse(model.url), key="sk-秘密\n")
    assert "秘密" not in str(wrong.value)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with local_model(lambda _: NOTHING) as model:
        assert asked(model) == NOTHING


def test_questions_are_begun_no_faster_than_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("auditor.annotate.client.time.sleep", waits.append)
    with local_model(lambda _: NOTHING) as model, Client(parse(model.url), per_minute=6) as client:
        for _ in range(3):
            client.ask(question(), conversation(LINES))
    assert [w > limit for w, limit in zip(waits, (-1, 5, 15), strict=True)] == [True, True, True]
