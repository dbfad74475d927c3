"""What the verbs share of the terminal: exit codes, complaints, the names of things in the reader's language."""

from __future__ import annotations

import json
import os
from collections import Counter
from contextvars import ContextVar
from decimal import ROUND_DOWN, Decimal
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from auditor.models import Audit, Severity

TENTH = Decimal("0.1")
PIPED_WIDTH = 160

LanguageOption = Annotated[
    str, typer.Option("--lang", envvar="AUDITOR_LANG", help="显示语言：zh 中文，en English。", metavar="zh|en")
]
UnmaskOption = Annotated[
    bool, typer.Option("--unmask", help="显示完整内容；不写时证件号、卡号、电话、地址、姓名等以＊遮盖。")
]
PackOption = Annotated[
    str, typer.Option("--pack", help="规则包：自带的名字，或一个文件夹。", metavar="名字|文件夹", show_default=True)
]

ReaderOption = Annotated[
    str,
    typer.Option("--reader", help="第二读者：builtin 自带的，none 不用。只提疑似，不扣分。", metavar="builtin|none"),
]

SEVERITY_STYLE: dict[Severity, str] = {
    "critical": "bold red",
    "major": "dark_orange",
    "minor": "yellow",
    "notice": "dim",
}
BAND_STYLE = {"excellent": "green", "pass": "green", "weak": "yellow", "fail": "bold red", "cannot_tell": "dim"}
WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "call": "通话",
        "score": "得分",
        "band": "等级",
        "party": "接听人",
        "violations": "违规（确认）",
        "suspected": "疑似",
        "missed": "缺的步骤",
        "warnings": "提醒",
        "comma": "、",
        "sum": "{calls} 通电话：平均 {mean} 分，致命 {fatal} 通，无法判定 {untold} 通。",
    },
    "en": {
        "call": "call",
        "score": "score",
        "band": "band",
        "party": "party",
        "violations": "violations (confirmed)",
        "suspected": "suspected",
        "missed": "steps missed",
        "warnings": "warnings",
        "comma": ", ",
        "sum": "{calls} calls: mean score {mean}, fatal {fatal}, cannot tell {untold}.",
    },
}


_whole: ContextVar[bool] = ContextVar("whole", default=False)


class Exit(IntEnum):
    """Exit codes, as the help documents them."""

    DONE = 0
    SOME_FAILED = 1
    USAGE = 2
    UNUSABLE = 3
    INTERRUPTED = 130


def out() -> Console:
    """Standard output, for tables and text; wide where it goes to a file or another program."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPED_WIDTH
    return console


def err() -> Console:
    """Standard error, for progress and complaints."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def show_whole(unmask: bool) -> None:
    """Whether this command shows personal data, from here on; it does not unless it is told to."""
    _whole.set(unmask)


def shown(text: str) -> str:
    """The text as it may be shown: without personal data, unless this command was told to show it; as long as the text."""
    from auditor.text.masking import mask_text

    return text if _whole.get() else mask_text(text)


def complain(message: str, style: str = "red") -> None:
    """One line on standard error. The text may quote file names: line breaks and control characters are made visible."""
    err().print("".join(c if c.isprintable() else repr(c)[1:-1] for c in shown(message)), style=style)


def harmless(text: Text) -> Text:
    """The text without personal data (see ``shown``) and without what could steer the terminal that it is shown on."""
    text.plain = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in shown(text.plain))
    return text


def named(kind: str, code: str, lang: str) -> str:
    """What a reader calls a category, step, band, party or severity."""
    return _locale(lang).get(kind, {}).get(code, code)


@cache
def _locale(lang: str) -> dict[str, dict[str, str]]:
    from auditor.web.app import dashboards_folder

    groups: dict[str, dict[str, str]] = {}
    for path in sorted((dashboards_folder() / "locales" / lang).glob("*.json")):
        for group, texts in json.loads(path.read_text(encoding="utf-8")).items():
            groups.setdefault(group, {}).update(texts)
    return groups


def check_language(lang: str) -> str:
    """The language, if there is one of that name."""
    from auditor.errors import UsageError

    if lang not in WORDS:
        raise UsageError(f"--lang 只有 zh 和 en，没有 {lang}。")
    return lang


def audits_table(audits: Iterable[Audit], lang: str) -> Table:
    """A summary table, one row a call."""
    from rich.table import Table
    from rich.text import Text

    from auditor.models import SEVERITIES

    words = WORDS[lang]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key in ("call", "party", "score", "band", "violations", "suspected", "missed", "warnings"):
        justify: Literal["left", "right"] = "right" if key in ("score", "suspected") else "left"
        table.add_column(words[key], justify=justify, overflow="fold", no_wrap=key in ("score", "band"))
    for audit in audits:
        card = audit.scorecard
        confirmed = [f for f in audit.findings if f.status == "confirmed"]
        violations = Text()
        for category, times in Counter(f.category for f in confirmed).items():
            worst = min((f.severity for f in confirmed if f.category == category), key=SEVERITIES.index)
            often = f"×{times}" if times > 1 else ""
            comma = words["comma"] if violations else ""
            violations.append(f"{comma}{named('category', category, lang)}{often}", SEVERITY_STYLE[worst])
        missed = [named("step", s.id, lang) for s in audit.steps if s.verdict == "missed"]
        suspected = sum(f.status == "suspected" for f in audit.findings)
        table.add_row(
            harmless(Text(audit.call_id)),
            named("party", audit.party.kind, lang),
            "–" if card.score is None else f"{card.score.quantize(TENTH, ROUND_DOWN)}",
            Text(named("band", card.band, lang), BAND_STYLE[card.band]),
            violations,
            str(suspected or ""),
            words["comma"].join(missed),
            words["comma"].join(w.code for w in audit.warnings),
        )
    return table


def audits_sum(audits: Iterable[Audit], lang: str) -> str:
    """One line that sums the calls up."""
    cards = [a.scorecard for a in audits]
    scores = [c.score for c in cards if c.score is not None]
    mean = f"{sum(scores) / len(scores):.1f}" if scores else "–"
    return WORDS[lang]["sum"].format(
        calls=len(cards), mean=mean, fatal=sum(c.fatal for c in cards), untold=sum(c.score is None for c in cards)
    )
