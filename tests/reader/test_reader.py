"""The second reader: what it suspects, why, and that nothing about it depends on chance."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import ModelError, UsageError
from auditor.models import CATEGORIES, PARTIES, Audit, Call, Finding, Metadata, Utterance
from auditor.pipeline import audit_call
from auditor.published import audit_json
from auditor.reader.grams import Line, grams, places
from auditor.reader.read import CUT, LONGEST, ONLY_TO, rate, read, windows
from auditor.reader.shipped import SHIPPED, load, open_reader
from auditor.reader.weights import FIELD, MAGIC, Weights, pack, read_weights, scaled, unpack, write_weights
from auditor.rules.pack import load_pack
from auditor.text.normalise import normalise

PACK = load_pack("collections-zh")
FROZEN = load_pack(Path(__file__).parent.parent / "golden" / "pack")  # few rules, which do not change
WEIGHTS = load(SHIPPED)
VEILED = "天黑得早，你一个人走夜路回家，可得多留点神，别怪我没提醒你。"
POLITE = "您这期账单是三千二百元，最后还款日是十五号，方便的时候请您处理一下。"
text = st.text("我你您家人告诉上门钱还法院的了吗，。？不会今天ab12 \u2028\ud800", max_size=200)


def call(*said: tuple[str, str]) -> Call:
    """An agent's call to a debtor who answers the questions; then what is said."""
    opening = [
        ("agent", "您好，这里是青禾银行信用卡中心，我姓周，工号零二一，请问是王敏女士吗？"),
        ("customer", "是我。"),
        ("agent", "跟您核对一下身份，请报一下身份证后四位。"),
        ("customer", "三三零一。"),
    ]
    spoken = tuple(Utterance(who, n * 4.0, n * 4.0 + 4, words) for n, (who, words) in enumerate([*opening, *said]))  # type: ignore[arg-type]
    return Call("K1", Metadata(), spoken)


def judged(*said: tuple[str, str]) -> Audit:
    return audit_call(call(*said), PACK, reader=WEIGHTS)


def own(audit: Audit) -> list[Finding]:
    """What the reader suspects."""
    return [f for f in audit.findings if f.matched_by == "reader"]


def always(category: str) -> Weights:
    """Weights that suspect this category in every line."""
    rows = {"said": {"还": [100, 100], "家": [50, 50]}}
    data = write_weights(["any", category], rows, [1000, 0], 0, 0, [(0, 500)], {category: "major"}, {})
    return read_weights(data, "made")


@pytest.mark.parametrize(
    ("said", "category", "telling"),
    [
        ("你儿子放学那条路上车多，往后谁去接他，你心里最好有个数。", "threat_violence", "路"),
        ("你去跟亲戚张个口，凑一凑不就有了", "demand_borrowing", "凑"),
        ("你去跟親戚張個口，湊一湊不就有了", "demand_borrowing", "湊"),
    ],
)
def test_it_suspects_what_is_only_hinted_at_and_says_why(said: str, category: str, telling: str) -> None:
    """The finding names the chance and the words that it leans on, and asks for a person's ear."""
    (found,) = own(audit_call(call(("agent", said)), FROZEN, reader=WEIGHTS))
    assert (found.category, found.status, found.rule_id) == (category, "suspected", f"reader-{category}")
    assert any(telling in said[start:end] for start, end in found.highlights)
    assert f"{(found.chance + 5) // 10}%" in found.why
    assert "请人工听一下" in found.why
    assert found.severity == WEIGHTS.severities[category]


def test_it_leaves_a_polite_line_alone() -> None:
    assert own(judged(("agent", POLITE))) == []


def test_a_customers_words_are_never_suspected() -> None:
    audit = audit_call(call(("customer", VEILED), ("agent", "好的，再见。")), PACK, reader=always("insult"))
    assert {audit_utterance(f, audit) for f in own(audit)} <= {"agent"}
    assert own(audit)


def audit_utterance(finding: Finding, audit: Audit) -> str:
    assert finding.utterance is not None
    return call(("customer", VEILED), ("agent", "好的，再见。")).utterances[finding.utterance].speaker


