"""What a rule says of a call, clause by clause: what fires and on which words, what nearly did, and what the change made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from auditor.evaluation.examples import Outcome
from auditor.models import Call, Finding, PartyKind
from auditor.pipeline import audit_call, every_finding, scene_of
from auditor.rules.clauses import Clause, clauses
from auditor.rules.conditions import Rule, Step
from auditor.rules.edited import Edited
from auditor.rules.pack import Pack
from auditor.rules.scene import Scene
from auditor.rules.trial import NearMiss, after, matched_words, near_misses
from auditor.text.masking import mask_text
from dashboards.locales import name, t

MOST = 200


def trial(call: Call, edited: Edited, base: Pack, party: PartyKind | None, *, masked: bool) -> None:
    """Show what the edited rule says of a call; ``masked`` hides personal data in what is quoted."""
    scene = scene_of(call, edited.pack, party)
    found = every_finding(scene, edited.pack)
    earlier = {_key(f): f for f in every_finding(scene_of(call, base, party), base)}
    seen = after(found, scene)
    owner = edited.owner
    if isinstance(owner, Rule):
        here = {r.id: r for r in edited.pack.of(scene.region).rules}
        owner = here[owner.id]
        own = [f for f in found if f.rule_id == owner.id]
        words = "、".join(f"“{matched_words(owner, f, seen)[0] or f.quote}”" for f in own)
        st.text(t("lab.fires", n=len(own), words=mask_text(words) if masked else words) if own else t("lab.silent"))
    else:
        _verdict(call, edited, owner, base, party)
    _clauses(clauses(edited.pack, owner, seen, name), masked)
    _near(edited, seen, found, masked)
    now = {_key(f) for f in found}
    rows = [("" if _key(f) in earlier else t("lab.new_hit"), f) for f in found]
    rows += [(t("lab.gone_hit"), f) for key, f in earlier.items() if key not in now]
    _findings(rows, masked)


def outcomes(found: Sequence[Outcome]) -> None:
    """The rule's own examples, what each should come out as, and whether it did."""
    wrong = sum(not o.passed for o in found)
    if not found:
        st.info(t("lab.no_examples"))
        return
    st.text(t("lab.examples_wrong", n=len(found), wrong=wrong) if wrong else t("lab.examples_right", n=len(found)))
    st.dataframe(
        {
            t("lab.outcome"): [t("lab.right") if o.passed else t("lab.wrong") for o in found],
            t("lab.expected"): [t(f"lab.expected_{o.expected}") for o in found],
            t("lab.example"): [o.text for o in found],
            t("lab.strays"): [t("app.comma").join(f"{s.rule}“{s.quote}”" for s in o.strays) for o in found],
        },
        hide_index=True,
        height=min(38 + 35 * len(found), 600),
        key="examples",
    )


def _verdict(call: Call, edited: Edited, step: Step, base: Pack, party: PartyKind | None) -> None:
    results = [next(s for s in audit_call(call, p, party).steps if s.id == step.id) for p in (base, edited.pack)]
    before, now = (name("verdict", r.verdict) for r in results)
    st.text(t("lab.step_verdict", verdict=now) if before == now else t("lab.step_flips", before=before, after=now))
    if results[1].why:
        st.text(mask_text(results[1].why))


def _clauses(found: Sequence[Clause], masked: bool) -> None:
    st.subheader(t("lab.clauses"), anchor=False)
    holding = sum(bool(c.held) for c in found)
    st.caption(t("lab.clauses_says", n=len(found), holding=holding))

    def where(clause: Clause) -> str:
        places = [t("lab.line", n=h.utterance + 1, words=h.words or t("lab.whole_line")) for h in clause.held[:4]]
        told = t("app.semicolon").join(places)
        return mask_text(told) if masked else told

    table = {
        t("lab.holds"): [t("lab.yes") if c.held else t("lab.no") for c in found],
        t("lab.group"): [t(f"lab.group_{c.group}") for c in found],
        t("lab.on"): [where(c) for c in found],
        t("lab.clause"): [c.told for c in found],
    }
    if any(c.part for c in found):
        table = {t("lab.part"): [c.part for c in found], **table}
    widths = {t("lab.on"): st.column_config.TextColumn(width=210)}
    height = min(38 + 35 * len(found), 430)
    st.dataframe(table, hide_index=True, height=height, column_config=widths, key="clauses")


def _near(edited: Edited, scene: Scene, found: Sequence[Finding], masked: bool) -> None:
    if not isinstance(edited.owner, Rule):
        return
    alone = replace(edited.pack.of(scene.region), rules=(edited.owner,), regional={})
    close = list(near_misses(alone, scene, found, name))
    if not close:
        return
    st.subheader(t("lab.near"), anchor=False)
    st.caption(t("lab.near_says", n=len(close)))
    shown = sorted(close, key=lambda m: (m.distance, len(m.obstacles), m.turn))[:MOST]
    st.dataframe(
        {
            t("lab.words"): [mask_text(m.words) if masked else m.words for m in shown],
            t("lab.obstacles"): [mask_text(told) if masked else told for told in (_obstacles(m) for m in shown)],
        },
        hide_index=True,
        key="near",
    )


def _obstacles(miss: NearMiss) -> str:
    return t("app.semicolon").join(miss.obstacles)


def _findings(rows: Sequence[tuple[str, Finding]], masked: bool) -> None:
    """Every rule's findings, each with what the change made of it."""
    st.subheader(t("lab.all_rules"), anchor=False)
    if not rows:
        st.caption(t("lab.no_findings"))
        return
    st.caption(t("lab.findings_says", n=len(rows), changed=sum(bool(change) for change, _ in rows)))
    found = [finding for _, finding in rows[:MOST]]
    st.dataframe(
        {
            t("lab.change"): [change or t("lab.unchanged") for change, _ in rows[:MOST]],
            t("table.finding"): [name("category", f.category) for f in found],
            t("overview.severity"): [name("severity", f.severity) for f in found],
            t("overview.status"): [name("status", f.status) for f in found],
            t("lab.rule"): [f.rule_id for f in found],
            t("lab.words"): [mask_text(f.quote) if masked else f.quote for f in found],
            t("lab.matched_by"): [name("matched_by", f.matched_by) for f in found],
            t("table.why"): [mask_text(f.why) if masked else f.why for f in found],
        },
        hide_index=True,
        key="found",
    )


def _key(finding: Finding) -> tuple[str, int | None, str, str, str]:
    return finding.rule_id, finding.utterance, finding.category, finding.status, finding.severity
