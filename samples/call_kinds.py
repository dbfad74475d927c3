"""How one composed call goes, by who answers and what they say; each line knows which steps it satisfies.

compose_calls.py decides who is called when and uses these writers for the words.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

EIGHT = timezone(timedelta(hours=8))
FIRST, LAST = datetime(2026, 8, 3, tzinfo=EIGHT), datetime(2026, 10, 25, tzinfo=EIGHT)
STEPS = (
    "introduction", "identity_verification", "recording_notice", "state_purpose", "ask_cause", "explain_consequences",
    "negotiate_plan", "official_channels", "contact_channel", "legal_reminder", "empathy", "closing",
)  # fmt: skip
# Without a verified debtor none of these may even be tried.
ABOUT_DEBT = {*STEPS[3:8], "legal_reminder"}
HARD = {"unemployment", "illness", "illness_self", "bereavement"}
# After one of these the customer may hang up.
FATAL = {"threat_violence", "threat_exposure", "false_criminal_claim", "impersonate_authority", "private_account"}
DIGITS = "零一二三四五六七八九"

Parts = dict[str, Any]


def hanzi(number: int) -> str:
    """A number as it is read aloud: 12860 is 一万二千八百六十."""
    if number >= 10000:
        head, rest = hanzi(number // 10000), number % 10000
        tail = "零" * (rest < 1000) + hanzi(rest) if rest else ""
        return ("两" if head == "二" else head) + "万" + tail
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += (
                "零" * (gap and bool(text))
                + ("两" if digit == 2 and unit >= 100 and not text else DIGITS[digit])
                + name
            )
            gap = False
        else:
            gap = True
    return text.removeprefix("一") if text.startswith("一十") else text


@dataclass
class Case:
    """One debt and what is known about it between calls."""

    number: int
    agent: dict[str, Any]
    name: str
    surname: str
    title: str
    product: str
    tail: str
    four: str
    birthday: tuple[int, int]
    amount: int
    due: datetime
    reason: str
    promised: datetime | None = None


@dataclass
class Call:
    """A call while it is being written."""

    case: Case
    kind: str
    start: datetime
    words: Parts
    dice: random.Random
    slots: dict[str, str]
    turns: list[tuple[str, str]] = field(default_factory=list)
    done: dict[str, list[int]] = field(default_factory=dict)
    na: set[str] = field(default_factory=set)
    violations: list[dict[str, Any]] = field(default_factory=list)
    acceptable: list[dict[str, Any]] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    promise: dict[str, Any] | None = None
    reason: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """Days past due on the day of the call."""
        return (self.start.date() - self.case.due.date()).days

    @property
    def progress(self) -> float:
        """How far into the twelve weeks, 0 to 1."""
        return (self.start - FIRST) / (LAST - FIRST)

    def skips(self, step: str) -> bool:
        """Whether this agent leaves a step out this time; bad calls leave out more."""
        agent = self.case.agent
        chance = float(agent.get("forgets", {}).get(step, agent["skips"] + agent["drift"] * self.progress))
        return self.dice.random() < chance + 0.35 * bool(self.violations)

    def pick(self, *path: str) -> str:
        """One of the wordings under these keys, filled in."""
        part: Any = self.words
        for key in path:
            part = part[key]
        return str(self.dice.choice(part)).format_map(self.slots)

    def agent(self, *keys: str, steps: tuple[str, ...] = ()) -> int:
        """The agent says one line of each key in one breath, which satisfies the steps."""
        return self.say("agent", "".join(self.pick("agent", key) for key in keys), steps)

    def customer(self, *path: str) -> int:
        """The customer says one of the wordings under these keys."""
        return self.say("customer", self.pick("customer", *path))

    def say(self, speaker: str, text: str, steps: tuple[str, ...] = ()) -> int:
        """Add a turn and return its index; the agent's may satisfy steps."""
        self.turns.append((speaker, text))
        for step in steps:
            self.done.setdefault(step, []).append(len(self.turns) - 1)
        return len(self.turns) - 1

    def offend(self, category: str) -> None:
        """The agent breaks a rule, the customer answers."""
        part = self.dice.choice(self.words["violations"][category])
        text = part["say"].format_map(self.slots)
        index, quote = self.say("agent", text), text.rstrip("。？！")
        self.violations.append({"utterance": index, "category": category, "quote": quote})
        self.acceptable += [
            {"utterance": index, "category": other, "quote": quote} for other in part.get("acceptable", [])
        ]
        self.say("customer", part["hear"])
        if "flag" in part:
            self.flag(part["flag"])

    def flag(self, name: str) -> None:
        """Note something the customer let on."""
        if name not in self.flags:
            self.flags.append(name)

    def tempted(self) -> str | None:
        """The rule this agent breaks in this call, or None."""
        agent = self.case.agent
        trend = {True: 2.0, False: -0.8}[agent["drift"] > 0] if agent["drift"] else 0.0
        if not agent.get("picks") or self.dice.random() >= agent["faults"] * (1 + trend * self.progress):
            return None
        # In turn rather than at random, so that each habit shows up.
        agent["turn"] = agent.get("turn", -1) + 1
        return str(agent["picks"][agent["turn"] % len(agent["picks"])])

    def money(self, amount: int) -> str:
        """An amount as it is written in this call."""
        return self.slots["yuan"].format(amount if self.slots["style"] == "digits" else self.hant(hanzi(amount)))

    def hant(self, text: str) -> str:
        """Numbers in traditional characters where the call is Taiwanese."""
        return text.translate(str.maketrans("万两", "萬兩")) if self.case.agent["region"] == "TW" else text


