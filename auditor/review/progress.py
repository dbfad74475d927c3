"""How agents and teams develop: their figures by period, what changed since the period before, and how they stand to their team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from auditor.review.periods import Period
from auditor.review.trends import NO_CALLS, Comparison, Figure, Sample, Share, compare
from auditor.store import trends
from auditor.store.answers import Filters
from auditor.store.queries import Store
from auditor.store.trends import Agent, By, Scores, StepShare

SCORE = "score"
"""The measure that is no step."""
SHOWN = 12
"""Periods in a trend."""


@dataclass(frozen=True, slots=True)
class Change:
    """One measure (``SCORE`` or a step) of one group, held against the period before; ``by`` and ``group`` as in ``store.trends``."""

    by: By
    group: str | None
    measure: str
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Point:
    """A measure's figure in the period that begins at ``start``."""

    start: date
    figure: Figure


def within(filters: Filters, first: Period, last: Period | None = None) -> Filters:
    """The same calls, of these periods."""
    return replace(filters, since=first.start, until=(last or first).end)


def trend(store: Store, filters: Filters, now: Period, *, apart: str | None = None) -> Mapping[str, list[Point]]:
    """Each measure's figures over the last ``SHOWN`` periods, the score first; periods without calls are left out."""
    chosen = within(filters, now.previous(SHOWN - 1), now)
    points: dict[str, list[Point]] = defaultdict(list)
    for each in trends.scores(store, chosen, grain=now.grain, apart=apart):
        if each.start is not None and each.scored:
            points[SCORE].append(Point(each.start, _sample(each)))
    for share in trends.step_shares(store, chosen, grain=now.grain, apart=apart):
        if share.start is not None:
            points[share.step].append(Point(share.start, Share(share.done, share.of)))
    return points


def changes(
    store: Store, filters: Filters, now: Period, groups: Sequence[By] = ("all", "team", "agent")
) -> list[Change]:
    """Every measure of every group against the period before, all corrected as one batch; the script's order."""
    chosen = within(filters, now.previous(), now)
    pairs: list[tuple[By, str | None, str, Figure, Figure]] = []
    for by in groups:
        found = _figures(
            trends.scores(store, chosen, by=by, grain=now.grain),
            trends.step_shares(store, chosen, by=by, grain=now.grain),
        )
        pairs += [
            (by, group, measure, _of(found, group, measure, now.previous().start), figure)
            for (group, measure, start), figure in found.items()
            if start == now.start
        ]
    compared = compare([(before, after) for _, _, _, before, after in pairs])
    return [Change(by, group, measure, each) for (by, group, measure, _, _), each in zip(pairs, compared, strict=True)]


def standing(people: Iterable[Agent], shares: Sequence[StepShare]) -> Mapping[tuple[str, str], Comparison]:
    """Each agent's share of each step (after) against the others of the team (before), all corrected as one batch.

    Args:
        people: the agents, each in one team.
        shares: by agent, over one period.
    """
    teams = {agent.agent_id: agent.team for agent in people}
    totals: dict[tuple[str | None, str], Share] = defaultdict(lambda: NO_CALLS)
    for each in shares:
        key = (teams.get(each.group or ""), each.step)
        totals[key] = Share(totals[key].done + each.done, totals[key].of + each.of)
    own = {(each.group or "", each.step): Share(each.done, each.of) for each in shares}
    rest = [totals[teams.get(agent), step].without(share) for (agent, step), share in own.items()]
    return dict(zip(own, compare(list(zip(rest, own.values(), strict=True))), strict=True))


def against_team(store: Store, agent: Agent, now: Period) -> Mapping[str, Comparison]:
    """Each measure of an agent (after) against the others of the team (before) in a period, corrected as one batch."""
    mine = within(Filters(agents=(agent.agent_id,)), now)
    team = within(Filters(teams=(agent.team,) if agent.team is not None else ()), now)
    own = _figures(trends.scores(store, mine), trends.step_shares(store, mine))
    others = _figures(
        trends.scores(store, team, apart=agent.agent_id), trends.step_shares(store, team, apart=agent.agent_id)
    )
    pairs = [(measure, _of(others, group, measure, start), figure) for (group, measure, start), figure in own.items()]
    compared = compare([(before, after) for _, before, after in pairs])
    return {measure: each for (measure, _, _), each in zip(pairs, compared, strict=True)}


_Figures = dict[tuple[str | None, str, date | None], Figure]


def _figures(found: Sequence[Scores], shares: Sequence[StepShare]) -> _Figures:
    figures: _Figures = {(s.group, SCORE, s.start): _sample(s) for s in found if s.scored}
    return figures | {(s.group, s.step, s.start): Share(s.done, s.of) for s in shares}


def _of(found: _Figures, group: str | None, measure: str, start: date | None) -> Figure:
    return found.get((group, measure, start), Sample(0, None, None) if measure == SCORE else NO_CALLS)


def _sample(scores: Scores) -> Sample:
    return Sample(scores.scored, scores.mean, scores.deviation)
