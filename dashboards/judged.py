"""A call as it counts after people's decisions, and what of it may be shown."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.errors import NotFoundError
from auditor.models import Audit, Finding
from auditor.review.effective import effective
from auditor.rules.points import Scoring
from auditor.store.answers import StoredCall
from auditor.store.codec import decode, encode
from auditor.store.decisions import Decision, Kind
from auditor.store.queries import Store
from auditor.text.masking import Veil, veil
from dashboards import data


@dataclass(frozen=True, slots=True)
class Judged:
    """A call with its decisions. ``audit`` is the effective one, unmasked; ``scoring`` ``None``: its pack is not in the archive."""

    stored: StoredCall
    cover: Veil
    standing: dict[tuple[Kind, str], Decision]
    scoring: Scoring | None
    audit: Audit

    def finding(self, finding_id: str) -> Finding | None:
        """The finding as it counts, or, where it no longer does, as it was."""
        known = {f.finding_id: f for f in (*self.stored.shown.findings, *self.audit.findings)}
        ruled = next((d for d in self.standing.values() if d.item == finding_id and "finding" in d.body), None)
        if finding_id not in known and ruled is not None:
            return decode(Finding, encode(ruled.body["finding"]))
        return known.get(finding_id)


def judged(store: Store, call_id: str) -> Judged:
    """The call as it counts; raises NotFoundError where the reader may not see it."""
    stored = store.call(call_id)
    standing = data.standing(store.home, call_id)
    cover = veil(stored.call, data.public_numbers(store.home, stored.audit.pack))
    try:
        scoring = data.scoring(store.home, stored.audit.pack)
    except NotFoundError:
        return Judged(stored, cover, standing, None, stored.shown)
    return Judged(stored, cover, standing, scoring, effective(stored.shown, standing.values(), scoring))
