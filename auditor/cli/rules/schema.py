"""``auditor rules schema``: JSON Schemas, so that an editor helps with writing rules."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from auditor.cli.rules.saved import save
from auditor.cli.terminal import PackOption, out

Kind = Literal[
    "rule", "step", "pack", "tenant", "norms", "scorecard", "party", "roles", "facts", "promise", "tolerated"
]


def schema(
    kind: Annotated[
        Kind, typer.Argument(help="哪种文件：rule 规则，step 步骤，pack、tenant 等。", metavar="种类")
    ] = "rule",
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="把全部种类写进这个文件夹，并显示编辑器怎样设置。", metavar="文件夹"),
    ] = None,
    pack: PackOption = "collections-zh",
) -> None:
    """规则文件的 JSON Schema：编辑器据此提示能写什么键、当场标出写错的地方。

    不写 --folder 就把一种打印出来。条款等名字按 --pack 的规则包列出；自己加了条款，重新生成一次。

    例：

      auditor rules schema --folder 我的规则包/.vscode
      auditor rules schema step > step.schema.json

    退出码：0 完成；2 写不了；3 规则包不能用。
    """
    from auditor.rules.editor import SHAPES, json_schema
    from auditor.rules.pack import load_pack

    loaded = load_pack(pack)
    if folder is None:
        sys.stdout.write(json.dumps(json_schema(kind, loaded), ensure_ascii=False, indent=2) + "\n")
        return
    for each in SHAPES:
        text = json.dumps(json_schema(each, loaded), ensure_ascii=False, indent=2)
        save(folder / f"{each}.schema.json", f"{text}\n".encode())
    settings = {"yaml.schemas": {f"./{folder.name}/{each}.schema.json": files for each, (_, files) in SHAPES.items()}}
    out().print(
        f"已写入 {folder}。VS Code：装上 Red Hat 的 YAML 扩展，打开规则包文件夹，在 .vscode/settings.json 里写："
    )
    out().print(json.dumps(settings, ensure_ascii=False, indent=2))
