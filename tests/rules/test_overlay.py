"""Packs that extend another: what an institution writes lies over the base, and the whole stands alone afterwards."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from auditor.errors import PackError, PackProblem
from auditor.models import Audit, Call, Metadata, Speaker, Utterance
from auditor.pipeline import audit_call
from auditor.rules.pack import Pack, load_pack
from auditor.store.home import Home
from auditor.text.normalise import normalise
from tests.rules.packs import ABOUT, FROZEN

ROOT = Path(__file__).parent.parent.parent
RUDE = "violations/service_attitude/rude.yaml"
OWN_RULE = """id: brush-off
category: service_attitude
status: experimental
severity: minor
any:
  - phrase: ["@hotlines", "@spread", 不归我管]
message: 坐席推脱。可改说：我帮您问清楚。
examples: {hit: [这个不归我管]}
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A copy of the small test pack, to lie below."""
    return Path(shutil.copytree(FROZEN, tmp_path / "base"))


@pytest.fixture
def bank(tmp_path: Path, base: Path) -> Path:
    """A bank's pack over it: pack.yaml alone."""
    return write(tmp_path / "bank", {"pack.yaml": ABOUT})


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Put files into a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def problems(folder: Path) -> list[PackProblem]:
    """Everything wrong with the pack."""
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    return list(caught.value.problems)


def audit(pack: Pack, *agent: str, customer: str = "我是。") -> Audit:
    """What the pack says of an agent's turns, the customer answering after each."""
    lines: list[tuple[Speaker, str]] = [line for a in agent for line in (("agent", a), ("customer", customer))]
    said = tuple(Utterance(who, i * 4.0, i * 4.0 + 3, text) for i, (who, text) in enumerate(lines))
    return audit_call(Call("one", Metadata(), said), pack)


def fired(pack: Pack, line: str) -> set[str]:
    """The rules that the line breaks."""
    return {f.rule_id for f in audit(pack, line).findings}


def verdict(pack: Pack, step: str, *agent: str) -> str:
    """What became of a step."""
    return next(s.verdict for s in audit(pack, *agent).steps if s.id == step)


def test_an_overlay_is_its_base_under_another_name(base: Path, bank: Path) -> None:
    """pack.yaml alone is enough; what it leaves out is the base's."""
    below, over = load_pack(base), load_pack(bank)
    assert over.id.startswith("qingluan@2.0.0+")
    assert over.title == "青峦银行催收质检"
    assert over.built_on == ("golden-zh@1.0.0",)
    assert below.built_on == ()
    assert over.regions == below.regions
    assert over.default_region == below.default_region
    assert [r.id for r in over.rules] == [r.id for r in below.rules]
    assert over.hash != below.hash


def test_a_built_in_pack_is_extended_by_name(tmp_path: Path) -> None:
    """A name without a slash is a pack that comes with the program."""
    bank = write(tmp_path / "bank", {"pack.yaml": ABOUT.replace("../base", "collections-zh")})
    assert load_pack(bank).built_on[0].startswith("collections-zh@")


def test_a_rule_is_overridden_by_its_id(base: Path, bank: Path) -> None:
    """The overlay's rule is the only one of its id, also where it names another category."""
    own = (base / RUDE).read_text(encoding="utf-8").replace("phrase: [你烦不烦", "phrase: [没工夫伺候, 你烦不烦")
    write(bank, {RUDE: own})
    assert fired(load_pack(bank), "我没工夫伺候你。") == {"rude"}
    assert fired(load_pack(base), "我没工夫伺候你。") == set()
    (bank / RUDE).unlink()
    write(bank, {"violations/insult/rude.yaml": own.replace("category: service_attitude", "category: insult")})
    (found,) = audit(load_pack(bank), "我没工夫伺候你。").findings
    assert found.category == "insult"


def test_a_rule_is_added(base: Path, bank: Path) -> None:
    """A new rule fires, and may use the base's word lists."""
    write(bank, {"violations/service_attitude/brush-off.yaml": OWN_RULE})
    assert fired(load_pack(bank), "这个不归我管。") == {"brush-off"}


def test_a_rule_is_switched_off(base: Path, bank: Path) -> None:
    """A disabled rule does not fire, nor is it in the pack."""
    assert "rude" in fired(load_pack(bank), "少废话。")
    write(bank, {"pack.yaml": ABOUT + "disabled: [rude]\n"})
    assert fired(load_pack(bank), "少废话。") == set()
    assert RUDE not in load_pack(bank).files


