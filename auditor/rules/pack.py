"""A rule pack: a folder of text files, loaded whole, checked whole, and known by the hash of its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from auditor.conversation.facts import FactCues
from auditor.conversation.party import PartyCues
from auditor.conversation.roles import RoleCues
from auditor.errors import PackError, PackProblem
from auditor.models import CATEGORIES, CUSTOMER_FLAGS, STEPS, Band, Region, Severity
from auditor.rules import compile as compiled
from auditor.rules.conditions import Problem, Rule, Step, cue, looks_at_words
from auditor.rules.document import check, nearest, parse_yaml
from auditor.rules.layers import NOT_UTF8, builtin_folder, builtin_names, lay
from auditor.rules.norms import Norm, norm
from auditor.rules.scene import Limits
from auditor.rules.schema import (
    CueFile,
    FactsFile,
    LimitFile,
    NormFile,
    NormsFile,
    PartyFile,
    RolesFile,
    RuleFile,
    ScorecardFile,
    StepFile,
    TenantFile,
)
from auditor.rules.words import TENANT_LISTS, listed, tenant_lists
from auditor.text.cue import Cue
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
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Penalty:
    """Points that a category costs, by severity; ``per`` call or per finding, at most ``cap``."""

    points: Mapping[Severity, Decimal]
    per_finding: bool
    cap: Decimal | None


@dataclass(frozen=True, slots=True)
class Scoring:
    """How a call is scored (regulations: weights, penalties, knock-outs, caps, bands)."""

    penalties: Mapping[str, Penalty]
    knock_out: frozenset[Severity]
    caps: Mapping[Severity, Decimal]
    bands: Mapping[Band, Decimal]
    trust_words_from: float
    trust_steps_from: float


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything that judging a call needs, from one folder of files and those of the packs that it extends.

    ``files`` holds what counts of all of them, so that a folder of just these is the same pack; ``built_on`` names the packs
    below, the nearest first. ``needs_words`` says whether any rule or step looks at words (``tokens``); loading a dictionary
    takes about a second.
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
    party: PartyCues
    roles: RoleCues
    facts: FactCues
    institutions: tuple[str, ...]
    agencies: tuple[str, ...]
    recording_notice_required: bool
    terms: tuple[str, ...]
    hotwords: tuple[str, ...]
    files: Mapping[str, bytes]
    built_on: tuple[str, ...]
    needs_words: bool

    @property
    def id(self) -> str:
        """``name@version+hash``, as every audit states it."""
        return f"{self.name}@{self.version}+{self.hash[:12]}"


def load_pack(where: str | Path = DEFAULT) -> Pack:
    """Load a pack by folder, or a built-in one by name.

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
    return _Loader(folder).pack()


