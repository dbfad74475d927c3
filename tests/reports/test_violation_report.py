"""The violation report in each format, read back: the same content everywhere, nothing live, nothing lost, nothing unmasked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pypdf
import pytest

from auditor.models import Metadata, Speaker
from auditor.reports.tables import as_written
from auditor.reports.wording import visible
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from tests.cli.program import auditor
from tests.overseen import CASE, QUOTE, overseen
from tests.reports.homes import LONG, ODD, many, told
from tests.reports.readers import csv_table, html_page, pages, sheets, table

FORMATS = ("xlsx", "pdf", "csv", "json", "html")
CLAUSE = "银行业协会2026催收指引 催收行为规范·禁止行为（二） [V2]"
GOLDEN = [
    # call, category, severity, counts as, decision, clause, in the recording
    ("K1", "曝光威胁", "致命", "已确认", "未裁定", CLAUSE, "0:01.0"),
    ("K3", "辱骂", "严重", "已确认", "维持", CLAUSE, "0:01.0"),
    ("K4", "服务态度", "一般", "已确认", "人工补充", CLAUSE, "0:01.0"),
    ("K5", "禁止时段", "严重", "已确认", "未裁定", "未引条款", None),
]
"""What the report of tests.overseen lists, in a regulator's order; K2 was overturned."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return overseen(tmp_path_factory.mktemp("reported") / "home")