def test_an_unknown_disabled_rule_is_named_with_its_line(bank: Path) -> None:
    """The nearest known id is suggested, and other problems come with it."""
    write(bank, {"pack.yaml": ABOUT + "disabled:\n  - rude\n  - visit-dor\n", "roles.yaml": "agnt: {}\n"})
    found = problems(bank)
    assert [(p.file, p.line) for p in found] == [("pack.yaml", 7), ("roles.yaml", 1)]
    assert "visit-dor（是不是 visit-door？）" in found[0].message


def test_a_rule_that_waits_for_a_disabled_one_is_a_problem(base: Path, bank: Path) -> None:
    """Its file is named as the base's, and the way out is said."""
    text = (base / RUDE).read_text(encoding="utf-8")
    write(base, {RUDE: text.replace("any:", "after: [visit-door]\nany:")})
    write(bank, {"pack.yaml": ABOUT + "disabled: [visit-door]\n"})
    (found,) = problems(bank)
    assert found.file == f"../base/{RUDE}"
    assert found.line
    assert "把 rude 也停用" in found.message


def test_a_rule_is_not_both_disabled_and_rewritten(base: Path, bank: Path) -> None:
    """Nobody could say what is meant."""
    write(bank, {"pack.yaml": ABOUT + "disabled: [rude]\n", RUDE: (base / RUDE).read_bytes()})
    assert "又停用又改写" in problems(bank)[0].message


def test_problems_name_the_pack_that_they_stand_in(base: Path, bank: Path) -> None:
    """The base's mistakes and the overlay's come at once, each where it can be mended."""
    text = (base / RUDE).read_text(encoding="utf-8")
    write(base, {RUDE: text.replace("severity: minor", "severity: mild")})
    write(bank, {"violations/service_attitude/brush-off.yaml": OWN_RULE.replace("@spread", "@spred")})
    found = {p.file: p for p in problems(bank)}
    assert set(found) == {f"../base/{RUDE}", "violations/service_attitude/brush-off.yaml"}
    assert "是不是 spread？" in found["violations/service_attitude/brush-off.yaml"].message
    assert all(p.line for p in found.values())


def test_names_of_the_institution_complete_the_introduction(bank: Path) -> None:
    """An alias that only tenant.yaml knows counts as the institution's name."""
    line = "您好，云禾的，我姓周，工号零二一。"
    assert verdict(load_pack(bank), "introduction", line) == "missed"
    write(bank, {"tenant.yaml": "institutions: [云禾]\n"})
    assert verdict(load_pack(bank), "introduction", line) == "done"


def test_whether_the_recording_notice_is_asked_for_is_policy(bank: Path) -> None:
    """tenant.yaml of the overlay says so; what it leaves out is the base's."""
    assert verdict(load_pack(bank), "recording_notice", "您好，请问是王先生吗？") == "missed"
    write(bank, {"tenant.yaml": "recording_notice_required: false\n"})
    assert verdict(load_pack(bank), "recording_notice", "您好，请问是王先生吗？") == "na"


@pytest.mark.parametrize(
    "said", ["02155551234", "021-5555-1234", "零二一，五五五五，一二三四", "零二幺五五五五幺二三四"]
)
def test_a_hotline_is_known_as_heard(tmp_path: Path, said: str) -> None:
    """Read out in any way, the hotline in tenant.yaml is the channel that the step asks for; unnamed it is any number."""
    bank = write(tmp_path / "bank", {"pack.yaml": ABOUT.replace("../base", "collections-zh")})
    line = f"您记一下{said}。"
    assert verdict(load_pack(bank), "contact_channel", line) == "missed"
    write(bank, {"tenant.yaml": 'hotlines: ["021-5555-1234"]\n'})
    assert verdict(load_pack(bank), "contact_channel", line) == "done"


def test_lists_of_the_institution_are_word_lists(base: Path, bank: Path) -> None:
    """An empty list hits nothing and is no problem; a filled one is used like any word list."""
    phrases = 'phrase: ["@institutions", "@agencies", "@hotlines", "@official-accounts"]'
    own = OWN_RULE.replace('phrase: ["@hotlines", "@spread", 不归我管]', phrases)
    write(bank, {"violations/service_attitude/brush-off.yaml": own})
    line = "云禾，诚岳，95599，六二二二零零零零。"
    assert fired(load_pack(bank), line) == set()
    for entry in (
        "institutions: [云禾]",
        "agencies: [诚岳]",
        'hotlines: ["95599"]',
        'official_accounts: ["6222 0000"]',
    ):
        write(bank, {"tenant.yaml": f"{entry}\n"})
        assert fired(load_pack(bank), line) == {"brush-off"}


