"""One call through the rooms, in order. ``audit_call`` is pure: the same call and the same pack give the same audit, bit for bit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import auditor
from auditor.conversation.facts import find_facts
from auditor.conversation.party import find_party
from auditor.conversation.promise import find_promise, find_refusal
from auditor.conversation.roles import assign_speakers, decide_roles
from auditor.conversation.signals import measure
from auditor.conversation.turns import turns
from auditor.models import SEVERITIES, Audit, Call, Finding, Party, PartyChange, PartyKind, Region
from auditor.reader.weights import Weights
from auditor.rules.conditions import Rule
from auditor.rules.match import find
from auditor.rules.metadata import local_start
from auditor.rules.pack import Pack
from auditor.rules.scene import Limits, Scene, as_heard
from auditor.scoring.cases import judge_cases, record_of, with_cases
from auditor.scoring.scorecard import score
from auditor.scoring.steps import Candidate, candidates, judge, seen
from auditor.suspicions import suspicions
from auditor.text.normalise import normalise
from auditor.text.segment import segmenter

# reference convention 5: told too early is one breach, however often it goes on
ONCE_A_CALL = frozenset({"disclosure_before_verification"})


def with_roles(call: Call, pack: Pack, agent_channel: int | None = None) -> Call:
    """The call with its channels (or voices) given to agent and customer, and the reason noted.

    Speakers that a transcript names itself stay; those given by an earlier decision are decided anew. Where it is less sure
    than the pack asks for, nobody is named: what rests on who spoke is then suspected, or can't be told.

    ``agent_channel`` is where the agent sits, if somebody told; it says nothing about voices on one channel.
    """
    utterances = call.utterances
    if call.roles is not None:
        utterances = tuple(u if u.channel is None else replace(u, speaker="unknown") for u in utterances)
    if all(u.speaker != "unknown" for u in utterances):
        return call
    in_region = pack.of(_region(call, pack))
    diarized = bool(call.diarized_by)
    names = tuple(filter(None, (*pack.institutions, *pack.agencies, call.metadata.institution, call.metadata.agency)))
    roles = decide_roles(utterances, in_region.roles, None if diarized else agent_channel, names, diarized=diarized)
    trust_from = pack.scoring.trust_roles_from
    if roles.agent_channel is not None and roles.confidence < trust_from:
        unsure = f"{roles.reason}，但分清双方的把握只有 {roles.confidence:.0%}，不足 {trust_from:.0%}"
        return replace(call, utterances=utterances, roles=replace(roles, reason=unsure))
    return replace(call, utterances=assign_speakers(utterances, roles), roles=roles)


def _region(call: Call, pack: Pack) -> Region:
    return call.metadata.region or pack.default_region


def words(call: Call, pack: Pack) -> tuple[tuple[str, ...], ...]:
    """Each utterance's words, cut with the pack's dictionary; what search and word counts read."""
    cutter = segmenter(pack.terms)
    return tuple(cutter.words(normalise(u.text)) for u in call.utterances)


def scene_of(
    call: Call, pack: Pack, party: PartyKind | None = None, signals: Mapping[str, float] | None = None
) -> Scene:
    """All that rules and steps may look at: turns, who was on the line, facts, and when each step was first said.

    ``party`` is who was on the line and ``signals`` how it sounded, where that is given instead of found (rule examples).
    """
    return _prepared(call, pack, party, signals or {})[0]


def _prepared(
    call: Call, pack: Pack, party: PartyKind | None, signals: Mapping[str, float]
) -> tuple[Scene, dict[str, Candidate]]:
    """The scene, and what was said in it towards each step."""
    region = _region(call, pack)
    pack = pack.of(region)
    metadata = call.metadata
    names = [name for name in (metadata.institution, metadata.agency, metadata.agent_name) if name]
    spoken = turns(call.utterances, pack.misheard, pack.index, names)
    facts = find_facts(spoken, call.utterances, pack.facts)
    on_line = (
        Party(party, (PartyChange(0, party, "已给定"),)) if party else find_party(spoken, call.metadata, pack.party)
    )
    now = local_start(call.metadata, region)
    facts = replace(
        facts,
        promise=find_promise(spoken, call.utterances, on_line, call.metadata, now, pack.promise),
        refusal=find_refusal(spoken, call.utterances, pack.promise),
    )
    scene = Scene(
        call=call,
        turns=spoken,
        party=on_line,
        facts=facts,
        region=region,
        limits=pack.limits.get(region, Limits()),
        institutions=pack.institutions,
        agencies=pack.agencies,
        segmenter=segmenter(pack.terms) if pack.needs_words else None,
        trust_words_from=pack.scoring.trust_words_from,
        misheard=pack.misheard,
        signals={**measure(call, spoken, pack.signals), **signals},
    )
    flags = {f.name: (f.utterance,) for f in facts.customer_flags}
    said = candidates(pack.steps, scene)
    return replace(scene, seen=seen(said) | flags, heard=as_heard(scene)), said


def audit_call(
    call: Call,
    pack: Pack,
    party: PartyKind | None = None,
    signals: Mapping[str, float] | None = None,
    reader: Weights | None = None,
) -> Audit:
    """Judge one call whose speakers are assigned (see ``with_roles``); ``party`` and ``signals`` as in ``scene_of``.

    ``reader`` are the weights of the second reader; what it suspects stands among the findings and changes nothing else.
    """
    scene, said = _prepared(call, pack, party, signals or {})
    pack = pack.of(scene.region)
    findings = tuple(sorted(_one_each(every_finding(scene, pack)), key=_order))
    skipped = () if pack.recording_notice_required else ("recording_notice",)
    steps = tuple(
        replace(s, cites=_in_force(s.cites, scene.region, pack))
        for s in judge(pack.steps, scene, findings, pack.scoring.trust_steps_from, skipped, said)
    )
    suspected = suspicions(scene, findings, reader) if reader is not None else []
    return Audit(
        call_id=call.call_id,
        pack=pack.id,
        code_version=auditor.__version__,
        party=scene.party,
        facts=scene.facts,
        findings=tuple(sorted((*findings, *suspected), key=_order)),
        steps=steps,
        scorecard=score(steps, findings, pack.scoring),
        signals=scene.signals,
        warnings=call.warnings,
        transcribed_by=call.transcribed_by,
        reader=reader.fingerprint if reader is not None else "",
    )


def audit_together(judged: Sequence[tuple[Call, Audit]], pack: Pack) -> tuple[Audit, ...]:
    """The calls' audits as they are shown, each with what the calls show together, in the order given.

    Audits that need nothing added are returned as they are.
    """
    found = judge_cases((record_of(call, audit) for call, audit in judged), pack).of()
    return tuple(with_cases(audit, found.get(audit.call_id, ()), pack.scoring) for _, audit in judged)


def every_finding(scene: Scene, pack: Pack) -> list[Finding]:
    """What each rule finds by itself, also where an audit keeps one finding of several on the same words."""
    found: list[Finding] = []
    for rule in _rules_for(scene, pack.of(scene.region)):
        own = list(find(rule, scene))
        cites = _in_force(rule.cites, scene.region, pack) if own else ()
        own = [f if f.cites == cites else replace(f, cites=cites) for f in own]
        found += own
        places = tuple(sorted(f.utterance for f in own if f.utterance is not None))
        if places:
            scene = replace(scene, seen={**scene.seen, rule.id: places})
    return found


def _rules_for(scene: Scene, pack: Pack) -> Sequence[Rule]:
    """The rules that may find something in the call, in their order."""
    if scene.page is None or scene.page.index is not pack.index:
        return pack.rules
    return [listener for listener in scene.page.listening() if isinstance(listener, Rule)]


def _in_force(cites: tuple[str, ...], region: Region, pack: Pack) -> tuple[str, ...]:
    """The clauses that hold in this region: a rule serves all, its norms do not."""
    return tuple(key for key in cites if pack.norms[key].region in (None, region))


def _order(finding: Finding) -> tuple[int, str]:
    return (-1 if finding.utterance is None else finding.utterance, finding.category)


def _one_each(found: Iterable[Finding]) -> list[Finding]:
    """One finding for each (utterance, category): the confirmed before the suspected, then the gravest, then by rule id."""
    best: dict[tuple[int | None, str], Finding] = {}
    for finding in sorted(found, key=lambda f: (f.status != "confirmed", SEVERITIES.index(f.severity), f.rule_id)):
        best.setdefault((finding.utterance, finding.category), finding)
    chosen = sorted(best.values(), key=_order)
    once: dict[str, Finding] = {}
    for finding in sorted(chosen, key=lambda f: f.status != "confirmed"):
        if finding.category in ONCE_A_CALL:
            once.setdefault(finding.category, finding)
    return [f for f in chosen if f.category not in ONCE_A_CALL or once[f.category] is f]
