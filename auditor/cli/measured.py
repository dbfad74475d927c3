"""How an evaluation is shown: the places where machine and people differ, then tables."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from auditor.cli.terminal import harmless, named, out

if TYPE_CHECKING:
    from rich.table import Table

    from auditor.evaluation.metrics import Tally
    from auditor.evaluation.result import Difference, Result

WORDS = {
    "zh": {
        "read": "{calls} 通电话，{lines} 个单句；规则包 {pack}。",
        "category": "违规", "marks": "标注", "confirmed": "确认", "suspected": "仅疑似", "missed": "漏",
        "false_confirmed": "误报", "false_suspected": "误疑", "precision": "精确率", "recall": "召回率",
        "any": "召回率（含疑似）", "f1": "F1", "all": "合计", "mean": "各类平均",
        "region": "地区", "script": "字体", "source": "来源", "calls": "整通电话",
        "step": "步骤", "accuracy": "正确率", "wrong": "判错的（应为→判成）", "said": "单句认出",
        "innocent": "没有违规的 {lines} 句里：误报（确认）{confirmed}，任何发现 {any}，致命 {critical}（{rate}）。",
        "party": "接听人（{where}）判对 {right}/{of}（{rate}）。",
        "promise": "还款承诺（{where}，金额和日期都对才算对）：对 {right}，错 {wrong}，漏 {missed}（F1 {f1}）。",
        "flags": "客户情形（{where}）：对 {right}，多 {wrong}，漏 {missed}（F1 {f1}）。",
        "reason": "逾期原因（{where}）对 {reason[0]}/{reason[1]}（{rate}），其中说了原因的 {heard[0]}/{heard[1]}；"
        "有无承诺对 {promise[0]}/{promise[1]}，"
        "金额对 {amount[0]}/{amount[1]}，日期对 {date[0]}/{date[1]}。",
        "agent_lines": "坐席单句", "customer_lines": "客户单句", "lines": "单句",
        "interval": "精确率 95% 区间 {p}；召回率 {r}；含疑似 {a}。",
        "metadata": "元数据", "comma": "，",
    },
    "en": {
        "read": "{calls} calls, {lines} single lines; pack {pack}.",
        "category": "violation", "marks": "marks", "confirmed": "confirmed", "suspected": "suspected", "missed": "missed",
        "false_confirmed": "false", "false_suspected": "false susp.", "precision": "precision", "recall": "recall",
        "any": "recall (+ suspected)", "f1": "F1", "all": "total", "mean": "mean",
        "region": "region", "script": "script", "source": "source", "calls": "whole calls",
        "step": "step", "accuracy": "accuracy", "wrong": "wrong (right→given)", "said": "lines told",
        "innocent": "Of {lines} innocent lines: confirmed {confirmed}, any finding {any}, critical {critical} ({rate}).",
        "party": "Party ({where}) right {right}/{of} ({rate}).",
        "promise": "Promises to pay ({where}, amount and date both right): right {right}, wrong {wrong}, missed {missed} (F1 {f1}).",
        "flags": "Customer flags ({where}): right {right}, wrong {wrong}, missed {missed} (F1 {f1}).",
        "reason": "Delinquency reason ({where}) right {reason[0]}/{reason[1]} ({rate}), where one was given "
        "{heard[0]}/{heard[1]}; promise or none {promise[0]}/{promise[1]}, "
        "amount {amount[0]}/{amount[1]}, date {date[0]}/{date[1]}.",
        "agent_lines": "agents' lines", "customer_lines": "customers' lines", "lines": "single lines",
        "interval": "95% intervals: precision {p}; recall {r}; with suspected {a}.",
        "metadata": "metadata", "comma": ", ",
    },
}  # fmt: skip
OUTCOMES = {
    "zh": {"missed": "漏", "suspected_only": "仅疑似", "false_confirmed": "误报", "false_suspected": "误疑"},
    "en": {
        "missed": "missed",
        "suspected_only": "suspected",
        "false_confirmed": "false",
        "false_suspected": "false susp.",
    },
}


def list_differences(result: Result, wanted: Collection[str], suspected: bool, lang: str) -> None:
    """One line for each miss and false alarm in the wanted categories, and for each step judged otherwise."""
    from rich.text import Text

    console = out()

    def line(d: Difference) -> str:
        place = WORDS[lang]["metadata"] if d.utterance is None else f"#{d.utterance}"
        said = "" if d.said == d.quote or not d.said else f"  ｜ {d.said}"
        rule = f" {d.rule_id}/{d.severity}" if d.rule_id else ""
        return f"{OUTCOMES[lang][d.outcome]} {d.category} {d.call_id} {place}{rule}  “{d.quote}”{said}"

    shown = [d for d in result.differences if d.category in wanted and (suspected or d.outcome != "suspected_only")]
    for difference in sorted(shown, key=lambda d: (d.category, d.outcome, d.call_id)):
        console.print(harmless(Text(line(difference))), soft_wrap=True)
    for step in sorted(result.step_differences, key=lambda d: (d.step, d.call_id)):
        text = f"{named('step', step.step, lang)} {step.call_id} {step.right}→{step.given}  {step.why}"
        console.print(harmless(Text(text)), soft_wrap=True)


def show_tables(result: Result, lang: str) -> None:
    """Precision and recall by category and by group, innocent lines, steps, party and facts."""
    from auditor.evaluation.metrics import agreement, share, wilson

    words = WORDS[lang]
    out().print(words["read"].format(calls=result.calls, lines=result.lines, pack=result.pack))
    total = result.total
    if result.by_category:
        out().print(_categories(result, lang))
        interval = words["interval"].format(
            p=_range(wilson(total.confirmed, total.confirmed + total.false_confirmed)),
            r=_range(wilson(total.confirmed, total.marks)),
            a=_range(wilson(total.confirmed + total.suspected, total.marks)),
        )
        out().print(interval)
        out().print(_groups(result, lang))
    if (innocent := result.innocents).lines:
        rate = _percent(share(innocent.critical, innocent.lines))
        counts = {"lines": innocent.lines, "confirmed": innocent.confirmed, "any": innocent.any}
        out().print(words["innocent"].format(**counts, critical=innocent.critical, rate=rate))
    if result.steps or result.steps_said:
        out().print(_steps(result, lang))
    for where, pairs in result.party.items():
        right, of = agreement([pairs])
        rate = _percent(share(right, of))
        out().print(words["party"].format(where=words[where], right=right, of=of, rate=rate))
    for where, facts in result.facts.items():
        right, wrong, missed = facts.flags
        flags = {"right": right, "wrong": wrong, "missed": missed, "f1": _percent(facts.flags_f1)}
        out().print(words["flags"].format(where=words[where], **flags))
        right, wrong, missed = facts.promised
        promised = {"right": right, "wrong": wrong, "missed": missed, "f1": _percent(facts.promised_f1)}
        out().print(words["promise"].format(where=words[where], **promised))
        told: dict[str, object] = {"reason": facts.reasons, "heard": facts.reasons_heard, "promise": facts.promises}
        told |= {"rate": _percent(share(*facts.reasons)), "amount": facts.amounts, "date": facts.dates}
        out().print(words["reason"].format(where=words[where], **told))


def _categories(result: Result, lang: str) -> Table:
    from auditor.evaluation.metrics import mean

    words = WORDS[lang]
    columns = ("marks", "confirmed", "suspected", "missed", "false_confirmed", "false_suspected",
               "precision", "recall", "any", "f1")  # fmt: skip
    table = _table(words["category"], *(words[c] for c in columns))
    for name, tally in result.by_category.items():
        table.add_row(named("category", name, lang), *_row(tally))
    table.add_section()
    table.add_row(words["all"], *_row(result.total))
    marked = result.marked
    table.add_row(
        words["mean"], *[""] * 6,
        _percent(mean(t.precision for t in marked)), _percent(mean(t.recall for t in marked)),
        _percent(mean(t.recall_any for t in marked)), _percent(mean(t.f1 for t in marked)),
    )  # fmt: skip
    return table


def _groups(result: Result, lang: str) -> Table:
    words = WORDS[lang]
    columns = ("marks", "false_confirmed", "false_suspected", "precision", "recall", "any", "f1")
    table = _table(f"{words['region']} / {words['script']} / {words['source']}", *(words[c] for c in columns))
    for group in result.by_group.values():
        for name, t in group.items():
            label = words["calls"] if name == "calls" else name or "–"
            rates = (_percent(v) for v in (t.precision, t.recall, t.recall_any, t.f1))
            table.add_row(label, str(t.marks), str(t.false_confirmed), str(t.false_suspected), *rates)
        table.add_section()
    return table


def _steps(result: Result, lang: str) -> Table:
    from auditor.evaluation.metrics import agreement, share
    from auditor.models import STEPS

    words = WORDS[lang]
    table = _table(words["step"], words["accuracy"], words["wrong"], words["said"])
    for step in STEPS:
        if step not in result.steps and step not in result.steps_said:
            continue
        pairs = result.steps.get(step)
        right, of = agreement([pairs]) if pairs else (0, 0)
        wrong = [f"{a}→{b} {n}" for (a, b), n in sorted((pairs or {}).items()) if a != b]
        taken, lines = result.steps_said.get(step, (0, 0))
        table.add_row(
            named("step", step, lang),
            f"{right}/{of} {_percent(share(right, of))}" if of else "",
            words["comma"].join(wrong),
            f"{taken}/{lines} {_percent(share(taken, lines))}" if lines else "",
        )
    right, of = agreement(result.steps.values())
    if of:
        table.add_section()
        table.add_row(words["all"], f"{right}/{of} {_percent(share(right, of))}", "", "")
    return table


def _table(first: str, *others: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", overflow="fold")
    return table


def _row(t: Tally) -> list[str]:
    missed = t.marks - t.confirmed - t.suspected
    counts = (t.marks, t.confirmed, t.suspected, missed, t.false_confirmed, t.false_suspected)
    return [*(str(n) for n in counts), *(_percent(v) for v in (t.precision, t.recall, t.recall_any, t.f1))]


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _range(interval: tuple[float, float] | None) -> str:
    return "–" if interval is None else f"{interval[0]:.1%}–{interval[1]:.1%}"
