"""``auditor rules show``: one rule, told as prose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.terminal import SEVERITY_STYLE, LanguageOption, PackOption, check_language, harmless, named, out

if TYPE_CHECKING:
    from auditor.rules.conditions import Rule, Step
    from auditor.rules.pack import Pack


def show(
    rule_id: Annotated[str, typer.Argument(help="规则或步骤的编号，见 auditor rules list。", metavar="ID")],
    whole: Annotated[bool, typer.Option("--all", help="长词表不折叠，全部列出。")] = False,
    pack: PackOption = "collections-zh",
    lang: LanguageOption = "zh",
) -> None:
    """一条规则说的是什么：谁对谁说了什么、什么情况不算、扣多少分、依据哪些条款、有哪些例子。

    条款后面写“待核”的，还没有人读到过原文。

    例：

      auditor rules show visit-agent-coming
      auditor rules show visit-agent-coming --all
      auditor rules show explain_consequences

    退出码：0 完成；2 没有这条规则；3 规则包不能用。
    """
    from auditor.cli.rules.page import print_section
    from auditor.errors import NotFoundError
    from auditor.rules.conditions import Rule
    from auditor.rules.document import nearest
    from auditor.rules.pack import load_pack
    from auditor.rules.prose import tell, tell_step
    from auditor.rules.source import owners

    check_language(lang)
    loaded = load_pack(pack)
    by_id = {each.id: each for each in owners(loaded)}
    if rule_id not in by_id:
        raise NotFoundError(f"没有规则或步骤 {rule_id}{nearest(rule_id, list(by_id))}。全部编号见 auditor rules list。")
    found = by_id[rule_id]

    def name(kind: str, code: str) -> str:
        return named(kind, code, lang)

    _head(found, loaded, lang)
    told = tell(loaded, found, name, whole) if isinstance(found, Rule) else tell_step(loaded, found, name, whole)
    for title, lines in told.sections:
        print_section(title, lines)


def _head(found: Rule | Step, pack: Pack, lang: str) -> None:
    from rich.text import Text

    from auditor.cli.rules.page import print_prose
    from auditor.rules.conditions import Rule

    if isinstance(found, Rule):
        state = "试用" if found.experimental else "稳定"
        about = Text.assemble(
            (found.id, "bold"),
            f"  {named('category', found.category, lang)}  ",
            (named("severity", found.severity, lang), SEVERITY_STYLE[found.severity]),
            f"  {state}",
        )
    else:
        about = Text.assemble((found.id, "bold"), f"  步骤“{found.name}”  {found.weight} 分")
    out().print(harmless(about))
    out().print(harmless(Text(pack.places[found.file], "dim")))
    print_prose("")
    print_prose(found.message)
