"""One finding as first found and as it stands: the words, the clauses, what judged it, who decided."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from auditor.reports.violations import CLOCK, cited
from auditor.rules.norms import Norm
from auditor.store.firsts import First
from auditor.store.violations import Violation
from auditor.text.masking import mask_id, mask_text
from dashboards.components import define
from dashboards.formats import clock, when
from dashboards.locales import name, t

_evidence = define("evidence")


def evidence(found: Violation, first: First, norms: Mapping[str, Norm], key: str) -> None:
    """Show a finding, with the way to its place in the call."""
    _evidence(
        key=f"{key}:{found.finding_id}",
        data={
            "tone": found.severity,
            "badge": f"{name('severity', found.severity)} · {name('effective_status', found.effective_status)}",
            "title": name("category", found.category),
            "aside": t("call.metadata_level") if found.start is None else clock(found.start),
            "quote": mask_text(found.quote),
            "notes": [[t(f"evidence.{label}"), told] for label, told in _notes(found, first, norms) if told],
        },
    )
    if st.button(t("evidence.open"), key=f"{key}_open", type="primary", help=t("evidence.open_help")):
        line = {} if found.utterance is None else {"line": str(found.utterance)}
        st.switch_page("views/call.py", query_params={"id": found.call_id, **line})


def _notes(found: Violation, first: First, norms: Mapping[str, Norm]) -> list[tuple[str, str]]:
    judged = f"{found.pack} · {t('evidence.program', version=found.code_version)}"
    earlier = (
        f"{first.pack} · {t('evidence.program', version=first.code_version)}" if first.result != found.result else ""
    )
    decided = ""
    if found.decision:
        at = when(found.decided_at + CLOCK) if found.decided_at else ""
        decided = t("app.comma").join(filter(None, (name("standing", found.decision), found.decided_by or "", at)))
    machine = f"{name('category', found.machine_category)} · {name('severity', found.machine_severity)} · {name('status', found.status)}"
    return [
        ("call", mask_text(found.call_id)),
        ("started", when(found.started_at) if found.started_at else ""),
        ("agent", " ".join(filter(None, (found.agent_name, found.agent_id, found.team)))),
        ("case", mask_id(found.case_id or "")),
        ("why", mask_text(found.why)),
        ("clauses", cited(found.cites, norms)),
        ("rule", "" if found.decision == "added" else f"{found.rule_id} · {name('matched_by', found.matched_by)}"),
        ("machine", machine if found.by_machine else t("evidence.not_by_machine")),
        ("decision", decided or t("evidence.undecided")),
        ("first_found", when(first.stored_at + CLOCK)),
        ("first_judged", earlier),
        ("judged", judged),
    ]
