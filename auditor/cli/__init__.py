"""The command line: one file a verb. Only here does the program print, exit, or read the environment."""

from __future__ import annotations

import sys

import typer

from auditor.cli import check, doctor, run, serve, show
from auditor.cli.terminal import Exit, complain
from auditor.errors import AuditorError, HomeError, ModelError, NotFoundError, PackError, UsageError

app = typer.Typer(
    name="auditor",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""催收通话质检与合规审计：转写、检查话术步骤、发现违规、打分、复核。全程在本机运行，不连外网。

常用：

  auditor run 录音文件夹 --model 模型文件夹      转写并质检，存入归档目录

  auditor check 通话.json                    只检查文本，不保存

  auditor show 通话编号                       看一通电话的结论和证据

  auditor serve                             打开复核页面

  auditor doctor                            检查环境、模型、规则包

退出码：0 全部完成；1 有输入不能用，其余已完成；2 命令写法不对；3 规则包、模型或归档目录不能用；130 被中断。""",
)
app.command("run")(run.run)
app.command("check")(check.check)
app.command("show")(show.show)
app.command("serve")(serve.serve)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line; every error that was foreseen ends as one clear sentence and a documented exit code."""
    try:
        app()
    except (UsageError, NotFoundError) as error:
        complain(str(error))
        sys.exit(Exit.USAGE)
    except (PackError, ModelError, HomeError) as error:
        complain(str(error))
        sys.exit(Exit.UNUSABLE)
    except AuditorError as error:
        complain(str(error))
        sys.exit(Exit.SOME_FAILED)
    except KeyboardInterrupt:
        complain("已中断。")
        sys.exit(Exit.INTERRUPTED)