@pytest.mark.parametrize(
    ("entry", "about"),
    [
        ("institutions: [行]", "太短"),
        ('hotlines: ["955"]', "太短"),
        ("hotlines: [95599]", "加引号"),
        ("hotline: []", "是不是 hotlines？"),
    ],
)
def test_entries_that_would_hit_everywhere_are_refused(bank: Path, entry: str, about: str) -> None:
    """What the institution fills in is checked like any file."""
    write(bank, {"tenant.yaml": f"agencies: []\n{entry}\n"})
    (found,) = problems(bank)
    assert (found.file, found.line) == ("tenant.yaml", 2)
    assert about in found.message


def test_the_names_of_its_lists_are_taken(bank: Path) -> None:
    """A word list called hotlines would hide tenant.yaml's."""
    write(bank, {"words/hotlines.txt": "热线\n"})
    assert [p.file for p in problems(bank)] == ["words/hotlines.txt"]


def test_word_lists_are_replaced_or_added_to(base: Path, bank: Path) -> None:
    """words/x.txt takes the base's place, words/x.add.txt comes after it."""
    before = [line for line in (base / "words/spread.txt").read_text(encoding="utf-8").split("\n") if line]
    write(
        bank,
        {"violations/service_attitude/brush-off.yaml": OWN_RULE, "words/spread.add.txt": "# 本行\n挂你名字 # 新\n"},
    )
    pack = load_pack(bank)
    assert "brush-off" in fired(pack, "挂你名字。")
    assert "brush-off" in fired(pack, f"{before[-1]}。")
    (bank / "words/spread.add.txt").unlink()
    write(bank, {"words/spread.txt": "挂你名字\n"})
    assert "brush-off" in fired(load_pack(bank), "挂你名字。")
    assert "brush-off" not in fired(load_pack(bank), f"{before[-1]}。")


@pytest.mark.parametrize(
    ("name", "data", "about"),
    [("words/spred.add.txt", b"", "是不是 spread？"), ("words/spread.add.txt", "規則".encode("gbk"), "UTF-8")],
)
def test_an_addition_that_cannot_be_made_is_a_problem(bank: Path, name: str, data: bytes, about: str) -> None:
    """A list that is not there, and bytes that are no text, name the overlay's own file."""
    write(bank, {name: data})
    (found,) = problems(bank)
    assert found.file == name
    assert about in found.message


CLAUSE = """norms:
  OWN-7: {norm: 本行办法, article: 第7条, requirement: 不得劝客户不打热线, title: 本行办法, verification: V1}
  CBA2026-hours: {checked: 2026-11-20}
limits:
  CN: {hours: ["09:00", "21:00"]}
"""


def test_settings_are_merged_key_by_key(base: Path, bank: Path) -> None:
    """One clause more, one date, one region's hours: the rest is the base's, and rules may cite the new clause."""
    own = OWN_RULE.replace("examples:", "cites: [OWN-7]\nexamples:")
    write(bank, {"norms.yaml": CLAUSE, "violations/service_attitude/brush-off.yaml": own})
    below, over = load_pack(base), load_pack(bank)
    assert set(over.norms) == {*below.norms, "OWN-7"}
    assert over.norms["CBA2026-hours"] == below.norms["CBA2026-hours"]
    assert "checked: 2026-11-20" in over.files["norms.yaml"].decode()
    assert over.limits["CN"].hours != below.limits["CN"].hours
    assert {r: over.limits[r] for r in over.limits if r != "CN"} == {
        r: below.limits[r] for r in below.limits if r != "CN"
    }
    (found,) = audit(over, "这个不归我管。").findings
    assert found.cites == ("OWN-7",)


def test_cues_are_merged_key_by_key(bank: Path) -> None:
    """A flag's phrases are replaced where the overlay writes them; other flags, and its contexts, stay."""
    write(bank, {"facts.yaml": "flags:\n  hardship: {phrase: [吃土了]}\n"})
    pack = load_pack(bank)
    assert audit(pack, "您好。", customer="我吃土了。").facts.has("hardship")
    assert not audit(pack, "您好。", customer="我失业了。").facts.has("hardship")
    assert audit(pack, "您好。", customer="我要投诉。").facts.has("complaint_intent")


