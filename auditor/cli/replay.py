"""``auditor replay``: proof that a verdict can be repeated, or what would come out differently today."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.terminal import Exit, complain, out, shown

if TYPE_CHECKING:
    from auditor.replay import Replay


def replay(
    calls: Annotated[
        list[str] | None, typer.Argument(metavar="通话编号|证据包…", help="要重放的通话，或没有遮盖的证据包。")
    ] = None,
    home: Annotated[Path, typer.Option("--home", metavar="目录", envvar="AUDITOR_HOME", help="归档目录。")] = Path(
        "auditor-home"
    ),
    every: Annotated[bool, typer.Option("--all", help="重放归档目录里的全部通话。")] = False,
) -> None:
    """用当时的规则包和第二读者再判一次，证明结论逐字节相同；不同的，列出哪里不同。

    不需要录音。规则包、第二读者取自归档目录，重放证据包时取自包里，不需要归档目录；程序版本与当时不同也照样重放，并且写明。
    比的是这通电话自己的结论，不含几通电话合起来看的发现，也不含人的决定。

    例：

      auditor replay S03 --home demo-home
      auditor replay --all --home demo-home
      auditor replay S03.zip

    退出码：0 全部相同；1 有不同，或有重放不了的；2 命令写法不对；3 归档目录不能用。
    """
    from auditor.errors import NotFoundError, PackError, UsageError
    from auditor.replay import replay_packet, replay_stored
    from auditor.rules.pack import Pack
    from auditor.store.answers import Filters
    from auditor.store.home import Home
    from auditor.store.queries import Store

    if bool(calls) == every:
        raise UsageError("请写要重放的通话编号或证据包，或用 --all 重放全部。")
    packets = [path for path in map(Path, calls or ()) if path.is_dir() or path.suffix.lower() == ".zip"]
    wanted = [call_id for call_id in calls or () if Path(call_id) not in packets]
    done: list[Replay] = [each for path in packets for each in replay_packet(path)]
    failed = 0
    if wanted or every:
        packs: dict[str, Pack] = {}
        with Store(Home.open(home, create=False)) as store:
            listed = wanted or [row.call_id for row in store.calls(Filters(), order="oldest", limit=store.count())]
            for call_id in listed:
                try:
                    done.append(replay_stored(store, call_id, packs))
                except (NotFoundError, PackError) as error:
                    complain(str(error))
                    failed += 1
    different = [each for each in done if not each.same]
    for each in done if not every else different:
        _tell(each)
    if every or len(done) + failed > 1:
        same = len(done) - len(different)
        out().print(f"重放 {len(done) + failed} 通：相同 {same}，不同 {len(different)}，重放不了 {failed}。")
    if different or failed:
        raise typer.Exit(Exit.SOME_FAILED)


def _tell(done: Replay) -> None:
    version = "" if done.version == done.recorded_version else f"，当时 {done.recorded_version}，现在 {done.version}"
    if done.same:
        out().print(f"{shown(done.call_id)}　相同　sha256 {done.recorded}　规则包 {done.pack}{version}")
        return
    out().print(f"{shown(done.call_id)}　不同　规则包 {done.pack}{version}")
    for each in done.differences:
        out().print(f"  {each.where}：当时 {shown(each.recorded)[:200]}，现在 {shown(each.replayed)[:200]}")
