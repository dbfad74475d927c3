"""``auditor check``: judge transcripts, keep nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from auditor.cli.terminal import (
    Exit,
    LanguageOption,
    PackOption,
    ReaderOption,
    audits_sum,
    audits_table,
    check_language,
    complain,
    err,
    out,
    show_whole,
    shown,
)


def check(
    paths: Annotated[
        list[Path],
        typer.Argument(help="转写文件、文件夹或通配符（JSON、JSONL、SRT、VTT 或其他引擎的结果）。", metavar="PATH…"),
    ],
    pack: PackOption = "collections-zh",
    metadata: Annotated[
        Path | None, typer.Option("--metadata", help="元数据：CSV 或 JSON；补充转写文件里没有的金额、天数等。")
    ] = None,
    reader: ReaderOption = "builtin",
    form: Annotated[
        Literal["table", "jsonl"], typer.Option("--format", help="table 给人看；jsonl 每通一行 JSON，给机器读。")
    ] = "table",
    mask: Annotated[
        bool | None,
        typer.Option(
            "--mask/--unmask",
            help="遮盖证件号、卡号、电话、地址、姓名等；不写时表格遮盖，jsonl 保留原话（格式约定）。",
            show_default=False,
        ),
    ] = None,
    lang: LanguageOption = "zh",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="不显示进度和汇总。")] = False,
) -> None:
    """只检查文本：判步骤、违规和得分，不需要录音和模型，也不保存。

    按给出的顺序检查。一起给出的通话放在一起判，如同一客户一天接通几次、拒绝后有没有再打。不能用的文件各报一行，其余照常检查。

    例：

      auditor check 通话.json
      auditor check 转写文件夹 --format jsonl > 结果.jsonl
      auditor check '十月/*.srt' --pack 我的规则包
      auditor check 转写文件夹 --format jsonl --mask > 可外发.jsonl

    退出码：0 全部完成；1 有文件不能用；2 命令写法不对；3 规则包不能用。
    """
    from auditor.cli.summary import missing
    from auditor.errors import TranscriptError
    from auditor.models import Audit, Call
    from auditor.pipeline import audit_call, audit_together, with_roles
    from auditor.published import audit_json
    from auditor.reader.shipped import open_reader
    from auditor.rules.pack import load_pack
    from auditor.rules.words import public_numbers
    from auditor.scoring.cases import gaps, record_of
    from auditor.speech.ingest import find
    from auditor.speech.written import read_written
    from auditor.text.masking import veil
    from auditor.worker import attempts

    check_language(lang)
    show_whole(mask is False)
    rules = load_pack(pack)
    weights = open_reader(reader)
    public = public_numbers(rules.files.get("tenant.yaml", b""))
    intake = find(paths, metadata)
    failed = 0
    for problem in intake.problems:
        complain(str(problem))
        failed += 1
    for recording in intake.recordings:
        complain(f"{recording.path}：这是录音，check 只检查文本。请用 auditor run 转写并质检。")
        failed += 1

    judged: list[tuple[Call, Audit]] = []
    console = err()
    with console.status("") as status:
        for path in intake.transcripts:
            if not quiet:
                status.update(f"检查 {shown(path.name)}（已完成 {len(judged)} 通）")
            bad: list[TranscriptError] = []
            try:
                calls, _ = read_written(path, intake.spare_rows, bad.append)
            except TranscriptError as error:
                bad, calls = [error], ()
            for trouble in bad:
                complain(str(trouble))
                failed += 1
            for call in calls:
                judged.append((call, audit_call(with_roles(call, rules), rules, reader=weights)))
    unanswered = (
        [(call, audit_call(call, rules, reader=weights)) for call in attempts(intake.attempts)] if judged else []
    )
    heard = [*judged, *unanswered]
    # an attempt without a recording is told of only where other calls make it a breach
    told = [
        (call, audit)
        for at, ((call, _), audit) in enumerate(zip(heard, audit_together(heard, rules), strict=True))
        if at < len(judged) or any(f.calls for f in audit.findings)
    ]
    audits = [audit for _, audit in told]
    if form == "jsonl":
        for call, audit in told:
            told_of = veil(call, public).audit(audit) if mask else audit
            sys.stdout.write(json.dumps(audit_json(told_of), ensure_ascii=False) + "\n")
    if form == "table" and audits:
        out().print(audits_table(audits, lang))
        if not quiet:
            out().print(audits_sum(audits, lang))
    if not quiet:
        missing(gaps(record_of(call, audit) for call, audit in judged))
    if not audits and not failed:
        complain("没有找到可检查的转写文件。支持 JSON、JSONL、SRT、VTT；录音请用 auditor run。")
        failed += 1
    if failed:
        raise typer.Exit(Exit.SOME_FAILED)
