"""Personal data leaves the program masked, whatever verb shows it; whole only where somebody asks for it."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest

from tests.annotate.model_server import lines, local_model, suspicion, suspicions
from tests.cli.program import HEARING, ROOT, auditor

MOBILE, WIFE, LANDLINE = "13812345678", "一三九幺二三四五六七八", "057188776655"
IDENTITY, CARD, NAME, EMAIL = "11010519491231002X", "6222021234567890128", "欧阳建国", "ouyang@example.com"
ADDRESS, HALF, OTHER_HALF = "文三路120号3栋502室", "一五八八", "六六六九九九二"
SECRETS = (MOBILE, WIFE, LANDLINE, IDENTITY, CARD[:-4], NAME, EMAIL, ADDRESS, HALF, OTHER_HALF)
CALL_ID = f"20261014_{MOBILE}_{IDENTITY}"

SAID: tuple[tuple[str, str], ...] = (
    ("agent", f"您好，是{NAME}先生吗？这里是示例银行，您的身份证{IDENTITY}对吗？"),
    ("customer", f"是我，卡号{CARD}，电话{LANDLINE}，邮箱{EMAIL}。"),
    ("agent", f"再不还钱，我就上门去{ADDRESS}找你，再打你老婆{WIFE}，把你通讯录挨个打一遍。"),
    ("customer", f"别找她，新号码是{HALF}，"),
    ("agent", "嗯。"),
    ("customer", f"{OTHER_HALF}。我没钱还，{MOBILE}也停机了。"),
    ("agent", f"那我就群发，{MOBILE}的联系人全都收到。"),
    ("customer", "我二十号还五百。"),
)


def call(**more: Any) -> dict[str, Any]:
    start = range(0, 4 * len(SAID), 4)
    said = [{"speaker": w, "start": t, "end": t + 4, "text": x} for (w, x), t in zip(SAID, start, strict=True)]
    about = {
        "started_at": "2026-10-14T10:32:05+08:00", "direction": "outbound", "agent_name": "王敏", "institution": "示例银行", "region": "CN",
        "case_id": f"C-{MOBILE}", "customer_id": IDENTITY, "客户姓名": NAME, "手机": MOBILE, "住址": ADDRESS, "amount_due": 5000,
        "card_tail": "0128", "days_overdue": 40,
    }  # fmt: skip
    return {"call_id": CALL_ID, "metadata": about, "utterances": said, **more}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A call full of personal data, also in its file's name, and beside it files that can't be used, named after people."""
    where = tmp_path / "calls"
    where.mkdir()
    (where / f"{CALL_ID}.json").write_text(json.dumps(call(), ensure_ascii=False), encoding="utf-8")
    (where / f"broken-{MOBILE}.json").write_text('{"call_id": "x", "utterances"', encoding="utf-8")
    (where / f"{IDENTITY}.wav").write_bytes(b"no sound")
    wrong = call(call_id="wrong")
    wrong["metadata"]["amount_due"] = MOBILE + "x"
    (where / "wrong.json").write_text(json.dumps(wrong, ensure_ascii=False), encoding="utf-8")
    (where / "metadata.csv").write_text(
        f"file,amount_due\n{MOBILE}.wav,5\n{CALL_ID}.json,{MOBILE}y\n", encoding="utf-8"
    )
    return tmp_path


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """The same call as people judged it: wrongly, so that an evaluation lists everything."""
    marks = [{"utterance": n, "category": "insult", "quote": SAID[n][1].rstrip("。？")} for n in (0, 2, 6)]
    steps = {"introduction": "missed", "identity_verification": "missed", "empathy": "done", "closing": "done"}
    gold = {"party": "voicemail", "violations": marks, "steps": steps, "customer_flags": []}
    path = tmp_path / f"gold-{MOBILE}.json"
    path.write_text(json.dumps(call(gold=gold), ensure_ascii=False), encoding="utf-8")
    return path


def leaks(text: str) -> list[str]:
    """The secrets that stand in a text, also where JSON or a table broke them up."""
    bare = "".join(text.split())
    return [secret for secret in SECRETS if secret in text or secret in bare]


def test_a_run_and_what_it_says_of_files_that_cant_be_used(folder: Path) -> None:
    """Table, totals, progress, errors, remarks, and the same as JSON."""
    first = auditor("run", "calls", "--home", "home", *HEARING, cwd=folder)
    again = auditor("run", "calls", "--home", "home", "--json", *HEARING, cwd=folder)
    assert (first.code, again.code) == (1, 1)
    assert "失败" in first.out + first.err
    assert any(row.get("findings") for row in again.rows)
    for said in (first, again):
        assert leaks(said.out + said.err) == []


def test_a_call_shown(folder: Path) -> None:
    auditor("run", f"calls/{CALL_ID}.json", "--home", "home", cwd=folder)
    shown_call = auditor("show", CALL_ID, "--home", "home", cwd=folder)
    as_json = auditor("show", CALL_ID, "--home", "home", "--json", cwd=folder)
    for said in (shown_call, as_json):
        assert said.code == 0, said.err
        assert "＊" in said.out
        assert leaks(said.out + said.err) == []
    assert "0128" in shown_call.out


def test_a_call_that_is_not_there_or_not_the_only_one(folder: Path) -> None:
    (folder / "calls" / "second.json").write_text(json.dumps(call(call_id=CALL_ID + "b")), encoding="utf-8")
    auditor("run", f"calls/{CALL_ID}.json", "calls/second.json", "--home", "home", cwd=folder)
    for wanted in (f"no-{MOBILE}", CALL_ID[:-1]):
        said = auditor("show", wanted, "--home", "home", cwd=folder)
        assert said.code == 2
        assert leaks(said.out + said.err) == []


