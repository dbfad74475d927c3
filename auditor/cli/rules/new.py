"""``auditor rules new``: a new rule, question by question."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from auditor.cli.terminal import Exit, complain, harmless, named, out

if TYPE_CHECKING:
    from auditor.rules.draft import Answers
    from auditor.rules.pack import Pack

T = TypeVar("T")
OVERLAY = ("name: my-rules", "version: 1.0.0", "title: 我们自己的质检规则", "extends: collections-zh")


def new(
    folder: Annotated[
        Path | None, typer.Option("--folder", help="放进哪个规则包文件夹（里面要有 pack.yaml）。", metavar="文件夹")
    ] = None,
    category: Annotated[
        str | None, typer.Option("--category", help="哪一类违规，如 visit_threat。", metavar="类别")
    ] = None,
    severity: Annotated[
        Literal["critical", "major", "minor", "notice"] | None, typer.Option("--severity", help="严重度。")
    ] = None,
    words: Annotated[
        list[str] | None, typer.Option("--word", help="要找的词或短语；可以写多次。", metavar="词")
    ] = None,
    message: Annotated[
        str | None, typer.Option("--message", help="给人看的话：做了什么、为什么不行、可以改说什么。", metavar="话")
    ] = None,
    hit: Annotated[list[str] | None, typer.Option("--hit", help="应该命中的例子；可以写多次。", metavar="话")] = None,
    clean: Annotated[
        list[str] | None, typer.Option("--clean", help="不该命中的例子；可以写多次。", metavar="话")
    ] = None,
    rule_id: Annotated[str | None, typer.Option("--id", help="编号：小写字母、数字、连字符。", metavar="编号")] = None,
    cites: Annotated[
        list[str] | None, typer.Option("--cite", help="依据的条款，norms.yaml 里的键。", metavar="键")
    ] = None,
    suspected: Annotated[bool, typer.Option("--suspected", help="只凭这些话定不了，只记疑似。")] = False,
    speaker: Annotated[Literal["agent", "customer"], typer.Option("--speaker", help="看谁说的话。")] = "agent",
) -> None:
    """新写一条规则：一步步问，写成一个带例子的文件，放进你的规则包。

    没给的选项会问；不在终端里运行时必须给全。新规则先是“试用”，不扣分。已有的文件不会改动。
    自带的规则包不要改：另建一个文件夹继承它，本命令会告诉你怎么建。

    例：

      auditor rules new --folder 我的规则包
      auditor rules new --folder 我的规则包 --category visit_threat --severity major --id visit-with-dog \\
        --word 带着狗去 --word 牵条狗去 --message "坐席扬言带狗上门。可改说：外访会先与您约定。" \\
        --hit 明天牵条狗去你家 --clean 您家的狗真可爱

    退出码：0 已写好；2 写法不对、文件已存在或文件夹不能用；3 规则包不能用。
    """
    from auditor.cli.rules.saved import save
    from auditor.errors import UsageError
    from auditor.rules.draft import Answers, check_draft, draft
    from auditor.rules.pack import load_pack

    where = _folder(folder)
    pack = load_pack(where)
    kind = _category(category)
    answers = Answers(
        category=kind,
        severity=severity or _severity(pack, kind),
        words=_several(words, "--word", "要找的词或短语（用顿号或逗号隔开）"),
        message=_settle(message, "--message", "给人看的话（做了什么、为什么不行、可以改说什么）", _message),
        hit=_several(hit, "--hit", "应该命中的例子（用竖线 | 隔开）", "|"),
        clean=_several(clean, "--clean", "不该命中的例子（用竖线 | 隔开）", "|"),
        id=_id(rule_id, pack, kind),
        certainty="suspected" if suspected else "confirmed",
        speaker=speaker,
        cites=tuple(cites or ()),
    )
    text = draft(answers)
    if problems := check_draft(pack, text):
        raise UsageError("；".join(problems))
    save(where / answers.name, text.encode(), fresh=True)
    out().print(f"已写好 {where / answers.name}")
    _try_out(where, answers)


def _folder(given: Path | None) -> Path:
    from auditor.rules.layers import builtin_folder

    folder = given or _settle(None, "--folder", "放进哪个规则包文件夹", Path)
    if folder.resolve().is_relative_to(builtin_folder().resolve()):
        complain(
            f"{folder} 是自带的规则包，升级会盖掉你的改动。请另建一个文件夹，在里面建 pack.yaml，写这四行，再用 --folder 指定它："
        )
    elif not (folder / "pack.yaml").is_file():
        complain(f"{folder} 不是规则包：没有 pack.yaml。请在里面建 pack.yaml，写这四行，再运行一次：")
    else:
        return folder
    for line in OVERLAY:
        complain(f"  {line}", style="cyan")
    raise typer.Exit(Exit.USAGE)


def _settle(given: str | None, option: str, question: str, read: Callable[[str], T], default: str | None = None) -> T:
    """The option's value, or the answer to the question; who sits at a terminal is asked again until it makes sense."""
    from auditor.errors import UsageError

    if given is not None:
        return read(given)
    if not sys.stdin.isatty():
        raise UsageError(f"缺少 {option}（{question}）。不在终端里运行时，请把选项写全。")
    while True:
        try:
            return read(str(typer.prompt(question, default=default)))
        except UsageError as error:
            complain(str(error))


