"""``auditor rules test``: the examples of a pack, run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.rules.saved import save
from auditor.cli.terminal import Exit, complain, err, harmless, out

if TYPE_CHECKING:
    from auditor.evaluation.examples import Outcome
    from auditor.models import Call
    from auditor.rules.pack import Pack

MANY = 100_000  # innocent examples × rules from which on starting further processes pays
SAID = {"hit": "应该命中", "clean": "不该命中", "done": "应该算做到", "missed": "应该算没做到"}


def run(
    pack: Annotated[str, typer.Argument(help="规则包：自带的名字，或一个文件夹。", metavar="PACK")] = "collections-zh",
    only: Annotated[
        list[str] | None, typer.Option("--id", help="只测这条规则或步骤；可以写多次。", metavar="编号")
    ] = None,
    clean: Annotated[
        list[Path] | None,
        typer.Option(
            "--clean", help="没有违规的通话（转写文件或文件夹）：任何命中都算错。可以写多次。", metavar="PATH"
        ),
    ] = None,
    noise: Annotated[
        bool, typer.Option("--noise", help="再给例子加上识别噪声（同音字、漏字、语气词、繁体），列出还能命中多少。")
    ] = False,
    junit: Annotated[
        Path | None, typer.Option("--junit", help="另写一份 JUnit 报告，给持续集成用。", metavar="文件")
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, max=64, help="同时用几个进程；0 由程序定。", metavar="个数")
    ] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="不显示进度。")] = False,
) -> None:
    """跑规则包里的全部例子，并检查写法。

    每条规则的 hit 要命中、clean 不能命中，每个步骤的 done 和 missed 要判对。所有清白的话（clean、done、--clean 的通话）还要对着全部规则跑一遍：
    被别的规则命中也算错，除非 tolerated.yaml 写明了可以容忍及理由。最后列出提醒：用不到的词表、永远不会成立的条件等；提醒不影响退出码。

    例：

      auditor rules test
      auditor rules test 我的规则包 --id visit-agent-coming
      auditor rules test 我的规则包 --clean 优秀录音的转写 --junit 结果.xml
      auditor rules test --noise

    退出码：0 全部符合；1 有例子不符合；2 没有这个编号；3 规则包不能用。
    """
    from auditor.evaluation.examples import stale
    from auditor.evaluation.junit import junit_report
    from auditor.rules.lint import warnings
    from auditor.rules.pack import load_pack

    loaded = load_pack(pack)
    chosen = frozenset(only or ())
    _check_ids(loaded, chosen)
    calls, unreadable = _clean_calls(clean or [])
    outcomes = list(_run(loaded, chosen, calls, jobs, quiet))
    if junit is not None:
        save(junit, junit_report(loaded.id, outcomes))
    wrong = [o for o in outcomes if not o.passed]
    for outcome in wrong:
        _tell(outcome, loaded)
    if not chosen:
        for warning in (*warnings(loaded), *stale(loaded, outcomes)):
            _line(f"提醒 {warning}", "yellow")
    if noise:
        _print_noise(loaded, chosen, jobs, quiet)
    tolerated = sum(bool(s.tolerated) for o in outcomes for s in o.strays)
    spared = f"；容忍的命中 {tolerated} 处" if tolerated else ""
    out().print(f"{loaded.id}：{len(outcomes)} 个例子，{len(wrong)} 个不符合{spared}。")
    if wrong or unreadable:
        raise typer.Exit(Exit.SOME_FAILED)


def _line(text: str, style: str) -> None:
    from rich.text import Text

    # never broken: one trouble a line, for who searches them
    out().print(harmless(Text(text, style)), soft_wrap=True)


def _check_ids(pack: Pack, chosen: frozenset[str]) -> None:
    from auditor.errors import NotFoundError
    from auditor.rules.document import nearest
    from auditor.rules.source import owners

    known = [o.id for o in owners(pack)]
    for each in sorted(chosen):
        if each not in known:
            raise NotFoundError(f"没有规则或步骤 {each}{nearest(each, known)}。全部编号见 auditor rules list。")


def _clean_calls(paths: list[Path]) -> tuple[list[Call], int]:
    """The calls to be kept clean, and how many inputs could not be read; calls whose reference names breaches are no such calls."""
    from auditor.errors import TranscriptError
    from auditor.evaluation.gold import read_cases
    from auditor.speech.ingest import find
    from auditor.speech.written import read_written

    intake = find(paths, None)
    troubles: list[object] = list(intake.problems)
    calls: list[Call] = []
    for path in intake.transcripts:
        bad: list[TranscriptError] = []
        try:
            guilty = set()
            if path.suffix in (".json", ".jsonl"):
                cases = read_cases(path, bad.append)
                guilty = {c.call.call_id for c in cases if c.reference.violations or c.reference.acceptable}
            read, _ = read_written(path, intake.spare_rows, lambda _: None)
            calls += [c for c in read if c.call_id not in guilty]
        except TranscriptError as error:
            bad = [error]
        troubles += bad
    for trouble in troubles:
        complain(str(trouble))
    return calls, len(troubles)


def _run(pack: Pack, only: frozenset[str], calls: list[Call], jobs: int, quiet: bool) -> Iterable[Outcome]:
    from auditor.evaluation.examples import INNOCENT, examples_of, run_clean_call, run_examples
    from auditor.rules.source import owners

    expected = [e for o in owners(pack) if not only or o.id in only for e, _ in examples_of(o)]
    innocent = sum(e in INNOCENT for e in expected)
    if not jobs:
        jobs = (os.cpu_count() or 1) if innocent * len(pack.rules) >= MANY else 1
    with _progress("跑例子", len(expected) + len(calls), quiet) as advance:
        for outcome in run_examples(pack, only, jobs):
            advance()
            yield outcome
        for call in calls:
            advance()
            yield run_clean_call(pack, call)


@contextmanager
def _progress(title: str, total: int, quiet: bool) -> Iterator[Callable[[], None]]:
    """A bar on standard error, where somebody looks at it; what is yielded moves it on by one."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = err()
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn())
    hidden = quiet or not console.is_terminal
    with Progress(*columns, console=console, disable=hidden, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


def _tell(outcome: Outcome, pack: Pack) -> None:
    from auditor.cli.terminal import named

    place = pack.places.get(outcome.file, f"{outcome.file} {outcome.owner}")
    if not outcome.right:
        _line(f"✗ {place} {SAID[outcome.expected]}：{outcome.text}", "red")
    for stray in outcome.strays:
        if not stray.tolerated:
            said = f"：{stray.quote}" if stray.quote else ""
            _line(f"✗ {place} 被 {stray.rule} 命中（{named('status', stray.status, 'zh')}）{said}", "red")
            if outcome.file in pack.places and stray.quote != outcome.text:
                _line(f"    例子：{outcome.text}", "dim")


def _print_noise(pack: Pack, only: frozenset[str], jobs: int, quiet: bool) -> None:
    from rich.table import Table

    from auditor.evaluation.noise import NOISES
    from auditor.evaluation.survival import noisy_rules, survivals

    names = {"homophones": "同音字", "dropped": "漏字", "fillers": "语气词", "script": "繁体"}
    table = Table(box=None, pad_edge=False, header_style="bold", title="加噪声后还能命中的比例", title_justify="left")
    table.add_column("规则", overflow="fold")
    for noise in NOISES:
        table.add_column(names.get(noise, noise), justify="right")
    kept = {noise: [0, 0] for noise in NOISES}
    rules = noisy_rules(pack, only)
    with _progress("加噪声", len(rules), quiet) as advance:
        for found in survivals(pack, rules, jobs or os.cpu_count() or 1):
            advance()
            shares = {s.noise: f"{s.hits_kept / s.hits:.0%}" for s in found if s.hits}
            for survival in found:
                kept[survival.noise][0] += survival.hits_kept
                kept[survival.noise][1] += survival.hits
            if shares:
                table.add_row(found[0].rule, *(shares.get(noise, "–") for noise in NOISES))
    table.add_row("全部", *(f"{k / n:.0%}" if n else "–" for k, n in kept.values()), style="bold")
    out().print(table)
