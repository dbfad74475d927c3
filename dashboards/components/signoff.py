"""Where the review of a call stands: what waits, who signed it off, and what became of what was just done."""

from __future__ import annotations

from dashboards.acts import Told, about, acting, drawn, echoes, told
from dashboards.components import define
from dashboards.formats import when
from dashboards.locales import t
from dashboards.reviewed import Reviewed

_signoff = define("signoff", "element")


def signoff(seen: Reviewed) -> None:
    """Show where the review stands, with the buttons of those who may review."""
    left, signature, signed = len(seen.undecided()), seen.signature(), seen.signed()
    by = (
        {}
        if signature is None
        else {"by": seen.name(signature.decided_by), "at": when(signature.decided_at.astimezone())}
    )
    if signed:
        tone, state, says = "good", "signed", t("signoff.signed_by", **by)
    elif signature is not None:
        tone, state, says = "major", "lapsed", t("signoff.lapsed_since", **by)
    elif left:
        tone, state, says = "minor", "waiting", t("signoff.left", n=left, of=len(seen.machine.findings))
    else:
        tone, state, says = "notice", "ready", t("signoff.nothing_left", n=len(seen.machine.findings))
    if seen.scoring is None:
        says = t("signoff.no_pack")
    latest = told(seen.call_id)
    _signoff(
        key="signoff",
        on_act_change=acting("signoff"),
        data={
            "call": drawn(seen.call_id),
            "echoes": echoes(),
            "tone": tone,
            "badge": t(f"signoff.{state}"),
            "says": says,
            "left": left,
            "seen": seen.seen("call", ""),
            "may": "" if not seen.open_to else "reopen" if signed else "sign",
            "told": latest and _outcome(latest, seen),
            "labels": {
                "sign": t("signoff.sign"),
                "reopen": t("signoff.reopen"),
                "sign_anyway": t("signoff.sign_anyway"),
                "warning": t("signoff.warning", n=left),
                "cancel": t("review.cancel"),
                "undo": t("review.undo"),
            },
        },
    )


def _outcome(latest: Told, seen: Reviewed) -> dict[str, object]:
    """What became of the latest act; where a colleague was first, also what they decided."""
    text = latest.text
    if latest.item is not None and latest.conflict:
        made = seen.made.get(latest.item, ())
        if made:
            text = t("signoff.first", text=text, what=about(made[-1], seen.name(made[-1].decided_by)))
    undo = latest.undo if latest.undo and seen.seen(*latest.undo[:2]) == latest.undo[2] else None
    return {"saved": latest.saved, "text": text, "undo": undo}