@pytest.fixture(scope="module")
def written(home: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("written")
    return {form: made(home, folder, form) for form in FORMATS}


def made(home: Home, folder: Path, form: str, *options: str) -> Path:
    path = folder / f"report{len(list(folder.iterdir()))}.{form}"
    said = auditor("report", "violations", "--home", home.path, "--format", form, "-o", path, *options)
    assert (said.code, said.err) == (0, "")
    return path


def golden(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    keys = ("通话编号", "类别", "严重度", "现算作", "人工裁定", "条款 [核验码]", "录音位置")
    return [tuple(row[key] or None for key in keys) for row in rows]


def test_the_workbook_lists_what_counts_clause_by_clause(written: dict[str, Path]) -> None:
    found = sheets(written["xlsx"])
    assert list(found) == ["概要", "违规"]
    rows = table(found["违规"])
    assert golden(rows) == GOLDEN
    upheld = rows[1]
    assert upheld["裁定人"] == "liu"
    assert upheld["裁定经过"].startswith("2026-11-06 18:00 liu 维持：听过录音 ")
    assert upheld["其余条款"] == "民法典 第1032条 [V1]"
    assert upheld["案件"] == "＊＊＊＊＊＊＊0777"
    summary = ["" if cell is None else str(cell) for row in found["概要"] for cell in row]
    assert "共 4 处违规，涉及通话 4 / 5（80.0%）" in " ".join(summary)


def test_the_workbook_has_filters_a_frozen_header_and_charts(written: dict[str, Path]) -> None:
    import openpyxl

    book = openpyxl.load_workbook(written["xlsx"])
    listed = book["违规"]
    assert listed.auto_filter.ref == f"A1:{listed.cell(1, listed.max_column).column_letter}5"
    assert listed.freeze_panes == "C2"
    assert len(book["概要"]._charts) == 6


def test_csv_json_and_html_say_the_same_as_the_workbook(written: dict[str, Path]) -> None:
    rows = table(sheets(written["xlsx"])["违规"])
    by_csv = [{key: as_written(cell) for key, cell in row.items()} for row in csv_table(written["csv"])]
    assert golden(by_csv) == GOLDEN
    assert [{k: visible(v) for k, v in row.items()} for row in by_csv] == [
        {k: str(v or "") for k, v in row.items()} for row in rows
    ]
    told = json.loads(written["json"].read_text(encoding="utf-8"))
    assert [(v["call"], v["category_name"], v["decision"]) for v in told["violations"]] == [
        ("K1", "曝光威胁", "undecided"), ("K3", "辱骂", "upheld"), ("K4", "服务态度", "added"), ("K5", "禁止时段", "undecided"),
    ]  # fmt: skip
    assert told["figures"]["reviewed"] == {"found": 4, "decided": 2, "upheld": 1, "added": 1}
    assert told["figures"]["completeness"] == {
        "since": None, "agency": None, "dialled": 7, "answered": 5, "recorded": 0, "audited": 5, "cannot_tell": 0, "failed": 0,
    }  # fmt: skip
    page = html_page(written["html"])
    assert [a["通话编号"] for a in page.articles] == ["K1", "K3", "K4", "K5"]
    assert [a["head"].split()[1] for a in page.articles] == ["致命", "严重", "一般", "严重"]
    assert [h for h in page.headings if "[" in h or "未引" in h] == [f"{CLAUSE}（3 处）", "未引条款（1 处）"]


def test_the_pdf_has_contents_page_numbers_a_header_and_every_violation(written: dict[str, Path]) -> None:
    found = pages(written["pdf"])
    whole = "".join(found)
    assert f"第1页，共{len(found)}页" in found[0]
    assert f"第{len(found)}页，共{len(found)}页" in found[-1]
    assert all(page.startswith("违规报告20") for page in found[1:])
    listed = whole[whole.rindex("违规明细") :]
    places = [listed.index(f"通话编号{call}") for call in ("K1", "K3", "K4", "K5")]
    assert places == sorted(places)
    assert "机器的发现中，有人裁定过的：2/4（50.0%）。人工另外补充1处。" in whole
    assert "人工维持（与机器一致）的：1/2（50.0%）" in whole
    outline = pypdf.PdfReader(written["pdf"]).outline
    assert [e.title for e in outline if not isinstance(e, list)][-1] == "违规明细"


def test_the_pdf_brings_its_font(written: dict[str, Path]) -> None:
    """Every font is in the file: a machine without Chinese fonts shows it."""
    for page in pypdf.PdfReader(written["pdf"]).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            (below,) = font.get_object()["/DescendantFonts"]
            assert "NotoSansCJK" in below.get_object()["/BaseFont"]
            assert "/FontFile3" in below.get_object()["/FontDescriptor"].get_object()


def test_nothing_said_becomes_a_formula_a_link_or_markup(written: dict[str, Path]) -> None:
    import openpyxl

    book = openpyxl.load_workbook(written["xlsx"])
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)
    page = html_page(written["html"])
    names = {name for name, _ in page.tags}
    assert not names & {"img", "script", "iframe", "link", "form", "input", "object", "svg", "base"}
    assert not any(key.startswith("on") or key in ("style", "src") for _, attrs in page.tags for key in attrs)
    assert all((attrs["href"] or "").startswith("#") for name, attrs in page.tags if name == "a")
    (policy,) = [a["content"] for n, a in page.tags if n == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert str(policy).startswith("default-src 'none'")
    assert "<img src=x" in page.text
    assert "\u202e" not in page.text
    # links inside a PDF lead to its own pages only
    for leaf in pypdf.PdfReader(written["pdf"]).pages:
        for link in leaf.get("/Annots", []):
            assert "/URI" not in link.get_object().get("/A", {})


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_report_says_so(home: Home, tmp_path: Path, form: str) -> None:
    path = made(home, tmp_path, form, "--severity", "notice")
    if form == "pdf":
        text = "".join(pages(path))
    elif form == "xlsx":
        text = "".join(str(cell or "") for rows in sheets(path).values() for row in rows for cell in row)
    else:
        text = path.read_text(encoding="utf-8-sig")
    assert "这个范围内没有违规。质检过的通话有5通。" in re.sub(r"\s", "", text)


def test_filters_reach_the_report(home: Home, tmp_path: Path) -> None:
    def calls(*options: str) -> list[str]:
        return [row["通话编号"] for row in csv_table(made(home, tmp_path, "csv", *options))]

    assert calls("--decision", "upheld") == ["K3", "K4"]
    assert calls("--decision", "undecided") == ["K1", "K5"]
    assert calls("--severity", "critical", "--severity", "minor") == ["K1", "K4"]
    assert calls("--agency", "安和商务公司") == ["K1"]
    assert calls("--agency", "own") == ["K3", "K4", "K5"]
    assert calls("--team", "一组", "--region", "CN", "--since", "2026-11-05", "--until", "2026-11-05") == [
        row[0] for row in GOLDEN
    ]
    (none,) = csv_table(made(home, tmp_path, "csv", "--until", "2026-11-04"))
    assert none["序号"] == "这个范围内没有质检过的通话，所以也没有违规可报告。请核对日期和筛选条件。"


@pytest.mark.parametrize("form", FORMATS)
def test_personal_data_is_masked_unless_it_is_asked_for_whole(tmp_path: Path, form: str) -> None:
    said: tuple[tuple[Speaker, str], ...] = (
        ("agent", "您登记的手机是一三八一二三四五六七八对吧"),
        ("agent", "我把你通讯录打一遍"),
        ("customer", "13812345678 是我的"),
    )
    home = told(tmp_path / "home", said, "我把你通讯录打一遍")
    (tmp_path / "out").mkdir()

    def text(*options: str) -> str:
        path = made(home, tmp_path / "out", form, *options)
        if form == "pdf":
            return "".join(pages(path))
        if form == "xlsx":
            return "".join(str(cell or "") for rows in sheets(path).values() for row in rows for cell in row)
        return path.read_text(encoding="utf-8-sig")

    masked = text()
    assert "13812345678" not in masked
    assert "一三八一二三四五六七八" not in masked
    assert CASE not in masked
    whole = text("--unmask")
    assert all(secret in whole for secret in ("13812345678", "一三八一二三四五六七八", CASE))


def test_each_report_is_told_in_the_event_log(tmp_path: Path) -> None:
    home = overseen(tmp_path / "home")
    made(home, tmp_path, "csv", "--severity", "critical", "--unmask")
    with Ledger(home) as ledger, ledger.reading() as db:
        ((body,),) = db.execute("SELECT body FROM events WHERE kind = 'exported'").fetchall()
    assert json.loads(body) == {
        "by": "", "what": "violation_report", "format": "csv", "unmasked": True, "rows": 1,
        "filters": {"chosen": {"severity": ["critical"]}, "decided": "all"},
    }  # fmt: skip


def test_any_text_survives_in_the_workbook(tmp_path: Path) -> None:
    """Control and astral characters, text that looks like an escape, and texts that no cell can hold."""
    home = told(tmp_path / "home", (("agent", LONG),), ODD)
    found = sheets(made(home, tmp_path, "xlsx"))
    assert list(found) == ["概要", "违规", "长文本"]
    assert all(
        len(str(cell)) + sum(c > "\uffff" for c in str(cell)) <= 32_767
        for rows in found.values() for row in rows for cell in row
    )  # fmt: skip
    (row,) = table(found["违规"])
    assert row["原话"].replace("\\u0007", "\a").replace("\\u202e", "\u202e") == ODD
    first, notice = row["前后各两轮"].split("\n……")
    assert notice == "太长，放不进一格。从这里接着读：长文本!C2"
    rest = "".join(str(part[2]) for part in found["长文本"][1:])
    assert (first + rest).replace("【", "").replace("】", "") == f"0:01.0 坐席：{LONG}"


def test_the_pdf_sets_rare_characters_and_texts_without_end(tmp_path: Path) -> None:
    home = told(tmp_path / "home", (("agent", f"䶮先生 𠮷先生 {'~' * 4000}"),), "𠮷先生")
    whole = "".join(pages(made(home, tmp_path, "pdf"))).replace("\u200b", "")
    assert "䶮先生" in whole
    assert "𠮷先生" in whole
    assert whole.count("~") == 4000


def test_names_lead_nowhere(tmp_path: Path) -> None:
    """A file is written where the user said, whatever calls, agents and agencies are called."""
    home = told(
        tmp_path / "home", (("agent", QUOTE),), QUOTE, Metadata(agent_id="../../a", agency="/etc/x", team="C:\\b")
    )
    folder = tmp_path / "out"
    folder.mkdir()
    for form in FORMATS:
        made(home, folder, form)
    assert sorted(p.suffix for p in folder.iterdir()) == [".csv", ".html", ".json", ".pdf", ".xlsx"]
    said = auditor("report", "violations", "--home", home.path, "-o", folder, "--format", "csv")
    assert re.fullmatch(r"违规报告-\d{8}-\d{4}\.csv", Path(said.out.split("　")[0]).name)


@pytest.mark.parametrize(
    ("options", "trouble"),
    [
        (("--severity", "grave"), "--severity 没有 grave。可写 critical、major、minor、notice。"),
        (("--since", "昨天"), "--since 的日期 昨天 看不懂。请写成 2026-10-01 这样。"),
        (("--format", "docx"), "没有格式 docx。可用 xlsx、pdf、csv、json、html。"),
        (("--decision", "overturned"), "--decision 没有 overturned。可写 upheld、undecided、all。"),
        (("-o", "nowhere/x.csv"), "nowhere：没有这个目录。"),
    ],
)
def test_a_wrong_command_is_told_what_to_write(home: Home, options: tuple[str, ...], trouble: str) -> None:
    said = auditor("report", "violations", "--home", home.path, *options)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(trouble)


def test_a_file_is_not_overwritten_unless_told(home: Home, tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    target.write_text("mine", encoding="utf-8")
    said = auditor("report", "violations", "--home", home.path, "--format", "csv", "-o", target)
    assert said.code == 2
    assert target.read_text(encoding="utf-8") == "mine"
    said = auditor("report", "violations", "--home", home.path, "--format", "csv", "-o", target, "--force")
    assert said.code == 0
    assert len(csv_table(target)) == 4


def test_pages_of_many_violations_are_read_each_once_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.reports.items.AT_ONCE", 7)
    rows = csv_table(made(many(tmp_path / "home", 50), tmp_path, "csv"))
    assert [row["序号"] for row in rows] == [str(n) for n in range(1, 51)]
    assert len({row["发现编号"] for row in rows}) == 50
    severities = [row["严重度"] for row in rows]
    assert severities == sorted(severities, key=["致命", "严重", "一般", "提示"].index)


def test_the_report_speaks_english_too(home: Home, tmp_path: Path) -> None:
    rows = csv_table(made(home, tmp_path, "csv", "--lang", "en"))
    assert [row["Severity"] for row in rows] == ["Critical", "Major", "Minor", "Major"]
