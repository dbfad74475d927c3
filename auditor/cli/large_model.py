"""The large-model reader on the command line: its options, and what a run says of it."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from auditor.cli.terminal import err, out

if TYPE_CHECKING:
    from auditor.annotate.annotator import Tally
    from auditor.annotate.client import Client
    from auditor.batch import RunSummary
    from auditor.rules.pack import Pack
    from auditor.store.home import Home

KEY = "AUDITOR_READER_KEY"

ReaderOption = Annotated[
    str | None,
    typer.Option(
        "--reader",
        metavar="地址",
        help="让内网的大模型再读一遍，只作提示：openai://主机:端口/模型（加密 openais://）。密钥放环境变量 AUDITOR_READER_KEY。",
    ),
]
ReadersOption = Annotated[
    str,
    typer.Option(
        "--reader",
        metavar="own|builtin|none|地址",
        help="第二读者，只提疑似：own 归档目录自己训练的，没有就用自带的；builtin 自带的；none 不用；"
        "openai://主机:端口/模型（加密 openais://）除 own 以外，"
        "让内网的大模型再读一遍，只作提示。密钥放环境变量 AUDITOR_READER_KEY。",
    ),
]
ReaderAskOption = Annotated[
    Literal["all", "each"], typer.Option("--reader-ask", help="all 一次问全部类别；each 一类问一次，慢，适合小模型。")
]
ReaderOutsideOption = Annotated[
    bool, typer.Option("--reader-outside", help="准许大模型不在本机或内网；只能用 openais://。")
]
ReaderTimeoutOption = Annotated[
    float, typer.Option("--reader-timeout", min=1, max=3600, metavar="秒", help="等大模型一个回答最多几秒。")
]
ReaderRateOption = Annotated[
    int, typer.Option("--reader-rate", min=0, max=100_000, metavar="N", help="一分钟最多问大模型几次；0 不限。")
]
ReaderAtOnceOption = Annotated[
    int, typer.Option("--reader-at-once", min=1, max=64, metavar="N", help="同时问大模型几个问题。")
]

TEXT = {
    "zh": {
        "done": "大模型提示（仅供复核，不影响得分）：{calls} 通，新问 {answered} 次，已问过 {known} 次，疑点 {suspicions} 处。",
        "cost": "大模型用量：输入 {tokens_in} token，输出 {tokens_out} token，平均 {mean:.1f} 秒一答，重试 {again} 次。",
        "dropped": "大模型的回答里有 {n} 处没有采纳：{reasons}。",
        "failed": "大模型有 {n} 个问题没有答成：{reasons}。{first}再运行一次会再问。",
        "away": "{away}大模型还有 {n} 个问题没有问，质检结果不受影响；再运行一次会补上。",
        "each": "{name} {n}",
        "comma": "，",
    },
    "en": {
        "done": "Large-model hints (for review only, never scored): {calls} calls, {answered} asked, {known} known, {suspicions} suspicions.",
        "cost": "Large-model usage: {tokens_in} tokens in, {tokens_out} out, {mean:.1f} s an answer, {again} retries.",
        "dropped": "{n} items of its answers were not accepted: {reasons}.",
        "failed": "{n} questions have no answer: {reasons}. Run again to ask them.",
        "away": "{away} {n} questions were not asked; audits are not affected. Run again to ask them.",
        "each": "{name} {n}",
        "comma": ", ",
    },
}
REASONS = {
    "zh": {
        "shape": "格式不对", "no_utterance": "没有这一句", "not_agent": "不是坐席的话", "unknown_basis": "不是问到的规则",
        "no_quote": "原话对不上", "no_words": "引文没有内容", "repeated": "重复", "too_many": "超过条数",
        "unreachable": "连不上", "timeout": "超时", "certificate": "证书不对", "broken": "中途断开", "key": "密钥不对",
        "no_model": "没有这个模型", "busy": "一直忙", "redirected": "要求转址", "server_error": "服务器出错",
        "rejected": "请求被拒", "too_big": "回答太大", "not_chat": "不是聊天格式", "cut_off": "没有写完",
        "not_json": "不是要求的 JSON", "too_long": "通话太长",
    },
    "en": {
        "shape": "wrong shape", "no_utterance": "no such line", "not_agent": "not the agent's", "unknown_basis": "not a rule asked for",
        "no_quote": "quote not found", "no_words": "empty quote", "repeated": "repeated", "too_many": "too many",
        "unreachable": "unreachable", "timeout": "timeout", "certificate": "bad certificate", "broken": "broken off",
        "key": "bad key", "no_model": "no such model", "busy": "busy", "redirected": "redirected",
        "server_error": "server error", "rejected": "rejected", "too_big": "answer too big", "not_chat": "not a chat answer",
        "cut_off": "cut off", "not_json": "not the JSON asked for", "too_long": "call too long",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader that a run was given, and how to ask it."""

    client: Client
    ask: Literal["all", "each"]
    at_once: int


