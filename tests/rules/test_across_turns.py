"""Conditions that look past one turn: repeated, spread over turns, answered; near a step or finding; signals; similar sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.errors import PackError
from auditor.evaluation.examples import run_examples
from auditor.models import Call, Finding, Metadata, Speaker, Utterance
from auditor.pipeline import audit_call
from tests.rules.packs import loaded

MESSAGE = "坐席说了不该说的话。可改说：好的。"


def rule(name: str, **keys: Any) -> dict[str, Any]:
    """An experimental rule of the category service_attitude."""
    return {
        "id": name,
        "category": "service_attitude",
        "status": "stable",
        "severity": "minor",
        "message": MESSAGE,
        "examples": {"hit": ["快点还钱别废话"] * 3, "clean": ["您好"] * 3},
        **keys,
    }


def found(tmp_path: Path, rules: list[dict[str, Any]], *lines: str | tuple[Speaker, str]) -> list[Finding]:
    """The findings of these rules alone; a plain line is the agent's, each takes two seconds."""
    files = {
        f"violations/{each['category']}/{each['id']}.yaml": yaml.safe_dump(each, allow_unicode=True) for each in rules
    }
    spoken = [("agent", line) if isinstance(line, str) else line for line in lines]
    utterances = tuple(Utterance(s, 2.0 * i, 2.0 * i + 2, text) for i, (s, text) in enumerate(spoken))  # type: ignore[arg-type]
    audit = audit_call(Call("K1", Metadata(), utterances), loaded(tmp_path, files), "debtor_verified")
    names = {each["id"] for each in rules}
    return [f for f in audit.findings if f.rule_id in names]


def test_a_threat_split_over_turns_rests_on_both(tmp_path: Path) -> None:
    """Words said in different turns of one speaker count together; the finding names the other utterance too."""
    split = rule("split", any=[{"near": {"all": ["你家", ["等着瞧", "走着瞧"]], "within_turns": 3}}])
    (finding,) = found(
        tmp_path, [split], "我知道你家在哪", ("customer", "那又怎样"), "那就走着瞧", ("customer", "哦"), "行"
    )
    assert (finding.utterance, finding.also, finding.quote, finding.matched_by) == (2, (0,), "那就走着瞧", "near")


@pytest.mark.parametrize(
    "lines",
    [
        ("我知道你家在哪", ("customer", "走着瞧")),
        ("我知道你家在哪", ("customer", "哦"), "是吗", ("customer", "嗯"), "好", ("customer", "嗯"), "走着瞧"),
        ("我们不会去你家", ("customer", "哦"), "走着瞧"),
    ],
)
def test_words_that_do_not_belong_together(tmp_path: Path, lines: tuple[Any, ...]) -> None:
    """The other speaker's words, words too many turns back and words that their context clears don't complete it."""
    split = rule("split", any=[{"near": {"all": ["你家", "走着瞧"], "within_turns": 3}}], unless=["negated"])
    assert found(tmp_path, [split], *lines) == []


def test_order_over_turns(tmp_path: Path) -> None:
    """Where order is asked for, the first item must have been said first."""
    split = rule("split", any=[{"near": {"all": ["你家", "走着瞧"], "within_turns": 3, "ordered": True}}])
    assert found(tmp_path, [split], "走着瞧", ("customer", "哦"), "我知道你家在哪") == []


def test_a_question_answered_with_yes(tmp_path: Path) -> None:
    """The answer breaches; the finding rests on the question as well."""
    asked = {"question": {"phrase": ["爆我通讯录"]}, "with": ["对", "是的", "没错"]}
    confirms = rule("confirms", any=[{"answers": asked}])
    question: tuple[Speaker, str] = ("customer", "你是要爆我通讯录吗")
    (finding,) = found(tmp_path, [confirms], question, "对，你才知道")
    assert (finding.utterance, finding.also, finding.matched_by) == (1, (0,), "phrase")
    assert found(tmp_path, [confirms], question, "对不起，我们不会") == []
    assert found(tmp_path, [confirms], question, "我们说的没错") == []
    assert found(tmp_path, [confirms], ("agent", "你是要爆我通讯录吗"), "对") == []


