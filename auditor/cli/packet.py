"""``auditor packet``: calls as evidence that others can check without us."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.terminal import LanguageOption, check_language, named, out, shown


def packet(
    calls: Annotated[list[str], typer.Argument(metavar="通话编号…", help="要放进去的通话，编号写全。")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="文件夹|文件.zip", help="写到哪里；不能是已有的文件。")
    ],
    home: Annotated[Path, typer.Option("--home", metavar="目录", envvar="AUDITOR_HOME", help="归档目录。")] = Path(
        "auditor-home"
    ),
    redacted: Annotated[
        bool, typer.Option("--redacted", help="遮盖个人信息：文字以＊代替，录音里以哔声盖住。")
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="私钥文件", help="用这把私钥签名；不写就用归档目录自己的（packet.key）。"),
    ] = None,
    by: Annotated[str, typer.Option("--by", metavar="姓名", help="记在操作记录里：这个包是谁要的。")] = "",
    lang: LanguageOption = "zh",
) -> None:
    """把通话做成证据包：片段、前后的话、当时的规则、裁定经过、操作记录，连同签名，别人不用本程序的归档也能核对。

    打开包里的 index.html 就能读、能听，不联网。每一处发现都有前后各 5 秒的片段，两个声道，精确到采样点。
    不写 --redacted 时含完整的个人信息；两种都会记入操作记录。

    例：

      auditor packet S03 -o S03.zip --home demo-home
      auditor packet S03 S07 -o 证据 --redacted
      auditor packet S03 -o S03.zip --key 合规部.key

    退出码：0 完成；2 没有这通电话，或文件已经存在；3 归档目录或当时的规则包不能用。
    """
    from datetime import UTC, datetime

    from auditor.reports.packet import make_packet
    from auditor.reports.signing import home_key, load_key
    from auditor.store.home import Home
    from auditor.store.queries import Store

    check_language(lang)
    name = partial(_named, lang)
    with Store(Home.open(home, create=False)) as store:
        signing = home_key(store.home) if key is None else load_key(key)
        at = datetime.now(UTC).replace(microsecond=0)
        made = make_packet(store, calls, output, key=signing, at=at, by=by, name=name, redacted=redacted)
    out().print(f"{shown(str(output))}　{len(set(calls))} 通电话，{made.findings} 处发现，{made.files} 个文件。")
    out().print(f"签名公钥指纹 {made.signer}")


def _named(lang: str, kind: str, code: str) -> str:
    return named(kind, code, lang)
