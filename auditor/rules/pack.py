"""A rule pack: a folder of text files, loaded whole, checked whole, and known by the hash of its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from auditor.conversation.facts import FactCues
from auditor.conversation.party import PartyCues
from auditor.conversation.reading import PromiseCues
from auditor.conversation.roles import RoleCues
from auditor.conversation.signals import SignalCues, backchannels
from auditor.errors import PackError, PackProblem
from auditor.models import CATEGORIES, CUSTOMER_FLAGS, STEPS, Region
from auditor.rules import compile as compiled
from auditor.rules.cases import NAME as CASES
from auditor.rules.cases import CaseRules, CasesFile, case_rules
from auditor.rules.conditions import Problem, Rule, Step, cue, looks_at_words
from auditor.rules.cue_files import CueFile, FactsFile, PartyFile, PromiseFile, RolesFile, SignalsFile
from auditor.rules.document import Parsed, check, nearest, parse_yaml
from auditor.rules.layers import NOT_UTF8, builtin_folder, builtin_names, lay, lay_over
from auditor.rules.needs import index
from auditor.rules.norms import Norm, limits, norm
from auditor.rules.points import Scoring, scoring
from auditor.rules.scene import Limits
from auditor.rules.schema import NormFile, NormsFile, RuleFile, ScorecardFile, StepFile, TenantFile
from auditor.rules.tolerated import NAME as TOLERATED
from auditor.rules.tolerated import Tolerated, ToleratedFile, tolerated
from auditor.rules.vocabulary import misheard
from auditor.rules.words import named, read_lists
from auditor.text.cue import Cue
from auditor.text.index import Index
from auditor.text.misheard import Misheard
from auditor.text.normalise import normalise

DEFAULT = "collections-zh"
SETTINGS: dict[str, type[BaseModel]] = {
    "tenant.yaml": TenantFile,
    "norms.yaml": NormsFile,
    "scorecard.yaml": ScorecardFile,
    "party.yaml": PartyFile,
    "roles.yaml": RolesFile,
    "facts.yaml": FactsFile,
}
PROMISE = "promise.yaml"  # a pack may do without: then no promise is heard
SIGNALS = "signals.yaml"
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything that judging a call needs, from one folder of files and those of the packs that it extends.

    ``files`` holds what counts of all of them, so that a folder of just these is the same pack; ``places`` is how a problem names
    each of them, ``built_on`` the packs below, the nearest first. ``needs_words`` says whether any rule or step looks at words
    (``tokens``); loading a dictionary takes about a second. No audit depends on ``tolerated``.
    """

    name: str
    version: str
    title: str
    hash: str
    regions: tuple[Region, ...]
    default_region: Region
    rules: tuple[Rule, ...]
    steps: tuple[Step, ...]
    scoring: Scoring
    norms: Mapping[str, Norm]
    limits: Mapping[Region, Limits]
    cases: CaseRules
    party: PartyCues
    roles: RoleCues
    facts: FactCues
    promise: PromiseCues | None
    signals: SignalCues
    institutions: tuple[str, ...]
    agencies: tuple[str, ...]
    recording_notice_required: bool
    terms: tuple[str, ...]
    hotwords: tuple[str, ...]
    files: Mapping[str, bytes]
    built_on: tuple[str, ...]
    needs_words: bool
    misheard: Misheard = field(compare=False)
    index: Index = field(compare=False)
    tolerated: tuple[Tolerated, ...] = field(default=(), compare=False)
    places: Mapping[str, str] = field(default_factory=dict, compare=False)
    regional: Mapping[Region, Pack] = field(default_factory=dict)

    def of(self, region: Region) -> Pack:
        """The same pack with the words that this region has besides (words/name.TW.txt); itself where it has none."""
        return self.regional.get(region, self)

    @property
    def id(self) -> str:
        """``name@version+hash``, as every audit states it."""
        return f"{self.name}@{self.version}+{self.hash[:12]}"


