"""A violation report as plain lists: CSV that spreadsheets open, JSON for other programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from auditor.reports.cover import sections
from auditor.reports.items import Item
from auditor.reports.report import Report
from auditor.reports.tables import Cell, csv_pieces
from auditor.reports.wording import Wording, clock, moment

COLUMNS: tuple[str, ...] = (
    "number", "clause", "clauses", "call", "started", "agent", "agent_id", "team", "institution", "agency", "region", "product",
    "case", "category", "severity", "status", "quote", "around", "at", "why", "instead", "machine", "decision", "decided_by",
    "decided_at", "trail", "rule", "pack", "code_version", "finding",
)  # fmt: skip
"""The columns of the table, in CSV and XLSX; each is headed by the text of its name."""


def cells(item: Item, w: Wording) -> dict[str, Cell]:
    """One violation as the cells of the table, by column."""
    return {
        "number": item.number,
        "clause": w.heading(item),
        "clauses": w.t("comma").join(item.cited[1:]),
        "call": item.call,
        "started": moment(item.started),
        "agent": item.agent_name,
        "agent_id": item.agent,
        "team": item.team,
        "institution": item.institution,
        "agency": item.agency,
        "region": w.name("region", item.region),
        "product": w.name("product", item.product),
        "case": item.case,
        "category": w.name("category", item.category),
        "severity": w.name("severity", item.severity),
        "status": w.name("effective_status", item.status),
        "quote": item.quote,
        "around": around(item, w),
        "at": clock(item.start),
        "why": item.why,
        "instead": item.instead or w.t("none"),
        "machine": w.machine(item),
        "decision": w.name("standing", item.decision),
        "decided_by": item.decided_by,
        "decided_at": moment(item.decided_at),
        "trail": "\n".join(w.step(step) for step in item.trail),
        "rule": item.rule,
        "pack": item.pack,
        "code_version": item.code_version,
        "finding": item.finding,
    }


def around(item: Item, w: Wording) -> str:
    """The turns around a quote, a line each, the quote between brackets."""
    lines = []
    for turn in item.said:
        text = turn.text
        if turn.quoted is not None:
            start, end = turn.quoted
            text = f"{text[:start]}【{text[start:end]}】{text[end:]}"
        lines.append(f"{clock(turn.start)} {w.name('speaker', turn.speaker)}{w.t('colon')}{text}")
    return "\n".join(lines) or w.t("no_words")


def write_csv(report: Report, file: BinaryIO) -> None:
    """The violations as a table; where there are none, one row that says so."""
    w = report.wording

    def rows() -> Iterator[tuple[Cell, ...]]:
        if not report.figures.listed:
            yield (sections(report.figures, w)[1].says[0],)
        for item in report.items():
            named = cells(item, w)
            yield tuple(named[column] for column in COLUMNS)

    for piece in csv_pieces([w.t(column) for column in COLUMNS], rows()):
        file.write(piece)


def write_json(report: Report, file: BinaryIO) -> None:
    """One JSON object: ``cover`` as told, ``figures`` as counted, ``violations`` with codes beside names."""
    w, f = report.wording, report.figures
    cover = [
        {"key": s.key, "title": s.title, "says": s.says, "headings": s.headings, "rows": s.rows} for s in sections(f, w)
    ]
    head = {
        "title": w.t("title"),
        "made_at": f.asked.made_at.isoformat(),
        "masked": not f.asked.unmask,
        "listed": f.listed,
        "cover": cover,
        "figures": {
            "total": dataclasses.asdict(f.total),
            "reviewed": dataclasses.asdict(f.reviewed),
            "completeness": {**dataclasses.asdict(f.complete), "failed": f.failed},
            "by": {by: [dataclasses.asdict(t) for t in found] for by, found in f.tables.items()},
        },
    }
    file.write(_json(head)[:-1] + b',"violations":[')
    for item in report.items():
        names = {
            f"{kind}_name": w.name(names, getattr(item, kind))
            for kind, names in (
                ("category", "category"), ("severity", "severity"), ("status", "effective_status"), ("decision", "standing"),
            )
        }  # fmt: skip
        told = {**dataclasses.asdict(item), **names, "at": clock(item.start)}
        file.write((b"," if item.number > 1 else b"") + b"\n" + _json(told))
    file.write(b"\n]}\n")


def _json(value: Any) -> bytes:
    """Compact; what UTF-8 has no form for is written as JSON's own escape."""
    compact = {"separators": (",", ":"), "default": str}
    try:
        return json.dumps(value, ensure_ascii=False, **compact).encode()  # type: ignore[arg-type]
    except UnicodeEncodeError:
        return json.dumps(value, **compact).encode()  # type: ignore[arg-type]
