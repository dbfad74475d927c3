"""``auditor serve``: the review pages in the browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.terminal import complain, err


def serve(
    home: Annotated[Path, typer.Option("--home", metavar="目录", envvar="AUDITOR_HOME", help="归档目录。")] = Path(
        "auditor-home"
    ),
    host: Annotated[
        str, typer.Option("--host", metavar="地址", help="监听地址；127.0.0.1 只有本机能看，其他地址必须登录。")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="端口", help="端口；0 为任选一个空闲端口。")] = 8501,
    login: Annotated[
        bool | None,
        typer.Option("--login/--no-login", help="要不要登录；不写时，有人设了密码或其他机器能连到就要登录。"),
    ] = None,
    oidc: Annotated[
        Path | None, typer.Option("--oidc", metavar="文件", help="用统一登录（OIDC）：写着其设置的 TOML 文件。")
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="网址", help="浏览器访问的地址；前面有反向代理时要写。")
    ] = None,
    proxy: Annotated[
        list[str] | None, typer.Option("--proxy", metavar="地址", help="可信的反向代理的地址；可以写几次。")
    ] = None,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="启动后打开浏览器。")] = False,
) -> None:
    """打开复核页面：总览、通话、录音与证据。按 Ctrl-C 停止。

    页面不向外网请求任何东西。默认只在本机提供，不用登录；登记过人员（auditor people add）后要登录。怎样给多人用，见 docs/security.md。

    例：

      auditor serve --home demo-home
      auditor serve --port 0 --open
      auditor serve --host 0.0.0.0 --url https://zhijian.example.com --proxy 10.0.0.5
      auditor serve --oidc oidc.toml --url https://zhijian.example.com
    """
    from auditor.store.home import Home
    from auditor.web.access import LOOPBACK, decide
    from auditor.web.app import serve as serve_home
    from auditor.web.oidc import read_provider

    provider = None if oidc is None else read_provider(oidc, os.environ)
    access = decide(Home.open(home), host, login=login, url=url, proxies=tuple(proxy or ()), provider=provider)
    if host not in LOOPBACK and not access.is_https:
        complain(
            "注意：没有 https，密码和通话内容在网络上可以被别人看到。请在前面放一个提供 https 的反向代理，并用 --url 写明地址。",
            style="yellow",
        )

    def ready(own: str) -> None:
        err().print(f"复核页面：{access.url or own}（按 Ctrl-C 停止）")
        err().print(
            "需要登录。" if access.login else "不用登录，只有本机能打开。给多人使用前请先登记人员：auditor people add"
        )
        if browser:
            import webbrowser

            webbrowser.open(access.url or own)

    serve_home(home, host, port, access=access, on_ready=ready)
