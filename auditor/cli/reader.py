"""``auditor reader``: a second reader of one's own, made of reviewers' decisions."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.manual import Program, Verb
from auditor.cli.terminal import err, out

HomeOption = Annotated[
    Path, typer.Option("--home", metavar="目录", envvar="AUDITOR_HOME", help="归档目录。")
]  # fmt: skip
ByOption = Annotated[str, typer.Option("--by", metavar="姓名", help="谁做的，记入操作记录。")]


@contextlib.contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar of how many of how many are through."""
    from rich.progress import Progress

    with Progress(console=err()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


app = typer.Typer(
    cls=Program,
    no_args_is_help=True,
    help="""第二读者：用复核人员的决定训练自己的，比过才换。

    例：

      auditor reader list                    有哪些，正在用哪个
      auditor reader train --from-store      用归档目录里的复核决定训练，比现用的好才换上
      auditor reader use builtin             换回自带的

    学什么、怎么比见 docs/reader.md。""",
)


def train(
    home: HomeOption = Path("auditor-home"),
    from_store: Annotated[
        bool, typer.Option("--from-store", help="用归档目录里的复核决定（目前唯一的来源）。")
    ] = False,
    pack: Annotated[
        str, typer.Option("--pack", metavar="名称或目录", help="规则包；用来分清每轮话是对谁说的。")
    ] = "collections-zh",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只比较，不保存，不换。")] = False,
    by: ByOption = "命令行",
) -> None:
    """用复核人员的决定训练自己的第二读者；留出五分之一的通话比较，比现用的好才换上。

    维持和补充的发现是违规话；推翻的发现、签核过的通话里没有发现的话是合规话；没人决定过的话不学。
    在现用读者的基础上学，原来会的不丢。换上以后，auditor run 会用它重判。

    例：

      auditor reader train --from-store --home auditor-home
      auditor reader train --from-store --dry-run

    退出码：0 已换上，或 --dry-run 比完；1 没有更好，没有换；2 命令写法不对；3 归档目录或规则包不能用。
    """
    from auditor.errors import UsageError
    from auditor.lessons import learn, lessons, reader_in_use
    from auditor.reader.shipped import open_reader
    from auditor.rules.pack import load_pack
    from auditor.store import readers
    from auditor.store.home import Home
    from auditor.store.queries import Store

    if not from_store:
        raise UsageError("请写明用什么训练：auditor reader train --from-store。")
    opened = Home.open(home, create=False)
    rules = load_pack(pack)
    base = reader_in_use(opened) or open_reader()
    assert base is not None
    with Store(opened) as store, counting("读复核决定") as tell:
        taught = lessons(store, rules, tell)
    outcome = learn(taught, base, {"pack": rules.id})
    console = out()
    console.print(
        f"复核过的通话 {taught.calls} 通：学了 {len(taught.learn)} 句，留出 {len(taught.judge)} 句来比"
        f"（违规 {outcome.new.breaches} 句，合规 {outcome.new.innocent} 句）。"
    )
    for name, one in (("现用的", outcome.old), ("新的", outcome.new)):
        console.print(
            f"  {name}：违规话找出 {one.found}/{one.breaches}（{one.recall:.1%}），"
            f"合规话误报 {one.suspected}/{one.innocent}（{one.false_rate:.1%}）"
        )
    if not outcome.better:
        console.print("新的没有更好（要找出更多而误报不增，或找出一样多而误报更少），没有换。")
        raise typer.Exit(0 if dry_run else 1)
    if dry_run:
        console.print("新的更好；写了 --dry-run，没有换。")
        return
    at = datetime.now(UTC)
    readers.keep(opened, outcome.weights.fingerprint, outcome.data)
    why = f"{outcome.old.found}→{outcome.new.found}/{outcome.new.breaches}, {outcome.old.suspected}→{outcome.new.suspected}"
    readers.use(opened, outcome.weights.fingerprint, by, at, f"{why}/{outcome.new.innocent}")
    console.print(f"新的更好，已换上：{outcome.weights.fingerprint}。下次 auditor run 用它重判。")


def use(
    reader: Annotated[str, typer.Argument(metavar="指纹或builtin", help="auditor reader list 里的指纹，或 builtin。")],
    home: HomeOption = Path("auditor-home"),
    by: ByOption = "命令行",
) -> None:
    """换用另一个第二读者，或换回自带的；记入操作记录。

    例：

      auditor reader use builtin --home auditor-home
    """
    from auditor.store import readers
    from auditor.store.home import Home

    readers.use(Home.open(home, create=False), reader, by, datetime.now(UTC))
    out().print(f"从现在起用 {reader}。下次 auditor run 用它重判。")


def show_list(home: HomeOption = Path("auditor-home")) -> None:
    """这个归档目录有哪些第二读者，各学了什么，正在用哪个。

    例：

      auditor reader list --home auditor-home
    """
    from auditor.errors import ModelError
    from auditor.lessons import reader_in_use
    from auditor.reader.shipped import load
    from auditor.store import readers
    from auditor.store.home import Home

    opened = Home.open(home, create=False)
    current = reader_in_use(opened)
    own = readers.in_use(opened)
    console = out()
    console.print(f"{'→' if own is None else ' '} builtin　随程序发布")
    for path in readers.kept(opened):
        try:
            about = load(path).about.get("taught", {})
        except ModelError as error:
            err().print(str(error))
            continue
        mark = "→" if own is not None and current is not None and path.stem == own.stem else " "
        console.print(f"{mark} {path.stem}　{about.get('calls', '?')} 通复核、{about.get('lines', '?')} 句")


for name, verb in (("train", train), ("list", show_list), ("use", use)):
    app.command(name, cls=Verb)(verb)