def spoken(call: Call) -> None:
    """Fill the slots that depend on how numbers are written in this call."""
    case, digits = call.case, call.slots["style"] == "digits"
    read = (lambda text: text) if digits else (lambda text: "".join(DIGITS[int(char)] for char in text))
    number = str if digits else hanzi
    call.slots |= {
        "amount": call.money(case.amount),
        "days": number(call.days),
        "tail": read(case.tail),
        "four": read(case.four),
        "month": number(case.birthday[0]),
        "day": number(case.birthday[1]),
        "no": read(case.agent["id"][1:]),
    }


def opening(call: Call, category: str | None = None) -> None:
    call.agent("greeting")
    call.customer("pick_up")
    if category == "impersonate_authority":
        call.offend(category)
    elif call.skips("introduction"):
        call.agent("no_introduction")
        call.customer("after_intro")
    else:
        call.agent("introduction", steps=("introduction",))
        call.customer("after_intro")


def verify(call: Call) -> None:
    """Recording notice, identity, and what the call is about."""
    told = not call.skips("recording_notice")
    if told and call.dice.random() < 0.6:
        call.agent("recording_notice", "identity_verification", steps=("recording_notice", "identity_verification"))
    else:
        call.agent("identity_verification", steps=("identity_verification",))
    call.customer("identity")
    keys, steps = ["verified"], ["identity_verification"]
    if told and "recording_notice" not in call.done:
        keys, steps = [*keys, "recording_notice"], [*steps, "recording_notice"]
    again = ["reopen"] if call.case.promised else []
    if call.skips("state_purpose"):
        keys += again or ["vague_purpose"]
    else:
        keys, steps = [*keys, *again, "state_purpose"], [*steps, "state_purpose"]
    call.agent(*keys, steps=tuple(steps))


def give_promise(call: Call, key: str, amount: int, before: str = "") -> None:
    """The customer promises an amount by a day; the call keeps both for the recap."""
    ahead = call.dice.choice([1, 2, *range(3, 13)])
    day = call.start + timedelta(days=ahead)
    taiwan = call.case.agent["region"] == "TW"
    number = str if call.slots["style"] == "digits" else hanzi
    date = number(day.month) + "月" + number(day.day) + ("號" if taiwan else "号")
    when = {1: "明天", 2: "後天" if taiwan else "后天"}.get(ahead, date)
    call.slots |= {"when": when, "sum": call.money(amount)}
    index = call.say("customer", before + call.pick("customer", key))
    call.promise = {"amount": float(amount), "date_text": when, "date": day.date().isoformat(), "utterance": index}


def debtor(call: Call) -> None:
    """The person who owes answers, is verified and talks about paying."""
    category = call.tempted()
    opening(call, category)
    verify(call)
    call.customer("after_purpose")
    reason, case = call.case.reason, call.case
    hard = reason in HARD
    whole = not hard and case.amount <= 9000 and call.dice.random() < 0.35
    if call.skips("ask_cause"):
        call.agent("ask_when")
    else:
        call.agent("ask_cause", steps=("ask_cause",))
    why = call.pick("customer", "reasons", reason)
    call.reason = reason.removesuffix("_self")
    if whole:
        give_promise(call, "full_promises", case.amount, why)
        call.na.add("negotiate_plan")
    else:
        call.say("customer", why)
    if hard:
        call.flag("hardship")
        missed = call.skips("empathy")
        call.agent("no_empathy" if missed else "empathy", steps=() if missed else ("empathy",))
        call.customer("after_empathy")
    else:
        call.na.add("empathy")
    if reason in ("illness_self", "bereavement"):
        call.flag("vulnerable")
    if call.dice.random() < 0.4:
        question, answer = call.dice.choice(call.words["customer"]["asides"])
        call.say("customer", question)
        call.say("agent", answer)
    if category and category != "impersonate_authority":
        call.offend(category)
    if call.days < 60 or "vulnerable" in call.flags:
        call.na.add("legal_reminder")
    if category in FATAL and call.dice.random() < 0.35:
        call.customer("hang_up")
        call.na.add("closing")
        return
    if not call.skips("explain_consequences"):
        call.agent("explain_consequences", steps=("explain_consequences",))
        call.customer("after_consequences")
    if "legal_reminder" not in call.na and not call.skips("legal_reminder"):
        call.agent("legal_reminder", steps=("legal_reminder",))
        call.customer("after_legal")
    settle(call, whole, category)