class _Loader:
    def __init__(self, folder: Path) -> None:
        self.problems: list[PackProblem] = []
        self.layers = lay(folder, self.problems)
        self.files = self.layers.files
        self.settings = {name: self._checked(name, model) for name, model in SETTINGS.items()}
        self.words = self._words()

    def _trouble(self, name: str, line: int, message: str) -> None:
        self.problems.append(PackProblem(self.layers.places.get(name, name), line, message))

    def _text(self, name: str) -> str:
        try:
            return self.files[name].decode("utf-8-sig")
        except UnicodeDecodeError:
            self._trouble(name, 0, NOT_UTF8)
            return ""

    def _words(self) -> dict[str, tuple[str, ...]]:
        tenant = self.settings["tenant.yaml"]
        lists = tenant_lists(tenant if isinstance(tenant, TenantFile) else None)
        for path in self.files:
            if path.startswith("words/") and path.endswith(".txt"):
                name = path.removeprefix("words/").removesuffix(".txt")
                if name in TENANT_LISTS:
                    self._trouble(path, 0, f"词表 @{name} 由 tenant.yaml 生成，请给这个词表换一个名字")
                lists[name] = listed(self._text(path))
        return lists

    def _checked(self, name: str, model: type[Model]) -> Model | None:
        if name not in self.files:
            self._trouble(name, 0, "规则包缺少这个文件")
            return None
        try:
            parsed = parse_yaml(self._text(name))
        except ValueError as error:
            self._trouble(name, *error.args)
            return None
        value, problems = check(model, parsed, self.layers.places[name])
        self.problems.extend(problems)
        return value

    def _problem(self, file: str) -> Problem:
        text = self.files[file].decode("utf-8", "replace").splitlines()

        def report(message: str, about: str) -> None:
            # a compiled value no longer knows its line; the words that it is about do
            line = next((n for n, t in enumerate(text, 1) if about in t), 0)
            self._trouble(file, line, message)

        return report

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
        pack = Pack(
            name=about.name,
            version=about.version,
            title=about.title,
            hash=digest(self.files),
            regions=tuple(about.regions),
            default_region=about.default_region,
            rules=compiled.ordered(rules),
            steps=steps,
            scoring=_scoring(scorecard),
            norms={key: norm(key, n) for key, n in norms.items()},
            limits={region: _limits(limit) for region, limit in norms_file.limits.items()},
            party=PartyCues(**cues("party.yaml", {n: getattr(party, n) for n in PartyFile.model_fields})),
            roles=RoleCues(**cues("roles.yaml", {"agent": roles.agent, "customer": roles.customer})),
            facts=FactCues(
                cues("facts.yaml", facts.flags),
                cues("facts.yaml", facts.reasons),
                {k: tuple(v) for k, v in facts.implied.items()},
            ),
            institutions=tuple(tenant.institutions),
            agencies=tuple(tenant.agencies),
            recording_notice_required=tenant.recording_notice_required,
            terms=tuple(dict.fromkeys(normalise(w).text for w in self.words.get("dictionary", ()))),
            hotwords=self.words.get("hotwords", ()),
            files=self.files,
            built_on=tuple(about.built_on),
            needs_words=any(looks_at_words(r.condition) for r in rules)
            or any(looks_at_words(p.condition) for s in steps for p in s.parts),
        )
        if self.problems:
            raise PackError(self.problems)
        return pack

    def _cues(self, file: str, cues: Mapping[str, CueFile]) -> dict[str, Cue]:
        return {name: cue(each, self.words, self._problem(file)) for name, each in cues.items()}

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
            for name in (*rule.after, *rule.before):
                if name in self.layers.disabled:
                    self._problem(rule.file)(f"before/after 里的 {name} 已停用；请把 {rule.id} 也停用，或改写它", name)
                elif name not in names:
                    self._problem(rule.file)(f"before/after 里没有 {name}{nearest(name, names)}", name)
        users: list[Rule | Step] = [*rules, *steps]
        for user in users:
            for key in user.cites:
                if key not in norms:
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

    def _check_places(self) -> None:
        """A rule in a wrong place would silently never be tried."""
        for name in self.files:
            parts = name.split("/")
            fine = (
                name == "pack.yaml"
                or name in SETTINGS
                or parts[0] == "words"
                or (parts[0] == "steps" and len(parts) == 2 and parts[1].removesuffix(".yaml") in STEPS)
                or (parts[0] == "violations" and len(parts) == 3)
            )
            if name.endswith((".yaml", ".yml")) and (not fine or name.endswith(".yml")):
                self._trouble(name, 0, "不会被读到：规则放在 violations/类别/编号.yaml，步骤放在 steps/步骤.yaml")


def digest(files: Mapping[str, bytes]) -> str:
    """The sha256 that names this content: of every file's path and bytes, in order of path."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\0{hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return total.hexdigest()


def _limits(file: LimitFile) -> Limits:
    return Limits(compiled.hours(file.hours) if file.hours else None)


def _scoring(file: ScorecardFile) -> Scoring:
    severities: tuple[Severity, ...] = ("critical", "major", "minor", "notice")
    penalties = {
        name: Penalty(
            {s: _points(p.points[s] if s in p.points else max(p.points.values())) for s in severities}
            if isinstance(p.points, dict)
            else {s: _points(p.points) for s in severities},
            p.per == "finding",
            None if p.cap is None else _points(p.cap),
        )
        for name, p in file.penalties.items()
    }
    bands: tuple[Band, ...] = ("excellent", "pass", "weak")
    return Scoring(
        penalties,
        frozenset(file.knock_out),
        {severity: _points(p) for severity, p in file.caps.items()},
        {band: _points(file.bands[band]) for band in bands},  # type: ignore[index]
        file.trust_words_from,
        file.trust_steps_from,
    )


def _points(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))
