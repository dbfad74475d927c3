"""Why a rule fires, and what nearly fired: the matcher's own tests, asked one by one what was in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from auditor.conversation.turns import Turn
from auditor.models import Finding
from auditor.rules.condition_file import ConditionFile, NearFile
from auditor.rules.conditions import GAP, Rule, condition, words_in
from auditor.rules.match import barred, hold, inside
from auditor.rules.pack import Pack
from auditor.rules.prose import CONTEXTS_TOLD, Named, tell_condition
from auditor.rules.scene import Evidence, Scene
from auditor.rules.source import rule_file, word_lists
from auditor.text.context import CONTEXTS
from auditor.text.find import Near, SoundsLike
from auditor.text.pinyin import sounds

FARTHEST = 80  # characters: the most that a rule may allow between words
SHORTEST_BY_SOUND = 4  # syllables; of fewer, too many phrases differ in one
LESS_SIMILAR = 0.15  # how far below its threshold a similar sentence still came close
Lists = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that did not fire on a turn though it came close: on which words, and everything that was in the way.

    ``distance`` orders them: 0 where only the context speaks against it, 1 where place, speaker or party do, 2 where words lack.
    """

    rule: Rule
    turn: int
    words: str
    obstacles: tuple[str, ...]
    distance: int


def after(found: Sequence[Finding], scene: Scene) -> Scene:
    """The scene with what was found, as rules that wait for others see it."""
    seen: dict[str, tuple[int, ...]] = {}
    for finding in sorted(found, key=lambda f: -1 if f.utterance is None else f.utterance):
        if finding.utterance is not None:
            seen[finding.rule_id] = (*seen.get(finding.rule_id, ()), finding.utterance)
    return replace(scene, seen={**scene.seen, **seen})


def matched_words(rule: Rule, finding: Finding, scene: Scene) -> tuple[str, str]:
    """The very words of the finding's utterance that meet the rule's condition, and how the recogniser wrote them.

    Both are empty where the condition looks at no words.
    """
    for turn in scene.turns:
        if finding.utterance in turn.utterances:
            for evidence in hold(rule.condition, turn, scene, rule.unless):
                if turn.utterance_at(evidence.start) == finding.utterance:
                    return _words(turn, evidence), turn.heard[evidence.start : evidence.end]
    return "", ""


def near_misses(pack: Pack, scene: Scene, found: Sequence[Finding], named: Named) -> Iterator[NearMiss]:
    """For each rule, each turn on which it has no finding but nearly had one.

    Args:
        pack: what the call is judged by.
        scene: the call.
        found: the call's findings.
        named: what readers call things.
    """
    pack = pack.of(scene.region)
    lists = word_lists(pack, scene.region)
    for rule in pack.rules:
        if rule.whole_call:
            continue
        hit = {f.utterance for f in found if f.rule_id == rule.id}
        for turn in scene.turns:
            if hit.intersection(turn.utterances):
                continue
            evidence = hold(rule.condition, turn, scene, rule.unless)
            if evidence:
                stopped = (_stopped(rule, turn, e, scene, named) for e in evidence)
                yield min(stopped, key=lambda m: (m.distance, len(m.obstacles)))
            elif turn.speaker in (rule.speaker, "unknown"):
                yield from _almost(pack, rule, turn, scene, lists, named)


def _words(turn: Turn, evidence: Evidence) -> str:
    return turn.text.text[evidence.start : evidence.end]


def _stopped(rule: Rule, turn: Turn, evidence: Evidence, scene: Scene, named: Named) -> NearMiss:
    """Everything that keeps the evidence from being a finding."""
    at = turn.utterance_at(evidence.start)
    party, place = scene.party.at(at), []
    if rule.region is not None and scene.region not in rule.region:
        where = "、".join(named("region", r) for r in sorted(rule.region))
        place.append(f"规则只用于{where}，这里按{named('region', scene.region)}判")
    if turn.speaker not in (rule.speaker, "unknown"):
        place.append(f"规则只看{named('speaker', rule.speaker)}的话，这句是{named('speaker', turn.speaker)}说的")
    if rule.party is not None and party not in rule.party:
        wanted = "或".join(named("party", p) for p in sorted(rule.party))
        place.append(f"接听人是{wanted}才算，这里是{named('party', party)}")
    if not inside(rule.within, turn, scene.turns):
        place.append("不在规则所看的那一段通话里")
    place += [f"要在 {name} 之后" for name in rule.after if scene.seen.get(name, (at,))[0] >= at]
    place += [f"要在 {name} 之前" for name in rule.before if scene.seen.get(name, (at + 1,))[0] <= at]
    if rule.around and not any(scene.seen.get(name) for name in rule.around):
        place.append(f"附近要有 {'、'.join(rule.around)}")
    context = _excluding(rule, turn, evidence, scene)
    if evidence.end > evidence.start:
        cleared = [n for n in rule.unless if CONTEXTS[n](turn.text, evidence.start, evidence.end)]
        context += [f"语境：{CONTEXTS_TOLD.get(name, name)}（{name}）" for name in cleared]
    return NearMiss(rule, turn.number, _words(turn, evidence), (*place, *context), 1 if place else 0)


