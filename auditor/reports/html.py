"""A violation report as one HTML page that needs nothing else: no script, no request, every text escaped."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from auditor.reports.cover import Section, sections
from auditor.reports.items import Item, Said
from auditor.reports.report import Report
from auditor.reports.wording import Wording, clock, moment, visible

MOST = 10_000
"""Violations in one page: a browser takes long to lay out more."""
_LANGUAGES = {"zh": "zh-CN"}


def write_html(report: Report, file: BinaryIO) -> None:
    """Write the page; at most ``MOST`` violations."""
    for piece in _page(report):
        file.write(piece.encode("utf-8", "backslashreplace"))


def _page(report: Report) -> Iterator[str]:
    w, f = report.wording, report.figures
    style = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    listed = list(report.items())
    groups = [(heading, list(own)) for heading, own in groupby(listed, key=w.heading)]
    told = sections(f, w)
    yield (
        f'<!doctype html>\n<html lang="{_LANGUAGES.get(report.language, report.language)}">\n<head>\n<meta charset="utf-8">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{_text(w.t('title'))}</title>\n<style>{style}</style>\n</head>\n<body>\n<header>\n"
        f"<h1>{_text(w.t('title'))}</h1>\n<p>{_text(moment(f.asked.made_at))}</p>\n</header>\n<main>\n"
    )
    yield f'<nav aria-label="{_text(w.t("contents"))}">\n<h2>{_text(w.t("contents"))}</h2>\n<ol>\n'
    for section in told:
        yield f'<li><a href="#{section.key}">{_text(section.title)}</a></li>\n'
    yield f'<li><a href="#violations">{_text(w.t("violations"))}</a>\n<ol>\n'
    for number, (heading, own) in enumerate(groups):
        yield f'<li><a href="#clause-{number}">{_text(w.t("n_under", clause=heading, n=len(own)))}</a></li>\n'
    yield "</ol></li>\n</ol>\n</nav>\n"
    for section in told:
        yield from _section(section)
    yield f'<section id="violations">\n<h2>{_text(w.t("violations"))}</h2>\n'
    if not listed:
        yield f"<p>{_text(told[1].says[0])}</p>\n"
    for number, (heading, own) in enumerate(groups):
        yield f'<h3 id="clause-{number}">{_text(w.t("n_under", clause=heading, n=len(own)))}</h3>\n'
        for item in own:
            yield _item(item, w)
    yield "</section>\n</main>\n</body>\n</html>\n"


def _section(section: Section) -> Iterator[str]:
    yield f'<section id="{section.key}">\n<h2>{_text(section.title)}</h2>\n'
    for sentence in section.says:
        yield f"<p>{_text(sentence)}</p>\n"
    if section.rows:
        most = max((row[section.chart] for row in section.rows), default=1) if section.chart is not None else 1
        yield "<table>\n<thead><tr>"
        for n, heading in enumerate(section.headings):
            yield f'<th scope="col"{_figure(section.rows[0][n])}>{_text(heading)}</th>'
        yield "</tr></thead>\n<tbody>\n"
        for row in section.rows:
            yield "<tr>"
            for n, value in enumerate(row):
                told = f"{value:,}" if isinstance(value, int) else _text(value)
                bar = (
                    f'<progress value="{value}" max="{most}" aria-hidden="true"></progress>'
                    if n == section.chart
                    else ""
                )
                tag = 'th scope="row"' if n == 0 else "td"
                shown = f"{bar}<span>{told}</span>" if bar else told
                yield f"<{tag}{_figure(value)}>{shown}</{tag[:2]}>"
            yield "</tr>\n"
        yield "</tbody>\n</table>\n"
    yield "</section>\n"


def _figure(value: object) -> str:
    return ' class="n"' if isinstance(value, int) else ""


def _item(item: Item, w: Wording) -> str:
    facts = [
        ("call", item.call), ("started", moment(item.started)), ("at", clock(item.start)), ("agent", w.agent(item)),
        ("agency", item.agency), ("case", item.case), ("region", w.name("region", item.region)),
        ("clauses", w.t("comma").join(item.cited[1:])), ("why", item.why),
        ("instead", item.instead or w.t("none")), ("machine", w.machine(item)), ("reviewer", w.reviewer(item)),
        ("trail", "\n".join(w.step(step) for step in item.trail)),
        ("rule", " · ".join((item.rule, item.pack, item.code_version, item.finding))),
    ]  # fmt: skip
    told = "".join(f"<dt>{_text(w.t(key))}</dt><dd>{_text(value)}</dd>\n" for key, value in facts if value)
    said = "".join(_turn(turn, w) for turn in item.said) or f"<p>{_text(w.t('no_words'))}</p>"
    head = " · ".join((w.name("category", item.category), w.name("effective_status", item.status)))
    return (
        f'<article id="v{item.number}">\n<h4><span class="no">{item.number}</span> '
        f'<span class="severity {_class(item.severity)}">{_text(w.name("severity", item.severity))}</span> {_text(head)}</h4>\n'
        f"<blockquote>{said}</blockquote>\n<dl>\n{told}</dl>\n</article>\n"
    )


def _turn(turn: Said, w: Wording) -> str:
    text = _text(turn.text)
    if turn.quoted is not None:
        start, end = turn.quoted
        text = f"{_text(turn.text[:start])}<mark>{_text(turn.text[start:end])}</mark>{_text(turn.text[end:])}"
    who = f"{clock(turn.start)} {w.name('speaker', turn.speaker)}"
    return f"<p><b>{_text(who)}</b> <bdi>{text}</bdi></p>\n"


def _class(code: str) -> str:
    return code if code.isascii() and code.isalpha() else ""


def _text(value: str) -> str:
    return html.escape(visible(value))
