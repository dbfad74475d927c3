"""How much of what was dialled was looked at, and what nobody can know from what is stored."""

from __future__ import annotations

from datetime import date

import streamlit as st

from auditor.store.answers import Filters
from auditor.store.completeness import Bucket, Completeness, failed_by_day
from auditor.store.completeness import completeness as counted
from auditor.store.queries import Store
from auditor.text.masking import mask_text
from dashboards.components import choosing
from dashboards.formats import percent
from dashboards.locales import t

BUCKETS: tuple[Bucket, ...] = ("week", "day", "month")
STAGES = ("dialled", "answered", "recorded", "audited", "cannot_tell")


def completeness(store: Store) -> None:
    """Show the numbers from dialling to judging, and say what they leave out."""
    since, until, spans, _ = st.columns([1, 1, 1, 1])
    filters = Filters(
        since=choosing.day(since, "since", t("dimension.since")),
        until=choosing.day(until, "until", t("dimension.until")),
    )
    bucket: Bucket = choosing.one(spans, "span", t("completeness.span"), BUCKETS, lambda b: t(f"dimension.{b}"))  # type: ignore[assignment]
    found = counted(store, filters, bucket)
    failed = failed_by_day(store)
    sums = {stage: sum(getattr(each, stage) for each in found) for stage in STAGES}
    below = {"answered": "dialled", "recorded": "answered", "audited": "answered", "cannot_tell": "audited"}
    places = st.columns(6)
    for place, stage in zip(places, STAGES, strict=False):
        of = sums[below[stage]] if stage in below else 0
        value = f"{sums[stage]:,}" + (f" · {percent(sums[stage], of)}" if of else "")
        place.metric(t(f"completeness.{stage}"), value, help=t(f"completeness.{stage}_help"), border=True)
    places[5].metric(
        t("completeness.failed"), f"{sum(failed.values()):,}", help=t("completeness.failed_help"), border=True
    )
    if not found:
        st.info(t("completeness.none"))
        return
    judged = sums["audited"] - sums["cannot_tell"]
    st.text(t("completeness.says", **sums, judged=judged, share=percent(judged, sums["answered"])))
    for line in _unknown(found, sums):
        st.text(line)
    _tables(found, failed, bucket)


def _unknown(found: list[Completeness], sums: dict[str, int]) -> list[str]:
    """What these numbers can't say."""
    lines = [t("completeness.unknown_unlisted")]
    if sums["dialled"] == sums["answered"]:
        lines.append(t("completeness.unknown_dialled"))
    undated = sum(each.dialled for each in found if each.since is None)
    if undated:
        lines.append(t("completeness.unknown_day", n=undated))
    lines.append(t("completeness.unknown_failed"))
    return lines


def _tables(found: list[Completeness], failed: dict[date, int], bucket: Bucket) -> None:
    def day(since: date | None) -> str:
        return (
            t("completeness.no_day") if since is None else f"{since:%Y-%m}" if bucket == "month" else since.isoformat()
        )

    st.dataframe(
        {
            t(f"dimension.{bucket}"): [day(each.since) for each in found],
            t("dimension.agency"): [
                mask_text(each.agency) if each.agency else t("dimension.no_agency") for each in found
            ],
            t("completeness.dialled"): [each.dialled for each in found],
            t("completeness.unanswered"): [each.unanswered for each in found],
            t("completeness.answered"): [each.answered for each in found],
            t("completeness.recorded"): [each.recorded for each in found],
            t("completeness.text_only"): [each.answered - each.recorded for each in found],
            t("completeness.audited"): [each.audited for each in found],
            t("completeness.cannot_tell"): [each.cannot_tell for each in found],
        },
        hide_index=True,
        height=min(38 + 35 * len(found), 420),
        key="completeness",
    )
    if failed:
        st.subheader(t("completeness.failed_days"), anchor=False)
        st.dataframe(
            {
                t("completeness.tried"): [each.isoformat() for each in failed],
                t("completeness.failed"): list(failed.values()),
            },
            hide_index=True,
            key="failed_days",
        )