def _excluding(rule: Rule, turn: Turn, evidence: Evidence, scene: Scene) -> list[str]:
    found = []
    for each in rule.excluded:
        bars = barred([each], turn, scene)
        here = (
            turn.text.sentence_at(evidence.start) in bars.sentences if evidence.end > evidence.start else bars.sentences
        )
        if not (bars.everywhere or here):
            continue
        words = [_words(turn, e) for e in hold(each, turn, scene) if e.end > e.start]
        found.append(f"not 排除了：同一句里有“{words[0]}”" if words else "被 not 里的条件排除了")
    return found


def _almost(pack: Pack, rule: Rule, turn: Turn, scene: Scene, lists: Lists, named: Named) -> Iterator[NearMiss]:
    """The conditions one by one, each a little looser than it is written; the first that comes close."""
    file = rule_file(pack, rule)
    said = tuple(text for e in rule.hit for _, text in e.turns)
    loosened = _Loosened(turn, scene, {**lists, "examples": said}, named)
    options = file.any if file.any is not None else [ConditionFile.model_validate({"all": file.all})]
    near = next((close for option in options for close in loosened.condition(option)), None)
    if near is not None:
        yield NearMiss(rule, turn.number, near[0], (near[1],), 2)


class _Loosened:
    def __init__(self, turn: Turn, scene: Scene, lists: Lists, named: Named) -> None:
        self.turn, self.scene, self.lists, self.named = turn, scene, lists, named

    def condition(self, file: ConditionFile) -> Iterator[tuple[str, str]]:
        """The words that came close to the condition, and what they lack."""
        if file.near is not None and file.near.within_turns is None:
            yield from self._near(file.near)
        if file.phrase is not None or file.sounds_like is not None:
            yield from self._by_sound(file.phrase or file.sounds_like or [], by_letter=file.phrase is not None)
        if file.similar is not None:
            yield from self._similar(file)
        for option in file.any or ():
            yield from self.condition(option)
        if file.all is not None:
            yield from self._all(file.all)

    def _words(self, items: Sequence[str]) -> list[str]:
        return words_in(items, self.lists, lambda *_: None)

    def _near(self, file: NearFile) -> Iterator[tuple[str, str]]:
        items = [self._words([i] if isinstance(i, str) else i) for i in file.all]
        within = GAP if file.within is None else file.within
        for start, end in Near.of(items, FARTHEST, file.ordered).hits(self.turn.text):
            yield self.turn.text.text[start:end], f"near 的词离得太远：最多隔 {within} 个字"
        if file.ordered:
            for start, end in Near.of(items, within, ordered=False).hits(self.turn.text):
                yield self.turn.text.text[start:end], "near 的词次序不对（ordered: true）"
        for n in range(len(items) if len(items) > 2 else 0):
            rest = Near.of([item for i, item in enumerate(items) if i != n], within, file.ordered)
            for start, end in rest.hits(self.turn.text):
                yield self.turn.text.text[start:end], f"near 还缺第 {n + 1} 项：{'、'.join(items[n][:4])}……"

    def _by_sound(self, items: Sequence[str], by_letter: bool) -> Iterator[tuple[str, str]]:
        phrases = [w for w in self._words(items) if len(w) >= SHORTEST_BY_SOUND]
        if by_letter and phrases:
            matcher = SoundsLike.of(phrases)
            for start, end in matcher.hits(self.turn.text):
                heard = self.turn.text.text[start:end]
                yield heard, f"听起来像“{matcher.phrase_heard_as(heard)}”，但照写的字也说得通，没有当作听错"
        heard_as = [next(iter(sounds(c)), c) for c in self.turn.text.text]
        for phrase in phrases:
            wanted = [next(iter(sounds(c)), c) for c in phrase]
            for at in range(len(heard_as) - len(wanted) + 1):
                differ = sum(a != b for a, b in zip(heard_as[at:], wanted, strict=False))
                if differ == 1 and self.turn.text.one_sentence(at, at + len(wanted)):
                    yield self.turn.text.text[at : at + len(wanted)], f"和“{phrase}”只差一个字音"

    def _similar(self, file: ConditionFile) -> Iterator[tuple[str, str]]:
        assert file.similar is not None
        least = file.similar.at_least
        looser = ConditionFile.model_validate(
            {"similar": {"to": file.similar.to, "at_least": max(0.5, least - LESS_SIMILAR)}}
        )
        tried = condition(looser, self.lists, lambda *_: None)
        for evidence in hold(tried, self.turn, self.scene):
            yield _words(self.turn, evidence), f"{evidence.note.split('，需')[0]}，要 {least:.2f} 才算"

    def _all(self, options: Sequence[ConditionFile]) -> Iterator[tuple[str, str]]:
        held = [hold(condition(o, self.lists, lambda *_: None), self.turn, self.scene) for o in options]
        said = [_words(self.turn, e) for found in held for e in found if e.end > e.start]
        # a pattern that takes the whole turn, or one character, tells rules apart no more than silence
        words = [w for w in said if 1 < len(w) < len(self.turn.text.text)]
        lacking = [o for o, found in zip(options, held, strict=True) if not found]
        if words:
            told = "；".join(tell_condition(o, self.lists, self.named) for o in lacking)
            yield words[0], f"还缺：{told}"
