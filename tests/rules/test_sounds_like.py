"""Phrases matched by sound: where they hit, how the finding says so, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.errors import PackError
from auditor.models import Call, Finding, Metadata, Utterance
from auditor.pipeline import scene_of
from auditor.rules.condition_file import ConditionFile
from auditor.rules.conditions import condition
from auditor.rules.match import find, hold
from auditor.rules.needs import elsewhere, ways, words_of
from auditor.rules.pack import load_pack
from auditor.text.index import Alternative, Index, Listener
from auditor.text.page import side_by_side

GOLDEN = Path(__file__).parent.parent / "golden" / "pack"
PACK = load_pack(GOLDEN)
WORDS = {"targets": ("通讯录", "私人账户")}


def heard(phrases: list[str], line: str) -> list[str]:
    """The words of the line that the phrases hit by sound."""
    problems: list[str] = []
    tried = condition(
        ConditionFile.model_validate({"sounds_like": phrases}), WORDS, lambda message, _: problems.append(message)
    )
    assert problems == []
    scene = scene_of(Call("K1", Metadata(), (Utterance("agent", 0.0, 2.0, line),)), PACK)
    turn = scene.turns[0]
    found = hold(tried, turn, scene)
    listener = Listener(tried, (Alternative(tuple(ways(tried)), elsewhere(tried)),))
    texts = side_by_side([t.text for t in scene.turns], Index([listener], words_of(tried)))
    assert not found or turn.number in texts[0].page.alternatives(tried)  # type: ignore[union-attr,operator]
    return [turn.heard[e.start : e.end] for e in found]


@pytest.mark.parametrize(
    ("phrases", "line", "expected"),
    [
        (["爆通讯录"], "信不信我暴通信鹿", ["暴通信鹿"]),
        (["爆通讯录"], "信不信我爆通讯录", ["爆通讯录"]),
        (["爆通訊錄"], "抱、嗯同訓，路", ["抱同训路"]),
        (["@targets"], "打到司仁帐户，不然同讯路", ["司仁账户", "同讯路"]),
        (["爆通讯录"], "爆通。讯录", []),
        (["爆通讯录"], "爆你通讯录", []),
        (["私人账户"], "私营账户", []),
        (["还钱"], "快点环钱", ["环钱"]),
    ],
)
def test_what_sounds_alike_is_hit(phrases: list[str], line: str, expected: list[str]) -> None:
    """As many syllables of the same sound, across commas and fillers, never across a sentence end."""
    assert heard(phrases, line) == expected


def findings(tmp_path: Path, conditions: list[dict[str, Any]], *lines: str) -> list[Finding]:
    """What a rule of these conditions finds in the agent's lines; the rule is loaded from a pack, as anyone's is."""
    folder = tmp_path / "pack"
    shutil.copytree(GOLDEN, folder)
    rule = {
        "id": "by-sound", "category": "threat_exposure", "status": "stable", "severity": "major", "any": conditions,
        "message": "以曝光相威胁。",
        "examples": {"hit": ["甲", "乙", "丙"], "clean": ["甲", "乙", "丙"]},
    }  # fmt: skip
    text = yaml.safe_dump(rule, allow_unicode=True)
    (folder / "violations" / "threat_exposure" / "by-sound.yaml").write_text(text, encoding="utf-8")
    pack = load_pack(folder)
    (own,) = (r for r in pack.rules if r.id == "by-sound")
    # a channel each, so that each line is a turn
    said = tuple(Utterance("agent", 2.0 * n, 2.0 * n + 2, line, channel=n) for n, line in enumerate(lines))
    return list(find(own, scene_of(Call("K1", Metadata(), said), pack)))


def test_a_finding_says_what_was_heard_and_what_it_sounds_like(tmp_path: Path) -> None:
    """A person can see that the words themselves were not said; the quote stays what was heard."""
    (finding,) = findings(tmp_path, [{"sounds_like": ["爆通讯录"]}], "我就暴通信鹿")
    assert (finding.matched_by, finding.status) == ("sounds_like", "confirmed")
    assert finding.quote == "我就暴通信鹿"
    assert finding.why == "以曝光相威胁。（按读音匹配：听到“暴通信鹿”，近似“爆通讯录”）"


def test_short_phrases_are_only_suspected(tmp_path: Path) -> None:
    """Two syllables are shared by too many words for a verdict."""
    (finding,) = findings(tmp_path, [{"sounds_like": ["曝光"]}], "我就爆广")
    assert (finding.matched_by, finding.status) == ("sounds_like", "suspected")


def test_the_words_themselves_are_no_match_by_sound(tmp_path: Path) -> None:
    """Said in so many words, a phrase is found as a phrase, and for certain."""
    (finding,) = findings(tmp_path, [{"sounds_like": ["曝光"]}], "我就曝光")
    assert (finding.matched_by, finding.status, finding.why) == ("phrase", "confirmed", "以曝光相威胁。")


def test_of_phrases_that_sound_alike_each_counts_as_said(tmp_path: Path) -> None:
    """A phrase is no less said because another one of the list sounds the same."""
    (finding,) = findings(tmp_path, [{"sounds_like": ["账户", "帐户"]}], "打到这个帐户")
    assert (finding.matched_by, finding.status) == ("phrase", "confirmed")


def test_words_come_before_sounds(tmp_path: Path) -> None:
    """Where an utterance holds both, the finding rests on the words, whatever order the rule names them in."""
    (finding,) = findings(tmp_path, [{"sounds_like": ["曝光"]}, {"phrase": ["丢人"]}], "我就爆广，让你丢人")
    assert (finding.matched_by, finding.status) == ("phrase", "confirmed")


def test_what_rests_on_sound_in_part_says_so(tmp_path: Path) -> None:
    """Of conditions that must all hold, one met by sound alone makes the finding one by sound."""
    both = [{"all": [{"phrase": ["单位"]}, {"sounds_like": ["曝光"]}]}]
    (finding,) = findings(tmp_path, both, "去单位爆广")
    assert (finding.matched_by, finding.status) == ("sounds_like", "suspected")


def test_single_syllables_are_refused_with_their_line(tmp_path: Path) -> None:
    """One syllable would hit everywhere; the file and line say where to mend it."""
    with pytest.raises(PackError) as refused:
        findings(tmp_path, [{"sounds_like": ["爆通讯录", "爆"]}], "")
    (problem,) = refused.value.problems
    assert problem.file == "violations/threat_exposure/by-sound.yaml"
    assert "'爆' 太短" in problem.message
    assert problem.line > 1


@pytest.mark.parametrize(
    ("condition", "line", "heard", "meant", "status"),
    [
        ({"phrase": ["打给你单位"]}, "明天就打给你蛋位", "打给你蛋位", "打给你单位", "confirmed"),
        ({"near": {"all": ["通讯录", "打电话"], "within": 9}}, "通讯鹿里挨个打电话", "通讯鹿里挨个打电话", "通讯录里挨个打电话", "confirmed"),
        ({"regex": "(通知|告诉)你的?家人"}, "我就通之你家人", "通之你家人", "通知你家人", "suspected"),
        ({"phrase": ["曝光"]}, "我就瀑光", "瀑光", "曝光", "suspected"),
    ],
)  # fmt: skip
def test_misheard_words_of_any_condition_are_put_right(
    tmp_path: Path, condition: dict[str, Any], line: str, heard: str, meant: str, status: str
) -> None:
    """Phrases, words near each other and patterns are found though misheard; the finding says so and quotes what was heard.

    Two syllables, and what might as well have been said as it was heard, are only suspected.
    """
    (finding,) = findings(tmp_path, [condition], line)
    assert (finding.matched_by, finding.status) == ("sounds_like", status)
    assert finding.quote == line
    assert finding.why.startswith(f"以曝光相威胁。（按读音匹配：听到“{heard}”，近似“{meant}”）")


def test_what_was_said_counts_as_said_beside_misheard_words(tmp_path: Path) -> None:
    """A misheard character elsewhere in the turn takes nothing from words that were heard."""
    (finding,) = findings(tmp_path, [{"phrase": ["打给你单位", "曝光"]}], "打给你蛋位，打给你单位")
    assert (finding.matched_by, finding.status, finding.why) == ("phrase", "confirmed", "以曝光相威胁。")


def test_what_rests_on_another_turn_misheard_is_suspected(tmp_path: Path) -> None:
    """The words of this turn are sure, those before it only sound so: a person has to listen."""
    condition = {"all": [{"phrase": ["你等着"]}, {"previous": {"speaker": "agent", "phrase": ["打给你单位"]}}]}
    found = findings(tmp_path, [condition], "打给你蛋位", "你等着")
    assert [(f.utterance, f.status) for f in found] == [(1, "suspected")]
    assert found[0].why == "以曝光相威胁。（所依据的另一句按读音才认得出，需听录音确认）"


def test_lines_of_the_list_of_confusions_are_checked(tmp_path: Path) -> None:
    """A pair of different lengths can't be exchanged character by character: refused, with file and line."""
    folder = tmp_path / "pack"
    shutil.copytree(GOLDEN, folder)
    (folder / "words" / "misheard.txt").write_text("# 听到的 本来的\n预期 逾期\n服务 法务部\n", encoding="utf-8")
    with pytest.raises(PackError) as refused:
        load_pack(folder)
    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == ("words/misheard.txt", 3)
    assert "字数相同" in problem.message
