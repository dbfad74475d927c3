"""A report in its reader's language: texts by key, names of codes, clauses and moments as they are written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor.reports.items import Item, Step, cited_as
from auditor.rules.norms import Norm


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts of one language by dotted key, e.g. ``report.title``, and the clauses that may be named."""

    texts: Mapping[str, str]
    clauses: Mapping[str, Norm]

    def t(self, key: str, **values: object) -> str:
        """The text for a key of the group ``report``, with ``values`` put in its places."""
        return self.texts[f"report.{key}"].format(**values)

    def name(self, kind: str, code: str) -> str:
        """What a reader calls a code; one that no language knows (a pack's own) as it is."""
        return self.texts.get(f"{kind}.{code}", code)

    def value(self, dimension: str, code: str) -> str:
        """A value that violations are counted by."""
        if not code:
            missing = f"dimension.no_{dimension}"
            return self.texts[missing if missing in self.texts else "dimension.unknown"]
        return cited_as(code, self.clauses) if dimension == "clause" else self.name(dimension, code)

    def heading(self, item: Item) -> str:
        """The clause under which a violation stands."""
        return item.cited[0] if item.cited else self.value("clause", "")

    def agent(self, item: Item) -> str:
        """The agent's name, id and team."""
        return " ".join(filter(None, (item.agent_name, item.agent, item.team)))

    def machine(self, item: Item) -> str:
        """What the machine said of a violation."""
        if not item.by_machine:
            return self.t("not_by_machine")
        parts = (
            self.name("category", item.machine_category), self.name("severity", item.machine_severity),
            self.name("status", item.machine_status), self.name("matched_by", item.matched_by),
        )  # fmt: skip
        return " · ".join(parts)

    def reviewer(self, item: Item) -> str:
        """Who decided last, what, and when; that nobody has where nobody has."""
        if item.decision == "undecided":
            return self.name("standing", "undecided")
        return " ".join(filter(None, (self.name("standing", item.decision), item.decided_by, moment(item.decided_at))))

    def step(self, step: Step) -> str:
        """One decision of a trail."""
        changed = [self.name("category", step.category)] if step.category else []
        changed += [self.name("severity", step.severity)] if step.severity else []
        verdict = self.t("reopened") if step.verdict == "open" else self.name("standing", step.verdict)
        told = " ".join((moment(step.at), step.by, verdict, *changed))
        return f"{told}{self.t('colon')}{step.reason}" if step.reason else told


def moment(at: datetime | None) -> str:
    """A moment to the minute; nothing where it is unknown."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M}"


def clock(seconds: float | None) -> str:
    """A place in a recording as minutes, seconds and tenths; nothing where there is none."""
    if seconds is None:
        return ""
    tenths = int(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def share(part: int, whole: int) -> str:
    """A share with what it is a share of."""
    return f"{part:,} / {whole:,}" + (f"（{part / whole:.1%}）" if whole else "")


def visible(text: str) -> str:
    """The text with what can't be shown, or changes how the rest is shown, written out as an escape; lines stay lines."""
    if text.isprintable() or text.translate(_BESIDES).isprintable():
        return text
    return "".join(c if c.isprintable() or ord(c) in _BESIDES else f"\\u{ord(c):04x}" for c in text)


_BESIDES = dict.fromkeys(
    map(ord, "\n\t\N{IDEOGRAPHIC SPACE}\N{NO-BREAK SPACE}\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}")
)
"""What is not printable by Unicode's word and harms nothing."""