def test_everything_is_shown_to_who_asks_for_it(folder: Path) -> None:
    auditor("run", f"calls/{CALL_ID}.json", "--home", "home", cwd=folder)
    said = auditor("show", CALL_ID, "--home", "home", "--unmask", cwd=folder)
    assert not set(SECRETS) - set(leaks(said.out))
    assert CALL_ID in auditor("run", f"calls/{CALL_ID}.json", "--home", "home", "--unmask", cwd=folder).out
    assert leaks(auditor("doctor", "--home", "home", cwd=folder).out) == [], "the next command masks again"


def test_a_check_masks_its_table_and_what_is_asked_of_its_lines(folder: Path) -> None:
    table = auditor("check", "calls", cwd=folder)
    masked = auditor("check", "calls", "--format", "jsonl", "--mask", cwd=folder)
    for said in (table, masked):
        assert leaks(said.out + said.err) == []
    (row,) = masked.rows
    assert any("＊" in f["quote"] for f in row["findings"])


def test_the_lines_of_a_check_quote_exactly_unless_told_to_mask(folder: Path) -> None:
    """The output format promises quotes that are parts of the utterance; masked, they still are as long and stand there."""
    whole = auditor("check", f"calls/{CALL_ID}.json", "--format", "jsonl", cwd=folder).rows[0]
    masked = auditor("check", f"calls/{CALL_ID}.json", "--format", "jsonl", "--mask", cwd=folder).rows[0]
    assert whole["findings"]
    for plain, hidden in zip(whole["findings"], masked["findings"], strict=True):
        assert plain["quote"] in SAID[plain["utterance"]][1]
        assert len(plain["quote"]) == len(hidden["quote"])
        assert (plain["finding_id"], plain["span"]) == (hidden["finding_id"], hidden["span"])


def test_an_evaluation_lists_and_counts_without_names(reference: Path) -> None:
    listed = auditor("evaluate", reference, "--suspected")
    as_json = auditor("evaluate", reference, "--json")
    assert "insult" in listed.out
    assert json.loads(as_json.out)["differences"]
    for said in (listed, as_json):
        assert leaks(said.out + said.err) == []
    assert MOBILE in auditor("evaluate", reference, "--unmask").out


def test_calls_kept_clean_by_a_test_of_rules(folder: Path) -> None:
    """On the terminal, and in the report for build servers."""
    report = folder / "report.xml"
    rule = "contact-confirms-question"
    said = auditor("rules", "test", "--id", rule, "--clean", "calls", "--junit", report, cwd=folder)
    assert "命中" in said.out
    assert leaks(said.out + said.err) == []
    assert leaks(report.read_text(encoding="utf-8")) == []


def test_words_tried_on_rules(folder: Path) -> None:
    said = auditor("rules", "try", SAID[2][1], cwd=folder)
    assert "＊" in said.out
    assert leaks(said.out + said.err) == []


def test_a_large_model_gets_nothing_and_what_it_repeats_shows_nothing(folder: Path) -> None:
    """A model that says back all that it was sent; its hints are kept and shown as they came."""

    def repeats(body: dict[str, Any]) -> str:
        agents = [line for line in lines(body) if line["who"] == "坐席"]
        return suspicions(*(suspicion(at["utterance"], at["text"], "insult", at["text"]) for at in agents))

    with local_model(repeats) as model:
        run = auditor("run", f"calls/{CALL_ID}.json", "--home", "home", "--reader", model.url, cwd=folder)
    shown_call = auditor("show", CALL_ID, "--home", "home", cwd=folder)
    as_json = auditor("show", CALL_ID, "--home", "home", "--json", cwd=folder)
    assert "挨个打一遍" in model.text
    assert as_json.rows[0]["annotations"][0]["suspicions"]
    for text in (model.text, run.out + run.err, shown_call.out, as_json.out):
        assert leaks(text) == []
    assert CALL_ID not in model.text


def test_nothing_of_a_call_is_logged(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever any library logs at any level."""
    with caplog.at_level(logging.DEBUG):
        auditor("run", "calls", "--home", "home", "--unmask", *HEARING, cwd=folder)
        auditor("show", CALL_ID, "--home", "home", "--unmask", cwd=folder)
        auditor("check", "calls", "--format", "jsonl", cwd=folder)
    assert leaks(caplog.text) == []


def test_every_file_of_the_command_line_that_prints_is_known() -> None:
    """A new one: does it show words of a call, a file's name, a value of the metadata? Then mask them, and try it above."""
    printing = re.compile(r"\.print\(|stdout\.write|print_prose\(|print_section\(")
    folder = ROOT / "auditor" / "cli"
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*.py") if printing.search(p.read_text("utf-8"))}
    shows_calls = {
        "check.py",
        "measured.py",
        "evaluate.py",
        "run.py",
        "replay.py",
        "report.py",
        "packet.py",
        "verify.py",
        "key.py",
        "show.py",
        "summary.py",
        "terminal.py",
        "doctor.py",
    }
    shows_examples = {f"rules/{name}.py" for name in ("examples", "trial", "page", "new")}
    shows_rules_only = {f"rules/{name}.py" for name in ("coverage", "listing", "schema", "show")} | {
        "serve.py",
        "manual.py",
    }
    shows_counts_only = {"large_model.py", "reader.py", "sample.py"}
    shows_staff_only = {"people.py"}
    assert found <= shows_calls | shows_examples | shows_rules_only | shows_counts_only | shows_staff_only
    for name in (shows_calls | shows_examples) & found:
        assert re.search(r"harmless|shown|veil|without_personal_data|complain", (folder / name).read_text("utf-8")), (
            name
        )
