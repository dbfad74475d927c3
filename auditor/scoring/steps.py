"""Required steps: whether each was asked for in this call, whether it was done, and if not, what came nearest.

A step that the audio or transcript can't support is ``cannot_tell``, never ``missed``: an agent is not punished for a bad line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.models import Finding, StepResult, Utterance, Verdict
from auditor.rules.conditions import Part, Step, Within
from auditor.rules.match import barred, hold, hold_any, inside, passes, places_for
from auditor.rules.metadata import metadata_holds
from auditor.rules.place import Place, locate
from auditor.rules.scene import Scene

LOSSY = frozenset({"length_mismatch", "damaged"})
UNHEARD = frozenset({"repeat_loop", "low_confidence", "prompt_echo"})  # somebody spoke, but what was written is not it
HOLDS_A_STEP = 1.5  # seconds of unheard speech in which a step may have been said


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the recording can't support a deduction; where ``total``, it can't even support a step that seems done."""

    why: str
    total: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """Where each part of a step was found, in the order of the parts; ``None`` where it was not."""

    places: tuple[tuple[str, Place | None], ...]

    @property
    def complete(self) -> bool:
        """Whether every part was found."""
        return all(place is not None for _, place in self.places)

    @property
    def found(self) -> tuple[Place, ...]:
        """The places of the parts that were found, by time."""
        return tuple(sorted((p for _, p in self.places if p is not None), key=lambda p: (p.utterance, p.span)))


def candidates(steps: Sequence[Step], scene: Scene) -> dict[str, Candidate]:
    """What the agent said towards each step, whatever else is true of the call."""
    return {step.id: candidate(step, scene, frozenset()) for step in steps}


def candidate(step: Step, scene: Scene, spoiled: frozenset[int]) -> Candidate:
    """The first place of each part, leaving out utterances whose conduct spoils them."""
    parts = [p for p in step.parts if _part_wanted(p, scene)]
    return Candidate(tuple((p.name, _first(p, step, scene, spoiled)) for p in parts))


def _part_wanted(part: Part, scene: Scene) -> bool:
    return (part.parties is None or scene.party.kind in part.parties) and metadata_holds(part.when, scene)


def _first(part: Part, step: Step, scene: Scene, spoiled: frozenset[int]) -> Place | None:
    for turn, options in places_for(part, part.condition, scene):
        if turn.speaker not in ("agent", "unknown") or not inside(step.within, turn, scene.turns):
            continue
        found = hold_any(options, turn, scene)
        if not found:
            continue
        bars = barred(part.excluded, turn, scene)
        for evidence in sorted(found, key=lambda e: (e.start, e.end)):
            if turn.utterance_at(evidence.start) not in spoiled and passes(turn, evidence, part.unless, bars):
                return locate(turn, evidence, scene.call)
    return None


def seen(found: Mapping[str, Candidate]) -> dict[str, tuple[int, ...]]:
    """For each complete candidate, the utterance from which on the step counts as said."""
    return {name: (c.found[-1].utterance,) for name, c in found.items() if c.complete and c.found}


def judge(
    steps: Sequence[Step],
    scene: Scene,
    findings: Sequence[Finding],
    trust_from: float,
    skipped: Iterable[str] = (),
    said: Mapping[str, Candidate] | None = None,
) -> tuple[StepResult, ...]:
    """The verdict on every step.

    Args:
        steps: the pack's steps.
        scene: the call.
        findings: what was found in the call; some conduct spoils a step (a threat is no lawful notice).
        trust_from: mean recogniser confidence of the agent's speech below which nothing missed is deducted.
        skipped: steps that the institution's policy does not ask for.
        said: the candidates of this scene, where they are known already.
    """
    said = candidates(steps, scene) if said is None else said
    off = frozenset(skipped)
    doubt = _doubt(scene, trust_from)
    unheard = _unheard(scene, trust_from)
    results: dict[str, StepResult] = {}
    for step in steps:
        reason_na = "机构政策不要求" if step.id in off else _not_wanted(step, scene)
        own = doubt or next((d for at, d in unheard if _reaches(step.within, at, scene)), None)
        results[step.id] = _judge(step, scene, findings, reason_na, own, results, said[step.id])
    return tuple(results.values())