def test_a_mistake_in_a_part_is_named_where_it_is_written(base: Path, bank: Path) -> None:
    """In the overlay's file with its line, in the base's with its own."""
    write(bank, {"norms.yaml": CLAUSE.replace("requirement", "requirment")})
    assert {(p.file, p.line) for p in problems(bank)} == {("norms.yaml", 2)}
    write(bank, {"norms.yaml": CLAUSE, "facts.yaml": 'flags:\n  hardship: {phrase: ["@nowhere"]}\n'})
    assert [(p.file, p.line) for p in problems(bank)] == [("facts.yaml", 2)]
    text = (base / "norms.yaml").read_text(encoding="utf-8")
    write(bank, {"facts.yaml": "flags: {}\n"})
    write(base, {"norms.yaml": text.replace("verification: V2", "verification: V9", 1)})
    line = next(n for n, t in enumerate(text.splitlines(), 1) if "verification: V2" in t)
    assert [(p.file, p.line) for p in problems(bank)] == [("../base/norms.yaml", line)]


def test_what_is_tolerated_is_added_to_the_bases(base: Path, bank: Path) -> None:
    """Each entry keeps the file and line where it is written."""
    entry = "tolerated:\n  - {rule: rude, owner: visit-door, line: %s, why: 测试}\n"
    write(base, {"tolerated.yaml": "# 基础包的\n" + entry % "甲"})
    write(bank, {"tolerated.yaml": entry % "乙"})
    found = {t.line: (t.file, t.at) for t in load_pack(bank).tolerated}
    assert found == {"乙": ("tolerated.yaml", 2), "甲": ("../base/tolerated.yaml", 3)}
    write(bank, {"tolerated.yaml": "tolerated:\n  - {rule: rude, line: 甲, why: 测试}\n"})
    (problem,) = problems(bank)
    assert (problem.file, problem.line) == ("tolerated.yaml", 2)
    assert "owner" in problem.message


def test_the_hash_follows_the_base(base: Path, bank: Path) -> None:
    """A change of the base is another pack; the same files elsewhere are the same."""
    before = load_pack(bank).hash
    assert load_pack(bank).hash == before
    text = (base / RUDE).read_text(encoding="utf-8")
    write(base, {RUDE: text.replace("少废话", "少啰嗦")})
    assert load_pack(bank).hash != before


def test_the_archive_stands_alone(base: Path, bank: Path, tmp_path: Path) -> None:
    """What a run archives loads without the base, as the same pack with the same verdicts."""
    write(
        bank,
        {
            "pack.yaml": ABOUT + "disabled: [visit-door]\n",
            "tenant.yaml": "institutions: [云禾]\n",
            "words/spread.add.txt": "挂你名字\n",
            "violations/service_attitude/brush-off.yaml": OWN_RULE,
        },
    )
    pack = load_pack(bank)
    home = Home.open(tmp_path / "home")
    archived = home.archive_pack(pack.hash, pack.files)
    shutil.rmtree(base)
    shutil.rmtree(bank)
    again = load_pack(archived)
    assert again == pack
    assert again.built_on == ("golden-zh@1.0.0",)
    assert audit(again, "您好，云禾的，我姓周，少废话。") == audit(pack, "您好，云禾的，我姓周，少废话。")


def test_packs_are_stacked(bank: Path, tmp_path: Path) -> None:
    """A branch over the bank over the base: the nearest wins, and all are named."""
    write(bank, {"pack.yaml": ABOUT + "disabled: [rude]\n", "tenant.yaml": "institutions: [云禾]\n"})
    about = ABOUT.replace("../base", "../bank").replace("qingluan", "branch") + "disabled: [rude, visit-door]\n"
    branch = load_pack(write(tmp_path / "branch", {"pack.yaml": about}))
    assert branch.built_on == ("qingluan@2.0.0", "golden-zh@1.0.0")
    assert branch.institutions == ("云禾",)
    assert not {"rude", "visit-door"} & {r.id for r in branch.rules}


def _circle(bank: Path) -> None:
    write(bank.parent / "base", {"pack.yaml": ABOUT.replace("../base", "../bank")})


def _deep(bank: Path) -> None:
    for n in range(6):
        write(bank.parent / f"p{n}", {"pack.yaml": ABOUT.replace("../base", f"../p{n + 1}")})
    write(bank, {"pack.yaml": ABOUT.replace("../base", "../p0")})


