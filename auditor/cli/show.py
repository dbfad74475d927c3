"""``auditor show``: one call, with the evidence of every verdict."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor.cli.terminal import (
    BAND_STYLE,
    SEVERITY_STYLE,
    LanguageOption,
    UnmaskOption,
    check_language,
    harmless,
    named,
    out,
    show_whole,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from auditor.models import Call
    from auditor.store.annotations import Annotation
    from auditor.store.answers import StoredCall

TEXT = {
    "zh": {
        "score": "得分",
        "violations": "发现",
        "steps": "步骤",
        "deductions": "扣分",
        "transcript": "对话",
        "none": "没有",
        "instead": "可以这样说",
        "untold": "无法判定",
        "signals": "信号",
        "unmeasured": "测不出",
        "comma": "、",
        "sure": "；分清双方的把握 {confidence}",
        "own": "只看这一通的得分",
        "promise": "承诺还款",
        "paid": "按时入账",
        "rests_on": "依据的通话：",
        "hints": "大模型提示（仅供复核，不影响得分）",
        "no_hints": "没有疑点",
    },
    "en": {
        "score": "score",
        "violations": "findings",
        "steps": "steps",
        "deductions": "points lost",
        "transcript": "transcript",
        "none": "none",
        "instead": "say instead",
        "untold": "cannot tell",
        "signals": "signals",
        "unmeasured": "not measurable",
        "comma": ", ",
        "sure": "; sides told apart with confidence {confidence}",
        "own": "score of this call alone",
        "promise": "promised to pay by",
        "paid": "paid in time",
        "rests_on": "rests on calls:",
        "hints": "large-model hints (for review only, never scored)",
        "no_hints": "no suspicions",
    },
}
MARKS = {"done": "✓", "missed": "✗", "na": "–", "cannot_tell": "?"}
MARK_STYLES = {"done": "green", "missed": "red", "na": "dim", "cannot_tell": "yellow"}


def show(
    call_id: Annotated[str, typer.Argument(help="通话编号，写开头几位也行。", metavar="CALL")],
    home: Annotated[Path, typer.Option("--home", metavar="目录", envvar="AUDITOR_HOME", help="归档目录。")] = Path(
        "auditor-home"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="输出一行 JSON，给机器读。")] = False,
    unmask: UnmaskOption = False,
    lang: LanguageOption = "zh",
) -> None:
    """看一通电话：结论、每一分扣在哪里、每个步骤和发现的原话与时间。

    例：

      auditor show S03 --home demo-home
      auditor show S03 --json
      auditor show S03 --unmask          证件号、电话等也显示

    退出码：0 完成；2 没有这通电话，或编号不唯一；3 归档目录不能用。
    """
    from auditor.cli.summary import public_numbers_of
    from auditor.errors import NotFoundError
    from auditor.store.codec import encode
    from auditor.store.home import Home
    from auditor.store.queries import Store
    from auditor.text.masking import veil

    check_language(lang)
    show_whole(unmask)
    with Store(Home.open(home, create=False)) as store:
        found = store.find_call(call_id)
        if call_id in found:
            found = [call_id]
        if not found:
            raise NotFoundError(f"归档目录 {home} 里没有编号以 {call_id} 开头的通话。")
        if len(found) > 1:
            raise NotFoundError(f"有 {len(found)} 通以上编号以 {call_id} 开头：{'、'.join(found[:8])}。请写全。")
        stored = store.call(found[0])
        hints = store.annotations(stored.call)
        if not unmask:
            cover = veil(stored.call, public_numbers_of(store.home, stored.audit.pack))
            stored = replace(stored, call=cover.call, audit=cover.audit(stored.audit), shown=cover.audit(stored.shown))
    if as_json:
        beside = {"annotations": [json.loads(encode(hint)) for hint in hints]} if hints else {}
        sys.stdout.write(json.dumps({**published(stored), **beside}, ensure_ascii=False) + "\n")
        return
    for line in (*lines(stored, lang), *hint_lines(stored.call, hints, lang)):
        out().print(harmless(line))


def published(stored: StoredCall) -> dict[str, Any]:
    """The call as it is shown, in the published format, with its own score and what became of its promise."""
    from auditor.published import audit_json

    own = stored.audit.scorecard.score
    kept = [
        {
            "utterance": p.utterance,
            "amount": None if p.amount is None else float(p.amount),
            "date": p.due.isoformat(),
            "paid": float(p.paid),
            "outcome": p.outcome,
        }
        for p in stored.promises
    ]
    return {**audit_json(stored.shown), "own_score": None if own is None else float(own), "promise_outcomes": kept}


def lines(stored: StoredCall, lang: str) -> list[Text]:
    """The whole report of a call, line by line."""
    from rich.text import Text

    from auditor.conversation.signals import SIGNALS

    call, audit, own = stored.call, stored.shown, stored.audit.scorecard
    words, card = TEXT[lang], audit.scorecard
    score = words["untold"] if card.score is None else f"{card.score:.1f}"
    result = [
        Text.assemble(
            (call.call_id, "bold"),
            f"  {named('party', audit.party.kind, lang)}  {words['score']} ",
            (f"{score} {named('band', card.band, lang)}", BAND_STYLE[card.band]),
        ),
        Text(f"{audit.pack}  {audit.transcribed_by}", "dim"),
    ]
    if call.diarized_by and call.roles is not None:
        sure = words["sure"].format(confidence=f"{call.roles.confidence:.0%}")
        result.append(Text(f"{call.diarized_by}  {call.roles.reason}{sure}", "dim"))
    if own.score is not None and own != card:
        result.append(Text(f"{words['own']} {own.score:.1f}", "dim"))
    result += [Text(f"! {w.message}", "yellow") for w in audit.warnings]
    for p in stored.promises:
        sums = f"{p.paid:,.2f}" if p.amount is None else f"{p.paid:,.2f} / {p.amount:,.2f}"
        result.append(Text(f"{words['promise']} {p.due}  {named('outcome', p.outcome, lang)}  {words['paid']} {sums}"))
    result.append(Text(f"\n{words['violations']}", "bold"))
    for f in audit.findings:
        head = f"{named('severity', f.severity, lang)} {named('status', f.status, lang)} {named('category', f.category, lang)}"
        result.append(Text.assemble((f"  {head}", SEVERITY_STYLE[f.severity]), f"  {clock(f.start)}  {f.quote}"))
        result.append(Text(f"      {f.why}  [{', '.join((f.rule_id, *f.cites))}]", "dim"))
        if f.calls:
            result.append(Text(f"      {words['rests_on']} {' '.join(f.calls)}", "cyan"))
    if not audit.findings:
        result.append(Text(f"  {words['none']}", "dim"))
    result.append(Text(f"\n{words['steps']}", "bold"))
    for s in audit.steps:
        result.append(
            Text.assemble(
                (f"  {MARKS[s.verdict]} ", MARK_STYLES[s.verdict]),
                f"{named('step', s.id, lang)}  {clock(s.start)}  ",
                s.quote or Text(s.why, "dim"),
            )
        )
        if s.verdict == "missed":
            result.append(Text(f"      {words['instead']}：{s.say_instead}", "cyan"))
    result.append(Text(f"\n{words['deductions']}", "bold"))
    result += [Text(f"  -{d.points:g}  {d.why}") for d in card.deductions] or [Text(f"  {words['none']}", "dim")]
    result.append(Text(f"\n{words['signals']}", "bold"))
    result += [Text(f"  {named('signal', name, lang)}  {measured(name, v, lang)}") for name, v in audit.signals.items()]
    absent = [named("signal", name, lang) for name in SIGNALS if name not in audit.signals]
    if absent:
        result.append(Text(f"  {words['unmeasured']}：{words['comma'].join(absent)}", "dim"))
    result.append(Text(f"\n{words['transcript']}", "bold"))
    for n, u in enumerate(call.utterances):
        style = "dim strike" if u.quarantined else ""
        speaker = named("speaker", u.speaker, lang)
        result.append(Text.assemble((f"  {n:3} {clock(u.start)} {speaker} ", "dim"), (u.text, style)))
    return result


def measured(name: str, value: float, lang: str) -> str:
    """A signal's value with its unit; one that a later version knows and this one does not, without."""
    from auditor.conversation.signals import SIGNALS

    unit = SIGNALS.get(name)
    if unit is None:
        return f"{value:g}"
    if unit == "yes_no":
        return named("unit", "yes" if value else "no", lang)
    digits = 0 if unit == "per_minute" else 1
    return named("unit", unit, lang).format(n=f"{value * 100 if unit == 'share' else value:.{digits}f}")


def hint_lines(call: Call, hints: Sequence[Annotation], lang: str) -> list[Text]:
    """What large models said of the call, apart from the report; nothing where none was asked."""
    from rich.text import Text

    result = [Text(f"\n{TEXT[lang]['hints']}", "bold")] if hints else []
    readers: dict[tuple[str, str], list[Annotation]] = {}
    for hint in hints:
        readers.setdefault((hint.server, hint.model), []).append(hint)
    for (_, model), answers in readers.items():
        found = sorted({s for answer in answers for s in answer.suspicions})
        result.append(Text(f"  {model}  {answers[-1].answered_at:%Y-%m-%d}", "dim"))
        for s in found:
            head = f"  {named('category', s.category or s.basis, lang)}  {clock(call.utterances[s.utterance].start)}  "
            result.append(Text.assemble((head, "magenta"), s.quote))
            result.append(Text(f"      {s.why}  [{s.basis}]", "dim"))
        if not found:
            result.append(Text(f"  {TEXT[lang]['no_hints']}", "dim"))
    return result


def clock(seconds: float | None) -> str:
    """Seconds as m:ss.t."""
    return "" if seconds is None else f"{int(seconds // 60)}:{seconds % 60:04.1f}"
