"""Conditions as compiled values, and their making from checked files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from auditor.models import CUSTOMER_FLAGS, PartyKind, Region, Severity, Speaker, Status
from auditor.rules.condition_file import ConditionFile, NearFile
from auditor.rules.cue_files import CueFile
from auditor.rules.document import nearest
from auditor.rules.metadata import signal_trouble
from auditor.rules.schema import WithinFile
from auditor.text.context import CONTEXTS
from auditor.text.cue import Cue
from auditor.text.find import Matcher, Near, Phrase, Regex, SoundsLike, Tokens, check_regex, check_tokens
from auditor.text.normalise import SAME_WORD, normalise
from auditor.text.similar import SHORTEST, Similar

FACT_KEYS = ("flag", "reason", "amount", "days", "card_tail", "institution", "agency", "agent")
FACT_VALUES: Mapping[str, tuple[str, ...]] = {
    "flag": CUSTOMER_FLAGS,
    "amount": ("stated", "matches", "differs", "inflated", "misread"),
    "days": ("stated", "matches", "differs", "inflated", "misread"),
    "card_tail": ("matches",),
    "institution": ("named",),
    "agency": ("named",),
    "agent": ("named",),
}
GAP = 10  # characters between words that are near each other, unless the rule says otherwise
SHORTEST_BY_SOUND = 2  # syllables: a single one is shared by dozens of characters
METADATA_OPERATORS = ("min", "max", "present")
Problem: TypeAlias = Callable[[str, str], None]  # what is wrong, and the words of the file that it is about
Words: TypeAlias = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Said:
    """Words of the turn."""

    matcher: Matcher


@dataclass(frozen=True, slots=True)
class MetadataTest:
    """Every named field of the call's metadata is as asked."""

    tests: Mapping[str, Any]
    kind: str = "metadata"


@dataclass(frozen=True, slots=True)
class FactTest:
    """The conversation shows each of these facts."""

    tests: Mapping[str, Any]
    kind: str = "fact"


@dataclass(frozen=True, slots=True)
class Previous:
    """The turn just before is this speaker's and meets the condition."""

    speaker: Speaker | None
    option: Condition


@dataclass(frozen=True, slots=True)
class Answers:
    """The turn begins by answering, in these words, the other side's question of at most so many turns before."""

    question: Condition
    answer: Phrase
    turns: int


@dataclass(frozen=True, slots=True)
class AcrossTurns:
    """Each item is said somewhere in the last so many turns of the turn's speaker, one of them in this turn."""

    items: tuple[Phrase, ...]
    turns: int
    ordered: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """The option holds for the ``times``-th time, counted by utterances of ``speaker`` (``None``: the turn's own)."""

    option: Condition
    times: int
    speaker: Speaker | None
    turns: int | None


