"""A rule as its author writes it, kept while the reader is on other pages, and saved as a draft by those who may."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from auditor.errors import AuditorError, PackProblem
from auditor.review.drafts import save
from auditor.rules.draft import Answers, draft
from auditor.rules.edited import LONGEST, Edited
from auditor.rules.pack import Pack
from auditor.rules.source import owners
from auditor.store import drafts
from auditor.store.drafts import Draft
from auditor.store.queries import Store
from dashboards.locales import t
from dashboards.packs import Offered
from dashboards.who import can, me

NEW = "+"
"""The choice of a rule that is not there yet."""
LONGEST_PROBLEM = 400
HEIGHT = 520


def rule_text(store: Store, chosen: Offered, pack: Pack, code: str) -> tuple[str, str]:
    """Show the editor of a rule or step (``NEW``: of a new one); gives the text as it is now, and as it is in the pack."""
    slot = f"{chosen.folder}:{code}"
    kept = _kept(store, pack, code, slot)
    if kept["drafted"]:
        st.caption(t("lab.from_draft"))
    text = st.text_area(
        t("lab.yaml"), kept["text"], height=HEIGHT, max_chars=LONGEST, key=f"yaml-{chosen.folder.name[:12]}-{code}-{kept['turn']}",
        help=t("lab.yaml_help"),
    )  # fmt: skip
    kept["text"] = text
    left, right = st.columns([1, 2], vertical_alignment="center")
    if left.button(t("lab.restore"), key="restore", disabled=text == kept["original"]):
        kept.update(text=kept["original"], turn=kept["turn"] + 1, drafted=False)
        st.rerun()
    right.caption(t("lab.same") if text == kept["original"] else t("lab.changed"))
    return text, kept["original"]


def problems(found: Sequence[PackProblem]) -> None:
    """What keeps the text from being a rule, each with its place."""
    st.error(t("lab.problems", n=len(found)))
    st.text("\n".join(_short(str(each)) for each in found))


def keep_draft(store: Store, chosen: Offered, pack: Pack, code: str, edited: Edited, text: str) -> None:
    """Save the text as a draft, and say what to do with it; for those who may not, say so."""
    if not can("edit_rules"):
        st.caption(t("lab.read_only"))
        return
    slot = f"{chosen.folder}:{code}"
    kept = _kept(store, pack, code, slot)
    folder = drafts.folder_of(store.home, pack.name, pack.hash)
    if st.button(t("lab.save"), key="save", help=t("lab.save_help")):
        try:
            base = store.home.archive_pack(pack.hash, pack.files)
            # a text that moved to another file starts a draft of its own there
            seen = kept["version"] if edited.file == kept["file"] else ""
            saved = save(store.home, me(), base, pack.name, pack.version, Draft(edited.file, text, seen), _now())
        except AuditorError as error:
            st.error(t("lab.not_saved"))
            st.text(str(error))
            return
        kept.update(file=saved.file, version=saved.version, drafted=True)
        st.success(t("lab.saved"))
    if kept["version"]:
        path = shlex.quote(str(folder))
        st.caption(t("lab.publish"))
        home = shlex.quote(str(store.home.path))
        st.code(
            f"auditor rules test {path} --id {edited.owner.id}\nauditor run {t('lab.recordings')} --pack {path} --home {home}",
            language=None,
            wrap_lines=True,
        )


def drafted(store: Store, pack: Pack) -> list[str]:
    """The ids of the rules and steps that have a draft over this pack."""
    return [f.rpartition("/")[2].removesuffix(".yaml") for f in drafts.drafts(_folder(store, pack))]


def _folder(store: Store, pack: Pack) -> Any:
    return drafts.folder_of(store.home, pack.name, pack.hash)


def _kept(store: Store, pack: Pack, code: str, slot: str) -> dict[str, Any]:
    """What this browser session has of the text; a widget alone forgets when another page is opened."""
    texts: dict[str, dict[str, Any]] = st.session_state.setdefault("lab_texts", {})
    if slot not in texts:
        file = next((o.file for o in owners(pack) if o.id == code), "")
        known = {f.rpartition("/")[2].removesuffix(".yaml"): f for f in drafts.drafts(_folder(store, pack))}
        original = pack.files[file].decode("utf-8-sig") if file else _new()
        there = drafts.read(_folder(store, pack), known[code]) if code in known else Draft(file)
        texts[slot] = {
            "original": original, "text": there.text if there.version else original, "turn": 0,
            "drafted": bool(there.version), "file": there.file, "version": there.version,
        }  # fmt: skip
    return texts[slot]


def _new() -> str:
    words = t("lab.new_words")
    return draft(
        Answers("new-rule", "visit_threat", "minor", "confirmed", "agent", (words,), t("lab.new_message"), (), (words,), ())
    )  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_PROBLEM else f"{text[:LONGEST_PROBLEM]}…"


def _now() -> datetime:
    return datetime.now(UTC)
