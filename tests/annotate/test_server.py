"""Where calls may be sent: to the institution's own network, and nowhere else unless a person said so."""

from __future__ import annotations

import pytest

from auditor.annotate.server import Server, address, parse
from auditor.errors import ReaderError, UsageError


def test_the_address_names_host_port_and_model() -> None:
    assert parse("openai://10.0.0.8:11434/qwen3:32b") == Server("10.0.0.8", 11434, False, "qwen3:32b")
    assert parse("openai://LLM.bank.internal/Qwen/Qwen3-32B") == Server(
        "llm.bank.internal", 8000, False, "Qwen/Qwen3-32B"
    )
    assert parse("openais://llm/m").url == "https://llm:443"
    assert parse("openai://[::1]:8000/m").url == "http://[::1]:8000"


@pytest.mark.parametrize(
    "text",
    [
        "", "10.0.0.8/m", "http://10.0.0.8/m", "openai://", "openai://host", "openai://host/", "openai:///m",
        "openai://host:0/m", "openai://host:99999/m", "openai://host:x/m", "openai://host/m?x=1", "openai://host/m#x",
        "openai://ho st/m", "openai://host/m\n", "openai://[fe80::1%eth0]/m", "openai://-host/m", "openai://[::1/m",
        f"openai://host/{'m' * 300}",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(UsageError, match="openai://主机:端口/模型名"):
        parse(text)


def test_a_password_does_not_belong_into_the_address_and_is_not_repeated() -> None:
    with pytest.raises(UsageError, match="AUDITOR_READER_KEY") as refused:
        parse("openai://user:hunter2@10.0.0.8/m")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.1.2.3", "172.31.0.1", "192.168.1.1", "[fd00::1]"])
def test_the_institutions_own_network_is_allowed(host: str) -> None:
    assert address(parse(f"openai://{host}/m")) == host.strip("[]")


@pytest.mark.parametrize(
    "host",
    [
        "8.8.8.8", "172.32.0.1", "192.169.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "192.0.2.1", "224.0.0.1",
        "[2001:db8::1]", "[::ffff:8.8.8.8]", "[::]", "[fe80::1]", "134744072", "0x8.8.8.8",
    ],
)  # fmt: skip
def test_every_other_address_is_refused_and_the_way_out_named(host: str) -> None:
    with pytest.raises(UsageError, match="--reader-outside"):
        address(parse(f"openai://{host}/m"))


def test_one_address_outside_is_enough_to_refuse_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with a private and a public address: which one is asked is chance."""
    found = [(2, 1, 6, "", (ip, 8000)) for ip in ("10.0.0.8", "203.0.113.9")]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)
    with pytest.raises(UsageError, match=r"203\.0\.113\.9"):
        address(parse("openai://llm.bank/m"))


def test_outside_needs_a_persons_word_and_encryption() -> None:
    assert address(parse("openais://8.8.8.8/m", outside=True), outside=True) == "8.8.8.8"
    with pytest.raises(UsageError, match="openais://"):
        parse("openai://8.8.8.8/m", outside=True)


def test_a_name_that_nobody_knows_is_a_server_that_is_away() -> None:
    with pytest.raises(ReaderError, match="主机名") as trouble:
        address(parse("openai://no-such-host.invalid/m"))
    assert (trouble.value.reason, trouble.value.lasting) == ("unreachable", True)