def _judge(
    step: Step,
    scene: Scene,
    findings: Sequence[Finding],
    reason_na: str | None,
    doubt: Doubt | None,
    earlier: Mapping[str, StepResult],
    said: Candidate,
) -> StepResult:
    if doubt is not None and doubt.total:
        return _result(step, "cannot_tell", None, doubt.why)
    if reason_na is not None:
        return _result(step, "na", None, reason_na)
    spoiled = frozenset(
        f.utterance
        for f in findings
        if f.status == "confirmed" and f.category in step.spoiled_by and f.utterance is not None
    )
    # what answers a customer's trouble can't come before it
    spoiled |= frozenset(range(_shown_from(step, scene)))
    best = said if spoiled.isdisjoint(p.utterance for p in said.found) else candidate(step, scene, spoiled)
    ruined = next((f for f in findings if f.category in step.spoiled_anywhere_by and f.status == "confirmed"), None)
    if ruined is not None:
        return _result(step, "missed", None, f"{step.message}（该步骤因{ruined.category}不成立：“{ruined.quote}”）")
    before = _too_early(step, best, earlier)
    if before is not None and before.utterance is not None:
        # said again later, it counts
        best = candidate(step, scene, spoiled | frozenset(range(before.utterance)))
    if best.complete and best.found:
        return _result(step, "done", best, "、".join(f"{n}：“{p.quote}”" for n, p in best.places if p))
    spared = _spared(step, scene) if before is None else None
    if spared is not None:
        return _result(step, "na", None, spared)
    if doubt is not None:
        return _result(step, "cannot_tell", None, doubt.why)
    if before is not None:
        return _result(step, "missed", None, f"{step.message}（说得太早，应在“{before.name}”之后）")
    return _result(step, "missed", None, step.message + _nearest_miss(best))


def _too_early(step: Step, best: Candidate, earlier: Mapping[str, StepResult]) -> StepResult | None:
    """The last of the steps that should have come first, if this one was said before it."""
    if not (best.complete and best.found):
        return None
    done = [r for name in step.order_after if (r := earlier.get(name)) is not None and r.utterance is not None]
    last = max(done, key=lambda r: r.utterance or 0, default=None)
    return last if last is not None and best.found[-1].utterance < (last.utterance or 0) else None


def _nearest_miss(best: Candidate) -> str:
    said = [f"{name}“{place.quote}”（{_clock(place.start)}）" for name, place in best.places if place is not None]
    lacking = [name for name, place in best.places if place is None]
    if not said:
        return ""
    return f"（已说：{'、'.join(said)}；缺：{'、'.join(lacking)}）"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02}:{int(seconds) % 60:02}"


def _not_wanted(step: Step, scene: Scene) -> str | None:
    """Why the step is not asked for in this call, or ``None`` if it is."""
    metadata = scene.call.metadata
    if scene.party.kind not in step.parties:
        return "接听人类型不适用"
    if step.min_days_overdue is not None and (metadata.days_overdue or 0) < step.min_days_overdue:
        return f"逾期未满 {step.min_days_overdue} 天，不适用"
    reason = scene.facts.delinquency_reason
    shown = {f.name for f in scene.facts.customer_flags} | ({reason.name} if reason else set())
    if step.needs_flags and shown.isdisjoint(step.needs_flags):
        return "客户未提到相应情形"
    for flag in step.unless_flags:
        if scene.facts.has(flag):
            return f"客户情形（{flag}）下不适用"
    if step.unless_metadata and any(metadata_holds({k: v}, scene) for k, v in step.unless_metadata.items()):
        return "案件状态下不适用"
    if step.after_talk_of is not None and not any(
        hold_any(options, turn, scene) for turn, options in places_for(step.after_talk_of, step.after_talk_of, scene)
    ):
        return "通话未涉及"
    return None


def _spared(step: Step, scene: Scene) -> str | None:
    """Why a step that was not done is not held against the agent."""
    customer = [t for t in scene.turns if t.speaker in ("customer", "unknown")]
    if step.unless_customer is not None and any(hold(step.unless_customer, t, scene) for t in customer):
        return "客户已主动提出"
    if step.unless_customer_last is not None and any(hold(step.unless_customer_last, t, scene) for t in customer[-1:]):
        return "客户已挂断"
    return None


