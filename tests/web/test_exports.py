"""The list of violations as a file: only by a signed link, whole, safe in a spreadsheet, and told in the event log."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.errors import NotAllowedError
from auditor.reports.tables import FORMULA
from auditor.store.answers import Filters, Scope
from auditor.store.events import EventFilter, events
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.people import Person
from auditor.store.queries import Store
from auditor.store.violations import violations
from auditor.web.exports import Export, export_link
from tests.overseen import CASE, overseen
from tests.web.servers import get, running

LIU = Person("liu", "刘", ("compliance",))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return overseen(tmp_path_factory.mktemp("exported") / "home")


@pytest.fixture(scope="module")
def url(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("served")
    with running(home.path, folder / "empty") as address:
        yield address


def fetched(url: str, home: Home, wanted: Export, who: Person = LIU) -> list[dict[str, str]]:
    status, headers, body = get(url + export_link(home.secret_key(), who, wanted))
    assert status == 200
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E8%BF%9D")
    assert body.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_every_finding_has_its_row_with_evidence_clauses_and_decision(url: str, home: Home) -> None:
    rows = {row["通话编号"]: row for row in fetched(url, home, Export())}
    assert len(rows) == 5
    upheld = rows["K3"]
    assert upheld["条款 [核验码]"] == "银行业协会2026催收指引 催收行为规范·禁止行为（二） [V2]；民法典 第1032条 [V1]"
    assert (upheld["原话（遮盖）"], upheld["录音位置"], upheld["机器判断"]) == ("你要不要脸", "0:01", "已确认")
    assert (upheld["人工裁定"], upheld["裁定人"], upheld["裁定时间"]) == ("维持", "liu", "2026-11-06 18:00:00")
    assert rows["K2"]["现算作"] == "不算违规"
    assert (rows["K4"]["人工裁定"], rows["K4"]["机器判断"]) == ("人工补充", "")
    assert {row["案件（遮盖）"] for row in rows.values()} == {"＊＊＊＊＊＊＊0777"}


def test_no_cell_is_a_formula(url: str, home: Home) -> None:
    cells = [cell for row in fetched(url, home, Export()) for cell in row.values()]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not any(cell[:1] in FORMULA for cell in cells if cell)
    assert not any(CASE in cell for cell in cells)


def test_only_what_was_chosen_and_may_be_seen_leaves(url: str, home: Home) -> None:
    with Store(home) as store:
        ids = tuple(v.finding_id for v in violations(store)[:2])
    assert {row["发现编号"] for row in fetched(url, home, Export(ids=ids))} == set(ids)
    assert len(fetched(url, home, Export(at={"category": ("insult",)}))) == 2
    assert fetched(url, home, Export(), replace(LIU, teams=("二组",))) == []
    assert fetched(url, home, Export(Filters(teams=("二组",)))) == []


def test_each_export_is_told_in_the_event_log(url: str, home: Home) -> None:
    fetched(url, home, Export(at={"severity": ("critical",)}), replace(LIU, name="wang"))
    with Ledger(home) as ledger, ledger.reading() as db:
        (event,) = events(db, EventFilter(kind="exported", by="wang"))
    assert event.body == '{"by":"wang","filters":{"chosen":{"severity":["critical"]}},"rows":1,"what":"violations"}'


@pytest.mark.parametrize(
    "spoil", [lambda link: link.replace("q=", "q=A"), lambda link: link[:-1] + "x", lambda link: link.split("?")[0]]
)
def test_nothing_leaves_without_a_valid_link(url: str, home: Home, spoil: object) -> None:
    link = spoil(export_link(home.secret_key(), LIU, Export()))  # type: ignore[operator]
    assert get(url + link)[0] == 403
    assert get(url + export_link(home.secret_key(), LIU, Export(), now=0.0))[0] == 403


def test_a_link_says_what_it_was_made_for() -> None:
    wanted = Export(Filters(teams=("一组",)), {"agency": ("", "安和")}, ("f1",), "en", "刘", Scope(None, ("A1",)))
    assert Export.read(wanted.as_text()) == wanted


def test_who_may_not_export_gets_no_link(home: Home) -> None:
    with pytest.raises(NotAllowedError):
        export_link(home.secret_key(), Person("a", "a", ("admin", "qa")), Export())


@pytest.mark.parametrize(("form", "begins"), [("xlsx", b"PK"), ("pdf", b"%PDF"), ("html", b"<!doctype html>")])
def test_the_report_leaves_by_a_link_of_its_own(url: str, home: Home, form: str, begins: bytes) -> None:
    link = export_link(home.secret_key(), replace(LIU, name=f"liu-{form}"), Export(form=form))
    status, headers, body = get(url + link)
    assert status == 200
    assert body.startswith(begins)
    assert headers["content-disposition"].endswith(f".{form}")
    with Ledger(home) as ledger, ledger.reading() as db:
        (event,) = events(db, EventFilter(kind="exported", by=f"liu-{form}"))
    assert '"what":"violation_report"' in event.body
    assert get(url + link.replace("q=", "q=A"))[0] == 403


def test_a_report_that_cannot_be_made_says_why(url: str, home: Home) -> None:
    status, _, body = get(url + export_link(home.secret_key(), LIU, Export(form="docx")))
    assert (status, body.decode()) == (409, "没有格式 docx。可用 xlsx、pdf、csv、json、html。")
