"""What a call's risk is made of: the weights, and the SQL that adds them up for many calls at once.

``review.triage`` says what they mean and adds them up for one audit; both give the same number.
"""

from __future__ import annotations

from collections.abc import Mapping

from auditor.models import Severity

GRAVITY: Mapping[Severity, int] = {"critical": 100, "major": 40, "minor": 12, "notice": 4}
CONFIRMED, SUSPECTED = 950, 600  # in a thousand that a person upholds; a reader's suspicion says its own chance
CANNOT_TELL = 2  # a step
QUARANTINED = 1  # an utterance of which it is doubtful whether it was said
WARNING = 2  # something that a reader of the audit must know
RAISED_VOICE = "agent_raised_voice_share"
RAISED = 20  # for an agent who shouts all the time
MOST_UNJUDGED = 10  # what could not be judged never outweighs a minor breach that was


def risk_of(calls: str, findings: str, steps: str) -> str:
    """SQL that gives (result, risk) for the calls of one relation by the findings and steps of two others.

    What a person ruled on is no risk any more; a step counts as people left it.
    """
    gravity = " ".join(f"WHEN '{severity}' THEN {weight}" for severity, weight in GRAVITY.items())
    likely = f"CASE WHEN status = 'confirmed' THEN {CONFIRMED} ELSE coalesce(nullif(chance, 0), {SUSPECTED}) END"
    return f"""
        SELECT c.result, (coalesce(f.points, 0)
            + 10 * least(coalesce(s.untold, 0) * {CANNOT_TELL} + coalesce(c.quarantined, 0) * {QUARANTINED}
                         + coalesce(c.noted, 0) * {WARNING}, {MOST_UNJUDGED})
            + trunc(10 * {RAISED} * least(1.0, greatest(0.0, coalesce(c.raised_voice, 0.0)))))::INTEGER AS risk
        FROM {calls} c
        LEFT JOIN (SELECT result, sum((CASE severity {gravity} ELSE 0 END) * ({likely}) // 100) AS points
                   FROM {findings} WHERE decision IS NULL GROUP BY result) f USING (result)
        LEFT JOIN (SELECT result, count(*) AS untold FROM {steps} WHERE effective_verdict = 'cannot_tell'
                   GROUP BY result) s USING (result)"""