def _shown_from(step: Step, scene: Scene) -> int:
    """The utterance in which the customer first showed what the step answers; 0 for a step that answers nothing."""
    if not step.needs_flags:
        return 0
    reason = scene.facts.delinquency_reason
    # the reason given is often the first word of a trouble that gets its name later
    shown = [f.utterance for f in scene.facts.customer_flags if f.name in step.needs_flags]
    return min([*shown, *([reason.utterance] if reason else [])], default=0)


def _doubt(scene: Scene, trust_from: float) -> Doubt | None:
    call = scene.call
    codes = {w.code for w in call.warnings}
    heard = [u for u in call.utterances if not u.quarantined]
    speakers = {u.speaker for u in heard}
    if not heard:
        return Doubt("没有可判断的语音", total=True)
    if "agent" not in speakers and "unknown" not in speakers:
        return Doubt("没有听到坐席说话，无法判定", total=True)
    if "unknown" in speakers:
        return Doubt("说话人不明，无法判定", total=True)
    if "dead_channel" in codes:
        return Doubt("有一侧声道没有声音，无法判定", total=True)
    if codes & LOSSY:
        return Doubt("录音不完整，没听到的不扣分", total=False)
    trust = [1.0 if u.confidence is None else u.confidence for u in heard if u.speaker == "agent"]
    if trust and sum(trust) / len(trust) < trust_from:
        return Doubt("坐席语音识别把握低，没听到的不扣分", total=False)
    return None


def _unheard(scene: Scene, trust_from: float) -> list[tuple[int, Doubt]]:
    """The agent's utterances that were spoken but not understood, each with why nothing missed is held against it."""
    found = []
    drowned = _drowned(scene.call.utterances)
    for at, utterance in enumerate(scene.call.utterances):
        if utterance.speaker not in ("agent", "unknown") or utterance.end - utterance.start < HOLDS_A_STEP:
            continue
        unsure = utterance.confidence is not None and utterance.confidence < trust_from
        reason = (
            "识别不可信，已隔离" if UNHEARD & set(utterance.quarantined) else
            "识别把握低" if unsure and not utterance.quarantined else
            "与对方的话重叠，听不清" if drowned[at] > (utterance.end - utterance.start) / 2 else ""
        )  # fmt: skip
        if reason:
            span = f"{_clock(utterance.start)}–{_clock(utterance.end)}"
            found.append((at, Doubt(f"坐席 {span} 的话{reason}，可能说在其中，不扣分", total=False)))
    return found


def _drowned(utterances: Sequence[Utterance]) -> list[float]:
    """For each utterance, the seconds in which the other speaker talked on the same channel; on channels of their own both are heard."""
    over = [0.0] * len(utterances)
    speaking: list[int] = []
    for at in sorted(range(len(utterances)), key=lambda i: utterances[i].start):
        own = utterances[at]
        speaking = [i for i in speaking if utterances[i].end > own.start]
        for i in speaking:
            other = utterances[i]
            if other.speaker != own.speaker and other.channel == own.channel:
                shared = max(0.0, min(own.end, other.end) - own.start)
                over[at] += shared
                over[i] += shared
        speaking.append(at)
    return over


def _reaches(within: Within | None, at: int, scene: Scene) -> bool:
    """Whether a step that is asked for in this part of the call could have been said in the utterance."""
    turn = next((t for t in scene.turns if t.utterances[0] >= at and t.speaker in ("agent", "unknown")), None)
    return within is None or turn is None or inside(within, turn, scene.turns)


def _result(step: Step, verdict: Verdict, best: Candidate | None, why: str) -> StepResult:
    places = best.found if best is not None else ()
    first = places[0] if places else None
    also = tuple(sorted({p.utterance for p in places} - ({first.utterance} if first else set())))
    return StepResult(
        step.id,
        step.name,
        step.weight,
        verdict,
        first.utterance if first else None,
        also,
        first.quote if first else "",
        first.start if first else None,
        first.end if first else None,
        why,
        "" if verdict in ("done", "na") else step.say_instead,
        step.cites,
    )
