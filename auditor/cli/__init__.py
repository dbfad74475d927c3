"""The command line: one file a verb. Only here does the program print, exit, or read the environment."""

from __future__ import annotations

import io
import sys

import typer

from auditor.cli import (
    check,
    doctor,
    evaluate,
    key,
    packet,
    people,
    reader,
    replay,
    report,
    rules,
    run,
    sample,
    serve,
    show,
    verify,
)
from auditor.cli.manual import Program, Verb
from auditor.cli.terminal import Exit, complain, show_whole
from auditor.errors import AuditorError, HomeError, ModelError, NotAllowedError, NotFoundError, PackError, UsageError

app = typer.Typer(
    name="auditor",
    cls=Program,
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""催收通话质检与合规审计：转写、检查话术步骤、发现违规、打分、复核。全程在本机运行，不上传任何内容。

    常用：

      auditor run 录音文件夹 --model 模型文件夹    转写并质检，存入归档目录
      auditor check 通话.json                      只检查文本，不保存
      auditor show 通话编号                        看一通电话的结论和证据
      auditor replay 通话编号                      用当时的规则再判一次，证明结论相同
      auditor packet 通话编号 -o 证据.zip          做成别人也能核对的证据包
      auditor verify 证据.zip                      核对证据包有没有被改过
      auditor evaluate 参考答案                    量一量机器判得准不准
      auditor serve                                打开复核页面
      auditor people                               谁能打开复核页面
      auditor sample                               抽查没有发现的通话，量出规则漏检多少
      auditor report violations                    出违规报告：xlsx、pdf、csv、json、html
      auditor rules                                看、试、写、测规则
      auditor reader                               用复核决定训练自己的第二读者
      auditor doctor                               检查环境、模型、规则包

    每个命令都有自己的说明和例子，如 auditor run --help。

    退出码：

      0    全部完成
      1    有输入不能用，其余已完成
      2    命令写法不对
      3    规则包、模型或归档目录不能用
      130  被中断""",
)
for verb in (
    run.run, check.check, show.show, replay.replay, packet.packet, verify.verify, evaluate.evaluate, serve.serve, doctor.doctor,
):  # fmt: skip
    app.command(verb.__name__, cls=Verb)(verb)
app.add_typer(rules.app, name="rules")
app.add_typer(people.app, name="people")
app.add_typer(report.app, name="report")
app.add_typer(reader.app, name="reader")
app.add_typer(key.app, name="key")
app.add_typer(sample.app, name="sample")


def main() -> None:
    """Run the command line; every error that was foreseen ends as one clear sentence and a documented exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal has its own encoding, which may lack a mark or two; files and pipes get the one the format names.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    show_whole(False)
    try:
        code = app(prog_name="auditor", standalone_mode=False)
        if code == Exit.INTERRUPTED:
            complain("已中断。")
        sys.exit(code)
    except (UsageError, NotFoundError, NotAllowedError) as error:
        complain(str(error))
        sys.exit(Exit.USAGE)
    except PackError as error:
        for problem in error.problems:
            complain(f"规则包 {problem}")
        complain(f"规则包有 {len(error.problems)} 处问题，没有开始质检。请改正后再运行一次。")
        sys.exit(Exit.UNUSABLE)
    except (ModelError, HomeError) as error:
        complain(str(error))
        sys.exit(Exit.UNUSABLE)
    except AuditorError as error:
        complain(str(error))
        sys.exit(Exit.SOME_FAILED)
    except Exception as error:
        # What the option parser raises has no public class in common; each can say itself.
        if not hasattr(error, "format_message"):
            raise
        if trouble := _miswritten(error):
            complain(trouble)
        sys.exit(Exit.USAGE)


def _miswritten(error: Exception) -> str:
    """What is wrong with the way a command was written, and where to read how it is done."""
    parameter, context = getattr(error, "param", None), getattr(error, "ctx", None)
    message = str(getattr(error, "message", "")).removeprefix("Value error, ").rstrip(".")
    match type(error).__name__:
        case "NoArgsIsHelpError":
            return ""
        case "NoSuchOption":
            likely = " 或 ".join(sorted(getattr(error, "possibilities", None) or ()))
            trouble = f"没有选项 {getattr(error, 'option_name', '')}" + (f"，是不是 {likely}" if likely else "")
        case "MissingParameter":
            trouble = f"缺少 {getattr(parameter, 'metavar', None) or getattr(parameter, 'name', '')}"
        case "BadParameter":
            trouble = f"{'' if parameter is None else parameter.opts[0]} 的值不对（{message}）"
        case _:
            trouble = f"命令写法不对（{message}）"
    return f"{trouble}。写法见 {context.command_path if context else 'auditor'} --help。"
