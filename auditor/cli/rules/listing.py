"""``auditor rules list``: which rules there are."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor.cli.terminal import SEVERITY_STYLE, LanguageOption, PackOption, check_language, named, out

if TYPE_CHECKING:
    from auditor.rules.conditions import Rule, Step
    from auditor.rules.pack import Pack


def show_list(
    category: Annotated[
        str | None, typer.Option("--category", help="只看这一类，如 visit_threat 或 上门威胁。", metavar="类别")
    ] = None,
    step: Annotated[bool, typer.Option("--step", help="列出步骤，而不是违规规则。")] = False,
    experimental: Annotated[bool, typer.Option("--experimental", help="只看试用的规则。")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="一行一条 JSON，给机器读。")] = False,
    pack: PackOption = "collections-zh",
    lang: LanguageOption = "zh",
) -> None:
    """有哪些规则：编号、类别、严重度、状态、把握、例子数。

    稳定的规则可以扣分；试用的规则只记疑似。把握是“疑似”的规则，要人听过才算。

    例：

      auditor rules list
      auditor rules list --category 上门威胁
      auditor rules list --experimental --json
      auditor rules list --step

    退出码：0 完成；2 没有这个类别；3 规则包不能用。
    """
    from auditor.rules.pack import load_pack

    check_language(lang)
    loaded = load_pack(pack)
    wanted = None if category is None else _category(category, lang)
    chosen = [
        r
        for r in loaded.rules
        if (wanted is None or r.category == wanted) and (r.experimental or not experimental) and not step
    ]
    chosen.sort(key=lambda r: (_place(r), r.id))
    if as_json:
        rows = [_step_row(s) for s in loaded.steps] if step else [_row(r, loaded) for r in chosen]
        sys.stdout.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        return
    if step:
        _print_steps(loaded, lang)
    else:
        _print_rules(chosen, loaded, lang)


def _category(said: str, lang: str) -> str:
    from auditor.errors import UsageError
    from auditor.models import CATEGORIES
    from auditor.rules.document import nearest

    known = {named("category", c, lang): c for c in CATEGORIES}
    if said not in CATEGORIES and said not in known:
        raise UsageError(f"没有类别 {said}{nearest(said, [*CATEGORIES, *known])}。全部类别见 auditor rules list。")
    return known.get(said, said)


def _place(rule: Rule) -> int:
    from auditor.models import CATEGORIES

    return CATEGORIES.index(rule.category)


def _row(rule: Rule, pack: Pack) -> dict[str, Any]:
    return {
        "id": rule.id,
        "category": rule.category,
        "severity": rule.severity,
        "status": "experimental" if rule.experimental else "stable",
        "certainty": rule.certainty,
        "hit": len(rule.hit),
        "clean": len(rule.clean),
        "cites": list(rule.cites),
        "file": pack.places[rule.file],
    }


def _step_row(step: Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "name": step.name,
        "weight": step.weight,
        "parts": [p.name for p in step.parts],
        "done": len(step.done),
        "missed": len(step.missed),
        "cites": list(step.cites),
    }


def _print_rules(rules: list[Rule], pack: Pack, lang: str) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("编号", "类别", "严重度", "状态", "把握", "例子（算+不算）"):
        table.add_column(title, overflow="fold", justify="right" if title.startswith("例子") else "left")
    for rule in rules:
        sure = "确认" if rule.certainty == "confirmed" and not rule.experimental else "疑似"
        table.add_row(
            Text(rule.id),
            named("category", rule.category, lang),
            Text(named("severity", rule.severity, lang), SEVERITY_STYLE[rule.severity]),
            Text("试用", "yellow") if rule.experimental else "稳定",
            sure,
            f"{len(rule.hit)}+{len(rule.clean)}",
        )
    out().print(table)
    stable = sum(not r.experimental for r in rules)
    out().print(f"{pack.id}：{len(rules)} 条规则，稳定 {stable} 条，试用 {len(rules) - stable} 条。")


def _print_steps(pack: Pack, lang: str) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("编号", "步骤", "分值", "要说到", "例子（做到+没做到）"):
        table.add_column(title, overflow="fold", justify="right" if title == "分值" else "left")
    for step in pack.steps:
        table.add_row(
            step.id,
            named("step", step.id, lang),
            str(step.weight),
            "、".join(p.name for p in step.parts),
            f"{len(step.done)}+{len(step.missed)}",
        )
    out().print(table)
