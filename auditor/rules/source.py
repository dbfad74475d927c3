"""Rules and steps as their authors wrote them: the checked file, and on which line each thing stands."""

from __future__ import annotations

from auditor.models import Region
from auditor.rules.conditions import Rule, Step
from auditor.rules.document import Parsed, check, parse_yaml
from auditor.rules.pack import Pack
from auditor.rules.schema import RuleFile, StepFile, TenantFile
from auditor.rules.words import named, read_lists


def owners(pack: Pack) -> tuple[Rule | Step, ...]:
    """Everything in the pack that carries examples: its rules, then its steps."""
    return (*pack.rules, *pack.steps)


def parsed(pack: Pack, name: str) -> Parsed:
    """One of the pack's YAML files, with the line of everything in it."""
    return parse_yaml(pack.files[name].decode("utf-8-sig"))


def rule_file(pack: Pack, rule: Rule) -> RuleFile:
    """The rule before it was compiled: words still in their lists, in their order."""
    return RuleFile.model_validate(parsed(pack, rule.file).value)


def step_file(pack: Pack, step: Step) -> StepFile:
    """The step before it was compiled."""
    return StepFile.model_validate(parsed(pack, step.file).value)


def word_lists(pack: Pack, region: Region | None = None) -> dict[str, tuple[str, ...]]:
    """Every list that conditions may name as ``@name``, with what it has besides for the region."""
    tenant, _ = check(TenantFile, parsed(pack, "tenant.yaml"), "tenant.yaml")
    texts = {name: data.decode("utf-8-sig") for name, data in pack.files.items() if named(name) is not None}
    return read_lists(texts, tenant, region, lambda *_: None)
