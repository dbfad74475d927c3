"""``auditor report``: reports that leave the house."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.manual import Program, Verb
from auditor.cli.terminal import LanguageOption, check_language, out, shown

if TYPE_CHECKING:
    from auditor.reports.figures import Asked

app = typer.Typer(
    name="report",
    cls=Program,
    no_args_is_help=True,
    help="""出报告：违规报告等，交给合规、监管或外包公司。

    例：

      auditor report violations --since 2026-10-01 --until 2026-10-31 --format pdf
      auditor report violations --severity critical --format xlsx -o 十月.xlsx""",
)


@app.command("violations", cls=Verb)
def violations(
    since: Annotated[
        str | None, typer.Option("--since", metavar="日期", help="从这天的通话起，如 2026-10-01。")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="日期", help="到这天的通话止，含当天。")] = None,
    severity: Annotated[
        list[str] | None,
        typer.Option("--severity", metavar="严重度", help="critical、major、minor、notice；可写几次。不写为全部。"),
    ] = None,
    team: Annotated[list[str] | None, typer.Option("--team", metavar="团队", help="只要这些团队；可写几次。")] = None,
    agency: Annotated[
        list[str] | None,
        typer.Option("--agency", metavar="公司", help="只要这些外包公司；可写几次，own 为本机构自己打的。"),
    ] = None,
    region: Annotated[list[str] | None, typer.Option("--region", metavar="地区", help="CN、TW、HK；可写几次。")] = None,
    decision: Annotated[
        str,
        typer.Option(
            "--decision",
            metavar="upheld|undecided|all",
            help="upheld 人工维持或补充的，undecided 还没有裁定的，all 全部算数的。",
        ),
    ] = "all",
    form: Annotated[str, typer.Option("--format", metavar="xlsx|pdf|csv|json|html", help="文件格式。")] = "xlsx",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="文件", help="写到哪里；不写为当前目录下带日期的文件名。"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="文件已经有了也照写。")] = False,
    home: Annotated[Path, typer.Option("--home", metavar="目录", envvar="AUDITOR_HOME", help="归档目录。")] = Path(
        "auditor-home"
    ),
    unmask: Annotated[
        bool,
        typer.Option("--unmask", help="个人信息和案件号写全；不写时遮盖。写全会记入操作记录。"),
    ] = False,
    lang: LanguageOption = "zh",
) -> None:
    """违规报告：范围、完整性、各项数字、方法和版本，然后按条款逐处列出原话、前后文、裁定经过和应当怎么说。

    数字和违规页面同一来源，以人工裁定为准；被推翻的不列。没有违规也出一份写明“没有”的报告。
    生成 PDF 需要先安装：pip install "collections-auditor[pdf]"。每出一份报告，操作记录里记一条。

    例：

      auditor report violations --home demo-home
      auditor report violations --since 2026-10-01 --until 2026-10-31 --region CN --format pdf
      auditor report violations --severity critical --severity major --decision upheld -o 十月.xlsx
      auditor report violations --agency 安和商务公司 --format html

    退出码：0 完成；2 命令写法不对，或缺少生成 PDF 的组件；3 归档目录不能用。
    """
    from auditor.reports.formats import require, write
    from auditor.reports.report import event_of, violation_report
    from auditor.store.home import Home, new_file
    from auditor.store.ledger import Ledger, append_event
    from auditor.store.queries import Store

    check_language(lang)
    now = datetime.now(UTC)
    asked = _asked(now, since, until, severity, team, agency, region, decision, unmask)
    texts = _texts(lang)
    with Store(Home.open(home, create=False)) as store:
        report = violation_report(store, asked, texts, lang)
        require(form, report)
        target = _target(output, f"{texts['report.file']}-{asked.made_at:%Y%m%d-%H%M}.{form}", force)
        with new_file(target) as file:
            write(form, report, file)
            with Ledger(store.home) as ledger, ledger.writing() as db:
                append_event(db, now, "exported", event_of(report, form))
    out().print(f"{shown(str(target))}　{report.figures.listed:,} 处违规")


def _asked(
    now: datetime,
    since: str | None,
    until: str | None,
    severity: list[str] | None,
    team: list[str] | None,
    agency: list[str] | None,
    region: list[str] | None,
    decision: str,
    unmask: bool,
) -> Asked:
    from auditor.models import REGIONS, SEVERITIES
    from auditor.reports.figures import DECIDED, Asked
    from auditor.reports.violations import CLOCK
    from auditor.store.answers import Filters

    (decided,) = _known("--decision", [decision], DECIDED)
    filters = Filters(
        teams=tuple(team or ()),
        regions=_known("--region", region or [], REGIONS),
        since=_day("--since", since),
        until=_day("--until", until),
    )
    at = {
        "severity": _known("--severity", severity or [], SEVERITIES),
        "agency": tuple("" if name == "own" else name for name in agency or ()),
    }
    return Asked(
        made_at=(now + CLOCK).replace(tzinfo=None),
        filters=filters,
        at={dimension: values for dimension, values in at.items() if values},
        decided=decided,  # type: ignore[arg-type]
        unmask=unmask,
    )


def _known(option: str, given: list[str], known: tuple[str, ...]) -> tuple[str, ...]:
    from auditor.errors import UsageError

    for value in given:
        if value not in known:
            raise UsageError(f"{option} 没有 {value}。可写 {'、'.join(known)}。")
    return tuple(given)


def _day(option: str, given: str | None) -> date | None:
    from auditor.errors import UsageError

    try:
        return None if given is None else date.fromisoformat(given)
    except ValueError as error:
        raise UsageError(f"{option} 的日期 {given} 看不懂。请写成 2026-10-01 这样。") from error


def _target(output: Path | None, name: str, force: bool) -> Path:
    from auditor.errors import UsageError

    target = output or Path(name)
    if target.is_dir():
        target /= name
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent}：没有这个目录。请先建好，或用 -o 写到别处。")
    if target.exists() and not force:
        raise UsageError(f"{target}：文件已经有了。请换一个名字，或加 --force 覆盖。")
    return target


@cache
def _texts(lang: str) -> dict[str, str]:
    """All texts of a language by dotted key, as the pages have them."""
    from auditor.web.app import dashboards_folder

    texts: dict[str, str] = {}
    for path in sorted((dashboards_folder() / "locales" / lang).glob("*.json")):
        for group, own in json.loads(path.read_text(encoding="utf-8")).items():
            texts |= {f"{group}.{key}": text for key, text in own.items()}
    return texts
