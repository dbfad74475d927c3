"""Single labelled lines as calls: what a line means depends on who is on the line and on what was said just before.

A line is judged inside a short call: an introduction, the identity verified (or a third party, a wrong number, a voicemail
greeting), the turns that its author put before it, then the line. The program finds out by itself who is on the line.

A customer's line may itself tell who is speaking, so nothing before it does but what its author wrote; only a debtor whom
nobody is asking for a factor any more has been verified before.
"""

from __future__ import annotations

import re
from typing import Any, cast

from auditor.errors import MetadataError
from auditor.evaluation.examples import spoken
from auditor.evaluation.reference import LABELS, Case, Label, Mark, Reference, one_of, read_facts
from auditor.models import CATEGORIES, PARTIES, REGIONS, STEPS, Call, PartyKind, Region, Speaker
from auditor.speech.metadata import parse_metadata
from auditor.speech.transcripts.node import Node

Turn = tuple[Speaker, str]

THIRD_PARTY = frozenset(
    {"third_party_disclosure", "third_party_pressure", "contact_after_refusal", "third_party_handling"}
)
"""Conduct that needs someone else on the line, where a line does not name its party."""

UNVERIFIED = frozenset({"disclosure_before_verification", "introduction", "identity_verification"})

ASKS_A_FACTOR = re.compile(
    "核对|核實|核实|核對|核身|[证證]件|身[份分]|[后後末尾][四4]|尾[号號]|卡[号號片]|出生|生日|地址|住址|手[机機]末"
)
"""What an agent says who verifies, or says that it is done."""

OPENINGS: dict[Region, dict[str, str]] = {
    "CN": {
        "greeting": "喂，您好，请问是王敏女士吗？",
        "introduction": "您好，这里是青禾银行信用卡中心，我姓周，工号零二一，请问是王敏女士吗？",
        "myself": "是我。",
        "who": "嗯，什么事？",
        "ask": "跟您核对一下身份，请报一下身份证后四位。",
        "answer": "三三零一。",
        "thanks": "好的。",
        "third_party": "不是，我是他同事。",
        "wrong_number": "打错了，没有这个人。",
        "voicemail": "您拨打的用户暂时无法接听，请在提示音后留言。",
        "trouble": "我上个月失业了，家里又有人住院，实在没钱还。",
    },
    "TW": {
        "greeting": "喂，您好，請問是王敏小姐嗎？",
        "introduction": "您好，這裡是青禾銀行信用卡中心，敝姓周，員工編號零二一，請問是王敏小姐嗎？",
        "myself": "我是。",
        "who": "嗯，什麼事？",
        "ask": "跟您核對一下身分，請報一下身分證後四碼。",
        "answer": "三三零一。",
        "thanks": "好的。",
        "third_party": "不是，我是他同事。",
        "wrong_number": "打錯了，沒有這個人。",
        "voicemail": "您撥的電話暫時無法接聽，請在嗶聲後留言。",
        "trouble": "我上個月失業了，家裡又有人住院，實在沒錢還。",
    },
    "HK": {
        "greeting": "喂，你好，請問係唔係王敏小姐？",
        "introduction": "你好，呢度係青禾銀行信用卡中心，我姓周，職員編號零二一，請問係唔係王敏小姐？",
        "myself": "係我。",
        "who": "嗯，咩事？",
        "ask": "同你核對身份，請講身份證頭四個字。",
        "answer": "三三零一。",
        "thanks": "好。",
        "third_party": "唔係，我係佢同事。",
        "wrong_number": "打錯咗，冇呢個人。",
        "voicemail": "您撥的電話暫時無法接聽，請在嗶聲後留言。",
        "trouble": "我上個月失業，屋企又有人住院，真係冇錢還。",
    },
}


