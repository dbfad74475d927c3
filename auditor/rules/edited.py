"""A rule or step while somebody edits it: where its text belongs in a pack, and the pack that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from auditor.errors import PackError, PackProblem
from auditor.models import STEPS
from auditor.rules.conditions import Rule, Step
from auditor.rules.document import check, parse_yaml
from auditor.rules.pack import Pack, load_pack
from auditor.rules.schema import RuleFile, StepFile
from auditor.rules.source import owners

LONGEST = 20_000
"""Characters: the longest shipped rule has about 6,000, and a text is compiled at every change."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A text that is sound: the rule or step it is, the file it belongs into, and the pack with it in place."""

    owner: Rule | Step
    file: str
    pack: Pack


def file_of(text: str, name: str) -> str:
    """The path in a pack where the text of a rule or step belongs; ``name`` is what problems call the text.

    Raises:
        PackError: it is no rule and no step; with every problem of it, each with its line.
    """
    if len(text) > LONGEST:
        raise PackError([PackProblem(name, 0, f"有 {len(text)} 个字符，最多 {LONGEST} 个；请拆成几条规则")])
    try:
        document = parse_yaml(text)
    except ValueError as error:
        raise PackError([PackProblem(name, *error.args)]) from None
    if not isinstance(document.value, dict):
        raise PackError([PackProblem(name, 1, "应写成“键: 值”的形式，从 id: 开始")])
    if document.value.get("id") in STEPS:
        step, problems = check(StepFile, document, name)
        place = "" if step is None else f"steps/{step.id}.yaml"
    else:
        rule, problems = check(RuleFile, document, name)
        place = "" if rule is None else f"violations/{rule.category}/{rule.id}.yaml"
    if problems:
        raise PackError(problems)
    return place


def edited(folder: Path, text: str, name: str) -> Edited:
    """The text as a rule or step of the pack in ``folder``, in the place of the one with its id; that pack stays as it is.

    Raises:
        PackError: what is wrong with the text by itself, or with the pack once the text is in it.
    """
    file = file_of(text, name)
    pack = load_pack(folder, {file: text.encode()})
    return Edited(next(o for o in owners(pack) if o.file == file), file, pack)
