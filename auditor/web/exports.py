"""The list of violations, and the report of them, as files over HTTP: for links that this home has signed, told in the event log."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from auditor.errors import UsageError
from auditor.reports import formats
from auditor.reports.figures import Asked
from auditor.reports.report import event_of, violation_report
from auditor.reports.tables import csv_pieces
from auditor.reports.violations import CLOCK, COLUMNS, rows
from auditor.review.roles import may, require, scope
from auditor.store.answers import EVERY_CALL, EVERYBODYS, Filters, Scope
from auditor.store.home import Home
from auditor.store.ledger import Ledger, append_event
from auditor.store.people import Person
from auditor.store.queries import Store
from auditor.store.violations import Which, count
from auditor.web.identity import PERSON

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

EXPORT_PATH = "/export/violations.csv"
REPORT_PATH = "/export/violation-report"
LIFETIME = 3600
"""Seconds for which a link works: a page may stand open for a while."""


@dataclass(frozen=True, slots=True)
class Export:
    """Which findings, the language of the headings, and for whom: their name and what they may see.

    ``form`` is one of ``reports.formats.FORMATS`` for the report of them; empty for the list, row by row.
    """

    filters: Filters = EVERY_CALL
    at: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ids: tuple[str, ...] | None = None
    language: str = "zh"
    by: str = ""
    scope: Scope = EVERYBODYS
    form: str = ""

    def as_text(self) -> str:
        """The export as text for a link."""
        f = self.filters
        told = {
            "by": self.by, "teams": f.teams, "agents": f.agents, "since": f.since and f.since.isoformat(),
            "until": f.until and f.until.isoformat(), "at": self.at, "ids": self.ids, "scope": [self.scope.teams, self.scope.agents],
            "language": self.language, "form": self.form,
        }  # fmt: skip
        return base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode()

    @classmethod
    def read(cls, text: str) -> Export:
        """The export that ``as_text`` wrote."""
        told = json.loads(base64.urlsafe_b64decode(text))
        since, until = (told[name] and date.fromisoformat(told[name]) for name in ("since", "until"))
        teams, agents = (None if names is None else tuple(names) for names in told["scope"])
        return cls(
            Filters(teams=tuple(told["teams"]), agents=tuple(told["agents"]), since=since, until=until),
            {name: tuple(values) for name, values in told["at"].items()},
            None if told["ids"] is None else tuple(told["ids"]),
            told["language"],
            told["by"],
            Scope(teams, agents),
            told["form"],
        )

    def body(self) -> dict[str, Any]:
        """What the event log says of it."""
        f = self.filters
        told = {
            "teams": f.teams, "agents": f.agents, "since": f.since, "until": f.until, "chosen": self.at, "findings": self.ids,
        }  # fmt: skip
        return {"by": self.by, "what": "violations", "filters": {name: value for name, value in told.items() if value}}


def export_link(key: bytes, who: Person, wanted: Export, now: float | None = None) -> str:
    """The path and query under which a browser may fetch the file for the next hour or two.

    Args:
        key: the home's secret key.
        who: for whom; the file holds only what they may see.
        wanted: what the file holds.
        now: seconds since 1970; the clock's where it is not given.

    Raises:
        NotAllowedError: the person's role does not allow it.
    """
    require(who, "export")
    text = replace(wanted, by=who.name, scope=scope(who)).as_text()
    until = str((int(time.time() if now is None else now) // LIFETIME + 2) * LIFETIME)
    path = REPORT_PATH if wanted.form else EXPORT_PATH
    return f"{path}?{urlencode({'q': text, 'until': until, 'sig': _signature(key, text, until)})}"


def violations_route(home: Home, words: Callable[[str], Mapping[str, str]], *, login: bool = False) -> Route:
    """The route of the list: 403 without a valid signature, or where somebody else is logged in.

    Each fetch is told in the event log before the first row leaves.

    Args:
        home: whose findings.
        words: the texts of a language by dotted key, for headings and names.
        login: whether who asks is logged in: the link is then good for whom it was made, with what they may do and see now.
    """
    from starlette.responses import PlainTextResponse, StreamingResponse
    from starlette.routing import Route

    key = home.secret_key()

    def export(request: Request) -> Response:
        wanted = _wanted(request, key, login)
        if isinstance(wanted, str):
            return PlainTextResponse(wanted, status_code=403)
        known = words(wanted.language)
        which, now = Which(wanted.at), datetime.now(UTC)
        with Store(home) as store, Ledger(home) as ledger, ledger.writing() as db:
            listed = count(store.within(wanted.scope), wanted.filters, which, wanted.ids)
            append_event(db, now, "exported", {**wanted.body(), "rows": listed})

        def pieces() -> Iterator[bytes]:
            with Store(home) as store:
                table = rows(store.within(wanted.scope), wanted.filters, which, name, wanted.ids)
                yield from csv_pieces([known[f"export.{column}"] for column in COLUMNS], table)

        def name(kind: str, code: str) -> str:
            return known.get(f"{kind}.{code}", code)

        file = quote(f"{known['export.file']}-{now + CLOCK:%Y%m%d-%H%M}.csv")
        return StreamingResponse(
            pieces(),
            media_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{file}",
                "Cache-Control": "private, no-store",
            },
        )

    return Route(EXPORT_PATH, export, methods=["GET"])


def report_route(home: Home, words: Callable[[str], Mapping[str, str]], *, login: bool = False) -> Route:
    """The route of the report, as ``violations_route``; the whole file is written before the first byte leaves."""
    from starlette.background import BackgroundTask
    from starlette.responses import FileResponse, PlainTextResponse
    from starlette.routing import Route

    key = home.secret_key()

    def export(request: Request) -> Response:
        wanted, now = _wanted(request, key, login), datetime.now(UTC)
        if isinstance(wanted, str):
            return PlainTextResponse(wanted, status_code=403)
        known = words(wanted.language)
        asked = Asked((now + CLOCK).replace(tzinfo=None), wanted.filters, wanted.at, made_by=wanted.by)
        with Store(home) as store:
            report = violation_report(store.within(wanted.scope), asked, known, wanted.language)
            try:
                formats.require(wanted.form, report)
            except UsageError as error:
                return PlainTextResponse(str(error), status_code=409)
            handle, path = tempfile.mkstemp(prefix="auditor-report-", suffix=f".{wanted.form}")
            made = Path(path)
            try:
                with os.fdopen(handle, "wb") as file:
                    formats.write(wanted.form, report, file)
                with Ledger(home) as ledger, ledger.writing() as db:
                    append_event(db, now, "exported", event_of(report, wanted.form))
            except BaseException:
                made.unlink(missing_ok=True)
                raise
        file_name = quote(f"{known['report.file']}-{now + CLOCK:%Y%m%d-%H%M}.{wanted.form}")
        return FileResponse(
            made,
            media_type=formats.TYPES[wanted.form],
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{file_name}",
                "Cache-Control": "private, no-store",
            },
            background=BackgroundTask(made.unlink, missing_ok=True),
        )

    return Route(REPORT_PATH, export, methods=["GET"])


def _wanted(request: Request, key: bytes, login: bool) -> Export | str:
    """What a link was made for, within what whoever asks may see now; why not, where they may not have it."""
    text, until, signature = (request.query_params.get(name, "") for name in ("q", "until", "sig"))
    if not is_valid(key, text, until, signature):
        return "链接无效或已过期，请回到违规页面重新导出。"
    wanted = Export.read(text)
    if not login:
        return wanted
    who: Person | None = request.scope.get(PERSON)
    if who is None or who.name != wanted.by or not may(who, "export"):
        return "这个链接不是给你的，请从违规页面自己导出。"
    return replace(wanted, scope=scope(who))


def is_valid(key: bytes, text: str, until: str, signature: str, now: float | None = None) -> bool:
    """Whether this home made the link and its time has not run out."""
    if not hmac.compare_digest(_signature(key, text, until).encode(), signature.encode()):
        return False
    return (time.time() if now is None else now) < int(until)


def _signature(key: bytes, text: str, until: str) -> str:
    return hmac.new(key, f"export\n{until}\n{text}".encode(), hashlib.sha256).hexdigest()