def _several(given: list[str] | None, option: str, question: str, sign: str = "、，,") -> tuple[str, ...]:
    def read(said: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in re.split(f"[{re.escape(sign)}]", said) if part.strip())

    return tuple(given) if given else _settle(None, option, question, read)


def _message(said: str) -> str:
    from auditor.errors import UsageError

    if not 4 <= len(said) <= 400:
        raise UsageError("--message 写 4 到 400 个字：做了什么、为什么不行、可以改说什么。")
    return said


def _category(given: str | None) -> str:
    from auditor.errors import UsageError
    from auditor.models import CATEGORIES
    from auditor.rules.categories import ABOUT
    from auditor.rules.document import nearest

    names = {named("category", c, "zh"): c for c in CATEGORIES} | {str(n): c for n, c in enumerate(CATEGORIES, 1)}

    def read(said: str) -> str:
        found = said if said in CATEGORIES else names.get(said)
        if found is None:
            raise UsageError(f"没有类别 {said}{nearest(said, [*CATEGORIES, *names])}。全部类别见 auditor rules list。")
        return found

    if given is None and sys.stdin.isatty():
        for number, each in enumerate(CATEGORIES, 1):
            out().print(f"{number:3}  {named('category', each, 'zh')}（{each}）：{ABOUT[each]}")
    return _settle(given, "--category", "哪一类（写前面的号码或名字）", read)


def _severity(pack: Pack, category: str) -> str:
    from auditor.errors import UsageError
    from auditor.models import SEVERITIES

    usual = Counter(r.severity for r in pack.rules if r.category == category).most_common(1)
    told = "、".join(f"{s} {named('severity', s, 'zh')}" for s in SEVERITIES)

    def read(said: str) -> str:
        if said not in SEVERITIES:
            raise UsageError(f"严重度只有 {told}，没有 {said}。")
        return said

    return _settle(None, "--severity", f"严重度（{told}）", read, usual[0][0] if usual else "major")


def _id(given: str | None, pack: Pack, category: str) -> str:
    from auditor.errors import UsageError

    used = {r.id: r for r in pack.rules}
    stem = category.replace("_", "-")
    free = next(f"{stem}-{n}" for n in range(1, len(used) + 2) if f"{stem}-{n}" not in used)

    def read(said: str) -> str:
        if said in used:
            raise UsageError(f"编号 {said} 已经用过（{pack.places[used[said].file]}）。请换一个，如 {free}。")
        if not re.fullmatch(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*", said):
            raise UsageError(f"编号 {said} 写法不对：只用小写字母、数字、连字符，如 {free}。")
        return said

    return _settle(given, "--id", "编号（小写字母、数字、连字符）", read, free)


def _try_out(folder: Path, answers: Answers) -> None:
    """Load the pack with the new rule and run its examples: nobody should have to guess whether it works."""
    from rich.text import Text

    from auditor.evaluation.examples import run_owner
    from auditor.rules.pack import load_pack

    pack = load_pack(folder)
    rule = next(r for r in pack.rules if r.id == answers.id)
    for outcome in run_owner(pack, rule):
        mark, style = ("✓", "green") if outcome.passed else ("✗", "red")
        told = "应该命中" if outcome.expected == "hit" else "不该命中"
        strays = "、".join(s.rule for s in outcome.strays)
        other = f"（被 {strays} 命中）" if strays else ""
        out().print(harmless(Text(f"{mark} {told}：{outcome.text}{other}", style)))
    out().print(f"接着可以改这个文件，再运行 auditor rules test {folder} --id {answers.id}")
