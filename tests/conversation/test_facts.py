"""What the customer showed, with the very words."""

from __future__ import annotations

from pathlib import Path

from auditor.conversation.facts import find_facts
from auditor.conversation.turns import turns
from auditor.models import Facts, Speaker, Utterance
from auditor.rules.pack import load_pack

CUES = load_pack(Path(__file__).parent.parent / "golden" / "pack").facts


def facts(*lines: tuple[Speaker, str]) -> Facts:
    """The facts of these lines."""
    utterances = tuple(Utterance(s, 2.0 * i, 2.0 * i + 2, text) for i, (s, text) in enumerate(lines))
    return find_facts(turns(utterances), utterances, CUES)


def test_a_flag_quotes_the_customer_as_heard() -> None:
    """The quote is what was heard, fillers and script included, and the first showing counts."""
    found = facts(("customer", "唉，我失、失業了"), ("agent", "嗯"), ("customer", "我失业半年了"))
    assert found.has("hardship")
    (flag,) = found.customer_flags
    assert (flag.utterance, flag.quote) == (0, "失業")
    assert facts(("customer", "我失…嗯業了")).customer_flags == ()
    assert facts(("customer", "我失 嗯業了")).customer_flags[0].quote == "失 嗯業"
    assert found.delinquency_reason is not None
    assert found.delinquency_reason.name == "unemployment"


def test_only_the_customer_shows_facts() -> None:
    """What the agent says shows nothing of the customer; what is denied neither."""
    assert facts(("agent", "您是失业了还是要投诉"), ("customer", "我没有失业")).customer_flags == ()


def test_a_flag_brings_others_with_it() -> None:
    """A complaint to the regulator is a complaint, with the same evidence."""
    found = facts(("customer", "我打一二三七八"))
    assert {f.name for f in found.customer_flags} == {"regulator_complaint", "complaint_intent"}
    assert len({(f.utterance, f.quote) for f in found.customer_flags}) == 1


def test_a_flag_said_over_a_pause() -> None:
    """Words split over two utterances are found; the quote stays within the first."""
    found = facts(("customer", "我要去投"), ("customer", "诉你们"))
    assert [(f.name, f.utterance, f.quote) for f in found.customer_flags] == [("complaint_intent", 0, "去投")]


def test_the_first_reason_counts() -> None:
    """Of several reasons, the one given first is the call's."""
    found = facts(("customer", "孩子住院，我又失业了"))
    assert found.delinquency_reason is not None
    assert found.delinquency_reason.name == "illness"