def read_line(node: Node, source: str, name: str) -> Case:
    """A labelled line as a case.

    Raises:
        TranscriptError: a key is missing or has a value that the format does not know.
    """
    label = cast(Label, one_of(node.need("label"), LABELS))
    speaker = cast(Speaker, one_of(found, ("agent", "customer")) if (found := node.get("speaker", "role")) else "agent")
    kind = node.text_at("category")
    categories = _words(node, "categories", CATEGORIES) or ([kind] if kind in CATEGORIES else [])
    steps = _words(node, "steps", STEPS) or ([kind] if kind in STEPS else [])
    given = node.get("party")
    party = cast(PartyKind, one_of(given, PARTIES)) if given else _party(kind)
    region = _region(node)
    before = _before(node)
    begin = before[0][0] if before else speaker
    hides = speaker == "customer" and not (party == "debtor_verified" and not _being_verified(before, steps))
    turns = [*(neutral(region, steps, begin) if hides else opening(region, party, steps, begin)), *before]
    if "empathy" in steps and not before:
        turns.append(("customer", OPENINGS[region]["trouble"]))
    at = len(turns)
    call = as_call([*turns, (speaker, node.need("text").text())], _metadata(node, region), node, name)
    found_marks = tuple(Mark(c, at, (), call.utterances[at].text) for c in categories)
    told = node.get("facts")
    reference = Reference(
        violations=found_marks if label == "violation" else (),
        acceptable=found_marks if label == "borderline" else (),
        party=party,
        step_utterances=dict.fromkeys(steps, (at,)),
        facts=read_facts(told, at + 1) if told and speaker == "customer" else None,
    )
    return Case(call, reference, source, node.where, at, label, node.text_at("family"))


def opening(region: Region, party: PartyKind, steps: list[str], next_speaker: Speaker) -> list[Turn]:
    """How such a call begins. What a line is to do itself, nobody does before it; no two turns of a speaker meet."""
    say = OPENINGS[region]
    hello: Turn = ("agent", say["greeting" if "introduction" in steps else "introduction"])
    if party == "voicemail":
        turns: list[Turn] = [("customer", say["voicemail"])]
    elif party in ("third_party", "wrong_number"):
        turns = [hello, ("customer", say[party])]
    elif "identity_verification" in steps and next_speaker == "customer":
        return [hello, ("customer", say["myself"]), ("agent", say["ask"])]
    elif party == "debtor_unverified" or "identity_verification" in steps:
        turns = [hello, ("customer", say["who"])]
    else:
        turns = [hello, ("customer", say["myself"]), ("agent", say["ask"]), ("customer", say["answer"])]
    if next_speaker == "customer":
        turns.append(("agent", say["thanks"]))
    return turns


def neutral(region: Region, steps: list[str], next_speaker: Speaker) -> list[Turn]:
    """How a call begins in which nobody has said yet who answered."""
    say = OPENINGS[region]
    if next_speaker == "agent":
        return []
    hello: Turn = ("agent", say["introduction"])
    return [hello, ("customer", say["who"]), ("agent", say["ask"])] if "identity_verification" in steps else [hello]


def _being_verified(before: list[Turn], steps: list[str]) -> bool:
    asked = [said for who, said in before if who == "agent"][-1:]
    return "identity_verification" in steps or any(ASKS_A_FACTOR.search(said) for said in asked)


def as_call(turns: list[Turn], metadata: dict[str, Any], node: Node, name: str) -> Call:
    """These turns as a call of a few seconds each."""
    try:
        known, _ = parse_metadata(metadata, node.where)
    except MetadataError as error:
        raise node.refuse(f"的 metadata 里 {error.trouble}") from error
    return Call(
        node.text_at("id") or name, known, spoken(turns), "Hant" if node.text_at("script") == "Hant" else "Hans"
    )


def _words(node: Node, name: str, allowed: tuple[str, ...]) -> list[str]:
    return [one_of(item, allowed) for item in node.list_at(name)]


def _party(kind: str) -> PartyKind:
    if kind in THIRD_PARTY:
        return "third_party"
    return "debtor_unverified" if kind in UNVERIFIED else "debtor_verified"


def _region(node: Node) -> Region:
    given = node.get("region")
    if given:
        return cast(Region, one_of(given, REGIONS))
    return "TW" if node.text_at("script") == "Hant" else "CN"


def _before(node: Node) -> list[Turn]:
    """The turns before the line: ``C:…`` and ``A:…``, or what a note on the context quotes of the customer."""
    before = node.text_at("before")
    turns: list[Turn] = []
    for part in re.split(r"(?=[CA][:：])", before):
        if part.strip():
            who, marked, said = part[:1], part[1:2] in (":", "："), part[2:] if part[1:2] in (":", "：") else part
            turns.append(("customer" if who == "C" and marked else "agent", said.strip()))
    if not turns and (quoted := re.search("“(.+?)”", node.text_at("context"))):
        turns.append(("customer", quoted[1]))
    return turns


def _metadata(node: Node, region: Region) -> dict[str, Any]:
    told = node.get("facts")
    known = told.get("metadata") if told else None
    dated = told.get("call_date") if told else None
    return {
        "region": region,
        **({"started_at": f"{dated.text()}T10:00:00+08:00"} if dated else {}),
        **(known.mapping() if known else {}),
    }
