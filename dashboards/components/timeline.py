"""A debtor's calls drawn over the days: when each was, who answered, what was found, and where the day's limits lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from auditor.models import Region
from auditor.rules.scene import Limits
from auditor.store.timelines import Contact
from auditor.text.masking import mask_text
from dashboards.components import define
from dashboards.formats import joined
from dashboards.locales import name, t

_timeline = define("timeline")

DEBTOR = ("debtor_verified", "debtor_unverified")
ALL_DAY = (0.0, 24.0)


@dataclass(frozen=True, slots=True)
class Day:
    """What counts towards a day's limits: calls that the debtor answered, and vain attempts to the number tried most often."""

    day: date
    answered: int
    most_answered: int | None
    attempts: int
    most_attempts: int | None

    @property
    def over(self) -> bool:
        """Whether the day has more of either than it may have."""
        return _beyond(self.answered, self.most_answered) or _beyond(self.attempts, self.most_attempts)


def limits_of(found: Sequence[Contact], limits: Mapping[Region, Limits], region: Region) -> list[Day]:
    """The days with calls, in order; a limit that was agreed with the debtor stands before the norm's."""
    days: dict[date, list[Contact]] = {}
    for each in found:
        if each.started_at is not None:
            days.setdefault(each.started_at.date(), []).append(each)
    return [_day(day, days[day], limits, region) for day in sorted(days)]


def _day(day: date, found: Sequence[Contact], limits: Mapping[Region, Limits], region: Region) -> Day:
    ours = [
        c for c in found if c.call.metadata.direction in (None, "outbound") and not c.call.metadata.callback_requested
    ]
    picked_up = [c for c in ours if c.reached]
    numbers = Counter(c.call.metadata.callee_number_hash for c in ours if c not in picked_up)
    agreed = max((c.call.metadata.agreed_calls_per_day or 0 for c in found), default=0)
    norm = limits.get(found[0].call.metadata.region or region, Limits())
    to_debtor = sum(c.party in DEBTOR for c in picked_up)
    return Day(day, to_debtor, agreed or norm.answered_calls, max(numbers.values(), default=0), agreed or norm.attempts)


def _beyond(count: int, most: int | None) -> bool:
    return most is not None and count > most


def timeline(found: Sequence[Contact], days: Sequence[Day], limits: Mapping[Region, Limits], region: Region) -> None:
    """Draw the calls; each is a link to its page, and everything drawn stands in the table below too."""
    own = limits.get(found[0].call.metadata.region or region, Limits())
    hours = ALL_DAY if own.hours is None else tuple(each.hour + each.minute / 60 for each in own.hours)
    due = _due(found)
    every = sorted({d.day for d in days} | due.keys())
    counts = {d.day: d for d in days}
    columns = []
    for number, day in enumerate(every):
        gap = (day - every[number - 1]).days if number else 1
        columns.append(
            {
                "label": f"{day:%m-%d}",
                "gap": t("timeline.gap", n=gap) if gap > 1 else "",
                "counts": _counts(counts[day]) if day in counts else [],
                "due": due.get(day, []),
                "calls": [_drawn(c, hours) for c in found if c.started_at is not None and c.started_at.date() == day],
            }
        )
    legend = [[kind, t(f"timeline.{kind}")] for kind in ("answered", "unanswered", "found", "several", "stop", "off")]
    _timeline(
        key="timeline",
        data={
            "label": t("timeline.label"),
            "hours": list(hours),
            "days": columns,
            "legend": legend,
            "stop": t("timeline.stop_short"),
        },
    )


def _counts(day: Day) -> list[dict[str, object]]:
    told = (("answered", day.answered, day.most_answered), ("attempts", day.attempts, day.most_attempts))
    return [
        {"text": t(f"timeline.count_{kind}", n=f"{n}/{most}" if most is not None else n), "over": _beyond(n, most)}
        for kind, n, most in told
        if n
    ]


def _due(found: Sequence[Contact]) -> dict[date, list[dict[str, str]]]:
    """Promises by the day they are due, with what became of them where that is known."""
    told: dict[date, list[dict[str, str]]] = {}
    for each in found:
        if each.promised is None or each.promised.due is None:
            continue
        outcome = each.kept[0].outcome if each.kept else "unknown"
        text = name("outcome", outcome) if each.kept else t("timeline.outcome_unknown")
        told.setdefault(each.promised.due, []).append({"text": text, "outcome": outcome})
    return told


def _drawn(contact: Contact, hours: tuple[float, ...]) -> dict[str, object]:
    at: datetime = contact.started_at  # type: ignore[assignment]
    hour = at.hour + at.minute / 60
    parts = [
        f"{at:%Y-%m-%d %H:%M}",
        name("party", contact.party) if contact.answered else t("timeline.unanswered"),
        contact.agent_name or contact.agent_id or "",
        *(f"{name('severity', m.severity)} {name('category', m.category)}" for m in contact.marks),
        t("timeline.stop") if contact.stop else "",
        mask_text(contact.call_id),
    ]
    return {
        "hour": hour,
        "answered": contact.reached,
        "found": len(contact.marks),
        "several": any(m.of_several for m in contact.marks),
        "stop": contact.stop,
        "off": not hours[0] <= hour < hours[1],
        "title": joined(*parts),
        "href": f"call?id={quote(contact.call_id, safe='')}",
    }
