"""``auditor evaluate``: how right the machine is, measured against reference answers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.measured import list_differences, show_tables
from auditor.cli.terminal import (
    Exit,
    LanguageOption,
    PackOption,
    ReaderOption,
    UnmaskOption,
    check_language,
    complain,
    err,
    show_whole,
)

if TYPE_CHECKING:
    from auditor.evaluation.reference import Case

CASES_A_PROCESS = 400
"""Below this many cases, loading the pack in another process takes longer than the judging that it saves."""
SUFFIXES = (".json", ".jsonl")
"""Files that may hold reference answers."""


def evaluate(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="参考答案：带 gold 的通话（JSON、JSONL）、带标注的单句（JSONL），或文件夹。", metavar="GOLD…"
        ),
    ],
    pack: PackOption = "collections-zh",
    reader: ReaderOption = "builtin",
    category: Annotated[
        list[str] | None, typer.Option("--category", "-c", help="只列这些类别的漏报和误报；可写多次。", metavar="类别")
    ] = None,
    brief: Annotated[bool, typer.Option("--brief", help="只要汇总表，不逐条列出漏报和误报。")] = False,
    suspected: Annotated[bool, typer.Option("--suspected", help="也列出只判为疑似的。")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象，给机器读。")] = False,
    fail_under: Annotated[
        float | None,
        typer.Option("--fail-under", help="合计 F1 低于它就以 1 退出，用于持续集成。", min=0, max=1, metavar="F1"),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="进程数；0 由程序决定。", min=0, max=64)] = 0,
    unmask: UnmaskOption = False,
    lang: LanguageOption = "zh",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="不显示进度。")] = False,
) -> None:
    """用参考答案量一量机器判得准不准：精确率、召回率、F1、步骤正确率，逐条列出漏报和误报。

    参考答案只在判完之后拿来比对，判的时候看不到。确认和疑似分开计算。没有参考答案的通话略过。
    一起给出的整通电话放在一起判（每天次数等），和 check 一样。

    例：

      auditor evaluate 标注文件夹
      auditor evaluate 单句.jsonl -c threat_exposure
      auditor evaluate 标注文件夹 --brief --fail-under 0.9

    退出码：0 全部完成；1 有文件不能用，或 F1 低于 --fail-under；2 命令写法不对；3 规则包不能用。
    """
    from auditor.errors import UsageError
    from auditor.evaluation.judging import judge_all
    from auditor.evaluation.result import measure, without_personal_data
    from auditor.models import CATEGORIES

    check_language(lang)
    show_whole(unmask)
    if unknown := [c for c in category or () if c not in CATEGORIES]:
        raise UsageError(f"没有类别 {unknown[0]}。有：{'、'.join(CATEGORIES)}。")
    cases, failed = _read(paths)
    if not cases:
        complain("没有找到参考答案。通话要有 gold，单句要有 text 和 label；格式见 docs/scoring.md。")
        raise typer.Exit(Exit.SOME_FAILED)
    processes = jobs or max(1, min(os.cpu_count() or 1, len(cases) // CASES_A_PROCESS))
    with _progress(len(cases), quiet) as advance:
        judged = judge_all(cases, pack, processes, advance, reader)
    result = measure(judged, judged[0].audit.pack)
    if not unmask:
        result = without_personal_data(result, judged)
    if as_json:
        sys.stdout.write(json.dumps(result.as_json(), ensure_ascii=False, indent=2) + "\n")
    else:
        if not brief:
            list_differences(result, category or CATEGORIES, suspected, lang)
        show_tables(result, lang)
    f1 = result.total.f1
    if failed or (fail_under is not None and (f1 is None or f1 < fail_under)):
        raise typer.Exit(Exit.SOME_FAILED)


def _read(paths: Sequence[Path]) -> tuple[list[Case], int]:
    """The cases of all files, each unusable file or line named, and how many those were."""
    from auditor.errors import TranscriptError
    from auditor.evaluation.gold import read_cases
    from auditor.speech.ingest import find

    intake = find(paths)
    bad: list[Exception] = [*intake.problems]
    cases: list[Case] = []
    for path in (p for p in intake.transcripts if p.suffix.lower() in SUFFIXES):
        try:
            cases += read_cases(path, bad.append)
        except TranscriptError as error:
            bad.append(error)
    for trouble in bad:
        complain(str(trouble))
    return cases, len(bad)


@contextmanager
def _progress(total: int, quiet: bool) -> Iterator[Callable[[], None]]:
    from rich.progress import Progress

    with Progress(console=err(), transient=True, disable=quiet) as bar:
        task = bar.add_task("评测", total=total)
        yield lambda: bar.advance(task)
