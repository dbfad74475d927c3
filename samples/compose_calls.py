"""Compose the text-only calls: samples/parts/*.yaml -> samples/text-calls.jsonl, one call a line with its gold.

Twelve weeks of an invented collection desk: eight agents with habits of their own, cases that are called again,
promises that are kept or broken, relatives, wrong numbers, answering machines. The dice are seeded: same parts, same bytes.
Run it from the project's root: python -m samples.compose_calls
"""

from __future__ import annotations

import argparse
import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from samples.call_kinds import EIGHT, FIRST, LAST, STEPS, WRITERS, Call, Case, Parts, hanzi, spoken

HERE = Path(__file__).parent
CASES, SEED = 146, 20260827
TITLES = {
    "debtor": "联系本人",
    "refused": "本人拒绝核身",
    "third_party": "他人接听",
    "wrong_number": "打错号码",
    "voicemail": "语音信箱",
    "paid": "客户称已还款",
    "disputed": "客户有异议",
    "crisis": "客户情绪危机",
}
PRODUCTS = {
    "CN": {"credit_card": "信用卡", "consumer_loan": "消费贷款", "personal_loan": "个人贷款"},
    "TW": {"credit_card": "信用卡", "personal_loan": "信用貸款"},
}
PARTIES = {"refused": "debtor_unverified", **{kind: kind for kind in ("third_party", "wrong_number", "voicemail")}}


def new_case(number: int, dice: random.Random, people: Parts, begin: datetime) -> Case:
    agents = people["agents"]
    agent = dice.choices(agents, [agent.get("share", 1) for agent in agents])[0]
    region = agent["region"]
    title = dice.choice(sorted(people["given"][region]))
    surname = dice.choice(people["surnames"][region])
    overdue = dice.choice([dice.randint(8, 30), dice.randint(31, 60), dice.randint(61, 90), dice.randint(91, 118)])
    reasons = {
        "cash_flow": 5,
        "forgot": 4,
        "business_loss": 3,
        "unemployment": 3,
        "illness": 2,
        "illness_self": 1,
        "bereavement": 1,
    }
    return Case(
        number,
        agent,
        surname + dice.choice(people["given"][region][title]),
        surname,
        title,
        dice.choice(sorted(PRODUCTS[region])),
        f"{dice.randint(1000, 9999)}",
        f"{dice.randint(1000, 9999)}",
        (dice.randint(1, 12), dice.randint(1, 28)),
        dice.randint(120, 4600) * 10,
        begin - timedelta(days=overdue),
        dice.choices(list(reasons), list(reasons.values()))[0],
    )


def write(case: Case, kind: str, start: datetime, dice: random.Random, words: Parts, people: Parts) -> Call:
    region, own = case.agent["region"], case.agent["own"]
    names = people["institutions"][region]
    bank = names["own"] if own else names["agency_for"]
    if own:
        house = bank + ("信用卡中心" if case.product == "credit_card" else "贷后服务中心")
    else:
        house = names["agency"] + ("，受" + bank + ("委託" if region == "TW" else "委托"))
    hours = {"TW": ("早安", "午安"), "CN": ("上午好", "下午好")}[region]
    part = "晚上好" if start.hour >= 19 and region == "CN" else hours[start.hour >= 12]
    style = dice.choice(["hanzi", "hanzi", "hanzi", "digits"])
    number = str if style == "digits" else hanzi
    promised = ""
    if case.promised:
        promised = number(case.promised.month) + "月" + number(case.promised.day) + ("號" if region == "TW" else "号")
    slots = {
        "name": case.name,
        "title": case.title,
        "call": case.surname + case.title,
        "surname": case.agent["surname"],
        "agent": case.agent["name"],
        "house": house,
        "bank": bank,
        "part": part,
        "when": promised,
        "sum": "",
        "product": PRODUCTS[region][case.product],
        "style": style,
        "yuan": "{}元",
    }
    call = Call(case, kind, start, words[region], dice, slots)
    spoken(call)
    WRITERS[kind](call)
    if start.hour >= 22:
        call.violations.append({"utterance": None, "category": "off_hours", "quote": ""})
    return call


