"""``auditor key``: the keys that evidence packets are signed with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.manual import Program, Verb
from auditor.cli.terminal import out, shown

app = typer.Typer(
    cls=Program,
    no_args_is_help=True,
    help="""证据包的签名钥匙（Ed25519）：生成一对，导出公钥，看指纹。

    私钥留在机构手里，谁拿到它就能冒名签名；公钥和指纹公布给要核对的人。

    例：

      auditor key new 合规部.key
      auditor key show 合规部.key.pub""",
)


@app.command(cls=Verb)
def new(
    path: Annotated[Path, typer.Argument(metavar="文件", help="私钥写到哪里；公钥写在旁边，多一个 .pub。")],
) -> None:
    """生成一对钥匙：私钥只有你能读（权限 0600），公钥可以公布。已有的文件不会覆盖。

    例：

      auditor key new 合规部.key

    退出码：0 完成；2 文件已经存在或写不进去。
    """
    from auditor.reports.signing import PUBLIC_SUFFIX, new_key

    made = new_key(path)
    out().print(f"私钥 {shown(str(path))}（只有你能读，不要外传）")
    out().print(f"公钥 {shown(str(path))}{PUBLIC_SUFFIX}（给要核对的人）")
    out().print(f"指纹 {made}")


@app.command(cls=Verb)
def show(
    path: Annotated[Path | None, typer.Argument(metavar="公钥文件", help="一把公钥；不写就是归档目录自己的。")] = None,
    home: Annotated[Path, typer.Option("--home", metavar="目录", envvar="AUDITOR_HOME", help="归档目录。")] = Path(
        "auditor-home"
    ),
) -> None:
    """看一把公钥的指纹；不写文件时，看归档目录自己签名用的那一把，连同公钥的内容，可以存成 .pub 文件公布。

    例：

      auditor key show 合规部.key.pub
      auditor key show --home demo-home

    退出码：0 完成；2 不是公钥；3 归档目录不能用。
    """
    from auditor.reports.signing import fingerprint, home_key, load_public, public_pem
    from auditor.store.home import Home

    if path is not None:
        out().print(f"指纹 {fingerprint(load_public(path))}")
        return
    public = home_key(Home.open(home, create=False)).public_key()
    out().print(public_pem(public).decode().strip())
    out().print(f"指纹 {fingerprint(public)}")
