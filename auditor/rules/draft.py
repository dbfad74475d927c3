"""The file of a new rule, written from a few answers, with a comment wherever its author goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from auditor.rules import compile
from auditor.rules.document import check, nearest, parse_yaml
from auditor.rules.pack import Pack
from auditor.rules.schema import RuleFile
from auditor.rules.source import word_lists


@dataclass(frozen=True, slots=True)
class Answers:
    """What its author said of a new rule."""

    id: str
    category: str
    severity: str
    certainty: str
    speaker: str
    words: tuple[str, ...]
    message: str
    cites: tuple[str, ...]
    hit: tuple[str, ...]
    clean: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file's path in its pack."""
        return f"violations/{self.category}/{self.id}.yaml"


def draft(answers: Answers) -> str:
    """The file's text."""
    return f"""id: {_plain(answers.id)}
category: {_plain(answers.category)}
status: experimental             # 试用：发现一律记疑似，不扣分。有 3 个 hit 和 3 个 clean 例子以后可以改成 stable
severity: {answers.severity}
certainty: {answers.certainty}
speaker: {answers.speaker}
any:                             # 满足其中任意一项就算
  - phrase: {_plain(list(answers.words))}
  # 也可以写：几样话离得近（中间最多隔 within 个字）、听起来像
  # - near: {{all: [[今晚, 明天], [去你家, 到你单位]], within: 12}}
  # - sounds_like: [爆通讯录]
# not:                           # 同一句里有这些就不算
#   - phrase: [预约, 您方便]
unless: [negated, quoted, advised_against]   # 被否定的、转述的、劝对方不要的，不算
message: {_plain(answers.message)}
cites: {_plain(list(answers.cites))}
examples:
  hit:                           # 应该命中：换着说法写，不要只写上面那几个词
{_lines(answers.hit)}  clean:                         # 不该命中：说法相近、但没有违规的话
{_lines(answers.clean)}"""


def check_draft(pack: Pack, text: str) -> list[str]:
    """What would be wrong with the text as a rule of this pack."""
    document = parse_yaml(text)
    file, problems = check(RuleFile, document, "")
    found = [p.message for p in problems]
    if file is not None:
        compile.rule(file, "", word_lists(pack), lambda message, _: found.append(message))
        missing = [key for key in file.cites if key not in pack.norms]
        found += [f"norms.yaml 里没有 {key}{nearest(key, list(pack.norms))}" for key in missing]
    return found


def _plain(value: Any) -> str:
    dumped = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10**6)
    return str(dumped).removesuffix("\n").removesuffix("\n...")


def _lines(said: Sequence[str]) -> str:
    return "".join(f"    - {_plain(line)}\n" for line in said) or "    []\n"