def reader_of(
    address: str, *, outside: bool, timeout: float = 60.0, per_minute: int = 0,
    ask: Literal["all", "each"] = "all", at_once: int = 1,
) -> Reader:  # fmt: skip
    """The reader at this address, refused at once where calls may not go there; one that is away is another matter.

    Raises:
        UsageError: the address makes no sense, or is not on the institution's own network.
    """
    from auditor.annotate.client import Client
    from auditor.annotate.server import address as look_up
    from auditor.annotate.server import parse
    from auditor.errors import ReaderError

    server = parse(address, outside=outside)
    with contextlib.suppress(ReaderError):  # said once, after the calls are audited
        look_up(server, outside=outside)
    key = os.environ.get(KEY, "").strip()
    client = Client(server, key=key, timeout=timeout, per_minute=per_minute, outside=outside)
    return Reader(client, ask, at_once)


def second_reading(home: Home, summaries: Sequence[RunSummary], pack: Pack, given: Reader, *, quiet: bool) -> Tally:
    """Ask about the calls of a run, those that did not change too: an answer that is missing is asked for again."""
    from rich.progress import Progress

    from auditor.annotate.annotator import annotate
    from auditor.rules.words import public_numbers

    ids = list(dict.fromkeys(i for s in summaries for i in (*s.stored, *s.restored, *s.unchanged)))
    with given.client as client, Progress(console=err(), disable=quiet or not ids) as bar:
        task = bar.add_task("大模型", total=len(ids))
        return annotate(
            home, ids, client=client, pack=pack, now=lambda: datetime.now(UTC), ask=given.ask, at_once=given.at_once,
            public=public_numbers(pack.files["tenant.yaml"]), progress=lambda done, _: bar.update(task, completed=done),
        )  # fmt: skip


def reader_report(tally: Tally, lang: str, *, quiet: bool, as_json: bool) -> None:
    """What became of it: trouble always, in one line; the counts unless ``quiet``, as one more JSON object where asked for."""
    words = TEXT[lang]
    # Nothing of a call stands in these lines, and ``complain`` would take a server's address for a telephone number.
    if tally.away is not None:
        err().print(words["away"].format(away=tally.away, n=tally.unasked + sum(tally.failed.values())), style="yellow")
    elif tally.failed:
        n, reasons = sum(tally.failed.values()), _reasons(tally.failed, lang)
        first = next(iter(tally.troubles.values()))
        err().print(words["failed"].format(n=n, reasons=reasons, first=first), style="yellow")
    if as_json:
        sys.stdout.write(json.dumps({"outcome": "reader", **asdict(tally)}, ensure_ascii=False) + "\n")
    elif not quiet:
        out().print(words["done"].format(**asdict(tally)))
        if tally.answered:
            mean, again = tally.seconds / tally.answered, tally.tries - tally.answered
            shown = {"tokens_in": tally.tokens_in, "tokens_out": tally.tokens_out, "mean": mean, "again": again}
            out().print(words["cost"].format(**shown))
        if tally.dropped:
            n, reasons = sum(tally.dropped.values()), _reasons(tally.dropped, lang)
            out().print(words["dropped"].format(n=n, reasons=reasons))


def _reasons(counts: Mapping[str, int], lang: str) -> str:
    words = TEXT[lang]
    return words["comma"].join(words["each"].format(name=REASONS[lang].get(r, r), n=n) for r, n in counts.items())
