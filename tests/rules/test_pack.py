"""Loading a pack: everything that is wrong with it at once, each with file and line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.errors import PackError, PackProblem
from auditor.rules.pack import load_pack

FROZEN = Path(__file__).parent.parent / "golden" / "pack"
RUDE = "violations/service_attitude/rude.yaml"
NIGHT = "violations/off_hours/call-at-night.yaml"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the small test pack to break."""
    return Path(shutil.copytree(FROZEN, tmp_path / "pack"))


def problems(folder: Path) -> list[PackProblem]:
    """Everything wrong with the pack."""
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    return list(caught.value.problems)


def edit(pack: Path, name: str, old: str, new: str) -> None:
    """Replace words in one of the pack's files."""
    path = pack / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(pack: Path, name: str, words: str) -> int:
    """The line on which the words first stand."""
    lines = (pack / name).read_text(encoding="utf-8").splitlines()
    return next(n for n, text in enumerate(lines, 1) if words in text)


@pytest.mark.parametrize(
    ("name", "old", "new", "about"),
    [
        (RUDE, "severity: minor", "severty: minor", "是不是 severity？"),
        (RUDE, "- phrase:", "- phrse:", "是不是 phrase？"),
        (RUDE, "你烦不烦,", '"@spred",', "是不是 spread？"),
        (RUDE, "cites: []", "unless: [negatd]\ncites: []", "是不是 negated？"),
        (RUDE, "cites: []", "cites: [CBA2026-hour]", "是不是 CBA2026-hours？"),
        (RUDE, "cites: []", "after: [introducton]\ncites: []", "是不是 introduction？"),
        (RUDE, "cites: []", "before: [threat-owm]\ncites: []", "是不是 threat-own？"),
        (RUDE, "- phrase: [你烦不烦, 少废话, 别废话]", "- regex: '(?<!不)还'", "环视"),
        (RUDE, "- phrase: [你烦不烦, 少废话, 别废话]", "- regex: '还*'", "empty"),
        (RUDE, "- phrase: [你烦不烦, 少废话, 别废话]", "- phrase: [你烦不烦, '。。']", "永远不会命中"),
        (RUDE, "- phrase: [你烦不烦, 少废话, 别废话]", "- fact: {amuont: stated}", "是不是 amount？"),
        (RUDE, "- phrase: [你烦不烦, 少废话, 别废话]", "- fact: {amount: inflatd}", "是不是 inflated？"),
        (RUDE, "- phrase: [你烦不烦, 少废话, 别废话]", "- metadata: {days_overdue: {mn: 3}}", "是不是 min？"),
        (RUDE, "- phrase: [你烦不烦, 少废话, 别废话]", "- tokens: [[{TEXT: {REGEX: '(a+)+'}}]]", "tokens"),
        (RUDE, "- phrase: [你烦不烦, 少废话, 别废话]", "- {phrase: [好], regex: 好}", "只写一种"),
        (RUDE, "category: service_attitude", "category: service_atitude", "是不是 service_attitude？"),
        (RUDE, "message: 坐席不耐烦", "message: &m 坐席不耐烦", "锚点"),
        (RUDE, "status: stable", "status: stable\nstatus: stable", "写了两次"),
        ("steps/closing.yaml", "spoiled_by: [service_attitude,", "spoiled_by: [service_atitude,", "是不是 service_attitude？"),
        ("steps/legal_reminder.yaml", "order_after: [ask_cause]", "order_after: [ask_couse]", "是不是 ask_cause？"),
        ("steps/empathy.yaml", "needs_flags: [hardship,", "needs_flags: [hardshp,", "是不是 hardship？"),
        ("party.yaml", "voicemail:", "voicemial:", "是不是 voicemail？"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(pack: Path, name: str, old: str, new: str, about: str) -> None:
    """Each mistake names its file, its line and what was probably meant."""
    edit(pack, name, old, new)
    found = [p for p in problems(pack) if about in p.message]
    assert [p.file for p in found[:1]] == [name]
    text = (pack / name).read_text(encoding="utf-8").splitlines()
    assert 0 < found[0].line <= len(text)
    assert text[found[0].line - 1].strip() in new or new.split("\n")[0] in text[found[0].line - 1]


def test_all_problems_come_at_once(pack: Path) -> None:
    """Several broken files are all reported, in order of file and line."""
    edit(pack, RUDE, "severity: minor", "severity: mild")
    edit(pack, NIGHT, "severity: major", "severitty: major")
    edit(pack, "scorecard.yaml", "introduction: 12", "introduction: 13")
    (pack / "roles.yaml").unlink()
    found = problems(pack)
    assert {p.file for p in found} == {RUDE, NIGHT, "scorecard.yaml", "roles.yaml"}
    assert found == sorted(found)
    assert any(str(p) == f"{RUDE}:{line_of(pack, RUDE, 'mild')}: {p.message}" for p in found)


def test_a_mistake_in_an_example_is_reported_once(pack: Path) -> None:
    """An example that is wrong in one way has one problem, not one for each shape it might have had."""
    edit(pack, RUDE, "hit: [少废话,", "hit: [{turns: [{agnt: 少废话}]},")
    assert len({p.line for p in problems(pack)}) == 1
    assert [p.message for p in problems(pack) if "agnt" in p.message] == ["不认识的键 agnt（是不是 agent？）"]


def test_rules_that_wait_for_each_other_are_refused(pack: Path) -> None:
    """A circle of before and after is named."""
    edit(pack, RUDE, "any:", "after: [call-at-night]\nany:")
    edit(pack, NIGHT, "all:", "before: [rude]\nall:")
    (found,) = problems(pack)
    assert "互相等待" in found.message
    assert found.line


def test_a_rule_that_waits_for_itself_is_refused(pack: Path) -> None:
    """The shortest circle is one, too."""
    edit(pack, RUDE, "any:", "after: [rude]\nany:")
    assert "rude → rude" in problems(pack)[0].message


@pytest.mark.parametrize("name", ["rude.yml", "violations/rude.yaml", "steps/closng.yaml", "violations/x/y/z.yaml"])
def test_a_file_that_nobody_would_read_is_reported(pack: Path, name: str) -> None:
    """A rule in the wrong place or with the wrong ending would silently never be tried."""
    (pack / name).parent.mkdir(parents=True, exist_ok=True)
    (pack / name).write_text("id: x\n", encoding="utf-8")
    assert name in {p.file for p in problems(pack)}


def test_an_id_is_used_once_and_is_the_file_name(pack: Path) -> None:
    """The same id in two categories, and an id unlike its file name, are refused."""
    text = (pack / RUDE).read_text(encoding="utf-8")
    (pack / "violations/insult").mkdir()
    (pack / "violations/insult/rude.yaml").write_text(text.replace("service_attitude", "insult"), encoding="utf-8")
    assert any("已在" in p.message for p in problems(pack))
    (pack / "violations/insult/rude.yaml").write_text(text, encoding="utf-8")
    assert any("文件名与内容不符" in p.message for p in problems(pack))


def test_a_rule_may_not_be_called_like_a_step_or_flag(pack: Path) -> None:
    """before and after could not tell them apart."""
    text = (pack / RUDE).read_text(encoding="utf-8").replace("id: rude", "id: closing")
    (pack / "violations/service_attitude/closing.yaml").write_text(text, encoding="utf-8")
    assert any("同名" in p.message for p in problems(pack))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("scorecard.yaml", "bands: {excellent: 90, pass: 75, weak: 60}", "bands: {excellent: 90}"),
        ("scorecard.yaml", "threat_violence: {points: 100}", "threat_violence: {points: {}}"),
        ("scorecard.yaml", "threat_violence: {points: 100}", "threat_violence: {points: -5}"),
        ("scorecard.yaml", "threat_violence: {points: 100}", "threat_violence: {points: .nan}"),
        ("scorecard.yaml", "introduction: 12", "introduction: -12"),
        ("norms.yaml", "08:00", "八点"),
        ("norms.yaml", "'22:00'", "'25:00'"),
        ("pack.yaml", "default_region: CN", "default_region: US"),
        ("pack.yaml", "- HK\ndefault_region: CN", "default_region: HK"),
        ("facts.yaml", "  complaint_intent:", "  complaint_intend:"),
        (NIGHT, "  - metadata: {local_time: outside_hours}", "  []"),
        (RUDE, "  - phrase: [你烦不烦, 少废话, 别废话]", "  []"),
        (RUDE, "clean: [不打扰您了,", "clean: ["),
    ],
)
def test_settings_that_make_no_sense_are_refused(pack: Path, name: str, old: str, new: str) -> None:
    """Values that would break or bend a score later are refused when the pack is loaded."""
    edit(pack, name, old, new)
    assert name in {p.file for p in problems(pack)}


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"", b"[]", b"3", b"\x80" * 10, "規則".encode("gbk")])
def test_any_bytes_are_refused_with_a_problem(pack: Path, data: bytes) -> None:
    """A file that is no text, empty, or of another shape is one problem, never a traceback."""
    (pack / RUDE).write_bytes(data)
    assert {p.file for p in problems(pack)} == {RUDE}