@dataclass(frozen=True, slots=True)
class SignalTest:
    """Every named signal of the call lies within its bounds."""

    tests: Mapping[str, Any]
    kind: str = "signal"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one option holds.

    ``needs`` has for each option words of which it needs one in the turn, ``None`` where it can do without; it is empty where
    that was not found out (see ``auditor.rules.needs``).
    """

    options: tuple[Condition, ...]
    needs: tuple[frozenset[str] | None, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every option holds for the same turn."""

    options: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The option does not hold for this turn."""

    option: Condition


Condition: TypeAlias = (
    Said | MetadataTest | SignalTest | FactTest | Previous | Answers | AcrossTurns | Repeated | AnyOf | AllOf | Not
)


@dataclass(frozen=True, slots=True)
class Within:
    """A part of the call, by speaker's turns or seconds, from its start or end."""

    first_turns: int | None = None
    last_turns: int | None = None
    first_seconds: float | None = None
    last_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """Turns as (speaker, text), with the party, the metadata and the signals that matter to them."""

    turns: tuple[tuple[Speaker, str], ...]
    party: PartyKind | None
    metadata: Mapping[str, Any]
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of banned conduct, ready to be tried."""

    id: str
    category: str
    severity: Severity
    certainty: Status
    experimental: bool
    speaker: Speaker
    party: frozenset[PartyKind] | None
    region: frozenset[Region] | None
    within: Within | None
    after: tuple[str, ...]
    before: tuple[str, ...]
    around: tuple[str, ...]
    around_turns: int
    condition: Condition
    excluded: tuple[Condition, ...]
    unless: tuple[str, ...]
    message: str
    cites: tuple[str, ...]
    hit: tuple[Example, ...]
    clean: tuple[Example, ...]
    file: str
    whole_call: bool = False  # looks at nothing but metadata and signals; its finding has no utterance


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a step must contain."""

    name: str
    condition: Condition
    excluded: tuple[Condition, ...]
    unless: tuple[str, ...]
    parties: frozenset[PartyKind] | None
    when: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One required step, ready to be tried."""

    id: str
    name: str
    weight: int
    parties: frozenset[PartyKind]
    min_days_overdue: int | None
    needs_flags: tuple[str, ...]
    unless_flags: tuple[str, ...]
    unless_metadata: Mapping[str, Any]
    after_talk_of: Condition | None
    unless_customer: Condition | None
    unless_customer_last: Condition | None
    parts: tuple[Part, ...]
    within: Within | None
    order_after: tuple[str, ...]
    spoiled_by: frozenset[str]
    spoiled_anywhere_by: frozenset[str]
    message: str
    say_instead: str
    cites: tuple[str, ...]
    done: tuple[Example, ...]
    missed: tuple[Example, ...]
    file: str

    @property
    def gates(self) -> tuple[Condition, ...]:
        """What else must be said, or not be said, for the step to be asked for."""
        gates = (self.after_talk_of, self.unless_customer, self.unless_customer_last)
        return tuple(gate for gate in gates if gate is not None)


def words_in(items: Sequence[str], words: Words, problem: Problem) -> list[str]:
    """The items, with each ``@name`` replaced by the lines of that word list."""
    result: list[str] = []
    for item in items:
        if not item.startswith("@"):
            result.append(item)
        elif item[1:] in words:
            result.extend(words[item[1:]])
        else:
            problem(f"没有词表 words/{item[1:]}.txt{nearest(item[1:], list(words))}", item)
    for item in result:
        if not normalise(item).text:
            problem(f"{item!r} 里只有标点、空白或语气词，永远不会命中", item)
    return result or ["\x00"]


def near(file: NearFile, words: Words, problem: Problem) -> Near:
    """Compile words close together in a sentence."""
    if file.within_turns is not None:
        problem("within_turns 只能写在规则和步骤的条件里", "within_turns")
    return Near.of(_items(file, words, problem), GAP if file.within is None else file.within, file.ordered)


def _items(file: NearFile, words: Words, problem: Problem) -> list[list[str]]:
    return [words_in([i] if isinstance(i, str) else i, words, problem) for i in file.all]


def similar(items: Sequence[str], at_least: float, words: Words, problem: Problem) -> Similar:
    """Compile model sentences; too short ones are problems."""
    sentences = words_in(items, words, problem)
    for sentence in sentences:
        if len(normalise(sentence).text) < SHORTEST and items != ["@examples"]:
            problem(f"similar 的 {sentence!r} 太短：至少写 {SHORTEST} 个字，或改用 phrase", sentence)
    return Similar.of(sentences, at_least)


def sounds_like(items: Sequence[str], words: Words, problem: Problem) -> SoundsLike:
    """Compile phrases matched by sound; too short ones are problems."""
    phrases = words_in(items, words, problem)
    for phrase in phrases:
        if 0 < len(normalise(phrase).text) < SHORTEST_BY_SOUND:
            problem(
                f"sounds_like 的 {phrase!r} 太短：同音字太多；至少写 {SHORTEST_BY_SOUND} 个字，或改用 phrase", phrase
            )
    return SoundsLike.of(phrases)


def regex(pattern: str, problem: Problem, not_inside_digits: bool = False) -> Regex:
    """Compile a regular expression; what RE2 refuses is a problem."""
    trouble = check_regex(pattern)
    if trouble:
        problem(f"正则表达式 {pattern!r} 不能用：{trouble}（引擎为 RE2，不支持环视和反向引用）", pattern)
    # the text that it searches has these folded
    return Regex(pattern.translate(SAME_WORD) if trouble is None else "\x00", not_inside_digits)


def contexts(names: Sequence[str], problem: Problem) -> tuple[str, ...]:
    """Context names, each known."""
    for name in names:
        if name not in CONTEXTS:
            problem(f"没有语境 {name}{nearest(name, list(CONTEXTS))}；可用：{'、'.join(CONTEXTS)}", name)
    return tuple(n for n in names if n in CONTEXTS)


def cue(file: CueFile, words: Words, problem: Problem) -> Cue:
    """Compile a cue."""
    matchers: list[Matcher] = [Phrase.of(words_in(file.phrase, words, problem))] if file.phrase else []
    matchers += [regex(pattern, problem) for pattern in file.regex]
    matchers += [near(n, words, problem) for n in file.near]
    return Cue(tuple(matchers), contexts(file.unless, problem))


def condition(file: ConditionFile, words: Words, problem: Problem) -> Condition:
    """Compile one condition of any kind."""
    if file.phrase is not None:
        return Said(Phrase.of(words_in(file.phrase, words, problem)))
    if file.sounds_like is not None:
        return Said(sounds_like(file.sounds_like, words, problem))
    if file.regex is not None:
        if isinstance(file.regex, str):
            return Said(regex(file.regex, problem))
        return Said(regex(file.regex.pattern, problem, file.regex.not_inside_digits))
    if file.similar is not None:
        return Said(similar(file.similar.to, file.similar.at_least, words, problem))
    if file.near is not None and file.near.within_turns is not None:
        items = tuple(Phrase.of(item) for item in _items(file.near, words, problem))
        return AcrossTurns(items, file.near.within_turns, file.near.ordered)
    if file.near is not None:
        return Said(near(file.near, words, problem))
    if file.tokens is not None:
        trouble = check_tokens(file.tokens)
        if trouble:
            problem(f"tokens 写法不对：{trouble}", "tokens")
        return Said(Tokens(() if trouble else tuple(tuple(p) for p in file.tokens)))
    if file.metadata is not None:
        for name, test in file.metadata.items():
            for operator in test if isinstance(test, dict) else ():
                if operator not in METADATA_OPERATORS:
                    guess = nearest(str(operator), METADATA_OPERATORS)
                    problem(f"{name} 的条件没有 {operator}{guess}；可用：{'、'.join(METADATA_OPERATORS)}", name)
        return MetadataTest(file.metadata)
    if file.fact is not None:
        for key, value in file.fact.items():
            values = FACT_VALUES.get(key, ())
            if key not in FACT_KEYS:
                problem(f"fact 没有 {key}{nearest(key, FACT_KEYS)}；可用：{'、'.join(FACT_KEYS)}", key)
            elif values and value not in values:
                guess = nearest(str(value), values)
                problem(f"fact 的 {key} 不能是 {value}{guess}；可用：{'、'.join(values)}", str(value))
        return FactTest(file.fact)
    if file.previous is not None:
        return Previous(file.previous.speaker, condition(file.previous, words, problem))
    if file.signal is not None:
        for name, bounds in file.signal.items():
            if trouble := signal_trouble(name, bounds):
                problem(trouble, name)
        return SignalTest(file.signal)
    if file.answers is not None:
        answer = Phrase.of(words_in(file.answers.with_, words, problem))
        return Answers(condition(file.answers.question, words, problem), answer, file.answers.turns)
    if file.repeated is not None:
        repeated = file.repeated
        option = any_of(repeated.any, words, problem)
        return Repeated(option, repeated.times, repeated.speaker, repeated.within_turns)
    if file.any is not None:
        return AnyOf(tuple(condition(c, words, problem) for c in file.any))
    if file.all is not None:
        return AllOf(tuple(condition(c, words, problem) for c in file.all))
    assert file.not_ is not None
    return Not(condition(file.not_, words, problem))


def any_of(files: Sequence[ConditionFile], words: Words, problem: Problem) -> Condition:
    """At least one of these."""
    return AnyOf(tuple(condition(c, words, problem) for c in files))


def within(file: WithinFile | None) -> Within | None:
    """A part of the call, or the whole of it."""
    return None if file is None else Within(**file.model_dump())


def looks_at_words(tried: Condition) -> bool:
    """Whether trying the condition needs segmented words."""
    match tried:
        case Said(matcher):
            return isinstance(matcher, Tokens)
        case AnyOf(options) | AllOf(options):
            return any(looks_at_words(o) for o in options)
        case Not(option) | Previous(_, option) | Repeated(option) | Answers(option):
            return looks_at_words(option)
        case _:
            return False
