"""What a run tells its user: remarks on the input, progress, the table at the end."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from auditor.cli.terminal import audits_table, complain, err, named, out, shown

if TYPE_CHECKING:
    from auditor.batch import Progress, RunSummary
    from auditor.models import CallWarning
    from auditor.scoring.cases import Gap
    from auditor.speech.ingest import Intake
    from auditor.store.home import Home

ROWS = 40
FEW = 5
LACKING = {
    "started_at": "{n} 通没有 started_at：没有和其他通话放在一起判（每天次数、拒绝后再联系等）。",
    "customer_id": "{n} 通没有 customer_id 或 case_id：没有计入客户每天的接通次数。",
    "callee_number_hash": "{n} 通没有 callee_number_hash：同一号码的次数、拒绝或打错后再拨，没有判。",
}
TEXT = {
    "zh": {
        "more": "另有 {n} 通，见 auditor serve 或 auditor show 通话编号。",
        "home": "归档目录共 {calls} 通：平均 {mean} 分，致命 {fatal} 通，{bands}。",
        "top": "违规最多：{top}。",
        "done": "本次完成 {stored} 通，没有变化 {unchanged} 通，失败 {failed} 个；录音 {minutes:.1f} 分钟。",
        "cases": "几通电话合起来看的发现 {n} 处，如 {some}。",
        "attempts": "另有未接通的呼叫 {n} 次，只计次数，不质检。",
        "none": "没有违规",
        "comma": "，",
    },
    "en": {
        "more": "{n} more: see auditor serve or auditor show CALL.",
        "home": "{calls} calls in the home: mean score {mean}, fatal {fatal}, {bands}.",
        "top": "most frequent: {top}.",
        "done": "This run: {stored} done, {unchanged} unchanged, {failed} failed; {minutes:.1f} minutes of audio.",
        "cases": "{n} findings across calls, e.g. in {some}.",
        "attempts": "Besides, {n} unanswered attempts: counted, not judged.",
        "none": "no violations",
        "comma": ", ",
    },
}


def remark(intake: Intake, unmatched: Sequence[str]) -> None:
    """What in the input did not match: none of it stops the run."""
    _some([f"{left_out}：与 {kept} 是同一段录音，只算一通。" for left_out, kept in intake.duplicates])
    _some([f"{row}：有元数据，没有录音或转写。请检查文件名或通话编号。" for row in unmatched])
    _some([f"{name}：没有元数据，照常质检。" for name in intake.recordings_without_row])
    if intake.attempts:
        err().print(f"未接通的呼叫 {len(intake.attempts)} 次，已单独记录。")


def missing(gaps: Sequence[Gap]) -> None:
    """What could not be judged across calls, for want of which metadata."""
    for gap in gaps:
        complain(LACKING[gap.field].format(n=gap.calls), style="yellow")


def caution(warned: Sequence[tuple[str, CallWarning]]) -> None:
    """What readers of this run's audits should know of the recordings, by kind of trouble."""
    kinds: dict[str, list[str]] = {}
    for source, warning in warned:
        kinds.setdefault(warning.code, []).append(f"{source}：{warning.message}")
    for lines in kinds.values():
        _some(lines)


def _some(lines: Sequence[str]) -> None:
    """The first few lines of a kind, and how many more there are."""
    for line in lines[:FEW]:
        complain(line, style="yellow")
    if len(lines) > FEW:
        err().print(f"…… 同样的还有 {len(lines) - FEW} 个。", style="yellow")


@contextmanager
def progress_bar(total: int, *, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar with the time left and the real-time factor (processing time over audio time); nothing where ``quiet``."""
    if quiet or total == 0:
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    began = time.monotonic()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("用时"),
        TimeElapsedColumn(),
        TextColumn("剩余"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[factor]}"),
    )
    with Bar(*columns, console=err()) as bar:
        task = bar.add_task("质检", total=total, factor="")

        def tell(progress: Progress) -> None:
            heard = progress.audio_seconds
            factor = f"实时率 {(time.monotonic() - began) / heard:.2f}" if heard else ""
            bar.update(task, completed=progress.done, description=shown(progress.call_id)[:24], factor=factor)

        yield tell


def public_numbers_of(home: Home, pack: str) -> tuple[str, ...]:
    """The hotlines and official accounts of a pack (by its id) that the home has archived; none where it has not."""
    from auditor.errors import NotFoundError
    from auditor.rules.words import public_numbers

    try:
        return public_numbers((home.archived_pack(pack.rpartition("+")[2]) / "tenant.yaml").read_bytes())
    except (NotFoundError, OSError):
        return ()


def report(home: Home, summaries: Sequence[RunSummary], attempts: Collection[str], lang: str) -> None:
    """The calls of this run as a table, then the totals of the home; unanswered ``attempts`` are counted apart."""
    from auditor.store.queries import Store

    words = TEXT[lang]
    ids = [i for s in summaries for i in (*s.stored, *s.restored, *s.unchanged) if i not in attempts]
    with Store(home) as store:
        shown = [store.call(call_id) for call_id in ids[:ROWS]]
        total = store.overview()
        categories = store.violations_by_category()
        together = store.cases()
    if audits := [s.shown for s in shown]:
        out().print(audits_table(audits, lang))
    if len(ids) > ROWS:
        out().print(words["more"].format(n=len(ids) - ROWS), style="dim")
    if total.calls:
        comma = words["comma"]
        bands = comma.join(f"{named('band', band, lang)} {n}" for band, n in total.bands.items() if n)
        mean = "–" if total.average is None else f"{total.average:.1f}"
        out().print(words["home"].format(calls=total.calls, mean=mean, fatal=total.fatal, bands=bands))
        top = comma.join(f"{named('category', c.category, lang)} {c.confirmed}" for c in categories[:5] if c.confirmed)
        out().print(words["top"].format(top=top or words["none"]))
    if together:
        some = comma.join(dict.fromkeys(row.call_id for row in together[:FEW]))
        out().print(words["cases"].format(n=len(together), some=some))
    counts = {
        "stored": sum(i not in attempts for s in summaries for i in s.stored),
        "unchanged": sum(i not in attempts for s in summaries for i in (*s.unchanged, *s.restored)),
        "failed": sum(len(s.failed) + len(s.failed_before) for s in summaries),
        "minutes": sum(s.audio_seconds for s in summaries) / 60,
    }
    out().print(words["done"].format(**counts))
    if attempts:
        out().print(words["attempts"].format(n=len(attempts)))


def as_json_lines(home: Home, summaries: Sequence[RunSummary], *, unmask: bool) -> None:
    """One JSON object a call of this run, then one for each failure; nothing else on standard output."""
    from auditor.published import audit_json
    from auditor.store.queries import Store
    from auditor.text.masking import veil

    with Store(home) as store:
        for summary in summaries:
            for outcome in ("stored", "restored", "unchanged"):
                for call_id in getattr(summary, outcome):
                    stored = store.call(call_id)
                    audit = stored.shown
                    if not unmask:
                        audit = veil(stored.call, public_numbers_of(home, audit.pack)).audit(audit)
                    sys.stdout.write(json.dumps({"outcome": outcome, **audit_json(audit)}, ensure_ascii=False) + "\n")
            for kind in ("failed", "failed_before"):
                for failure in getattr(summary, kind):
                    row = {"outcome": kind, "source": shown(failure.source), "reason": shown(failure.reason)}
                    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
