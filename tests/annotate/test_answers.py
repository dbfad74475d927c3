"""What of an answer is accepted: only what the call itself bears out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.annotate.answers import DROPPED, Reading, read
from auditor.annotate.prompt import MOST, Line, Question
from auditor.errors import ReaderError
from tests.annotate.model_server import suspicion, suspicions

QUESTION = Question("all", "", {"exposure": "threat_exposure", "threat_exposure": "threat_exposure", "CBA-3": ""}, {})
LINES = (
    Line(0, "agent", "您好，这里是示例银行"),
    Line(2, "customer", "你是不是要告诉我同事"),
    Line(3, "agent", "再不还，我就告诉你同事，告诉你同事听"),
    Line(4, "unknown", "告诉你同事"),
    Line(5, "agent", "证件＊＊＊＊＊＊，对不对"),
)
GOOD = suspicion(3, "告诉你同事", "exposure")


def one(item: object) -> Reading:
    return read(suspicions(item), QUESTION, LINES)


def test_a_quote_of_the_agent_with_a_known_rule_is_accepted_where_it_stands() -> None:
    (found,) = one(GOOD).suspicions
    assert (found.utterance, found.quote, found.basis, found.category) == (
        3,
        "告诉你同事",
        "exposure",
        "threat_exposure",
    )
    assert LINES[2].text[found.start : found.end] == "告诉你同事"
    assert found.why == "像是威胁"


def test_a_clause_and_a_category_are_bases_too() -> None:
    assert one(suspicion(3, "告诉你同事", "CBA-3")).suspicions[0].category == ""
    assert one(suspicion(3, "告诉你同事", "threat_exposure")).suspicions[0].category == "threat_exposure"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (suspicion(3, "我就告诉你的同事", "exposure"), "no_quote"),
        (suspicion(3, "再不还,我就告诉你同事", "exposure"), "no_quote"),
        (suspicion(3, "", "exposure"), "no_words"),
        (suspicion(3, "，", "exposure"), "no_words"),
        (suspicion(3, "还，", "exposure"), "no_words"),
        (suspicion(5, "＊＊＊＊＊＊", "exposure"), "no_words"),
        (suspicion(2, "告诉我同事", "exposure"), "not_agent"),
        (suspicion(4, "告诉你同事", "exposure"), "not_agent"),
        (suspicion(1, "告诉你同事", "exposure"), "no_utterance"),
        (suspicion(-1, "告诉你同事", "exposure"), "no_utterance"),
        (suspicion(10**30, "告诉你同事", "exposure"), "no_utterance"),
        (suspicion(0, "告诉你同事", "exposure"), "no_quote"),
        (suspicion(3, "告诉你同事", "no-such-rule"), "unknown_basis"),
        (suspicion(3, "告诉你同事", ""), "unknown_basis"),
        (suspicion("3", "告诉你同事", "exposure"), "shape"),
        (suspicion(3.0, "告诉你同事", "exposure"), "shape"),
        (suspicion(True, "告诉你同事", "exposure"), "shape"),
        (suspicion(3, ["告诉你同事"], "exposure"), "shape"),
        (suspicion(3, "告诉你同事", None), "shape"),
        ({"utterance": 3}, "shape"),
        ("告诉你同事", "shape"),
        (None, "shape"),
    ],
)
def test_everything_else_is_dropped_and_counted(item: object, reason: str) -> None:
    assert one(item) == Reading((), {reason: 1})


def test_the_good_stays_where_it_stands_among_the_bad() -> None:
    reading = read(suspicions("x", GOOD, GOOD, suspicion(2, "告诉我同事", "exposure")), QUESTION, LINES)
    assert len(reading.suspicions) == 1
    assert reading.dropped == {"shape": 1, "not_agent": 1, "repeated": 1}


def test_more_than_was_asked_for_is_not_read() -> None:
    reading = read(suspicions(*[GOOD] * (MOST + 7)), QUESTION, LINES)
    assert (len(reading.suspicions), reading.dropped) == (1, {"repeated": MOST - 1, "too_many": 7})


@pytest.mark.parametrize(
    "answer",
    [
        "", "没有违规", "{", "[]", "{}", '{"suspicions": {}}', '{"suspicions": null}', "null", "[" * 100_000,
        f'{suspicions(GOOD)} 以上', f"好的：{suspicions(GOOD)}", '{"suspicions": [' + "9" * 5000 + "]}",
    ],
    ids=lambda a: a[:20],
)  # fmt: skip
def test_what_is_not_the_json_that_was_asked_for_is_no_answer(answer: str) -> None:
    with pytest.raises(ReaderError) as trouble:
        read(answer, QUESTION, LINES)
    assert trouble.value.reason == "not_json"


@pytest.mark.parametrize("form", ["```json\n{}\n```", "```\n{}\n```\n", "<think>先看\n第三句</think>\n{}"])
def test_an_answer_in_a_wrapper_is_read_all_the_same(form: str) -> None:
    assert len(read(form.replace("{}", suspicions(GOOD)), QUESTION, LINES).suspicions) == 1


def test_what_the_model_says_of_it_is_one_short_line() -> None:
    (found,) = one(suspicion(3, "告诉你同事", "exposure", why="威胁\n\x1b[31m\u202e" + "长" * 500)).suspicions
    assert found.why.isprintable()
    assert len(found.why) == 200


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["utterance", "quote", "basis", "why", "告诉你同事", "exposure", 3, 2]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["utterance", "quote", "basis", "why", "x"]), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.lists(_JSON, max_size=30))
def test_no_answer_whatever_gets_more_accepted_than_the_call_bears_out(items: list[Any]) -> None:
    """Each item is accepted or counted, and what is accepted is the agent's own words."""
    reading = read(json.dumps({"suspicions": items}), QUESTION, LINES)
    assert len(reading.suspicions) + sum(reading.dropped.values()) == len(items)
    assert set(reading.dropped) <= set(DROPPED)
    by_number = {line.number: line for line in LINES}
    for found in reading.suspicions:
        line = by_number[found.utterance]
        assert line.speaker == "agent"
        assert line.text[found.start : found.end] == found.quote
        assert found.basis in QUESTION.bases
