"""What would this rule say? Words or a stored call against a rule being edited; nothing here touches the rules in force."""

from __future__ import annotations

import streamlit as st

from auditor.errors import NotFoundError, PackError
from auditor.evaluation.examples import run_owner
from auditor.models import PARTIES, Call, Metadata, PartyKind
from auditor.rules.conditions import Rule, Step
from auditor.rules.edited import Edited
from auditor.rules.pack import Pack
from auditor.rules.prose import tell, tell_step
from auditor.rules.source import owners
from auditor.rules.typed import typed
from auditor.store.queries import Store
from auditor.text.masking import mask_text
from dashboards import data, packs
from dashboards.components.impact import impact
from dashboards.components.rule_editor import NEW, drafted, keep_draft, problems, rule_text
from dashboards.components.trial import outcomes, trial
from dashboards.locales import name, t
from dashboards.who import need

LONGEST = 4000
VIEWS = ("words", "call", "examples", "impact", "told")


def choose(store: Store) -> tuple[packs.Offered, Pack, str]:
    """The pack, and the rule or step in it; both stand in the address."""
    left, right = st.columns([1, 1.25], gap="medium")
    offered = packs.offered(store)
    asked = st.query_params.get("pack")
    at = next((n for n, each in enumerate(offered) if each.code == asked), 0)
    chosen = left.selectbox(t("lab.pack"), offered, index=at, format_func=lambda each: each.label, key="pack")
    st.query_params["pack"] = chosen.code
    try:
        pack = packs.loaded(chosen.folder)
    except PackError as error:
        problems(error.problems)
        st.stop()
    known = {owner.id: owner for owner in owners(pack)}
    waiting = drafted(store, pack)
    codes = [*known, *(code for code in waiting if code not in known), NEW]

    def label(code: str) -> str:
        mark = f"✎ {t('lab.draft')} · " if code in waiting else ""
        if code == NEW:
            return t("lab.new_rule")
        owner = known.get(code)
        if isinstance(owner, Step):
            return mark + t("lab.step", name=name("step", code), code=code)
        return f"{mark}{code} · {name('category', owner.category)}" if owner is not None else f"{mark}{code}"

    wanted = st.query_params.get("rule")
    place = codes.index(wanted) if wanted in codes else 0
    code = right.selectbox(t("lab.rule_or_step"), codes, index=place, format_func=label, key=f"rule:{chosen.code}")
    st.query_params["rule"] = code
    return chosen, pack, code


def words(edited: Edited, pack: Pack, code: str) -> None:
    """Typed lines against the rule, at first an example of the rule as it is in the pack; they stay while it has mistakes."""
    owner = next((o for o in owners(pack) if o.id == code), edited.owner)
    first = owner.hit if isinstance(owner, Rule) else owner.done
    example = first[0] if first else None
    said = "\n".join(f"{name('speaker', who)}：{text}" for who, text in example.turns) if example else ""
    text = st.text_area(
        t("lab.lines"),
        said,
        height=120,
        max_chars=LONGEST,
        help=t("lab.lines_help"),
        key=f"lines-{code}",
        persist_state="session",
    )
    left, right = st.columns(2)
    parties: list[PartyKind | None] = [None, *PARTIES]
    usual = parties.index((example.party if example else None) or "debtor_verified")
    party = left.selectbox(
        t("lab.party"), parties, usual, format_func=_party, key=f"party:{code}", persist_state="session"
    )
    regions = [pack.default_region, *(r for r in pack.regions if r != pack.default_region)]
    region = right.selectbox(
        t("lab.region"), regions, format_func=lambda r: name("region", r), key="region", persist_state="session"
    )
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        st.info(t("lab.no_lines"))
        return
    call = typed([_plain(line) for line in lines], "agent", Metadata(region=region))
    trial(call, edited, pack, party, masked=False)


def _party(kind: PartyKind | None) -> str:
    return t("lab.party_auto") if kind is None else name("party", kind)


def _plain(line: str) -> str:
    """The line with its speaker as the rules' own language names them."""
    for code in ("agent", "customer"):
        shown = f"{name('speaker', code)}："
        if line.startswith(shown):
            return f"{code}：{line.removeprefix(shown)}"
    return line


def stored(store: Store, edited: Edited, pack: Pack) -> None:
    """A stored call against the rule."""
    wanted = st.text_input(t("lab.call"), st.query_params.get("call", ""), max_chars=200, key="lab_call").strip()
    if not wanted:
        latest = [row.call_id for row in store.calls(limit=5)]
        st.info(t("lab.no_call"))
        st.text(t("app.comma").join(mask_text(each) for each in latest))
        return
    try:
        found = store.call(next(iter(store.find_call(wanted, limit=1)), wanted))
    except NotFoundError:
        st.error(t("lab.call_missing"))
        return
    st.query_params["call"] = found.call.call_id
    trial(found.call, edited, pack, None, masked=True)
    with st.expander(t("lab.transcript")):
        _transcript(found.call)


def _transcript(call: Call) -> None:
    st.dataframe(
        {
            t("lab.line_number"): list(range(1, len(call.utterances) + 1)),
            t("lab.speaker"): [name("speaker", u.speaker) for u in call.utterances],
            t("lab.said"): [mask_text(u.text) for u in call.utterances],
        },
        hide_index=True,
        key="transcript",
    )


def told(edited: Edited) -> None:
    """The rule as prose, as it reads with the change."""
    owner = edited.owner
    prose = tell(edited.pack, owner, name) if isinstance(owner, Rule) else tell_step(edited.pack, owner, name)
    for title, lines in prose.sections:
        st.text(f"{title}\n" + "\n".join(f"    {line}" for line in lines))


def show(store: Store) -> None:
    """The page."""
    need("see_calls")
    st.title(t("app.lab"), anchor=False)
    st.caption(t("lab.says"))
    chosen, pack, code = choose(store)
    left, right = st.columns([1, 1.25], gap="medium")
    with left:
        text, _ = rule_text(store, chosen, pack, code)
        result = packs.tried(chosen.folder, text)
        if isinstance(result, tuple):
            problems(result)
        else:
            if result.owner.id != code:
                st.caption(t("lab.other_id"))
            keep_draft(store, chosen, pack, code, result, text)
    with right:
        asked = st.query_params.get("view")
        view = st.segmented_control(
            t("lab.view"), VIEWS, default=asked if asked in VIEWS else "words", required=True,
            format_func=lambda v: t(f"lab.view_{v}"), label_visibility="collapsed", key="lab_view",
        )  # fmt: skip
        st.query_params["view"] = view
        if isinstance(result, tuple):
            st.info(t("lab.mend_first"))
        elif view == "words":
            words(result, pack, code)
        elif view == "call":
            stored(store, result, pack)
        elif view == "examples":
            outcomes(run_owner(result.pack, result.owner))
        elif view == "impact":
            impact(store, result, pack)
        else:
            told(result)


show(data.store())