def test_the_third_time_counts(tmp_path: Path) -> None:
    """The same pressure once or twice is nothing; the third time is one finding that names all three."""
    pressed = rule("pressed", any=[{"repeated": {"times": 3, "any": [{"phrase": ["今天必须"]}]}}], unless=["quoted"])
    calm: tuple[Speaker, str] = ("customer", "我没钱")
    lines: list[str | tuple[Speaker, str]] = ["今天必须还", calm, "今天必须还", calm, "您说今天必须还吗", calm]
    assert found(tmp_path, [pressed], *lines) == []
    (finding,) = found(tmp_path, [pressed], *lines, "今天必须还", calm, "今天必须还")
    assert (finding.utterance, finding.also, finding.matched_by) == (6, (0, 2), "repeated")


def test_what_the_customer_repeated(tmp_path: Path) -> None:
    """A rule may count the other side's words and judge the agent's."""
    said = {"repeated": {"times": 2, "speaker": "customer", "any": [{"phrase": ["别再打"]}]}}
    pushing = rule("pushing", all=[said, {"phrase": ["还会打"]}])
    lines: list[Any] = [("customer", "别再打了"), "还会打", ("customer", "别再打了"), "我还会打"]
    (finding,) = found(tmp_path, [pushing], *lines)
    assert (finding.utterance, finding.also) == (3, (0, 2))


def test_around_another_finding(tmp_path: Path) -> None:
    """A mild word counts near a grave one, before or after it, and not far from it."""
    grave = rule("grave", any=[{"phrase": ["弄死"]}], category="insult")
    mild = rule("mild", any=[{"phrase": ["你看着办"]}], around={"of": ["grave"], "turns": 1})
    near: tuple[Speaker, str] = ("customer", "哦")
    far: list[str | tuple[Speaker, str]] = [near, "好", near]
    assert [f.utterance for f in found(tmp_path, [grave, mild], "弄死你，你看着办")] == [0, 0]
    assert [f.rule_id for f in found(tmp_path, [grave, mild], "你看着办", *far, "弄死你")] == ["grave"]
    assert [f.rule_id for f in found(tmp_path, [grave, mild], "你看着办", near, "没事")] == []


def test_rules_around_each_other_are_refused(tmp_path: Path) -> None:
    """Two rules that wait for each other can't be tried."""
    one = rule("one", any=[{"phrase": ["甲乙"]}], around={"of": ["two"]})
    two = rule("two", any=[{"phrase": ["丙丁"]}], after=["one"])
    with pytest.raises(PackError, match="互相等待"):
        found(tmp_path, [one, two], "甲乙")


def test_a_signal_of_the_whole_call(tmp_path: Path) -> None:
    """A call in which the customer hardly speaks has a finding without utterance; it states the signal as its kind."""
    monologue = rule("monologue", any=[{"signal": {"agent_talk_share": {"min": 0.8}}}])
    lines: list[Any] = ["一", "二", "三", "四", ("customer", "嗯")]
    (finding,) = found(tmp_path, [monologue], *lines)
    assert (finding.utterance, finding.matched_by) == (None, "signal")
    assert found(tmp_path, [monologue], "一", ("customer", "嗯")) == []


def test_a_signal_that_could_not_be_measured_holds_no_condition(tmp_path: Path) -> None:
    """A call that came as text has no loudness: neither that it was loud nor that it was not can be said."""
    loud = rule("loud", any=[{"signal": {"agent_longest_raised_voice": {"min": 0}}}])
    quiet = rule("quiet", any=[{"signal": {"agent_longest_raised_voice": {"max": 9}}}])
    unknown = rule("unknown", any=[{"signal": {"agent_hung_up": False}}])
    assert found(tmp_path, [loud, quiet, unknown], "您好", ("customer", "你好")) == []