def record(call: Call, call_id: str, people: Parts) -> dict[str, Any]:
    """The call in the transcript format, with timing and gold."""
    case, agent, dice = call.case, call.case.agent, call.dice
    region = agent["region"]
    names = people["institutions"][region]
    utterances, clock = [], dice.uniform(0.6, 1.4)
    for speaker, text in call.turns:
        end = clock + 0.35 + len(text) / dice.uniform(4.2, 5.4)
        utterances.append({"speaker": speaker, "start": round(clock, 2), "end": round(end, 2), "text": text})
        clock = end + (dice.uniform(-0.3, -0.1) if dice.random() < 0.04 else dice.uniform(0.15, 1.1))
    metadata = {
        "started_at": call.start.isoformat(),
        "direction": "outbound",
        "agent_id": agent["id"],
        "agent_name": agent["name"],
        "team": agent["team"],
        "case_id": f"C2608{case.number:04d}",
        "customer_id": f"U8{case.number:04d}",
        "product": case.product,
        "card_tail": case.tail,
        "amount_due": float(case.amount),
        "days_overdue": call.days,
        "institution": names["own"] if agent["own"] else names["agency_for"],
        "agency": "" if agent["own"] else names["agency"],
        "region": region,
        "agreed_plan": False,
        "stage": f"M{min(4, 1 + max(0, call.days - 1) // 30)}",
        "synthetic": True,
        **call.extra,
    }
    gold = {
        "party": PARTIES.get(call.kind, "debtor_verified"),
        "violations": call.violations,
        "steps": {step: "done" if step in call.done else "na" if step in call.na else "missed" for step in STEPS},
        "step_utterances": {step: call.done[step] for step in STEPS if step in call.done},
        "promise": call.promise,
        "delinquency_reason": call.reason,
        "customer_flags": call.flags,
        **({"acceptable": call.acceptable} if call.acceptable else {}),
    }
    script = "Hant" if region == "TW" else "Hans"
    return {
        "call_id": call_id,
        "title": "合成：" + TITLES[call.kind],
        "metadata": metadata,
        "script": script,
        "utterances": utterances,
        "gold": gold,
    }


def workday(day: datetime, dice: random.Random) -> datetime:
    """A time of day to call at; Sundays wait for Monday."""
    if day.weekday() == 6:
        day += timedelta(days=1)
    return day.replace(
        hour=dice.choice([9, 9, 10, 10, 10, 11, 13, 14, 14, 15, 15, 16, 17, 18, 19]),
        minute=dice.randint(0, 59),
        second=dice.randint(0, 59),
    )


def story(case: Case, begin: datetime, dice: random.Random, words: Parts, people: Parts) -> list[Call]:
    """One case from its first call to its last: who answers, what was promised, what came of it."""
    calls: list[Call] = []
    day = workday(begin, dice)
    while day.date() <= LAST.date() and len(calls) < 5 and (day - case.due).days < 150:
        first = {
            "debtor": 60,
            "voicemail": 12,
            "third_party": 11,
            "wrong_number": 4,
            "refused": 5,
            "disputed": 3,
            "crisis": 2,
        }
        kind = dice.choices(list(first), list(first.values()))[0]
        if case.promised:
            kind = dice.choices(["debtor", "paid", "voicemail"], [6, 3, 1])[0]
        if case.agent["region"] == "CN" and kind == "debtor" and dice.random() < 0.015:
            day = day.replace(hour=22, minute=dice.randint(3, 50))
        call = write(case, kind, day, dice, words, people)
        calls.append(call)
        if kind in ("wrong_number", "disputed", "paid", "crisis"):
            break
        wait = {"voicemail": 1, "third_party": 2, "refused": 4}.get(kind, dice.randint(4, 9))
        if call.promise:
            case.promised = datetime.fromisoformat(call.promise["date"]).replace(tzinfo=EIGHT)
            if dice.random() < 0.3:
                # Kept in silence: nobody needs to call again.
                break
            wait = (case.promised.date() - day.date()).days + dice.randint(1, 3)
        elif kind == "debtor" and dice.random() < 0.2:
            break
        day = workday(day + timedelta(days=wait), dice)
    return calls


def compose(parts: Path) -> list[dict[str, Any]]:
    read = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(parts.glob("*.yaml"))}
    words = {"CN": {name: read[name] for name in ("agent", "customer", "violations")}, "TW": read["taiwan"]}
    dice = random.Random(SEED)
    calls: list[Call] = []
    for number in range(1, CASES + 1):
        begin = FIRST + timedelta(days=dice.randint(0, 80))
        case = new_case(number, dice, read["people"], begin)
        calls += story(case, begin, dice, words, read["people"])
    calls.sort(key=lambda call: (call.start, call.case.number))
    return [record(call, f"T{number:04d}", read["people"]) for number, call in enumerate(calls, 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", type=Path, default=HERE / "parts", help="folder of wordings")
    parser.add_argument("--out", type=Path, default=HERE / "text-calls.jsonl", help="the file to write")
    options = parser.parse_args()
    calls = compose(options.parts)
    lines = [json.dumps(call, ensure_ascii=False, separators=(",", ":")) for call in calls]
    options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(calls)} calls, {options.out.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