def load_pack(where: str | Path = DEFAULT, over: Mapping[str, bytes] | None = None) -> Pack:
    """Load a pack by folder, or a built-in one by name; with ``over`` (path in it → content), as it is with these files over it.

    Raises:
        PackError: with every problem of the pack at once, each with file and line.
    """
    folder = Path(where)
    if not folder.is_dir() and "/" not in str(where):
        folder = builtin_folder() / str(where)
    if not folder.is_dir():
        raise PackError(
            [PackProblem(str(where), 0, f"没有这个规则包文件夹；自带的规则包：{'、'.join(builtin_names())}")]
        )
    pack = _Loader(folder, over).pack()
    own = {region for name in pack.files if (each := named(name)) is not None and (region := each[1]) is not None}
    regional = {region: _Loader(folder, over, region).pack() for region in pack.regions if region in own}
    return replace(pack, regional=regional)


class _Loader:
    def __init__(self, folder: Path, over: Mapping[str, bytes] | None, region: Region | None = None) -> None:
        self.problems: list[PackProblem] = []
        self.layers = lay(folder, self.problems) if over is None else lay_over(folder, over, self.problems)
        self.files = self.layers.files
        self.settings = {name: self._checked(name, model) for name, model in SETTINGS.items()}
        self.words = self._words(region)

    def _trouble(self, name: str, line: int, message: str) -> None:
        self.problems.append(PackProblem(self.layers.places.get(name, name), line, message))

    def _text(self, name: str) -> str:
        try:
            return self.files[name].decode("utf-8-sig")
        except UnicodeDecodeError:
            self._trouble(name, 0, NOT_UTF8)
            return ""

    def _words(self, region: Region | None) -> dict[str, tuple[str, ...]]:
        tenant = self.settings["tenant.yaml"]
        texts = {name: self._text(name) for name in self.files if named(name) is not None}
        return read_lists(texts, tenant if isinstance(tenant, TenantFile) else None, region, self._trouble)

    def _checked(self, name: str, model: type[Model]) -> Model | None:
        if name not in self.files:
            self._trouble(name, 0, "规则包缺少这个文件")
            return None
        parsed = self._parsed(name)
        if parsed is None:
            return None
        value, problems = check(model, parsed, self.layers.places[name])
        self.problems.extend(problems)
        return value

    def _parsed(self, name: str) -> Parsed | None:
        if name in self.layers.parsed:
            return self.layers.parsed[name]
        try:
            return parse_yaml(self._text(name))
        except ValueError as error:
            self._trouble(name, *error.args)
            return None

    def _problem(self, file: str) -> Problem:
        written = self.layers.written.get(file, ((self.layers.places[file], self.files[file]),))
        texts = [(place, data.decode("utf-8", "replace").splitlines()) for place, data in written]

        def report(message: str, about: str) -> None:
            # a compiled value no longer knows its line; the words that it is about do
            lines = ((place, n) for place, text in texts for n, t in enumerate(text, 1) if about in t)
            self.problems.append(PackProblem(*next(lines, (texts[0][0], 0)), message))

        return report

    def _tolerated(self) -> tuple[Tolerated, ...]:
        file = self._checked(TOLERATED, ToleratedFile) if TOLERATED in self.files else None
        parsed = self._parsed(TOLERATED) if file is not None else None
        return () if file is None or parsed is None else tuple(tolerated(file, parsed, self.layers.places[TOLERATED]))

    def pack(self) -> Pack:
        settings = self.settings
        rules = self._rules()
        steps = self._steps(settings["scorecard.yaml"])
        norms_file = settings["norms.yaml"]
        norms = norms_file.norms if isinstance(norms_file, NormsFile) else {}
        self._cross_check(rules, steps, norms)
        facts_file = settings["facts.yaml"]
        self._check_steps(steps, [*CUSTOMER_FLAGS, *(facts_file.reasons if isinstance(facts_file, FactsFile) else ())])
        self._check_places()
        accepted = self._tolerated()
        cases = self._checked(CASES, CasesFile) if CASES in self.files else None
        self._check_numbers(cases, norms_file)
        promise = self._promise()
        if self.problems:
            raise PackError(self.problems)
        about, tenant = self.layers.about, settings["tenant.yaml"]
        party, roles, facts = settings["party.yaml"], settings["roles.yaml"], settings["facts.yaml"]
        scorecard = settings["scorecard.yaml"]
        assert about is not None
        assert isinstance(tenant, TenantFile)
        assert isinstance(norms_file, NormsFile)
        assert isinstance(party, PartyFile)
        assert isinstance(roles, RolesFile)
        assert isinstance(facts, FactsFile)
        assert isinstance(scorecard, ScorecardFile)
        cues = self._cues
        party_cues = PartyCues(**cues("party.yaml", {n: getattr(party, n) for n in PartyFile.model_fields}))
        role_cues = RoleCues(**cues("roles.yaml", {"agent": roles.agent, "customer": roles.customer}))
        fact_cues = FactCues(
            cues("facts.yaml", facts.flags),
            cues("facts.yaml", facts.reasons),
            cues("facts.yaml", {"not_own": facts.not_own})["not_own"],
            {k: tuple(v) for k, v in facts.implied.items()},
        )
        signal_cues = self._signals()
        in_order = compiled.ordered(rules)
        pack = Pack(
            name=about.name,
            version=about.version,
            title=about.title,
            hash=digest(self.files),
            regions=tuple(about.regions),
            default_region=about.default_region,
            rules=in_order,
            steps=steps,
            scoring=scoring(scorecard),
            norms={key: norm(key, n) for key, n in norms.items()},
            limits=limits(norms_file, about.norms_in_force),
            cases=CaseRules() if cases is None else case_rules(cases),
            party=party_cues,
            roles=role_cues,
            facts=fact_cues,
            promise=promise,
            signals=signal_cues,
            institutions=tuple(tenant.institutions),
            agencies=tuple(tenant.agencies),
            recording_notice_required=tenant.recording_notice_required,
            terms=tuple(dict.fromkeys(normalise(w).text for w in self.words.get("dictionary", ()))),
            hotwords=self.words.get("hotwords", ()),
            files=self.files,
            built_on=tuple(about.built_on),
            needs_words=any(looks_at_words(r.condition) for r in rules)
            or any(looks_at_words(p.condition) for s in steps for p in s.parts),
            misheard=misheard(
                (rules, steps, party_cues, fact_cues),
                (*tenant.institutions, *tenant.agencies),
                self.words.get("misheard", ()),
                lambda message, about: self._problem("words/misheard.txt")(message, about),
            ),
            index=index(
                in_order,
                steps,
                [
                    *party_cues.listeners,
                    *fact_cues.listeners,
                    *signal_cues.listeners,
                    *(promise.listeners if promise else ()),
                ],
            ),
            tolerated=accepted,
            places=self.layers.places,
        )
        if self.problems:
            raise PackError(self.problems)
        return pack

    def _promise(self) -> PromiseCues | None:
        file = self._checked(PROMISE, PromiseFile) if PROMISE in self.files else None
        if file is None:
            return None
        single = self._cues(PROMISE, {n: getattr(file, n) for n in PromiseFile.model_fields if n != "channels"})
        return PromiseCues(**single, channels=self._cues(PROMISE, file.channels))

    def _cues(self, file: str, cues: Mapping[str, CueFile]) -> dict[str, Cue]:
        return {name: cue(each, self.words, self._problem(file)) for name, each in cues.items()}

    def _signals(self) -> SignalCues:
        file = (self._checked(SIGNALS, SignalsFile) if SIGNALS in self.files else None) or SignalsFile()
        made = self._cues(SIGNALS, {"hold": file.hold, "lookup": file.lookup}) if SIGNALS in self.files else {}
        return SignalCues(
            **made,
            backchannels=backchannels(file.backchannels),
            overlap=file.overlap_seconds,
            dead_air=file.dead_air_seconds,
            rate_window=file.rate_window_seconds,
            raised_voice=file.raised_voice_db,
        )

    def _rules(self) -> list[Rule]:
        rules = []
        for name in self.files:
            if not (name.startswith("violations/") and name.endswith(".yaml")):
                continue
            file = self._checked(name, RuleFile)
            if file is None:
                continue
            if name != f"violations/{file.category}/{file.id}.yaml":
                right = f"violations/{file.category}/{file.id}.yaml"
                self._trouble(name, 1, f"文件名与内容不符，应为 {right}")
            rules.append(compiled.rule(file, name, self.words, self._problem(name)))
        if not rules and not self.problems:
            self._trouble("violations", 0, "规则包里没有一条规则")
        return rules

    def _steps(self, scorecard: BaseModel | None) -> tuple[Step, ...]:
        weights = scorecard.weights if isinstance(scorecard, ScorecardFile) else {}
        steps = []
        for step_id in STEPS:
            name = f"steps/{step_id}.yaml"
            file = self._checked(name, StepFile)
            if file is not None:
                steps.append(compiled.step(file, name, weights.get(step_id, 0), self.words, self._problem(name)))
        return tuple(steps)

    def _cross_check(self, rules: Sequence[Rule], steps: Sequence[Step], norms: Mapping[str, NormFile]) -> None:
        by_id: dict[str, Rule] = {}
        for rule in rules:
            if rule.id in by_id:
                self._problem(rule.file)(f"规则编号 {rule.id} 已在 {by_id[rule.id].file} 用过", rule.id)
            if rule.id in (*STEPS, *CUSTOMER_FLAGS):
                self._problem(rule.file)(f"规则编号 {rule.id} 与步骤或客户标记同名，请换一个", rule.id)
            by_id[rule.id] = rule
        names = [*STEPS, *CUSTOMER_FLAGS, *by_id]
        for rule in rules:
            for name in (*rule.after, *rule.before, *rule.around):
                if name in self.layers.disabled:
                    self._problem(rule.file)(f"before/after 里的 {name} 已停用；请把 {rule.id} 也停用，或改写它", name)
                elif name not in names:
                    self._problem(rule.file)(f"before/after 里没有 {name}{nearest(name, names)}", name)
        users: list[Rule | Step] = [*rules, *steps]
        for user in users:
            for key in user.cites:
                if norms and key not in norms:  # where norms.yaml can't be read, that is trouble enough
                    self._problem(user.file)(f"norms.yaml 里没有 {key}{nearest(key, list(norms))}", key)
        circle = compiled.circle(by_id)
        if circle:
            self._problem(by_id[circle[0]].file)(f"规则互相等待：{' → '.join(circle)}", circle[1])

    def _check_steps(self, steps: Sequence[Step], shown: Sequence[str]) -> None:
        for number, step in enumerate(steps):
            named = [
                ("needs_flags", step.needs_flags, shown),
                ("unless_flags", step.unless_flags, CUSTOMER_FLAGS),
                ("order_after", step.order_after, [s.id for s in steps[:number]]),
                ("spoiled_by", sorted(step.spoiled_by), CATEGORIES),
                ("spoiled_anywhere_by", sorted(step.spoiled_anywhere_by), CATEGORIES),
            ]
            for key, names, known in named:
                for name in names:
                    if name not in known:
                        self._problem(step.file)(f"{key} 里没有 {name}{nearest(name, list(known))}", name)

    def _check_numbers(self, cases: CasesFile | None, file: BaseModel | None) -> None:
        """The clauses that numeric limits and cases across calls rest on are clauses of the pack."""
        if not isinstance(file, NormsFile):
            return
        users = [("norms.yaml", key) for limit in file.limits.values() for keys in limit.cites.values() for key in keys]
        users += [(CASES, key) for check in (cases.checks.values() if cases else ()) for key in check.cites]
        for name, key in users:
            if key not in file.norms:
                self._problem(name)(f"norms.yaml 里没有 {key}{nearest(key, list(file.norms))}", key)

    def _check_places(self) -> None:
        """A rule in a wrong place would silently never be tried."""
        for name in self.files:
            parts = name.split("/")
            fine = (
                name in ("pack.yaml", CASES, PROMISE, SIGNALS, TOLERATED)
                or name in SETTINGS
                or parts[0] == "words"
                or (parts[0] == "steps" and len(parts) == 2 and parts[1].removesuffix(".yaml") in STEPS)
                or (parts[0] == "violations" and len(parts) == 3)
            )
            if name.endswith((".yaml", ".yml")) and (not fine or name.endswith(".yml")):
                self._trouble(name, 0, "不会被读到：规则放在 violations/类别/编号.yaml，步骤放在 steps/步骤.yaml")


def digest(files: Mapping[str, bytes]) -> str:
    """The sha256 that names this content: of the path and bytes of every file that audits depend on, in order of path."""
    total = hashlib.sha256()
    for name in sorted(files.keys() - {TOLERATED}):
        total.update(f"{name}\0{hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return total.hexdigest()
