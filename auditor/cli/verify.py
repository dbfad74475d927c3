"""``auditor verify``: whether an evidence packet is as it was made, and by whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.terminal import Exit, complain, out, shown

SAYS = {
    "altered": "改过：{path}",
    "missing": "缺少：{path}",
    "added": "多出：{path}",
    "wrapping": "ZIP 文件本身改过：{path}（里面的文件可能仍完好，解压后再核对文件夹）",
    "chain": "操作记录前后对不上：{path}",
}


def verify(
    path: Annotated[Path, typer.Argument(metavar="证据包", help="证据包的文件夹或 ZIP 文件。")],
    trust: Annotated[
        list[Path] | None,
        typer.Option("--trust", metavar="公钥.pub", help="信任的公钥；可以写几次，任何一把签的都算。"),
    ] = None,
) -> None:
    """核对证据包：每个文件是否和签名时一模一样，是谁签的。改过的、缺的、多的，逐个说出。

    不需要联网、归档目录或模型。不写 --trust 时只知道完好，不知道是谁签的：请把指纹和机构公布的对一对。

    例：

      auditor verify S03.zip
      auditor verify 证据 --trust 合规部.key.pub

    退出码：0 完好（写了 --trust 时，并且是信任的公钥签的）；1 被改过、不完整，或不是信任的公钥签的；2 命令写法不对。
    """
    from auditor.reports.signing import fingerprint, load_public
    from auditor.reports.verify import verify as verified

    found = verified(path, {fingerprint(load_public(each)) for each in trust or ()})
    for problem in found.problems:
        complain(SAYS[problem.trouble].format(path=problem.path))
    if found.unchecked:
        complain("清单不能信，其余文件无从核对。")
    if found.intact:
        kind = "已遮盖个人信息" if found.redacted else "含个人信息"
        calls = "、".join(shown(call.call_id) for call in found.calls[:5]) + (" 等" if len(found.calls) > 5 else "")
        out().print(f"完好：{found.files} 个文件，{len(found.calls)} 通电话（{calls}），{kind}，签于 {found.made_at}。")
        out().print(f"操作记录 {found.chain.events} 条，其中 {found.chain.proven} 条重算了散列值，与前一条相连。")
    match found.trusted:
        case True:
            out().print(f"签名人：信任的公钥，指纹 {found.signer}")
        case False:
            complain(f"不是信任的公钥签的，指纹 {found.signer}")
        case None if found.intact:
            out().print(f"完好，签名人未知，指纹 {found.signer}")
        case None if found.signer:
            complain(f"签名人未知，指纹 {found.signer}", style="yellow")
    if not found.good:
        raise typer.Exit(Exit.SOME_FAILED)