def test_the_hash_names_the_content(pack: Path) -> None:
    """The same files give the same id wherever they lie; any change gives another; hidden files don't count."""
    before = load_pack(pack)
    assert before.id == load_pack(FROZEN).id
    assert before.id.startswith("golden-zh@1.0.0+")
    (pack / ".cache").mkdir()
    (pack / ".cache" / "x.yaml").write_text("x", encoding="utf-8")
    assert load_pack(pack).id == before.id
    edit(pack, RUDE, "少废话", "少废話")
    assert load_pack(pack).id != before.id


def test_a_pack_that_is_not_there_is_named() -> None:
    """The error lists the packs that come with the program."""
    with pytest.raises(PackError, match="collections-zh"):
        load_pack("collections-zz")


def test_rules_come_after_those_they_wait_for(pack: Path) -> None:
    """The order of trying follows before and after, then the id."""
    edit(pack, NIGHT, "all:", "after: [rude]\nall:")
    ids = [r.id for r in load_pack(pack).rules]
    assert ids.index("rude") < ids.index("call-at-night")
    rest = [i for i in ids if i not in ("rude", "call-at-night")]
    assert rest == sorted(rest)


BROKEN: dict[str, Callable[[Path], object]] = {
    "huge file": lambda pack: (pack / RUDE).write_text("a: " + "x" * (1 << 21), encoding="utf-8"),
    "deep nesting": lambda pack: (pack / RUDE).write_text("any: " + "[{all: " * 3000, encoding="utf-8"),
    "no rule": lambda pack: shutil.rmtree(pack / "violations"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_hostile_packs_are_refused(pack: Path, kind: str) -> None:
    """Oversized, endless and empty packs end in a clear problem."""
    BROKEN[kind](pack)
    assert problems(pack)
