"""A pack's own examples, run: each rule's hits must hit and its clean lines stay clean, each step's dialogues likewise.

What is innocent (clean lines, dialogues in which a step is done, calls known to be clean) is held against *all* rules: a hit there
counts unless tolerated.yaml names it with its reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from auditor.errors import PackProblem
from auditor.evaluation.processes import pack_here, processes
from auditor.models import Call, Finding, Speaker, Status, Utterance
from auditor.pipeline import audit_call, every_finding, scene_of, with_roles
from auditor.rules.conditions import Example, Rule, Step
from auditor.rules.document import nearest
from auditor.rules.match import find
from auditor.rules.pack import Pack
from auditor.rules.source import owners
from auditor.rules.tolerated import NAME as TOLERATED
from auditor.speech.metadata import parse_metadata

SECONDS_A_TURN = 4.0
OWNERS_A_TASK = 8
INNOCENT = ("clean", "done")


@dataclass(frozen=True, slots=True)
class Stray:
    """A hit on something innocent. ``line`` is the utterance, empty for metadata; ``tolerated`` the reason, where there is one."""

    rule: str
    status: Status
    quote: str
    line: str
    tolerated: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One example and whether it came out as its author said; ``strays`` are other rules' hits on an innocent one."""

    file: str
    owner: str
    expected: str
    text: str
    right: bool
    strays: tuple[Stray, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing is to be mended."""
        return self.right and all(s.tolerated for s in self.strays)


def example_call(example: Example, name: str) -> Call:
    """The example as a call of a few seconds a turn, to a verified debtor unless it says otherwise."""
    metadata, _ = parse_metadata(example.metadata, name)
    return Call(name, metadata, spoken(example.turns))


def spoken(turns: Sequence[tuple[Speaker, str]]) -> tuple[Utterance, ...]:
    """Turns without times as utterances of a few seconds, one right after the other."""
    return tuple(
        Utterance(speaker, i * SECONDS_A_TURN, (i + 1) * SECONDS_A_TURN, text)
        for i, (speaker, text) in enumerate(turns)
    )


def run_one(pack: Pack, owner: Rule | Step, example: Example, expected: str) -> Outcome:
    """One example of a rule (``hit``, ``clean``) or a step (``done``, ``missed``), held against its owner alone."""
    if isinstance(owner, Rule):
        right = any(True for _ in findings_of(pack, owner, example)) == (expected == "hit")
    else:
        audit = audit_call(example_call(example, owner.id), pack, example.party or "debtor_verified", example.signals)
        right = next(s.verdict for s in audit.steps if s.id == owner.id) == expected
    return Outcome(owner.file, owner.id, expected, _told(example), right)


def findings_of(pack: Pack, rule: Rule, example: Example) -> Iterator[Finding]:
    """What the rule finds in the example."""
    scene = scene_of(example_call(example, rule.id), pack, example.party or "debtor_verified", example.signals)
    here = {r.id: r for r in pack.of(scene.region).rules}
    if here.keys() & {*rule.after, *rule.before, *rule.around}:
        return (f for f in every_finding(scene, pack) if f.rule_id == rule.id)
    return find(here[rule.id], scene)


def _told(example: Example) -> str:
    if len(example.turns) == 1 and example.turns[0][0] == "agent":
        return example.turns[0][1]
    said = (f"{'坐席' if speaker == 'agent' else '客户'}：{text}" for speaker, text in example.turns)
    return " → ".join(said) or str(dict(example.metadata))


def run_owner(pack: Pack, owner: Rule | Step) -> list[Outcome]:
    """Every example of a rule or step; the innocent ones against all rules."""
    outcomes = []
    for expected, example in examples_of(owner):
        if expected not in INNOCENT:
            outcomes.append(run_one(pack, owner, example, expected))
            continue
        call = example_call(example, owner.id)
        scene = scene_of(call, pack, example.party or "debtor_verified", example.signals)
        found = every_finding(scene, pack)
        others = [f for f in found if f.rule_id != owner.id]
        right = len(others) == len(found) if isinstance(owner, Rule) else run_one(pack, owner, example, expected).right
        strays = _strays(pack, owner.id, call, others)
        outcomes.append(Outcome(owner.file, owner.id, expected, _told(example), right, strays))
    return outcomes


def examples_of(owner: Rule | Step) -> list[tuple[str, Example]]:
    """What each example should come out as, and the example."""
    groups = (
        (("hit", owner.hit), ("clean", owner.clean))
        if isinstance(owner, Rule)
        else (("done", owner.done), ("missed", owner.missed))
    )
    return [(expected, example) for expected, group in groups for example in group]


def run_clean_call(pack: Pack, call: Call) -> Outcome:
    """A call without any breach, against all rules."""
    call = with_roles(call, pack)
    strays = _strays(pack, call.call_id, call, every_finding(scene_of(call, pack), pack))
    return Outcome(call.source, call.call_id, "clean", f"{len(call.utterances)} 句", right=True, strays=strays)


def _strays(pack: Pack, owner: str, call: Call, found: Sequence[Finding]) -> tuple[Stray, ...]:
    reasons = {(t.rule, t.owner, t.line): t.why for t in pack.tolerated}
    strays = []
    for finding in found:
        line = "" if finding.utterance is None else call.utterances[finding.utterance].text
        reason = reasons.get((finding.rule_id, owner, line), "")
        strays.append(Stray(finding.rule_id, finding.status, finding.quote, line, reason))
    return tuple(strays)


def run_examples(pack: Pack, only: Collection[str] = (), jobs: int = 1) -> Iterator[Outcome]:
    """Every example of every rule and step of the pack, in order; ``only`` those of these ids, where given.

    With several ``jobs``, as many processes; the result is the same.
    """
    chosen = [o for o in owners(pack) if not only or o.id in only]
    if jobs <= 1 or len(chosen) <= OWNERS_A_TASK:
        for owner in chosen:
            yield from run_owner(pack, owner)
        return
    with processes(pack, jobs) as pool:
        for outcomes in pool.map(_run, [o.id for o in chosen], chunksize=OWNERS_A_TASK):
            yield from outcomes


def _run(owner: str) -> list[Outcome]:
    pack = pack_here()
    return run_owner(pack, next(o for o in owners(pack) if o.id == owner))


def stale(pack: Pack, outcomes: Sequence[Outcome]) -> list[PackProblem]:
    """Entries of the pack's own tolerated.yaml that name what is not there, or accept a hit that no longer comes."""
    known = {o.id: o for o in owners(pack)}
    rules = [r.id for r in pack.rules]
    lines = {name: {text for _, e in examples_of(o) for _, text in e.turns} for name, o in known.items()}
    needed = {(s.rule, o.owner, s.line) for o in outcomes for s in o.strays}
    calls = {o.owner for o in outcomes} - known.keys()
    found = []
    for entry in pack.tolerated:
        if entry.rule not in rules:
            trouble = f"没有规则 {entry.rule}{nearest(entry.rule, rules)}"
        elif entry.owner not in known and entry.owner not in calls:
            trouble = f"没有规则或步骤 {entry.owner}{nearest(entry.owner, list(known))}"
        elif entry.owner in known and entry.line and entry.line not in lines[entry.owner]:
            trouble = f"{entry.owner} 的例子里没有这句话：{entry.line}"
        elif (entry.rule, entry.owner, entry.line) not in needed:
            trouble = f"{entry.rule} 已经不再命中这句话，可以删去：{entry.line}"
        else:
            continue
        # what a base pack accepts may be needless here, where some of its rules are off
        if entry.file == TOLERATED:
            found.append(PackProblem(entry.file, entry.at, trouble))
    return found
