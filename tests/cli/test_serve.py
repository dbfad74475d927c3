"""``auditor serve``: the real server, started as a user starts it."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

from auditor.store.home import Home
from tests.cli.program import auditor, started
from tests.web.servers import get


def test_it_says_where_the_pages_are_and_ends_on_ctrl_c(home: Home, tmp_path: Path) -> None:
    server = started("serve", "--home", home.path, "--port", "0", cwd=tmp_path)
    try:
        assert server.stderr is not None
        line = server.stderr.readline()
        assert line.startswith("复核页面：http://127.0.0.1:")
        assert get(line.removeprefix("复核页面：").split("（")[0])[0] == 200
        assert "只有本机能打开" in server.stderr.readline()
    finally:
        server.send_signal(signal.SIGINT)
        _, rest = server.communicate(timeout=60)
    assert "Traceback" not in rest
    assert server.returncode in (0, 130)


def test_a_taken_port_is_one_line_with_the_way_out(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = auditor("serve", "--home", home.path, "--port", str(port))
    assert (said.code, said.out) == (2, "")
    assert said.err.count("\n") == 1
    assert f"端口 {port} 已被占用" in said.err
    assert "--port" in said.err
