"""``auditor serve``: the review pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.terminal import complain, err


def serve(
    home: Annotated[Path, typer.Option("--home", metavar="目录", envvar="AUDITOR_HOME", help="归档目录。")] = Path(
        "auditor-home"
    ),
    host: Annotated[
        str, typer.Option("--host", metavar="地址", help="监听地址；127.0.0.1 只有本机能看。")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="端口", help="端口；0 为任选一个空闲端口。")] = 8501,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="启动后打开浏览器。")] = False,
) -> None:
    """打开复核页面：总览、通话、录音与证据。按 Ctrl-C 停止。

    页面只在本机提供，不向外网请求任何东西。

    例：

      auditor serve --home demo-home
      auditor serve --port 0 --open
    """
    from auditor.web.app import LOOPBACK
    from auditor.web.app import serve as serve_home

    if host not in LOOPBACK:
        complain(f"注意：还没有登录功能，能连到 {host} 的人都能看到全部通话。", style="yellow")

    def ready(url: str) -> None:
        err().print(f"复核页面：{url}（按 Ctrl-C 停止）")
        if browser:
            import webbrowser

            webbrowser.open(url)

    serve_home(home, host, port, on_ready=ready)