def settle(call: Call, whole: bool, category: str | None) -> None:
    """Plan, promise, channels and goodbye."""
    if not whole:
        missed = call.skips("negotiate_plan")
        call.agent("ask_when" if missed else "negotiate_plan", steps=() if missed else ("negotiate_plan",))
        if call.dice.random() < 0.75:
            choices = [sum_ for sum_ in (500, 800, 1000, 1500, 2000, 3000, 5000) if sum_ < call.case.amount]
            give_promise(call, "promises", call.dice.choice(choices))
        else:
            call.customer("no_promise")
    if category != "private_account" and not call.skips("official_channels"):
        call.agent("official_channels", steps=("official_channels",))
        call.customer("after_channel")
    if not call.skips("contact_channel"):
        call.agent("contact_channel", steps=("contact_channel",))
        call.customer("after_channel")
    goodbye(call, "closing_promise" if call.promise else "closing_plain")


def goodbye(call: Call, key: str) -> None:
    missed = call.skips("closing")
    call.agent("no_closing" if missed else key, steps=() if missed else ("closing",))
    if not missed:
        call.customer("bye")


def refused(call: Call) -> None:
    """The customer won't say who they are: nothing about the debt may be said."""
    call.na |= ABOUT_DEBT | {"empathy"}
    opening(call)
    if call.tempted() and "disclosure_before_verification" in call.words["violations"]:
        call.offend("disclosure_before_verification")
    told = not call.skips("recording_notice")
    keys = ("recording_notice",) * told + ("identity_verification",)
    call.agent(*keys, steps=keys)
    call.customer("refuses")
    call.agent("refusal", steps=("contact_channel", "identity_verification"))
    call.customer("refuses_after")
    goodbye(call, "closing_plain")


def third_party(call: Call) -> None:
    call.na |= set(STEPS) - {"introduction", "closing"}
    call.agent("greeting")
    who = call.turns[call.customer("third_party")][1]
    if "同事" in who or "室友" not in who:
        call.extra["contact_relation"] = "colleague" if "同事" in who else "relative"
    missed = call.skips("introduction")
    call.agent("no_introduction" if missed else "introduction_other", steps=() if missed else ("introduction",))
    call.customer("third_party_ask")
    if not call.tempted():
        call.agent("third_party")
        call.customer("third_party_after")
        goodbye(call, "third_party_closing")
        return
    call.offend("third_party_disclosure")
    if call.dice.random() < 0.6:
        call.offend("third_party_pressure")
    call.customer("third_party_refuse")
    call.flag("stop_contact_request")
    if call.dice.random() < 0.6:
        call.offend("contact_after_refusal")
    call.agent("no_closing")


def wrong_number(call: Call) -> None:
    call.na |= set(STEPS) - {"introduction", "closing"}
    call.agent("greeting")
    call.customer("wrong_number")
    call.flag("identity_denied")
    call.agent("introduction_other", "wrong_number", steps=("introduction",))
    call.customer("wrong_after")
    call.agent("wrong_closing", steps=("closing",))


def voicemail(call: Call) -> None:
    call.na |= set(STEPS) - {"introduction", "contact_channel"}
    call.customer("voicemail")
    thin = call.skips("introduction")
    call.agent("voicemail_thin" if thin else "voicemail", steps=() if thin else ("introduction", "contact_channel"))


def settled(call: Call) -> None:
    """Already paid, or disputed: log it, stop asking."""
    call.na |= (ABOUT_DEBT - {"state_purpose"}) | {"empathy"}
    opening(call)
    verify(call)
    call.customer(call.kind)
    call.flag("dispute_or_paid")
    call.reason = "dispute" if call.kind == "disputed" else None
    call.agent("settled")
    call.customer("paid_after")
    if not call.skips("contact_channel"):
        call.agent("contact_channel", steps=("contact_channel",))
        call.customer("after_channel")
    goodbye(call, "closing_settled")


def crisis(call: Call) -> None:
    """The customer speaks of suicide: nothing but their safety matters now."""
    call.na |= {"explain_consequences", "negotiate_plan", "official_channels", "legal_reminder"}
    opening(call)
    verify(call)
    call.customer("after_purpose")
    call.agent("ask_cause", steps=("ask_cause",))
    call.customer("self_harm")
    call.flag("self_harm")
    call.flag("vulnerable")
    if call.case.agent["drift"] > 0 and call.progress > 0.4 and "self_harm_mishandling" in call.words["violations"]:
        call.offend("self_harm_mishandling")
        call.agent("no_closing")
        return
    for text in call.words["agent"]["crisis"]:
        call.say("agent", text, ("empathy",))
        call.customer("self_harm_after")
    call.agent("crisis_contact", steps=("contact_channel",))
    call.customer("after_channel")
    call.agent("crisis_closing", steps=("closing",))
    call.customer("bye")


WRITERS = {
    "debtor": debtor, "refused": refused, "third_party": third_party, "wrong_number": wrong_number,
    "voicemail": voicemail, "paid": settled, "disputed": settled, "crisis": crisis,
}  # fmt: skip
