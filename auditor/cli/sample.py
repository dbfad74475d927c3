"""``auditor sample``: random samples of calls in which nothing was found, and what they say of what the rules miss."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from auditor.cli.manual import Program, Verb
from auditor.cli.terminal import out

if TYPE_CHECKING:
    from auditor.store.samples import Progress

HomeOption = Annotated[Path, typer.Option("--home", metavar="目录", envvar="AUDITOR_HOME", help="归档目录。")]
HOME = Path("auditor-home")
EACH = {"all": "总共", "agent": "每个坐席", "team": "每个团队"}


def draw(
    home: HomeOption = HOME,
    count: Annotated[int, typer.Option("--count", "-n", min=1, metavar="通数", help="抽几通。")] = 60,
    each: Annotated[
        Literal["all", "agent", "team"],
        typer.Option("--each", metavar="all|agent|team", help="总共抽这么多，还是每个坐席、每个团队各抽这么多。"),
    ] = "all",
    seed: Annotated[str, typer.Option("--seed", metavar="文字", help="种子；不写就随机定一个，并记下来。")] = "",
    team: Annotated[list[str] | None, typer.Option("--team", metavar="团队", help="只从这个团队抽，可写几次。")] = None,
    agent: Annotated[list[str] | None, typer.Option("--agent", metavar="坐席", help="只抽这个坐席，可写几次。")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出一行 JSON，给机器读。")] = False,
) -> None:
    """从机器没有发现的通话里随机抽一批，进入复核队列。

    只抽能判定、没有任何发现、还没有签核的通话。同一个种子在同样的通话里抽出同样的一批，谁都可以重抽核对。

    例：

      auditor sample draw --home demo-home
      auditor sample draw -n 3 --each agent --seed 2026-W47
      auditor sample draw --team 一组 --json

    退出码：0 完成；2 没有可抽的通话；3 归档目录不能用。
    """
    import secrets
    from datetime import UTC, datetime

    from auditor.review.drawing import draw_sample
    from auditor.store.answers import Filters
    from auditor.store.home import Home
    from auditor.store.people import LOCAL
    from auditor.store.queries import Store
    from auditor.store.samples import progress

    with Store(Home.open(home, create=False)) as store:
        number = draw_sample(
            store, LOCAL, count=count, seed=seed.strip() or secrets.token_hex(4), at=datetime.now(UTC), each=each,
            filters=Filters(teams=tuple(team or ()), agents=tuple(agent or ())),
        )  # fmt: skip
        drawn = next(p for p in progress(store) if p.sample.sample == number)
    _show([drawn], as_json)


def show_list(
    home: HomeOption = HOME,
    as_json: Annotated[bool, typer.Option("--json", help="一行一批的 JSON，给机器读。")] = False,
) -> None:
    """抽过哪些批、复核到哪里、规则漏检多少。

    漏检率给出 95% 区间：只抽一批时是 Clopper–Pearson 精确区间；按坐席或团队抽时，各按代表的通话数加权（Korn–Graubard）。

    例：

      auditor sample list --home demo-home
      auditor sample list --json

    退出码：0 完成；3 归档目录不能用。
    """
    from auditor.store.home import Home
    from auditor.store.queries import Store
    from auditor.store.samples import progress

    with Store(Home.open(home, create=False)) as store:
        drawn = progress(store)
    if not drawn and not as_json:
        out().print("还没有抽过。用 auditor sample draw 抽一批。")
    _show(drawn, as_json)


def _show(drawn: list[Progress], as_json: bool) -> None:
    from rich.text import Text

    for each in drawn:
        if as_json:
            sys.stdout.write(json.dumps(_plain(each), ensure_ascii=False) + "\n")
        else:
            for line in _lines(each):
                # nothing of a call stands here; masking could hide the seed
                out().print(Text("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)))


def _lines(progress: Progress) -> list[str]:
    from auditor.review.sampling import estimate

    sample, found = progress.sample, estimate(progress.strata)
    head = (
        f"第 {sample.sample} 批  {sample.drawn_at:%Y-%m-%d}  {EACH[sample.each]} {sample.count} 通，"
        f"{sample.population} 通里抽出 {sample.size} 通  种子 {sample.seed}"
    )
    if found is None:
        return [head, f"  {progress.drawn} 通都还没有签核。"]
    says = (
        f"  抽查 {found.reviewed} 通干净通话，人工在 {found.found} 通里补出违规："
        f"漏检率 {found.rate:.1%}（95% 区间 {found.low:.1%}–{found.high:.1%}）。"
    )
    left = progress.drawn - progress.reviewed
    return [head, says + (f"还有 {left} 通没有签核。" if left else "")]


def _plain(progress: Progress) -> dict[str, Any]:
    from auditor.review.sampling import estimate

    sample, found = progress.sample, estimate(progress.strata)
    return {
        "sample": sample.sample, "drawn_at": sample.drawn_at.isoformat(), "drawn_by": sample.drawn_by,
        "seed": sample.seed, "each": sample.each, "count": sample.count, "chosen": sample.chosen,
        "population": sample.population, "size": sample.size, "reviewed": progress.reviewed,
        "found": 0 if found is None else found.found,
        "missed": None if found is None else {"rate": found.rate, "low": found.low, "high": found.high},
    }  # fmt: skip


app = typer.Typer(
    cls=Program,
    no_args_is_help=True,
    help="""抽查：机器没有发现的通话也要听一部分，既抓漏网的，也量出规则漏检多少。

    常用：

      auditor sample draw                  随机抽 60 通，进入复核队列
      auditor sample draw -n 3 --each agent    每个坐席抽 3 通
      auditor sample list                  复核到哪里，漏检率多少

    怎样用见 docs/review.md。""",
)
app.command("draw", cls=Verb)(draw)
app.command("list", cls=Verb)(show_list)
