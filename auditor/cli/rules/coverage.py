"""``auditor rules coverage``: which clauses are checked, how, and which no recording can show."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from auditor.cli.terminal import PackOption, named, out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.models import Region
    from auditor.rules.coverage import Coverage
    from auditor.rules.pack import Pack

WAYS = {"words": "话语", "metadata": "元数据", "signal": "通话信号", "calls": "几通合起来"}
EXTENTS = {"checked": "检查", "partly": "检查一部分", "unheard": "录音查不了", "open": "还没有规则"}
STYLES = {"checked": "green", "partly": "yellow", "unheard": "dim", "open": "red"}
HEADINGS = ("条款", "要求", "查到什么程度", "怎样查", "规则和步骤", "录音里听不出来的")
MOST_RULES = 3


def coverage(
    region: Annotated[
        Literal["CN", "TW", "HK"] | None, typer.Option("--region", help="只看一个地区。", metavar="CN|TW|HK")
    ] = None,
    form: Annotated[
        Literal["table", "markdown"], typer.Option("--format", help="table 给人看；markdown 可以贴进文档，规则列全。")
    ] = "table",
    as_json: Annotated[bool, typer.Option("--json", help="一行一个条款的 JSON，给机器读。")] = False,
    pack: PackOption = "collections-zh",
) -> None:
    """每个条款由哪些规则检查、怎样查、有多少例子；哪些录音里听不出来，有了什么元数据就能查。

    “待核”的条款没有人读到过原文（核验码 V3、PK）。最后列出值得接入的元数据：带 * 的程序还不认识，会作为自定义列原样保留。

    例：

      auditor rules coverage
      auditor rules coverage --region TW
      auditor rules coverage --format markdown > 条款覆盖.md

    退出码：0 完成；3 规则包不能用。
    """
    from auditor.rules.coverage import coverage as covered_by
    from auditor.rules.pack import load_pack

    loaded = load_pack(pack)
    covered = [c for c in covered_by(loaded) if region is None or c.norm.region in (None, region)]
    if as_json:
        sys.stdout.writelines(json.dumps(c.as_json(), ensure_ascii=False) + "\n" for c in covered)
    elif form == "markdown":
        sys.stdout.write(_markdown(covered, loaded))
    else:
        _print(covered, loaded)


def _ways(covered: Coverage) -> str:
    return "、".join(WAYS[w] for w in covered.ways)


def _rules(covered: Coverage, most: int) -> str:
    ids = [r.id for r in covered.rules]
    more = f" 等 {len(ids)} 条" if len(ids) > most else ""
    alone = f"{'、'.join(ids[:most])}{more}（{covered.examples} 个例子）" if ids else ""
    return "；".join(filter(None, (alone, "、".join(covered.across_calls))))


def _unheard(covered: Coverage) -> str:
    fields = covered.norm.unlocked_by
    return covered.norm.unheard + (f"（需要 {'、'.join(fields)}）" if fields else "")


def _by_region(covered: Sequence[Coverage]) -> dict[Region | None, list[Coverage]]:
    groups: dict[Region | None, list[Coverage]] = {}
    for each in covered:
        groups.setdefault(each.norm.region, []).append(each)
    return groups


def _region(region: Region | None) -> str:
    return "各地" if region is None else named("region", region, "zh")


def _sum(covered: Sequence[Coverage]) -> str:
    from auditor.rules.coverage import extents

    counts = extents(covered)
    unverified = sum("待核" in c.norm.label for c in covered)
    told = "，".join(f"{name} {counts[extent]} 个" for extent, name in EXTENTS.items())  # type: ignore[index]
    return f"{len(covered)} 个条款：{told}；待核 {unverified} 个。"


def _fields(covered: Sequence[Coverage]) -> list[str]:
    from dataclasses import fields

    from auditor.models import Metadata
    from auditor.rules.coverage import unlocking
    from auditor.rules.prose import FIELDS

    known = {f.name for f in fields(Metadata)}
    lines = []
    for field, clauses in unlocking(covered):
        mark = "" if field in known else "*"
        told = f"（{FIELDS[field]}）" if field in FIELDS else ""
        lines.append(
            f"{field}{mark}{told}：{len(clauses)} 个条款，{'、'.join(clauses[:4])}{'……' if len(clauses) > 4 else ''}"
        )
    return lines


def _print(covered: Sequence[Coverage], pack: Pack) -> None:
    from rich.table import Table
    from rich.text import Text

    from auditor.cli.rules.page import print_section

    for region, group in _by_region(covered).items():
        table = Table(title=_region(region), title_justify="left", title_style="bold", box=None, header_style="bold")
        for heading, ratio in zip(HEADINGS, (4, 5, 2, 2, 5, 5), strict=True):
            table.add_column(heading, overflow="fold", ratio=ratio)
        for c in group:
            extent = Text(EXTENTS[c.extent], STYLES[c.extent])
            clause = f"{c.norm.label}\n{c.norm.key}"
            table.add_row(clause, c.norm.requirement, extent, _ways(c), _rules(c, MOST_RULES), _unheard(c))
        out().print(table)
        out().print()
    out().print(f"{pack.id}：{_sum(covered)}")
    if lines := _fields(covered):
        print_section("接入这些元数据，就有条件多查一些（还要写规则）", lines)


def _markdown(covered: Sequence[Coverage], pack: Pack) -> str:
    lines = [f"# 条款覆盖：{pack.title}", "", f"{pack.id}。{_sum(covered)}"]
    for region, group in _by_region(covered).items():
        lines += ["", f"## {_region(region)}", "", _row(HEADINGS), _row(["---"] * len(HEADINGS))]
        for c in group:
            clause = f"{c.norm.label} `{c.norm.key}` {c.norm.verification}"
            many = len(c.rules)
            lines.append(_row([clause, c.norm.requirement, EXTENTS[c.extent], _ways(c), _rules(c, many), _unheard(c)]))
    fields = _fields(covered)
    lines += (
        ["", "## 接入这些元数据，就有条件多查一些（还要写规则）", "", *(f"- {line}" for line in fields)]
        if fields
        else []
    )
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    plain = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(plain)} |"
