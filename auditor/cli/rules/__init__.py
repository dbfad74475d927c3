"""``auditor rules``: everything that who writes rules does with them. One file a verb."""

from __future__ import annotations

import typer

from auditor.cli.manual import Program, Verb
from auditor.cli.rules import coverage, examples, listing, new, schema, show, trial

app = typer.Typer(
    cls=Program,
    no_args_is_help=True,
    help="""规则：看、试、写、测。不用会编程。

    常用：

      auditor rules list                      有哪些规则
      auditor rules show 规则编号             一条规则说的是什么，像读文章一样
      auditor rules try "再不还就上门"        打一句话，看哪条规则命中、哪条差一点
      auditor rules new --folder 我的规则包   新写一条规则，一步步问
      auditor rules test 我的规则包           跑全部例子，找出写错的和多余的
      auditor rules coverage                  每个条款由哪些规则检查，哪些录音里听不出来
      auditor rules schema                    给编辑器用的 JSON Schema

    怎样写规则见 docs/rules.md。""",
)
for name, verb in (
    ("list", listing.show_list),
    ("show", show.show),
    ("try", trial.try_words),
    ("new", new.new),
    ("test", examples.run),
    ("coverage", coverage.coverage),
    ("schema", schema.schema),
):
    app.command(name, cls=Verb)(verb)