def test_a_signal_of_yes_or_no(tmp_path: Path) -> None:
    """Asked for as true or false."""
    agent_last = rule("agent-last", any=[{"signal": {"agent_spoke_last": True}}])
    customer_last = rule("customer-last", any=[{"signal": {"agent_spoke_last": False}}])
    both = [agent_last, customer_last]
    assert [f.rule_id for f in found(tmp_path, both, "您好", ("customer", "你好"))] == ["customer-last"]
    assert [f.rule_id for f in found(tmp_path, both, ("customer", "你好"), "再见")] == ["agent-last"]


def test_signals_given_in_an_example_stand_for_a_recording(tmp_path: Path) -> None:
    """An example can't be heard; a name that is no signal is refused."""
    loud: dict[str, Any] = {"signals": {"agent_longest_raised_voice": 4}, "turns": [{"agent": "你还不还"}]}
    plain: dict[str, Any] = {"turns": [{"agent": "你还不还"}]}
    both = [{"signal": {"agent_longest_raised_voice": {"min": 2}}}, {"phrase": ["还不还"]}]
    raised = rule("raised", all=both, examples={"hit": [loud] * 3, "clean": [plain] * 3})
    files = {"violations/service_attitude/raised.yaml": json.dumps(raised)}
    pack = loaded(tmp_path, files)
    assert [o.right for o in run_examples(pack, ["raised"])] == [True] * 6
    wrong = rule(
        "raised", all=both, examples={"hit": [{**loud, "signals": {"agent_loud": 1}}] * 3, "clean": [plain] * 3}
    )
    with pytest.raises(PackError, match="没有信号 agent_loud（是不是 agent_loudness"):
        loaded(tmp_path, {next(iter(files)): json.dumps(wrong)})


def test_a_sentence_close_to_an_example(tmp_path: Path) -> None:
    """Close to a hit example in other words: suspected, and it says to which and how close; far from it: nothing."""
    close = rule(
        "close",
        any=[{"similar": {"at_least": 0.6}}],
        examples={"hit": ["你这种人就该一辈子抬不起头来"] * 3, "clean": ["您好"] * 3},
    )
    (finding,) = found(tmp_path, [close], "好的，你这种人啊就应该一辈子都抬不起头。再见")
    assert (finding.quote, finding.status, finding.matched_by) == (
        "你这种人啊就应该一辈子都抬不起头",
        "suspected",
        "similar",
    )
    assert "与例句“你这种人就该一辈子抬不起头来”相近，相似度 0." in finding.why
    assert found(tmp_path, [close], "您这种情况可以申请分期，不用抬头写地址") == []


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ({"signal": {"agent_talk_shar": {"min": 1}}}, "没有信号 agent_talk_shar.*agent_talk_share"),
        ({"signal": {"turns": 3}}, "turns 请写成"),
        ({"signal": {"silence_share": {"min": 40}}}, "silence_share 是占比，界线写 0 到 1"),
        ({"signal": {"longest_silence": {"min": "八秒"}}}, "longest_silence 的界线 八秒 不是数"),
        ({"signal": {"agent_hung_up": {"min": 1}}}, "agent_hung_up 请写成 true 或 false"),
        ({"signal": {"longest_dead_air": True}}, "longest_dead_air 请写成"),
        ({"similar": {"to": ["你好"]}}, "太短"),
        ({"near": {"all": ["甲", "乙"], "within": 3, "within_turns": 3}}, "只写其中一个"),
        ({"repeated": {"times": 1, "any": [{"phrase": ["甲"]}]}}, "repeated.times"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, condition: dict[str, Any], problem: str) -> None:
    """Each mistake is named."""
    with pytest.raises(PackError, match=problem):
        found(tmp_path, [rule("wrong", any=[condition])], "甲")