@pytest.mark.parametrize(
    ("prepare", "extends", "file", "about"),
    [
        (_circle, "../base", "../base/pack.yaml", "bank → base → bank"),
        (_deep, "../p0", "../p3/pack.yaml", "超过 5 层"),
        (None, "./", "pack.yaml", "bank → bank"),
        (None, "../nowhere", "pack.yaml", "../nowhere 不存在"),
        (None, "collections-zn", "pack.yaml", "是不是 collections-zh？"),
        (None, "..", "pack.yaml", "不存在"),
        (None, "/tmp", "pack.yaml", "绝对路径"),
        (None, "很长" * 100, "pack.yaml", "不存在"),
    ],
)
def test_a_base_that_cannot_lie_below_is_named(
    bank: Path, prepare: Callable[[Path], None] | None, extends: str, file: str, about: str
) -> None:
    """Circles, towers and missing packs end in one problem at the line of extends."""
    write(bank, {"pack.yaml": ABOUT.replace("../base", extends)})
    if prepare is not None:
        prepare(bank)
    (found,) = problems(bank)
    assert (found.file, found.line) == (file, 4)
    assert about in found.message


@pytest.mark.parametrize(
    ("old", "new", "about"),
    [
        ("extends:", "extend:", "是不是 extends？"),
        ("../base", "[../base]", "extends"),
        ("title:", "titel:", "是不是 title？"),
        ("version: 2.0.0", "version: 2.0.0\ndefault_region: TW", "一起写"),
        ("version: 2.0.0", "version: 2.0.0\nregions: [TW]\ndefault_region: CN", "不在 regions 里"),
        ("version: 2.0.0", "version: 2.0.0\nversion: 2.0.0", "写了两次"),
        (ABOUT, "- extends", "键: 值"),
    ],
)
def test_a_mistake_in_an_overlays_pack_yaml_is_named(bank: Path, old: str, new: str, about: str) -> None:
    """Only what is wrong is named, not all that a pack without a base would need."""
    write(bank, {"pack.yaml": ABOUT.replace(old, new)})
    found = problems(bank)
    assert {p.file for p in found} == {"pack.yaml"}
    assert len(found) <= 2
    assert any(about in p.message for p in found)


def test_an_overlay_may_narrow_the_regions(bank: Path) -> None:
    """regions and default_region are the overlay's where it names them."""
    write(bank, {"pack.yaml": ABOUT + "regions: [TW]\ndefault_region: TW\n"})
    pack = load_pack(bank)
    assert (pack.regions, pack.default_region) == (("TW",), "TW")


def test_the_example_in_the_documentation_loads(tmp_path: Path) -> None:
    """What docs/rules.md shows, copied file by file, is a pack that does what the text says."""
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"```yaml\n# (青峦规则包/\S+)\n(.*?)```", text, re.DOTALL))
    pack = load_pack(write(tmp_path, shown) / "青峦规则包")
    ids = {r.id for r in pack.rules}
    assert "refuses-hotline" in ids
    assert "taiwan-agency-collects-spoken" not in ids
    assert "refuses-hotline" in fired(pack, "九五五九九打不通的。")


def test_a_bank_sets_one_tolerance_and_keeps_the_words(base: Path, bank: Path) -> None:
    """signals.yaml is laid over the base's key by key; a pack without one measures with the usual tolerances."""
    assert load_pack(bank).signals.dead_air == 3.0
    shutil.copy(ROOT / "lexicons" / "collections-zh" / "signals.yaml", base)
    write(bank, {"signals.yaml": "dead_air_seconds: 8\n"})
    signals = load_pack(bank).signals
    assert (signals.dead_air, signals.overlap) == (8.0, 0.5)
    assert signals.backchannels.fullmatch("好的对对")
    assert normalise("请稍等") in signals.hold


@pytest.mark.parametrize(
    ("text", "line", "about"),
    [
        ("overlap_second: 1\n", 1, "overlap_seconds"),
        ("hold: {phrase: [请稍等]}\ndead_air_seconds: 0\n", 2, "dead_air_seconds"),
        ("raised_voice_db: .nan\n", 1, "raised_voice_db"),
        ('lookup: {phrase: ["@nowhere"]}\n', 1, "nowhere"),
    ],
)
def test_a_mistake_in_signals_is_refused_with_its_line(bank: Path, text: str, line: int, about: str) -> None:
    write(bank, {"signals.yaml": text})
    (problem,) = problems(bank)
    assert (problem.file, problem.line) == ("signals.yaml", line)
    assert about in problem.message
