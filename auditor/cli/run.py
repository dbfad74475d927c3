"""``auditor run``: hear, judge and keep calls."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from auditor.cli.large_model import (
    ReaderAskOption,
    ReaderAtOnceOption,
    ReaderOutsideOption,
    ReaderRateOption,
    ReadersOption,
    ReaderTimeoutOption,
    reader_of,
    reader_report,
    second_reading,
)
from auditor.cli.summary import as_json_lines, caution, missing, progress_bar, remark, report
from auditor.cli.terminal import (
    Exit,
    LanguageOption,
    PackOption,
    UnmaskOption,
    check_language,
    complain,
    err,
    show_whole,
)

if TYPE_CHECKING:
    from auditor.batch import RunSummary
    from auditor.speech.transcribe import Transcriber
    from auditor.store.home import Home


@dataclass(frozen=True, slots=True)
class Origin:
    """How inputs were given, and in which folder: kept with what fails, so that a later run can try it again.

    ``paths`` is everything that was given, where trouble with one input (a row of metadata) may concern another one.
    """

    folder: str
    metadata: str | None
    raw: str | None
    agent_channel: Literal["left", "right"] | None
    paths: tuple[str, ...] = ()


def run(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="录音或转写：文件、文件夹（含子文件夹）、通配符。", metavar="PATH…")
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            "--model", metavar="文件夹|大小", help="语音识别模型：本地文件夹，或大小名（small、medium、large-v3 …）。"
        ),
    ] = "small",
    metadata: Annotated[
        Path | None,
        typer.Option("--metadata", metavar="文件", help="元数据：CSV 或 JSON。不写时自动用文件夹里的 metadata.csv。"),
    ] = None,
    home: Annotated[
        Path, typer.Option("--home", metavar="目录", envvar="AUDITOR_HOME", help="归档目录，结果都存在这里。")
    ] = Path("auditor-home"),
    pack: PackOption = "collections-zh",
    agent_channel: Annotated[
        Literal["left", "right"] | None,
        typer.Option("--agent-channel", help="坐席在哪个声道；不写则看元数据，再不行按双方说的话判断。"),
    ] = None,
    raw: Annotated[
        str | None,
        typer.Option(
            "--raw", metavar="编码", help="无文件头录音的编码：alaw、ulaw、pcm、vox，可写采样率和声道，如 alaw:8000:2。"
        ),
    ] = None,
    device: Annotated[str, typer.Option("--device", metavar="设备", help="auto、cpu 或 cuda。")] = "auto",
    compute_type: Annotated[
        str,
        typer.Option(
            "--compute-type", metavar="精度", help="auto、int8、float16 等；auto 在 CPU 上用 int8，在显卡上用 float16。"
        ),
    ] = "auto",
    beam_size: Annotated[
        int, typer.Option("--beam-size", min=1, max=20, metavar="1–20", help="束宽：越大越准，也越慢。")
    ] = 5,
    window: Annotated[
        Literal["packed", "single"],
        typer.Option("--window", help="packed 适合一般模型；single 一段语音一窗（演示模型用）。"),
    ] = "packed",
    hotwords: Annotated[
        bool, typer.Option("--hotwords/--no-hotwords", help="把规则包的热词提示给模型；演示模型没学过提示，要关掉。")
    ] = True,
    threads: Annotated[int, typer.Option("--threads", min=0, metavar="N", help="识别用的线程数；0 由引擎决定。")] = 0,
    diarizer: Annotated[
        str,
        typer.Option(
            "--diarizer",
            metavar="方式",
            help="单声道录音怎样分清双方：builtin（内置，不用下载）、sherpa:文件夹、pyannote:文件夹、none（不分）。",
        ),
    ] = "builtin",
    retry: Annotated[
        bool, typer.Option("--retry", help="重试以前失败的；不写 PATH 就重试归档目录里全部失败的（模型等选项照写）。")
    ] = False,
    marked: Annotated[
        bool, typer.Option("--marked", help="和 --retry 一起用、不写 PATH：只重试在“运行”页上标记了要重试的。")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="结果以 JSON 输出到标准输出，给机器读。")] = False,
    reader: ReadersOption = "own",
    reader_ask: ReaderAskOption = "all",
    reader_at_once: ReaderAtOnceOption = 1,
    reader_rate: ReaderRateOption = 0,
    reader_timeout: ReaderTimeoutOption = 60,
    reader_outside: ReaderOutsideOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="不显示进度条和结果表。")] = False,
    unmask: UnmaskOption = False,
    lang: LanguageOption = "zh",
) -> None:
    """转写并质检录音（也收转写文件），结果存入归档目录。

    同一客户、同一号码、同一坐席的通话合在一起再判一遍（每天次数、拒绝后再联系等），晚到的通话也算进去。
    做过的通话不重做；中断或断电后再运行一次，会从没做完的接着做。不能用的文件各报一行原因，其余照常处理。

    例：

      auditor run 录音文件夹 --model /models/faster-whisper-large-v3
      auditor run 录音文件夹 --metadata 通话清单.csv --agent-channel left
      auditor run '录音/2026-10-*/*.mp3' --home 十月归档
      auditor run 旧录音 --raw alaw:8000:2
      auditor run 单声道录音 --diarizer sherpa:/models/diarization
      auditor run --retry                      再试以前失败的
      auditor run 录音文件夹 --reader openai://10.0.0.8:8000/Qwen3-32B
      auditor run 录音文件夹 --json -q > 结果.jsonl

    退出码：

      0    全部完成
      1    有输入不能用，已列明原因，其余已完成
      2    命令写法不对
      3    模型、规则包或归档目录不能用
      130  被中断，做完的已保存
    """
    from auditor.batch import run as run_batch
    from auditor.errors import InputError, UsageError
    from auditor.lessons import reader_in_use
    from auditor.reader.shipped import open_reader
    from auditor.recount import recount
    from auditor.rules.pack import load_pack
    from auditor.speech.audio import RawFormat
    from auditor.speech.diarizers import diarizer_named
    from auditor.speech.ingest import find
    from auditor.store.corrections import corrections
    from auditor.store.home import Home
    from auditor.worker import Worker, is_attempt

    check_language(lang)
    show_whole(unmask)
    # a large model reads beside the built-in reader, never instead of it
    large = "://" in reader
    second = None if not large else reader_of(
        reader, outside=reader_outside, timeout=reader_timeout, per_minute=reader_rate, ask=reader_ask,
        at_once=reader_at_once,
    )  # fmt: skip
    rules = load_pack(pack)
    origin = Origin(str(Path.cwd()), None if metadata is None else str(metadata.absolute()), raw, agent_channel)
    if Path(model).expanduser().is_dir():
        model = str(Path(model).expanduser().absolute())
    if not paths and not retry:
        raise UsageError("请写出要处理的录音或转写文件，例如：auditor run 录音文件夹 --model 模型文件夹")
    if marked and (paths or not retry):
        raise UsageError("--marked 和 --retry 一起写，并且不写 PATH：auditor run --retry --marked")
    telling = diarizer_named(diarizer)
    opened = Home.open(home, create=bool(paths))
    weights = reader_in_use(opened) if large or reader == "own" else open_reader(reader)
    groups = [([*paths], origin)] if paths else failed_before(opened, marked=marked)
    opened.archive_pack(rules.hash, rules.files)

    @cache
    def recogniser() -> Transcriber:
        from auditor.speech.transcribe import FasterWhisper

        if not quiet:
            err().print(f"载入模型 {model} …")
        return FasterWhisper(
            model,
            device=device,
            compute_type=compute_type,
            beam_size=beam_size,
            hotwords=rules.hotwords if hotwords else (),
            window=window,
            cpu_threads=threads,
        )

    summaries: list[RunSummary] = []
    attempts: set[str] = set()
    lost = False
    for group, given in groups:
        if not Path(given.folder).is_dir():
            complain(f"{given.folder}：当时运行所在的文件夹不在了，其中失败的没有重试。请写出录音现在的路径再运行。")
            lost = True
            continue
        raw_format = None if given.raw is None else RawFormat.parse(given.raw)
        listed = None if given.metadata is None else Path(given.metadata)
        with contextlib.chdir(given.folder):
            intake = find(group, listed, assume=raw_format, agent_channel=given.agent_channel)
            worker = Worker(opened, rules, recogniser, raw_format, telling, asdict(given), weights, corrections(opened))
            plan = worker.plan(intake)
            jobs, rejected = plan.jobs, plan.rejected
            attempts.update(job.call_id for job in jobs if is_attempt(job.work))
            if not quiet:
                remark(intake, plan.unmatched)
            for error in rejected:
                complain(str(error))
            if not jobs and not rejected:
                raise InputError("、".join(map(str, group)), "里面没有录音，也没有转写文件", "请检查路径。")
            if intake.recordings:
                recogniser()
            with progress_bar(len(jobs), quiet=quiet) as tell:
                summary = run_batch(
                    opened,
                    jobs,
                    keys=worker.keys,
                    process=worker.process,
                    now=lambda: datetime.now(UTC),
                    progress=tell,
                    rejected=rejected,
                    options=asdict(replace(given, paths=tuple(map(str, group)))),
                    retry=retry,
                )
        for failure in summary.failed[len(rejected) :]:
            # An error of the program itself names the place in the program only.
            complain(failure.reason if failure.source in failure.reason else f"{failure.source}：{failure.reason}")
        for failure in summary.failed_before:
            complain(f"{failure.reason}上次就失败了，这次没有重试；要重试请加 --retry。")
        if summary.busy:
            complain(
                f"有 {len(summary.busy)} 通正由另一个进程处理，这次跳过：{'、'.join(summary.busy[:5])}", style="yellow"
            )
        if not quiet:
            caution(worker.warned)
        summaries.append(summary)
        if summary.interrupted:
            complain("做完的通话已保存；再运行一次会接着做。")
            break
    recounted = recount(opened, rules, datetime.now(UTC))
    if not quiet:
        missing(recounted.gaps)
    if as_json:
        as_json_lines(opened, summaries, unmask=unmask)
    elif not quiet:
        report(opened, summaries, attempts, lang)
    if second is not None and not any(s.interrupted for s in summaries):
        tally = second_reading(opened, summaries, rules, second, quiet=quiet)
        reader_report(tally, lang, quiet=quiet, as_json=as_json)
    if any(s.interrupted for s in summaries):
        raise typer.Exit(Exit.INTERRUPTED)
    if lost or any(s.failed or s.failed_before for s in summaries):
        raise typer.Exit(Exit.SOME_FAILED)


def failed_before(home: Home, *, marked: bool = False) -> list[tuple[list[Path], Origin]]:
    """Inputs whose calls failed in earlier runs, grouped by how they were given then; only what was marked for it, where asked."""
    from auditor.store.queries import Store

    groups: dict[Origin, dict[Path, None]] = {}
    with Store(home) as store:
        for job in store.failed_jobs():
            if marked and not job.marked_by:
                continue
            given = json.loads(job.payload)
            sources = given.pop("paths", None) or [job.source]
            groups.setdefault(Origin(**given), {}).update((Path(source), None) for source in sources)
    return [([*sources], origin) for origin, sources in groups.items()]