def test_it_takes_no_points_and_changes_nothing_else() -> None:
    """Score, steps, facts and the rules' findings are those of an audit without it."""
    spoken = call(("agent", "我们会起诉你，你等着坐牢吧。"), ("customer", "好。"), ("agent", VEILED))
    without, beside = audit_call(spoken, PACK), audit_call(spoken, PACK, reader=always("insult"))
    assert own(beside)
    assert tuple(f for f in beside.findings if f.matched_by != "reader") == without.findings
    assert replace(beside, findings=(), reader="") == replace(without, findings=())
    assert {f.status for f in own(beside)} == {"suspected"}


def test_where_a_rule_has_found_something_it_keeps_silent() -> None:
    """Neither the same category on the same utterance, nor any category on the same words."""
    spoken = call(("agent", "再不还我就把你通讯录挨个打一遍"))
    rules = audit_call(spoken, PACK).findings
    assert any(f.category == "threat_exposure" for f in rules)
    places_found = {f.utterance for f in rules}
    for category in ("threat_exposure", "insult"):
        audit = audit_call(spoken, PACK, reader=always(category))
        for finding in own(audit):
            assert finding.utterance not in places_found


@given(st.lists(st.tuples(st.sampled_from(["agent", "customer"]), text), max_size=6))
def test_quotes_and_highlights_are_what_was_heard(said: list[tuple[str, str]]) -> None:
    """The quote is the utterance's own text, and the highlights lie in it, in order and apart."""
    spoken = call(*said)
    for finding in own(audit_call(spoken, PACK, reader=always("insult"))):
        assert finding.utterance is not None
        assert finding.span is not None
        heard = spoken.utterances[finding.utterance].text
        assert heard[slice(*finding.span)] == finding.quote != ""
        reached = finding.span[0]
        for start, end in finding.highlights:
            assert reached <= start < end <= finding.span[1]
            reached = end


def test_the_same_call_gives_the_same_audit_in_another_process() -> None:
    """Bit for bit, whatever the hash seed."""
    program = (
        "import json; from tests.reader.test_reader import VEILED, judged; from auditor.published import audit_json; "
        "print(json.dumps(audit_json(judged(('agent', VEILED), ('agent', '你家孩子在哪上学我可清楚得很')))))"
    )
    root = Path(__file__).parent.parent.parent
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": str(root)},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(outputs) == 1
    here = audit_json(judged(("agent", VEILED), ("agent", "你家孩子在哪上学我可清楚得很")))
    assert json.loads(outputs.pop()) == json.loads(json.dumps(here))


def test_the_fingerprint_stands_in_the_audit() -> None:
    audit = judged(("agent", POLITE))
    assert audit.reader == WEIGHTS.fingerprint == audit_json(audit)["reader"]
    assert audit_json(audit_call(call(), PACK))["reader"] == ""


def test_other_weights_have_another_fingerprint() -> None:
    prints = {always(c).fingerprint for c in ("insult", "threat_violence")}
    rows = {"said": {"还": [100, 101], "家": [50, 50]}}
    data = write_weights(["any", "insult"], rows, [1000, 0], 0, 0, [(0, 500)], {"insult": "major"}, {})
    assert len(prints | {read_weights(data, "made").fingerprint}) == 3


@given(st.lists(st.lists(st.integers(-127, 127), min_size=28, max_size=28), max_size=500))
def test_packed_sums_are_the_sums(rows: list[list[int]]) -> None:
    """Whatever the order, each category's sum comes out exactly."""
    exact = tuple(sum(column) for column in zip(*rows, strict=True)) or (0,) * 28
    assert unpack(sum(map(pack, rows)), 28) == unpack(sum(map(pack, reversed(rows))), 28) == exact


def test_no_sum_can_run_over_its_field() -> None:
    """The most features that a line can have, each with the largest weight."""
    longest = Line("还" * CUT, "还" * 1000, "third_party")
    most = sum(len(row) for _, row in grams(longest)) * 127
    assert most < 1 << (FIELD - 1)
    assert isinstance(scaled(most, 1), int)


