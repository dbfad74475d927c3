"""The help pages. Typer's own cut Chinese, which has no spaces to break at, off at the edge of a table."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from auditor.cli.terminal import out

if TYPE_CHECKING:
    from rich.table import Table


class Verb(TyperCommand):
    """A verb that explains itself: usage, what it does with examples, arguments, options."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Print the page, as wide as the terminal."""
        arguments = [p for p in self.params if p.param_type_name == "argument"]
        options = [p for p in self.get_params(ctx) if p.param_type_name == "option"]
        usage = " ".join((ctx.command_path, *(_placeholder(p) for p in arguments), "[选项]"))
        _page(usage, self.help, 参数=[(str(p.metavar), _about(p)) for p in arguments], 选项=_rows(options, ctx))


class Program(TyperGroup):
    """The program as a whole: what it is for, and its verbs."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Print the page, as wide as the terminal."""
        verbs = [(name, _first_sentence(command.help or "")) for name, command in self.commands.items()]
        _page(f"{ctx.command_path} 命令 [选项]", self.help, 命令=verbs, 选项=_rows(self.get_params(ctx), ctx))


def _page(usage: str, text: str | None, **lists: list[tuple[str, str]]) -> None:
    from rich.text import Text

    console = out()
    console.print(Text.assemble(("用法：", "bold"), usage))
    console.print(Text(f"\n{inspect.cleandoc(text or '')}", overflow="fold"))
    for title, rows in lists.items():
        if rows:
            console.print(Text(f"\n{title}", "bold"))
            console.print(_table(rows))


def _table(rows: Iterable[tuple[str, str]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, about in rows:
        table.add_row(Text(f"  {name}", "cyan"), Text(about))
    return table


def _rows(options: Iterable[Any], ctx: Any) -> list[tuple[str, str]]:
    rows = []
    for p in options:
        value = "" if p.is_flag else f" {p.metavar or p.display_type(ctx)}"
        # click keeps the names of --help in a set
        names = sorted((*p.opts, *p.secondary_opts), key=lambda name: (name.startswith("--no-"), len(name), name))
        rows.append((f"{'，'.join(names)}{value}", _about(p)))
    return rows


def _about(parameter: Any) -> str:
    given = parameter.default
    parts = ["显示这一页。" if parameter.name == "help" else parameter.help]
    if given is not None and not isinstance(given, bool):
        parts.append(f"默认 {given}。")
    if parameter.envvar:
        parts.append(f"也可用环境变量 {parameter.envvar}。")
    return "".join(parts)


def _placeholder(argument: Any) -> str:
    return str(argument.metavar) if argument.required else f"[{argument.metavar}]"


def _first_sentence(text: str) -> str:
    return inspect.cleandoc(text).split("\n", 1)[0]
