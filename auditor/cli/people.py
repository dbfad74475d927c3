"""``auditor people``: who may use the review pages."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.manual import Program, Verb
from auditor.cli.terminal import err, out

if TYPE_CHECKING:
    from auditor.store.people import Role

app = typer.Typer(
    cls=Program,
    no_args_is_help=True,
    help="""人员：谁能打开复核页面，能做什么，能看哪些团队。

    例：

      auditor people add wang.li --shown 王丽 --role admin
      auditor people add zhang.san --shown 张三 --role qa --team 一组 --team 二组
      auditor people add li.si --shown 李四 --role agent --agent A001
      auditor people list
      auditor people password zhang.san
      auditor people deactivate zhang.san

    角色：qa 质检，compliance 合规，coach 辅导，agent 坐席（只看自己的通话），admin 管理员。

    密码在提示后输入，或从标准输入读第一行；不要写在命令里。""",
)

HomeOption = Annotated[Path, typer.Option("--home", metavar="目录", envvar="AUDITOR_HOME", help="归档目录。")]
NameArgument = Annotated[str, typer.Argument(metavar="登录名", help="登录名；用统一登录时，就是那里给出的名字。")]
ShownOption = Annotated[str | None, typer.Option("--shown", metavar="姓名", help="页面上显示的名字。")]
RoleOption = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="角色", help="qa、compliance、coach、agent 或 admin；可以写几次。"),
]
TeamOption = Annotated[
    list[str] | None, typer.Option("--team", metavar="团队", help="只看这个团队的通话；可以写几次。不写为全部团队。")
]
AgentOption = Annotated[str | None, typer.Option("--agent", metavar="工号", help="本人是哪个坐席。")]
HOME = Path("auditor-home")


def add(
    name: NameArgument,
    home: HomeOption = HOME,
    shown: ShownOption = None,
    role: RoleOption = None,
    team: TeamOption = None,
    agent: AgentOption = None,
    sso: Annotated[bool, typer.Option("--sso", help="不设密码，只用统一登录（OIDC）。")] = False,
) -> None:
    """登记一个人，并设密码。

    例：

      auditor people add zhang.san --shown 张三 --role qa --team 一组
      auditor people add li.si --role agent --agent A001 --sso
    """
    from auditor.errors import UsageError
    from auditor.store.home import Home
    from auditor.store.people import LOCAL, Person
    from auditor.web.accounts import register

    roles = _roles(role or [])
    if not roles:
        raise UsageError("请用 --role 写明角色：qa、compliance、coach、agent 或 admin。")
    who = Person(name, shown or name, roles, tuple(team) if team else None, agent)
    opened = Home.open(home)
    register(opened, who, None if sso else _password(), LOCAL, datetime.now(UTC))
    err().print(f"已登记 {name}。")


def show_list(home: HomeOption = HOME) -> None:
    """列出登记的人。

    例：

      auditor people list
    """
    from rich.table import Table
    from rich.text import Text

    from auditor.cli.terminal import harmless
    from auditor.store.home import Home
    from auditor.store.people import LOCAL
    from auditor.web.accounts import accounts

    found = accounts(Home.open(home, create=False), LOCAL)
    if not found:
        err().print("还没有登记任何人。请用 auditor people add 登记，第一位应是管理员。")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("登录名", "姓名", "角色", "团队", "工号", "密码", "状态"):
        table.add_column(title, overflow="fold")
    for each in found:
        who = each.person
        cells = (
            who.name, who.shown, "、".join(who.roles), "全部" if who.teams is None else "、".join(who.teams), who.agent_id or "",
            "有" if each.has_password else "无", "在用" if who.active else "停用",
        )  # fmt: skip
        table.add_row(*(harmless(Text(cell)) for cell in cells))
    out().print(table)


def change(
    name: NameArgument,
    home: HomeOption = HOME,
    shown: ShownOption = None,
    role: RoleOption = None,
    team: TeamOption = None,
    all_teams: Annotated[bool, typer.Option("--all-teams", help="可以看全部团队。")] = False,
    agent: AgentOption = None,
    activate: Annotated[bool, typer.Option("--activate", help="重新启用。")] = False,
) -> None:
    """修改一个人的角色、团队、工号或姓名；没有写的不变。

    例：

      auditor people change zhang.san --role qa --role coach --all-teams
    """
    from auditor.errors import UsageError
    from auditor.store.home import Home
    from auditor.store.ledger import Ledger
    from auditor.store.people import LOCAL, person
    from auditor.web.accounts import change as change_person

    if team and all_teams:
        raise UsageError("--team 和 --all-teams 不能同时使用。请去掉其中一个。")
    opened = Home.open(home, create=False)
    with Ledger(opened) as ledger, ledger.reading() as db:
        before = person(db, name)
    after = replace(
        before,
        shown=before.shown if shown is None else shown,
        roles=_roles(role) if role else before.roles,
        teams=None if all_teams else tuple(team) if team else before.teams,
        agent_id=before.agent_id if agent is None else agent or None,
        active=before.active or activate,
    )
    change_person(opened, after, LOCAL, datetime.now(UTC))
    err().print(f"已修改 {name}。" if after != before else f"{name} 没有变化。")


def password(name: NameArgument, home: HomeOption = HOME) -> None:
    """给一个人设新密码；这个人在所有设备上的登录都会退出。

    例：

      auditor people password zhang.san
    """
    from auditor.store.home import Home
    from auditor.store.ledger import Ledger
    from auditor.store.people import LOCAL, person
    from auditor.web.accounts import set_password

    opened = Home.open(home, create=False)
    with Ledger(opened) as ledger, ledger.reading() as db:
        person(db, name)
    set_password(opened, name, _password(), LOCAL, datetime.now(UTC))
    err().print(f"已修改 {name} 的密码。")


def deactivate(name: NameArgument, home: HomeOption = HOME) -> None:
    """停用一个人：不能再登录，已有的登录立即退出；留下的决定和记录不变。

    例：

      auditor people deactivate zhang.san
    """
    from auditor.store.home import Home
    from auditor.store.people import LOCAL
    from auditor.web.accounts import deactivate as leave

    leave(Home.open(home, create=False), name, LOCAL, datetime.now(UTC))
    err().print(f"已停用 {name}。")


for title, verb in (
    ("add", add), ("list", show_list), ("change", change), ("password", password), ("deactivate", deactivate),
):  # fmt: skip
    app.command(title, cls=Verb)(verb)


def _roles(wanted: list[str]) -> tuple[Role, ...]:
    from auditor.errors import UsageError
    from auditor.store.people import ROLES

    unknown = [each for each in wanted if each not in ROLES]
    if unknown:
        raise UsageError(f"没有角色 {'、'.join(unknown)}。角色只有 {'、'.join(ROLES)}。")
    return tuple(role for role in ROLES if role in wanted)


def _password() -> str:
    """A new password, asked for twice at a terminal, otherwise the first line of standard input."""
    from auditor.errors import UsageError

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = str(typer.prompt("新密码", hide_input=True, err=True))
    if str(typer.prompt("再输一遍", hide_input=True, err=True)) != first:
        raise UsageError("两次输入的密码不一样。请再运行一次。")
    return first