@given(text, text, st.sampled_from(PARTIES))
def test_every_feature_of_the_line_has_its_place(said: str, before: str, party: str) -> None:
    """What is explained is what was counted: no feature of the line's own is left out or added."""
    line = Line(normalise(said).text, normalise(before).text, party)  # type: ignore[arg-type]
    counted = sorted((t, g) for t, row in grams(line) if t not in ("before", "party") for g in row)
    assert sorted((t, g) for t, g, _ in places(line)) == counted


@given(text)
def test_windows_cover_the_text_once(said: str) -> None:
    """Every character is read once, in order, and none of the windows is long beyond measure."""
    comparable = normalise(said)
    cut = list(windows(comparable))
    assert "".join(comparable.text[s:e] for s, e in cut) == comparable.text
    assert all(0 < e - s <= CUT for s, e in cut)
    assert all(e - s <= LONGEST or comparable.text[s:e] for s, e in cut)


def test_a_hint_in_the_middle_of_a_long_turn_is_found() -> None:
    """It is read by itself, not lost among what is harmless, and the quote is its clause."""
    hint = "你去跟亲戚张个口，凑一凑不就有了"
    said = f"{POLITE}另外分期的话需要您提交收入证明，审批大概三个工作日。{hint}。{POLITE}"
    (found,) = own(audit_call(call(("agent", said)), FROZEN, reader=WEIGHTS))
    assert found.quote in said
    assert "凑一凑" in found.quote
    assert POLITE[:10] not in found.quote


@pytest.mark.parametrize("category", sorted(ONLY_TO))
def test_a_breach_that_only_others_can_suffer_is_not_suspected_with_the_debtor(category: str) -> None:
    rows = {"said": {"还": [100, 100, 10]}}
    severities = {category: "major", "insult": "major"}
    data = write_weights(["any", category, "insult"], rows, [1000, 500, 0], 0, 0, [(0, 500)], severities, {})  # type: ignore[arg-type]
    weights = read_weights(data, "made")
    comparable = normalise("你还不还")
    assert [s.category for s in read(comparable, "", "debtor_verified", weights)] == ["insult"]
    (party, *_) = sorted(ONLY_TO[category])
    assert [s.category for s in read(comparable, "", party, weights)] == [category]


def test_simplified_and_traditional_read_alike() -> None:
    """Script is folded before the reader sees a line."""
    simple = rate(Line(normalise("我们会联系您的家人").text), WEIGHTS)
    assert rate(Line(normalise("我們會聯繫您的家人").text), WEIGHTS) == simple


def test_the_shipped_weights_are_small_and_know_most_categories() -> None:
    assert SHIPPED.stat().st_size <= 10 << 20
    assert len(WEIGHTS.categories) >= 25
    assert set(WEIGHTS.categories) <= set(CATEGORIES)
    chances = [chance for _, chance in WEIGHTS.chances]
    assert chances == sorted(chances)
    assert 0 < chances[0] <= chances[-1] < 1000


@pytest.mark.parametrize("place", [0, len(MAGIC) + 3, len(MAGIC) + 70, -1])
def test_changed_weights_are_refused(place: int, tmp_path: Path) -> None:
    """One byte is enough; the message names the file and the way out."""
    data = bytearray(SHIPPED.read_bytes())
    data[place] ^= 1
    path = tmp_path / "w.weights"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"w\.weights：.*make reader"):
        load(path)


@pytest.mark.parametrize("keep", [0, 10, 200, 5000])
def test_a_cut_off_file_is_refused(keep: int) -> None:
    with pytest.raises(ModelError, match="请"):
        read_weights(SHIPPED.read_bytes()[:keep], "w")


def test_a_file_of_another_make_is_refused() -> None:
    """Whole, but with heads that this version does not know."""
    data = write_weights(["any", "nonsense"], {}, [0, 0], 0, 0, [], {"nonsense": "major"}, {})
    with pytest.raises(ModelError, match="读不懂"):
        read_weights(data, "w")


def test_missing_weights_say_how_to_go_on(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="--reader none"):
        load(tmp_path / "none")


def test_readers_are_opened_by_name() -> None:
    assert open_reader("none") is None
    assert open_reader() == WEIGHTS
    with pytest.raises(UsageError, match="builtin、none"):
        open_reader("other")
