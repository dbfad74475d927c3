"""A violation report as PDF, set by typst with the font that comes with the program: the same on every machine.

What was said reaches typst as data, never as markup.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

from auditor.errors import UsageError
from auditor.reports.cover import Section, sections
from auditor.reports.items import Item, Said
from auditor.reports.report import Report
from auditor.reports.wording import Wording, clock, moment, visible

MOST = 2_000
"""Violations in one document; more fill a thousand pages that nobody reads."""

_FOLDER = Path(__file__).parent
_WHOLE = 900
"""Characters up to which a violation is kept on one page."""
_UNBROKEN = re.compile(r"[!-~]{32}(?=[!-~])")


def require_typst() -> None:
    """Raise UsageError where typst is not installed."""
    try:
        import typst  # noqa: F401
    except ImportError as error:
        raise UsageError(
            '生成 PDF 需要 typst，这台机器上没有。请运行 pip install "collections-auditor[pdf]"，或改用 --format html。'
        ) from error


def write_pdf(report: Report, file: BinaryIO) -> None:
    """Write the document; at most ``MOST`` violations.

    Raises:
        UsageError: typst is not installed.
    """
    require_typst()
    import typst

    with tempfile.TemporaryDirectory(prefix="auditor-report-") as folder:
        root = Path(folder)
        shutil.copy(_FOLDER / "violations.typ", root)
        (root / "data.json").write_text(json.dumps(_document(report), ensure_ascii=False), encoding="utf-8")
        file.write(
            typst.compile(
                str(root / "violations.typ"),
                root=folder,
                font_paths=[str(_FOLDER / "fonts")],
                ignore_system_fonts=True,
                format="pdf",
            )
        )


def _document(report: Report) -> dict[str, Any]:
    w, f = report.wording, report.figures
    groups = [(heading, list(own)) for heading, own in groupby(report.items(), key=w.heading)]
    told = sections(f, w)
    return {
        "lang": report.language,
        "title": w.t("title"),
        "made": " ".join(filter(None, (moment(f.asked.made_at), _shown(f.asked.made_by)))),
        "masked": w.t("unmasked" if f.asked.unmask else "masked"),
        "contents": w.t("contents"),
        "page": w.t("page", page="{page}", pages="{pages}"),
        "sections": [_section(section) for section in told],
        "violations": w.t("violations"),
        "empty": "" if groups else told[1].says[0],
        "groups": [
            {"heading": _shown(w.t("n_under", clause=heading, n=len(own))), "items": [_item(item, w) for item in own]}
            for heading, own in groups
        ],
    }


def _section(section: Section) -> dict[str, Any]:
    chart = section.chart
    most = max((row[chart] for row in section.rows), default=0) if chart is not None else 0
    return {
        "title": _shown(section.title),
        "says": [_shown(sentence) for sentence in section.says],
        "headings": [_shown(heading) for heading in section.headings],
        "numbers": [isinstance(value, int) for value in section.rows[0]] if section.rows else [],
        "rows": [[f"{v:,}" if isinstance(v, int) else _shown(v) for v in row] for row in section.rows],
        "bars": [int(row[chart]) / int(most) for row in section.rows] if chart is not None and most else [],
    }


def _item(item: Item, w: Wording) -> dict[str, Any]:
    facts = [
        ("call", item.call), ("started", moment(item.started)), ("at", clock(item.start)), ("agent", w.agent(item)),
        ("agency", item.agency), ("case", item.case),
    ]  # fmt: skip
    notes = [
        ("clauses", w.t("comma").join(item.cited[1:])), ("why", item.why), ("instead", item.instead or w.t("none")),
        ("machine", w.machine(item)), ("reviewer", w.reviewer(item)),
        ("trail", "\n".join(w.step(step) for step in item.trail)),
    ]  # fmt: skip
    return {
        "number": item.number,
        "long": sum(len(turn.text) for turn in item.said) + len(item.why) + sum(len(s.reason) for s in item.trail)
        > _WHOLE,
        "severity": item.severity,
        "severity_name": _shown(w.name("severity", item.severity)),
        "head": _shown(f"{w.name('category', item.category)} · {w.name('effective_status', item.status)}"),
        "facts": [[w.t(key), _shown(value)] for key, value in facts if value],
        "notes": [[w.t(key), _shown(value)] for key, value in notes if value],
        "said": [_turn(turn, w) for turn in item.said],
        "no_words": w.t("no_words"),
        "small": _shown(" · ".join((item.rule, item.pack, item.code_version, item.finding))),
    }


def _turn(turn: Said, w: Wording) -> list[str]:
    start, end = turn.quoted or (len(turn.text), len(turn.text))
    who = f"{clock(turn.start)} {w.name('speaker', turn.speaker)}"
    return [who, _shown(turn.text[:start]), _shown(turn.text[start:end]), _shown(turn.text[end:])]


def _shown(text: str) -> str:
    """The text as it is set: nothing invisible, and letters without end may be broken."""
    return _UNBROKEN.sub("\\g<0>\N{ZERO WIDTH SPACE}", visible(text))
